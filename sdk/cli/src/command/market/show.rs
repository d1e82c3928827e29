use clap::Args;
use modchains_sdk::{
    core::{curve::Curve, math::mul_div_floor},
    quote::{ask_atoms, launch_cap_atoms},
};

use super::{history::History, listing::Listing, pause::add_pause_budget};
use crate::{
    argument::ModelArg,
    connection::Connection,
    error::Result,
    output::{Report, sparkline},
};

/// Arguments of `market show`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Sales are priced at the spot price, buys at the ask price: it counts what the reserve holds or is owed above the
spot price, which the next syncs work in. Both meet when nothing is left to work in.

Examples:
  modchains market show MODEL
  modchains --json market show MODEL | jq -r .spot_price.amount"
)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How many of the last transactions to read for the line of prices; 0 reads none.
    #[arg(long, value_name = "COUNT", default_value_t = 40, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    last: u16,
}

impl ShowArgs {
    /// Reads the market.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let report = listing.show(now_seconds)?;
        let report = match connection.client.pause_budget(&listing.model).await? {
            Some(budget) => add_pause_budget(report, &budget.value, now_seconds),
            None => report,
        };
        let history = History::load(connection, &listing, self.last.into()).await?;
        let prices = history.prices(&listing);
        Ok(if prices.len() > 1 { report.text("last_prices", sparkline(&prices)) } else { report })
    }
}

impl Listing {
    fn show(&self, now_seconds: i64) -> Result<Report> {
        let (market, quote, token) = (&self.market, &self.quote, &self.token);
        let next_sync_seconds = market.synced_at_seconds().saturating_add(market.params.epoch_seconds.into());
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
        let (curve, ask_atoms) = (market.curve(), ask_atoms(market)?);
        let report = self
            .add_price(report, "ask_price", ask_atoms, curve.token_atoms().unwrap_or(0))
            .share("spread", spread_ppm(ask_atoms, &curve));
        let report = self
            .add_price(report, "backing_per_token", market.reserve_atoms, market.circulating_atoms)
            .share("premium", self.premium_ppm())
            .amount("reserve", quote.amount(market.reserve_atoms), &quote.symbol)
            .amount("circulating", token.amount(market.circulating_atoms), &token.symbol)
            .amount("depth", token.amount(market.depth_atoms), &token.symbol)
            .amount("virtual_reserve", quote.amount(market.virtual_atoms), &quote.symbol)
            .amount("reserve_waiting", quote.amount(market.reserve_waiting_atoms), &quote.symbol)
            .amount("reserve_expected", quote.amount(market.reserve_expected_atoms), &quote.symbol)
            .amount("standing_net", quote.amount(market.standing_net_atoms), &quote.symbol)
            .number("parameter_epoch", market.parameter_epoch)
            .time("synced_at", market.synced_at_seconds(), now_seconds)
            .time("next_sync_at", next_sync_seconds, now_seconds)
            .share("drift_up_used", Some(market.drift_up_ppm.into()))
            .share("drift_down_used", Some(market.drift_down_ppm.into()))
            .share_bps("trade_fee", market.params.fee_bps)
            .group("fee_split", split)
            .group("due", due);
        let report = if market.is_paused(now_seconds) {
            report.time("buys_paused_until", market.paused_until_seconds(), now_seconds)
        } else {
            report
        };
        Ok(match launch_cap_atoms(market, now_seconds)? {
            None => report,
            Some(cap_atoms) => report.group("launch", self.show_launch(cap_atoms, now_seconds)),
        })
    }

    fn show_launch(&self, cap_atoms: u64, now_seconds: i64) -> Report {
        let (terms, opened_at_seconds) = (self.market.launch_terms(), self.market.opened_at_seconds);
        let base_bps = self.market.params.fee_bps;
        let fee_bps =
            terms.added_fee_bps(base_bps, opened_at_seconds, now_seconds).map(|added| base_bps.saturating_add(added));
        Report::new()
            .share("fee_now", fee_bps.ok().map(|bps| i64::from(bps) * 100))
            .amount("buy_at_most", self.token.amount(cap_atoms), &self.token.symbol)
            .time("ends_at", opened_at_seconds.saturating_add(terms.duration_seconds.into()), now_seconds)
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

/// How far the ask lies above the spot price, rounded down.
fn spread_ppm(ask_atoms: u64, curve: &Curve) -> Option<i64> {
    let quote_atoms = curve.quote_atoms().ok()?;
    let ppm = mul_div_floor(ask_atoms.saturating_sub(quote_atoms), 1_000_000, quote_atoms).ok()?;
    i64::try_from(ppm).ok()
}
