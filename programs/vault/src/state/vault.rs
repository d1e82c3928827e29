use anchor_lang::prelude::*;
use modchains_program_interface::{assert_view, vault as view};

use crate::errors::{VaultError, ensure};

/// How many revenue pools a vault can have. Every change of a stake passes all of them.
pub const POOLS_MAX: usize = 4;
/// Shortest cooldown of an unstake.
pub const COOLDOWN_SECONDS_MIN: u32 = 10;
/// Longest cooldown of an unstake: 30 days.
pub const COOLDOWN_SECONDS_MAX: u32 = 30 * 24 * 3_600;
/// Shortest time over which a deposit is streamed.
pub const STREAM_SECONDS_MIN: u32 = 60;
/// Longest time over which a deposit is streamed: 90 days.
pub const STREAM_SECONDS_MAX: u32 = 90 * 24 * 3_600;

/// Where a model's token is staked. What it earns arrives in its revenue pools.
///
/// Both times are fixed when the vault opens, so nobody can change the terms of a stake that exists.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Vault {
    /// The exchange's model this vault belongs to; its creator opens vault and pools.
    pub model: Pubkey,
    /// The model's token, Token-2022.
    pub mint: Pubkey,
    /// Token account of everything staked or cooling; this vault is its authority.
    pub stake_tokens: Pubkey,
    /// Sum of what all positions have staked, in token atoms. The only stake that earns.
    pub staked_atoms: u64,
    /// Sum of what all positions have cooling, in token atoms. Earns nothing.
    pub cooling_atoms: u64,
    /// Time between starting an unstake and withdrawing it.
    pub cooldown_seconds: u32,
    /// Time over which a deposit reaches the stakers.
    pub stream_seconds: u32,
    /// How many pools exist; their indices are 0 to one less.
    pub pool_count: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 6],
}

assert_view!(view::Vault => Vault { model });

/// A vault's two times, chosen once.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultTerms {
    /// Time between starting an unstake and withdrawing it, 10 seconds to 30 days.
    pub cooldown_seconds: u32,
    /// Time over which a deposit reaches the stakers, 60 seconds to 90 days.
    pub stream_seconds: u32,
}

impl Vault {
    /// Sets up an empty vault.
    pub fn open(
        &mut self,
        model: Pubkey,
        mint: Pubkey,
        stake_tokens: Pubkey,
        terms: VaultTerms,
        bump: u8,
    ) -> Result<()> {
        self.model = model;
        self.mint = mint;
        self.stake_tokens = stake_tokens;
        self.cooldown_seconds = terms.cooldown_seconds;
        self.stream_seconds = terms.stream_seconds;
        self.bump = bump;
        self.invariant()
    }

    /// Counts a new pool and returns its index.
    pub fn add_pool(&mut self) -> Result<u8> {
        let index = self.pool_count;
        ensure(usize::from(index) < POOLS_MAX, VaultError::PoolListFull)?;
        self.pool_count = index.checked_add(1).ok_or(VaultError::Overflow)?;
        self.invariant()?;
        Ok(index)
    }

    /// Adds `token_atoms` to the stake that earns.
    pub fn stake(&mut self, token_atoms: u64) -> Result<()> {
        self.staked_atoms = self.staked_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Moves `token_atoms` from the stake that earns to what cools.
    pub fn unstake(&mut self, token_atoms: u64) -> Result<()> {
        let staked_atoms = self.staked_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeTooSmall)?;
        self.cooling_atoms = self.cooling_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.staked_atoms = staked_atoms;
        self.invariant()
    }

    /// Takes `token_atoms` that have cooled off the count.
    pub fn withdraw(&mut self, token_atoms: u64) -> Result<()> {
        self.cooling_atoms = self.cooling_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeNotConserved)?;
        self.invariant()
    }

    /// What holds of a vault at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Nobody can be locked in for long, nor leave before the cooldown means anything.
        ensure(
            (COOLDOWN_SECONDS_MIN..=COOLDOWN_SECONDS_MAX).contains(&self.cooldown_seconds),
            VaultError::CooldownOutOfBounds,
        )?;
        // Revenue neither arrives at once, which could be sniped, nor takes for ever.
        ensure(
            (STREAM_SECONDS_MIN..=STREAM_SECONDS_MAX).contains(&self.stream_seconds),
            VaultError::StreamOutOfBounds,
        )?;
        // A position has a place for every pool.
        ensure(usize::from(self.pool_count) <= POOLS_MAX, VaultError::PoolListFull)?;
        // Staked and cooling tokens are tokens of one mint, whose supply fits 64 bits.
        ensure(self.staked_atoms.checked_add(self.cooling_atoms).is_some(), VaultError::StakeNotConserved)?;
        Ok(())
    }
}
