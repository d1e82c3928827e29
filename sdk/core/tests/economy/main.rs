//! Economic harness: what the cleverest of many plans gains against the market's rules, and what the documentation
//! (docs/curve.md) allows it to.
//!
//! Each adversary is a genome of plans that a search draws at random and varies. Every plan is played with the
//! library's own formulas. The law: **no plan gains more than its documented bound.** The negative controls: with one
//! defence switched off, the same search finds a plan that does.
//!
//! `MODCHAINS_LONG=1` plays a hundred times as many plans; `MODCHAINS_TEST_SEED` starts the searches elsewhere.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod around;
mod attacker;
mod crowd;
mod decline;
mod dust;
mod pair;
mod search;
mod sniper;
#[path = "../attack/terms.rs"]
mod terms;
mod usage;
mod wash;
mod weakness;
mod world;

use modchains_test_seed::{Ensemble, is_long, seed};

use around::{Flash, Whale};
use crowd::{Crowd, Demand};
use decline::Decline;
use dust::Dust;
use pair::{Feeder, Staker};
use search::{Found, Outcome, Plan, search};
use sniper::Sniper;
use wash::Wash;
use weakness::Weakness;

/// Plans for one adversary in a short run.
const PLANS: u64 = 20_000;

/// Searches that a control has, each with choices of its own: one alone may never come near the exploit.
const CONTROL_SEARCHES: u64 = 5;
/// Crowds of which a law about crowds states the middle one.
const CROWDS: usize = 9;

fn searched<P: Plan>(seed: u64, weakness: Weakness, plans: u64) -> Found<P> {
    let found = search::<P>(seed, plans, weakness);
    assert!(found.best.is_some(), "{weakness:?}: no plan could be carried out");
    found
}

/// The profit of one plan, relative to its capital, beside its bound, and the smallest margin of any plan.
fn row<P>(name: &str, defence: &str, found: &Found<P>, shown: &Outcome) {
    let (_, closest) = found.best.as_ref().unwrap();
    println!(
        "{name:<20} {defence:<18} {:>20} {:>13.4} % {:>20} {:>15.4} % {:>8} {:>8}",
        shown.profit_atoms,
        100.0 * shown.return_on_capital(),
        shown.bound_atoms,
        -100.0 * closest.excess(),
        found.played,
        found.beyond,
    );
}

fn head() {
    println!(
        "{:<20} {:<18} {:>20} {:>15} {:>20} {:>17} {:>8} {:>8}",
        "adversary",
        "defence off",
        "best profit, atoms",
        "of capital",
        "its bound, atoms",
        "least margin",
        "plans",
        "beyond"
    );
}

/// Plays the law for one adversary and says whether it held.
fn holds<P: Plan>(name: &str, plans: u64) -> bool {
    let found = searched::<P>(seed(), Weakness::None, if is_long() { plans * 100 } else { plans });
    row(name, "none", &found, &found.richest.unwrap());
    if found.beyond > 0 {
        println!("  {:?}", found.best);
    }
    found.beyond == 0
}

/// Plays the negative control of one defence and says whether any of the searches found an exploit.
fn breaks<P: Plan>(name: &str, weakness: Weakness, plans: u64) -> bool {
    let first = seed();
    (0..CONTROL_SEARCHES).any(|number| {
        let found = searched::<P>(first.wrapping_add(number), weakness, plans);
        row(name, &format!("{weakness:?}"), &found, &found.best.as_ref().unwrap().1);
        found.beyond > 0
    })
}

#[test]
fn no_adversary_gains_more_than_its_documented_bound() {
    head();
    let held = [
        holds::<Wash>("wash user", PLANS / 2),
        holds::<Whale>("whale around syncs", 10 * PLANS),
        holds::<Decline>("whale in a decline", PLANS / 2),
        holds::<Sniper>("sniper at launch", PLANS / 4),
        holds::<Dust>("dust trader", 2 * PLANS),
        holds::<Flash>("flash trader", 10 * PLANS),
        holds::<Staker>("pair: flash staker", 2 * PLANS),
        holds::<Feeder>("pair: one requester", PLANS / 10),
    ];
    assert_eq!(held, [true; 8], "an adversary gains more than its bound");
}

#[test]
fn every_defence_is_missed_when_it_is_switched_off() {
    head();
    let broken = [
        breaks::<Wash>("wash user", Weakness::UnpaidSteps, PLANS / 20),
        breaks::<Wash>("wash user", Weakness::WholeUsageFeePays, PLANS / 20),
        breaks::<Wash>("wash user", Weakness::ReserveSharePays, PLANS / 2),
        breaks::<Wash>("wash user", Weakness::SteadyUsePays, PLANS),
        breaks::<Whale>("whale around syncs", Weakness::PresentSupply, PLANS),
        breaks::<Whale>("whale around syncs", Weakness::NoPeaks, PLANS),
        breaks::<Whale>("whale around syncs", Weakness::WholeFeeLost, PLANS),
        breaks::<Whale>("whale around syncs", Weakness::AbsorbUpToStep, PLANS),
        breaks::<Decline>("whale in a decline", Weakness::PresentSupply, PLANS / 20),
        breaks::<Decline>("whale in a decline", Weakness::NoDrift, PLANS / 20),
        breaks::<Sniper>("sniper at launch", Weakness::NoLaunchFee, PLANS / 20),
        breaks::<Sniper>("sniper at launch", Weakness::NoLaunchCap, PLANS / 20),
        breaks::<Dust>("dust trader", Weakness::TowardTrader, PLANS),
        breaks::<Flash>("flash trader", Weakness::NoEpoch, PLANS),
        breaks::<Flash>("flash trader", Weakness::DepositMovesPrice, PLANS),
        breaks::<Staker>("pair: flash staker", Weakness::StakePaidAtOnce, PLANS),
        breaks::<Feeder>("pair: one requester", Weakness::NoRequesterCap, PLANS / 20),
    ];
    assert_eq!(broken, [true; 17], "a control found nothing");
}

#[test]
fn use_decides_which_way_the_same_crowd_is_moved() {
    let (agents, days) = if is_long() { (20_000, 360) } else { (3_000, 90) };
    let [growing, flat, dying] = [Demand::Growing, Demand::Flat, Demand::Dying].map(|demand| {
        let mut premiums = Vec::new();
        let stepped_ppm = Ensemble::draw(CROWDS, |random| {
            let summary = Crowd::new(agents, demand, random.next()).run(days);
            println!("{demand:?}: {summary:?}");
            assert!(summary.trades > agents as u64, "the crowd trades");
            assert!(summary.streamed > 0.5 && summary.streamed < 1.0, "stakers earn what was streamed");
            premiums.push(summary.premium);
            summary.stepped_ppm as f64
        });
        (stepped_ppm.median(), Ensemble::of(premiums).median())
    });
    assert!(growing.0 > flat.0 && flat.0 > dying.0, "steps of the middle crowd: {growing:?}, {flat:?}, {dying:?}");
    assert!(dying.1 - 1.0 < (flat.1 - 1.0) / 5.0, "a dead model sinks to its backing within weeks");
}

#[test]
fn a_search_gives_the_same_answer_twice() {
    let runs = [0, 1].map(|_| searched::<Whale>(seed(), Weakness::WholeFeeLost, 2_000));
    assert_eq!(runs[0].beyond, runs[1].beyond);
    assert_eq!(format!("{:?}", runs[0].best), format!("{:?}", runs[1].best));
}
