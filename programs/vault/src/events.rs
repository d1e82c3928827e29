//! What happened, with the values before and after. Emitted by self-CPI, so that no log limit can drop one.

use anchor_lang::{Event, prelude::*};

/// A model has a vault. A [`PoolOpened`] for its first pool follows.
#[event]
pub struct VaultOpened {
    /// The new vault.
    pub vault: Pubkey,
    /// Its model.
    pub model: Pubkey,
    /// The model's token, which is staked.
    pub mint: Pubkey,
    /// Where staked tokens are kept.
    pub stake_tokens: Pubkey,
    /// Time between starting an unstake and withdrawing it.
    pub cooldown_seconds: u32,
    /// Time over which a deposit reaches the stakers.
    pub stream_seconds: u32,
}

/// A vault takes revenue in one more mint.
#[event]
pub struct PoolOpened {
    /// The vault.
    pub vault: Pubkey,
    /// The new pool.
    pub pool: Pubkey,
    /// Mint of its revenue.
    pub revenue_mint: Pubkey,
    /// Where the revenue is kept.
    pub pool_tokens: Pubkey,
    /// Place of the pool in the vault.
    pub index: u8,
}

/// An owner can stake in a vault.
#[event]
pub struct PositionOpened {
    /// The vault.
    pub vault: Pubkey,
    /// The new position.
    pub position: Pubkey,
    /// Who owns it.
    pub owner: Pubkey,
}

/// Tokens were staked.
#[event]
pub struct Staked {
    /// The vault.
    pub vault: Pubkey,
    /// Who staked.
    pub owner: Pubkey,
    /// Token atoms staked.
    pub token_atoms: u64,
    /// The position's stake before.
    pub position_staked_atoms_before: u64,
    /// The position's stake after.
    pub position_staked_atoms_after: u64,
    /// The vault's stake before.
    pub vault_staked_atoms_before: u64,
    /// The vault's stake after.
    pub vault_staked_atoms_after: u64,
}

/// Staked tokens began to cool. They stopped earning.
#[event]
pub struct UnstakeStarted {
    /// The vault.
    pub vault: Pubkey,
    /// Who unstakes.
    pub owner: Pubkey,
    /// Token atoms that began to cool.
    pub token_atoms: u64,
    /// The position's stake before.
    pub position_staked_atoms_before: u64,
    /// The position's stake after.
    pub position_staked_atoms_after: u64,
    /// Everything the position has cooling now, restarted together.
    pub position_cooling_atoms_after: u64,
    /// The vault's stake before.
    pub vault_staked_atoms_before: u64,
    /// The vault's stake after.
    pub vault_staked_atoms_after: u64,
    /// Unix second from which the cooling tokens can be withdrawn.
    pub cooling_until_seconds: i64,
}

/// Cooled tokens went back to their owner.
#[event]
pub struct Unstaked {
    /// The vault.
    pub vault: Pubkey,
    /// Whose tokens they are.
    pub owner: Pubkey,
    /// Token atoms paid out: all that the position had cooling.
    pub token_atoms: u64,
    /// What all positions had cooling before.
    pub vault_cooling_atoms_before: u64,
    /// What all positions have cooling after.
    pub vault_cooling_atoms_after: u64,
}

/// Revenue came in and will be streamed.
#[event]
pub struct RevenueDeposited {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Mint of the revenue.
    pub revenue_mint: Pubkey,
    /// Who deposited.
    pub depositor: Pubkey,
    /// Revenue atoms deposited.
    pub revenue_atoms: u64,
    /// What was yet to be streamed before, at the pool's last move.
    pub unstreamed_atoms_before: u64,
    /// What is yet to be streamed after.
    pub unstreamed_atoms_after: u64,
    /// Everything ever deposited, after.
    pub deposited_atoms_after: u64,
    /// Seconds until all of it is streamed.
    pub remaining_seconds: u32,
}

/// An owner took revenue.
#[event]
pub struct RevenueClaimed {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Mint of the revenue.
    pub revenue_mint: Pubkey,
    /// Who claimed.
    pub owner: Pubkey,
    /// Revenue atoms paid out.
    pub revenue_atoms: u64,
    /// Everything ever paid out of the pool, before.
    pub claimed_atoms_before: u64,
    /// Everything ever paid out of the pool, after.
    pub claimed_atoms_after: u64,
}

/// Emits `event` in the name of this program.
pub fn emit<E: Event>(event_authority: &AccountInfo, event: &E) -> Result<()> {
    modchains_program_kit::event::emit(event_authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}
