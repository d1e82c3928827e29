//! Compute units of every instruction, exact, and the budgets they must keep.

use std::fmt::Write as _;

use expect_test::expect_file;
use modchains_exchange::{instructions::MarketDepositArgs, state::QuoteTerms};
use modchains_sdk::instruction::{exchange, oracle};
use modchains_tests::{
    budgets,
    idl::Program,
    scenario,
    world::{EPOCH_SECONDS, QUOTE, Side, World, exact_in, exact_out, quote},
};

const SIDE: Side = Side::A;

#[test]
fn compute_units_are_what_they_were_and_within_their_budgets() {
    let mut table = String::new();
    let mut over = Vec::new();
    for mut scenario in scenario::all() {
        let outcome = scenario.world.chain.must(&[scenario.instruction]);
        writeln!(table, "{}::{} {}", scenario.program.name(), scenario.name, outcome.compute_units)
            .expect("strings take text");
        let budget = budgets::find(&format!("cu.{}", scenario.name));
        if budget.is_some_and(|most| outcome.compute_units as f64 > most) {
            over.push(format!("{} takes {}", scenario.name, outcome.compute_units));
        }
    }
    expect_file!["compute_units.txt"].assert_eq(&table);
    assert!(over.is_empty(), "over budget: {over:?}");
}

#[test]
fn a_model_with_its_market_fits_the_budget_of_a_launch() {
    let unit_of = |wanted: &str| {
        let mut scenario = scenario::all().into_iter().find(|scenario| scenario.name == wanted).expect("known");
        scenario.world.chain.must(&[scenario.instruction]).compute_units as f64
    };
    let units = unit_of("model_register") + unit_of("market_open");
    assert!(units <= budgets::find("cu.launch").expect("a launch has a budget"), "a launch takes {units}");
}

/// A market a while after its last trade, with a spread and with dues of the reserve on their way.
fn busy_market() -> World {
    let mut world = World::ready();
    world.chain.must(&[exchange::referral_open(&SIDE.person("staker"), &SIDE.model(), &SIDE.person("staker"))]);
    for request in 1..=20 {
        world.serve(SIDE, request);
    }
    world.chain.advance(i64::from(EPOCH_SECONDS));
    world.chain.must(&[oracle::usage_roll(&SIDE.model()), exchange::market_sync(&SIDE.model())]);
    let gift = MarketDepositArgs { reserve_atoms: QUOTE, creator_atoms: 0, split_atoms: 0 };
    world.chain.must(&[exchange::market_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), gift)]);
    world.chain.advance(12_345);
    world
}

#[test]
fn trades_and_syncs_keep_their_budgets_with_everything_on() {
    let world = busy_market();
    let terms = QuoteTerms { deadline_seconds: i64::MAX, max_epoch: u64::MAX };
    let (trader, model, route) = (SIDE.person("trader"), SIDE.model(), SIDE.full_route());
    let buy = |args| exchange::market_buy(&trader, &model, &quote(), args, route);
    let sell = |args| exchange::market_sell(&trader, &model, &quote(), args, route);
    let most = |name| budgets::find(name).expect("it has a budget");
    let cases = [
        ("buy", most("cu.market_buy"), vec![buy(exact_in(QUOTE, 0, terms))]),
        ("buy exact out", most("cu.market_buy"), vec![buy(exact_out(1_000_000_007, u64::MAX, terms))]),
        ("sell", most("cu.market_sell"), vec![sell(exact_in(1_000_000_007, 0, terms))]),
        ("sell exact out", most("cu.market_sell"), vec![sell(exact_out(QUOTE / 100, u64::MAX, terms))]),
        ("sync", most("cu.market_sync"), vec![exchange::market_sync(&model)]),
    ];
    let mut table = String::new();
    let mut over = Vec::new();
    for (name, most, instructions) in cases {
        let units = world.clone().chain.must(&instructions).compute_units;
        writeln!(table, "{name} {units}").expect("strings take text");
        if units as f64 > most {
            over.push(format!("{name} takes {units} of {most}"));
        }
    }
    expect_file!["compute_units_busy.txt"].assert_eq(&table);
    assert!(over.is_empty(), "over budget: {over:?}");
}

/// No address is searched in a trade, so its price is the same for everybody.
#[test]
fn a_trade_costs_the_same_whoever_trades_on_whichever_market() {
    for name in ["market_buy", "market_sell"] {
        let scenario = scenario::all().into_iter().find(|scenario| scenario.name == name).expect("known");
        let units: Vec<u64> = [scenario.instruction, scenario.sibling]
            .map(|trade| scenario.world.clone().chain.must(&[trade]).compute_units)
            .to_vec();
        assert_eq!(units[0], units[1], "{name}");
    }
}

#[test]
fn every_program_fits_its_budget() {
    for program in Program::ALL {
        let (bytes, most) = (program.bytes().len(), budgets::find(&format!("size.{}", program.name())));
        assert!(bytes as f64 <= most.expect("every program has a budget"), "{} is {bytes} bytes", program.name());
    }
}
