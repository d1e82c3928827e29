use anchor_lang::prelude::*;

use super::Change;

/// Somebody became an operator.
#[event]
pub struct OperatorRegistered {
    /// The operator account.
    pub operator: Pubkey,
    /// The service whose requests it answers.
    pub service: Pubkey,
    /// Who signs for it.
    pub authority: Pubkey,
    /// Its bond.
    pub bond: Change,
    /// How long a bond that it withdraws stays reachable.
    pub cooldown_seconds: u32,
}

/// An operator with nothing left is gone.
#[event]
pub struct OperatorClosed {
    /// The operator account.
    pub operator: Pubkey,
    /// The service whose requests it answered.
    pub service: Pubkey,
    /// Who got the rent.
    pub authority: Pubkey,
    /// How many of its results became final.
    pub results_final: u64,
}

/// A bond grew.
#[event]
pub struct BondDeposited {
    /// The operator account.
    pub operator: Pubkey,
    /// Its bond.
    pub bond: Change,
}

/// Part of a bond is on its way out.
#[event]
pub struct BondWithdrawalStarted {
    /// The operator account.
    pub operator: Pubkey,
    /// Its bond.
    pub bond: Change,
    /// What is on its way out.
    pub cooling: Change,
    /// From when it may leave, unix seconds.
    pub cooling_until_seconds: i64,
}

/// Bond atoms left.
#[event]
pub struct BondWithdrawn {
    /// The operator account.
    pub operator: Pubkey,
    /// What was on its way out.
    pub cooling: Change,
}

/// An operator was paid what it earned.
#[event]
pub struct EarningsClaimed {
    /// The operator account.
    pub operator: Pubkey,
    /// What it had earned.
    pub earned: Change,
}
