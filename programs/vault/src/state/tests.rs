//! Laws of the vault's state, without a chain.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use anchor_lang::prelude::*;
use bytemuck::Zeroable;

use super::*;
use crate::errors::VaultError;

const START: i64 = 1_700_000_000;
const COOLDOWN: u32 = 100;
const STREAM: u32 = 1_000;

/// A vault with its pools and positions, moved as the instructions move them.
struct World {
    vault: Vault,
    pools: Vec<RevenuePool>,
    positions: Vec<Position>,
    now: i64,
}

impl World {
    fn new(pools: usize, positions: usize) -> Self {
        let mut world = Self { vault: empty_vault().unwrap(), pools: Vec::new(), positions: Vec::new(), now: START };
        (0..pools).for_each(|_| world.open_pool());
        for _ in 0..positions {
            let mut position = Position::zeroed();
            position.open(vault_key(), Pubkey::new_unique(), 255).unwrap();
            world.positions.push(position);
        }
        world
    }

    fn open_pool(&mut self) {
        let (revenue_mint, tokens) = (Pubkey::new_unique(), Pubkey::new_unique());
        let index = self.vault.add_pool().unwrap();
        let mut pool = RevenuePool::zeroed();
        pool.open(PoolIdentity { vault: vault_key(), revenue_mint, tokens, index, bump: 255 }, self.now).unwrap();
        self.pools.push(pool);
    }

    fn settle(&mut self, who: usize) {
        for pool in &mut self.pools {
            pool.settle(&mut self.positions[who], self.now, self.vault.staked_atoms).unwrap();
        }
    }

    fn stake(&mut self, who: usize, atoms: u64) {
        self.settle(who);
        self.positions[who].stake(atoms).unwrap();
        self.vault.stake(atoms).unwrap();
    }

    fn unstake(&mut self, who: usize, atoms: u64) {
        self.settle(who);
        self.positions[who].unstake(atoms, self.vault.cooldown_seconds, self.now).unwrap();
        self.vault.unstake(atoms).unwrap();
    }

    fn deposit(&mut self, pool: usize, atoms: u64) {
        self.pools[pool].deposit(atoms, self.now, self.vault.staked_atoms, self.vault.stream_seconds).unwrap();
    }

    fn claim(&mut self, who: usize, pool: usize) -> Result<u64> {
        self.pools[pool].settle(&mut self.positions[who], self.now, self.vault.staked_atoms).unwrap();
        let atoms = self.positions[who].claim(self.pools[pool].index)?;
        self.pools[pool].claim(atoms).unwrap();
        Ok(atoms)
    }
}

fn vault_key() -> Pubkey {
    Pubkey::new_from_array([7; 32])
}

fn open_vault(cooldown_seconds: u32, stream_seconds: u32) -> Result<Vault> {
    let mut vault = Vault::zeroed();
    let terms = VaultTerms { cooldown_seconds, stream_seconds };
    vault.open([1; 32].into(), [2; 32].into(), [3; 32].into(), terms, 255)?;
    Ok(vault)
}

fn empty_vault() -> Result<Vault> {
    open_vault(COOLDOWN, STREAM)
}

#[track_caller]
fn assert_refused<T: core::fmt::Debug>(result: Result<T>, expected: VaultError) {
    assert_eq!(result.unwrap_err(), expected.into());
}

#[test]
fn accounts_have_the_sizes_that_rent_is_paid_for() {
    assert_eq!((size_of::<Vault>(), size_of::<RevenuePool>(), size_of::<Position>()), (128, 168, 192));
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
fn a_fifth_pool_is_refused() {
    let mut world = World::new(POOLS_MAX, 0);
    assert_refused(world.vault.add_pool(), VaultError::PoolListFull);
}

#[test]
fn a_pool_knows_its_place() {
    let pool = World::new(2, 0).pools[1];
    pool.require_place(&vault_key(), 1).unwrap();
    assert_refused(pool.require_place(&vault_key(), 0), VaultError::PoolOutOfOrder);
    assert_refused(pool.require_place(&Pubkey::default(), 1), VaultError::PoolOfAnotherVault);
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
    assert_refused(world.vault.unstake(101), VaultError::StakeTooSmall);
    assert_refused(world.vault.withdraw(1), VaultError::StakeNotConserved);
}

#[test]
fn a_stake_that_overflows_is_refused() {
    let mut world = World::new(1, 1);
    world.stake(0, u64::MAX - 1);
    assert_refused(world.positions[0].stake(2), VaultError::Overflow);
    world.unstake(0, 1);
    assert_refused(world.positions[0].stake(2), VaultError::StakeNotConserved);
}

#[test]
fn a_pool_opened_later_pays_those_who_staked_before_it() {
    let mut world = World::new(1, 1);
    world.stake(0, 77);
    world.now += 10;
    world.open_pool();
    world.deposit(1, 7_700);
    world.now += i64::from(STREAM);
    assert_refused(world.claim(0, 0), VaultError::NothingClaimable);
    assert_eq!(world.claim(0, 1).unwrap(), 7_700);
}

#[test]
fn an_empty_deposit_and_a_clock_that_went_back_are_refused() {
    let mut pool = World::new(1, 0).pools[0];
    assert_refused(pool.deposit(0, START, 1, STREAM), VaultError::AmountZero);
    assert_refused(pool.deposit(1, START - 1, 1, STREAM), VaultError::ClockWentBack);
    pool.deposit(u64::MAX, START, 1, STREAM).unwrap();
    assert_refused(pool.deposit(1, START, 1, STREAM), VaultError::Overflow);
}

#[test]
fn a_pool_that_does_not_add_up_is_refused() {
    let mut world = World::new(1, 1);
    world.stake(0, 10);
    world.deposit(0, 1_000);
    world.now += 500;
    world.settle(0);
    let sound = world.pools[0];
    sound.invariant().unwrap();
    for breakage in [
        |pool: &mut RevenuePool| pool.claimed_atoms = pool.settled_atoms + 1,
        |pool: &mut RevenuePool| pool.settled_atoms += 1,
        |pool: &mut RevenuePool| pool.deposited_atoms -= 1,
        |pool: &mut RevenuePool| pool.remaining_seconds = 0,
    ] {
        let mut broken = sound;
        breakage(&mut broken);
        assert_refused(broken.invariant(), VaultError::RevenueNotConserved);
    }
}

#[test]
fn a_position_whose_cooldown_does_not_match_is_refused() {
    let mut position = World::new(0, 1).positions[0];
    position.cooling_atoms = 1;
    assert_refused(position.invariant(), VaultError::StakeNotConserved);
    position.cooling_until_seconds = 1;
    position.invariant().unwrap();
}

/// The most that one step stakes or deposits.
const ATOMS_MAX: u64 = 1 << 31;

#[test]
fn revenue_is_conserved_over_any_interleaving() {
    let mut random = modchains_test_seed::random();
    for walk in 0..50 {
        let mut world = World::new(3, 4);
        for _ in 0..200 {
            let (who, pool) = (random.below(4) as usize, random.below(3) as usize);
            match random.below(5) {
                0 => world.stake(who, 1 + random.below(ATOMS_MAX)),
                1 if world.positions[who].staked_atoms > 0 => {
                    let staked = world.positions[who].staked_atoms;
                    world.unstake(who, 1 + random.below(staked));
                }
                2 => world.deposit(pool, 1 + random.below(ATOMS_MAX)),
                3 => drop(world.claim(who, pool)),
                _ => world.now += random.below(700) as i64,
            }
        }
        world.stake(0, 1);
        world.now += 2 * i64::from(STREAM);
        for (index, pool) in (0..3).enumerate() {
            (0..4).for_each(|who| drop(world.claim(who, pool)));
            let pool = &world.pools[index];
            assert_eq!((pool.unstreamed_atoms, pool.settled_atoms), (0, pool.claimed_atoms));
            // Each settling of a position rounds down by less than one atom, and there were at most 205 of them.
            assert!(pool.deposited_atoms - pool.claimed_atoms <= 205, "dust in walk {walk}");
        }
        let staked: u64 = world.positions.iter().map(|position| position.staked_atoms).sum();
        let cooling: u64 = world.positions.iter().map(|position| position.cooling_atoms).sum();
        assert_eq!((world.vault.staked_atoms, world.vault.cooling_atoms), (staked, cooling));
    }
}
