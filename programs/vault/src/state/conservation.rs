//! The law of conservation, at its edges and over random walks of a vault's state, without a chain.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use modchains_test_seed::Random;

use super::{
    Position, RevenuePool,
    tests::{STREAM, World, assert_refused},
};
use crate::errors::VaultError;

#[test]
fn a_pool_that_does_not_add_up_is_refused() {
    let mut world = World::new(1, 1);
    world.stake(0, 10);
    world.deposit(0, 1_000);
    world.now += 500;
    world.stake(0, 1);
    let sound = world.pools[0];
    sound.invariant().unwrap();
    for breakage in [
        |pool: &mut RevenuePool| pool.claimed_atoms += 1,
        |pool: &mut RevenuePool| pool.settled_atoms += 1,
        |pool: &mut RevenuePool| pool.unsettled_atoms += 1,
        |pool: &mut RevenuePool| pool.unstreamed_atoms -= 1,
        |pool: &mut RevenuePool| pool.deposited_atoms -= 1,
        |pool: &mut RevenuePool| pool.remaining_seconds = 0,
    ] {
        let mut broken = sound;
        breakage(&mut broken);
        assert_refused(broken.invariant(), VaultError::RevenueNotConserved);
    }
}

#[test]
fn counters_that_pass_their_end_lose_nothing() {
    let mut world = World::new(1, 1);
    world.stake(0, 1);
    for _ in 0..5 {
        world.deposit(0, u64::MAX / 2);
        world.now += i64::from(STREAM);
        assert_eq!(world.claim(0, 0).unwrap(), u64::MAX / 2);
        assert_eq!(world.pools[0].held_atoms().unwrap(), 0);
    }
    assert!(world.pools[0].claimed_atoms < u64::MAX / 2 * 2, "it has wrapped twice");
}

/// The most that one step stakes or deposits.
const ATOMS_MAX: u64 = 1 << 31;

/// What each of four positions has received of each of three pools, after a walk of 200 steps in which every step keeps
/// the law of conservation; `order` is that of the claims at its end.
fn walk(random: &mut Random, order: [usize; 4]) -> [[u64; 3]; 4] {
    let mut world = World::new(3, 4);
    world.vault.set_treasury_bps(1 + random.below(5_000) as u16).unwrap();
    let (mut deposited, mut claimed, mut settlements) = ([0_u64; 3], [[0_u64; 3]; 4], 4);
    for _ in 0..200 {
        let (who, pool) = (random.below(4) as usize, random.below(3) as usize);
        match random.below(7) {
            0 => world.stake(who, 1 + random.below(ATOMS_MAX)),
            1 if world.positions[who].staked_atoms > 0 => {
                let staked = world.positions[who].staked_atoms;
                world.unstake(who, 1 + random.below(staked));
            }
            2 => {
                let atoms = 1 + random.below(ATOMS_MAX);
                deposited[pool] += atoms - world.deposit(pool, atoms);
            }
            3 => claimed[who][pool] += world.claim(who, pool).unwrap_or(0),
            4 if pool > 0 && !world.earns_from(who, pool) => world.subscribe(who, pool).unwrap(),
            5 if pool > 0 && world.earns_from(who, pool) => {
                claimed[who][pool] += world.claim(who, pool).unwrap_or(0);
                world.unsubscribe(who, pool).unwrap();
            }
            _ => world.now += random.below(700) as i64,
        }
        settlements += 2;
        assert_conserved(&world, &deposited, &claimed, settlements);
    }
    world.now += 2 * i64::from(STREAM);
    for who in order {
        (0..3).for_each(|pool| claimed[who][pool] += world.claim(who, pool).unwrap_or(0));
        assert_conserved(&world, &deposited, &claimed, settlements);
    }
    claimed
}

/// `deposited = claimed + claimable + unstreamed + dust`, to the atom, and stakes add up.
fn assert_conserved(world: &World, deposited: &[u64; 3], claimed: &[[u64; 3]; 4], settlements: u64) {
    for (index, pool) in world.pools.iter().enumerate() {
        let paid: u64 = claimed.iter().map(|of_each| of_each[index]).sum();
        let claimable: u64 = (0..4).map(|who| world.claimable(who, index)).sum();
        let dust = deposited[index] - paid - claimable - pool.unstreamed_atoms;
        // Each settlement rounds down by less than one atom, and one atom waits in the remainder.
        assert!(dust <= settlements, "{dust} atoms of dust");
        assert_eq!(pool.held_atoms().unwrap() - pool.treasury_atoms, deposited[index] - paid);
        let earning = (0..4).filter(|who| world.earns_from(*who, index));
        let staked: u64 = earning.map(|who| world.positions[who].staked_atoms).sum();
        assert_eq!(pool.staked_atoms, staked);
    }
    let sum = |part: fn(&Position) -> u64| world.positions.iter().map(part).sum::<u64>();
    let (staked, cooling) = (sum(|position| position.staked_atoms), sum(|position| position.cooling_atoms));
    assert_eq!((world.vault.staked_atoms, world.vault.cooling_atoms), (staked, cooling));
}

#[test]
fn revenue_is_conserved_over_any_interleaving_and_nobodys_part_depends_on_the_order_of_claims() {
    let mut random = modchains_test_seed::random();
    for _ in 0..50 {
        let mut again = Random(random.0);
        let in_order = walk(&mut random, [0, 1, 2, 3]);
        let backwards = walk(&mut again, [3, 2, 1, 0]);
        assert_eq!(in_order, backwards);
    }
}
