//! What happened, with the values before and after. Emitted by self-CPI, so that no log limit can drop one.

use anchor_lang::{Event, prelude::*};
use bytemuck::{Pod, Zeroable};
use modchains_program_kit::event;

mod governance;

pub use governance::*;

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
    /// Who opened it and paid the rent.
    pub payer: Pubkey,
}

/// A vault that nobody used is no more; its first pool is neither.
#[event]
pub struct VaultClosed {
    /// The vault.
    pub vault: Pubkey,
    /// Who got the rent back.
    pub payer: Pubkey,
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
    /// Whether it is the vault's first pool, which every position earns from without a share.
    pub is_first: bool,
    /// Who opened it and paid the rent.
    pub payer: Pubkey,
}

/// A pool that owed nobody anything is no more.
#[event]
pub struct PoolClosed {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Mint of its revenue.
    pub revenue_mint: Pubkey,
    /// What divisions had left over in it, revenue atoms.
    pub dust_atoms: u64,
    /// Who got the rent back, and the dust.
    pub payer: Pubkey,
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

/// A position in which nothing was left is no more; its owner has the rent.
#[event]
pub struct PositionClosed {
    /// The vault.
    pub vault: Pubkey,
    /// The position.
    pub position: Pubkey,
    /// Who owned it.
    pub owner: Pubkey,
}

/// A position earns from one more pool from now on.
#[event]
pub struct PoolSubscribed {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Whose position it is.
    pub owner: Pubkey,
    /// What earns from the pool, before.
    pub pool_staked_atoms_before: u64,
    /// What earns from the pool, after.
    pub pool_staked_atoms_after: u64,
}

/// A position earns nothing from a pool any more.
#[event]
pub struct PoolUnsubscribed {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Whose position it is.
    pub owner: Pubkey,
    /// What earns from the pool, before.
    pub pool_staked_atoms_before: u64,
    /// What earns from the pool, after.
    pub pool_staked_atoms_after: u64,
}

/// Tokens were staked.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct RevenueDeposited {
    /// The vault.
    pub vault: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// Mint of the revenue.
    pub revenue_mint: Pubkey,
    /// Who deposited; the zero key when tokens that were sent directly were swept in.
    pub depositor: Pubkey,
    /// Revenue atoms deposited, the treasury's part among them.
    pub revenue_atoms: u64,
    /// The part that went to the treasury.
    pub treasury_atoms: u64,
    /// What was yet to be streamed before, at the pool's last move.
    pub unstreamed_atoms_before: u64,
    /// What is yet to be streamed after.
    pub unstreamed_atoms_after: u64,
    /// Everything that ever went to the stream, after; modulo 2^64.
    pub deposited_atoms_after: u64,
    /// Seconds, with something staked, until all of it is streamed.
    pub remaining_seconds: u64,
}

/// Somebody gave to the treasury.
#[event]
pub struct TreasuryDeposited {
    /// The vault.
    pub vault: Pubkey,
    /// The pool in whose mint the treasury got it.
    pub pool: Pubkey,
    /// Mint of the tokens.
    pub revenue_mint: Pubkey,
    /// Who deposited.
    pub depositor: Pubkey,
    /// Revenue atoms deposited.
    pub revenue_atoms: u64,
    /// What the treasury had in the pool before.
    pub treasury_atoms_before: u64,
    /// What it has after.
    pub treasury_atoms_after: u64,
}

/// An owner took revenue.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
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
    /// Everything ever paid out of the pool, before; modulo 2^64.
    pub claimed_atoms_before: u64,
    /// Everything ever paid out of the pool, after; modulo 2^64.
    pub claimed_atoms_after: u64,
}

/// Emits `event` in the name of this program.
pub fn emit<E: Event>(event_authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(event_authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}

/// Emits an event whose fields follow each other without gaps: its bytes are its serialised form, one copy instead of
/// one for each field.
pub fn emit_fixed<E: Event + Pod>(event_authority: &AccountInfo, event: &E) -> Result<()> {
    let parts = [E::DISCRIMINATOR, bytemuck::bytes_of(event)];
    event::emit_bytes(event_authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, &parts)
}
