//! Handing a model over: offer, acceptance, withdrawal, and who may do what before and after.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    events::{ModelTransferCancelled, ModelTransferOffered, ModelTransferred},
    state::{FeeBeneficiary, LicenceGrantArgs, Model, ModelTransfer},
};
use modchains_sdk::{
    address,
    instruction::{exchange, registry},
};
use modchains_tests::{
    chain::key,
    registry::{AS_LISTED, licence_args, model_terms, shares},
    world::{QUOTE, Side, TIMELOCK_SECONDS, World, quote, version_args},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

/// Who the model is offered to.
fn heir() -> Pubkey {
    SIDE.person("staker")
}

fn stranger() -> Pubkey {
    SIDE.person("trader")
}

fn transfer() -> Pubkey {
    address::exchange::model_transfer(&SIDE.model())
}

fn offer(to: &Pubkey) -> Instruction {
    registry::model_transfer_offer(&creator(), &SIDE.model(), to)
}

fn accept(to: &Pubkey) -> Instruction {
    registry::model_transfer_accept(to, &SIDE.model(), &creator(), AS_LISTED)
}

fn cancel() -> Instruction {
    registry::model_transfer_cancel(&creator(), &SIDE.model())
}

fn offered() -> World {
    let mut world = World::ready();
    world.chain.must(&[offer(&heir())]);
    world
}

#[test]
fn only_the_creator_offers_a_model_and_takes_an_offer_back() {
    let mut world = offered();
    let by_stranger = registry::model_transfer_offer(&stranger(), &SIDE.model(), &stranger());
    world.must_refuse(&[by_stranger], "NotCreator");
    // The one it is offered to cannot redirect or withdraw it either.
    world.must_refuse(&[registry::model_transfer_offer(&heir(), &SIDE.model(), &stranger())], "NotCreator");
    world.must_refuse(&[registry::model_transfer_cancel(&heir(), &SIDE.model())], "NotCreator");
    let mut unsigned = offer(&heir());
    unsigned.accounts[0].is_signer = false;
    world.must_refuse(&[unsigned], "AccountNotSigner");
}

#[test]
fn only_the_one_a_model_is_offered_to_accepts_it() {
    let mut world = offered();
    world.must_refuse(&[accept(&stranger())], "NotOfferedTo");
    world.must_refuse(&[accept(&creator())], "NotOfferedTo");
    world.chain.must(&[offer(&stranger())]);
    world.must_refuse(&[accept(&heir())], "NotOfferedTo");
    let mut unsigned = accept(&stranger());
    unsigned.accounts[0].is_signer = false;
    world.must_refuse(&[unsigned], "AccountNotSigner");
}

#[test]
fn there_is_nothing_to_accept_or_take_back_without_an_offer() {
    let mut world = World::ready();
    world.must_refuse(&[accept(&heir())], "AccountOwnedByWrongProgram");
    world.must_refuse(&[cancel()], "AccountOwnedByWrongProgram");
    world.chain.must(&[offer(&heir()), cancel()]);
    world.must_refuse(&[accept(&heir())], "AccountOwnedByWrongProgram");
}

#[test]
fn an_offer_of_one_model_hands_over_no_other() {
    let mut world = offered();
    let mut swapped = accept(&heir());
    swapped.accounts[1].pubkey = Side::B.model();
    world.must_refuse(&[swapped], "OfferMismatch");
}

#[test]
fn the_rent_of_an_offer_goes_back_to_nobody_but_who_paid_it() {
    let mut world = offered();
    let elsewhere = registry::model_transfer_accept(&heir(), &SIDE.model(), &heir(), AS_LISTED);
    world.must_refuse(&[elsewhere], "OfferMismatch");
    let mut elsewhere = cancel();
    elsewhere.accounts[3].pubkey = stranger();
    world.must_refuse(&[elsewhere], "OfferMismatch");
}

#[test]
fn offering_and_accepting_change_the_creator_and_nothing_else() {
    let mut world = World::ready();
    let before: Model = world.chain.state(&SIDE.model());
    let outcome = world.must_change(&[offer(&heir())], &[("creator, who pays", creator()), ("offer", transfer())]);
    let event = outcome.event::<ModelTransferOffered>();
    assert_eq!((event.model, event.creator, event.to), (SIDE.model(), creator(), heir()));
    let state: ModelTransfer = world.chain.state(&transfer());
    assert_eq!((state.model, state.to, state.offered_by), (SIDE.model(), heir(), creator()));

    world.must_change(&[offer(&stranger())], &[("offer", transfer())]);
    world.must_change(&[offer(&heir())], &[("offer", transfer())]);
    let named = [("model", SIDE.model()), ("offer, closed", transfer()), ("creator, who gets the rent", creator())];
    let outcome = world.must_change(&[accept(&heir())], &named);
    let event = outcome.event::<ModelTransferred>();
    assert_eq!((event.model, event.from, event.to), (SIDE.model(), creator(), heir()));
    let after: Model = world.chain.state(&SIDE.model());
    assert_eq!(after.creator, heir());
    assert_eq!(bytemuck::bytes_of(&Model { creator: before.creator, ..after }), bytemuck::bytes_of(&before));
    assert!(world.chain.raw(&transfer()).is_none());
}

#[test]
fn taking_an_offer_back_leaves_the_model_as_it_was() {
    let mut world = offered();
    let named = [("offer, closed", transfer()), ("creator, who gets the rent", creator())];
    let outcome = world.must_change(&[cancel()], &named);
    let event = outcome.event::<ModelTransferCancelled>();
    assert_eq!((event.model, event.creator), (SIDE.model(), creator()));
    // Offering is possible again.
    world.chain.must(&[offer(&stranger()), accept(&stranger())]);
}

#[test]
fn the_new_creator_has_every_right_and_the_fees_and_the_old_one_none() {
    let mut world = offered();
    world.chain.must(&[accept(&heir())]);
    let publish = |by: &Pubkey| exchange::model_version_publish(by, &SIDE.model(), 2, version_args());
    let terms = |by: &Pubkey| registry::model_terms_set(by, &SIDE.model(), model_terms());
    let offer_by = |by: &Pubkey| registry::model_transfer_offer(by, &SIDE.model(), &stranger());
    let queue = |by: &Pubkey| registry::contributors_queue(by, &SIDE.model(), vec![]);
    for build in [&publish as &dyn Fn(&Pubkey) -> Instruction, &terms, &offer_by, &queue] {
        world.must_refuse(&[build(&creator())], "NotCreator");
        world.chain.must(&[build(&heir())]);
    }
    let claim = |owner: &Pubkey| exchange::fees_claim(&SIDE.model(), &quote(), owner, FeeBeneficiary::Creator);
    let due_atoms = world.market(SIDE).creator_due_atoms;
    assert!(due_atoms > 0);
    world.must_refuse(&[claim(&creator())], "BeneficiaryMismatch");
    let before = world.quote_atoms(SIDE, "staker");
    world.chain.must(&[claim(&heir())]);
    assert_eq!(world.quote_atoms(SIDE, "staker") - before, due_atoms);
}

/// What a seller can do between the buyer's look and the buyer's signature is refused with the acceptance.
#[test]
fn a_model_that_changed_since_it_was_looked_at_is_not_accepted() {
    let changes: [fn(&World) -> Vec<Instruction>; 5] = [
        |_| vec![registry::model_terms_set(&creator(), &SIDE.model(), model_terms())],
        |_| vec![exchange::model_version_publish(&creator(), &SIDE.model(), 2, version_args())],
        |_| vec![registry::contributors_queue(&creator(), &SIDE.model(), shares(&[("friend of the seller", 10_000)]))],
        |world| {
            let args = LicenceGrantArgs { revocable: false, ..licence_args(world, SIDE.person("requester")) };
            vec![registry::licence_grant(&creator(), &SIDE.model(), args)]
        },
        |world| {
            let grant = registry::licence_grant(&creator(), &SIDE.model(), licence_args(world, stranger()));
            vec![grant, registry::licence_revoke(&creator(), &SIDE.model(), &stranger())]
        },
    ];
    for change in changes {
        let mut world = offered();
        let seen = world.accept_instruction(SIDE, &heir(), &creator());
        let instructions = change(&world);
        world.chain.must(&instructions);
        world.must_refuse(&[seen], "ModelTermsChanged");
        let accept = world.accept_instruction(SIDE, &heir(), &creator());
        world.chain.must(&[accept]);
    }
}

/// Shares that were queued long ago and can be applied by anyone are what the seller's friend would wait with.
#[test]
fn queued_shares_that_are_applied_right_before_stop_the_acceptance() {
    let mut world = offered();
    let sellers = shares(&[("friend of the seller", 10_000)]);
    world.chain.must(&[registry::contributors_queue(&creator(), &SIDE.model(), sellers)]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    let seen = world.accept_instruction(SIDE, &heir(), &creator());
    world.chain.must(&[registry::contributors_apply(&SIDE.model())]);
    world.must_refuse(&[seen], "ModelTermsChanged");
}

#[test]
fn an_offer_to_an_address_that_was_never_used_can_be_taken_back() {
    let mut world = World::ready();
    world.chain.must(&[offer(&key("nobody").pubkey())]);
    world.chain.must(&[cancel()]);
}

#[test]
fn shares_that_a_creator_queued_end_with_the_creators_rights() {
    let mut world = offered();
    let heir = heir();
    let queue = |by: &Pubkey, label| registry::contributors_queue(by, &SIDE.model(), shares(&[(label, 10_000)]));
    world.chain.must(&[queue(&creator(), "friend of the seller")]);
    let accept = world.accept_instruction(SIDE, &heir, &creator());
    world.chain.must(&[accept]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    let apply = registry::contributors_apply(&SIDE.model());
    world.must_refuse(std::slice::from_ref(&apply), "SharesOfFormerCreator");
    // The new creator's own take effect after a timelock of their own.
    world.chain.must(&[queue(&heir, "friend of the buyer")]);
    world.must_refuse(std::slice::from_ref(&apply), "TimelockRunning");
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.chain.must(&[apply]);
    world.pay_creator_fees(SIDE, QUOTE);
    let [sellers, buyers] = ["friend of the seller", "friend of the buyer"].map(|label| key(label).pubkey());
    world.enrol(sellers);
    world.enrol(buyers);
    let claim = |beneficiary: &Pubkey| registry::contributor_claim(&SIDE.model(), &quote(), beneficiary);
    world.must_refuse(&[claim(&sellers)], "NothingAccrued");
    world.chain.must(&[claim(&buyers)]);
}
