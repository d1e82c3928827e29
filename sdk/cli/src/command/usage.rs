//! What a model was really used for.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    instruction::oracle::usage_roll,
    oracle::{events::UsageSums, state::Usage},
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
    /// Show finalised, paid use and the net that moves the curve.
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
    let sums = UsageSums::from(usage);
    let counted = amount(Report::new(), "half_life_3_days", sums.short_sum_atoms);
    let counted = amount(counted, "half_life_30_days", sums.long_sum_atoms);
    let epoch = Report::new().number("index", usage.epoch).number("requests", usage.epoch_requests);
    let epoch = amount(epoch, "fees", usage.epoch_fees_atoms);
    let report = Report::new()
        .text("model", usage.model)
        .text("usage", address::oracle::usage(&usage.model))
        .number("requests_total", usage.requests_total);
    let report = amount(report, "fees_total", usage.fees_total_atoms);
    let report = amount(report, "non_recoverable_fees_total", usage.non_recoverable_fees_total);
    let report = amount(report, "paid_net", usage.paid_net_atoms);
    amount(report, "counted_per_requester_at_most", usage.requester_cap_atoms)
        .share("quality", Some(usage.quality_ppm.into()))
        .number("lost_disputes", usage.lost_disputes)
        .number("epoch_seconds", usage.epoch_seconds)
        .number("last_epoch_requesters", usage.last_epoch_requesters)
        .time("rolled_at", usage.rolled_at_seconds, now_seconds)
        .group("epoch", epoch)
        .group("counted_protocol_shares", counted)
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use serde_json::json;

    use super::*;

    #[test]
    fn sums_are_shown_in_whole_atoms() {
        let usage = Usage { short_sum_q32: [(5 << 32) + 0xffff_ffff, 0], requests_total: 9, ..Usage::zeroed() };
        let json = report(&usage, &TokenView::sol(), 0).json();
        assert_eq!(json["counted_protocol_shares"]["half_life_3_days"]["atoms"], "5");
        assert_eq!((&json["requests_total"], &json["rolled_at"]), (&json!(9), &json!(null)));
    }
}
