//! Laws of the vault's state, without a chain.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use anchor_lang::prelude::*;
use bytemuck::Zeroable;

use super::*;
use crate::errors::VaultError;

const START: i64 = 1_700_000_000;
const COOLDOWN: u32 = 100;
pub(super) const STREAM: u32 = 1_000;

/// A vault with its pools and positions, moved as the instructions move them. The first pool is everybody's; of another a
/// position may have a share.
pub(super) struct World {
    pub(super) vault: Vault,
    pub(super) pools: Vec<RevenuePool>,
    pub(super) positions: Vec<Position>,
    /// The shares of each position, with the index of the pool.
    shares: Vec<Vec<(usize, Share)>>,
    pub(super) now: i64,
}

impl World {
    pub(super) fn new(pools: usize, positions: usize) -> Self {
        let vault = empty_vault().unwrap();
        let shares = vec![Vec::new(); positions];
        let mut world = Self { vault, pools: Vec::new(), positions: Vec::new(), shares, now: START };
        (0..pools).for_each(|_| world.open_pool());
        for _ in 0..positions {
            let mut position = Position::zeroed();
            position.open(vault_key(), Pubkey::new_unique(), 255).unwrap();
            world.positions.push(position);
        }
        world
    }

    fn open_pool(&mut self) {
        let (revenue_mint, tokens, payer) = (Pubkey::new_unique(), Pubkey::new_unique(), Pubkey::new_unique());
        let is_first = self.pools.is_empty();
        let mut pool = RevenuePool::zeroed();
        let identity = PoolIdentity { vault: vault_key(), revenue_mint, tokens, payer, is_first, bump: 255 };
        pool.open(identity, self.now).unwrap();
        self.pools.push(pool);
    }

    /// Settles everything that the position earns from, and has `change` move the stake of each pool.
    fn change(&mut self, who: usize, change: impl Fn(&mut RevenuePool)) {
        let staked = self.positions[who].staked_atoms;
        self.pools[0].settle(&mut self.positions[who].earnings, staked, self.now).unwrap();
        change(&mut self.pools[0]);
        for (pool, share) in &mut self.shares[who] {
            self.pools[*pool].settle(&mut share.earnings, staked, self.now).unwrap();
            change(&mut self.pools[*pool]);
        }
    }

    pub(super) fn stake(&mut self, who: usize, atoms: u64) {
        self.change(who, |pool| pool.stake(atoms).unwrap());
        self.positions[who].stake(atoms, self.now).unwrap();
        self.vault.stake(atoms).unwrap();
    }

    pub(super) fn unstake(&mut self, who: usize, atoms: u64) {
        self.change(who, |pool| pool.unstake(atoms).unwrap());
        self.positions[who].unstake(atoms, self.vault.cooldown_seconds, self.now).unwrap();
        self.vault.unstake(atoms).unwrap();
    }

    pub(super) fn deposit(&mut self, pool: usize, atoms: u64) -> u64 {
        let (treasury_bps, stream_seconds) = (self.vault.treasury_bps, self.vault.stream_seconds);
        self.pools[pool].deposit(atoms, treasury_bps, stream_seconds, self.now).unwrap()
    }

    pub(super) fn subscribe(&mut self, who: usize, pool: usize) -> Result<()> {
        let earnings = self.pools[pool].subscribe(self.positions[who].staked_atoms, self.now)?;
        let place = self.positions[who].take_place()?;
        let mut share = Share::zeroed();
        share.open(Pubkey::default(), Pubkey::default(), earnings, place, 255);
        self.shares[who].push((pool, share));
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, who: usize, pool: usize) -> Result<()> {
        let index = self.shares[who].iter().position(|share| share.0 == pool).unwrap();
        let staked = self.positions[who].staked_atoms;
        self.pools[pool].unsubscribe(&mut self.shares[who][index].1.earnings, staked, self.now)?;
        let (_, share) = self.shares[who].remove(index);
        self.positions[who].free_place(&share);
        Ok(())
    }

    pub(super) fn claim(&mut self, who: usize, pool: usize) -> Result<u64> {
        let staked = self.positions[who].staked_atoms;
        let earnings = if pool == 0 {
            &mut self.positions[who].earnings
        } else {
            let share = self.shares[who].iter_mut().find(|share| share.0 == pool);
            &mut share.ok_or(VaultError::ShareOfAnotherPosition)?.1.earnings
        };
        self.pools[pool].claim(earnings, staked, self.now)
    }

    /// Whether a position earns from a pool.
    pub(super) fn earns_from(&self, who: usize, pool: usize) -> bool {
        pool == 0 || self.shares[who].iter().any(|share| share.0 == pool)
    }

    /// What a position has earned from a pool and not claimed, settled or not.
    pub(super) fn claimable(&self, who: usize, pool: usize) -> u64 {
        let earnings = if pool == 0 {
            self.positions[who].earnings
        } else {
            self.shares[who].iter().find(|share| share.0 == pool).map(|share| share.1.earnings).unwrap_or_default()
        };
        if !self.earns_from(who, pool) {
            return 0;
        }
        let stream = self.pools[pool].stream();
        let staked = self.positions[who].staked_atoms;
        earnings.claimable_atoms + stream.claimable(staked, earnings.checkpoint()).unwrap()
    }
}

fn vault_key() -> Pubkey {
    Pubkey::new_from_array([7; 32])
}

fn open_vault(cooldown_seconds: u32, stream_seconds: u32) -> Result<Vault> {
    let mut vault = Vault::zeroed();
    let terms = VaultTerms { cooldown_seconds, stream_seconds };
    let [model, mint, stake_tokens, quote_mint, payer] = [1, 2, 3, 4, 5].map(|byte| Pubkey::from([byte; 32]));
    vault.open(&VaultIdentity { model, mint, stake_tokens, quote_mint, payer, bump: 255 }, terms, START)?;
    Ok(vault)
}

fn empty_vault() -> Result<Vault> {
    open_vault(COOLDOWN, STREAM)
}

#[track_caller]
pub(super) fn assert_refused<T: core::fmt::Debug>(result: Result<T>, expected: VaultError) {
    assert_eq!(result.unwrap_err(), expected.into());
}

#[test]
fn accounts_have_the_sizes_that_rent_is_paid_for() {
    let sizes = (size_of::<Vault>(), size_of::<RevenuePool>(), size_of::<Position>(), size_of::<Share>());
    assert_eq!(sizes, (208, 240, 176, 96));
    assert_eq!((size_of::<Proposal>(), size_of::<Grant>()), (432, 248));
}

#[test]
fn a_vault_with_times_out_of_bounds_does_not_open() {
    assert_refused(open_vault(COOLDOWN_SECONDS_MIN - 1, STREAM), VaultError::CooldownOutOfBounds);
    assert_refused(open_vault(COOLDOWN_SECONDS_MAX + 1, STREAM), VaultError::CooldownOutOfBounds);
    assert_refused(open_vault(COOLDOWN, STREAM_SECONDS_MIN - 1), VaultError::StreamOutOfBounds);
    assert_refused(open_vault(COOLDOWN, STREAM_SECONDS_MAX + 1), VaultError::StreamOutOfBounds);
    open_vault(COOLDOWN_SECONDS_MIN, STREAM_SECONDS_MIN).unwrap();
    open_vault(COOLDOWN_SECONDS_MAX, STREAM_SECONDS_MAX).unwrap();
}

#[test]
fn a_vault_that_opens_again_repeats_no_counter_of_its_rules() {
    let mut vault = empty_vault().unwrap();
    assert_eq!(vault.rules_counter, START as u64);
    vault.set_treasury_bps(5_000).unwrap();
    assert_eq!((vault.rules_counter, vault.treasury_bps), (START as u64 + 1, 5_000));
    // The same again changes nothing, so it is no change of rules either.
    assert_refused(vault.set_treasury_bps(5_000), VaultError::TreasuryShareUnchanged);
    assert_eq!(vault.rules_counter, START as u64 + 1);
    assert_refused(vault.set_treasury_bps(5_001), VaultError::TreasuryShareOutOfBounds);
}

#[test]
fn a_vault_with_a_stake_does_not_close() {
    let mut vault = empty_vault().unwrap();
    assert_refused(vault.require_closable(START), VaultError::VaultTooYoung);
    vault.require_closable(START + 1).unwrap();
    vault.stake(1).unwrap();
    assert_refused(vault.require_closable(START + 1), VaultError::StakeNotEmpty);
    vault.unstake(1).unwrap();
    assert_refused(vault.require_closable(START + 1), VaultError::StakeNotEmpty);
    vault.withdraw(1).unwrap();
    vault.require_closable(START + 1).unwrap();
}

#[test]
fn staking_around_a_deposit_earns_nothing() {
    let mut world = World::new(1, 2);
    world.stake(0, 1_000);
    world.now += 10;
    world.stake(1, 1_000_000);
    world.deposit(0, 5_000_000);
    world.unstake(1, 1_000_000);
    world.now += 2_000;
    assert_refused(world.claim(1, 0), VaultError::NothingClaimable);
    assert_eq!(world.claim(0, 0).unwrap(), 5_000_000);
}

#[test]
fn a_cooling_stake_earns_nothing() {
    let mut world = World::new(1, 2);
    world.stake(0, 512);
    world.stake(1, 512);
    world.deposit(0, 1_024_000);
    world.now += 500;
    world.unstake(1, 512);
    world.now += 500;
    assert_eq!(world.claim(0, 0).unwrap(), 256_000 + 512_000);
    assert_eq!(world.claim(1, 0).unwrap(), 256_000);
}

#[test]
fn cooled_tokens_leave_at_the_end_second_and_not_before() {
    let mut world = World::new(1, 1);
    assert_refused(world.positions[0].withdraw(START), VaultError::NothingCooling);
    world.stake(0, 50);
    world.unstake(0, 20);
    let end = START + i64::from(COOLDOWN);
    assert_refused(world.positions[0].withdraw(end - 1), VaultError::CooldownRunning);
    assert_eq!(world.positions[0].withdraw(end).unwrap(), 20);
    world.vault.withdraw(20).unwrap();
    assert_eq!((world.vault.staked_atoms, world.vault.cooling_atoms), (30, 0));
    assert_refused(world.positions[0].withdraw(end), VaultError::NothingCooling);
}

#[test]
fn another_unstake_restarts_the_cooldown_of_everything_cooling() {
    let mut world = World::new(1, 1);
    world.stake(0, 50);
    world.unstake(0, 20);
    world.now += i64::from(COOLDOWN);
    world.unstake(0, 10);
    assert_refused(world.positions[0].withdraw(world.now), VaultError::CooldownRunning);
    assert_eq!(world.positions[0].withdraw(world.now + i64::from(COOLDOWN)).unwrap(), 30);
}

#[test]
fn more_than_is_staked_cannot_be_unstaked() {
    let mut world = World::new(1, 2);
    world.stake(0, 50);
    world.stake(1, 50);
    assert_refused(world.positions[0].unstake(51, COOLDOWN, START), VaultError::StakeTooSmall);
    assert_refused(world.pools[0].unstake(101), VaultError::StakeNotConserved);
    assert_refused(world.vault.unstake(101), VaultError::StakeTooSmall);
    assert_refused(world.vault.withdraw(1), VaultError::StakeNotConserved);
}

#[test]
fn a_stake_that_overflows_is_refused() {
    let mut world = World::new(1, 1);
    world.stake(0, u64::MAX - 1);
    assert_refused(world.positions[0].stake(2, START), VaultError::Overflow);
    world.unstake(0, 1);
    assert_refused(world.positions[0].stake(2, START), VaultError::StakeNotConserved);
}

#[test]
fn a_vote_keeps_the_stake_in_until_its_end_second() {
    let mut world = World::new(1, 1);
    world.stake(0, 50);
    world.positions[0].locked_until_seconds = START + 10;
    assert_refused(world.positions[0].unstake(1, COOLDOWN, START + 9), VaultError::PositionLocked);
    world.positions[0].unstake(1, COOLDOWN, START + 10).unwrap();
}

#[test]
fn a_pool_pays_from_the_subscription_on_and_until_its_end() {
    let mut world = World::new(2, 2);
    world.stake(0, 77);
    world.deposit(1, 7_700);
    world.now += 5 * i64::from(STREAM);
    assert_refused(world.claim(0, 1), VaultError::ShareOfAnotherPosition);
    assert_eq!(world.pools[1].unstreamed_atoms, 7_700, "it waits for somebody who earns");
    world.subscribe(0, 1).unwrap();
    assert_refused(world.claim(0, 1), VaultError::NothingClaimable);
    world.now += i64::from(STREAM) / 2;
    world.stake(0, 77);
    world.now += i64::from(STREAM) / 4;
    assert_refused(world.unsubscribe(0, 1), VaultError::RevenueUnclaimed);
    let claimed = world.claim(0, 1).unwrap();
    assert!((5_773..=5_775).contains(&claimed), "{claimed}");
    world.unsubscribe(0, 1).unwrap();
    world.now += 5 * i64::from(STREAM);
    assert_eq!((world.pools[1].staked_atoms, world.pools[1].share_count), (0, 0));
    assert_eq!(world.pools[1].unstreamed_atoms, 1_925);
}

#[test]
fn a_position_has_room_for_eight_shares_and_none_of_the_first_pool() {
    let mut world = World::new(10, 1);
    assert_refused(world.subscribe(0, 0), VaultError::PoolIsFirst);
    (1..=8).for_each(|pool| world.subscribe(0, pool).unwrap());
    assert_refused(world.positions[0].take_place(), VaultError::SharePlacesTaken);
    world.unsubscribe(0, 3).unwrap();
    world.subscribe(0, 9).unwrap();
    assert_eq!(world.shares[0].last().unwrap().1.place, 2, "the place that was free");
    assert_refused(world.positions[0].take_place(), VaultError::SharePlacesTaken);
}

#[test]
fn a_position_closes_once_nothing_is_left_in_it() {
    let mut world = World::new(2, 1);
    world.stake(0, 10);
    world.subscribe(0, 1).unwrap();
    world.deposit(0, 1_000);
    world.now += i64::from(STREAM);
    let closable = |world: &World| world.positions[0].require_closable(world.now);
    assert_refused(closable(&world), VaultError::StakeNotEmpty);
    world.unstake(0, 10);
    assert_refused(closable(&world), VaultError::StakeNotEmpty);
    world.now += i64::from(COOLDOWN);
    world.positions[0].withdraw(world.now).unwrap();
    assert_refused(closable(&world), VaultError::RevenueUnclaimed);
    world.claim(0, 0).unwrap();
    assert_refused(closable(&world), VaultError::SharesOpen);
    world.unsubscribe(0, 1).unwrap();
    world.positions[0].locked_until_seconds = world.now + 1;
    assert_refused(closable(&world), VaultError::PositionLocked);
    world.now += 1;
    closable(&world).unwrap();
}

#[test]
fn a_pool_closes_once_it_owes_nobody_anything() {
    let mut world = World::new(2, 1);
    world.stake(0, 10);
    let closable = |world: &World| world.pools[1].require_closable();
    closable(&world).unwrap();
    world.pools[1].treasury_deposit(5).unwrap();
    assert_refused(closable(&world), VaultError::RevenueUnclaimed);
    world.pools[1].treasury_atoms = 0;
    world.deposit(1, 1_000);
    assert_refused(closable(&world), VaultError::RevenueUnclaimed);
    world.subscribe(0, 1).unwrap();
    world.now += i64::from(STREAM);
    assert_refused(closable(&world), VaultError::SharesOpen);
    world.claim(0, 1).unwrap();
    world.unsubscribe(0, 1).unwrap();
    closable(&world).unwrap();
}

#[test]
fn the_treasurys_part_never_reaches_the_stream() {
    let mut world = World::new(1, 1);
    world.vault.set_treasury_bps(2_500).unwrap();
    world.stake(0, 10);
    assert_eq!(world.deposit(0, 1_003), 250);
    world.pools[0].treasury_deposit(7).unwrap();
    assert_refused(world.pools[0].treasury_deposit(0), VaultError::AmountZero);
    world.now += i64::from(STREAM);
    assert_eq!((world.claim(0, 0).unwrap(), world.pools[0].treasury_atoms), (752, 257), "an atom is dust");
    assert_eq!(world.pools[0].held_atoms().unwrap(), 257 + 1);
}

#[test]
fn an_empty_deposit_and_a_clock_that_went_back_are_refused() {
    let mut pool = World::new(1, 0).pools[0];
    assert_refused(pool.deposit(0, 0, STREAM, START), VaultError::AmountZero);
    assert_refused(pool.deposit(1, 0, STREAM, START - 1), VaultError::ClockWentBack);
    pool.deposit(u64::MAX, 0, STREAM, START).unwrap();
    assert_refused(pool.deposit(1, 0, STREAM, START), VaultError::Overflow);
    assert_refused(pool.treasury_deposit(1), VaultError::Overflow);
}

#[test]
fn a_position_whose_cooldown_does_not_match_is_refused() {
    let mut position = World::new(0, 1).positions[0];
    position.cooling_atoms = 1;
    assert_refused(position.invariant(), VaultError::StakeNotConserved);
    position.cooling_until_seconds = 1;
    position.invariant().unwrap();
}
