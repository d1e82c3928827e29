//! What counts as usage, when, and how epochs that nobody rolled are caught up.

use modchains_core::{
    math,
    usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, paid_net_atoms, sum_advance},
};
use modchains_oracle::{
    events::{Change, FeesDistributed, MarketFeesDistributed, UsageRolled},
    instructions::{BondDepositArgs, OperatorRegisterArgs, RequestCreateArgs, ServiceConfigureArgs},
    state::{ServiceTerms, Usage},
};
use modchains_sdk::{
    address,
    instruction::{oracle, vault},
};
use modchains_tests::world::{
    CHALLENGE_SECONDS, EPOCH_SECONDS, FEE_ATOMS, FIRST_TERMS, QUOTE, Side, World, claim_instruction,
    finalize_instruction, post_instruction, quote, request_args, service_terms,
};
use modchains_vault::instructions::RevenueDepositArgs;
use solana_instruction::Instruction;

use crate::oracle::{
    money::PRICE,
    requests::{SIDE, create},
};

const EPOCH: i64 = EPOCH_SECONDS as i64;

fn roll(world: &mut World) -> UsageRolled {
    world.must_change(&[oracle::usage_roll(&SIDE.model())], &[("usage", SIDE.usage())]).event()
}

fn sums(usage: &Usage) -> [u128; 2] {
    [usage.long_sum_q32, usage.short_sum_q32].map(math::join_words)
}

/// The protocol's part of a fee.
fn share(world: &World, fee_atoms: u64) -> u64 {
    fee_atoms * u64::from(world.service(SIDE).split.protocol_bps) / 10_000
}

/// The sums `epochs` epochs after the first of them saw protocol shares of `share_atoms`, from nothing.
fn expected(share_atoms: u64, epochs: u64) -> [u128; 2] {
    [LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS]
        .map(|half_life_seconds| sum_advance(0, share_atoms, epochs, EPOCH_SECONDS, half_life_seconds).unwrap())
}

#[test]
fn an_epoch_is_not_rolled_before_it_is_over() {
    let mut world = World::ready();
    let epoch_start = i64::try_from(world.usage(SIDE).epoch).unwrap() * EPOCH;
    for early in [world.chain.now(), epoch_start + EPOCH - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[oracle::usage_roll(&SIDE.model())], "UsageEpochNotOver");
    }
    world.chain.set_time(epoch_start + EPOCH);
    roll(&mut world);
    world.must_refuse(&[oracle::usage_roll(&SIDE.model())], "UsageEpochNotOver");
}

#[test]
fn a_request_counts_when_it_is_final_and_not_before() {
    let mut world = World::ready();
    let untouched = world.usage(SIDE);
    world.request(SIDE, 1);
    assert_eq!(world.usage(SIDE), untouched);
    world.chain.must(&[claim_instruction(&world, SIDE, 1)]);
    assert_eq!(world.usage(SIDE), untouched);
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
    assert_eq!(world.usage(SIDE), untouched);
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    let (usage, split) = (world.usage(SIDE), world.service(SIDE).split);
    assert_eq!((usage.requests_total, usage.epoch_requests), (1, 1));
    assert_eq!((usage.fees_total_atoms, usage.epoch_fees_atoms), (PRICE, PRICE));
    let lost = PRICE * u64::from(split.protocol_bps) / 10_000;
    assert_eq!(usage.non_recoverable_fees_total, lost);
    assert_eq!((usage.epoch_shares_atoms, sums(&usage)), (lost, [0; 2]), "sums move when the epoch closes");
    assert_eq!(world.usage(Side::B), World::ready().usage(Side::B), "another model's usage stays");
}

#[test]
fn a_refunded_request_never_counts() {
    let mut world = World::ready();
    let untouched = world.usage(SIDE);
    world.request(SIDE, 1);
    world.chain.advance(1_000);
    world.chain.must(&[crate::oracle::requests::refund(), crate::oracle::requests::close()]);
    assert_eq!(world.usage(SIDE), untouched);
}

#[test]
fn a_tip_is_shared_and_counted_like_the_fee() {
    let mut world = World::ready();
    let args = RequestCreateArgs { tip_atoms: 1_000 * FEE_ATOMS, ..request_args(1) };
    world.chain.must(&[create(args), claim_instruction(&world, SIDE, 1), post_instruction(&world, SIDE, 1)]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    let paid = 1_001 * FEE_ATOMS;
    let (usage, service) = (world.usage(SIDE), world.service(SIDE));
    assert_eq!((usage.fees_total_atoms, usage.non_recoverable_fees_total), (paid, share(&world, paid)));
    let part = |bps: u16| paid * u64::from(bps) / 10_000;
    assert_eq!(service.accrued_reserve_atoms, part(service.split.reserve_bps));
    assert_eq!(service.accrued_vault_atoms, part(service.split.vault_bps));
}

#[test]
fn missed_epochs_are_caught_up_in_one_roll_as_if_none_had_been_missed() {
    for missed in [1_u64, 2, 10, 400] {
        let mut world = World::ready();
        world.serve(SIDE, 1);
        let before = world.usage(SIDE);
        // The first roll closes the epoch of the use; `missed` further ones were silent.
        world.chain.advance(EPOCH * i64::try_from(missed + 1).unwrap());
        let event = roll(&mut world);
        let usage = world.usage(SIDE);
        let counted = share(&world, PRICE);
        assert_eq!(sums(&usage), expected(counted, missed + 1));
        assert_eq!(usage.paid_net_atoms, paid_net_atoms(sums(&usage)[0], sums(&usage)[1]));
        assert_eq!((event.closed.epoch, event.closed.requests, event.epoch), (before.epoch, 1, usage.epoch));
        assert_eq!((event.closed.fees_atoms, event.closed.counted_atoms), (PRICE, counted));
        assert_eq!(usage.epoch, before.epoch + missed + 1);
        assert_eq!((usage.epoch_requests, usage.epoch_fees_atoms, usage.last_epoch_requesters), (0, 0, 1));
        assert_eq!(usage.rolled_at_seconds, world.chain.now());
        world.must_refuse(&[oracle::usage_roll(&SIDE.model())], "UsageEpochNotOver");
    }
}

#[test]
fn one_late_roll_differs_from_rolls_in_time_by_rounding_alone() {
    let (mut late, mut in_time) = (World::ready(), World::ready());
    for world in [&mut late, &mut in_time] {
        world.serve(SIDE, 1);
    }
    for _ in 0..10 {
        in_time.chain.advance(EPOCH);
        roll(&mut in_time);
    }
    late.chain.advance(10 * EPOCH);
    roll(&mut late);
    for (one, many) in sums(&late.usage(SIDE)).into_iter().zip(sums(&in_time.usage(SIDE))) {
        let difference = one.abs_diff(many);
        assert!(difference * 1_000_000 <= one, "{one} against {many}");
    }
}

#[test]
fn a_result_that_becomes_final_in_a_later_epoch_closes_the_old_one_first() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    world.answer(SIDE, 2);
    world.chain.advance(3 * EPOCH);
    let event: UsageRolled = world.chain.must(&[finalize_instruction(SIDE, 2)]).event();
    assert_eq!((event.closed.requests, event.closed.fees_atoms), (1, PRICE));
    let usage = world.usage(SIDE);
    assert_eq!(sums(&usage), expected(share(&world, PRICE), 3));
    assert_eq!((usage.requests_total, usage.epoch_requests, usage.epoch_fees_atoms), (2, 1, PRICE));
}

#[test]
fn one_requester_counts_no_more_than_the_cap() {
    let mut world = World::ready();
    let cap = world.usage(SIDE).requester_cap_atoms;
    let terms = ServiceTerms { fee_atoms: 3 * cap, ..service_terms() };
    let args = ServiceConfigureArgs { terms, open: true };
    world.chain.must(&[oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)]);
    let request =
        RequestCreateArgs { terms_counter: FIRST_TERMS + 1, fee_max_atoms: 3 * cap, tip_atoms: 0, ..request_args(1) };
    let (bond, operator) = (BondDepositArgs { bond_atoms: 6 * cap }, SIDE.person("operator"));
    let deposit = oracle::bond_deposit(&operator, &SIDE.service(), &quote(), bond);
    world.chain.must(&[deposit, create(request)]);
    world.claim(SIDE, 1);
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    world.chain.advance(EPOCH);
    let event = roll(&mut world);
    assert_eq!((event.closed.fees_atoms, event.closed.counted_atoms), (3 * cap, share(&world, cap)));
    assert_eq!(sums(&world.usage(SIDE)), expected(share(&world, cap), 1));
}

#[test]
fn final_fees_reach_stakers_to_the_atom() {
    let mut world = World::ready();
    let distribute = oracle::fees_distribute(&SIDE.model(), &quote());
    world.must_refuse(std::slice::from_ref(&distribute), "NothingToDistribute");
    world.serve(SIDE, 1);
    world.serve(SIDE, 2);
    let (service, pool) = (world.service(SIDE), world.pool(SIDE));
    let outcome = world.must_change(
        std::slice::from_ref(&distribute),
        &[
            ("service", SIDE.service()),
            ("escrow", SIDE.escrow()),
            ("pool", SIDE.pool()),
            ("pool tokens", SIDE.pool_tokens()),
        ],
    );
    let atoms = service.accrued_vault_atoms;
    assert_eq!(world.pool(SIDE).deposited_atoms, pool.deposited_atoms + atoms);
    let after = world.service(SIDE);
    assert_eq!((after.accrued_vault_atoms, after.held_atoms), (0, service.held_atoms - atoms));
    let event: FeesDistributed = outcome.event();
    assert_eq!(event.accrued_vault, Change { before_atoms: atoms, after_atoms: 0 });
    world.must_refuse(&[distribute], "NothingToDistribute");
}

#[test]
fn final_fees_reach_creator_and_reserve_to_the_atom() {
    let mut world = World::ready();
    let distribute = oracle::market_fees_distribute(&SIDE.model(), &quote());
    world.must_refuse(std::slice::from_ref(&distribute), "NothingToDistribute");
    world.serve(SIDE, 1);
    world.serve(SIDE, 2);
    let (service, market) = (world.service(SIDE), world.market(SIDE));
    let quote_before = world.chain.token_atoms(&SIDE.quote_vault());
    let outcome = world.must_change(
        std::slice::from_ref(&distribute),
        &[
            ("service", SIDE.service()),
            ("escrow", SIDE.escrow()),
            ("market", SIDE.market()),
            ("quote vault", SIDE.quote_vault()),
        ],
    );
    let (creator_atoms, reserve_atoms) = (service.accrued_creator_atoms, service.accrued_reserve_atoms);
    assert!(creator_atoms > 0 && reserve_atoms > 0);
    let later = world.market(SIDE);
    assert_eq!(later.reserve_atoms, market.reserve_atoms + reserve_atoms);
    // Creator and contributors claim from the market, trade fees and usage fees in one.
    assert_eq!(later.creator_due_atoms, market.creator_due_atoms + creator_atoms);
    let received = world.chain.token_atoms(&SIDE.quote_vault()) - quote_before;
    assert_eq!(received, creator_atoms + reserve_atoms);
    let after = world.service(SIDE);
    assert_eq!((after.accrued_creator_atoms, after.accrued_reserve_atoms), (0, 0));
    assert_eq!(after.held_atoms, service.held_atoms - received);
    let event: MarketFeesDistributed = outcome.event();
    let paid = |before_atoms| Change { before_atoms, after_atoms: 0 };
    assert_eq!((event.accrued_creator, event.accrued_reserve), (paid(creator_atoms), paid(reserve_atoms)));
    world.must_refuse(&[distribute], "NothingToDistribute");
}

#[test]
fn a_vault_that_nobody_has_opened_holds_up_nobody_but_its_stakers() {
    let mut world = World::configured();
    for role in ["creator", "operator", "requester", "trader"] {
        world.enrol(SIDE.person(role));
    }
    let (listing, operator) = (world.listing(SIDE), SIDE.person("operator"));
    let opens_vault = |instruction: &Instruction| instruction.program_id == modchains_vault::ID;
    let (vault, rest): (Vec<_>, Vec<_>) = listing.into_iter().partition(opens_vault);
    for instruction in rest {
        world.chain.must(&[instruction]);
    }
    let bond = OperatorRegisterArgs { bond_atoms: 2 * QUOTE, cooldown_max_seconds: u32::MAX };
    world.chain.must(&[oracle::operator_register(&operator, &SIDE.service(), &quote(), bond)]);
    world.serve(SIDE, 1);
    let to_stakers = oracle::fees_distribute(&SIDE.model(), &quote());
    world.must_refuse(std::slice::from_ref(&to_stakers), "VaultPoolMissing");
    world.chain.must(&[
        oracle::market_fees_distribute(&SIDE.model(), &quote()),
        oracle::earnings_claim(&operator, &SIDE.service(), &quote()),
    ]);
    // Nothing is lost meanwhile.
    let due = world.service(SIDE).accrued_vault_atoms;
    assert!(due > 0);
    world.chain.must(&vault);
    world.chain.must(&[to_stakers]);
    assert_eq!(world.pool(SIDE).deposited_atoms, due);
}

#[test]
fn what_a_vault_earns_otherwise_is_no_usage() {
    let mut world = World::ready();
    let untouched = world.usage(SIDE);
    let args = RevenueDepositArgs { revenue_atoms: 1_000 * FEE_ATOMS };
    world.chain.must(&[vault::revenue_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), args)]);
    assert_eq!(world.usage(SIDE), untouched);
    assert_ne!(address::oracle::usage(&SIDE.model()), Side::B.usage());
}
