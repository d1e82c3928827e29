//! Closing a service: not while anybody has anything in it, nor to change at once what others rely on.

use anchor_lang::prelude::Pubkey;
use modchains_core::{fees::SPLIT_TIMELOCK_SECONDS, governance::FEE_KEPT_SECONDS};
use modchains_oracle::{
    events::ServiceClosed,
    instructions::{OperatorRegisterArgs, RequestCreateArgs, ServiceConfigureArgs, ServiceOpenArgs},
    state::{Service, ServiceTerms, UsageSplit},
};
use modchains_sdk::instruction::{oracle, registry};
use modchains_tests::{
    chain::key,
    staking::gift,
    world::{COOLDOWN_SECONDS, EPOCH_SECONDS, QUOTE, World, finalize_instruction, quote, request_args, service_terms},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::oracle::requests::{self, SIDE, create, refund};

const NOTICE: i64 = SPLIT_TIMELOCK_SECONDS as i64;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

fn close() -> Instruction {
    oracle::service_close(&creator(), &SIDE.model(), &creator(), &quote())
}

fn configure(open: bool) -> Instruction {
    let args = ServiceConfigureArgs { terms: service_terms(), open };
    oracle::service_configure(&creator(), &SIDE.model(), 1, args)
}

fn reopen(split: Option<UsageSplit>) -> Instruction {
    let args = ServiceOpenArgs { terms: ServiceTerms { split, ..service_terms() } };
    oracle::service_open(&creator(), &SIDE.model(), 1, &quote(), args)
}

/// A service that its operator has left, shut for as long as it takes.
fn left() -> World {
    let mut world = World::ready();
    world.leave_service(SIDE);
    world.chain.advance(NOTICE);
    world
}

fn lamports(world: &World, address: &Pubkey) -> u64 {
    world.chain.raw(address).map_or(0, |account| account.lamports)
}

#[test]
fn a_service_that_nobody_uses_closes_and_its_rent_goes_to_who_paid_it() {
    let mut world = left();
    let rented = [SIDE.service(), SIDE.usage(), SIDE.escrow()];
    // It was opened by who has sold the model since, to one who closes it.
    let heir = SIDE.person("trader");
    let offer = registry::model_transfer_offer(&creator(), &SIDE.model(), &heir);
    world.chain.must(&[offer, world.accept_instruction(SIDE, &heir, &creator())]);
    world.must_refuse(&[close()], "NotModelCreator");
    let by_heir = |payer: &Pubkey| oracle::service_close(&heir, &SIDE.model(), payer, &quote());
    world.must_refuse(&[by_heir(&heir)], "NotServicePayer");
    let (rent, before): (u64, u64) =
        (rented.iter().map(|one| lamports(&world, one)).sum(), lamports(&world, &creator()));
    let closed: ServiceClosed = world
        .must_change(
            &[by_heir(&creator())],
            &[("service", rented[0]), ("usage", rented[1]), ("escrow", rented[2]), ("payer", creator())],
        )
        .event();
    assert_eq!((closed.service, closed.payer, closed.surplus_atoms), (SIDE.service(), creator(), 0));
    assert_eq!(lamports(&world, &creator()), before + rent);
    assert!(rented.iter().all(|address| lamports(&world, address) == 0));
}

#[test]
fn what_was_sent_to_the_escrow_directly_holds_up_nobody() {
    let mut world = left();
    world.chain.must(&[gift(&quote(), &SIDE.person("trader"), SIDE.escrow(), 5)]);
    let mut astray = close();
    astray.accounts[6].pubkey = SIDE.quote_account("trader");
    world.must_refuse(&[astray], "ConstraintTokenOwner");
    let before = world.quote_atoms(SIDE, "creator");
    world.chain.must(&[close()]);
    assert_eq!(world.quote_atoms(SIDE, "creator"), before + 5);
}

#[test]
fn a_service_does_not_close_while_an_operator_a_request_or_a_due_exists() {
    let mut seated = World::ready();
    seated.chain.must(&[configure(false)]);
    seated.chain.advance(NOTICE);
    seated.must_refuse(&[close()], "ServiceInUse");
    seated.empty_operator(SIDE);
    seated.must_refuse(&[close()], "ServiceInUse");

    let mut asked = World::ready();
    asked.request(SIDE, 1);
    asked.leave_service(SIDE);
    asked.chain.advance(NOTICE);
    asked.must_refuse(&[close()], "ServiceInUse");
    asked.chain.must(&[refund()]);
    assert_eq!(asked.service(SIDE).held_atoms, 0);
    asked.must_refuse(&[close()], "ServiceInUse");
    asked.chain.must(&[requests::close(), close()]);

    let mut due = World::ready();
    due.serve(SIDE, 1);
    settle(&mut due);
    due.must_refuse(&[close()], "ServiceInUse");
    due.chain.must(&[oracle::fees_distribute(&SIDE.model(), &quote())]);
    due.must_refuse(&[close()], "ServiceInUse");
    due.chain.must(&[oracle::market_fees_distribute(&SIDE.model(), &quote())]);
    due.must_refuse(&[close()], "ServiceInUse");
    let treasury = key("treasury").pubkey();
    due.enrol(treasury);
    due.chain.must(&[oracle::fees_claim(&SIDE.model(), &quote(), &treasury)]);
    // The market follows this use up, so it must be able to follow it down; also what no roll has seen yet.
    assert_eq!(due.usage(SIDE).long_sum_q32, [0, 0]);
    due.must_refuse(&[close()], "UsageCounts");
    due.chain.must(&[oracle::usage_roll(&SIDE.model())]);
    due.must_refuse(&[close()], "UsageCounts");
    due.chain.advance(10 * 365 * 86_400);
    due.chain.must(&[close()]);
}

/// Ends everything but dues: the request closes, the operator leaves, the service is shut for as long as it takes.
fn settle(world: &mut World) {
    let claim = oracle::earnings_claim(&SIDE.person("operator"), &SIDE.service(), &quote());
    world.chain.must(&[claim, requests::close()]);
    world.leave_service(SIDE);
    world.chain.advance(NOTICE);
}

/// A world whose service is changed as no instruction here would.
fn altered(world: &World, change: impl FnOnce(&mut Service)) -> World {
    let (mut world, mut service) = (world.clone(), world.service(SIDE));
    change(&mut service);
    let mut account = world.chain.raw(&SIDE.service()).unwrap();
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&service));
    world.chain.svm.set_account(SIDE.service(), account).unwrap();
    world
}

#[test]
fn a_service_must_have_been_shut_for_as_long_as_a_split_waits() {
    let mut world = World::ready();
    world.empty_operator(SIDE);
    world.chain.must(&[oracle::operator_close(&SIDE.person("operator"), &SIDE.service())]);
    world.chain.advance(NOTICE);
    world.must_refuse(&[close()], "ServiceOpenLately");
    world.chain.must(&[configure(false)]);
    let shut_at_seconds = world.chain.now();
    world.chain.set_time(shut_at_seconds + NOTICE - 1);
    // To shut it again starts nothing anew.
    world.chain.must(&[configure(false)]);
    assert_eq!(world.service(SIDE).shut_at_seconds, shut_at_seconds);
    world.must_refuse(&[close()], "ServiceOpenLately");
    let mut opened = world.clone();
    opened.chain.must(&[configure(true), configure(false)]);
    opened.chain.advance(1);
    opened.must_refuse(&[close()], "ServiceOpenLately");
    world.chain.set_time(shut_at_seconds + NOTICE);
    world.chain.must(&[close()]);
}

#[test]
fn a_shut_service_takes_no_operator_who_could_stay_for_ever() {
    let mut world = World::ready();
    world.chain.must(&[configure(false)]);
    let args = OperatorRegisterArgs { bond_atoms: QUOTE, cooldown_max_seconds: COOLDOWN_SECONDS };
    let register = oracle::operator_register(&SIDE.person("trader"), &SIDE.service(), &quote(), args);
    world.must_refuse(std::slice::from_ref(&register), "ServiceClosed");
    world.chain.must(&[configure(true), register]);
}

#[test]
fn nothing_signed_under_the_closed_service_holds_in_the_next() {
    let mut world = left();
    // As many changes as the count can have seen.
    for _ in 0..3 {
        world.chain.must(&[configure(false)]);
    }
    let UsageSplit { operator_bps, vault_bps, .. } = world.service(SIDE).split;
    let greedier =
        UsageSplit { operator_bps: operator_bps + 500, vault_bps: vault_bps - 500, ..world.service(SIDE).split };
    let seen = world.service(SIDE).terms_counter;
    let before = world.service(SIDE);
    // Even in one block, with what the next service may have in it.
    world.chain.must(&[close(), reopen(Some(greedier))]);
    let after = world.service(SIDE);
    assert!(after.terms_counter > seen && i64::from(after.terms_counter) == world.chain.now());
    assert_eq!((after.split, after.pending_split_at_seconds), (greedier, 0));
    assert_eq!((after.usage, after.escrow, after.bump), (before.usage, before.escrow, before.bump));
    for terms_counter in [seen, seen - 1, 0, 1] {
        let ask = create(RequestCreateArgs { terms_counter, ..request_args(1) });
        world.must_refuse(&[ask], "ServiceTermsChanged");
    }
    // The next service works like the first.
    let args = OperatorRegisterArgs { bond_atoms: 100 * QUOTE, cooldown_max_seconds: COOLDOWN_SECONDS };
    world.chain.must(&[oracle::operator_register(&SIDE.person("operator"), &SIDE.service(), &quote(), args)]);
    world.answer(SIDE, 1);
    world.chain.advance(EPOCH_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    assert!(world.service(SIDE).accrued_vault_atoms > 0);
}

#[test]
fn a_service_whose_changes_outran_the_clock_does_not_close() {
    let world = left();
    let now = u32::try_from(world.chain.now()).unwrap();
    altered(&world, |service| service.terms_counter = now).must_refuse(&[close()], "ServiceTooYoung");
    altered(&world, |service| service.terms_counter = now - 1).chain.must(&[close()]);
}

#[test]
fn the_stakers_price_outlives_no_close() {
    let world = left();
    let now = world.chain.now();
    for until in [now + 1, now + i64::from(FEE_KEPT_SECONDS)] {
        altered(&world, |service| service.fee_kept_until_seconds = until).must_refuse(&[close()], "FeeKept");
    }
    altered(&world, |service| service.fee_kept_until_seconds = now).chain.must(&[close()]);
}
