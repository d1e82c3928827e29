//! Sums and means of rows.

use std::time::Instant;

use modchains_core::provable::Reduce;

use super::call::Call;
use crate::{
    rounding::{self, ROUNDING},
    simd::vectorised,
    statistics::{Counts, Operator, Statistics},
};

const LANES: usize = 16;

vectorised! {
    /// The sum of a row in double precision, and the sum of its sizes.
    fn sum(words: &[u32]) -> (f64, f64) {
        let (mut sums, mut sizes) = ([0.0; LANES], [0.0; LANES]);
        for words in words.chunks(LANES) {
            for ((word, sum), size) in words.iter().zip(&mut sums).zip(&mut sizes) {
                let value = f64::from(f32::from_bits(*word));
                *sum += value;
                *size += value.abs();
            }
        }
        (sums.iter().sum(), sizes.iter().sum())
    }
}

vectorised! {
    fn square_sum(words: &[u32]) -> f64 {
        let mut sums = [0.0; LANES];
        for words in words.chunks(LANES) {
            for (word, sum) in words.iter().zip(&mut sums) {
                let value = f64::from(f32::from_bits(*word));
                *sum += value * value;
            }
        }
        sums.iter().sum()
    }
}

vectorised! {
    fn integer_sum(words: &[u32]) -> i64 {
        words.iter().map(|word| i64::from(word.cast_signed())).sum()
    }
}

vectorised! {
    fn integer_square_sum(words: &[u32]) -> i64 {
        words.iter().map(|word| i64::from(word.cast_signed()).pow(2)).sum()
    }
}

/// A sum or mean of each row.
pub fn sums(function: Reduce, call: &Call<'_>, out: &mut [u32], statistics: &mut Statistics) {
    let columns = call.node.operand().columns as usize;
    let lines = call.first().chunks_exact(columns).zip(out);
    let operator = match function {
        Reduce::Sum => Operator::Sum,
        Reduce::Mean => Operator::Mean,
        Reduce::SquareSum => Operator::SquareSum,
        _ => Operator::SquareMean,
    };
    let is_of_squares = matches!(operator, Operator::SquareSum | Operator::SquareMean);
    if !call.is_float() {
        for (row, out) in lines {
            let sum = if is_of_squares { integer_square_sum(row) } else { integer_sum(row) };
            *out = (sum.clamp(i32::MIN.into(), i32::MAX.into()) as i32).cast_unsigned();
        }
        return;
    }
    let mut counts = Counts::default();
    let divisor = if matches!(operator, Operator::Mean | Operator::SquareMean) { columns as f64 } else { 1.0 };
    // A sum of K terms in any order is off by K u S at most, S being the sum of their sizes; a quotient by u more.
    let factor = (columns as f64 + 8.0) * ROUNDING;
    for (row, out) in lines {
        let (sum, size) = if is_of_squares { [square_sum(row); 2].into() } else { sum(row) };
        counts.elements += 1;
        *out = rounding::decided(sum / divisor, factor * (size / divisor)).unwrap_or_else(|| {
            let started = Instant::now();
            let second = if is_of_squares { row } else { &[] };
            let word = rounding::nearest_exactly(function, row, second, 0);
            counts += Counts { elements: 0, flagged: 1, exact: 1, redo: started.elapsed() };
            word
        });
    }
    statistics.add(operator, counts);
}
