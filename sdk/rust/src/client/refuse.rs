//! Why a transaction fails, in terms of what the sender can do about it.

use solana_transaction_error::TransactionError;

use super::Client;
use crate::{Pubkey, Refusal, SdkError, address};

/// Base fee of a signature, only used to say what a transaction costs and how much is missing.
pub const SIGNATURE_LAMPORTS: u64 = 5_000;
/// What the system program logs when an account cannot pay, before both amounts.
const INSUFFICIENT_LAMPORTS: &str = "Transfer: insufficient lamports ";

/// A failed transaction, simulated or real.
pub(super) struct Failure {
    /// What the runtime said.
    pub error: TransactionError,
    /// The programs of its instructions.
    pub programs: Vec<Pubkey>,
    /// Its log.
    pub logs: Vec<String>,
    /// Who pays.
    pub payer: Pubkey,
    /// How many instructions were put before the caller's.
    pub budget_instructions: usize,
}

impl Client {
    /// Turns a failure into a typed error. Asks for the payer's balance when that is what is missing.
    pub(super) async fn explain(&self, failure: Failure) -> SdkError {
        match failure.error {
            TransactionError::AccountNotFound | TransactionError::InsufficientFundsForFee => {
                match self.lamports(&failure.payer).await {
                    Ok(has_lamports) => SdkError::InsufficientFunds {
                        address: failure.payer,
                        needed_lamports: has_lamports.saturating_add(1).max(SIGNATURE_LAMPORTS),
                        has_lamports,
                    },
                    Err(_) => SdkError::SimulationFailed { reason: failure.error.to_string(), logs: failure.logs },
                }
            }
            TransactionError::InstructionError(index, error) => {
                let program = failure.programs.get(usize::from(index)).copied().unwrap_or_default();
                let budget = u8::try_from(failure.budget_instructions).unwrap_or_default();
                let refusal = Refusal::new(program, index.saturating_sub(budget), &error, failure.logs);
                insufficient_lamports(&refusal, failure.payer)
                    .unwrap_or_else(|| SdkError::ProgramRefused(Box::new(refusal)))
            }
            other => SdkError::SimulationFailed { reason: other.to_string(), logs: failure.logs },
        }
    }
}

/// Reads what is missing out of the system program's log. It does not say whose account it is; all our instructions
/// that move lamports take them from the payer.
fn insufficient_lamports(refusal: &Refusal, payer: Pubkey) -> Option<SdkError> {
    if refusal.program != address::SYSTEM_PROGRAM {
        return None;
    }
    let amounts = refusal.logs.iter().find_map(|line| line.split_once(INSUFFICIENT_LAMPORTS))?.1;
    let (has, needed) = amounts.split_once(", need ")?;
    let (has_lamports, needed_lamports) = (has.parse().ok()?, needed.trim().parse().ok()?);
    Some(SdkError::InsufficientFunds { address: payer, needed_lamports, has_lamports })
}

#[cfg(test)]
mod tests {
    use solana_instruction_error::InstructionError;

    use super::*;

    fn refusal(logs: &[&str]) -> Refusal {
        let logs = logs.iter().map(ToString::to_string).collect();
        Refusal::new(address::SYSTEM_PROGRAM, 0, &InstructionError::Custom(1), logs)
    }

    #[test]
    fn missing_lamports_are_read_from_the_log_of_the_system_program() {
        let payer = Pubkey::new_unique();
        let error = insufficient_lamports(&refusal(&["Transfer: insufficient lamports 12, need 500"]), payer);
        assert!(matches!(
            error,
            Some(SdkError::InsufficientFunds { address, needed_lamports: 500, has_lamports: 12 }) if address == payer
        ));
    }

    #[test]
    fn other_refusals_stay_refusals() {
        let payer = Pubkey::new_unique();
        assert!(insufficient_lamports(&refusal(&["Transfer: insufficient lamports many, need more"]), payer).is_none());
        let mut foreign = refusal(&["Transfer: insufficient lamports 12, need 500"]);
        foreign.program = modchains_vault::ID;
        assert!(insufficient_lamports(&foreign, payer).is_none());
    }
}
