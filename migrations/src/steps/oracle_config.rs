//! 0003: the oracle has a configuration.

use modchains_sdk::{
    Pubkey, address, instruction,
    oracle::{instructions::ConfigInitializeArgs, state::OracleConfig},
};

use super::outcome::Outcome;
use crate::{
    Result,
    config::{Difference, oracle_differences},
    context::Context,
};

/// Creates the configuration unless there is one.
pub async fn run(context: &Context) -> Result<Outcome> {
    let before = status(context).await?;
    if before.done {
        return Ok(before);
    }
    let args = ConfigInitializeArgs { treasury: treasury(context), params: context.config.oracle.params() };
    let create = instruction::oracle::config_initialize(&context.authority_address(), args);
    let receipt = context.send(&[create], &[]).await?;
    Ok(Outcome::new(true, true, format!("created in transaction {}", receipt.signature)))
}

/// Compares without changing anything.
pub async fn status(context: &Context) -> Result<Outcome> {
    let config = address::oracle::config();
    let Some(found) = context.client.find_state::<OracleConfig>(&config).await? else {
        return Ok(Outcome::new(false, false, "there is no configuration"));
    };
    let mut differences = oracle_differences(&context.config.oracle.params(), &found.value.params);
    differences.extend(Difference::between("treasury", &found.value.treasury, &treasury(context)));
    let note = format!("the configuration {config} exists, admin {}", found.value.admin);
    Ok(Outcome { differences, ..Outcome::new(true, false, note) })
}

fn treasury(context: &Context) -> Pubkey {
    context.config.oracle.treasury.map_or_else(|| context.authority_address(), |treasury| treasury.0)
}
