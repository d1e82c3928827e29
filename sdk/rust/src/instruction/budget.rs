//! Compute limit and priority fee of a transaction.

use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;

/// Most compute units a transaction can have.
pub const COMPUTE_UNITS_MAX: u32 = 1_400_000;

/// Limits the transaction to `units` compute units.
pub fn compute_limit(units: u32) -> Instruction {
    ComputeBudgetInstruction::set_compute_unit_limit(units)
}

/// Offers `micro_lamports` (10^-6 lamports) for each compute unit of the limit, on top of the base fee.
pub fn compute_price(micro_lamports: u64) -> Instruction {
    ComputeBudgetInstruction::set_compute_unit_price(micro_lamports)
}

/// Limit for a transaction that used `units` in simulation: a tenth more, and at least 1,000 more, because accounts
/// can change until it runs.
pub fn limit_for(units: u64) -> u32 {
    let margin = (units / 10).max(1_000);
    u32::try_from(units.saturating_add(margin)).unwrap_or(COMPUTE_UNITS_MAX).min(COMPUTE_UNITS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_a_tenth_of_margin_within_what_the_runtime_allows() {
        assert_eq!(limit_for(20_000), 22_000);
        assert_eq!(limit_for(100), 1_100);
        assert_eq!(limit_for(1_399_000), COMPUTE_UNITS_MAX);
        assert_eq!(limit_for(u64::MAX), COMPUTE_UNITS_MAX);
    }
}
