//! Sums of products of 8-bit integers by float kernels: exact, as every partial sum is an integer that the numbers hold.

use crate::{product::Element, simd::vectorised};

/// Below this every integer is a binary32 number, so that sums that stay below it are exact in any order.
pub const SMALL_BOUND: i64 = 1 << 24;

/// Numbers that stand for integers.
pub trait Integer: Element {
    /// From what a word holds.
    fn of(integer: i32) -> Self;
    /// What it stands for: it has no fraction.
    fn integer(self) -> i64;
}

impl Integer for f32 {
    #[inline(always)]
    fn of(integer: i32) -> Self {
        integer as Self
    }

    #[inline(always)]
    fn integer(self) -> i64 {
        (self as i32).into()
    }
}

impl Integer for f64 {
    #[inline(always)]
    fn of(integer: i32) -> Self {
        integer.into()
    }

    #[inline(always)]
    fn integer(self) -> i64 {
        self as i64
    }
}

/// The numbers that words stand for.
pub fn numbers<T: Integer>(words: &[u32]) -> Vec<T> {
    words.iter().map(|word| T::of(word.cast_signed())).collect()
}

vectorised! {
    /// The nearest 32-bit integer to each sum with its bias.
    pub fn add_biases[T: Integer](sums: &[T], biases: &[i32], out: &mut [u32]) {
        for ((sum, bias), out) in sums.iter().zip(biases).zip(out) {
            let sum = sum.integer() + i64::from(*bias);
            *out = (sum.clamp(i32::MIN.into(), i32::MAX.into()) as i32).cast_unsigned();
        }
    }
}
