//! The hyperbolic tangent.

use super::{
    bits::{Number, ONE, SIGN},
    exp::{in_bits, power_of_two},
    fixed::{Estimate, Near, divide, times_series},
};

/// `tanh x = x (c1 - c2 x^2 + c3 x^4 - ...)`: the coefficients in units of `2^-63`.
const SERIES: [u64; 13] = [
    9_223_372_036_854_775_808,
    3_074_457_345_618_258_603,
    1_229_782_938_247_303_441,
    497_769_284_528_670_440,
    201_710_429_024_689_982,
    81_748_918_742_557_641,
    33_131_533_285_324_671,
    13_427_702_175_820_741,
    5_442_042_599_794_500,
    2_205_576_785_511_833,
    893_886_601_860_598,
    362_278_594_159_910,
    146_825_983_873_795,
];

/// `(e^a - e^-a) / (e^a + e^-a)`.
pub fn tanh(a: u32) -> u32 {
    tanh_near(a).round()
}

/// `tanh a`, closely.
pub fn tanh_near(a: u32) -> Estimate {
    let x = Number::of(a);
    match x.exponent + 23 {
        _ if x.significand == 0 => Estimate::Value(0),
        // |a| >= 16: less than 2^-45 below 1.
        4.. => Estimate::Value(if x.negative { SIGN | ONE } else { ONE }),
        -2..4 => {
            // tanh x = (1 - E) / (1 + E), E = e^(-2x) = 2^-t.
            let (whole, fraction) = in_bits(x.significand, x.exponent + 1);
            // E in units of 2^-63: at most 0.61. arith-safety: t is below 47.
            let power = power_of_two(fraction.wrapping_neg());
            let small = if fraction == 0 { power >> whole } else { power >> (whole + 1) };
            let (quotient, _) = divide((1 << 63) - small, 0, (1 << 63) + small);
            Estimate::Near(Near::new(x.negative, quotient, -64))
        }
        _ => Estimate::Near(times_series(&x, &SERIES)),
    }
}
