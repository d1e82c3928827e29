//! What a law is: a sentence, and a check of one transaction from outside.

use num_bigint::BigUint;

use crate::{actions::Plan, seen::Seen, setup::Setup};

/// How many facts a law found to hold, or the one that does not.
pub type Verdict = Result<u64, String>;

/// Something that must hold.
#[derive(Clone, Copy)]
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// In one sentence.
    pub sentence: &'static str,
    /// Checks it.
    pub check: fn(&Sight) -> Verdict,
}

/// What a law looks at. The setup's accounts are those after the transaction, its memory is that before it.
pub struct Sight<'a> {
    /// The setup.
    pub setup: &'a Setup,
    /// What was planned.
    pub plan: &'a Plan,
    /// What happened.
    pub seen: &'a Seen,
}

/// A number without bounds.
pub fn big(value: u64) -> BigUint {
    BigUint::from(value)
}

/// Fails with words unless a condition holds.
macro_rules! hold {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err(format!($($words)+));
        }
    };
}
pub(crate) use hold;
