//! What happened to a market, out of its events.

use modchains_sdk::{
    Signature,
    client::Landed,
    core::curve::Curve,
    decode::{Event, ExchangeEvent, Receipt},
    exchange::events::{CurveMoved, CurveState},
};

use super::{
    listing::{Listing, curve},
    sync::reason,
};
use crate::{
    amount::Amount,
    connection::{Connection, bar},
    error::Result,
    output::Report,
};

/// Records that are asked for between two steps of the progress bar.
const PART: usize = 32;

/// One event that concerns a market's price.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The transaction.
    pub signature: Signature,
    /// When, unix seconds.
    pub at_seconds: i64,
    /// What happened.
    pub what: What,
    /// The curve before.
    pub before: Curve,
    /// The curve after.
    pub after: Curve,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The market opened.
    Opened,
    /// Somebody bought.
    Bought { quote_atoms: u64, token_atoms: u64 },
    /// Somebody sold.
    Sold { quote_atoms: u64, token_atoms: u64 },
    /// Usage moved the curve, or a sync found a reason not to; reserve fees may have been worked into the price. No trade.
    Moved { step_ppm: i32, absorbed_atoms: u64, reason: u32 },
    /// Fees or a gift came into the reserve. No trade.
    Deposited { reserve_atoms: u64 },
}

/// What moves a price besides trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// Momentum: paid use grew.
    Growth,
    /// Momentum: paid use shrank.
    Decline,
    /// Value: reserve fees were worked into the price.
    Value,
}

impl What {
    /// Its name for scripts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Bought { .. } => "bought",
            Self::Sold { .. } => "sold",
            Self::Moved { .. } => "moved",
            Self::Deposited { .. } => "deposited",
        }
    }

    /// What moved the price, where no trade and no deposit did. A step counts as momentum whatever was absorbed with it.
    pub const fn force(&self) -> Option<Force> {
        match self {
            Self::Moved { step_ppm: 1.., .. } => Some(Force::Growth),
            Self::Moved { step_ppm: ..=-1, .. } => Some(Force::Decline),
            Self::Moved { absorbed_atoms: 1.., .. } => Some(Force::Value),
            _ => None,
        }
    }

    /// Whether people traded. Everything else is left out of volume.
    pub const fn is_trade(&self) -> bool {
        matches!(self, Self::Bought { .. } | Self::Sold { .. })
    }
}

/// What happened, oldest first.
pub struct History {
    /// In order.
    pub moments: Vec<Moment>,
    /// Whether older ones were left out.
    pub is_cut: bool,
}

impl History {
    /// Reads the last `count_max` transactions of a market, under a progress bar.
    pub async fn load(connection: &Connection, listing: &Listing, count_max: usize) -> Result<Self> {
        let landed = connection.client.landed(&listing.address, None, None, count_max).await?;
        let is_cut = landed.len() == count_max;
        let bar = bar("Reading the market's history", landed.len());
        let mut moments = Vec::new();
        let mut newest_first: Vec<Landed> = landed;
        newest_first.reverse();
        for part in newest_first.chunks(PART) {
            moments.extend(moments_of(connection, listing, part).await?);
            bar.inc(part.len() as u64);
        }
        bar.finish_and_clear();
        Ok(Self { moments, is_cut })
    }

    /// The price after each moment, and before the first, in quote tokens for a token: for drawing, so a float will do.
    pub fn prices(&self, listing: &Listing) -> Vec<f64> {
        let first = self.moments.first().map(|first| listing.price(&first.before));
        first.into_iter().chain(self.moments.iter().map(|moment| listing.price(&moment.after))).collect()
    }
}

/// The moments of a market in transactions, in their order.
pub async fn moments_of(connection: &Connection, listing: &Listing, landed: &[Landed]) -> Result<Vec<Moment>> {
    let signatures: Vec<Signature> =
        landed.iter().filter(|landed| !landed.has_failed).map(|landed| landed.signature).collect();
    let receipts = connection.client.transactions(&signatures).await?;
    Ok(receipts.iter().flat_map(|receipt| listing.moments(receipt)).collect())
}

impl Listing {
    /// Quote tokens for a token on a curve, as a float, for drawing.
    pub fn price(&self, curve: &Curve) -> f64 {
        let quote = curve.quote_atoms().unwrap_or(0) as f64 / 10_f64.powi(self.quote.decimals.into());
        let tokens = curve.token_atoms().unwrap_or(1) as f64 / 10_f64.powi(self.token.decimals.into());
        quote / tokens
    }

    /// What a transaction did to the market.
    pub fn moments(&self, receipt: &Receipt) -> Vec<Moment> {
        receipt.events.iter().filter_map(|event| self.moment(receipt, event)).collect()
    }

    fn moment(&self, receipt: &Receipt, event: &Event) -> Option<Moment> {
        let Event::Exchange(event) = event else { return None };
        let (market, at_seconds, what, before, after): (_, _, _, &CurveState, &CurveState) = match event {
            ExchangeEvent::MarketOpened(event) => {
                (event.market, self.market.opened_at_seconds, What::Opened, &event.after, &event.after)
            }
            ExchangeEvent::TokensBought(event) => {
                let what = What::Bought { quote_atoms: event.quote_atoms_in, token_atoms: event.token_atoms_out };
                (event.market, event.at_seconds, what, &event.before, &event.after)
            }
            ExchangeEvent::TokensSold(event) => {
                let what = What::Sold { quote_atoms: event.quote_atoms_out, token_atoms: event.token_atoms_in };
                (event.market, event.at_seconds, what, &event.before, &event.after)
            }
            ExchangeEvent::CurveMoved(event) => {
                let CurveMoved { step_ppm, absorbed_atoms, reason, .. } = *event;
                let what = What::Moved { step_ppm, absorbed_atoms, reason };
                (event.market, event.at_seconds, what, &event.before, &event.after)
            }
            ExchangeEvent::MarketDeposited(event) => {
                let reserve_atoms = event.after.reserve_atoms.saturating_sub(event.before.reserve_atoms);
                (event.market, event.at_seconds, What::Deposited { reserve_atoms }, &event.before, &event.after)
            }
            _ => return None,
        };
        let (signature, before, after) = (receipt.signature, curve(before), curve(after));
        (market == self.address).then_some(Moment { signature, at_seconds, what, before, after })
    }

    /// A moment as facts, for a list or a line of JSON.
    pub fn show_moment(&self, moment: &Moment) -> Report {
        let quote = |atoms| (self.quote.amount(atoms), self.quote.symbol.as_str());
        let token = |atoms| (self.token.amount(atoms), self.token.symbol.as_str());
        let add = |report: Report, key, (amount, symbol): (Amount, &str)| report.amount(key, amount, symbol);
        let report = Report::new().moment("at", moment.at_seconds).text("what", moment.what.name());
        let report = match moment.what {
            What::Opened => report,
            What::Bought { quote_atoms, token_atoms } => {
                add(add(report, "pay", quote(quote_atoms)), "get", token(token_atoms))
            }
            What::Sold { quote_atoms, token_atoms } => {
                add(add(report, "pay", token(token_atoms)), "get", quote(quote_atoms))
            }
            What::Moved { step_ppm, absorbed_atoms, reason: code } => {
                let report = report.share("step", Some(step_ppm.into())).text("reason", reason(code));
                add(report, "absorbed", quote(absorbed_atoms))
            }
            What::Deposited { reserve_atoms } => add(report, "reserve", quote(reserve_atoms)),
        };
        self.add_spot_price(report, "price", &moment.after).text("signature", moment.signature)
    }
}
