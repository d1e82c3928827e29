//! Compute units of every instruction, on a chain where it succeeds.

use std::panic::catch_unwind;

use anyhow::{Result, anyhow, ensure};
use modchains_tests::{
    idl::Program,
    scenario::{self, Scenario},
};

use crate::{
    budgets,
    cpis::{CALL_UNITS, calls},
    figures::Figures,
    table::{Table, code, number},
};

/// Runs every instruction once.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let scenarios =
        catch_unwind(scenario::all).map_err(|_| anyhow!("the chains could not be set up; the reason is above"))?;
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name).collect();
    let mut table = Table::new("Compute units", text(), &HEADER);
    for mut scenario in scenarios {
        let is_shared = names.iter().filter(|name| **name == scenario.name).count() > 1;
        let name = figure_name(&scenario, is_shared);
        measure_one(&mut scenario, &name, figures, &mut table)?;
    }
    // What a launch takes: the model with its token, and its market.
    let launch = figures.get("cu.model_register")? + figures.get("cu.market_open")?;
    figures.set("cu.launch", launch)?;
    Ok(table)
}

const HEADER: [&str; 6] = ["instruction", "CU", "budget", "calls", "bare calls, CU", "over bare calls"];

fn text() -> String {
    format!(
        "Exact and the same in every run: the compiled programs in LiteSVM, with p-token as the token program and \
         Token-2022 for model tokens (mint with metadata), one instruction per transaction, token accounts existing \
         beforehand. *Bare calls* is what the instruction's calls to other programs (token transfers, mints and burns, \
         account creations, the event) cost in the same run, {CALL_UNITS} CU for each call included: nothing that does \
         the same can be cheaper. Peers are in a table of their own below."
    )
}

fn figure_name(scenario: &Scenario, is_shared: bool) -> String {
    let program = match scenario.program {
        Program::Exchange => "exchange",
        Program::Vault => "vault",
        Program::Oracle => "oracle",
    };
    if is_shared { format!("{program}_{}", scenario.name) } else { scenario.name.to_owned() }
}

fn measure_one(scenario: &mut Scenario, name: &str, figures: &mut Figures, table: &mut Table) -> Result<()> {
    let sent = scenario.world.chain.send(std::slice::from_ref(&scenario.instruction));
    let outcome =
        sent.map_err(|refusal| anyhow!("{name} was refused: {}\n{}", refusal.name, refusal.logs.join("\n")))?;
    let calls = calls(&outcome.logs).map_err(|error| error.context(name.to_owned()))?;
    ensure!(calls.units < outcome.compute_units, "{name}: the calls cost more than the whole");
    let units = outcome.compute_units as f64;
    let figure = format!("cu.{name}");
    figures.set(figure.as_str(), units)?;
    let mut over = String::new();
    if calls.count > 0 {
        let ratio = units / calls.units as f64;
        figures.set(format!("ratio.{name}_over_bare_cpis"), ratio)?;
        over = number(ratio);
    }
    table.row([
        code(name),
        number(units),
        budgets::cell(&figure, units),
        calls.count.to_string(),
        number(calls.units as f64),
        over,
    ]);
    Ok(())
}
