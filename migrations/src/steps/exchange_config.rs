//! 0002: the exchange has a configuration.

use modchains_sdk::{
    Pubkey, address,
    exchange::{instructions::ConfigInitializeArgs, state::ExchangeConfig},
    instruction,
};

use super::outcome::Outcome;
use crate::{
    Result,
    config::{Difference, market_differences},
    context::Context,
};

/// Creates the configuration unless there is one.
pub async fn run(context: &Context) -> Result<Outcome> {
    let before = status(context).await?;
    if before.done {
        return Ok(before);
    }
    let settings = &context.config.exchange;
    let args = ConfigInitializeArgs {
        treasury: treasury(context),
        timelock_seconds: settings.timelock_seconds,
        params: settings.market,
    };
    let create = instruction::exchange::config_initialize(&context.authority_address(), args);
    let receipt = context.send(&[create], &[]).await?;
    Ok(Outcome::new(true, true, format!("created in transaction {}", receipt.signature)))
}

/// Compares without changing anything.
pub async fn status(context: &Context) -> Result<Outcome> {
    let config = address::exchange::config();
    let Some(found) = context.client.find_state::<ExchangeConfig>(&config).await? else {
        return Ok(Outcome::new(false, false, "there is no configuration"));
    };
    let settings = &context.config.exchange;
    let mut differences = market_differences(&settings.market, &found.value.params);
    differences.extend(Difference::between("treasury", &found.value.treasury, &treasury(context)));
    differences.extend(Difference::between(
        "timelock_seconds",
        &found.value.timelock_seconds,
        &settings.timelock_seconds,
    ));
    let note = format!("the configuration {config} exists, admin {}", found.value.admin);
    Ok(Outcome { differences, ..Outcome::new(true, false, note) })
}

fn treasury(context: &Context) -> Pubkey {
    context.config.exchange.treasury.map_or_else(|| context.authority_address(), |treasury| treasury.0)
}
