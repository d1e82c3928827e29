use anchor_lang::prelude::*;
use modchains_core::window;

use super::{POOLS_MAX, q64_from_halves, q64_to_halves};
use crate::errors::{VaultError, ensure};

/// What one owner has in a vault.
///
/// ```text
/// (owner's tokens) --stake--> staked --unstake--> cooling --unstake_withdraw, cooldown over--> (owner's tokens)
/// ```
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Position {
    /// The vault this position is in.
    pub vault: Pubkey,
    /// Alone may change, withdraw and claim.
    pub owner: Pubkey,
    /// Token atoms that earn.
    pub staked_atoms: u64,
    /// Token atoms on their way out. They earn nothing.
    pub cooling_atoms: u64,
    /// Unix second from which all of `cooling_atoms` may be withdrawn; 0 while nothing cools.
    pub cooling_until_seconds: i64,
    /// The position's account with each pool, by the pool's index.
    pub shares: [PoolShare; POOLS_MAX],
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

/// A position's account with one pool.
#[zero_copy]
#[repr(C)]
#[derive(Debug, PartialEq, Eq)]
pub struct PoolShare {
    /// The pool's accumulator when this position was last settled: revenue atoms per staked atom, Q64.64, low half
    /// first. Zero before the first time.
    pub checkpoint_q64: [u64; 2],
    /// Revenue atoms settled to this position and not claimed yet.
    pub claimable_atoms: u64,
}

impl PoolShare {
    /// The checkpoint as a number.
    pub const fn checkpoint(&self) -> u128 {
        q64_from_halves(self.checkpoint_q64)
    }
}

impl Position {
    /// Sets up an empty position.
    pub fn open(&mut self, vault: Pubkey, owner: Pubkey, bump: u8) -> Result<()> {
        self.vault = vault;
        self.owner = owner;
        self.bump = bump;
        self.invariant()
    }

    /// This position's account with the pool of index `pool_index`.
    pub fn share(&self, pool_index: u8) -> Result<&PoolShare> {
        Ok(self.shares.get(usize::from(pool_index)).ok_or(VaultError::PoolIndexUnknown)?)
    }

    /// Credits what the pool's accumulator gave since the checkpoint, and moves the checkpoint to `checkpoint_q64`.
    pub fn credit(&mut self, pool_index: u8, revenue_atoms: u64, checkpoint_q64: u128) -> Result<()> {
        let share = self.share_mut(pool_index)?;
        let claimable_atoms = share.claimable_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        *share = PoolShare { checkpoint_q64: q64_to_halves(checkpoint_q64), claimable_atoms };
        Ok(())
    }

    /// Takes everything settled with a pool, to be paid out. Returns the revenue atoms.
    pub fn claim(&mut self, pool_index: u8) -> Result<u64> {
        let share = self.share_mut(pool_index)?;
        ensure(share.claimable_atoms > 0, VaultError::NothingClaimable)?;
        let revenue_atoms = core::mem::take(&mut share.claimable_atoms);
        self.invariant()?;
        Ok(revenue_atoms)
    }

    /// Adds `token_atoms` to the stake. Every pool must have been settled before.
    pub fn stake(&mut self, token_atoms: u64) -> Result<()> {
        self.staked_atoms = self.staked_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Starts the cooldown of `token_atoms`. Every pool must have been settled before.
    ///
    /// One cooldown covers everything that cools: starting another unstake restarts it for what was cooling already.
    pub fn unstake(&mut self, token_atoms: u64, cooldown_seconds: u32, now_seconds: i64) -> Result<()> {
        let staked_atoms = self.staked_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeTooSmall)?;
        let cooling_atoms = self.cooling_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.cooling_until_seconds = window::end_seconds(now_seconds, cooldown_seconds).map_err(VaultError::from)?;
        self.staked_atoms = staked_atoms;
        self.cooling_atoms = cooling_atoms;
        self.invariant()
    }

    /// Takes out everything that has cooled; the end second counts as cooled. Returns the token atoms.
    pub fn withdraw(&mut self, now_seconds: i64) -> Result<u64> {
        ensure(self.cooling_atoms > 0, VaultError::NothingCooling)?;
        ensure(!window::is_open(now_seconds, self.cooling_until_seconds), VaultError::CooldownRunning)?;
        self.cooling_until_seconds = 0;
        let token_atoms = core::mem::take(&mut self.cooling_atoms);
        self.invariant()?;
        Ok(token_atoms)
    }

    /// What holds of a position at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // A cooldown runs exactly while something cools.
        ensure((self.cooling_atoms == 0) == (self.cooling_until_seconds == 0), VaultError::StakeNotConserved)?;
        // Staked and cooling tokens are tokens of one mint, whose supply fits 64 bits.
        ensure(self.staked_atoms.checked_add(self.cooling_atoms).is_some(), VaultError::StakeNotConserved)?;
        Ok(())
    }

    fn share_mut(&mut self, pool_index: u8) -> Result<&mut PoolShare> {
        Ok(self.shares.get_mut(usize::from(pool_index)).ok_or(VaultError::PoolIndexUnknown)?)
    }
}
