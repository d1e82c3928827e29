//! Functions of two elements.

use modchains_core::provable::{Binary, ElementKind};

use super::call::Call;
use crate::{rounding::settled, simd::vectorised};

/// The second operand of a function.
pub enum Operand {
    /// The second input.
    Input,
    /// Rows of weights, as words.
    Weights(Vec<u32>),
    /// A word.
    Constant(u32),
}

vectorised! {
    fn with_each[F: Fn(u32, u32) -> u32](first: &[u32], second: &[u32], out: &mut [u32], function: F) {
        for ((a, b), out) in first.iter().zip(second).zip(out) {
            *out = function(*a, *b);
        }
    }
}

vectorised! {
    fn with_one[F: Fn(u32, u32) -> u32](first: &[u32], second: u32, out: &mut [u32], function: F) {
        for (a, out) in first.iter().zip(out) {
            *out = function(*a, second);
        }
    }
}

/// A function of each element and the one that goes with it.
pub fn binary(function: Binary, operand: &Operand, call: &Call<'_>, out: &mut [u32]) {
    match (function, call.node.output.kind) {
        (Binary::Add, ElementKind::Float) => pairs(operand, call, out, |a, b| float(a, b, |a, b| a + b)),
        (Binary::Sub, ElementKind::Float) => pairs(operand, call, out, |a, b| float(a, b, |a, b| a - b)),
        (Binary::Mul, ElementKind::Float) => pairs(operand, call, out, |a, b| float(a, b, |a, b| a * b)),
        (Binary::Div, ElementKind::Float) => {
            pairs(operand, call, out, |a, b| float(a, b, |a, b| if b == 0.0 { 0.0 } else { a / b }));
        }
        (Binary::Max, ElementKind::Float) => {
            pairs(operand, call, out, |a, b| float(a, b, |a, b| if a < b { b } else { a }));
        }
        (Binary::Add, _) => pairs(operand, call, out, |a, b| integer(a, b, |a, b| a + b)),
        (Binary::Sub, _) => pairs(operand, call, out, |a, b| integer(a, b, |a, b| a - b)),
        (Binary::Mul, _) => pairs(operand, call, out, |a, b| integer(a, b, |a, b| a * b)),
        (Binary::Max, _) => pairs(operand, call, out, |a, b| integer(a, b, i64::max)),
        // No checked graph divides integers.
        (Binary::Div, _) => out.fill(0),
    }
}

/// Of values: binary32 arithmetic is correctly rounded but for the sign of zero and what is beyond the largest value.
#[inline(always)]
fn float(a: u32, b: u32, function: impl Fn(f32, f32) -> f32) -> u32 {
    settled(function(f32::from_bits(a), f32::from_bits(b))).to_bits()
}

/// Of integers: the nearest of 32 bits.
#[inline(always)]
fn integer(a: u32, b: u32, function: impl Fn(i64, i64) -> i64) -> u32 {
    let result = function(a.cast_signed().into(), b.cast_signed().into());
    (result.clamp(i32::MIN.into(), i32::MAX.into()) as i32).cast_unsigned()
}

/// Finds what goes with each row: a word, a row for all, or a row for each.
fn pairs(operand: &Operand, call: &Call<'_>, out: &mut [u32], function: impl Fn(u32, u32) -> u32 + Copy) {
    let (first, columns) = (call.first(), call.columns());
    let (second, rows, is_word) = match operand {
        Operand::Constant(word) => return with_one(first, *word, out, function),
        Operand::Weights(words) => {
            let rows = if words.len() == columns { 0..1 } else { call.rows.clone() };
            (&words[rows.start * columns..rows.end * columns], rows, false)
        }
        Operand::Input => {
            let [_, tensor, _] = call.node.inputs;
            let rows = if tensor.rows == 1 { 0..1 } else { call.rows.clone() };
            (call.inputs[1].rows(&rows, tensor.columns as usize), rows, tensor.columns == 1 && columns != 1)
        }
    };
    let is_one_row = rows.len() == 1 && call.rows.len() != 1;
    let lines = first.chunks_exact(columns).zip(out.chunks_exact_mut(columns));
    match (is_one_row, is_word) {
        (false, false) => with_each(first, second, out, function),
        (true, false) => lines.for_each(|(first, out)| with_each(first, second, out, function)),
        (false, true) => lines.zip(second).for_each(|((first, out), word)| with_one(first, *word, out, function)),
        (true, true) => second.iter().for_each(|word| with_one(first, *word, out, function)),
    }
}
