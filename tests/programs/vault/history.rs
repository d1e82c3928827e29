//! Random histories of a vault with two stakers: not an atom of stake or revenue goes missing.

use modchains_tests::world::{STREAM_SECONDS, World};
use modchains_vault::state::{Position, RevenuePool};
use proptest::prelude::*;

use crate::vault::staking::{SIDE, claim, deposit, stake, two_positions, unstake, withdraw};

/// One step in the life of a vault with two stakers.
#[derive(Debug, Clone, Copy)]
enum Step {
    Stake(usize, u32),
    Unstake(usize, u32),
    Withdraw(usize),
    Claim(usize),
    Deposit(u64),
    Wait(u32),
}

const STAKERS: [&str; 2] = ["staker", "trader"];

fn any_step() -> impl Strategy<Value = Step> {
    let who = 0_usize..2;
    let part = 1_u32..=1_000_000;
    prop_oneof![
        3 => (who.clone(), part.clone()).prop_map(|(who, part)| Step::Stake(who, part)),
        3 => (who.clone(), part).prop_map(|(who, part)| Step::Unstake(who, part)),
        1 => who.clone().prop_map(Step::Withdraw),
        3 => who.prop_map(Step::Claim),
        2 => (0_u32..40).prop_map(|bits| Step::Deposit(1 << bits)),
        4 => (0_u32..21).prop_map(|bits| Step::Wait(1 << bits)),
    ]
}

impl Step {
    fn take(self, world: &mut World) {
        let part = |atoms: u64, ppm: u32| (u128::from(atoms) * u128::from(ppm) / 1_000_000) as u64;
        let instruction = match self {
            Self::Stake(who, ppm) => stake(STAKERS[who], part(world.model_atoms(SIDE, STAKERS[who]), ppm)),
            Self::Unstake(who, ppm) => {
                unstake(STAKERS[who], part(world.position(SIDE, STAKERS[who]).staked_atoms, ppm))
            }
            Self::Withdraw(who) => withdraw(STAKERS[who]),
            Self::Claim(who) => claim(STAKERS[who]),
            Self::Deposit(atoms) => deposit(atoms),
            Self::Wait(seconds) => return world.chain.advance(seconds.into()),
        };
        // A step that has nothing to work on is refused; that is no part of the law.
        let _refused = world.chain.send(&[instruction]);
    }
}

/// What a position could claim at the chain's present time.
fn claimable(world: &World, pool: &RevenuePool, position: &Position) -> u64 {
    let staked = world.vault(SIDE).staked_atoms;
    let stream = pool.stream().advance(world.chain.now(), staked).unwrap();
    let share = position.share(0).unwrap();
    share.claimable_atoms + stream.claimable(position.staked_atoms, share.checkpoint()).unwrap()
}

fn assert_conserved(world: &World, claimed: u64) {
    let (vault, pool) = (world.vault(SIDE), world.pool(SIDE));
    let positions = STAKERS.map(|role| world.position(SIDE, role));
    assert_eq!(vault.staked_atoms, positions.iter().map(|position| position.staked_atoms).sum::<u64>());
    assert_eq!(vault.cooling_atoms, positions.iter().map(|position| position.cooling_atoms).sum::<u64>());
    assert_eq!(world.chain.token_atoms(&SIDE.stake_tokens()), vault.staked_atoms + vault.cooling_atoms);
    assert_eq!(pool.claimed_atoms, claimed);
    assert_eq!(world.chain.token_atoms(&SIDE.pool_tokens()), pool.deposited_atoms - pool.claimed_atoms);
    let stream = pool.stream().advance(world.chain.now(), vault.staked_atoms).unwrap();
    let owed: u64 = positions.iter().map(|position| claimable(world, &pool, position)).sum();
    assert!(claimed + owed + stream.unstreamed_atoms <= pool.deposited_atoms, "more is owed than was deposited");
    pool.invariant().unwrap();
    vault.invariant().unwrap();
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(12))]

    #[test]
    fn revenue_is_conserved_over_any_history_of_two_stakers(steps in prop::collection::vec(any_step(), 20..70)) {
        let mut world = two_positions();
        let start: Vec<u64> = STAKERS.iter().map(|role| world.quote_atoms(SIDE, role)).collect();
        let paid = |world: &World| -> u64 {
            STAKERS.iter().zip(&start).map(|(role, start)| world.quote_atoms(SIDE, role) - start).sum()
        };
        let mut changes = 0;
        for step in &steps {
            step.take(&mut world);
            changes += 1;
            assert_conserved(&world, paid(&world));
        }
        // In the end everybody can take everything but dust: at most an atom for each settlement.
        world.chain.must(&[stake("trader", 1)]);
        world.chain.advance(2 * i64::from(STREAM_SECONDS));
        // Streams what is left, even when it is too little for anybody to claim.
        world.chain.must(&[stake("trader", 1)]);
        for role in STAKERS {
            let _nothing = world.chain.send(&[claim(role)]);
        }
        let pool = world.pool(SIDE);
        prop_assert_eq!(pool.unstreamed_atoms, 0);
        let dust = pool.deposited_atoms - paid(&world);
        prop_assert!(dust <= 2 * (changes + 4), "{} atoms of dust after {} steps", dust, changes);
    }
}
