//! Staking and revenue against the compiled vault: who earns what, when it may leave, and that nothing is lost.

use modchains_sdk::instruction::{
    Token, token,
    vault::{self, PoolPlace},
};
use modchains_tests::world::{COOLDOWN_SECONDS, QUOTE, STREAM_SECONDS, Side, World, quote, revenue_mints, stake_args};
use modchains_vault::instructions::{RevenueDepositArgs, UnstakeArgs};
use solana_instruction::Instruction;

pub(super) const SIDE: Side = Side::A;

pub(super) fn stake(role: &str, token_atoms: u64) -> Instruction {
    vault::stake(&SIDE.person(role), &SIDE.model(), revenue_mints(), stake_args(token_atoms))
}

pub(super) fn unstake(role: &str, token_atoms: u64) -> Instruction {
    vault::unstake(&SIDE.person(role), &SIDE.model(), revenue_mints(), UnstakeArgs { token_atoms })
}

pub(super) fn withdraw(role: &str) -> Instruction {
    vault::unstake_withdraw(&SIDE.person(role), &SIDE.model())
}

pub(super) fn claim(role: &str) -> Instruction {
    vault::revenue_claim(&SIDE.person(role), &SIDE.model(), &quote(), PoolPlace::First)
}

pub(super) fn deposit(revenue_atoms: u64) -> Instruction {
    let args = RevenueDepositArgs { revenue_atoms };
    vault::revenue_deposit(&SIDE.person("creator"), &SIDE.model(), &quote(), args)
}

/// A vault in which the trader has a position beside the staker's.
pub(super) fn two_positions() -> World {
    let mut world = World::ready();
    world.chain.must(&[vault::position_open(&SIDE.person("trader"), &SIDE.model())]);
    world
}

/// The same with nothing staked by anybody.
fn nothing_staked() -> World {
    let mut world = two_positions();
    let all = world.position(SIDE, "staker").staked_atoms;
    world.chain.must(&[unstake("staker", all)]);
    world
}

#[test]
fn amounts_of_zero_are_refused() {
    let mut world = World::ready();
    for instruction in [stake("staker", 0), unstake("staker", 0), deposit(0)] {
        world.must_refuse(&[instruction], "AmountZero");
    }
}

#[test]
fn nobody_stakes_or_unstakes_more_than_they_have() {
    let mut world = World::ready();
    let (held, staked) = (world.model_atoms(SIDE, "staker"), world.position(SIDE, "staker").staked_atoms);
    world.must_refuse(&[stake("staker", held + 1)], "token-2022: custom program error: 0x1");
    world.must_refuse(&[stake("staker", u64::MAX)], "Overflow");
    world.must_refuse(&[unstake("staker", staked + 1)], "StakeTooSmall");
    world.must_refuse(&[unstake("staker", u64::MAX)], "StakeTooSmall");
    world.chain.must(&[unstake("staker", staked)]);
    world.must_refuse(&[unstake("staker", 1)], "StakeTooSmall");
}

#[test]
fn a_claim_with_nothing_earned_is_refused() {
    let mut world = two_positions();
    world.must_refuse(&[claim("staker")], "NothingClaimable");
    world.chain.must(&[deposit(QUOTE)]);
    // Nothing has streamed yet, and the trader staked nothing.
    world.must_refuse(&[claim("staker")], "NothingClaimable");
    world.chain.advance(3_600);
    world.must_refuse(&[claim("trader")], "NothingClaimable");
    world.chain.must(&[claim("staker")]);
    world.must_refuse(&[claim("staker")], "NothingClaimable");
}

#[test]
fn stake_and_revenue_of_one_second_earn_nothing_in_one_transaction_or_several() {
    let held = World::ready().model_atoms(SIDE, "trader");
    let steps = [stake("trader", held), deposit(100 * QUOTE), claim("trader"), unstake("trader", held)];
    let mut at_once = two_positions();
    at_once.must_refuse(&steps, "NothingClaimable");
    let without_claim = [steps[0].clone(), steps[1].clone(), steps[3].clone()];
    at_once.chain.must(&without_claim);
    let mut one_by_one = two_positions();
    one_by_one.chain.must(&steps[..1]);
    one_by_one.chain.must(&steps[1..2]);
    one_by_one.must_refuse(&steps[2..3], "NothingClaimable");
    one_by_one.chain.must(&steps[3..]);
    for mut world in [at_once, one_by_one] {
        world.chain.advance(i64::from(STREAM_SECONDS));
        world.must_refuse(&[claim("trader")], "NothingClaimable");
        world.chain.must(&[claim("staker")]);
    }
}

#[test]
fn a_cooldown_ends_at_its_second_and_not_before() {
    let mut world = World::ready();
    let (staked, started) = (world.position(SIDE, "staker").staked_atoms, world.chain.now());
    world.must_refuse(&[withdraw("staker")], "NothingCooling");
    world.chain.must(&[unstake("staker", staked)]);
    let end = started + i64::from(COOLDOWN_SECONDS);
    for early in [started, end - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[withdraw("staker")], "CooldownRunning");
    }
    for after in [end, end + 1] {
        let (mut world, before) = (world.clone(), world.model_atoms(SIDE, "staker"));
        world.chain.set_time(after);
        world.must_change(
            &[withdraw("staker")],
            &[
                ("vault", SIDE.vault()),
                ("position", SIDE.position()),
                ("stake tokens", SIDE.stake_tokens()),
                ("staker's tokens", SIDE.token_account("staker")),
            ],
        );
        assert_eq!(world.model_atoms(SIDE, "staker"), before + staked);
        world.must_refuse(&[withdraw("staker")], "NothingCooling");
    }
}

#[test]
fn a_second_unstake_restarts_the_cooldown_of_everything() {
    let mut world = World::ready();
    world.chain.must(&[unstake("staker", 1_000)]);
    world.chain.advance(i64::from(COOLDOWN_SECONDS) - 1);
    world.chain.must(&[unstake("staker", 1)]);
    world.chain.advance(1);
    world.must_refuse(&[withdraw("staker")], "CooldownRunning");
    world.chain.advance(i64::from(COOLDOWN_SECONDS) - 1);
    let before = world.model_atoms(SIDE, "staker");
    world.chain.must(&[withdraw("staker")]);
    assert_eq!(world.model_atoms(SIDE, "staker"), before + 1_001);
}

#[test]
fn what_cools_earns_nothing() {
    let mut world = two_positions();
    let staked = world.position(SIDE, "staker").staked_atoms;
    world.chain.must(&[stake("trader", staked), deposit(QUOTE), unstake("staker", staked)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    world.must_refuse(&[claim("staker")], "NothingClaimable");
    let before = world.quote_atoms(SIDE, "trader");
    world.chain.must(&[claim("trader")]);
    let earned = world.quote_atoms(SIDE, "trader") - before;
    assert!((QUOTE - 1..=QUOTE).contains(&earned), "the only stake earns all: {earned}");
}

#[test]
fn while_nothing_is_staked_the_stream_waits_and_the_next_staker_gets_no_backlog() {
    let mut world = nothing_staked();
    world.chain.must(&[deposit(QUOTE)]);
    let end = world.pool(SIDE).remaining_seconds;
    world.chain.advance(10 * i64::from(STREAM_SECONDS));
    // A single atom, after ten streams' time with no stake.
    world.chain.must(&[stake("trader", 1)]);
    world.must_refuse(&[claim("trader")], "NothingClaimable");
    assert_eq!((world.pool(SIDE).unstreamed_atoms, world.pool(SIDE).remaining_seconds), (QUOTE, end));
    world.chain.advance(i64::from(STREAM_SECONDS) / 4);
    let before = world.quote_atoms(SIDE, "trader");
    world.chain.must(&[claim("trader")]);
    assert_eq!(world.quote_atoms(SIDE, "trader") - before, QUOTE / 4);
}

#[test]
fn revenue_arrives_evenly_over_the_stream_and_is_complete_at_its_end() {
    let mut world = World::ready();
    world.chain.must(&[deposit(QUOTE)]);
    let (start, before) = (world.chain.now(), world.quote_atoms(SIDE, "staker"));
    let stream = i64::from(STREAM_SECONDS);
    for (elapsed, share) in [(stream / 2, QUOTE / 2), (stream - 1, QUOTE - 1_654), (stream, QUOTE)] {
        world.chain.set_time(start + elapsed);
        world.chain.must(&[claim("staker")]);
        let earned = world.quote_atoms(SIDE, "staker") - before;
        assert!((share - 2..=share).contains(&earned), "{earned} of {share} after {elapsed} s");
    }
    world.chain.set_time(start + stream + 1);
    world.must_refuse(&[claim("staker")], "NothingClaimable");
}

#[test]
fn a_position_opens_once_for_each_owner() {
    let mut world = two_positions();
    for role in ["trader", "staker"] {
        let again = vault::position_open(&SIDE.person(role), &SIDE.model());
        world.must_refuse(&[again], "system: custom program error: 0x0");
    }
}

#[test]
fn a_stakers_tokens_can_be_replaced_while_they_are_staked() {
    // Closing and opening the account again must not strand what the vault owes.
    let mut world = World::ready();
    let (staker, model) = (SIDE.person("staker"), Token::of_model(&SIDE.model()));
    let held = world.model_atoms(SIDE, "staker");
    world.chain.must(&[unstake("staker", 1_000)]);
    let sell = world.sell_instruction(SIDE, "staker", held);
    world.chain.must(&[sell, token::close_account(&staker, &model)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.must_refuse(&[withdraw("staker")], "AccountOwnedByWrongProgram");
    world.chain.must(&[token::create_account(&staker, &staker, &model), withdraw("staker")]);
    assert_eq!(world.model_atoms(SIDE, "staker"), 1_000);
}
