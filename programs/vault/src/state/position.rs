use anchor_lang::prelude::*;
use modchains_core::{
    governance::{Ballots, VotingStake},
    window,
};
use modchains_program_kit::keys::same;

use super::{Earnings, Share};
use crate::errors::{VaultError, ensure};

/// How many pools beyond the vault's first a position can earn from.
pub const SHARES_MAX: u8 = 8;

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
    /// Alone may change, withdraw, claim, vote and close; paid the rent.
    pub owner: Pubkey,
    /// Token atoms that earn.
    pub staked_atoms: u64,
    /// Token atoms on their way out. They earn nothing.
    pub cooling_atoms: u64,
    /// Unix second from which all of `cooling_atoms` may be withdrawn; 0 while nothing cools.
    pub cooling_until_seconds: i64,
    /// What it earned from the vault's first pool.
    pub earnings: Earnings,
    /// The smallest stake since before the voting window: see [`VotingStake`], as the next three.
    pub stake_before_window_atoms: u64,
    /// The smallest stake since right before `bucket_at_seconds`.
    pub stake_before_bucket_atoms: u64,
    /// The first increase that the bucket holds, unix seconds; 0 before any.
    pub bucket_at_seconds: i64,
    /// The last increase, unix seconds; 0 before any.
    pub increased_at_seconds: i64,
    /// Until when a vote keeps the stake in, unix seconds: the end of the latest vote that this position took part in.
    pub locked_until_seconds: i64,
    /// On which of the vault's latest proposals it voted: see [`Ballots`], as the next.
    pub ballots_mask: u64,
    /// Number of the latest proposal that it voted on; 0 before any.
    pub ballots_last_index: u64,
    /// Which of its places for [`Share`]s are taken, a bit for each.
    pub share_places: u8,
    /// 1 while a proposal of its owner exists.
    pub has_proposal: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 5],
}

impl Position {
    /// Sets up an empty position. Without a stake it earns nothing at any checkpoint; its first stake moves that.
    pub fn open(&mut self, vault: Pubkey, owner: Pubkey, bump: u8) -> Result<()> {
        self.vault = vault;
        self.owner = owner;
        self.bump = bump;
        self.invariant()
    }

    /// Refuses a position of another owner or in another vault.
    #[inline(always)]
    pub fn require_of(&self, owner: &Pubkey, vault: &Pubkey) -> Result<()> {
        ensure(same(&self.owner, owner), VaultError::NotPositionOwner)?;
        ensure(same(&self.vault, vault), VaultError::PositionOfAnotherVault)
    }

    /// Adds `token_atoms` to the stake. Every pool must have been settled before.
    pub fn stake(&mut self, token_atoms: u64, now_seconds: i64) -> Result<()> {
        let stake = self.voting_stake().increase(token_atoms, now_seconds).map_err(VaultError::from)?;
        self.set_voting_stake(&stake);
        self.invariant()
    }

    /// Starts the cooldown of `token_atoms`. Every pool must have been settled before.
    ///
    /// One cooldown covers everything that cools: starting another unstake restarts it for what was cooling already.
    pub fn unstake(&mut self, token_atoms: u64, cooldown_seconds: u32, now_seconds: i64) -> Result<()> {
        ensure(!window::is_open(now_seconds, self.locked_until_seconds), VaultError::PositionLocked)?;
        ensure(token_atoms <= self.staked_atoms, VaultError::StakeTooSmall)?;
        let stake = self.voting_stake().decrease(token_atoms).map_err(VaultError::from)?;
        let cooling_atoms = self.cooling_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.cooling_until_seconds = window::end_seconds(now_seconds, cooldown_seconds).map_err(VaultError::from)?;
        self.set_voting_stake(&stake);
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

    /// Takes a free place for a share. Returns which.
    pub fn take_place(&mut self) -> Result<u8> {
        let place = self.share_places.trailing_ones() as u8;
        ensure(place < SHARES_MAX, VaultError::SharePlacesTaken)?;
        // Below eight.
        self.share_places |= 1_u8.wrapping_shl(place.into());
        Ok(place)
    }

    /// Gives the place of a share back.
    pub fn free_place(&mut self, share: &Share) {
        self.share_places &= !share.place_bit();
    }

    /// Takes note of a proposal of its owner, and keeps the stake in until `locked_until_seconds`.
    pub fn propose(&mut self, locked_until_seconds: i64) -> Result<()> {
        ensure(self.has_proposal == 0, VaultError::ProposalPending)?;
        self.has_proposal = 1;
        self.lock(locked_until_seconds);
        self.invariant()
    }

    /// Takes note that its owner has no proposal any more.
    pub fn end_proposal(&mut self) -> Result<()> {
        ensure(self.has_proposal == 1, VaultError::DecisionInconsistent)?;
        self.has_proposal = 0;
        self.invariant()
    }

    /// Takes note of a vote on the proposal number `index`, and keeps the stake in until `locked_until_seconds`.
    #[inline(always)]
    pub fn vote(&mut self, index: u64, locked_until_seconds: i64) -> Result<()> {
        let ballots = self.ballots().vote(index).map_err(VaultError::from)?;
        (self.ballots_mask, self.ballots_last_index) = (ballots.mask, ballots.last_index);
        self.lock(locked_until_seconds);
        self.invariant()
    }

    /// On which proposals it voted.
    #[inline(always)]
    pub fn ballots(&self) -> Ballots {
        Ballots { mask: self.ballots_mask, last_index: self.ballots_last_index }
    }

    fn lock(&mut self, until_seconds: i64) {
        self.locked_until_seconds = self.locked_until_seconds.max(until_seconds);
    }

    /// Refuses to close while anything is staked, cooling or due, a vote runs, or a share exists.
    pub fn require_closable(&self, now_seconds: i64) -> Result<()> {
        ensure(self.staked_atoms == 0 && self.cooling_atoms == 0, VaultError::StakeNotEmpty)?;
        ensure(self.earnings.claimable_atoms == 0, VaultError::RevenueUnclaimed)?;
        ensure(self.share_places == 0, VaultError::SharesOpen)?;
        ensure(self.has_proposal == 0, VaultError::ProposalPending)?;
        ensure(!window::is_open(now_seconds, self.locked_until_seconds), VaultError::PositionLocked)
    }

    /// The stake as votes see it.
    #[inline(always)]
    pub fn voting_stake(&self) -> VotingStake {
        VotingStake {
            staked_atoms: self.staked_atoms,
            before_window_atoms: self.stake_before_window_atoms,
            before_bucket_atoms: self.stake_before_bucket_atoms,
            bucket_at_seconds: self.bucket_at_seconds,
            increased_at_seconds: self.increased_at_seconds,
        }
    }

    #[inline(always)]
    fn set_voting_stake(&mut self, stake: &VotingStake) {
        self.staked_atoms = stake.staked_atoms;
        self.stake_before_window_atoms = stake.before_window_atoms;
        self.stake_before_bucket_atoms = stake.before_bucket_atoms;
        self.bucket_at_seconds = stake.bucket_at_seconds;
        self.increased_at_seconds = stake.increased_at_seconds;
    }

    /// What holds of a position at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // A cooldown runs exactly while something cools.
        ensure((self.cooling_atoms == 0) == (self.cooling_until_seconds == 0), VaultError::StakeNotConserved)?;
        // Staked and cooling tokens are tokens of one mint, whose supply fits 64 bits.
        ensure(self.staked_atoms.checked_add(self.cooling_atoms).is_some(), VaultError::StakeNotConserved)?;
        // What has been staked longer is less.
        ensure(self.voting_stake().invariant(), VaultError::StakeNotConserved)
    }
}
