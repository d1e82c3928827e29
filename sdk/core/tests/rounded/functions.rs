//! exp, tanh and erf.
//!
//! Two things make the results correct for every argument. The estimate is within its bound of the true result: sampled
//! here against 512-bit reals, in every interval of every table. And the bound never contains a midpoint of two values:
//! tried for every argument in a long run. Many results are also compared with an independent library.

use std::{ops::Range, thread};

use modchains_core::rounded::{
    Estimate, MAX, Near, are_values, erf, erf_near, exp, exp_near, is_value, tanh, tanh_near,
};
use modchains_test_seed::{is_long, random};
use num_bigint::BigInt;

use super::{
    SIGN, canonical, draw,
    reference::{self, distance_units, fraction, is_nearest},
};

struct Function {
    name: &'static str,
    ours: fn(u32) -> u32,
    estimate: fn(u32) -> Estimate,
    real: fn(u32) -> BigInt,
    library: fn(f64) -> f64,
    /// Exponents of arguments that are computed.
    fields: Range<u32>,
    /// Bound of the distance from the true result, in units of an estimate, that is proven in `docs/numerics.md`.
    error: u64,
}

const FUNCTIONS: [Function; 3] = [
    Function {
        name: "exp",
        ours: exp,
        estimate: exp_near,
        real: reference::exp,
        library: libm::exp,
        fields: 102..134,
        error: 3,
    },
    Function {
        name: "tanh",
        ours: tanh,
        estimate: tanh_near,
        real: reference::tanh,
        library: libm::tanh,
        fields: 0..131,
        error: 18,
    },
    Function {
        name: "erf",
        ours: erf,
        estimate: erf_near,
        real: reference::erf,
        library: libm::erf,
        fields: 0..129,
        error: 14,
    },
];

#[test]
fn estimates_stay_within_their_bound() {
    let mut random = random();
    for function in &FUNCTIONS {
        let mut worst = 0;
        for _ in 0..if is_long() { 40_000 } else { 4_000 } {
            let fields = &function.fields;
            // Half of them where the tables are.
            let width = u64::from(fields.end - fields.start);
            let back = if random.chance(2) { random.below(10) } else { random.below(width) };
            let size = (fields.end - 1 - back as u32) << 23 | random.next() as u32 & 0x7f_ffff;
            let argument = if size != 0 && random.chance(2) { size | SIGN } else { size };
            let Estimate::Near(near) = (function.estimate)(argument) else { continue };
            let real = (function.real)(argument);
            let distance = distance_units(&real, near.significand, near.exponent);
            worst = worst.max(distance);
            assert!(is_nearest((function.ours)(argument), &fraction(real)), "{} {argument:#x}", function.name);
        }
        println!("{}: {worst} units", function.name);
        assert!(worst <= function.error && function.error <= Near::ERROR, "{}: {worst} units", function.name);
    }
}

/// What a run over many arguments found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    computed: u64,
    /// Results that double precision alone does not decide.
    open: u64,
}

/// In a long run, which tries all patterns, every so many-th is compared with the library.
const LIBRARY_STEP: u32 = 16;

/// Tries every `step`-th pattern of a range.
fn try_patterns(function: &Function, patterns: Range<u64>, step: usize) -> Found {
    let mut found = Found::default();
    for bits in patterns.step_by(step) {
        let bits = bits as u32;
        let estimate = (function.estimate)(bits);
        let value = estimate.round();
        assert!(is_value(value), "{} {bits:#x} = {value:#x}", function.name);
        if let Estimate::Near(near) = estimate {
            found.computed += 1;
            assert!(near.is_decided(), "{} {bits:#x}: {near:x?}", function.name);
        }
        // All of them in a long run would take an hour.
        if !is_value(bits) || (is_long() && !bits.is_multiple_of(LIBRARY_STEP)) {
            continue;
        }
        let double = (function.library)(f64::from(f32::from_bits(bits)));
        // The library is wrong by less than a unit of 2^-52; below the normal doubles nothing is left of it.
        let [low, high] =
            [1.0 - f64::EPSILON * 2.0, 1.0 + f64::EPSILON * 2.0].map(|part| canonical((double * part) as f32));
        if low != high {
            found.open += 1;
            assert!(low == Some(value) || high == Some(value), "{} {bits:#x} = {value:#x}", function.name);
        } else {
            assert_eq!(low, Some(value), "{} {bits:#x}", function.name);
        }
    }
    found
}

#[test]
fn every_result_is_decided_and_an_independent_library_agrees() {
    const PATTERNS: u64 = 1 << 32;
    let step = if is_long() { 1 } else { 2_003 };
    let workers = thread::available_parallelism().map_or(1, usize::from) as u64;
    for function in &FUNCTIONS {
        // Short ranges in turn, as the work lies in some of them.
        let found: Vec<Found> = thread::scope(|scope| {
            let run = |worker: u64| {
                let mut found = Found::default();
                for range in (worker..256).step_by(workers as usize) {
                    let start = range * (PATTERNS / 256);
                    let part = try_patterns(function, start..start + PATTERNS / 256, step);
                    found = Found { computed: found.computed + part.computed, open: found.open + part.open };
                }
                found
            };
            let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(worker))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let [computed, open] = [|found: &Found| found.computed, |found: &Found| found.open]
            .map(|part| found.iter().map(part).sum::<u64>());
        println!("{}: {computed} computed, {open} not decided by double precision", function.name);
        assert!(computed > PATTERNS / step as u64 / 16, "{}: {computed}", function.name);
    }
}

#[test]
fn the_hardest_arguments_are_right() {
    for (function, arguments) in FUNCTIONS.iter().zip(HARDEST) {
        for argument in arguments {
            let value = (function.ours)(*argument);
            assert!(is_nearest(value, &fraction((function.real)(*argument))), "{} {argument:#x}", function.name);
        }
    }
}

/// Of exp, tanh and erf: the arguments whose results lie nearest to a midpoint of two values, of all that there are.
const HARDEST: [&[u32]; 3] = [
    &[0xc169_12cd, 0xbbf0_edf1, 0x377e_ff81, 0xbae0_e25c, 0xb300_0000, 0x39c6_be5b, 0x38e6_9cc1, 0x383a_3ef1],
    &[0x3ac3_7de2, 0x3eee_0566, 0x3cd4_1b91, 0x40ac_b4d0, 0x40c5_e8ca, 0x3d7c_3055, 0x3c96_ae2e, 0x40a6_ef82],
    &[0x3940_ead6, 0x39c0_057d, 0x358e_9d2d, 0x36ae_a466, 0x00aa_320c, 0x012a_320c, 0xb940_ead6, 0xa32a_320c],
];

#[test]
fn functions_are_odd_or_positive_and_never_fall() {
    let mut random = random();
    for _ in 0..200_000 {
        let (a, b) = (draw(&mut random), draw(&mut random));
        for odd in [tanh, erf] {
            if a != 0 {
                assert_eq!(odd(a ^ SIGN), if odd(a) == 0 { 0 } else { odd(a) ^ SIGN }, "{a:#x}");
            }
        }
        let (low, high) = if f32::from_bits(a) <= f32::from_bits(b) { (a, b) } else { (b, a) };
        for function in [exp, tanh, erf] {
            let [low, high] = [function(low), function(high)];
            assert!(are_values(&[low, high]) && f32::from_bits(low) <= f32::from_bits(high), "{a:#x} {b:#x}");
        }
        assert!(exp(a) <= MAX, "a power is never negative");
    }
}
