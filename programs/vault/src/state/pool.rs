use anchor_lang::prelude::*;
use modchains_core::stream::Stream;

use super::{POOLS_MAX, Position, q64_from_halves, q64_to_halves};
use crate::errors::{VaultError, ensure};

/// A vault's revenue in one mint, streamed to the stake over time.
///
/// Every atom is in one place: `deposited = unstreamed + settled + (not settled yet, and dust)`, and of what was
/// settled to positions `claimed` has been paid out. Tokens sent to the token account from outside count for nothing.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct RevenuePool {
    /// The vault whose stakers earn this.
    pub vault: Pubkey,
    /// Mint of the revenue, under either token program.
    pub revenue_mint: Pubkey,
    /// Token account of the revenue; this pool is its authority.
    pub tokens: Pubkey,
    /// Revenue atoms per staked atom since the beginning, Q64.64, low half first. Only rises.
    pub acc_per_share_q64: [u64; 2],
    /// What the accumulator's last division left over, in 2^-64 revenue atoms.
    pub remainder_q64: u64,
    /// Every revenue atom ever deposited. A deposit that would overflow it is refused.
    pub deposited_atoms: u64,
    /// Deposited, but not yet streamed.
    pub unstreamed_atoms: u64,
    /// Credited to positions, claimed or not.
    pub settled_atoms: u64,
    /// Paid out to the owners of positions.
    pub claimed_atoms: u64,
    /// When the accumulator was last moved, unix seconds.
    pub updated_at_seconds: i64,
    /// Seconds, with something staked, until everything is streamed; 0 when nothing is left.
    pub remaining_seconds: u32,
    /// Place of this pool in the vault and in every position.
    pub index: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 2],
}

/// Which pool a new account is to be.
#[derive(Clone, Copy, Debug)]
pub struct PoolIdentity {
    /// The vault whose stakers earn this.
    pub vault: Pubkey,
    /// Mint of the revenue.
    pub revenue_mint: Pubkey,
    /// Token account of the revenue.
    pub tokens: Pubkey,
    /// Place of the pool in the vault.
    pub index: u8,
    /// Bump of the pool's address.
    pub bump: u8,
}

impl RevenuePool {
    /// Sets up an empty pool.
    pub fn open(&mut self, identity: PoolIdentity, now_seconds: i64) -> Result<()> {
        self.vault = identity.vault;
        self.revenue_mint = identity.revenue_mint;
        self.tokens = identity.tokens;
        self.index = identity.index;
        self.bump = identity.bump;
        self.apply(&Stream::new(now_seconds))
    }

    /// Adds `revenue_atoms` to what is streamed, after streaming what was due at the vault's stake `staked_atoms`.
    pub fn deposit(
        &mut self,
        revenue_atoms: u64,
        now_seconds: i64,
        staked_atoms: u64,
        stream_seconds: u32,
    ) -> Result<()> {
        let stream = self
            .stream()
            .deposit(revenue_atoms, now_seconds, staked_atoms, stream_seconds)
            .map_err(VaultError::from)?;
        self.apply(&stream)
    }

    /// Streams what is due at the vault's stake `staked_atoms`, and credits `position` with its part since it was last
    /// settled. Must come before any change of the vault's or the position's stake.
    pub fn settle(&mut self, position: &mut Position, now_seconds: i64, staked_atoms: u64) -> Result<()> {
        let stream = self.stream().advance(now_seconds, staked_atoms).map_err(VaultError::from)?;
        let checkpoint_q64 = position.share(self.index)?.checkpoint();
        let earned_atoms = stream.claimable(position.staked_atoms, checkpoint_q64).map_err(VaultError::from)?;
        let stream = stream.claim(earned_atoms).map_err(VaultError::from)?;
        position.credit(self.index, earned_atoms, stream.acc_per_share_q64)?;
        self.apply(&stream)
    }

    /// Records that `revenue_atoms`, settled before, leave the pool.
    pub fn claim(&mut self, revenue_atoms: u64) -> Result<()> {
        self.claimed_atoms = self.claimed_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Refuses a pool that is not the one of `vault` with index `index`.
    pub fn require_place(&self, vault: &Pubkey, index: u8) -> Result<()> {
        ensure(self.vault == *vault, VaultError::PoolOfAnotherVault)?;
        ensure(self.index == index, VaultError::PoolOutOfOrder)?;
        Ok(())
    }

    /// The pool as the arithmetic sees it.
    pub fn stream(&self) -> Stream {
        Stream {
            acc_per_share_q64: q64_from_halves(self.acc_per_share_q64),
            remainder_q64: self.remainder_q64,
            deposited_atoms: self.deposited_atoms,
            claimed_atoms: self.settled_atoms,
            unstreamed_atoms: self.unstreamed_atoms,
            remaining_seconds: self.remaining_seconds,
            updated_at_seconds: self.updated_at_seconds,
        }
    }

    fn apply(&mut self, stream: &Stream) -> Result<()> {
        self.acc_per_share_q64 = q64_to_halves(stream.acc_per_share_q64);
        self.remainder_q64 = stream.remainder_q64;
        self.deposited_atoms = stream.deposited_atoms;
        self.settled_atoms = stream.claimed_atoms;
        self.unstreamed_atoms = stream.unstreamed_atoms;
        self.remaining_seconds = stream.remaining_seconds;
        self.updated_at_seconds = stream.updated_at_seconds;
        self.invariant()
    }

    /// What holds of a pool at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // No more was settled than streamed, and time remains exactly while something is left to stream.
        self.stream().invariant().map_err(VaultError::from)?;
        // No more was paid out than settled.
        ensure(self.settled_atoms >= self.claimed_atoms, VaultError::RevenueNotConserved)?;
        // Every position has a place for this pool.
        ensure(usize::from(self.index) < POOLS_MAX, VaultError::PoolIndexUnknown)?;
        Ok(())
    }
}
