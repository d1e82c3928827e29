use clap::Args;
use modchains_sdk::{
    Signer,
    core::{curve::Curve, math::mul_div_floor, sync::SyncReason},
    decode::{Event, ExchangeEvent},
    exchange::events::{CurveMoved, CurveState},
    instruction::exchange::market_sync,
};

use super::Listing;
use crate::{connection::Connection, error::Result, model_arg::ModelArg, report::Report};

/// Arguments of `market show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ShowArgs {
    /// Reads the market.
    ///
    /// # Errors
    /// When there is none.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection)?).await?;
        Ok(listing.show(connection.client.now_seconds().await?))
    }
}

impl Listing {
    fn show(&self, now_seconds: i64) -> Report {
        let (market, quote, token) = (&self.market, &self.quote, &self.token);
        let next_sync_seconds = market.synced_at_seconds.saturating_add(market.params.epoch_seconds.into());
        let due = Report::new()
            .amount("stakers", quote.amount(market.vault_due_atoms), &quote.symbol)
            .amount("creator", quote.amount(market.creator_due_atoms), &quote.symbol)
            .amount("protocol", quote.amount(market.protocol_due_atoms), &quote.symbol);
        let split = Report::new()
            .share_bps("reserve", market.params.reserve_bps)
            .share_bps("stakers", market.params.vault_bps)
            .share_bps("creator", market.params.creator_bps)
            .share_bps("protocol", market.params.protocol_bps);
        let report = Report::new()
            .text("model", self.model)
            .text("market", self.address)
            .text("mint", market.mint)
            .text("quote_mint", market.quote_mint);
        let report = self.add_spot_price(report, "spot_price", &market.curve());
        self.add_price(report, "backing_per_token", market.reserve_atoms, market.circulating_atoms)
            .share("premium", self.premium_ppm())
            .amount("reserve", quote.amount(market.reserve_atoms), &quote.symbol)
            .amount("circulating", token.amount(market.circulating_atoms), &token.symbol)
            .amount("depth", token.amount(market.depth_atoms), &token.symbol)
            .amount("virtual_reserve", quote.amount(market.virtual_atoms), &quote.symbol)
            .number("parameter_epoch", market.parameter_epoch)
            .time("synced_at", market.synced_at_seconds, now_seconds)
            .time("next_sync_at", next_sync_seconds, now_seconds)
            .share("drift_up_used", Some(market.drift_up_ppm.into()))
            .share("drift_down_used", Some(market.drift_down_ppm.into()))
            .share_bps("trade_fee", market.params.fee_bps)
            .group("fee_split", split)
            .group("due", due)
    }

    /// How far the spot price lies above the backing of a token. None while nothing circulates.
    fn premium_ppm(&self) -> Option<i64> {
        if self.market.circulating_atoms == 0 {
            return None;
        }
        let curve = self.market.curve();
        let spot = mul_div_floor(curve.quote_atoms().ok()?, self.market.circulating_atoms, curve.token_atoms().ok()?);
        let ppm = mul_div_floor(spot.ok()?, 1_000_000, self.market.reserve_atoms).ok()?;
        Some(i64::try_from(ppm).ok()?.saturating_sub(1_000_000))
    }
}

/// Arguments of `market sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl SyncArgs {
    /// Syncs and says what moved.
    ///
    /// # Errors
    /// When there is no market or service, or the epoch is not over.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let listing = Listing::load(connection, &self.model.address(connection)?).await?;
        connection.client.usage(&listing.model).await?;
        let receipt = connection.send("Syncing", &[market_sync(&listing.model)], &signer).await?;
        let report = Report::new().text("model", listing.model).text("paid_by", signer.pubkey());
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Exchange(ExchangeEvent::CurveMoved(moved)) => listing.show_move(report, moved),
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }
}

impl Listing {
    fn show_move(&self, report: Report, moved: &CurveMoved) -> Report {
        let report = report
            .text("reason", reason(moved.reason))
            .share("step", Some(moved.step_ppm.into()))
            .number("parameter_epoch", moved.parameter_epoch);
        let report = self.add_spot_price(report, "spot_price_before", &curve(&moved.before));
        self.add_spot_price(report, "spot_price_after", &curve(&moved.after))
    }
}

/// An event's curve in the form the formulas take.
const fn curve(state: &CurveState) -> Curve {
    let CurveState { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms } = *state;
    Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms }
}

/// Why a sync did what it did, in words.
fn reason(code: u8) -> String {
    const NAMES: [(SyncReason, &str); 11] = [
        (SyncReason::SteppedUp, "use grew: the premium rises"),
        (SyncReason::SteppedDown, "use shrank: the premium falls"),
        (SyncReason::Absorbed, "no signal: reserve fees were worked into the price"),
        (SyncReason::Unchanged, "no signal, and nothing to absorb"),
        (SyncReason::OracleStale, "the usage figures are too old: roll them first"),
        (SyncReason::CirculatingTooSmall, "too few tokens circulate"),
        (SyncReason::PremiumAtBound, "the premium is at its bound"),
        (SyncReason::DriftExhausted, "the steps of the last 24 hours leave no room"),
        (SyncReason::UsageFeesTooSmall, "the usage fees do not pay for an upward step"),
        (SyncReason::MoveTooSmall, "the move rounds away"),
        (SyncReason::Paused, "the market is paused"),
    ];
    let known = NAMES.iter().find(|(reason, _)| *reason as u8 == code);
    known.map_or_else(|| format!("unknown ({code})"), |(_, text)| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_reason_has_words_and_others_keep_their_code() {
        assert!((0..=10).all(|code| !reason(code).starts_with("unknown")));
        assert_eq!(reason(200), "unknown (200)");
    }
}
