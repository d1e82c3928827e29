//! What a creator set in motion before handing the model over.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::instruction::registry;
use modchains_tests::{
    chain::key,
    registry::shares,
    world::{QUOTE, Side, TIMELOCK_SECONDS, World, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

fn queue(by: &Pubkey, label: &str) -> Instruction {
    registry::contributors_queue(by, &SIDE.model(), shares(&[(label, 10_000)]))
}

fn hand_over(world: &mut World, from: &Pubkey, to: &Pubkey) {
    world.chain.must(&[
        registry::model_transfer_offer(from, &SIDE.model(), to),
        registry::model_transfer_accept(to, &SIDE.model(), from),
    ]);
}

#[test]
fn shares_that_a_creator_queued_end_with_the_creators_rights() {
    let mut world = World::ready();
    let heir = SIDE.person("staker");
    world.chain.must(&[queue(&creator(), "friend of the seller")]);
    hand_over(&mut world, &creator(), &heir);
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
