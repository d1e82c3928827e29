//! 0004: the exchange allows the quote mints, and the oracle takes bonds and fees in them.

use modchains_sdk::{Instruction, instruction};

use super::outcome::Outcome;
use crate::{
    Result,
    config::{Difference, QuoteMint},
    context::Context,
};

/// Allows what is missing.
pub async fn run(context: &Context) -> Result<Outcome> {
    let (mut outcome, missing) = compare(context).await?;
    for (what, instruction) in missing {
        context.send(&[instruction], &[]).await?;
        outcome.notes.push(format!("allowed {what}"));
        outcome.changed = true;
    }
    outcome.done = true;
    Ok(outcome)
}

/// Compares without changing anything.
pub async fn status(context: &Context) -> Result<Outcome> {
    let (mut outcome, missing) = compare(context).await?;
    outcome.notes.extend(missing.into_iter().map(|(what, _)| format!("missing: {what}")));
    Ok(outcome)
}

async fn compare(context: &Context) -> Result<(Outcome, Vec<(String, Instruction)>)> {
    let admin = context.authority_address();
    let exchange = context.client.exchange_config().await?.value;
    let oracle = context.client.oracle_config().await?.value;
    let mut missing = Vec::new();
    let mut differences = Vec::new();
    for quote in &context.config.quote_mints.0 {
        let mint = &quote.mint.0;
        if !exchange.allows(mint) {
            let allow = instruction::exchange::quote_mint_allow(&admin, mint);
            missing.push((format!("quote mint {mint} in the exchange"), allow));
        }
        match oracle.bond_mint(mint) {
            Ok(found) => differences.extend(amount_differences(quote, &found)),
            Err(_) => {
                let allow = instruction::oracle::bond_mint_allow(&admin, mint, quote.bond_args());
                missing.push((format!("bond mint {mint} in the oracle"), allow));
            }
        }
    }
    let allowed = format!(
        "{} of {} listings exist",
        context.config.quote_mints.0.len() * 2 - missing.len(),
        context.config.quote_mints.0.len() * 2
    );
    Ok((Outcome { differences, ..Outcome::new(missing.is_empty(), false, allowed) }, missing))
}

fn amount_differences(wanted: &QuoteMint, found: &modchains_sdk::oracle::state::BondMint) -> Vec<Difference> {
    let name = |field| format!("{}.{field}", wanted.mint.0);
    [
        Difference::between(&name("min_bond_atoms"), &found.min_bond_atoms, &wanted.min_bond_atoms),
        Difference::between(&name("claim_bond_atoms"), &found.claim_bond_atoms, &wanted.claim_bond_atoms),
        Difference::between(&name("requester_cap_atoms"), &found.requester_cap_atoms, &wanted.requester_cap_atoms),
    ]
    .into_iter()
    .flatten()
    .collect()
}
