//! Which request a licence allows: kinds, uses, prices, expiry and revocation, and whose licence it is.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::{
    LicenceKind, USE_COMMERCIAL, USE_CONTENT, USE_DERIVATIVE, USE_PERSONAL, USE_RESEARCH, USES_ALL,
};
use modchains_exchange::state::{LicenceGrantArgs, ModelTerms};
use modchains_oracle::{events::RequestCreated, instructions::RequestCreateArgs};
use modchains_sdk::{
    address,
    instruction::{
        oracle::{self, LicenceProof},
        registry,
    },
};
use modchains_tests::world::{FEE_ATOMS, Side, World, quote, request_args};
use solana_instruction::Instruction;

pub(super) const SIDE: Side = Side::A;
/// Without a counter.
pub(super) const UNCOUNTED: LicenceProof = LicenceProof::UNCOUNTED;
const DEAR: u64 = 3 * FEE_ATOMS;

/// Terms of a new model.
pub(super) const TERMS: ModelTerms = ModelTerms {
    licence_kind: LicenceKind::Public as u8,
    licence_uses: USES_ALL,
    licence_price_atoms: 0,
    licence_rate_max: 0,
    licence_rate_window_seconds: 0,
    content_fee_atoms: 0,
    content_royalty_bps: 0,
};

/// The requester of side A.
pub(super) fn requester() -> Pubkey {
    SIDE.person("requester")
}

/// A licence for the requester: personal use, for the service's fee, until it is revoked.
pub(super) fn grant_args() -> LicenceGrantArgs {
    LicenceGrantArgs {
        grantee: requester(),
        price_atoms: 0,
        expires_at_seconds: 0,
        rate_max: 0,
        rate_window_seconds: 0,
        uses: USE_PERSONAL,
        revocable: true,
    }
}

pub(super) fn set_terms(terms: ModelTerms) -> Instruction {
    registry::model_terms_set(&SIDE.person("creator"), &SIDE.model(), terms)
}

pub(super) fn grant(args: LicenceGrantArgs) -> Instruction {
    registry::licence_grant(&SIDE.person("creator"), &SIDE.model(), args)
}

pub(super) fn revoke() -> Instruction {
    registry::licence_revoke(&SIDE.person("creator"), &SIDE.model(), &requester())
}

pub(super) fn ask(proof: LicenceProof, args: RequestCreateArgs) -> Instruction {
    oracle::request_create(&requester(), &SIDE.model(), &quote(), proof, args)
}

fn for_use(uses: u16) -> RequestCreateArgs {
    RequestCreateArgs { uses, ..request_args(1) }
}

fn up_to(fee_max_atoms: u64) -> RequestCreateArgs {
    RequestCreateArgs { fee_max_atoms, ..request_args(1) }
}

/// A world in which the model has these terms.
pub(super) fn with_terms(terms: ModelTerms) -> World {
    let mut world = World::ready();
    world.chain.must(&[set_terms(terms)]);
    world
}

/// What `instruction` charges on a copy of `world`.
#[track_caller]
fn fee_charged(world: &World, instruction: Instruction) -> u64 {
    let mut world = world.clone();
    let before = world.quote_atoms(SIDE, "requester");
    let event: RequestCreated = world.chain.must(&[instruction]).event();
    let request = world.request_state(SIDE, 1);
    assert_eq!(event.fee_atoms, request.fee_atoms);
    assert_eq!(before - world.quote_atoms(SIDE, "requester"), request.fee_atoms + request.tip_atoms);
    request.fee_atoms
}

#[test]
fn a_public_model_answers_everybody_for_the_fee_of_the_service() {
    // A price says nothing while the kind is public.
    let world = with_terms(ModelTerms { licence_price_atoms: DEAR, ..TERMS });
    assert_eq!(fee_charged(&world, ask(UNCOUNTED, up_to(FEE_ATOMS))), FEE_ATOMS);
}

#[test]
fn a_paid_model_charges_the_larger_of_price_and_fee_within_the_limit() {
    let paid = ModelTerms { licence_kind: LicenceKind::Paid as u8, ..TERMS };
    for (licence_price_atoms, charged) in
        [(0, FEE_ATOMS), (FEE_ATOMS, FEE_ATOMS), (FEE_ATOMS + 1, FEE_ATOMS + 1), (DEAR, DEAR)]
    {
        let mut world = with_terms(ModelTerms { licence_price_atoms, ..paid });
        assert_eq!(fee_charged(&world, ask(UNCOUNTED, up_to(charged))), charged);
        assert_eq!(fee_charged(&world, ask(UNCOUNTED, up_to(u64::MAX))), charged);
        let error = if charged > FEE_ATOMS { "LicencePriceAboveLimit" } else { "FeeAboveLimit" };
        world.must_refuse(&[ask(UNCOUNTED, up_to(charged - 1))], error);
        world.must_refuse(&[ask(UNCOUNTED, up_to(FEE_ATOMS - 1))], "FeeAboveLimit");
    }
}

#[test]
fn the_bond_of_a_result_grows_with_the_price_of_the_licence() {
    let paid = ModelTerms { licence_kind: LicenceKind::Paid as u8, licence_price_atoms: 100 * FEE_ATOMS, ..TERMS };
    let mut world = with_terms(paid);
    world.chain.must(&[ask(UNCOUNTED, up_to(100 * FEE_ATOMS))]);
    assert_eq!(world.request_state(SIDE, 1).result_bond_atoms, 200 * FEE_ATOMS);
}

#[test]
fn a_model_for_grants_alone_answers_nobody_else() {
    let mut world = with_terms(ModelTerms { licence_kind: LicenceKind::GrantOnly as u8, ..TERMS });
    world.must_refuse(&[ask(UNCOUNTED, request_args(1))], "LicenceRequired");
    world.chain.must(&[grant(grant_args())]);
    assert_eq!(fee_charged(&world, ask(UNCOUNTED, request_args(1))), FEE_ATOMS);
}

#[test]
fn a_grant_replaces_the_default_terms_for_better_and_for_worse() {
    let paid = ModelTerms {
        licence_kind: LicenceKind::Paid as u8,
        licence_uses: USE_PERSONAL | USE_RESEARCH,
        licence_price_atoms: DEAR,
        ..TERMS
    };
    let mut world = with_terms(paid);
    let commercial = RequestCreateArgs { uses: USE_COMMERCIAL, ..up_to(DEAR) };
    let research = RequestCreateArgs { uses: USE_RESEARCH, ..up_to(DEAR) };
    assert_eq!(fee_charged(&world, ask(UNCOUNTED, research.clone())), DEAR);
    world.must_refuse(&[ask(UNCOUNTED, commercial.clone())], "LicenceUseNotGranted");
    world.chain.must(&[grant(LicenceGrantArgs { uses: USE_COMMERCIAL, price_atoms: FEE_ATOMS / 2, ..grant_args() })]);
    assert_eq!(fee_charged(&world, ask(UNCOUNTED, commercial)), FEE_ATOMS);
    world.must_refuse(&[ask(UNCOUNTED, research)], "LicenceUseNotGranted");
}

#[test]
fn a_licence_is_never_left_out_to_fall_back_on_what_everybody_may_do() {
    // Everybody may do everything, but for whom the creator took a licence from.
    let mut world = World::ready();
    let address = address::exchange::licence(&SIDE.model(), &requester());
    let elsewhere = address::exchange::licence(&Side::B.model(), &requester());
    let hidden = |licence| {
        let mut request = ask(UNCOUNTED, request_args(1));
        request.accounts[LICENCE].pubkey = licence;
        request
    };
    let (model, requester) = (SIDE.model(), requester());
    let seeds = [modchains_exchange::seeds::LICENCE, model.as_ref(), requester.as_ref()];
    let (_, bump) = Pubkey::find_program_address(&seeds, &modchains_exchange::ID);
    let second = (0..bump).rev().find_map(|bump| {
        Pubkey::create_program_address(&[&seeds[..], &[&[bump]]].concat(), &modchains_exchange::ID).ok()
    });
    let empty = [elsewhere, second.unwrap(), Pubkey::new_unique(), modchains_oracle::ID, address::SYSTEM_PROGRAM];
    for revoked in [false, true] {
        for licence in empty {
            world.must_refuse(&[hidden(licence)], "ConstraintSeeds");
        }
        if !revoked {
            fee_charged(&world, hidden(address));
            world.chain.must(&[grant(grant_args()), revoke()]);
        }
    }
    world.must_refuse(&[hidden(address)], "LicenceRevoked");
}

#[test]
fn each_declared_use_must_be_allowed_and_is_kept_with_the_request() {
    let allowed = USE_PERSONAL | USE_RESEARCH | USE_CONTENT;
    let mut world = with_terms(ModelTerms { licence_uses: allowed, ..TERMS });
    for is_granted in [false, true] {
        if is_granted {
            world.chain.must(&[grant(LicenceGrantArgs { uses: allowed, ..grant_args() })]);
        }
        for uses in [0, USE_COMMERCIAL, USE_DERIVATIVE, allowed | USE_COMMERCIAL, USES_ALL, USES_ALL + 1, u16::MAX] {
            world.must_refuse(&[ask(UNCOUNTED, for_use(uses))], "LicenceUseNotGranted");
        }
        for uses in [USE_PERSONAL, USE_RESEARCH, USE_CONTENT, USE_PERSONAL | USE_CONTENT, allowed] {
            let mut world = world.clone();
            let event: RequestCreated = world.chain.must(&[ask(UNCOUNTED, for_use(uses))]).event();
            assert_eq!((event.licence_uses, world.request_state(SIDE, 1).licence_uses), (uses, uses));
        }
    }
}

#[test]
fn a_licence_ends_at_the_second_of_its_expiry() {
    let mut world = World::ready();
    let end = world.chain.now() + 100;
    world.chain.must(&[grant(LicenceGrantArgs { expires_at_seconds: end, ..grant_args() })]);
    for (now, expired) in [(end - 1, false), (end, true), (end + 1, true), (end + 1_000_000, true)] {
        world.chain.set_time(now);
        if expired {
            world.must_refuse(&[ask(UNCOUNTED, request_args(1))], "LicenceExpired");
        } else {
            fee_charged(&world, ask(UNCOUNTED, request_args(1)));
        }
    }
}

#[test]
fn a_revoked_licence_allows_nothing_until_it_is_granted_again() {
    let mut world = World::ready();
    world.chain.must(&[grant(grant_args())]);
    fee_charged(&world, ask(UNCOUNTED, request_args(1)));
    world.chain.must(&[revoke()]);
    world.must_refuse(&[ask(UNCOUNTED, request_args(1))], "LicenceRevoked");
    world.chain.must(&[grant(grant_args())]);
    fee_charged(&world, ask(UNCOUNTED, request_args(1)));
}

#[test]
fn a_request_that_exists_outlives_its_licence() {
    let mut world = with_terms(ModelTerms { licence_kind: LicenceKind::GrantOnly as u8, ..TERMS });
    world.chain.must(&[grant(grant_args()), ask(UNCOUNTED, request_args(1)), revoke()]);
    world.claim(SIDE, 1);
    world.chain.must(&[modchains_tests::world::post_instruction(&world, SIDE, 1)]);
    world.chain.advance(modchains_tests::world::CHALLENGE_SECONDS.into());
    world.chain.must(&[modchains_tests::world::finalize_instruction(SIDE, 1)]);
}

#[test]
fn nobody_asks_under_somebody_elses_licence_or_another_models() {
    let grant_only = ModelTerms { licence_kind: LicenceKind::GrantOnly as u8, ..TERMS };
    let mut world = with_terms(grant_only);
    let trader = SIDE.person("trader");
    let elsewhere = registry::licence_grant(&Side::B.person("creator"), &Side::B.model(), grant_args());
    world.chain.must(&[grant(LicenceGrantArgs { grantee: trader, ..grant_args() }), elsewhere, grant(grant_args())]);
    let attempts = [
        (address::exchange::licence(&SIDE.model(), &trader), "LicenceOfOtherRequester"),
        (address::exchange::licence(&Side::B.model(), &requester()), "LicenceOfOtherModel"),
        (SIDE.model(), "AccountDiscriminatorMismatch"),
        (SIDE.service(), "ConstraintSeeds"),
    ];
    for (licence, error) in attempts {
        let mut request = ask(UNCOUNTED, request_args(1));
        request.accounts[LICENCE].pubkey = licence;
        world.must_refuse(&[request], error);
    }
    // Another model's terms do not hold here either.
    let mut request = ask(UNCOUNTED, request_args(1));
    request.accounts[MODEL].pubkey = Side::B.model();
    world.must_refuse(&[request], "ServiceMismatch");
}

/// Where an instruction to create a request has the model, the licence and the counter.
pub(super) const MODEL: usize = 5;
pub(super) const LICENCE: usize = 6;
pub(super) const COUNTER: usize = 7;
