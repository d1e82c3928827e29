use anchor_lang::prelude::*;
use modchains_program_kit::keys::same;

use super::{q64_from_halves, q64_to_halves};
use crate::errors::{VaultError, ensure};

/// What a position has earned from one pool: inside the position for the vault's first pool, in a [`Share`] for another.
#[zero_copy]
#[repr(C)]
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Earnings {
    /// The pool's accumulator when this was last settled: revenue atoms per staked atom, Q64.64, low half first.
    pub checkpoint_q64: [u64; 2],
    /// Revenue atoms settled and not claimed yet.
    pub claimable_atoms: u64,
}

impl Earnings {
    /// Earnings from a pool whose accumulator stands at `acc_per_share_q64`.
    pub const fn from_now(acc_per_share_q64: u128) -> Self {
        Self { checkpoint_q64: q64_to_halves(acc_per_share_q64), claimable_atoms: 0 }
    }

    /// The checkpoint as a number.
    pub const fn checkpoint(&self) -> u128 {
        q64_from_halves(self.checkpoint_q64)
    }

    /// Credits what the pool's accumulator gave since the checkpoint, and moves the checkpoint to `checkpoint_q64`.
    pub fn credit(&mut self, revenue_atoms: u64, checkpoint_q64: u128) -> Result<()> {
        self.claimable_atoms = self.claimable_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        self.checkpoint_q64 = q64_to_halves(checkpoint_q64);
        Ok(())
    }
}

/// A position's account with a pool other than the vault's first. The position earns from that pool from the opening of
/// this account on.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Share {
    /// Whose earnings these are.
    pub position: Pubkey,
    /// What they come from.
    pub pool: Pubkey,
    /// What the position has earned.
    pub earnings: Earnings,
    /// Which of the position's places for shares this one has, 0 to 7.
    pub place: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 6],
}

impl Share {
    /// Sets up the share of `position` in `pool`, at `place` of the position.
    pub fn open(&mut self, position: Pubkey, pool: Pubkey, earnings: Earnings, place: u8, bump: u8) {
        *self = Self { position, pool, earnings, place, bump, _padding: [0; 6] };
    }

    /// Refuses a share of another position, or in another pool.
    pub fn require_of(&self, position: &Pubkey, pool: &Pubkey) -> Result<()> {
        ensure(same(&self.position, position) && same(&self.pool, pool), VaultError::ShareOfAnotherPosition)
    }

    /// Its place among the position's shares, as a bit of `Position::share_places`.
    pub const fn place_bit(&self) -> u8 {
        // Places are 0 to 7.
        1_u8.wrapping_shl(self.place as u32)
    }
}
