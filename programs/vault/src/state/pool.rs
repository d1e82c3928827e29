use anchor_lang::prelude::*;
use modchains_core::stream::{self, Stream};

use super::{Earnings, q64_from_halves, q64_to_halves};
use crate::{
    errors::{VaultError, ensure},
    seeds,
};

/// A vault's revenue in one mint: a stream to the stakers who earn from it, and a part of the vault's treasury.
///
/// Every atom is in one place: `deposited = claimed + settled + unsettled + unstreamed`, and the treasury apart. Tokens
/// sent to the token account from outside count for nothing until `revenue_sweep` deposits them.
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
    /// Who paid the rent, and gets it back when the pool closes.
    pub payer: Pubkey,
    /// Revenue atoms per staked atom since the beginning, Q64.64 modulo 2^128, low half first.
    pub acc_per_share_q64: [u64; 2],
    /// What the accumulator's last division left over, in 2^-64 revenue atoms.
    pub remainder_q64: u64,
    /// Every revenue atom that ever went to the stream, modulo 2^64: the difference to `claimed_atoms` is exact, since it
    /// lies in one token account.
    pub deposited_atoms: u64,
    /// Every revenue atom that was ever paid out to owners of positions, modulo 2^64.
    pub claimed_atoms: u64,
    /// Deposited, but not yet streamed.
    pub unstreamed_atoms: u64,
    /// Streamed, but not yet settled to a position: earned by somebody, or dust.
    pub unsettled_atoms: u64,
    /// Settled to positions and not claimed yet.
    pub settled_atoms: u64,
    /// The treasury's, which only a passed proposal spends.
    pub treasury_atoms: u64,
    /// On its way to the payees of grants.
    pub granted_atoms: u64,
    /// Token atoms that earn from this pool: for the vault's first pool all that is staked, for another the stake of those
    /// who opened a [`super::Share`].
    pub staked_atoms: u64,
    /// When the accumulator was last moved, unix seconds.
    pub updated_at_seconds: i64,
    /// Seconds, with something staked, until everything is streamed; 0 when nothing is left.
    pub remaining_seconds: u32,
    /// How many shares exist; none of the vault's first pool, from which positions earn without.
    pub share_count: u32,
    /// 1 for the vault's first pool.
    pub is_first: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 6],
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
    /// Who pays the rent.
    pub payer: Pubkey,
    /// Whether it is the vault's first.
    pub is_first: bool,
    /// Bump of the pool's address.
    pub bump: u8,
}

impl RevenuePool {
    /// Seeds that make the pool sign, given its bump.
    pub fn signer_seeds<'a>(vault: &'a Pubkey, revenue_mint: &'a Pubkey, bump: &'a [u8; 1]) -> [&'a [u8]; 4] {
        [seeds::POOL, vault.as_ref(), revenue_mint.as_ref(), bump]
    }

    /// Sets up an empty pool.
    pub fn open(&mut self, identity: PoolIdentity, now_seconds: i64) -> Result<()> {
        self.vault = identity.vault;
        self.revenue_mint = identity.revenue_mint;
        self.tokens = identity.tokens;
        self.payer = identity.payer;
        self.is_first = identity.is_first.into();
        self.bump = identity.bump;
        self.store(&Stream::new(now_seconds));
        self.invariant()
    }

    /// Takes in `revenue_atoms`: `treasury_bps` of them for the treasury, the rest to be streamed over `stream_seconds`,
    /// after what was due until now. Returns the treasury's part.
    pub fn deposit(
        &mut self,
        revenue_atoms: u64,
        treasury_bps: u16,
        stream_seconds: u32,
        now_seconds: i64,
    ) -> Result<u64> {
        let to_treasury_atoms = stream::treasury_atoms(revenue_atoms, treasury_bps).map_err(VaultError::from)?;
        let streamed_atoms = revenue_atoms.checked_sub(to_treasury_atoms).ok_or(VaultError::Overflow)?;
        let stream = self.stream().deposit(streamed_atoms, now_seconds, self.staked_atoms, stream_seconds);
        self.store(&stream.map_err(VaultError::from)?);
        self.deposited_atoms = self.deposited_atoms.wrapping_add(streamed_atoms);
        self.treasury_atoms = self.treasury_atoms.checked_add(to_treasury_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()?;
        Ok(to_treasury_atoms)
    }

    /// Takes in `revenue_atoms` for the treasury alone.
    pub fn treasury_deposit(&mut self, revenue_atoms: u64) -> Result<()> {
        ensure(revenue_atoms > 0, VaultError::AmountZero)?;
        self.treasury_atoms = self.treasury_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Takes `revenue_atoms` off the treasury, to leave the pool.
    pub fn spend_treasury(&mut self, revenue_atoms: u64) -> Result<()> {
        self.treasury_atoms = self.treasury_atoms.checked_sub(revenue_atoms).ok_or(VaultError::TreasuryTooSmall)?;
        self.invariant()
    }

    /// Moves `revenue_atoms` from the treasury to what grants will pay.
    pub fn grant(&mut self, revenue_atoms: u64) -> Result<()> {
        self.spend_treasury(revenue_atoms)?;
        self.granted_atoms = self.granted_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Takes `revenue_atoms` off what grants will pay, to leave the pool.
    pub fn pay_grant(&mut self, revenue_atoms: u64) -> Result<()> {
        self.granted_atoms = self.granted_atoms.checked_sub(revenue_atoms).ok_or(VaultError::RevenueNotConserved)?;
        self.invariant()
    }

    /// Moves `revenue_atoms` that no grant will pay back to the treasury.
    pub fn take_back(&mut self, revenue_atoms: u64) -> Result<()> {
        self.pay_grant(revenue_atoms)?;
        self.treasury_atoms = self.treasury_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Streams what is due, and credits a position of `staked_atoms` with its part since `earnings` was last settled. Must
    /// come before any change of the pool's or the position's stake.
    pub fn settle(&mut self, earnings: &mut Earnings, staked_atoms: u64, now_seconds: i64) -> Result<()> {
        let stream = self.stream().advance(now_seconds, self.staked_atoms).map_err(VaultError::from)?;
        let (earned_atoms, stream) = stream.settle(staked_atoms, earnings.checkpoint()).map_err(VaultError::from)?;
        earnings.credit(earned_atoms, stream.acc_per_share_q64)?;
        self.settled_atoms = self.settled_atoms.checked_add(earned_atoms).ok_or(VaultError::Overflow)?;
        self.store(&stream);
        Ok(())
    }

    /// Adds `token_atoms` to the stake that earns. Every change of the stake ends in the invariant.
    pub fn stake(&mut self, token_atoms: u64) -> Result<()> {
        self.staked_atoms = self.staked_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Takes `token_atoms` off the stake that earns.
    pub fn unstake(&mut self, token_atoms: u64) -> Result<()> {
        self.staked_atoms = self.staked_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeNotConserved)?;
        self.invariant()
    }

    /// Settles `earnings`, then takes everything settled, to be paid out. Returns the revenue atoms.
    pub fn claim(&mut self, earnings: &mut Earnings, staked_atoms: u64, now_seconds: i64) -> Result<u64> {
        self.settle(earnings, staked_atoms, now_seconds)?;
        let revenue_atoms = core::mem::take(&mut earnings.claimable_atoms);
        ensure(revenue_atoms > 0, VaultError::NothingClaimable)?;
        self.settled_atoms = self.settled_atoms.checked_sub(revenue_atoms).ok_or(VaultError::RevenueNotConserved)?;
        self.claimed_atoms = self.claimed_atoms.wrapping_add(revenue_atoms);
        self.invariant()?;
        Ok(revenue_atoms)
    }

    /// Lets a position of `staked_atoms` earn from now on. Returns what it has earned: nothing yet.
    pub fn subscribe(&mut self, staked_atoms: u64, now_seconds: i64) -> Result<Earnings> {
        ensure(self.is_first == 0, VaultError::PoolIsFirst)?;
        let stream = self.stream().advance(now_seconds, self.staked_atoms).map_err(VaultError::from)?;
        self.store(&stream);
        self.share_count = self.share_count.checked_add(1).ok_or(VaultError::Overflow)?;
        self.stake(staked_atoms)?;
        Ok(Earnings::from_now(stream.acc_per_share_q64))
    }

    /// Settles `earnings` and stops a position of `staked_atoms` from earning. Refused while anything is due to it.
    pub fn unsubscribe(&mut self, earnings: &mut Earnings, staked_atoms: u64, now_seconds: i64) -> Result<()> {
        self.settle(earnings, staked_atoms, now_seconds)?;
        ensure(earnings.claimable_atoms == 0, VaultError::RevenueUnclaimed)?;
        self.share_count = self.share_count.checked_sub(1).ok_or(VaultError::RevenueNotConserved)?;
        self.unstake(staked_atoms)
    }

    /// Refuses to close while anything could still be due to anybody. What the divisions left over is nobody's.
    pub fn require_closable(&self) -> Result<()> {
        ensure(self.staked_atoms == 0 && self.share_count == 0, VaultError::SharesOpen)?;
        let due = [self.unstreamed_atoms, self.settled_atoms, self.treasury_atoms, self.granted_atoms];
        ensure(due == [0; 4], VaultError::RevenueUnclaimed)
    }

    /// What the pool's token account must hold: everything that is deposited and not claimed, the treasury, and what is
    /// granted out of it.
    pub fn held_atoms(&self) -> Result<u64> {
        let unclaimed_atoms = self.deposited_atoms.wrapping_sub(self.claimed_atoms);
        let held_atoms =
            [self.treasury_atoms, self.granted_atoms].into_iter().try_fold(unclaimed_atoms, u64::checked_add);
        Ok(held_atoms.ok_or(VaultError::Overflow)?)
    }

    /// The stream as the arithmetic sees it.
    #[inline(always)]
    pub fn stream(&self) -> Stream {
        Stream {
            acc_per_share_q64: q64_from_halves(self.acc_per_share_q64),
            remainder_q64: self.remainder_q64,
            unstreamed_atoms: self.unstreamed_atoms,
            unsettled_atoms: self.unsettled_atoms,
            remaining_seconds: self.remaining_seconds,
            updated_at_seconds: self.updated_at_seconds,
        }
    }

    #[inline(always)]
    fn store(&mut self, stream: &Stream) {
        self.acc_per_share_q64 = q64_to_halves(stream.acc_per_share_q64);
        self.remainder_q64 = stream.remainder_q64;
        self.unstreamed_atoms = stream.unstreamed_atoms;
        self.unsettled_atoms = stream.unsettled_atoms;
        self.remaining_seconds = stream.remaining_seconds;
        self.updated_at_seconds = stream.updated_at_seconds;
    }

    /// What holds of a pool at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Time remains exactly while something is left to stream.
        self.stream().invariant().map_err(VaultError::from)?;
        // Every atom deposited is claimed, settled, unsettled or unstreamed, and one token account holds what is not claimed.
        let unclaimed_atoms = self
            .stream()
            .held_atoms()
            .ok()
            .and_then(|held_atoms| held_atoms.checked_add(self.settled_atoms))
            .ok_or(VaultError::RevenueNotConserved)?;
        let deposited_atoms = self.claimed_atoms.wrapping_add(unclaimed_atoms);
        ensure(deposited_atoms == self.deposited_atoms, VaultError::RevenueNotConserved)?;
        self.held_atoms().map(drop)
    }
}
