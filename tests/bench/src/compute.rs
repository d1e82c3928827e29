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

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use modchains_sdk::{AccountMeta, Instruction, address};
    use modchains_tests::{
        chain::{TOKEN, TOKEN_2022},
        world::{QUOTE, Side, World, quote},
    };

    use super::*;

    fn token_instruction(program: modchains_sdk::Pubkey, tag: u8, keys: [modchains_sdk::Pubkey; 3]) -> Instruction {
        let [first, second, authority] = keys;
        let accounts = vec![
            AccountMeta::new(first, false),
            AccountMeta::new(second, false),
            AccountMeta::new_readonly(authority, true),
        ];
        let data = [&[tag][..], &1_000_u64.to_le_bytes()].concat();
        Instruction { program_id: program, accounts, data }
    }

    /// The runtime of the tests checks no signatures, so that what only the programs may sign can be sent alone.
    #[test]
    fn the_calls_of_a_buy_cost_what_the_same_instructions_cost_alone() {
        let mut world = World::ready();
        let (side, trader) = (Side::A, Side::A.person("trader"));
        let model_token = modchains_sdk::instruction::Token::of_model(&side.model());
        let vault = address::exchange::quote_vault(&side.market());
        let transfer = token_instruction(TOKEN, 3, [quote().account_of(&trader), vault, trader]);
        let holder = model_token.account_of(&trader);
        let mint = token_instruction(TOKEN_2022, 7, [model_token.mint, holder, side.market()]);
        let buy = world.buy_instruction(side, "trader", QUOTE);
        let bought = world.chain.must(&[buy]);
        let event = Instruction {
            program_id: modchains_sdk::exchange::ID,
            accounts: vec![AccountMeta::new_readonly(address::exchange::EVENT_AUTHORITY, true)],
            data: bought.events.last().unwrap().clone(),
        };
        let alone: u64 = [transfer, mint, event].map(|part| world.chain.must(&[part]).compute_units).iter().sum();
        let calls = calls(&bought.logs).unwrap();
        assert_eq!((calls.count, calls.units), (3, alone + 3 * CALL_UNITS));
    }
}
