//! The fuzzer as a test: a hundred thousand transactions without a broken law, and proof that broken laws are noticed.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use modchains_fuzz::{
    plant::{self, Plant},
    replay::{self, Sequence},
    report::Report,
    run::{Settings, run},
    stage::Stage,
};
use modchains_tests::chain::Chain;

/// Planted bugs that are looked for each time, one in each program; `make fuzz` looks for all of them.
const SELECTION: [&str; 3] = ["buy_rounds_up", "stake_of_another", "locked_bond_leaves"];

fn settings(transactions: u64, workers: usize) -> Settings {
    Settings { seed: 1, transactions, episode_steps: Settings::EPISODE_STEPS, time_limit: None, workers }
}

#[test]
fn no_law_breaks_in_a_hundred_thousand_transactions() {
    let stage = Stage::new(Chain::new());
    let report = run(&stage, &settings(100_000, Settings::all_cores()));
    println!("{}", report.text());
    if let Some(failure) = &report.failure {
        let sequence = Sequence::shortened(&stage, failure, None, Duration::from_secs(60));
        let steps: Vec<_> = sequence.steps.iter().map(|step| format!("{}: {}", step.action, step.what)).collect();
        panic!("{}: {}\n{}", failure.broken.law, sequence.detail, steps.join("\n"));
    }
    let (accepted, refused) = report.totals();
    assert!(accepted + refused >= 100_000);
    assert!(accepted > refused, "most transactions are refused, so the search stays shallow");
    for (action, tally) in &report.tallies {
        let executed = tally.accepted + tally.refused;
        assert!(executed == 0 || tally.accepted > 0, "{action} was never accepted");
    }
}

#[test]
fn the_same_seed_does_the_same() {
    let stage = Stage::new(Chain::new());
    let summary = |report: &Report| (report.totals(), report.waits, report.refusals.clone(), report.held.clone());
    let once = run(&stage, &settings(600, 1));
    assert_eq!(summary(&once), summary(&run(&stage, &settings(600, 1))));
    assert!(once.failure.is_none());
}

#[test]
fn every_planted_bug_still_has_its_place() {
    let plants = Plant::all().unwrap();
    assert!(plants.len() >= 12);
    for plant in plants {
        plant.check().unwrap();
    }
}

#[test]
fn planted_bugs_are_found_and_shortened() {
    let plants: Vec<_> = SELECTION.iter().map(|name| Plant::named(name).unwrap()).collect();
    let hunts = plant::hunt(&plants, 100_000, 1).unwrap();
    println!("{}", plant::table(&hunts));
    for (plant, hunt) in plants.iter().zip(hunts) {
        let failure = hunt.failure.unwrap_or_else(|| panic!("{} was not found", plant.name));
        let stage = Stage::new(plant::chain(plant).unwrap());
        let name = Some(plant.name.clone());
        let mut sequence = Sequence::shortened(&stage, &failure, name, Duration::from_secs(20));
        assert!(sequence.steps.len() <= failure.steps.len());
        let again = replay::again(&stage, &mut sequence.steps).map(|broken| broken.law);
        assert_eq!(again, Some(failure.broken.law), "the shortened sequence of {} breaks another law", plant.name);
    }
}
