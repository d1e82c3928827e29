//! Compute units of every instruction, exact, and the budgets they must keep.

use std::fmt::Write as _;

use expect_test::expect_file;
use modchains_tests::{budgets, busy, idl::Program, scenario};

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

#[test]
fn trades_syncs_and_rolls_keep_their_budgets_with_everything_on() {
    let mut table = String::new();
    let mut over = Vec::new();
    for mut case in busy::cases() {
        let units = case.world.chain.must(&[case.instruction]).compute_units;
        writeln!(table, "{} {units}", case.name).expect("strings take text");
        let most = budgets::find(&format!("cu.{}", case.name)).expect("it has a budget");
        if units as f64 > most {
            over.push(format!("{} takes {units} of {most}", case.name));
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
