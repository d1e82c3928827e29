//! How many requests a licence allows in a window, and the account that counts them.

use anchor_lang::prelude::Pubkey;
use expect_test::{expect, expect_file};
use modchains_core::licence::{LicenceKind, RATE_WINDOW_SECONDS_MAX};
use modchains_exchange::state::{LicenceGrantArgs, ModelTerms};
use modchains_oracle::{events::LicenceUseClosed, seeds, state::LicenceUse};
use modchains_sdk::{
    address,
    instruction::{
        oracle::{self, LicenceProof},
        registry,
    },
};
use modchains_tests::{
    budgets,
    idl::Program,
    substitution::attempt_all,
    world::{QUOTE, Side, World, quote, request_args},
};
use solana_account::Account;
use solana_instruction::Instruction;

use crate::oracle::licences::{
    COUNTER, LICENCE, MODEL, SIDE, TERMS, UNCOUNTED, ask, grant, grant_args, requester, set_terms, with_terms,
};

const WINDOW: u32 = 60;
const COUNTED: LicenceProof = LicenceProof { is_counted: true };
/// Two requests a minute.
const RATED: ModelTerms = ModelTerms { licence_rate_max: 2, licence_rate_window_seconds: WINDOW, ..TERMS };

fn request(nonce: u64) -> Instruction {
    ask(COUNTED, request_args(nonce))
}

fn counter(world: &World) -> LicenceUse {
    world.chain.state(&address::oracle::licence_use(&SIDE.model(), &requester()))
}

/// When the present window under the default terms began, and the requests in it.
fn window(world: &World) -> (i64, u32) {
    let window = counter(world).windows().default;
    (window.started_at_seconds, window.count)
}

#[test]
fn a_window_holds_the_rate_and_the_next_begins_with_the_first_request_after_it() {
    let mut world = with_terms(RATED);
    let start = world.chain.now();
    world.chain.must(&[request(1)]);
    // The window begins with the first request, not with a multiple of its length.
    world.chain.set_time(start + 10);
    world.chain.must(&[request(2)]);
    for early in [start + 10, start + i64::from(WINDOW) - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[request(3)], "LicenceRateExceeded");
    }
    assert_eq!(window(&world), (start, 2));
    for later in [start + i64::from(WINDOW), start + i64::from(WINDOW) + 1, start + 1_000_000] {
        let mut world = world.clone();
        world.chain.set_time(later);
        world.chain.must(&[request(3)]);
        assert_eq!(window(&world), (later, 1));
        world.chain.must(&[request(4)]);
        world.must_refuse(&[request(5)], "LicenceRateExceeded");
    }
}

#[test]
fn the_rate_is_that_of_the_terms_at_the_time_of_the_request() {
    let mut world = with_terms(RATED);
    world.chain.must(&[request(1), request(2)]);
    world.must_refuse(&[request(3)], "LicenceRateExceeded");
    world.chain.must(&[set_terms(ModelTerms { licence_rate_max: 3, ..RATED }), request(3)]);
    world.must_refuse(&[request(4)], "LicenceRateExceeded");
    // Without a rate nothing is counted, and no counter is needed.
    let before = counter(&world);
    world.chain.must(&[set_terms(TERMS), request(4), ask(UNCOUNTED, request_args(5))]);
    assert_eq!(counter(&world), before);
}

#[test]
fn requests_under_a_grant_and_under_the_default_terms_are_counted_apart() {
    let mut world = with_terms(RATED);
    world.chain.must(&[request(1), request(2)]);
    world.must_refuse(&[request(3)], "LicenceRateExceeded");
    world.chain.must(&[grant(LicenceGrantArgs { rate_max: 3, rate_window_seconds: WINDOW, ..grant_args() })]);
    world.chain.must(&[request(3), request(4), request(5)]);
    world.must_refuse(&[request(6)], "LicenceRateExceeded");
    assert_eq!(counter(&world).count, [2, 3]);
}

#[test]
fn a_counter_closes_when_no_rate_can_count_its_requests_any_more() {
    let mut world = with_terms(RATED);
    let (address, start) = (address::oracle::licence_use(&SIDE.model(), &requester()), world.chain.now());
    let close = oracle::licence_use_close(&requester(), &SIDE.model());
    world.must_refuse(std::slice::from_ref(&close), "AccountOwnedByWrongProgram");
    world.chain.must(&[request(1)]);
    let forgotten = start + i64::from(RATE_WINDOW_SECONDS_MAX);
    for early in [start, start + i64::from(WINDOW), forgotten - 1] {
        world.chain.set_time(early);
        world.must_refuse(std::slice::from_ref(&close), "LicenceUseStillCounts");
    }
    world.chain.set_time(forgotten);
    let mut by_other = close.clone();
    by_other.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[by_other], "NotRequester");
    let lamports = |world: &World| world.chain.raw(&requester()).unwrap().lamports;
    let (before, rent) = (lamports(&world), world.chain.raw(&address).unwrap().lamports);
    let event: LicenceUseClosed =
        world.must_change(&[close], &[("counter", address), ("requester", requester())]).event();
    assert_eq!((event.model, event.requester), (SIDE.model(), requester()));
    assert_eq!(lamports(&world), before + rent);
    world.chain.must(&[request(2)]);
    assert_eq!(counter(&world).count, [1, 0]);
}

#[test]
fn a_rate_needs_the_requesters_own_counter() {
    let mut world = with_terms(RATED);
    world.must_refuse(&[ask(UNCOUNTED, request_args(1))], "LicenceUseMissing");
    let other = SIDE.person("trader");
    let elsewhere = registry::model_terms_set(&Side::B.person("creator"), &Side::B.model(), RATED);
    let at_b = oracle::request_create(&requester(), &Side::B.model(), &quote(), COUNTED, request_args(1));
    let by_other = oracle::request_create(&other, &SIDE.model(), &quote(), COUNTED, request_args(1));
    let counters = [
        (address::oracle::licence_use(&SIDE.model(), &other), "ConstraintSeeds", "LicenceUseMismatch"),
        (address::oracle::licence_use(&Side::B.model(), &requester()), "ConstraintSeeds", "LicenceUseMismatch"),
        (SIDE.service(), "AccountDiscriminatorMismatch", "AccountDiscriminatorMismatch"),
        (SIDE.market(), "ConstraintSeeds", "ConstraintSeeds"),
    ];
    let with_counter = |counter| {
        let mut request = request(7);
        request.accounts[COUNTER].pubkey = counter;
        request
    };
    for (counter, before, _) in counters {
        world.must_refuse(&[with_counter(counter)], before);
    }
    world.chain.must(&[elsewhere, at_b, by_other]);
    for (counter, _, once_there) in counters {
        world.must_refuse(&[with_counter(counter)], once_there);
    }
    // The address with the next lower bump belongs to the program as well, and is no second counter.
    let mut world = with_terms(RATED);
    let (model, requester) = (SIDE.model(), requester());
    let seeds = [seeds::LICENCE_USE, model.as_ref(), requester.as_ref()];
    let (_, bump) = Pubkey::find_program_address(&seeds, &modchains_oracle::ID);
    let second = (0..bump).rev().find_map(|bump| {
        let bump = [bump];
        let seeds = [seeds.as_slice(), &[&bump]].concat();
        Pubkey::create_program_address(&seeds, &modchains_oracle::ID).ok()
    });
    world.must_refuse(&[with_counter(second.unwrap())], "ConstraintSeeds");
}

#[test]
fn the_first_request_creates_the_counter_even_where_somebody_sent_lamports() {
    let address = address::oracle::licence_use(&SIDE.model(), &requester());
    for lamports in [0, 1, QUOTE] {
        let mut world = with_terms(RATED);
        if lamports > 0 {
            let account = Account { lamports, ..Account::default() };
            world.chain.svm.set_account(address, account).unwrap();
        }
        world.must_change(
            &[request(1)],
            &[
                ("requester", requester()),
                ("requester's tokens", SIDE.quote_account("requester")),
                ("service", SIDE.service()),
                ("escrow", SIDE.escrow()),
                ("request", SIDE.request(1)),
                ("counter", address),
            ],
        );
        let counter = counter(&world);
        assert_eq!((counter.model, counter.requester, counter.count), (SIDE.model(), requester(), [1, 0]));
        assert_eq!(world.chain.raw(&address).unwrap().data.len(), 8 + size_of::<LicenceUse>());
    }
}

/// A request for which both a licence and a counter are needed, on a chain where both exist, and its sibling.
fn counted_under_a_grant() -> (World, [Instruction; 2]) {
    let mut world = World::ready();
    let rated = LicenceGrantArgs { rate_max: 10, rate_window_seconds: WINDOW, ..grant_args() };
    let requests = Side::BOTH.map(|side| {
        let (creator, requester, model) = (side.person("creator"), side.person("requester"), side.model());
        let terms = ModelTerms { licence_kind: LicenceKind::GrantOnly as u8, ..TERMS };
        let grant = LicenceGrantArgs { grantee: requester, ..rated };
        let request = |nonce| oracle::request_create(&requester, &model, &quote(), COUNTED, request_args(nonce));
        world.chain.must(&[
            registry::model_terms_set(&creator, &model, terms),
            registry::licence_grant(&creator, &model, grant),
            request(1),
        ]);
        request(2)
    });
    (world, requests)
}

#[test]
fn every_wrong_model_licence_or_counter_is_refused_and_changes_nothing() {
    let (world, [instruction, sibling]) = counted_under_a_grant();
    world.clone().chain.must(std::slice::from_ref(&instruction));
    let instructions = Program::Oracle.instructions();
    let spec = instructions.iter().find(|spec| spec.name == "request_create").unwrap();
    let names = [MODEL, LICENCE, COUNTER].map(|index| spec.accounts[index].name.as_str());
    assert_eq!(names, ["model", "licence", "licence_use"]);
    let mut table = String::new();
    for attempt in attempt_all(&world.chain, &spec.accounts, &instruction, &sibling) {
        let by = if attempt.by.is_empty() { String::new() } else { format!(" of {}", attempt.by) };
        let refused = attempt
            .refused_with
            .unwrap_or_else(|| panic!("{} {:?}{by}: accepted", attempt.account, attempt.substitution));
        if names.contains(&attempt.account.as_str()) {
            table.push_str(&format!("{} {:?}{by}: {refused}\n", attempt.account, attempt.substitution));
        }
    }
    expect_file!["licence_refusals.txt"].assert_eq(&table);
}

#[test]
fn what_each_kind_of_licence_costs_in_compute_units() {
    let cost = |world: &World, instruction| world.clone().chain.must(&[instruction]).compute_units;
    let public = World::ready();
    let default_terms = cost(&public, ask(UNCOUNTED, request_args(1)));
    let mut licensed = World::ready();
    licensed.chain.must(&[grant(grant_args())]);
    let granted = cost(&licensed, ask(UNCOUNTED, request_args(1)));
    let mut rated = with_terms(RATED);
    let first_counted = cost(&rated, request(1));
    rated.chain.must(&[request(1)]);
    let counted = cost(&rated, request(2));
    let (both, [instruction, _]) = counted_under_a_grant();
    let granted_and_counted = cost(&both, instruction);
    let figures = [
        ("default terms", default_terms),
        ("granted", granted),
        ("counted", counted),
        ("granted and counted", granted_and_counted),
        ("counted for the first time", first_counted),
    ];
    let most = budgets::find("cu.request_create").unwrap();
    assert!(figures[..4].iter().all(|(_, units)| *units as f64 <= most));
    let table: Vec<String> = figures.iter().map(|(name, units)| format!("{name}: {units}")).collect();
    expect![[r#"
        default terms: 11268
        granted: 9961
        counted: 11687
        granted and counted: 10380
        counted for the first time: 16804"#]]
    .assert_eq(&table.join("\n"));
}
