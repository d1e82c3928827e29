use clap::Args;
use modchains_sdk::{
    clock,
    core::{
        CoreError,
        market::PAUSE_SECONDS_MAX,
        pause::{PAUSE_BUDGET_SECONDS, PauseBudget},
    },
    decode::{Event, ExchangeEvent},
    exchange::state,
    instruction::exchange::{market_pause, pause_budget_close},
};

use super::listing::Listing;
use crate::{
    amount::Amount,
    argument::{ModelArg, parse_seconds},
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `market pause`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "A pause ends by itself, at most a week after it was ordered. Sales, claims and deposits go on. All pauses of a market
together take at most 14 of any 90 days; what is left of that is shown before you are asked, and by `modchains market show`.
A pause that is ordered while another runs takes its place.

Examples:
  modchains market pause MODEL --for 2d
  modchains market resume MODEL"
)]
pub struct PauseArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How long, at most 7d.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_seconds)]
    length_seconds: u32,
}

impl PauseArgs {
    /// Pauses.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        if !(1..=PAUSE_SECONDS_MAX).contains(&self.length_seconds) {
            let what = format!("a pause of {} is not one of 1 s to 7 d", clock::length(self.length_seconds.into()));
            return Err(CliError::unfit(what, "order a shorter one, and renew it before it ends"));
        }
        order(connection, &self.model, Some(self.length_seconds)).await
    }
}

/// A market, by its model.
#[derive(Debug, Args)]
pub struct MarketArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl MarketArgs {
    /// Ends a pause.
    pub async fn resume(&self, connection: &Connection) -> Result<Report> {
        order(connection, &self.model, None).await
    }

    /// Returns the rent of what counts them.
    pub async fn pause_budget_close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let Some(budget) = connection.client.pause_budget(&model).await? else {
            return Err(CliError::unfit("the market was never paused", "there is no account to close"));
        };
        let close = pause_budget_close(&model, &budget.value.paid_by);
        let report = Report::new()
            .text("model", model)
            .text("pause_budget", budget.address)
            .text("rent_to", budget.value.paid_by)
            .amount("rent", Amount::sol(budget.lamports), "SOL");
        let receipt = connection.ask_and_send("Closing the budget", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Pauses for so long, or resumes.
async fn order(connection: &Connection, model: &ModelArg, length_seconds: Option<u32>) -> Result<Report> {
    let signer = connection.signer()?;
    let listing = Listing::load(connection, &model.address(connection).await?).await?;
    let now_seconds = connection.client.now_seconds().await?;
    if length_seconds.is_none() && !listing.market.is_paused(now_seconds) {
        return Err(CliError::unfit("the market is not paused", "there is nothing to resume"));
    }
    let found = connection.client.pause_budget(&listing.model).await?;
    let budget = found.map_or_else(PauseBudget::default, |found| found.value.budget());
    let until_seconds = length_seconds.map_or(0, |length_seconds| now_seconds.saturating_add(length_seconds.into()));
    let left_seconds = left_after(&budget, listing.market.paused_until_seconds(), until_seconds, now_seconds)?;
    let report = Report::new().text("model", listing.model).text("market", listing.address);
    let about = add_budget(report.clone().time("buys_paused_until", until_seconds, now_seconds), left_seconds);
    let order = market_pause(&signer.pubkey(), &listing.model, until_seconds);
    let being_done = if until_seconds == 0 { "Resuming" } else { "Pausing" };
    let receipt = connection.ask_and_send(being_done, &about, &[order], signer).await?;
    let report = receipt.events.iter().fold(report, |report, event| match event {
        Event::Exchange(ExchangeEvent::MarketPaused(paused)) => {
            let report = report.time("buys_paused_until", paused.until_seconds, paused.at_seconds);
            add_budget(report, budget_left(paused.used_seconds))
        }
        _ => report,
    });
    Ok(report.receipt(&receipt))
}

/// What a budget leaves, in seconds, once a pause is ordered in place of another. Refuses what it does not allow.
fn left_after(budget: &PauseBudget, paused_until: i64, until_seconds: i64, now_seconds: i64) -> Result<u64> {
    match budget.order(paused_until, until_seconds, now_seconds) {
        Ok(after) => Ok(left(&after, now_seconds)),
        Err(CoreError::PauseBudgetSpent) => {
            let left = clock::length(left(budget, now_seconds));
            let what = format!("{left} of the 14 d in 90 d are left, less than the pause takes");
            Err(CliError::unfit(what, "order a shorter one, or wait until earlier pauses are 15 weeks old"))
        }
        Err(refused) => Err(CliError::unfit(format!("the pause cannot be counted: {refused}"), "order another")),
    }
}

/// What is left of a budget now, in seconds.
fn left(budget: &PauseBudget, now_seconds: i64) -> u64 {
    // Fails only before the beginning of unix time.
    budget.used_seconds(now_seconds).map(budget_left).unwrap_or_default()
}

fn budget_left(used_seconds: u64) -> u64 {
    u64::from(PAUSE_BUDGET_SECONDS).saturating_sub(used_seconds)
}

fn add_budget(report: Report, left_seconds: u64) -> Report {
    report.value("pause_budget_left", clock::length(left_seconds), left_seconds.into())
}

/// Adds what is left of a market's budget of pauses.
pub fn add_pause_budget(report: Report, account: &state::PauseBudget, now_seconds: i64) -> Report {
    add_budget(report, left(&account.budget(), now_seconds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const DAY: i64 = 86_400;

    #[test]
    fn what_is_left_is_told_before_a_pause_and_what_is_not_left_refuses_it() {
        let budget = PauseBudget::default();
        assert_eq!(left_after(&budget, 0, NOW + 6 * DAY, NOW).unwrap(), 8 * 86_400);
        let budget = budget.order(0, NOW + 6 * DAY, NOW).unwrap();
        // In place of the six days, and given back by resuming.
        assert_eq!(left_after(&budget, NOW + 6 * DAY, NOW + 7 * DAY, NOW).unwrap(), 7 * 86_400);
        assert_eq!(left_after(&budget, NOW + 6 * DAY, 0, NOW).unwrap(), 14 * 86_400);
        let later = NOW + 6 * DAY;
        let budget = budget.order(0, later + 7 * DAY, later).unwrap();
        let last = later + 7 * DAY;
        assert_eq!(left_after(&budget, 0, last + DAY, last).unwrap(), 0);
        let refused = left_after(&budget, 0, last + 2 * DAY, last).unwrap_err().to_string();
        assert!(refused.contains("1 d of the 14 d"), "{refused}");
    }
}
