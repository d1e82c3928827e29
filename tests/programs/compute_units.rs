//! Compute units of every instruction, exact, and the budgets they must keep.

use std::fmt::Write as _;

use expect_test::expect_file;
use modchains_tests::{idl::Program, scenario};

/// Most compute units that an instruction may take.
const BUDGETS: &[(Program, &str, u64)] = &[
    (Program::Exchange, "market_buy", 20_000),
    (Program::Exchange, "market_sell", 20_000),
    (Program::Exchange, "market_sync", 8_000),
    (Program::Vault, "stake", 12_000),
    (Program::Vault, "unstake", 12_000),
    (Program::Vault, "revenue_claim", 12_000),
    (Program::Oracle, "request_create", 15_000),
    (Program::Oracle, "result_post", 10_000),
    (Program::Oracle, "result_finalize", 25_000),
    (Program::Oracle, "usage_roll", 6_000),
];

#[test]
fn compute_units_are_what_they_were_and_within_their_budgets() {
    let mut table = String::new();
    let mut over = Vec::new();
    for mut scenario in scenario::all() {
        let outcome = scenario.world.chain.must(&[scenario.instruction]);
        writeln!(table, "{}::{} {}", scenario.program.name(), scenario.name, outcome.compute_units)
            .expect("strings take text");
        let budget = BUDGETS.iter().find(|(program, name, _)| *program == scenario.program && *name == scenario.name);
        if budget.is_some_and(|(_, _, most)| outcome.compute_units > *most) {
            over.push(format!("{} takes {}", scenario.name, outcome.compute_units));
        }
    }
    expect_file!["compute_units.txt"].assert_eq(&table);
    assert!(over.is_empty(), "over budget: {over:?}");
}
