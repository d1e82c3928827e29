//! What a run had to compute more than once.

use std::{
    ops::AddAssign,
    time::{Duration, Instant},
};

/// Operators whose fast result is not always the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// A product with weights.
    Affine,
    /// A product of two tensors.
    Dot,
    /// A sum of a row.
    Sum,
    /// A mean of a row.
    Mean,
    /// A sum of squares of a row.
    SquareSum,
    /// A mean of squares of a row.
    SquareMean,
    /// The exponential function.
    Exp,
    /// The error function.
    Erf,
    /// The hyperbolic tangent.
    Tanh,
    /// The inverse square root.
    Rsqrt,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Affine,
        Self::Dot,
        Self::Sum,
        Self::Mean,
        Self::SquareSum,
        Self::SquareMean,
        Self::Exp,
        Self::Erf,
        Self::Tanh,
        Self::Rsqrt,
    ];

    /// Its name in figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Affine => "affine",
            Self::Dot => "dot",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::SquareSum => "square_sum",
            Self::SquareMean => "square_mean",
            Self::Exp => "exp",
            Self::Erf => "erf",
            Self::Tanh => "tanh",
            Self::Rsqrt => "rsqrt",
        }
    }
}

/// Elements of one operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Elements that were computed.
    pub elements: u64,
    /// Of these: what the bound on the error did not decide.
    pub flagged: u64,
    /// Of these: what twice the precision did not decide either, so that it was computed in integers.
    pub exact: u64,
    /// Time of everything after the first test, over all threads.
    pub redo: Duration,
}

/// Elements of every operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics([Counts; Operator::ALL.len()]);

impl Statistics {
    /// Of one operator.
    #[must_use]
    pub const fn of(&self, operator: Operator) -> Counts {
        self.0[operator as usize]
    }

    /// Adds what one piece of work found.
    pub fn add(&mut self, operator: Operator, counts: Counts) {
        self.0[operator as usize] += counts;
    }
}

impl Counts {
    /// Computes the flagged elements of a row again, after which none is flagged: by `nearest` in twice the precision, and where that
    /// does not decide by `exactly` in integers.
    pub(crate) fn redo_row(
        &mut self,
        flagged: &mut Vec<usize>,
        row: &mut [u32],
        nearest: impl Fn(usize) -> Option<u32>,
        exactly: impl Fn(usize) -> u32,
    ) {
        if flagged.is_empty() {
            return;
        }
        let started = Instant::now();
        self.flagged += flagged.len() as u64;
        for column in flagged.drain(..) {
            row[column] = nearest(column).unwrap_or_else(|| {
                self.exact += 1;
                exactly(column)
            });
        }
        self.redo += started.elapsed();
    }
}

impl AddAssign<Counts> for Counts {
    fn add_assign(&mut self, other: Self) {
        self.elements += other.elements;
        self.flagged += other.flagged;
        self.exact += other.exact;
        self.redo += other.redo;
    }
}

impl AddAssign for Statistics {
    fn add_assign(&mut self, other: Self) {
        for (counts, more) in self.0.iter_mut().zip(other.0) {
            *counts += more;
        }
    }
}
