use clap::Args;
use modchains_sdk::{client::EarlierReading, clock, twap::PriceReading};

use super::listing::Listing;
use crate::{
    argument::ModelArg,
    connection::{Connection, spinner},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `market twap`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The time-weighted geometric mean of the spot price. No single trade bends it for the length of a block, so it is the
price to lend or to decide by. It is taken from the market's own record: each sync leaves a reading, and the span runs
from the last one that is at least so old, or from the opening where none is found. `from` and `covers` say what the
average is really over, and a warning says when that is more than was asked for.

Examples:
  modchains market twap MODEL                the last day
  modchains market twap MODEL --hours 1"
)]
pub struct TwapArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Length of the span, at least.
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    hours: u32,
    /// How many of the market's last transactions to look through for the reading of a sync.
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    last: u32,
}

impl TwapArgs {
    /// Reads two readings and says what lies between them.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let client = &connection.client;
        let now_seconds = client.now_seconds().await?;
        let later = PriceReading::of(&listing.market, now_seconds)?;
        let from_seconds = now_seconds.saturating_sub(i64::from(self.hours) * 3_600);
        let transactions_max = usize::try_from(self.last).unwrap_or(usize::MAX);
        let spinner = spinner("Looking for the reading of a sync");
        let earlier = client.reading_before(&listing.model, &listing.market, from_seconds, transactions_max).await;
        spinner.finish_and_clear();
        let earlier = earlier?;
        if later.at_seconds <= earlier.reading.at_seconds {
            let what = "the market opened in this very second, so that there is nothing to average";
            return Err(CliError::unfit(what, "ask again a second later"));
        }
        let mean_q64 = later.mean_since_q64(&earlier.reading)?;
        let report = listing.add_price_q64(Report::new().text("model", listing.model), "mean_price", mean_q64);
        let report = listing.add_spot_price(report, "spot_price", &listing.market.curve());
        let report = add_span(report, &earlier, later.at_seconds, now_seconds);
        Ok(report.maybe("warning", warning(&earlier, from_seconds)))
    }
}

/// Adds what the average is over.
fn add_span(report: Report, earlier: &EarlierReading, to_seconds: i64, now_seconds: i64) -> Report {
    let from_seconds = earlier.reading.at_seconds;
    let covers_seconds = u64::try_from(to_seconds.saturating_sub(from_seconds)).unwrap_or_default();
    report
        .time("from", from_seconds, now_seconds)
        .time("to", to_seconds, now_seconds)
        .value("covers", clock::length(covers_seconds), covers_seconds.into())
        .flag("from_opening", earlier.is_opening)
}

/// What to say of an average that runs from the opening although the market is older than the span.
fn warning(earlier: &EarlierReading, from_seconds: i64) -> Option<String> {
    let is_longer = earlier.is_opening && earlier.reading.at_seconds < from_seconds;
    is_longer.then(|| {
        format!(
            "no sync that is so old is among the last {} transactions of the market that were looked through: the average \
             runs from the opening; pass a larger --last, or an endpoint that keeps older transactions",
            earlier.looked_through
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn earlier(is_opening: bool) -> EarlierReading {
        let reading = PriceReading { at_seconds: 1_000, price_log_seconds: 0 };
        EarlierReading { reading, is_opening, looked_through: 7 }
    }

    #[test]
    fn an_average_over_more_than_was_asked_for_says_so() {
        assert_eq!(warning(&earlier(false), 5_000), None, "from a sync");
        assert_eq!(warning(&earlier(true), 1_000), None, "the market is no older than the span");
        assert!(warning(&earlier(true), 5_000).is_some_and(|said| said.contains("last 7 transactions")));
    }

    #[test]
    fn what_an_average_is_over_is_told_in_seconds() {
        let json = add_span(Report::new(), &earlier(true), 4_700, 4_700).json();
        assert_eq!(
            (&json["covers"], &json["from"], &json["from_opening"]),
            (&json!(3_700), &json!(1_000), &json!(true))
        );
    }
}
