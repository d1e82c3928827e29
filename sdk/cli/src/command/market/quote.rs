use clap::Args;
use modchains_sdk::{
    core::{curve::Curve, fees::FeeLegs},
    quote::{TradeQuote, TradeSide, TradeSize, quote},
};

use super::listing::Listing;
use crate::{
    amount::Decimal,
    argument::{ModelArg, parse_percent_bps},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// How far a trade may fall behind its quote.
#[derive(Debug, Clone, Args)]
pub struct Slippage {
    /// How much less than quoted is accepted, or how much more paid with --exact-out, in percent, such as 0.5.
    #[arg(long = "slippage", value_name = "PERCENT", default_value = "1", value_parser = parse_percent_bps)]
    pub bps: u16,
}

/// Arguments of `market quote`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "No key is needed. The formula is the one that the program runs, so a trade that lands before
anybody else's gives exactly this.

Examples:
  modchains market quote MODEL --buy 1.5                      what 1.5 SOL buy
  modchains market quote MODEL --buy 20000 --exact-out        what 20,000 tokens cost
  modchains market quote MODEL --sell 20000 --slippage 0.5"
)]
pub struct QuoteArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    side: Side,
    /// The amount is what you get, not what you give.
    #[arg(long)]
    exact_out: bool,
    #[command(flatten)]
    slippage: Slippage,
}

/// Which way to trade.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Side {
    /// Buy for this much in quote tokens, fee included; with --exact-out, buy so many model tokens.
    #[arg(long, value_name = "AMOUNT")]
    buy: Option<Decimal>,
    /// Sell so many model tokens; with --exact-out, sell as many as bring so much in quote tokens.
    #[arg(long, value_name = "AMOUNT")]
    sell: Option<Decimal>,
}

impl QuoteArgs {
    /// Quotes with the program's own formula.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let (side, amount) = match (&self.side.buy, &self.side.sell) {
            (Some(amount), _) => (TradeSide::Buy, amount),
            (None, Some(amount)) => (TradeSide::Sell, amount),
            (None, None) => return Err(CliError::unfit("neither --buy nor --sell is given", "pass one of them")),
        };
        let size = listing.size(side, amount, self.exact_out)?;
        let quote = quote(&listing.market, side, size, connection.client.now_seconds().await?)?;
        listing.show_quote(&quote, self.slippage.bps)
    }
}

impl Listing {
    /// The tokens that a trade takes and gives.
    pub const fn ends(&self, side: TradeSide) -> (&TokenView, &TokenView) {
        match side {
            TradeSide::Buy => (&self.quote, &self.token),
            TradeSide::Sell => (&self.token, &self.quote),
        }
    }

    /// An amount in tokens of the end that it counts.
    pub fn size(&self, side: TradeSide, amount: &Decimal, exact_out: bool) -> Result<TradeSize> {
        let (given, got) = self.ends(side);
        Ok(if exact_out {
            TradeSize::ExactOut(positive_atoms(amount, got)?)
        } else {
            TradeSize::ExactIn(positive_atoms(amount, given)?)
        })
    }

    /// A quote with its limit, its fee by receiver and its prices.
    pub fn show_quote(&self, quote: &TradeQuote, slippage_bps: u16) -> Result<Report> {
        let (given, got) = self.ends(quote.side);
        let (quote_atoms, token_atoms) = match quote.side {
            TradeSide::Buy => (quote.atoms_in, quote.atoms_out),
            TradeSide::Sell => (quote.atoms_out, quote.atoms_in),
        };
        let report = Report::new()
            .text("side", if quote.side == TradeSide::Buy { "buy" } else { "sell" })
            .text("model", self.model)
            .amount("pay", given.amount(quote.atoms_in), &given.symbol)
            .amount("get", got.amount(quote.atoms_out), &got.symbol);
        let report = match quote.size {
            TradeSize::ExactIn(_) => {
                report.amount("get_at_least", got.amount(quote.min_out(slippage_bps)?), &got.symbol)
            }
            TradeSize::ExactOut(_) => {
                report.amount("pay_at_most", given.amount(quote.max_in(slippage_bps)?), &given.symbol)
            }
        };
        let report = self
            .add_price(report, "average_price", quote_atoms, token_atoms)
            .share("price_impact", Some(quote.price_impact_ppm.into()))
            .amount("spread", self.quote.amount(quote.spread_atoms), &self.quote.symbol);
        let report = self.add_prices(report, &quote.curve_before, &quote.curve_after);
        Ok(report.group("fee", self.show_fee(quote)).number("parameter_epoch", quote.max_epoch.saturating_sub(1)))
    }

    fn add_prices(&self, report: Report, before: &Curve, after: &Curve) -> Report {
        let report = self.add_spot_price(report, "spot_price", before);
        self.add_spot_price(report, "spot_price_after", after)
    }

    fn show_fee(&self, quote: &TradeQuote) -> Report {
        let FeeLegs { reserve, vault, creator, protocol, referrer } = quote.legs;
        let legs = [
            ("reserve", reserve),
            ("stakers", vault),
            ("creator", creator),
            ("protocol", protocol),
            ("referrer", referrer),
        ];
        let amount = |report: Report, key, atoms| report.amount(key, self.quote.amount(atoms), &self.quote.symbol);
        let fee = amount(Report::new(), "total", quote.fee_atoms).share_bps("rate", quote.fee_bps);
        let fee = match quote.launch_ends_at_seconds {
            None => fee,
            Some(ends_at_seconds) => fee.share_bps("rate_after_launch", quote.base_fee_bps).time(
                "launch_ends_at",
                ends_at_seconds,
                quote.quoted_at_seconds,
            ),
        };
        legs.into_iter().fold(fee, |fee, (key, atoms)| amount(fee, key, atoms))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::{Value, json};

    use super::*;
    use crate::command::market::listing::tests::listing;

    fn atoms(json: &Value) -> u64 {
        json["atoms"].as_str().unwrap().parse().unwrap()
    }

    #[test]
    fn a_buy_shows_fee_by_receiver_impact_and_limit() {
        let listing = listing();
        let quote = quote(&listing.market, TradeSide::Buy, TradeSize::ExactIn(3_000_000_000), 0).unwrap();
        let json = listing.show_quote(&quote, 100).unwrap().json();
        assert_eq!((json["side"].as_str(), atoms(&json["pay"])), (Some("buy"), 3_000_000_000));
        assert_eq!(json["spot_price"], json!({ "amount": "0.00000003", "symbol": "SOL" }));
        // 2.97 SOL enter a curve of 30, so the average price is 2.97 / 30 above the spot price; rounded up.
        assert_eq!(json["price_impact"]["ppm"], 99_001);
        assert_eq!(atoms(&json["get_at_least"]), atoms(&json["get"]) * 99 / 100);
        let legs = ["reserve", "stakers", "creator", "protocol", "referrer"].map(|leg| atoms(&json["fee"][leg]));
        assert_eq!(legs, [12_000_000, 7_500_000, 4_500_000, 6_000_000, 0]);
        assert_eq!((atoms(&json["fee"]["total"]), json["fee"]["rate"]["percent"].as_str()), (30_000_000, Some("1")));
        assert!(json["fee"].get("launch_ends_at").is_none());
    }

    #[test]
    fn an_exact_out_trade_shows_what_is_paid_at_most() {
        let listing = listing();
        let quote = quote(&listing.market, TradeSide::Buy, TradeSize::ExactOut(1_000_000), 0).unwrap();
        let json = listing.show_quote(&quote, 50).unwrap().json();
        assert_eq!(atoms(&json["pay_at_most"]), atoms(&json["pay"]) * 10_050 / 10_000);
        assert!(json.get("get_at_least").is_none());
    }

    #[test]
    fn a_sale_shows_the_same_keys_as_a_buy() {
        let listing = listing();
        let buy = quote(&listing.market, TradeSide::Buy, TradeSize::ExactIn(3_000_000_000), 0).unwrap();
        let mut after = listing;
        after.market.reserve_atoms = buy.curve_after.reserve_atoms;
        after.market.circulating_atoms = buy.curve_after.circulating_atoms;
        after.market.virtual_atoms = buy.curve_after.virtual_atoms;
        let sale = quote(&after.market, TradeSide::Sell, TradeSize::ExactIn(buy.atoms_out / 2), 0).unwrap();
        let keys = |quote: &TradeQuote| -> Vec<String> {
            after.show_quote(quote, 50).unwrap().json().as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(keys(&sale), keys(&buy));
        let json = after.show_quote(&sale, 50).unwrap().json();
        assert_eq!((json["side"].as_str(), json["pay"]["symbol"].as_str()), (Some("sell"), Some("DIGIT")));
        assert_eq!(atoms(&json["get"]), sale.atoms_out);
    }

    #[test]
    fn a_launch_shows_both_rates_and_when_it_ends() {
        let mut listing = listing();
        listing.market.launch_seconds = 600;
        listing.market.launch_fee_bps = 2_000;
        listing.market.launch_cap_ppm = 1_000_000;
        let quote = quote(&listing.market, TradeSide::Buy, TradeSize::ExactIn(1_000_000_000), 0).unwrap();
        let fee = &listing.show_quote(&quote, 100).unwrap().json()["fee"];
        assert_eq!(
            (fee["rate"]["percent"].as_str(), fee["rate_after_launch"]["percent"].as_str()),
            (Some("20"), Some("1"))
        );
        assert_eq!((fee["launch_ends_at"].as_i64(), atoms(&fee["total"])), (Some(600), 200_000_000));
    }
}
