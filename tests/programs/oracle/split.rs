//! How a service's fees are split: who may be given less, and when.

use modchains_core::fees::{SPLIT_APPLY_SECONDS, SPLIT_TIMELOCK_SECONDS, UsageFeeSplit};
use modchains_oracle::{
    events::{ResultFinalized, ServiceConfigured, ServiceSplitApplied, ServiceSplitQueued},
    instructions::ServiceConfigureArgs,
    state::{ServiceTerms, UsageSplit},
};
use modchains_sdk::instruction::{oracle, vault};
use modchains_tests::world::{
    CHALLENGE_SECONDS, COOLDOWN_SECONDS, FIRST_TERMS, Side, World, finalize_instruction, oracle_params,
    post_instruction, revenue_mints, service_terms,
};
use modchains_vault::{instructions::UnstakeArgs, state::COOLDOWN_SECONDS_MAX};
use solana_instruction::Instruction;

use crate::oracle::requests::SIDE;

const TIMELOCK: i64 = SPLIT_TIMELOCK_SECONDS as i64;
/// Whoever stakes for the present split can leave before another holds, whatever the vault's cooldown.
const _: () = assert!(SPLIT_TIMELOCK_SECONDS > COOLDOWN_SECONDS_MAX);

fn configure(split: Option<UsageSplit>) -> Instruction {
    let args = ServiceConfigureArgs { terms: ServiceTerms { split, ..service_terms() }, open: true };
    oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)
}

fn apply() -> Instruction {
    oracle::service_split_apply(&SIDE.model())
}

/// The split of the tests with as little for others as the programs allow.
fn least() -> UsageSplit {
    UsageSplit { operator_bps: 5_000, vault_bps: 500, creator_bps: 3_900, reserve_bps: 300, protocol_bps: 300 }
}

/// Answers request `nonce` and says what the stakers got of its fee.
fn stakers_part(world: &mut World, nonce: u64) -> u64 {
    world.claim(SIDE, nonce);
    world.chain.must(&[post_instruction(world, SIDE, nonce)]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    let event: ResultFinalized = world.chain.must(&[finalize_instruction(SIDE, nonce)]).event();
    event.fee.vault_atoms
}

#[test]
fn a_split_that_gives_somebody_less_waits_to_the_second() {
    let present = oracle_params().split;
    let UsageSplit { operator_bps, vault_bps, creator_bps, reserve_bps, protocol_bps } = present;
    // Each to the operators' good, but for the last, which takes from the reserve for the stakers.
    for split in [
        UsageSplit { operator_bps: operator_bps + 1, vault_bps: vault_bps - 1, ..present },
        UsageSplit { operator_bps: operator_bps + 1, creator_bps: creator_bps - 1, ..present },
        UsageSplit { operator_bps: operator_bps + 1, reserve_bps: reserve_bps - 1, ..present },
        UsageSplit { operator_bps: operator_bps + 1, protocol_bps: protocol_bps - 1, ..present },
        UsageSplit { vault_bps: vault_bps + 1, reserve_bps: reserve_bps - 1, ..present },
    ] {
        let mut world = World::ready();
        world.must_refuse(&[apply()], "NoChangeQueued");
        let ripe_seconds = world.chain.now() + TIMELOCK;
        let outcome = world.must_change(&[configure(Some(split))], &[("service", SIDE.service())]);
        let queued: ServiceSplitQueued = outcome.event();
        assert_eq!((queued.service, queued.split), (SIDE.service(), split));
        assert_eq!(queued.effective_at_seconds, ripe_seconds);
        assert_eq!(outcome.event::<ServiceConfigured>().split, present);
        for early in [world.chain.now(), ripe_seconds - 1] {
            world.chain.set_time(early);
            world.must_refuse(&[apply()], "TimelockRunning");
            assert_eq!(world.service(SIDE).split, present);
        }
        // A split that nobody has applied for two weeks takes those by surprise who have come since.
        let lapses_seconds = ripe_seconds + i64::from(SPLIT_APPLY_SECONDS);
        world.chain.set_time(lapses_seconds);
        world.must_refuse(&[apply()], "SplitLapsed");
        world.chain.set_time(lapses_seconds - 1);
        let counter = world.service(SIDE).terms_counter;
        let applied: ServiceSplitApplied = world.must_change(&[apply()], &[("service", SIDE.service())]).event();
        assert_eq!((applied.split_before, applied.split_after), (present, split));
        assert_eq!((world.service(SIDE).split, world.service(SIDE).terms_counter), (split, counter + 1));
        world.must_refuse(&[apply()], "NoChangeQueued");
    }
}

#[test]
fn a_split_that_gives_nobody_less_but_operators_holds_at_once_and_replaces_what_was_queued() {
    let mut world = World::ready();
    let present = oracle_params().split;
    world.chain.must(&[configure(Some(least()))]);
    // Terms that name no split leave both as they are.
    world.chain.must(&[configure(None)]);
    assert_eq!((world.service(SIDE).split, world.service(SIDE).pending_split), (present, least()));
    let more = UsageSplit { operator_bps: present.operator_bps - 100, vault_bps: present.vault_bps + 100, ..present };
    world.chain.must(&[configure(Some(more))]);
    assert_eq!(world.service(SIDE).split, more);
    world.chain.advance(TIMELOCK);
    world.must_refuse(&[apply()], "NoChangeQueued");
}

/// A creator who takes the stakers' part away finds them gone before it is away.
#[test]
fn a_staker_who_leaves_when_a_split_is_queued_is_out_before_it_holds() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    world.chain.must(&[configure(Some(least()))]);
    let (staker, model) = (SIDE.person("staker"), SIDE.model());
    let staked = world.position(SIDE, "staker").staked_atoms;
    world.chain.must(&[vault::unstake(&staker, &model, revenue_mints(), UnstakeArgs { token_atoms: staked })]);
    let price = modchains_tests::world::FEE_ATOMS + 1_000;
    let part = UsageFeeSplit::from(oracle_params().split).split(price).unwrap().vault;
    assert_eq!(stakers_part(&mut world, 1), part);
    world.request(SIDE, 2);
    assert_eq!(stakers_part(&mut world, 2), part);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.must_refuse(&[apply()], "TimelockRunning");
    world.chain.must(&[vault::unstake_withdraw(&staker, &model)]);
}

#[test]
fn a_request_keeps_the_split_that_it_was_created_with() {
    let mut world = World::ready();
    world.chain.must(&[configure(Some(least()))]);
    world.chain.advance(TIMELOCK);
    let before = world.service(SIDE).split;
    world.request(SIDE, 1);
    world.chain.must(&[apply()]);
    let price = modchains_tests::world::FEE_ATOMS + 1_000;
    assert_eq!(stakers_part(&mut world, 1), UsageFeeSplit::from(before).split(price).unwrap().vault);
    world.request(SIDE, 2);
    assert_eq!(stakers_part(&mut world, 2), UsageFeeSplit::from(least()).split(price).unwrap().vault);
}

#[test]
fn every_change_of_terms_is_counted_and_no_other_service_is_touched() {
    let mut world = World::ready();
    assert_eq!(world.service(SIDE).terms_counter, FIRST_TERMS);
    world.chain.must(&[configure(None)]);
    world.chain.must(&[configure(Some(least()))]);
    assert_eq!(world.service(SIDE).terms_counter, FIRST_TERMS + 2);
    assert_eq!(world.service(Side::B).terms_counter, FIRST_TERMS);
}
