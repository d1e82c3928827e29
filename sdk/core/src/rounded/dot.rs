//! Exact sums of products.
//!
//! A product of two patterns is an integer of at most 48 bits times a power of two that the sum of their exponents gives.
//! There are 511 such sums: products of the same one are added in one 64-bit integer, its bucket, and all buckets are
//! flushed into a [`Wide`] at the end. Nothing is ever rounded.

use super::{bits::ONE, wide::Wide};

/// Most products between two flushes: `2^14 * 2^48` fits 63 bits.
pub const TERMS_PER_FLUSH_MAX: usize = 1 << 14;
const BUCKETS: usize = 512;
/// Bits of a pattern that hold the exponent, and the implicit bit of the significand.
const EXPONENT: u64 = 0x7f80_0000;
const IMPLICIT: u64 = 1 << 23;
const SIGN: u64 = 1 << 31;

/// Sums by exponent. 4 KiB: a program keeps it on its heap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(bytemuck::Zeroable))]
#[repr(transparent)]
pub struct Buckets([i64; BUCKETS]);

impl Default for Buckets {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Buckets {
    /// Adds the products of pairs; at most [`TERMS_PER_FLUSH_MAX`] between two flushes. Of slices of different length the
    /// rest of the longer one is left out.
    pub fn add_products(&mut self, a: &[u32], b: &[u32]) {
        // Four at a time: on chain a fifth of the time would go into counting.
        let len = a.len().min(b.len());
        let ((a_fours, a_rest), (b_fours, b_rest)) = (a[..len].as_chunks::<4>(), b[..len].as_chunks::<4>());
        for (a, b) in a_fours.iter().zip(b_fours) {
            self.add_product(a[0], b[0]);
            self.add_product(a[1], b[1]);
            self.add_product(a[2], b[2]);
            self.add_product(a[3], b[3]);
        }
        for (a, b) in a_rest.iter().zip(b_rest) {
            self.add_product(*a, *b);
        }
    }

    /// Adds one value after the other, which counts as a product each.
    pub fn add_values(&mut self, a: &[u32]) {
        for a in a {
            self.add_product(*a, ONE);
        }
    }

    /// Adds `a * b`.
    #[inline(always)]
    pub fn add_product(&mut self, a: u32, b: u32) {
        // 64 bits throughout: on chain every narrower result is cut to its width by two instructions.
        let (a, b) = (u64::from(a), u64::from(b));
        let (a_field, b_field) = (a & EXPONENT, b & EXPONENT);
        let (mut a_size, mut b_size) = (a & (IMPLICIT - 1), b & (IMPLICIT - 1));
        // arith-safety: the fields' sum is at most 510 << 23; a bucket wraps when more products are added than documented.
        let mut fields = a_field + b_field;
        if a_field != 0 && b_field != 0 {
            (a_size, b_size) = (a_size | IMPLICIT, b_size | IMPLICIT);
        } else {
            // An exponent of 0 counts as 1, and there the implicit bit is not set.
            if a_field == 0 {
                fields += IMPLICIT;
            } else {
                a_size |= IMPLICIT;
            }
            if b_field == 0 {
                fields += IMPLICIT;
            } else {
                b_size |= IMPLICIT;
            }
        }
        let product = (a_size * b_size).cast_signed();
        let bucket = &mut self.0[(fields >> 23) as usize & (BUCKETS - 1)];
        *bucket = if (a ^ b) & SIGN == 0 { bucket.wrapping_add(product) } else { bucket.wrapping_sub(product) };
    }

    /// Moves everything into `sum` and leaves the buckets empty. Bucket `e` counts in units of `2^(e - 300)`.
    pub fn flush(&mut self, sum: &mut Wide) {
        for (group, buckets) in self.0.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            // Most are empty: eight at a time, so that the loop itself costs little.
            if let [0, 0, 0, 0, 0, 0, 0, 0] = buckets {
                continue;
            }
            for (index, bucket) in buckets.iter_mut().enumerate() {
                if *bucket != 0 {
                    // arith-safety: every sum of two exponents is at least 2, so buckets 0 and 1 stay empty.
                    sum.add(*bucket, (8 * group + index).saturating_sub(2));
                    *bucket = 0;
                }
            }
        }
    }
}
