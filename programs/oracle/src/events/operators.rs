use anchor_lang::prelude::*;

use super::Change;

/// Somebody became an operator.
#[event]
pub struct OperatorRegistered {
    /// The operator account.
    pub operator: Pubkey,
    /// Who signs for it.
    pub authority: Pubkey,
    /// Mint of bond and fees.
    pub mint: Pubkey,
    /// Its bond.
    pub bond: Change,
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
