use std::{io, time::Duration};

use clap::Args;
use modchains_sdk::{Signature, clock::local, core::curve::Curve, terminal};
use tokio::{
    signal::ctrl_c,
    time::{Instant, sleep, timeout_at},
};

use super::{
    history::{Moment, What, moments_of},
    listing::Listing,
    sync::reason,
};
use crate::{
    amount::percent,
    argument::{ModelArg, parse_seconds},
    connection::{Connection, Outage},
    error::{CliError, Result},
    output::Report,
};

/// Most transactions that are read between two looks; older ones are counted as left out.
const LANDED_MAX: usize = 500;
/// A time in a far future, for a watch without an end.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Arguments of `market watch`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "One line for each trade, deposit and move of the curve, in the order of the chain; with --json one
object for each. Ctrl-C ends it.

Examples:
  modchains market watch MODEL
  modchains market watch MODEL --for 10m --json | jq -c 'select(.what == \"bought\")'"
)]
pub struct WatchArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How many past transactions to start with.
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=500))]
    past: u16,
    /// End after this time [default: never].
    #[arg(long = "for", value_name = "TIME", value_parser = parse_seconds)]
    lasting: Option<u32>,
    /// End after so many lines [default: never].
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    /// The pause between two looks, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    interval: u64,
}

impl WatchArgs {
    /// Follows the market until Ctrl-C, its time or its count is over. What it prints is its only result.
    /// An endpoint that does not answer is asked again.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let lasting = self.lasting.map_or(FOREVER, |seconds| Duration::from_secs(seconds.into()));
        let watch = timeout_at(Instant::now() + lasting, self.follow(connection, &listing));
        tokio::select! {
            followed = watch => followed.unwrap_or(Ok(()))?,
            stopped = ctrl_c() => stopped.map_err(|error| CliError::unfit(error.to_string(), "start the command again"))?,
        }
        Ok(Report::new())
    }

    async fn follow(&self, connection: &Connection, listing: &Listing) -> Result<()> {
        let mut outage = Outage::none(FOREVER);
        let mut seen: Option<Signature> = None;
        let mut left = self.count.unwrap_or(u32::MAX);
        let mut look = self.first_look(connection, listing).await;
        loop {
            match look {
                Err(fault) => outage.endure(fault)?,
                Ok((newest, moments)) => {
                    outage.end();
                    seen = newest.or(seen);
                    for moment in moments {
                        if self.print(connection, listing, &moment).is_err() {
                            // A reader that has gone away, as in `modchains market watch | head`, leaves nobody to tell.
                            return Ok(());
                        }
                        left = left.saturating_sub(1);
                        if left == 0 {
                            return Ok(());
                        }
                    }
                }
            }
            sleep(Duration::from_millis(self.interval)).await;
            look = match seen {
                Some(_) => look_since(connection, listing, seen).await,
                None => self.first_look(connection, listing).await,
            };
        }
    }

    /// The newest transaction, and what the past ones that were asked for did.
    async fn first_look(&self, connection: &Connection, listing: &Listing) -> Result<Look> {
        let count = usize::from(self.past).max(1);
        let mut landed = connection.client.landed(&listing.address, None, None, count).await?;
        let newest = landed.first().map(|newest| newest.signature);
        landed.truncate(self.past.into());
        landed.reverse();
        Ok((newest, moments_of(connection, listing, &landed).await?))
    }

    fn print(&self, connection: &Connection, listing: &Listing, moment: &Moment) -> io::Result<()> {
        terminal::write_line(if connection.prints_json() {
            terminal::escaped_json(&listing.show_moment(moment).json(), false)
        } else {
            terminal::escaped(&listing.line(moment)).into_owned()
        })
    }
}

/// The newest transaction that a look found, and what the transactions did, in the order of the chain.
type Look = (Option<Signature>, Vec<Moment>);

/// What happened since `seen`.
async fn look_since(connection: &Connection, listing: &Listing, seen: Option<Signature>) -> Result<Look> {
    let landed = connection.client.landed(&listing.address, None, seen, LANDED_MAX).await?;
    let newest = landed.first().map(|newest| newest.signature);
    if landed.len() == LANDED_MAX {
        terminal::print_error(format_args!(
            "more than {LANDED_MAX} transactions since the last look: older ones are left out"
        ));
    }
    let signatures: Vec<Signature> =
        landed.iter().rev().filter(|landed| !landed.has_failed).map(|landed| landed.signature).collect();
    let receipts = connection.client.fresh_transactions(&signatures).await?;
    Ok((newest, receipts.iter().flat_map(|receipt| listing.moments(receipt)).collect()))
}

impl Listing {
    /// A moment in one line: when, what, and where it left the price.
    fn line(&self, moment: &Moment) -> String {
        let what = match moment.what {
            What::Opened => "opened".to_owned(),
            What::Bought { quote_atoms, token_atoms } => {
                format!("bought   {} for {}", self.token.show(token_atoms), self.quote.show(quote_atoms))
            }
            What::Sold { quote_atoms, token_atoms } => {
                format!("sold     {} for {}", self.token.show(token_atoms), self.quote.show(quote_atoms))
            }
            What::Moved { reason: code, .. } => format!("MOVE     {}", reason(code)),
            What::Deposited { reserve_atoms } => {
                format!("deposit  {} into the reserve", self.quote.show(reserve_atoms))
            }
        };
        let price = self.add_spot_price(Report::new(), "price", &moment.after).json();
        let price = price["price"]["amount"].as_str().unwrap_or("-").to_owned();
        let change = change_ppm(self, &moment.before, &moment.after);
        format!("{}  {what}  price {price} {} ({change})", local(moment.at_seconds), self.quote.symbol)
    }
}

/// How far the price went, in percent with its sign.
fn change_ppm(listing: &Listing, before: &Curve, after: &Curve) -> String {
    let (before, after) = (listing.price(before), listing.price(after));
    let ppm = if before > 0.0 { ((after / before - 1.0) * 1e6).round() } else { 0.0 };
    let sign = if ppm >= 0.0 { "+" } else { "" };
    format!("{sign}{} %", percent(ppm as i64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::command::market::listing::tests::listing;

    #[test]
    fn a_line_says_what_was_traded_and_where_the_price_went() {
        let listing = listing();
        let before = listing.market.curve();
        let after =
            before.apply_buy(300_000_000, before.buy_exact_in(before.virtual_atoms, 300_000_000).unwrap()).unwrap();
        let what = What::Bought { quote_atoms: 300_000_000, token_atoms: after.circulating_atoms };
        let moment = Moment { signature: Signature::default(), at_seconds: 3_661, what, before, after };
        let line = listing.line(&moment);
        assert!(line.starts_with(&format!("{}  bought", local(3_661))), "{line}");
        assert!(line.contains("0.3 SOL") && line.ends_with("SOL (+2.01 %)"), "{line}");
    }

    #[test]
    fn a_move_of_the_curve_is_told_from_a_trade() {
        let listing = listing();
        let curve = listing.market.curve();
        let what = What::Moved { step_ppm: 0, absorbed_atoms: 0, reason: 3 };
        let moment = Moment { signature: Signature::default(), at_seconds: 0, what, before: curve, after: curve };
        assert!(listing.line(&moment).contains("MOVE"));
        assert!(!what.is_trade());
        let json = listing.show_moment(&moment).json();
        assert_eq!((json["what"].as_str(), json["step"]["ppm"].as_i64()), (Some("moved"), Some(0)));
    }
}
