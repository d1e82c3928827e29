//! Compute units of every instruction, on a chain where it succeeds.

use std::panic::catch_unwind;

use anyhow::{Result, anyhow, ensure};
use modchains_sdk::Instruction;
use modchains_tests::{
    busy,
    chain::Chain,
    idl::Program,
    scenario::{self, Scenario},
};

use crate::{
    output::{
        budgets,
        figures::Figures,
        table::{Table, code, number},
    },
    programs::cpis::{CALL_UNITS, Ran, instructions},
};

/// Columns of a table of compute units.
pub const HEADER: [&str; 6] = ["instruction", "CU", "budget", "calls", "bare calls, CU", "over bare calls"];

/// Runs every instruction once.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let scenarios =
        catch_unwind(scenario::all).map_err(|_| anyhow!("the chains could not be set up; the reason is above"))?;
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name).collect();
    let mut table = Table::new("Compute units", text(), &HEADER);
    for mut scenario in scenarios {
        let is_shared = names.iter().filter(|name| **name == scenario.name).count() > 1;
        let name = figure_name(&scenario, is_shared);
        let ran = last_of(&mut scenario.world.chain, &[scenario.instruction], &name)?;
        add(figures, &mut table, &name, &ran)?;
    }
    let busy =
        catch_unwind(busy::cases).map_err(|_| anyhow!("a busy market could not be set up; the reason is above"))?;
    for mut case in busy {
        let ran = last_of(&mut case.world.chain, &[case.instruction], case.name)?;
        add(figures, &mut table, case.name, &ran)?;
    }
    Ok(table)
}

fn text() -> String {
    format!(
        "Exact and the same in every run: the compiled programs in LiteSVM, with p-token as the token program and \
         Token-2022 for model tokens (mint with metadata), one instruction per transaction, token accounts existing \
         beforehand. Trades have everything on: every leg of the fee, a referrer, the instructions sysvar. Where an \
         instruction creates accounts, the figure depends on the keys: each address that is searched costs 1,500 CU \
         for every bump tried, two on average; trades, syncs and claims search none. *Busy*: a market with a spread \
         and dues on their way, after an epoch of use. *Bare calls* is what the \
         instruction's calls to other programs (token transfers, mints and burns, account creations, the event) cost \
         in the same run, {CALL_UNITS} CU for each call included: nothing that does the same can be cheaper. Peers \
         are in a table of their own below."
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

/// Sends a transaction and says what its last instruction cost.
pub fn last_of(chain: &mut Chain, transaction: &[Instruction], name: &str) -> Result<Ran> {
    let outcome = chain
        .send(transaction)
        .map_err(|refusal| anyhow!("{name} was refused: {}\n{}", refusal.name, refusal.logs.join("\n")))?;
    let all = instructions(&outcome.logs).map_err(|error| error.context(name.to_owned()))?;
    let total: u64 = all.iter().map(|ran| ran.units).sum();
    ensure!(total == outcome.compute_units, "{name}: the log says {total} CU, the runtime {}", outcome.compute_units);
    let ran = all.last().copied().ok_or_else(|| anyhow!("{name} ran nothing"))?;
    ensure!(ran.calls.units < ran.units, "{name}: the calls cost more than the whole");
    Ok(ran)
}

/// Adds a row, and figures of that name.
pub fn add(figures: &mut Figures, table: &mut Table, name: &str, ran: &Ran) -> Result<()> {
    let (units, calls, figure) = (ran.units as f64, ran.calls, format!("cu.{name}"));
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

    use modchains_sdk::{AccountMeta, address};
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
        let calls = instructions(&bought.logs).unwrap()[0].calls;
        assert_eq!((calls.count, calls.units), (3, alone + 3 * CALL_UNITS));
    }
}
