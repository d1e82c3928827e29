//! The fuzzer as a test: a hundred thousand transactions without a broken law, and proof that broken laws are noticed.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use modchains_fuzz::{
    laws::model::{MARKET_LAW, REFUSAL_LAW},
    mutant::{self, Mutant},
    replay::{self, Sequence},
    report::Report,
    run::{Settings, run},
    setup::Setup,
};
use modchains_test_seed::{is_long, seed};
use modchains_tests::chain::Chain;

/// Mutants that are looked for each time, one in each program; `make fuzz` looks for all of them.
const SELECTION: [&str; 3] = ["buy_rounds_up", "stake_of_another", "locked_bond_leaves"];

fn settings(transactions: u64, workers: usize) -> Settings {
    Settings { seed: seed(), transactions, episode_steps: Settings::EPISODE_STEPS, time_limit: None, workers }
}

/// Transactions, and operations of markets among them that must have ended as in the model.
fn sizes() -> (u64, u64) {
    if is_long() { (300_000, 100_000) } else { (100_000, 20_000) }
}

#[test]
fn no_law_breaks_in_a_hundred_thousand_transactions() {
    let setup = Setup::new(Chain::new());
    let (transactions, operations) = sizes();
    let report = run(&setup, &settings(transactions, Settings::all_cores()));
    println!("{}", report.text());
    if let Some(failure) = &report.failure {
        let sequence = Sequence::shortened(&setup, failure, None, Duration::from_secs(60));
        let steps: Vec<_> = sequence.steps.iter().map(|step| format!("{}: {}", step.action, step.what)).collect();
        panic!("{}: {}\n{}", failure.broken.law, sequence.detail, steps.join("\n"));
    }
    let (accepted, refused) = report.totals();
    assert!(accepted + refused >= transactions);
    let compared: u64 = [MARKET_LAW, REFUSAL_LAW].iter().filter_map(|law| report.held.get(law)).sum();
    assert!(compared >= operations, "{compared} operations compared with the model");
    assert!(accepted > refused, "most transactions are refused, so the search stays shallow");
    for (action, tally) in &report.tallies {
        let executed = tally.accepted + tally.refused;
        assert!(executed == 0 || tally.accepted > 0, "{action} was never accepted");
    }
}

#[test]
fn the_same_seed_does_the_same() {
    let setup = Setup::new(Chain::new());
    let summary = |report: &Report| (report.totals(), report.waits, report.refusals.clone(), report.held.clone());
    let once = run(&setup, &settings(600, 1));
    assert_eq!(summary(&once), summary(&run(&setup, &settings(600, 1))));
    assert!(once.failure.is_none());
}

#[test]
fn every_mutant_still_has_its_place() {
    let mutants = Mutant::all().unwrap();
    assert!(mutants.len() >= 12);
    for mutant in mutants {
        mutant.check().unwrap();
    }
}

#[test]
fn mutants_are_found_and_shortened() {
    let mutants: Vec<_> = SELECTION.iter().map(|name| Mutant::named(name).unwrap()).collect();
    let outcomes = mutant::search(&mutants, 100_000, seed()).unwrap();
    println!("{}", mutant::table(&outcomes));
    for (mutant, outcome) in mutants.iter().zip(outcomes) {
        let failure = outcome.failure.unwrap_or_else(|| panic!("{} was not found", mutant.name));
        let setup = Setup::new(mutant::chain(mutant).unwrap());
        let name = Some(mutant.name.clone());
        let mut sequence = Sequence::shortened(&setup, &failure, name, Duration::from_secs(20));
        assert!(sequence.steps.len() <= failure.steps.len());
        let again = replay::again(&setup, &mut sequence.steps).map(|broken| broken.law);
        assert_eq!(again, Some(failure.broken.law), "the shortened sequence of {} breaks another law", mutant.name);
    }
}
