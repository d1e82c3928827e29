//! The time-weighted price: an average over a span of time that nobody can bend for the length of a block, for lenders, votes
//! and whoever else must not trust the price of one moment.
//!
//! A market integrates the logarithm of its spot price ([`modchains_core::history`]). Two readings give the geometric mean
//! between them. A reading is taken of a fetched market at any time, and each sync leaves one in its event.

use modchains_core::{history::mean_price_q64, window::seconds_since};
use modchains_exchange::{errors::ExchangeError, events::CurveMoved, state::Market};

use crate::{Result, SdkError};

/// The integral at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceReading {
    /// When, unix seconds.
    pub at_seconds: i64,
    /// Logarithm to base 2 of quote atoms per token atom, in Q24, times seconds since the opening.
    pub price_log_seconds: i64,
}

impl PriceReading {
    /// Of a fetched market at a time not before its last change, at the price that it has had since.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] of an empty curve, which no market has.
    pub fn of(market: &Market, now_seconds: i64) -> Result<Self> {
        let state = market.state();
        let history = state.history.observe(&state.curve, now_seconds).map_err(ExchangeError::from);
        let history = history.map_err(not_averaged)?;
        Ok(Self { at_seconds: history.observed_at_seconds, price_log_seconds: history.price_log_seconds })
    }

    /// At the opening of a market.
    pub const fn of_opening(market: &Market) -> Self {
        Self { at_seconds: market.opened_at_seconds, price_log_seconds: 0 }
    }

    /// That a sync left.
    pub const fn of_sync(moved: &CurveMoved) -> Self {
        Self { at_seconds: moved.at_seconds, price_log_seconds: moved.price_log_seconds }
    }

    /// Time-weighted geometric mean of the spot price from `earlier` to this reading, quote atoms for a token atom in Q64.64.
    ///
    /// # Errors
    /// [`SdkError::NotQuoted`] when no time lies between them, or when they are not of one market.
    pub fn mean_since_q64(&self, earlier: &Self) -> Result<u128> {
        let elapsed_seconds = seconds_since(earlier.at_seconds, self.at_seconds);
        mean_price_q64(earlier.price_log_seconds, self.price_log_seconds, elapsed_seconds)
            .map_err(|error| not_averaged(ExchangeError::from(error)))
    }
}

fn not_averaged(error: ExchangeError) -> SdkError {
    SdkError::NotQuoted {
        name: format!("{error:?}"),
        reason: "the two readings have no mean price".to_owned(),
        remedy: "take two readings of one market at different times, the earlier first",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;

    use super::*;

    #[test]
    fn the_mean_of_a_price_that_stands_is_the_price() {
        let market = Market {
            depth_atoms: 1_000_000_000_000_000,
            virtual_atoms: 30_000_000_000,
            opened_at_seconds: 1_000,
            ..Market::zeroed()
        };
        let reading = PriceReading::of(&market, 4_600).unwrap();
        let mean_q64 = reading.mean_since_q64(&PriceReading::of_opening(&market)).unwrap();
        let spot_q64 = market.curve().spot_price_q64().unwrap();
        assert!(mean_q64.abs_diff(spot_q64) < spot_q64 / 1_000_000, "{mean_q64} {spot_q64}");
        assert!(reading.mean_since_q64(&reading).is_err());
    }
}
