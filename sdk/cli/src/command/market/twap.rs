use clap::Args;
use modchains_sdk::{
    Signature,
    client::Landed,
    decode::{Event, ExchangeEvent},
    twap::PriceReading,
};

use super::{history::PART, listing::Listing};
use crate::{argument::ModelArg, connection::Connection, error::Result, output::Report};

/// Transactions that are looked through for the reading of a sync.
const TRANSACTIONS_MAX: usize = 1_000;

/// Arguments of `market twap`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The time-weighted geometric mean of the spot price. No single trade bends it for the length of a block, so it is the
price to lend or to decide by. It is taken from the market's own record: each sync leaves a reading, and the span runs
from the last one that is at least so old, or from the opening.

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
}

impl TwapArgs {
    /// Reads two readings and says what lies between them.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let later = PriceReading::of(&listing.market, now_seconds)?;
        let from_seconds = now_seconds.saturating_sub(i64::from(self.hours) * 3_600);
        let earlier = earlier_reading(connection, &listing, from_seconds).await?;
        let mean_q64 = later.mean_since_q64(&earlier)?;
        let report = Report::new().text("model", listing.model);
        let report = listing.add_price_q64(report, "mean_price", mean_q64);
        let report = listing.add_spot_price(report, "spot_price", &listing.market.curve());
        Ok(report.time("from", earlier.at_seconds, now_seconds).time("to", later.at_seconds, now_seconds))
    }
}

/// The last reading of a sync not after `from_seconds`, else the opening.
async fn earlier_reading(connection: &Connection, listing: &Listing, from_seconds: i64) -> Result<PriceReading> {
    let landed = connection.client.landed(&listing.address, None, None, TRANSACTIONS_MAX).await?;
    let is_old = |landed: &Landed| landed.block_time_seconds.is_none_or(|at_seconds| at_seconds <= from_seconds);
    let old = landed.iter().filter(|landed| !landed.has_failed && is_old(landed));
    let newest_first: Vec<Signature> = old.map(|landed| landed.signature).collect();
    for part in newest_first.chunks(PART) {
        let receipts = connection.client.transactions(part).await?;
        let readings = receipts.iter().flat_map(|receipt| &receipt.events).filter_map(|event| match event {
            Event::Exchange(ExchangeEvent::CurveMoved(moved)) if moved.market == listing.address => {
                Some(PriceReading::of_sync(moved))
            }
            _ => None,
        });
        let latest = readings.filter(|reading| reading.at_seconds <= from_seconds);
        if let Some(reading) = latest.max_by_key(|reading| reading.at_seconds) {
            return Ok(reading);
        }
    }
    Ok(PriceReading::of_opening(&listing.market))
}
