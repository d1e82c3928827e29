//! Where every atom and lamport of a request goes: refunds, forfeited bonds, the split of a fee, rent.

use anchor_lang::{prelude::Rent, solana_program::sysvar::SysvarId};
use modchains_core::fees::UsageFeeSplit;
use modchains_oracle::{
    events::ResultFinalized,
    instructions::{RequestCreateArgs, ServiceConfigureArgs},
    state::{RequestStatus, ServiceTerms},
};
use modchains_sdk::instruction::{Payee, oracle, token};
use modchains_tests::{
    chain::key,
    world::{
        CHALLENGE_SECONDS, CLAIM_SECONDS, FEE_ATOMS, FIRST_TERMS, QUOTE, WAIT_SECONDS, World, claim_instruction,
        finalize_instruction, post_instruction, quote, request_args, service_terms,
    },
};
use solana_signer::Signer;

use crate::oracle::requests::{SIDE, close, create, expire, in_status, refund};

const CLAIM: i64 = CLAIM_SECONDS as i64;
const CHALLENGE: i64 = CHALLENGE_SECONDS as i64;
const WAIT: i64 = WAIT_SECONDS as i64;
/// Fee and tip of a request.
pub const PRICE: u64 = FEE_ATOMS + 1_000;

#[test]
fn a_late_claim_costs_the_claim_bond_and_a_refund_pays_it_to_the_requester() {
    let mut world = World::ready();
    let before = world.quote_atoms(SIDE, "requester");
    world.request(SIDE, 1);
    let (bond, claim_bond) = (world.operator(SIDE).bond_atoms, world.service(SIDE).claim_bond_atoms);
    for lapses in 1..=2 {
        world.claim(SIDE, 1);
        world.chain.advance(CLAIM);
        world.must_change(
            &[expire()],
            &[("request", SIDE.request(1)), ("service", SIDE.service()), ("operator", SIDE.operator())],
        );
        let operator = world.operator(SIDE);
        assert_eq!((operator.bond_atoms, operator.locked_atoms), (bond - lapses * claim_bond, 0));
        let service = world.service(SIDE);
        assert_eq!((service.bonded_atoms, service.escrowed_atoms), (operator.bond_atoms, PRICE + lapses * claim_bond));
        assert_eq!(world.chain.token_atoms(&SIDE.escrow()), bond + PRICE);
    }
    world.chain.advance(WAIT);
    world.chain.must(&[refund()]);
    assert_eq!(world.quote_atoms(SIDE, "requester"), before + 2 * claim_bond);
    let left = bond - 2 * claim_bond;
    assert_eq!((world.chain.token_atoms(&SIDE.escrow()), world.service(SIDE).escrowed_atoms), (left, 0));
    world.chain.must(&[close()]);
    assert_eq!(world.quote_atoms(SIDE, "requester"), before + 2 * claim_bond, "nothing is paid twice");
}

#[test]
fn a_late_claim_of_a_request_answered_later_is_paid_when_it_closes() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    world.claim(SIDE, 1);
    world.chain.advance(CLAIM);
    world.chain.must(&[expire(), claim_instruction(&world, SIDE, 1), post_instruction(&world, SIDE, 1)]);
    world.chain.advance(CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    let (before, claim_bond) = (world.quote_atoms(SIDE, "requester"), world.service(SIDE).claim_bond_atoms);
    assert_eq!(world.service(SIDE).escrowed_atoms, claim_bond);
    world.chain.must(&[close()]);
    assert_eq!(world.quote_atoms(SIDE, "requester"), before + claim_bond);
    assert_eq!(world.service(SIDE).escrowed_atoms, 0);
}

#[test]
fn a_refund_returns_everything_and_closing_returns_the_rent() {
    let mut world = World::ready();
    let requester = SIDE.person("requester");
    let lamports = |world: &World| world.chain.raw(&requester).unwrap().lamports;
    let (atoms_before, lamports_before) = (world.quote_atoms(SIDE, "requester"), lamports(&world));
    world.request(SIDE, 1);
    assert_eq!(world.quote_atoms(SIDE, "requester"), atoms_before - PRICE);
    assert!(lamports(&world) < lamports_before, "rent is paid in advance");
    world.chain.advance(WAIT);
    world.must_change(
        &[refund()],
        &[
            ("request", SIDE.request(1)),
            ("service", SIDE.service()),
            ("escrow", SIDE.escrow()),
            ("requester's tokens", SIDE.quote_account("requester")),
        ],
    );
    assert_eq!(world.quote_atoms(SIDE, "requester"), atoms_before);
    world.must_change(
        &[close()],
        &[("request", SIDE.request(1)), ("requester", requester), ("service", SIDE.service())],
    );
    assert_eq!(lamports(&world), lamports_before);
    assert!(world.chain.raw(&SIDE.request(1)).is_none());
}

#[test]
fn a_final_fee_is_split_to_the_atom_whatever_it_is() {
    for fee_atoms in [1, 2, 3, 7, 19, 99, 101, 9_999, 10_001, FEE_ATOMS, FEE_ATOMS + 7] {
        for tip_atoms in [0, 1, 12_345] {
            let mut world = World::ready();
            let args = ServiceConfigureArgs { terms: ServiceTerms { fee_atoms, ..service_terms() }, open: true };
            world.chain.must(&[oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)]);
            let seen = RequestCreateArgs { terms_counter: FIRST_TERMS + 1, ..request_args(1) };
            world.chain.must(&[create(RequestCreateArgs { fee_max_atoms: fee_atoms, tip_atoms, ..seen })]);
            world.claim(SIDE, 1);
            world.chain.must(&[post_instruction(&world, SIDE, 1)]);
            world.chain.advance(CHALLENGE);
            let held = world.chain.token_atoms(&SIDE.escrow());
            let changed = [
                ("request", SIDE.request(1)),
                ("service", SIDE.service()),
                ("usage", SIDE.usage()),
                ("operator", SIDE.operator()),
            ];
            let event: ResultFinalized = world.must_change(&[finalize_instruction(SIDE, 1)], &changed).event();
            let service = world.service(SIDE);
            let legs = UsageFeeSplit::from(service.split).split(fee_atoms + tip_atoms).unwrap();
            assert_eq!(event.fee, legs.into());
            let earned = world.operator(SIDE).earned_atoms;
            assert_eq!(earned, legs.operator);
            let accrued = service.accrued_vault_atoms
                + service.accrued_creator_atoms
                + service.accrued_reserve_atoms
                + service.accrued_protocol_atoms;
            assert_eq!(earned + accrued, fee_atoms + tip_atoms);
            assert_eq!((service.escrowed_atoms, service.earned_atoms), (0, earned));
            assert_eq!((service.held_atoms, world.chain.token_atoms(&SIDE.escrow())), (held, held));
        }
    }
}

#[test]
fn a_closed_request_cannot_be_used_again_even_in_the_transaction_that_closes_it() {
    let mut world = in_status(RequestStatus::Finalized);
    let requester = SIDE.person("requester");
    let revive = token::transfer_sol(&requester, &SIDE.request(1), QUOTE);
    for step in [
        claim_instruction(&world, SIDE, 1),
        post_instruction(&world, SIDE, 1),
        finalize_instruction(SIDE, 1),
        refund(),
        close(),
    ] {
        world.must_refuse(&[close(), revive.clone(), step.clone()], "AccountOwnedByWrongProgram");
        world.must_refuse(&[close(), step], "AccountOwnedByWrongProgram");
    }
    let before = world.chain.raw(&requester).unwrap().lamports;
    let rent = world.chain.raw(&SIDE.request(1)).unwrap().lamports;
    world.chain.must(&[close()]);
    assert_eq!(world.chain.raw(&requester).unwrap().lamports, before + rent);
}

#[test]
fn new_terms_of_a_service_leave_its_requests_alone() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    let terms = ServiceTerms { fee_atoms: 10 * FEE_ATOMS, output_bytes_max: 1, ..service_terms() };
    let args = ServiceConfigureArgs { terms, open: true };
    let configure = oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args);
    world.must_change(&[configure], &[("service", SIDE.service())]);
    world.claim(SIDE, 1);
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
    world.chain.advance(CHALLENGE);
    let event: ResultFinalized = world.chain.must(&[finalize_instruction(SIDE, 1)]).event();
    let fee = event.fee;
    let paid = fee.operator_atoms + fee.vault_atoms + fee.creator_atoms + fee.reserve_atoms + fee.protocol_atoms;
    assert_eq!(paid, PRICE);
    let seen = RequestCreateArgs { terms_counter: FIRST_TERMS + 1, ..request_args(2) };
    world.must_refuse(&[create(seen)], "FeeAboveLimit");
}

#[test]
fn closing_returns_the_rent_that_was_paid_whatever_its_rate() {
    // Lamports per byte: before, during and after the network's cut.
    for rate in [6_960, 5_080, 696] {
        let mut world = World::ready();
        let mut rent = world.chain.raw(&Rent::id()).unwrap();
        rent.data[..8].copy_from_slice(&u64::to_le_bytes(rate));
        rent.data[8..16].copy_from_slice(&f64::to_le_bytes(1.0));
        world.chain.svm.set_account(Rent::id(), rent).unwrap();
        let requester = SIDE.person("requester");
        let before = world.chain.raw(&requester).unwrap().lamports;
        world.serve(SIDE, 1);
        let paid = before - world.chain.raw(&requester).unwrap().lamports;
        let bytes = world.chain.raw(&SIDE.request(1)).unwrap().data.len();
        assert_eq!(paid, rate * (128 + bytes as u64), "{rate} lamports per byte");
        world.chain.must(&[close()]);
        assert_eq!(world.chain.raw(&requester).unwrap().lamports, before);
    }
}

#[test]
fn a_stranger_pays_the_treasurys_associated_account_and_the_treasury_any_of_its_own() {
    let mut world = in_status(RequestStatus::Finalized);
    let (treasury, other) = (key("treasury").pubkey(), key("other treasury account").pubkey());
    world.enrol(treasury);
    world.chain.put_tokens(other, quote().program, quote().mint, treasury, 0);
    let signed = oracle::fees_claim(&SIDE.model(), &quote(), Payee::signing(&treasury, &other));
    let mut by_stranger = signed.clone();
    by_stranger.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[by_stranger], "NotTreasury");
    let mut by_nobody = signed.clone();
    by_nobody.accounts[0] = oracle::fees_claim(&SIDE.model(), &quote(), &treasury).accounts[0].clone();
    world.must_refuse(&[by_nobody], "AccountNotAssociatedTokenAccount");
    let due = world.service(SIDE).accrued_protocol_atoms;
    world.chain.must(&[signed]);
    assert_eq!(world.chain.token_atoms(&other), due);
}
