//! Accounts that nobody needs any more give their rent back to who paid it, and no sooner.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    events::{ContributorsClosed, LicenceClosed, ReferralClosed},
    state::{FeeBeneficiary, LicenceGrantArgs},
};
use modchains_sdk::{
    address,
    instruction::{exchange, registry, token},
};
use modchains_tests::{
    chain::key,
    registry::{licence_args, shares},
    world::{QUOTE, Side, TIMELOCK_SECONDS, World, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

fn grantee() -> Pubkey {
    SIDE.person("requester")
}

fn lamports(world: &World, address: &Pubkey) -> u64 {
    world.chain.raw(address).map_or(0, |account| account.lamports)
}

/// A referral of the staker that the trader paid for.
fn referred() -> (World, Pubkey) {
    let mut world = World::ready();
    let (payer, staker) = (SIDE.person("trader"), SIDE.person("staker"));
    world.chain.must(&[exchange::referral_open(&payer, &SIDE.model(), &staker)]);
    (world, address::exchange::referral(&SIDE.market(), &staker))
}

fn close_referral(referrer: &str, paid_by: &str) -> Instruction {
    exchange::referral_close(&SIDE.person(referrer), &SIDE.model(), &SIDE.person(paid_by))
}

#[test]
fn a_referral_is_closed_by_its_referrer_alone_and_not_while_it_is_owed_something() {
    let (mut world, referral) = referred();
    let mut by_stranger = close_referral("trader", "trader");
    by_stranger.accounts[1].pubkey = referral;
    world.must_refuse(&[by_stranger], "NotReferrer");
    world.must_refuse(&[close_referral("staker", "staker")], "RentReceiverMismatch");
    let buy = world.referred_buy_instruction(SIDE);
    world.chain.must(&[buy]);
    let (rent, before) = (lamports(&world, &referral), lamports(&world, &SIDE.person("trader")));
    world.must_refuse(&[close_referral("staker", "trader")], "AtomsOwed");
    world.chain.must(&[exchange::referral_claim(&SIDE.model(), &quote(), &SIDE.person("staker"))]);
    let named = [("referral, closed", referral), ("trader, who paid the rent", SIDE.person("trader"))];
    let event: ReferralClosed = world.must_change(&[close_referral("staker", "trader")], &named).event();
    assert_eq!((event.market, event.referrer), (SIDE.market(), SIDE.person("staker")));
    assert_eq!(lamports(&world, &SIDE.person("trader")), before + rent);
}

#[test]
fn a_closed_referral_earns_nothing_even_in_the_transaction_that_closes_it() {
    let (mut world, referral) = referred();
    let buy = world.referred_buy_instruction(SIDE);
    let revive = token::transfer_sol(&SIDE.person("trader"), &referral, QUOTE);
    let close = close_referral("staker", "trader");
    world.must_refuse(&[close.clone(), revive, buy.clone()], "AccountOwnedByWrongProgram");
    world.chain.must(&[close]);
    world.must_refuse(&[buy], "AccountOwnedByWrongProgram");
}

fn close_licence() -> Instruction {
    registry::licence_close(&creator(), &SIDE.model(), &grantee(), &creator())
}

fn revoke() -> Instruction {
    registry::licence_revoke(&creator(), &SIDE.model(), &grantee())
}

fn grant(args: LicenceGrantArgs) -> Instruction {
    registry::licence_grant(&creator(), &SIDE.model(), args)
}

#[test]
fn a_licence_in_force_is_not_closed_and_one_that_is_over_is_by_the_creator_alone() {
    let mut world = World::ready();
    let args = licence_args(&world, grantee());
    let licence = address::exchange::licence(&SIDE.model(), &grantee());
    for args in [args, LicenceGrantArgs { revocable: false, ..args }] {
        let mut world = world.clone();
        world.chain.must(&[grant(args)]);
        world.must_refuse(&[close_licence()], "LicenceInForce");
        world.chain.set_time(args.expires_at_seconds - 1);
        world.must_refuse(&[close_licence()], "LicenceInForce");
        world.chain.set_time(args.expires_at_seconds);
        world.chain.must(&[close_licence()]);
    }
    let mut forever = world.clone();
    forever.chain.must(&[grant(LicenceGrantArgs { revocable: false, expires_at_seconds: 0, ..args })]);
    forever.chain.advance(100 * 365 * 86_400);
    forever.must_refuse(&[close_licence()], "LicenceInForce");

    world.chain.must(&[grant(args), revoke()]);
    for stranger in [grantee(), SIDE.person("trader")] {
        let attempt = registry::licence_close(&stranger, &SIDE.model(), &grantee(), &creator());
        world.must_refuse(&[attempt], "NotCreator");
    }
    let elsewhere = registry::licence_close(&creator(), &SIDE.model(), &grantee(), &grantee());
    world.must_refuse(&[elsewhere], "RentReceiverMismatch");
    let mut others = registry::licence_close(&Side::B.person("creator"), &Side::B.model(), &grantee(), &creator());
    others.accounts[2].pubkey = licence;
    world.must_refuse(&[others], "LicenceMismatch");
    let counter = world.model(SIDE).terms_counter;
    let named = [("model", SIDE.model()), ("licence, closed", licence), ("creator, who paid the rent", creator())];
    let event: LicenceClosed = world.must_change(&[close_licence()], &named).event();
    assert_eq!((event.model, event.licence, event.grantee), (SIDE.model(), licence, grantee()));
    assert_eq!(world.model(SIDE).terms_counter, counter + 1);
}

#[test]
fn the_rent_of_a_licence_goes_to_the_creator_who_granted_it_after_the_model_was_sold() {
    let mut world = World::ready();
    let (heir, args) = (SIDE.person("staker"), licence_args(&world, grantee()));
    world.chain.must(&[grant(args), revoke()]);
    let accept = world.accept_instruction(SIDE, &heir, &creator());
    world.chain.must(&[registry::model_transfer_offer(&creator(), &SIDE.model(), &heir), accept]);
    world.must_refuse(&[close_licence()], "NotCreator");
    let keep = registry::licence_close(&heir, &SIDE.model(), &grantee(), &heir);
    world.must_refuse(&[keep], "RentReceiverMismatch");
    let before = lamports(&world, &creator());
    world.chain.must(&[registry::licence_close(&heir, &SIDE.model(), &grantee(), &creator())]);
    assert!(lamports(&world, &creator()) > before);
}

fn close_contributors() -> Instruction {
    registry::contributors_close(&creator(), &SIDE.model(), &creator())
}

fn claim(beneficiary: &Pubkey) -> Instruction {
    registry::contributor_claim(&SIDE.model(), &quote(), beneficiary)
}

#[test]
fn contributors_are_closed_when_nobody_has_a_share_or_is_owed_anything() {
    let mut world = World::ready();
    let (ada, contributors) = (key("ada").pubkey(), address::exchange::contributors(&SIDE.model()));
    world.enrol(ada);
    world.chain.must(&[exchange::fees_claim(&SIDE.model(), &quote(), &creator(), FeeBeneficiary::Creator)]);
    world.must_refuse(&[close_contributors()], "AccountOwnedByWrongProgram");
    world.contribute(SIDE, &[("ada", 5_000)]);
    world.must_refuse(&[close_contributors()], "SharesInForce");
    world.pay_creator_fees(SIDE, QUOTE);
    world.contribute(SIDE, &[]);
    for owed in [ada, creator()] {
        world.must_refuse(&[close_contributors()], "AtomsOwed");
        world.chain.must(&[claim(&owed)]);
    }
    let stranger = registry::contributors_close(&ada, &SIDE.model(), &creator());
    world.must_refuse(&[stranger], "NotCreator");
    world.must_refuse(&[registry::contributors_close(&creator(), &SIDE.model(), &ada)], "RentReceiverMismatch");
    let named =
        [("model", SIDE.model()), ("contributors, closed", contributors), ("creator, who paid the rent", creator())];
    let event: ContributorsClosed = world.must_change(&[close_contributors()], &named).event();
    assert_eq!((event.model, event.paid_by), (SIDE.model(), creator()));
    // The creator's fees are the creator's again, to the atom, and contributors can come back.
    world.pay_creator_fees(SIDE, QUOTE);
    let before = world.quote_atoms(SIDE, "creator");
    world.chain.must(&[exchange::fees_claim(&SIDE.model(), &quote(), &creator(), FeeBeneficiary::Creator)]);
    assert_eq!(world.quote_atoms(SIDE, "creator"), before + QUOTE);
    world.contribute(SIDE, &[("ada", 1)]);
}

#[test]
fn shares_that_are_only_queued_end_with_the_account() {
    let mut world = World::ready();
    let queue = registry::contributors_queue(&creator(), &SIDE.model(), shares(&[("ada", 10_000)]));
    world.chain.must(&[queue, close_contributors()]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.must_refuse(&[registry::contributors_apply(&SIDE.model())], "AccountOwnedByWrongProgram");
}
