//! Licences: a model's default one and those of grantees, who sets them, who loses them, and what stays promised.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::{RATE_WINDOW_SECONDS_MAX, USES_ALL};
use modchains_exchange::{
    events::{LicenceGranted, LicenceRevoked, ModelTermsSet},
    state::{CONTENT_ROYALTY_BPS_MAX, Licence, LicenceGrantArgs, Model, ModelTerms},
};
use modchains_sdk::{address, instruction::registry};
use modchains_tests::{
    registry::{licence_args, model_terms},
    world::{Side, World},
};
use solana_instruction::Instruction;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

fn grantee() -> Pubkey {
    SIDE.person("requester")
}

fn licence() -> Pubkey {
    address::exchange::licence(&SIDE.model(), &grantee())
}

fn set(terms: ModelTerms) -> Instruction {
    registry::model_terms_set(&creator(), &SIDE.model(), terms)
}

fn grant(args: LicenceGrantArgs) -> Instruction {
    registry::licence_grant(&creator(), &SIDE.model(), args)
}

fn revoke() -> Instruction {
    registry::licence_revoke(&creator(), &SIDE.model(), &grantee())
}

/// A licence that cannot be taken away before it expires in an hour.
fn firm(world: &World) -> LicenceGrantArgs {
    LicenceGrantArgs { revocable: false, ..licence_args(world, grantee()) }
}

#[test]
fn terms_that_nobody_could_enforce_are_refused() {
    let mut world = World::ready();
    let valid = model_terms();
    let refused = [
        (ModelTerms { licence_kind: 3, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { licence_uses: 0, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { licence_uses: USES_ALL + 1, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { licence_rate_window_seconds: 0, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { licence_rate_max: 0, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { licence_rate_window_seconds: RATE_WINDOW_SECONDS_MAX + 1, ..valid }, "LicenceTermsInvalid"),
        (ModelTerms { content_royalty_bps: CONTENT_ROYALTY_BPS_MAX + 1, ..valid }, "RoyaltyOutOfBounds"),
    ];
    for (terms, error) in refused {
        world.must_refuse(&[set(terms)], error);
    }
    let by_stranger = registry::model_terms_set(&grantee(), &SIDE.model(), valid);
    world.must_refuse(&[by_stranger], "NotCreator");
}

#[test]
fn a_model_starts_public_for_every_use_and_takes_the_terms_its_creator_sets() {
    let mut world = World::ready();
    let model: Model = world.chain.state(&SIDE.model());
    assert_eq!((model.licence_kind, model.licence_uses), (0, USES_ALL));
    assert_eq!((model.licence_price_atoms, model.content_fee_atoms, model.content_royalty_bps), (0, 0, 0));
    assert_eq!((model.licence_rate_max, model.licence_rate_window_seconds), (0, 0));
    let terms = ModelTerms {
        licence_kind: 2,
        licence_uses: USES_ALL,
        licence_rate_window_seconds: RATE_WINDOW_SECONDS_MAX,
        content_royalty_bps: CONTENT_ROYALTY_BPS_MAX,
        ..model_terms()
    };
    let outcome = world.must_change(&[set(terms)], &[("model", SIDE.model())]);
    assert_eq!(outcome.event::<ModelTermsSet>().terms, terms);
    let after: Model = world.chain.state(&SIDE.model());
    assert_eq!((after.licence_kind, after.licence_uses), (terms.licence_kind, terms.licence_uses));
    assert_eq!(after.licence_price_atoms, terms.licence_price_atoms);
    assert_eq!(after.licence_rate_max, terms.licence_rate_max);
    assert_eq!(after.licence_rate_window_seconds, terms.licence_rate_window_seconds);
    assert_eq!((after.content_fee_atoms, after.content_royalty_bps), (terms.content_fee_atoms, 1_000));
    assert_eq!((after.creator, after.mint, after.version_count), (model.creator, model.mint, model.version_count));
}

#[test]
fn licences_that_nobody_could_enforce_are_refused() {
    let mut world = World::ready();
    let now_seconds = world.chain.now();
    let valid = licence_args(&world, grantee());
    for args in [
        LicenceGrantArgs { uses: 0, ..valid },
        LicenceGrantArgs { uses: USES_ALL + 1, ..valid },
        LicenceGrantArgs { rate_window_seconds: 0, ..valid },
        LicenceGrantArgs { rate_max: 0, ..valid },
        LicenceGrantArgs { rate_window_seconds: RATE_WINDOW_SECONDS_MAX + 1, ..valid },
        LicenceGrantArgs { expires_at_seconds: now_seconds, ..valid },
        LicenceGrantArgs { expires_at_seconds: -1, ..valid },
    ] {
        world.must_refuse(&[grant(args)], "LicenceTermsInvalid");
    }
}

#[test]
fn only_the_creator_grants_and_revokes_and_only_at_the_grantees_address() {
    let mut world = World::ready();
    let args = licence_args(&world, grantee());
    world.must_refuse(&[registry::licence_grant(&grantee(), &SIDE.model(), args)], "NotCreator");
    let mut elsewhere = grant(args);
    elsewhere.accounts[2].pubkey = address::exchange::licence(&SIDE.model(), &creator());
    world.must_refuse(&[elsewhere], "ConstraintSeeds");
    world.must_refuse(&[revoke()], "AccountOwnedByWrongProgram");
    world.chain.must(&[grant(args)]);
    let by_grantee = registry::licence_revoke(&grantee(), &SIDE.model(), &grantee());
    world.must_refuse(&[by_grantee], "NotCreator");
    let mut of_other_model = registry::licence_revoke(&Side::B.person("creator"), &Side::B.model(), &grantee());
    of_other_model.accounts[2].pubkey = licence();
    world.must_refuse(&[of_other_model], "LicenceMismatch");
}

#[test]
fn a_licence_promised_until_a_date_can_be_neither_revoked_nor_changed_before_it() {
    let mut world = World::ready();
    let args = firm(&world);
    world.chain.must(&[grant(args)]);
    world.must_refuse(&[revoke()], "LicenceNotRevocable");
    let worse = LicenceGrantArgs { price_atoms: u64::MAX, revocable: true, ..args };
    world.must_refuse(&[grant(worse)], "LicenceNotRevocable");
    world.chain.set_time(args.expires_at_seconds - 1);
    world.must_refuse(&[grant(worse)], "LicenceNotRevocable");
    world.chain.set_time(args.expires_at_seconds);
    let next = licence_args(&world, grantee());
    world.chain.must(&[grant(next), revoke()]);

    // Promised for good.
    let mut world = World::ready();
    world.chain.must(&[grant(LicenceGrantArgs { expires_at_seconds: 0, ..args })]);
    world.chain.advance(100 * 365 * 86_400);
    world.must_refuse(&[revoke()], "LicenceNotRevocable");
}

#[test]
fn granting_writes_the_licence_alone_and_revoking_ends_it_once() {
    let mut world = World::ready();
    let args = licence_args(&world, grantee());
    let outcome = world.must_change(
        &[grant(args)],
        &[("creator, who pays", creator()), ("model", SIDE.model()), ("licence", licence())],
    );
    let event = outcome.event::<LicenceGranted>();
    assert_eq!((event.model, event.licence, event.terms), (SIDE.model(), licence(), args));
    let state: Licence = world.chain.state(&licence());
    assert_eq!((state.model, state.grantee), (SIDE.model(), grantee()));
    assert_eq!((state.price_atoms, state.uses, state.revocable), (args.price_atoms, args.uses, 1));
    assert_eq!((state.rate_max, state.rate_window_seconds), (args.rate_max, args.rate_window_seconds));
    assert_eq!((state.expires_at_seconds, state.revoked_at_seconds), (args.expires_at_seconds, 0));

    let changed = LicenceGrantArgs { price_atoms: 7, ..args };
    world.must_change(&[grant(changed)], &[("model", SIDE.model()), ("licence", licence())]);
    assert_eq!(world.chain.state::<Licence>(&licence()).price_atoms, 7);

    world.chain.advance(1);
    let outcome = world.must_change(&[revoke()], &[("model", SIDE.model()), ("licence", licence())]);
    let event = outcome.event::<LicenceRevoked>();
    assert_eq!((event.model, event.licence, event.grantee), (SIDE.model(), licence(), grantee()));
    assert_eq!(world.chain.state::<Licence>(&licence()).revoked_at_seconds, world.chain.now());
    world.must_refuse(&[revoke()], "LicenceRevokedBefore");
    // What was revoked can be granted again, now for good.
    world.chain.must(&[grant(LicenceGrantArgs { revocable: false, ..args })]);
    assert_eq!(world.chain.state::<Licence>(&licence()).revoked_at_seconds, 0);
    world.must_refuse(&[revoke()], "LicenceNotRevocable");
}
