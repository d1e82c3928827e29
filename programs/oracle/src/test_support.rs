//! Helpers of the unit tests.

use anchor_lang::prelude::*;

use crate::errors::OracleError;

/// The error code that a step was refused with; equal to the [`OracleError`] of that code.
#[derive(Debug)]
pub struct Refusal(u32);

impl PartialEq<OracleError> for Refusal {
    fn eq(&self, error: &OracleError) -> bool {
        self.0 == u32::from(*error)
    }
}

/// The code that `result` was refused with.
pub fn refusal<T>(result: Result<T>) -> Refusal {
    match result.map_err(ProgramError::from) {
        Err(ProgramError::Custom(code)) => Refusal(code),
        Err(other) => panic!("refused without a code: {other}"),
        Ok(_) => panic!("not refused"),
    }
}
