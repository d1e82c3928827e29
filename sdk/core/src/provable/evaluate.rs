//! Functions of one and of two elements, on words.

use super::{
    element::ElementKind,
    op::{Binary, Encoding, Input, Unary},
};
use crate::rounded;

/// A function of one element of the given kind.
pub fn unary(function: &Unary, kind: ElementKind, a: u32) -> u32 {
    let is_float = kind == ElementKind::Float;
    match function {
        Unary::Relu if is_float => rounded::relu(a),
        Unary::Relu => integer_max(a, 0),
        Unary::Clamp { low, high } if is_float => rounded::clamp(a, *low, *high),
        Unary::Clamp { low, high } => integer_min(integer_max(a, *low), *high),
        Unary::Sqrt => rounded::sqrt(a),
        Unary::Rsqrt => rounded::rsqrt(a),
        Unary::Exp => rounded::exp(a),
        Unary::Erf => rounded::erf(a),
        Unary::Tanh => rounded::tanh(a),
        Unary::Requantise(rule) => word(rule.apply(a.cast_signed())),
        Unary::Round => word(rounded::to_int8(a)),
        Unary::Convert => rounded::from_integer(a.cast_signed()),
    }
}

/// A function of two elements of kinds that go together.
pub fn binary(function: Binary, kind: ElementKind, a: u32, b: u32) -> u32 {
    if kind == ElementKind::Float {
        return match function {
            Binary::Add => rounded::add(a, b),
            Binary::Sub => rounded::sub(a, b),
            Binary::Mul => rounded::mul(a, b),
            Binary::Div => rounded::div(a, b),
            Binary::Max => rounded::max(a, b),
        };
    }
    let (x, y) = (i64::from(a.cast_signed()), i64::from(b.cast_signed()));
    // arith-safety: both have 32 bits.
    saturated(match function {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => 0,
        Binary::Max => x.max(y),
    })
}

/// The word of an element of a request, from its bytes, clamped to what the input's record allows.
pub fn input(input: &Input, bytes: [u8; 4]) -> u32 {
    let raw = u32::from_le_bytes(bytes);
    match input.encoding {
        Encoding::Float32 => rounded::clamp(raw, input.low, input.high),
        encoding => {
            let integer = match encoding {
                Encoding::Unsigned8 => raw & 0xff,
                Encoding::Signed8 => word(raw as u8 as i8),
                Encoding::Unsigned16 => raw & 0xffff,
                Encoding::Signed32 | Encoding::Float32 => raw,
            };
            integer_min(integer_max(integer, input.low), input.high)
        }
    }
}

/// The row of a table that an index names: the nearest there is.
pub fn table_row(index: u32, rows: u32) -> u32 {
    u32::try_from(index.cast_signed()).unwrap_or(0).min(rows.saturating_sub(1))
}

/// The nearest 32-bit integer, as a word.
pub(super) fn saturated(integer: i64) -> u32 {
    let clamped = integer.clamp(i32::MIN.into(), i32::MAX.into());
    (clamped as i32).cast_unsigned()
}

fn word(small: i8) -> u32 {
    i32::from(small).cast_unsigned()
}

fn integer_max(a: u32, b: u32) -> u32 {
    a.cast_signed().max(b.cast_signed()).cast_unsigned()
}

fn integer_min(a: u32, b: u32) -> u32 {
    a.cast_signed().min(b.cast_signed()).cast_unsigned()
}
