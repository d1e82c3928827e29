//! Why an instruction was refused. Each error states a fact about the world.

use anchor_lang::prelude::*;
use modchains_core::CoreError;

/// Errors of the vault program.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum VaultError {
    /// The amount given is zero.
    #[msg("The amount is zero")]
    AmountZero,
    /// A result does not fit its integer type.
    #[msg("The amount is too large")]
    Overflow,
    /// The signer is not the model's creator.
    #[msg("The signer is not the creator of the model")]
    NotCreator,
    /// The signer does not own the position.
    #[msg("The signer does not own the position")]
    NotPositionOwner,
    /// The mint given is not the model's token.
    #[msg("The mint is not the token of the model")]
    MintOfAnotherModel,
    /// The cooldown is outside 10 seconds to 30 days.
    #[msg("The cooldown is outside 10 seconds to 30 days")]
    CooldownOutOfBounds,
    /// The stream time is outside 60 seconds to 90 days.
    #[msg("The stream time is outside 60 seconds to 90 days")]
    StreamOutOfBounds,
    /// The revenue mint has an extension that gives somebody power over holders or takes a fee.
    #[msg("The revenue mint carries an extension that could hurt holders")]
    RevenueMintExtensionRefused,
    /// The vault has as many pools as it can have.
    #[msg("The vault has four pools already")]
    PoolListFull,
    /// No pool has this index.
    #[msg("No pool has this index")]
    PoolIndexUnknown,
    /// A change of a stake must pass every pool of the vault.
    #[msg("The accounts are not all pools of the vault: pass every pool once")]
    PoolCountMismatch,
    /// The pools are not in the order of their indices.
    #[msg("The pools are not in the order of their indices")]
    PoolOutOfOrder,
    /// The pool belongs to another vault.
    #[msg("The pool belongs to another vault")]
    PoolOfAnotherVault,
    /// The position belongs to another vault.
    #[msg("The position belongs to another vault")]
    PositionOfAnotherVault,
    /// The vault belongs to another model.
    #[msg("The vault belongs to another model")]
    VaultOfAnotherModel,
    /// The token account is not the one the vault or pool keeps its tokens in.
    #[msg("The token account is not the one of the vault or pool")]
    TokenAccountMismatch,
    /// Less is staked than is to be unstaked.
    #[msg("Less is staked than is to be unstaked")]
    StakeTooSmall,
    /// Nothing is cooling.
    #[msg("Nothing is cooling: start an unstake first")]
    NothingCooling,
    /// The cooldown is still running.
    #[msg("The cooldown is still running")]
    CooldownRunning,
    /// The position has nothing to claim from this pool.
    #[msg("The position has nothing to claim from this pool")]
    NothingClaimable,
    /// The clock shows a time before the one recorded.
    #[msg("The clock shows a time before the one recorded")]
    ClockWentBack,
    /// Staked and cooling tokens do not add up.
    #[msg("Staked and cooling tokens do not add up")]
    StakeNotConserved,
    /// The pool's revenue does not add up.
    #[msg("The revenue of the pool does not add up")]
    RevenueNotConserved,
    /// The arithmetic refused for a reason that belongs to another program.
    #[msg("The arithmetic refused for a reason that should not occur in a vault")]
    ArithmeticRefused,
}

impl From<CoreError> for VaultError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::Overflow => Self::Overflow,
            CoreError::ClockWentBack => Self::ClockWentBack,
            CoreError::WindowOpen => Self::CooldownRunning,
            CoreError::InsufficientRevenue | CoreError::RevenueNotConserved => Self::RevenueNotConserved,
            _ => Self::ArithmeticRefused,
        }
    }
}
