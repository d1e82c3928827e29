//! Why an instruction was refused. Each error states a fact about the world.

use anchor_lang::prelude::*;
use modchains_core::CoreError;
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::refusals;

refusals! {
    /// Errors of the vault program.
    pub enum VaultError {
        /// The amount given is zero.
        AmountZero = "The amount is zero",
        /// A result does not fit its integer type.
        Overflow = "The amount is too large",
        /// The signer is not the model's creator.
        NotCreator = "The signer is not the creator of the model",
        /// The signer does not own the position.
        NotPositionOwner = "The signer does not own the position",
        /// The mint given is not the model's token.
        MintOfAnotherModel = "The mint is not the token of the model",
        /// The cooldown is outside 10 seconds to 30 days.
        CooldownOutOfBounds = "The cooldown is outside 10 seconds to 30 days",
        /// The stream time is outside 60 seconds to 90 days.
        StreamOutOfBounds = "The stream time is outside 60 seconds to 90 days",
        /// The revenue mint has an extension that gives somebody power over holders or takes a fee.
        RevenueMintExtensionRefused = "The revenue mint carries an extension that could hurt holders",
        /// The vault has as many pools as it can have.
        PoolListFull = "The vault has four pools already",
        /// No pool has this index.
        PoolIndexUnknown = "No pool has this index",
        /// A change of a stake must pass every pool of the vault.
        PoolCountMismatch = "The accounts are not all pools of the vault: pass every pool once",
        /// The pools are not in the order of their indices.
        PoolOutOfOrder = "The pools are not in the order of their indices",
        /// The pool belongs to another vault.
        PoolOfAnotherVault = "The pool belongs to another vault",
        /// The position belongs to another vault.
        PositionOfAnotherVault = "The position belongs to another vault",
        /// The vault belongs to another model.
        VaultOfAnotherModel = "The vault belongs to another model",
        /// The token account is not the one the vault or pool keeps its tokens in.
        TokenAccountMismatch = "The token account is not the one of the vault or pool",
        /// Less is staked than is to be unstaked.
        StakeTooSmall = "Less is staked than is to be unstaked",
        /// Nothing is cooling.
        NothingCooling = "Nothing is cooling: start an unstake first",
        /// The cooldown is still running.
        CooldownRunning = "The cooldown is still running",
        /// The position has nothing to claim from this pool.
        NothingClaimable = "The position has nothing to claim from this pool",
        /// The clock shows a time before the one recorded.
        ClockWentBack = "The clock shows a time before the one recorded",
        /// Staked and cooling tokens do not add up.
        StakeNotConserved = "Staked and cooling tokens do not add up",
        /// The pool's revenue does not add up.
        RevenueNotConserved = "The revenue of the pool does not add up",
        /// The arithmetic refused for a reason that belongs to another program.
        ArithmeticRefused = "The arithmetic refused for a reason that should not occur in a vault",
    }
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
