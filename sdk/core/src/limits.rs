//! Slippage limits, the same for every kind of trade.

use crate::{CoreError, Result};

/// Requires `output_atoms >= min_atoms`.
pub fn require_output(output_atoms: u64, min_atoms: u64) -> Result<()> {
    if output_atoms < min_atoms { Err(CoreError::OutputBelowLimit) } else { Ok(()) }
}

/// Requires `input_atoms <= max_atoms`.
pub fn require_input(input_atoms: u64, max_atoms: u64) -> Result<()> {
    if input_atoms > max_atoms { Err(CoreError::InputAboveLimit) } else { Ok(()) }
}
