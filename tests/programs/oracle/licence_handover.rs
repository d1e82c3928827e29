//! Licences stretched beyond what was granted, or taken back though they were promised.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::{LicenceKind, USE_COMMERCIAL, USE_PERSONAL};
use modchains_exchange::state::{LicenceGrantArgs, ModelTerms};
use modchains_oracle::instructions::RequestCreateArgs;
use modchains_sdk::instruction::{
    oracle::{self, LicenceProof},
    registry,
};
use modchains_tests::{
    registry::model_terms,
    world::{Side, World, quote, request_args},
};
use solana_instruction::Instruction;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

/// A hundred personal requests a minute for everybody.
const EVERYBODY: ModelTerms = ModelTerms {
    licence_kind: LicenceKind::Public as u8,
    licence_uses: USE_PERSONAL,
    licence_price_atoms: 0,
    licence_rate_max: 100,
    licence_rate_window_seconds: 60,
    content_fee_atoms: 0,
    content_royalty_bps: 0,
};

/// Two commercial requests an hour for the grantee.
fn granted() -> LicenceGrantArgs {
    LicenceGrantArgs {
        grantee: SIDE.person("requester"),
        price_atoms: 0,
        expires_at_seconds: 0,
        rate_max: 2,
        rate_window_seconds: 3_600,
        uses: USE_COMMERCIAL,
        revocable: false,
    }
}

fn ask(is_granted: bool, nonce: u64) -> Instruction {
    let uses = if is_granted { USE_COMMERCIAL } else { USE_PERSONAL };
    let args = RequestCreateArgs { uses, ..request_args(nonce) };
    let proof = LicenceProof { is_counted: true };
    oracle::request_create(&SIDE.person("requester"), &SIDE.model(), &quote(), proof, args)
}

#[test]
fn requests_that_everybody_may_make_do_not_use_up_what_was_granted_later() {
    let mut world = World::ready();
    world.chain.must(&[registry::model_terms_set(&creator(), &SIDE.model(), EVERYBODY), ask(false, 1), ask(false, 2)]);
    world.chain.must(&[registry::licence_grant(&creator(), &SIDE.model(), granted())]);
    world.chain.must(&[ask(true, 3), ask(true, 4)]);
    world.must_refuse(&[ask(true, 5)], "LicenceRateExceeded");
    world.must_refuse(&[ask(false, 5)], "LicenceUseNotGranted");
    world.chain.advance(3_600 - 1);
    world.must_refuse(&[ask(true, 5)], "LicenceRateExceeded");
    world.chain.advance(1);
    world.chain.must(&[ask(true, 5), ask(true, 6)]);
    world.must_refuse(&[ask(true, 7)], "LicenceRateExceeded");
}

#[test]
fn terms_that_the_creator_changed_reach_no_irrevocable_licence() {
    let mut world = World::ready();
    world.chain.must(&[
        registry::licence_grant(&creator(), &SIDE.model(), granted()),
        registry::model_terms_set(&creator(), &SIDE.model(), ModelTerms { licence_kind: 2, ..model_terms() }),
    ]);
    let heir = SIDE.person("staker");
    let accept = world.accept_instruction(SIDE, &heir, &creator());
    world.chain.must(&[registry::model_transfer_offer(&creator(), &SIDE.model(), &heir), accept]);
    let worse = LicenceGrantArgs { price_atoms: u64::MAX, revocable: true, ..granted() };
    world.must_refuse(&[registry::licence_grant(&heir, &SIDE.model(), worse)], "LicenceNotRevocable");
    let revoke = registry::licence_revoke(&heir, &SIDE.model(), &SIDE.person("requester"));
    world.must_refuse(&[revoke], "LicenceNotRevocable");
    world.chain.must(&[ask(true, 1)]);
}
