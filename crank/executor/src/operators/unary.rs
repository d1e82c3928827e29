//! Functions of one element.

use std::time::Instant;

use modchains_core::{provable::Unary, rounded};

use super::call::Call;
use crate::{
    rounding,
    simd::vectorised,
    statistics::{Counts, Operator, Statistics},
};

/// Adding this to a float of at most `2^22` in size rounds it to an integer, ties to even, which then lies in the lowest bits.
const TO_INTEGER: f32 = (3_u32 << 22) as f32;

vectorised! {
    fn each[F: Fn(u32) -> u32](words: &[u32], out: &mut [u32], function: F) {
        for (word, out) in words.iter().zip(out) {
            *out = function(*word);
        }
    }
}

/// A function of each element.
pub fn unary(function: &Unary, call: &Call<'_>, out: &mut [u32], statistics: &mut Statistics) {
    let words = call.first();
    let is_float = call.is_float();
    match *function {
        Unary::Exp => guarded(Operator::Exp, words, out, statistics, rounding::exp, rounded::exp),
        Unary::Erf => guarded(Operator::Erf, words, out, statistics, rounding::erf, rounded::erf),
        Unary::Tanh => guarded(Operator::Tanh, words, out, statistics, rounding::tanh, rounded::tanh),
        Unary::Rsqrt => guarded(Operator::Rsqrt, words, out, statistics, rounding::rsqrt, rounded::rsqrt),
        Unary::Sqrt => each(words, out, |word| {
            let value = f32::from_bits(word);
            if value > 0.0 { value.sqrt().to_bits() } else { 0 }
        }),
        // A negative value has its highest bit set, as a negative integer has.
        Unary::Relu => each(words, out, |word| word.cast_signed().max(0).cast_unsigned()),
        Unary::Clamp { low, high } if is_float => {
            let [low, high] = [low, high].map(f32::from_bits);
            each(words, out, |word| clamped(f32::from_bits(word), low, high).to_bits());
        }
        Unary::Clamp { low, high } => {
            let [low, high] = [low, high].map(u32::cast_signed);
            each(words, out, |word| word.cast_signed().max(low).min(high).cast_unsigned());
        }
        Unary::Requantise(rule) => each(words, out, |word| i32::from(rule.apply(word.cast_signed())).cast_unsigned()),
        Unary::Round => each(words, out, |word| {
            let clamped = clamped(f32::from_bits(word), -128.0, 127.0);
            (clamped + TO_INTEGER).to_bits().wrapping_sub(TO_INTEGER.to_bits())
        }),
        Unary::Convert => each(words, out, |word| (word.cast_signed() as f32).to_bits()),
    }
}

#[inline(always)]
fn clamped(value: f32, low: f32, high: f32) -> f32 {
    let raised = if value < low { low } else { value };
    if raised > high { high } else { raised }
}

/// A function in double precision, and in integers where that does not decide.
fn guarded(
    operator: Operator,
    words: &[u32],
    out: &mut [u32],
    statistics: &mut Statistics,
    fast: fn(&[u32], &mut [u32], &mut Vec<usize>),
    exact: fn(u32) -> u32,
) {
    let mut flagged = Vec::new();
    fast(words, out, &mut flagged);
    let started = Instant::now();
    for place in &flagged {
        out[*place] = exact(words[*place]);
    }
    let count = flagged.len() as u64;
    let redo = started.elapsed();
    statistics.add(operator, Counts { elements: words.len() as u64, flagged: count, exact: count, redo });
}
