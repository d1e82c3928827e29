//! What a model was really used for.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address, core::usage::EMA_FRACTION_BITS, instruction::oracle::usage_roll, oracle::state::Usage,
};

use crate::{
    argument::ModelArg,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Show and roll the usage of a model.
#[derive(Debug, Subcommand)]
pub enum UsageCommand {
    /// Show finalised, paid use and its averages.
    Show(ShowArgs),
    /// Close the usage epoch if it is over. Anyone may.
    Roll(RollArgs),
}

impl UsageCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Show(args) => show(connection, &args.model.address(connection).await?).await,
            Self::Roll(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `usage show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

/// Arguments of `usage roll`.
#[derive(Debug, Args)]
pub struct RollArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl RollArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        connection.client.usage(&model).await?;
        let about = Report::new().text("model", model);
        let receipt = connection.ask_and_send("Rolling", &about, &[usage_roll(&model)], signer).await?;
        Ok(show(connection, &model).await?.receipt(&receipt))
    }
}

async fn show(connection: &Connection, model: &Pubkey) -> Result<Report> {
    let usage = connection.client.usage(model).await?.value;
    let quote = connection.token(&connection.client.service(model).await?.value.quote_mint).await?;
    Ok(report(&usage, &quote, connection.client.now_seconds().await?))
}

fn report(usage: &Usage, quote: &TokenView, now_seconds: i64) -> Report {
    let amount = |report: Report, key, atoms| report.amount(key, quote.amount(atoms), &quote.symbol);
    // The averages have 16 fractional bits; people see whole atoms, rounded down.
    let averages = amount(Report::new(), "one_day", usage.ema_fast >> EMA_FRACTION_BITS);
    let averages = amount(averages, "three_days", usage.ema_mid >> EMA_FRACTION_BITS);
    let averages = amount(averages, "seven_days", usage.ema_slow >> EMA_FRACTION_BITS);
    let epoch = Report::new().number("index", usage.epoch).number("requests", usage.epoch_requests);
    let epoch = amount(epoch, "fees", usage.epoch_fees_atoms);
    let report = Report::new()
        .text("model", usage.model)
        .text("usage", address::oracle::usage(&usage.model))
        .number("requests_total", usage.requests_total);
    let report = amount(report, "fees_total", usage.fees_total_atoms);
    let report = amount(report, "non_recoverable_fees_total", usage.non_recoverable_fees_total);
    amount(report, "counted_per_requester_at_most", usage.requester_cap_atoms)
        .share("quality", Some(usage.quality_ppm.into()))
        .number("lost_disputes", usage.lost_disputes)
        .number("epoch_seconds", usage.epoch_seconds)
        .number("last_epoch_requesters", usage.last_epoch_requesters)
        .time("rolled_at", usage.rolled_at_seconds, now_seconds)
        .group("epoch", epoch)
        .group("average_fees_per_epoch", averages)
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use serde_json::json;

    use super::*;

    #[test]
    fn averages_are_shown_in_whole_atoms() {
        let usage = Usage { ema_fast: (5 << 16) + 65_535, requests_total: 9, ..Usage::zeroed() };
        let json = report(&usage, &TokenView::sol(), 0).json();
        assert_eq!(json["average_fees_per_epoch"]["one_day"]["atoms"], "5");
        assert_eq!((&json["requests_total"], &json["rolled_at"]), (&json!(9), &json!(null)));
    }
}
