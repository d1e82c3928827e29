//! Functions of rows, piece by piece, with a state of 72 bytes.

use super::{
    element::ElementKind,
    evaluate::saturated,
    int8,
    op::{Reduce, TOP_MAX},
};
use crate::rounded::{self, Buckets, Wide};

/// Digit of the state that counts the elements so far, where the order of elements matters. The digits before it hold the
/// largest elements.
const POSITION: usize = TOP_MAX as usize;

/// A function of rows on its way through them. Between two pieces all there is to keep is [`Self::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reduction {
    function: Reduce,
    kind: ElementKind,
    /// What was found so far: an exact sum, or the largest elements.
    state: Wide,
}

impl Reduction {
    /// Before the first piece of rows whose elements are of a kind.
    pub const fn new(function: Reduce, kind: ElementKind) -> Self {
        Self::resume(function, kind, Wide::ZERO)
    }

    /// After some pieces, with the state that they left.
    pub const fn resume(function: Reduce, kind: ElementKind, state: Wide) -> Self {
        Self { function, kind, state }
    }

    /// What to keep until the next piece.
    pub const fn state(&self) -> &Wide {
        &self.state
    }

    /// Takes the next elements of the row, and of the second row where there is one; at most
    /// [`TERMS_PER_FLUSH_MAX`](rounded::TERMS_PER_FLUSH_MAX) at a time. The buckets are empty and are left so.
    pub fn push(&mut self, buckets: &mut Buckets, first: &[u32], second: &[u32]) {
        let is_float = self.kind == ElementKind::Float;
        match self.function {
            Reduce::Max | Reduce::TopK { .. } => first.iter().for_each(|word| self.insert(*word)),
            Reduce::Sum | Reduce::Mean if is_float => {
                buckets.add_values(first);
                buckets.flush(&mut self.state);
            }
            Reduce::Sum | Reduce::Mean => {
                // arith-safety: 2^14 integers of 32 bits.
                self.add_integer(first.iter().map(|word| i64::from(word.cast_signed())).sum());
            }
            Reduce::SquareSum | Reduce::SquareMean => self.push_products(buckets, first, first),
            Reduce::Dot { .. } | Reduce::Affine => self.push_products(buckets, first, second),
        }
    }

    /// [`Self::push`] for sums of products of 8-bit integers, as bytes.
    pub fn push_int8(&mut self, first: &[u8], second: &[u8]) {
        self.add_integer(int8::dot(first, second));
    }

    /// The element, when all `columns` elements were taken. `bias` is that of the row of weights, or zero; `rank` is the column of
    /// a [`Reduce::TopK`].
    pub fn finish(&self, columns: u32, bias: u32, rank: u32) -> u32 {
        match self.function {
            Reduce::Max => self.ranked(0).0,
            Reduce::TopK { .. } => self.ranked(rank).1,
            Reduce::Mean | Reduce::SquareMean => self.state.round_quotient(columns),
            _ if self.kind == ElementKind::Float => {
                let mut sum = self.state;
                sum.add_value(bias);
                sum.round()
            }
            // arith-safety: an exact sum of 2^14 products and a bias is far below 2^63; another one wraps.
            _ => saturated(self.integer().wrapping_add(bias.cast_signed().into())),
        }
    }

    fn push_products(&mut self, buckets: &mut Buckets, first: &[u32], second: &[u32]) {
        if self.kind == ElementKind::Float {
            buckets.add_products(first, second);
            buckets.flush(&mut self.state);
            return;
        }
        let products = first.iter().zip(second);
        let products = products.map(|(a, b)| i64::from(a.cast_signed()).wrapping_mul(b.cast_signed().into()));
        self.add_integer(products.fold(0, i64::wrapping_add));
    }

    fn integer(&self) -> i64 {
        let [sum, ..] = *self.state.digits();
        sum.cast_signed()
    }

    fn add_integer(&mut self, more: i64) {
        let mut digits = *self.state.digits();
        digits[0] = self.integer().wrapping_add(more).cast_unsigned();
        self.state = Wide::from_digits(digits);
    }

    /// Puts an element where it belongs among the largest. A larger entry is a larger element or, of equal ones, an earlier one;
    /// none is zero.
    fn insert(&mut self, word: u32) {
        let mut digits = *self.state.digits();
        let mut entry = u64::from(self.key(word)) << 32 | u64::from(!(digits[POSITION] as u32));
        // arith-safety: a row has fewer than 2^32 elements.
        digits[POSITION] += 1;
        for digit in &mut digits[..POSITION] {
            if entry > *digit {
                core::mem::swap(digit, &mut entry);
            }
        }
        self.state = Wide::from_digits(digits);
    }

    /// An element among the largest, and its place.
    fn ranked(&self, rank: u32) -> (u32, u32) {
        let entry = self.state.digits().get(rank.min(TOP_MAX - 1) as usize).copied().unwrap_or_default();
        (self.element_of((entry >> 32) as u32), !(entry as u32))
    }

    /// An integer that is ordered as the elements are.
    fn key(&self, word: u32) -> u32 {
        match self.kind {
            ElementKind::Float => {
                let value = rounded::canonical(word);
                if value & SIGN == 0 { value | SIGN } else { !value }
            }
            ElementKind::Int8 | ElementKind::Int32 => word ^ SIGN,
        }
    }

    fn element_of(&self, key: u32) -> u32 {
        match self.kind {
            ElementKind::Float if key & SIGN == 0 => !key,
            _ => key ^ SIGN,
        }
    }
}

const SIGN: u32 = 1 << 31;
