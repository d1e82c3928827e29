//! Between integers and values.

use super::bits::{Number, round};

/// The value nearest to an integer.
pub const fn from_integer(integer: i32) -> u32 {
    round(integer < 0, integer.unsigned_abs() as u64, 0)
}

/// The 8-bit integer nearest to a value, of two equally near ones the even one; the nearer end when it is out of range.
pub const fn to_int8(a: u32) -> i8 {
    let x = Number::of(a);
    // arith-safety: shifts are below 64 and sizes below 2^32, exponents are small.
    let size = match x.exponent {
        0.. => {
            if x.significand == 0 {
                0
            } else {
                128
            }
        }
        -63..0 => {
            let shift = (-x.exponent) as u32;
            let (kept, rest) = (x.significand >> shift, x.significand << (64 - shift));
            kept + (rest > 1 << 63 || (rest == 1 << 63 && kept & 1 == 1)) as u64
        }
        _ => 0,
    };
    let size = if size > 128 { 128 } else { size as i32 };
    if x.negative {
        -size as i8
    } else if size > 127 {
        127
    } else {
        size as i8
    }
}
