//! Every account of every instruction replaced by every wrong one that fits its kind.

use std::fmt::Write as _;

use expect_test::expect_file;
use modchains_tests::{
    idl::Program,
    scenario::{self, Scenario},
    substitution::{Attempt, Substitution, attempt_all},
};

/// Substitutions that are meant to succeed: program, instruction, account, substitution, and why it is harmless.
const ACCEPTED: &[(Program, &str, &str, Substitution, &str)] = &[
    (Program::Exchange, "quote_mint_allow", "mint", Substitution::Sibling, "the admin may allow any harmless mint"),
    (Program::Exchange, "market_sell", "trader_quote", Substitution::Sibling, "proceeds may go to anybody's account"),
    (
        Program::Exchange,
        "market_sell",
        "trader_quote",
        Substitution::WrongTokenOwner,
        "proceeds may go to anybody's account",
    ),
    (
        Program::Exchange,
        "pause_budget_close",
        "pause_budget",
        Substitution::Sibling,
        "anyone may close any budget that is not in use",
    ),
    (Program::Exchange, "referral_open", "payer", Substitution::Stranger, "anybody may pay for a referral"),
    (Program::Exchange, "referral_open", "payer", Substitution::Sibling, "anybody may pay for a referral"),
    (Program::Vault, "pool_open", "payer", Substitution::Stranger, "anybody may open a pool"),
    (Program::Vault, "pool_open", "payer", Substitution::Sibling, "anybody may open a pool"),
    (Program::Vault, "grant_start", "payer", Substitution::Stranger, "anybody may pay for a grant's account"),
    (Program::Vault, "grant_start", "payer", Substitution::Sibling, "anybody may pay for a grant's account"),
    (Program::Oracle, "usage_roll", "usage", Substitution::Sibling, "anyone may roll the usage of any model"),
    (
        Program::Oracle,
        "service_split_apply",
        "service",
        Substitution::Sibling,
        "anyone may apply what any service queued",
    ),
    (Program::Oracle, "request_create", "licence_use", Substitution::Duplicate, "not read while no rate is set"),
    (Program::Oracle, "request_create", "program", Substitution::FakeProgram, ABSENT),
    (Program::Oracle, "request_create", "program", Substitution::Closed, ABSENT),
    (Program::Oracle, "earnings_claim", "authority", Substitution::NotSigner, "anybody may send it"),
    (Program::Oracle, "request_refund", "requester", Substitution::NotSigner, "anybody may send it"),
    (Program::Oracle, "fees_claim", "treasury", Substitution::NotSigner, "anybody may send it"),
];

const ABSENT: &str = "the absent options name the oracle";

fn reason(scenario: &Scenario, attempt: &Attempt) -> Option<&'static str> {
    let (program, instruction) = (scenario.program, scenario.name);
    let row = ACCEPTED.iter().find(|(of, name, account, substitution, _)| {
        !scenario.is_signed
            && *of == program
            && *name == instruction
            && *account == attempt.account
            && *substitution == attempt.substitution
    });
    row.map(|row| row.4)
}

#[test]
fn every_instruction_has_a_scenario() {
    let scenarios = scenario::all();
    for program in Program::ALL {
        for instruction in program.instructions() {
            let covered =
                scenarios.iter().any(|scenario| scenario.program == program && scenario.name == instruction.name);
            assert!(covered, "{} has no scenario for {}", program.name(), instruction.name);
        }
    }
}

#[test]
fn every_wrong_account_is_refused_and_changes_nothing() {
    let (mut table, mut count, mut unexpected) = (String::new(), 0, Vec::new());
    for scenario in scenario::all().into_iter().chain(scenario::signed()) {
        let specs = scenario.program.instructions();
        let spec = specs.iter().find(|spec| spec.name == scenario.name).expect("the IDL names the instruction");
        scenario.world.clone().chain.must(std::slice::from_ref(&scenario.instruction));
        let signed = if scenario.is_signed { " signed by the payee" } else { "" };
        writeln!(table, "{}::{}{signed}", scenario.program.name(), scenario.name).expect("strings take text");
        for attempt in attempt_all(&scenario.world.chain, &spec.accounts, &scenario.instruction, &scenario.sibling) {
            count += 1;
            let by = if attempt.by.is_empty() { String::new() } else { format!(" of {}", attempt.by) };
            let outcome = match (&attempt.refused_with, reason(&scenario, &attempt)) {
                (Some(name), None) => name.clone(),
                (None, Some(reason)) => format!("accepted: {reason}"),
                (Some(_), Some(_)) | (None, None) => {
                    unexpected.push(format!("{}: {} {:?}{by}", scenario.name, attempt.account, attempt.substitution));
                    continue;
                }
            };
            writeln!(table, "  {} {:?}{by}: {outcome}", attempt.account, attempt.substitution)
                .expect("strings take text");
        }
    }
    assert!(unexpected.is_empty(), "accepted without a reason, or refused despite one:\n{}", unexpected.join("\n"));
    writeln!(table, "{count} substitutions").expect("strings take text");
    println!("{count} substitutions tried");
    expect_file!["refusals.txt"].assert_eq(&table);
}
