//! The only place where chance enters.

use crate::error::{CliError, Result};

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| CliError::NoRandomness(error.to_string()))?;
    Ok(bytes)
}
