//! What a machine must do before it may serve: the arithmetic that the proofs of `docs/numerics.md` take for granted.

use std::hint::black_box;

use crate::{
    error::ExecutorError,
    integers::Integer,
    product::{Dimensions, multiply},
    rounding::{self, ROUNDING},
};

/// Sides of the matrices: large enough that libtorch does not take a shortcut.
const SIDE: usize = 96;

/// Checks the arithmetic of this thread and of libtorch in it.
///
/// # Errors
/// What is not as it must be.
pub fn check() -> Result<(), ExecutorError> {
    let fault = |fault: &str| ExecutorError::Arithmetic { fault: fault.to_owned() };
    for (is_right, what) in [
        (is_gradual(), "small numbers are taken for zero (flush-to-zero or denormals-are-zero is on)"),
        (is_to_nearest(), "results are not rounded to the nearest number"),
        (are_casts_gradual(), "vector instructions take small numbers for zero"),
    ] {
        if !is_right {
            return Err(fault(what));
        }
    }
    for (is_right, what) in [
        (are_products_exact::<f64>(1 << 22)?, "libtorch's products in double precision are not in double precision"),
        (are_products_exact::<f32>(127)?, "libtorch's products of 8-bit integers are not exact"),
        (are_sums_to_nearest()?, "libtorch's sums are not rounded to the nearest number"),
    ] {
        if !is_right {
            return Err(fault(what));
        }
    }
    Ok(())
}

fn is_gradual() -> bool {
    let (least, double) = (black_box(f32::from_bits(1)), black_box(f64::MIN_POSITIVE));
    (least + least).to_bits() == 2
        && (black_box(f32::MIN_POSITIVE) / 2.0).to_bits() == 1 << 22
        && (f64::from(least) as f32).to_bits() == 1
        && double / 2.0 != 0.0
}

fn is_to_nearest() -> bool {
    let sum = |rest: f64| black_box(1.0) + black_box(rest);
    let small = |rest: f32| black_box(1.0_f32) + black_box(rest);
    let half = f32::EPSILON / 2.0;
    // A tie below and one above, of both signs: every other mode gets one of them wrong.
    [sum(ROUNDING), sum(3.0 * ROUNDING), sum(-ROUNDING / 2.0), sum(-3.0 * ROUNDING / 2.0)]
        == [1.0, 1.0 + 4.0 * ROUNDING, 1.0, 1.0 - 2.0 * ROUNDING]
        && [small(half), small(3.0 * half)] == [1.0, 1.0 + 4.0 * half]
}

/// The loops that round, on results below the smallest normal value.
fn are_casts_gradual() -> bool {
    let least = f64::from(f32::from_bits(1));
    let products: Vec<f64> = (0..64).map(|count| f64::from(count) * least).collect();
    let (zeros, mut out, mut flagged) = ([0.0; 64], [0; 64], Vec::new());
    rounding::flagged_sums(black_box(&products), &zeros, &zeros, 0.0, &mut out, &mut flagged);
    flagged.is_empty() && out.iter().zip(0..).all(|(word, count)| *word == count)
}

/// Products of integers up to `largest`, whose sums are below `2^53` or, of 8-bit integers, below `2^24`.
fn are_products_exact<T: Integer>(largest: i32) -> Result<bool, ExecutorError> {
    // Every low bit matters, and signs change.
    let value = |place: usize| {
        let size = largest - (place * 7_919 % 61) as i32;
        if place.is_multiple_of(3) { -size } else { size }
    };
    let integers: Vec<i32> = (0..SIDE * SIDE).map(value).collect();
    let matrix: Vec<T> = integers.iter().map(|integer| T::of(*integer)).collect();
    let mut products = vec![T::default(); SIDE * SIDE];
    multiply(&matrix, &matrix, &mut products, Dimensions { groups: 1, rows: SIDE, columns: SIDE, terms: SIDE })?;
    let lines = || integers.chunks_exact(SIDE);
    let expected = lines()
        .flat_map(|a| lines().map(move |b| a.iter().zip(b).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum::<i64>()));
    Ok(products.iter().zip(expected).all(|(product, expected)| product.integer() == expected))
}

fn are_sums_to_nearest() -> Result<bool, ExecutorError> {
    // 1 and the rest, each a product with 1.
    let rests = [ROUNDING, 3.0 * ROUNDING, -ROUNDING / 2.0, -3.0 * ROUNDING / 2.0];
    let rows: Vec<f64> = rests.iter().flat_map(|rest| [1.0, *rest]).collect();
    let mut sums = [0.0; 4];
    multiply(&rows, &[1.0, 1.0], &mut sums, Dimensions { groups: 1, rows: 4, columns: 1, terms: 2 })?;
    Ok(sums == [1.0, 1.0 + 4.0 * ROUNDING, 1.0, 1.0 - 2.0 * ROUNDING])
}
