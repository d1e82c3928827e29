//! Law: **no trades around syncs within two epochs pay**, whatever the market's history, the attacker's holding (none
//! to all), the direction and order of trades and steps, at the largest step and absorption the config accepts, even
//! if the attacker is creator, only staker and referrer and gets those legs of the fee back.
//!
//! Precisely, for up to two syncs with any signed steps and any trades before, between and after them:
//! 1. *Round trip*: trades that end with the tokens the attacker began with end with at most the quote it began with.
//! 2. *Marked*: the same trades, and then selling the holding, pay at most what the holding sells for after the same
//!    steps without the trades. Two atoms are allowed for rounding.
//!
//! What is no law: a holder who sells before a downward step and stays out has avoided that step, for one fee that
//! leaving costs at any time; and a position held over more than two epochs is a bet on use.
//!
//! `MODCHAINS_LONG=1` plays 2,000,000 plans per law instead of 40,000; `MODCHAINS_TEST_SEED` starts the search elsewhere.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod attack;

use modchains_test_seed::{Ensemble, is_long, seed};

use attack::{Found, Goal, market::Rule, search};

const CONTROL_CASES: u64 = 20_000;
const CONTROL_SEARCHES: usize = 5;

fn law_cases() -> u64 {
    if is_long() { 2_000_000 } else { 40_000 }
}

/// Three searches of different patience share the cases.
fn search_widely(seed: u64, cases: u64, rule: Rule, goal: Goal) -> Vec<Found> {
    [20, 200, 2_000].map(|climb| search(seed ^ climb, cases / 3 + 1, climb, rule, goal)).into()
}

fn assert_nothing_pays(goal: Goal) {
    for found in search_widely(seed(), law_cases(), Rule::Sound, goal) {
        println!("{goal:?}: {} of {} plans pay; best {:?}", found.paying, found.played, found.best);
        assert!(found.best.is_some(), "the search reached no market at all");
        assert_eq!(found.paying, 0, "a plan pays: {:?}", found.best);
    }
}

fn assert_search_breaks(rule: Rule) {
    let paying = Ensemble::draw(CONTROL_SEARCHES, |random| {
        let found = search_widely(random.next(), CONTROL_CASES, rule, Goal::RoundTrip);
        let paying: u64 = found.iter().map(|found| found.paying).sum();
        let played: u64 = found.iter().map(|found| found.played).sum();
        println!("{rule:?}: {paying} of {played} plans pay");
        paying as f64 / played as f64
    });
    assert!(paying.median() > 0.005, "{rule:?}: in the middle search only a part of {} pays", paying.median());
}

#[test]
fn no_round_trip_around_two_syncs_pays() {
    assert_nothing_pays(Goal::RoundTrip);
}

#[test]
fn no_round_trip_around_two_syncs_raises_what_a_holding_sells_for() {
    assert_nothing_pays(Goal::Marked);
}

#[test]
fn the_search_breaks_a_step_limit_relative_to_the_present_supply() {
    assert_search_breaks(Rule::LimitFromPresentSupply);
}

#[test]
fn the_search_breaks_a_step_bound_from_the_whole_fee() {
    assert_search_breaks(Rule::BoundFromWholeFee);
}

#[test]
fn the_search_breaks_a_step_bound_for_a_single_sync() {
    assert_search_breaks(Rule::BoundForOneSync);
}

#[test]
fn the_search_breaks_an_absorption_as_large_as_a_step() {
    assert_search_breaks(Rule::AbsorbUpToStep);
}

#[test]
fn the_search_breaks_an_upward_step_that_fills_the_price_cap() {
    assert_search_breaks(Rule::FillToPriceCap);
}

#[test]
fn the_search_is_reproducible() {
    let runs = [0, 1].map(|_| search(seed(), 2_000, 50, Rule::BoundFromWholeFee, Goal::RoundTrip));
    assert_eq!(runs[0].paying, runs[1].paying);
    assert_eq!(format!("{:?}", runs[0].best), format!("{:?}", runs[1].best));
}
