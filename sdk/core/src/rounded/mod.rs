//! Correctly rounded arithmetic on binary32 patterns, in integers only.
//!
//! A *value* is a finite binary32 number that is not the negative zero, as its 32 bits. Every function here gives the
//! value nearest to the exact real result, of two equally near ones the one with an even significand. That value is
//! unique, so whoever computes it, in whatever order and by whatever means, finds the same bits.
//!
//! Every function is total: a result beyond the largest value is the largest value of its sign, a quotient by zero is
//! zero, the root of a negative number is zero, `1/sqrt(0)` is the largest value. Zero has no sign. The patterns that are no
//! values (an exponent of 255, and the negative zero) never result; an argument with an exponent of 255 counts as the
//! number that it would be if the range went one exponent further, a negative zero as zero.
//!
//! `docs/numerics.md` defines each function and proves the bounds.

mod arithmetic;
mod bits;
mod convert;
mod dot;
mod erf;
mod exp;
mod fixed;
mod tanh;
mod wide;

pub use arithmetic::{add, clamp, div, max, mul, relu, rsqrt, sqrt, sub};
pub use bits::{MAX, ONE, are_values, canonical, is_value};
pub use convert::{from_integer, to_int8};
pub use dot::{Buckets, TERMS_PER_FLUSH_MAX};
pub use erf::{erf, erf_near};
pub use exp::{exp, exp_near};
pub use fixed::{Estimate, Near};
pub use tanh::{tanh, tanh_near};
pub use wide::{TERMS_MAX, WIDE_BYTES, Wide};
