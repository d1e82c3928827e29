//! Finding the reading from which an average price runs.

use modchains_exchange::state::Market;

use super::{Client, Landed};
use crate::{
    Pubkey, Result,
    address::exchange,
    decode::{Event, ExchangeEvent, Receipt},
    twap::PriceReading,
};

/// Transactions that are listed at a time.
const PAGE: usize = 1_000;
/// Records that are asked for at a time: a sync is rarely far.
const PART: usize = 32;

/// The reading from which an average runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierReading {
    /// The last that a sync left at or before the time asked for; that of the opening where none was found.
    pub reading: PriceReading,
    /// Whether it is that of the opening.
    pub is_opening: bool,
    /// How many transactions of the market were looked through.
    pub looked_through: usize,
}

impl Client {
    /// The last reading that a sync of `model`'s market left at or before `at_seconds`, out of the market's last
    /// `transactions_max` transactions, or as many as the endpoint still has; else the reading of the opening.
    ///
    /// # Errors
    /// As [`Self::landed`] and [`Self::transactions`].
    pub async fn reading_before(
        &self,
        model: &Pubkey,
        market: &Market,
        at_seconds: i64,
        transactions_max: usize,
    ) -> Result<EarlierReading> {
        let address = exchange::market(model);
        let is_old = |landed: &Landed| landed.block_time_seconds.is_none_or(|landed_at| landed_at <= at_seconds);
        let (mut looked_through, mut before) = (0, None);
        while looked_through < transactions_max {
            let asked = (transactions_max - looked_through).min(PAGE);
            let page = self.landed(&address, before, None, asked).await?;
            looked_through += page.len();
            let old = page.iter().filter(|landed| !landed.has_failed && is_old(landed));
            let newest_first: Vec<_> = old.map(|landed| landed.signature).collect();
            for part in newest_first.chunks(PART) {
                let found = latest_reading(&self.transactions(part).await?, &address, at_seconds);
                if let Some(reading) = found {
                    return Ok(EarlierReading { reading, is_opening: false, looked_through });
                }
            }
            before = page.last().map(|last| last.signature);
            if page.len() < asked {
                break;
            }
        }
        Ok(EarlierReading { reading: PriceReading::of_opening(market), is_opening: true, looked_through })
    }
}

/// The latest reading at or before a time that syncs of `market` left in transactions.
fn latest_reading(receipts: &[Receipt], market: &Pubkey, at_seconds: i64) -> Option<PriceReading> {
    let readings = receipts.iter().flat_map(|receipt| &receipt.events).filter_map(|event| match event {
        Event::Exchange(ExchangeEvent::CurveMoved(moved)) if moved.market == *market => {
            Some(PriceReading::of_sync(moved))
        }
        _ => None,
    });
    readings.filter(|reading| reading.at_seconds <= at_seconds).max_by_key(|reading| reading.at_seconds)
}
