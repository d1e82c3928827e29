use clap::Args;
use modchains_sdk::{
    core::sync::SyncReason,
    decode::{Event, ExchangeEvent},
    exchange::events::CurveMoved,
    instruction::exchange::market_sync,
};

use super::listing::{Listing, curve};
use crate::{argument::ModelArg, connection::Connection, error::Result, output::Report};

/// Arguments of `market sync`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Only usage that was paid for and is final moves the curve; the size of a move is bounded. When nothing moves, the
reason says why.

Example:
  modchains market sync MODEL"
)]
pub struct SyncArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl SyncArgs {
    /// Syncs and says what moved.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        connection.client.usage(&listing.model).await?;
        let report = Report::new().text("model", listing.model).text("paid_by", signer.pubkey());
        let sync = market_sync(&listing.model);
        let receipt = connection.ask_and_send("Syncing", &report, &[sync], signer).await?;
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
            .amount("absorbed", self.quote.amount(moved.absorbed_atoms), &self.quote.symbol)
            .amount("paid_net", self.quote.amount(moved.paid_net_atoms), &self.quote.symbol)
            .amount("standing_net_before", self.quote.amount(moved.standing_net_before_atoms), &self.quote.symbol)
            .amount("standing_net_after", self.quote.amount(moved.standing_net_after_atoms), &self.quote.symbol)
            .number("parameter_epoch", moved.parameter_epoch);
        let report = self.add_spot_price(report, "spot_price_before", &curve(&moved.before));
        self.add_spot_price(report, "spot_price_after", &curve(&moved.after))
    }
}

/// Why a sync did what it did, in words.
pub fn reason(code: u32) -> String {
    const NAMES: [(SyncReason, &str); 12] = [
        (SyncReason::SteppedUp, "paid use grew: the premium rises"),
        (SyncReason::SteppedDown, "paid use shrank: the premium falls"),
        (SyncReason::Absorbed, "use is steady: reserve fees were worked into the price"),
        (SyncReason::Unchanged, "use is steady, and nothing to absorb"),
        (SyncReason::OracleStale, "the usage figures are too old: roll them first"),
        (SyncReason::CirculatingTooSmall, "too few tokens circulate"),
        (SyncReason::PremiumAtBound, "the premium is at its bound"),
        (SyncReason::DriftExhausted, "the steps of the last 24 hours leave no room"),
        (SyncReason::NetTooSmall, "what grew or shrank does not pay for a step yet"),
        (SyncReason::MoveTooSmall, "the move rounds away"),
        (SyncReason::Paused, "the market is paused"),
        (SyncReason::AtRest, "use shrank, but nothing stands that it had paid for"),
    ];
    let known = NAMES.iter().find(|(reason, _)| *reason as u32 == code);
    known.map_or_else(|| format!("unknown ({code})"), |(_, text)| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_reason_has_words_and_others_keep_their_code() {
        assert!((0..=11).all(|code| !reason(code).starts_with("unknown")));
        assert_eq!(reason(200), "unknown (200)");
    }
}
