//! Functions in double precision, from operations that are the same on every machine.
//!
//! None is known to be right: the boundary test takes them to be wrong by `2^-48`, a multiple of what they are, and a test
//! compares every one of the `2^32` arguments with the integers of `sdk/core`.

use super::guard::decided_by_relative;

/// What the relative error of every function here stays below: thirty-two units of the last place.
const ERROR: f64 = 1.0 / (1_u64 << 48) as f64;
/// `1 / ln 2`.
const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// `ln 2` to 33 bits, so that multiples up to `2^20` are exact, and the rest of it.
const LN_2: [f64; 2] = [f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76)];
/// A double of this size has units of 1: adding it rounds to an integer, which then lies in the lowest bits.
const TO_INTEGER: f64 = (3_u64 << 51) as f64;
/// `1 / n!` for n from 2.
const INVERSE_FACTORIALS: [f64; 12] = inverse_factorials();
/// `erf(sqrt z) / sqrt z` for z from 0 to 16 as a polynomial in `z / 8 - 1`, from the constant coefficient: it meets the
/// function at the 27 Chebyshev nodes and is less than `2^-50` off.
const ERF: [f64; 27] = [
    0.353_530_995_643_404_95,
    -0.176_576_233_301_371_7,
    0.131_675_116_894_699_5,
    -0.107_710_442_528_539_34,
    0.090_208_994_112_154_6,
    -0.074_727_865_746_310_42,
    0.059_886_904_982_640_97,
    -0.045_765_110_394_323_925,
    0.033_060_632_646_000_51,
    -0.022_473_568_765_932_31,
    0.014_349_599_250_244_038,
    -0.008_606_218_643_935_548,
    0.004_853_549_839_257_794,
    -0.002_578_232_993_349_505_7,
    0.001_292_615_501_366_256,
    -0.000_612_920_549_958_533_1,
    0.000_275_534_072_527_686_24,
    -0.000_117_773_470_157_367_44,
    4.786_147_214_640_866e-5,
    -1.841_509_399_061_550_8e-5,
    6.837_073_875_386_41e-6,
    -2.550_214_544_840_671e-6,
    8.589_143_634_117_949e-7,
    -2.091_710_538_700_310_2e-7,
    6.866_552_148_877_341e-8,
    -4.460_144_549_311_946_4e-8,
    1.255_239_602_195_757_3e-8,
];

const fn inverse_factorials() -> [f64; 12] {
    let (mut inverses, mut factorial, mut place) = ([0.0; 12], 1.0, 0);
    while place < inverses.len() {
        // Exact up to 13!.
        factorial *= (place + 2) as f64;
        inverses[place] = 1.0 / factorial;
        place += 1;
    }
    inverses
}

/// `e^x` as `scale (1 + excess)`, for x from -300 to 300: scale is a power of two, excess below 1/2 in size.
#[inline(always)]
fn power(x: f64) -> (f64, f64) {
    let shifted = x * LOG2_E + TO_INTEGER;
    let whole = shifted - TO_INTEGER;
    let rest = (x - whole * LN_2[0]) - whole * LN_2[1];
    let mut series = 0.0;
    for coefficient in INVERSE_FACTORIALS.iter().rev() {
        series = series * rest + coefficient;
    }
    // The integer lies in the lowest bits; its upper ones are shifted out.
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1_023) << 52);
    (scale, rest + rest * rest * series)
}

#[inline(always)]
fn exp_double(x: f64) -> f64 {
    // Below the one end results are zero, above the other the largest value.
    let below = if x > 90.0 { 90.0 } else { x };
    let (scale, excess) = power(if below < -110.0 { -110.0 } else { below });
    scale + scale * excess
}

#[inline(always)]
fn tanh_double(x: f64) -> f64 {
    // From 9.02 on it rounds to 1.
    let size = if x.abs() > 10.0 { 10.0 } else { x.abs() };
    let (scale, excess) = power(2.0 * size);
    // e^2x - 1, which loses nothing near zero.
    let less_one = scale * excess + (scale - 1.0);
    (less_one / (less_one + 2.0)).copysign(x)
}

#[inline(always)]
fn erf_double(x: f64) -> f64 {
    // From 3.92 on it rounds to 1.
    let below = if x > 4.0 { 4.0 } else { x };
    let within = if below < -4.0 { -4.0 } else { below };
    let place = within * within * 0.125 - 1.0;
    let mut series = 0.0;
    for coefficient in ERF.iter().rev() {
        series = series * place + coefficient;
    }
    within * series
}

#[inline(always)]
fn rsqrt_double(x: f64) -> f64 {
    // What is beyond the largest value becomes it.
    let inverse = 1.0 / if x > 0.0 { x.sqrt() } else { 0.0 };
    if x < 0.0 { 0.0 } else { inverse }
}

/// `e^x` of each element, where the boundary test decides it; the other places are noted.
pub fn exp(words: &[u32], out: &mut [u32], flagged: &mut Vec<usize>) {
    decided_by_relative(words, out, flagged, ERROR, exp_double);
}

/// The error function of each element, where the boundary test decides it; the other places are noted.
pub fn erf(words: &[u32], out: &mut [u32], flagged: &mut Vec<usize>) {
    decided_by_relative(words, out, flagged, ERROR, erf_double);
}

/// The hyperbolic tangent of each element, where the boundary test decides it; the other places are noted.
pub fn tanh(words: &[u32], out: &mut [u32], flagged: &mut Vec<usize>) {
    decided_by_relative(words, out, flagged, ERROR, tanh_double);
}

/// `1 / sqrt x` of each element, where the boundary test decides it; the other places are noted.
pub fn rsqrt(words: &[u32], out: &mut [u32], flagged: &mut Vec<usize>) {
    decided_by_relative(words, out, flagged, ERROR, rsqrt_double);
}
