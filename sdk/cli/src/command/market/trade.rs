use clap::Args;
use modchains_sdk::{
    Signer,
    client::{BuyOffer, SellOffer},
    core::{curve::Curve, fees::FeeLegs, math::mul_div_floor},
    decode::{Event, ExchangeEvent, Receipt},
    instruction::exchange::{market_buy, market_sell},
};

use super::Listing;
use crate::{
    amount::{Decimal, DecimalOrAll},
    connection::Connection,
    error::{CliError, Result},
    model_arg::ModelArg,
    report::Report,
    token::positive_atoms,
};

/// How far a trade may fall behind its quote.
#[derive(Debug, Clone, Args)]
pub struct Slippage {
    /// How much less than quoted is still accepted, in basis points: 100 is 1 %.
    #[arg(long, value_name = "BPS", default_value_t = 100, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    slippage_bps: u16,
}

/// Arguments of `market quote`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  modchains market quote MODEL --buy 1.5
  modchains market quote MODEL --sell 20000 --slippage-bps 50")]
pub struct QuoteArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    side: Side,
    #[command(flatten)]
    slippage: Slippage,
}

/// Which way to trade.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Side {
    /// Buy for this much, in quote tokens, fee included.
    #[arg(long, value_name = "QUOTE", allow_negative_numbers = true)]
    buy: Option<Decimal>,
    /// Sell this much, in model tokens.
    #[arg(long, value_name = "TOKENS", allow_negative_numbers = true)]
    sell: Option<Decimal>,
}

impl QuoteArgs {
    /// Quotes with the program's own formula.
    ///
    /// # Errors
    /// When there is no market, or the curve refuses the trade.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection)?).await?;
        let slippage_bps = self.slippage.slippage_bps;
        match (&self.side.buy, &self.side.sell) {
            (Some(amount), _) => {
                let atoms = positive_atoms(amount, &listing.quote)?;
                Ok(listing.show_buy(&connection.client.quote_buy(&listing.market, atoms, slippage_bps).await?))
            }
            (None, Some(amount)) => {
                let atoms = positive_atoms(amount, &listing.token)?;
                Ok(listing.show_sale(&connection.client.quote_sell(&listing.market, atoms, slippage_bps).await?))
            }
            (None, None) => Err(CliError::unfit("neither --buy nor --sell is given", "pass one of them")),
        }
    }
}

/// Arguments of `market buy`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "SOL is wrapped in the same transaction. The trade is refused when the price has moved by more
than --slippage-bps, when a minute has passed since the quote, or when usage has moved the curve since.

Example:
  modchains market buy 1.5 MODEL"
)]
pub struct BuyArgs {
    /// What to pay in quote tokens, fee included.
    #[arg(value_name = "QUOTE", allow_negative_numbers = true)]
    amount: Decimal,
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    slippage: Slippage,
}

impl BuyArgs {
    /// Quotes, asks, then buys.
    ///
    /// # Errors
    /// When there is too little to pay with, or the curve or the program refuses the trade.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let trader = signer.pubkey();
        let listing = Listing::load(connection, &self.model.address(connection)?).await?;
        let atoms = positive_atoms(&self.amount, &listing.quote)?;
        let payment = connection.pay(&trader, &listing.quote, atoms).await?;
        let offer = connection.client.quote_buy(&listing.market, atoms, self.slippage.slippage_bps).await?;
        connection.confirm(&listing.show_buy(&offer))?;
        let buy = market_buy(&trader, &listing.model, &listing.quote.token, offer.args);
        let instructions = payment.and(connection.receive(&trader, &trader, &listing.token)).enclose([buy]);
        let receipt = connection.send("Buying", &instructions, &signer).await?;
        Ok(listing.show_trade(&receipt))
    }
}

/// Arguments of `market sell`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The tokens are burned. When they trade against SOL, the proceeds and any other wrapped SOL of
yours are unwrapped in the same transaction.

Example:
  modchains market sell all MODEL --slippage-bps 200 --yes"
)]
pub struct SellArgs {
    /// How many tokens to sell, or `all`.
    #[arg(value_name = "TOKENS", allow_negative_numbers = true)]
    amount: DecimalOrAll,
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    slippage: Slippage,
}

impl SellArgs {
    /// Quotes, asks, then sells.
    ///
    /// # Errors
    /// When there are too few tokens, or the curve or the program refuses the trade.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let trader = signer.pubkey();
        let listing = Listing::load(connection, &self.model.address(connection)?).await?;
        let atoms = connection.held_atoms(&trader, &listing.token, &self.amount).await?;
        let offer = connection.client.quote_sell(&listing.market, atoms, self.slippage.slippage_bps).await?;
        connection.confirm(&listing.show_sale(&offer))?;
        let sell = market_sell(&trader, &listing.model, &listing.quote.token, offer.args);
        let instructions = connection.receive(&trader, &trader, &listing.quote).enclose([sell]);
        let receipt = connection.send("Selling", &instructions, &signer).await?;
        Ok(listing.show_trade(&receipt))
    }
}

impl Listing {
    fn show_buy(&self, offer: &BuyOffer) -> Report {
        let curve = self.market.curve();
        let net_atoms = offer.quote.quote_atoms_in.saturating_sub(offer.quote.fee_atoms);
        let spot = curve.token_atoms().and_then(|tokens| at_spot(net_atoms, tokens, curve.quote_atoms()?));
        let report = Report::new()
            .text("side", "buy")
            .text("model", self.model)
            .amount("pay", self.quote.amount(offer.quote.quote_atoms_in), &self.quote.symbol)
            .amount("get", self.token.amount(offer.quote.token_atoms_out), &self.token.symbol)
            .amount("get_at_least", self.token.amount(offer.args.min_token_atoms_out), &self.token.symbol);
        let report = self
            .add_price(report, "average_price", offer.quote.quote_atoms_in, offer.quote.token_atoms_out)
            .share("price_impact", impact_ppm(spot.ok(), offer.quote.token_atoms_out));
        self.with_prices_and_fee(report, &curve, &offer.quote.curve_after, &offer.quote.legs)
    }

    fn show_sale(&self, offer: &SellOffer) -> Report {
        let curve = self.market.curve();
        let gross_atoms = offer.quote.quote_atoms_out.saturating_add(offer.quote.fee_atoms);
        let sold_atoms = offer.quote.token_atoms_in;
        let spot = curve.quote_atoms().and_then(|quote| at_spot(sold_atoms, quote, curve.token_atoms()?));
        let report = Report::new()
            .text("side", "sell")
            .text("model", self.model)
            .amount("pay", self.token.amount(sold_atoms), &self.token.symbol)
            .amount("get", self.quote.amount(offer.quote.quote_atoms_out), &self.quote.symbol)
            .amount("get_at_least", self.quote.amount(offer.args.min_quote_atoms_out), &self.quote.symbol);
        let report = self
            .add_price(report, "average_price", offer.quote.quote_atoms_out, sold_atoms)
            .share("price_impact", impact_ppm(spot.ok(), gross_atoms));
        self.with_prices_and_fee(report, &curve, &offer.quote.curve_after, &offer.quote.legs)
    }

    fn with_prices_and_fee(&self, report: Report, before: &Curve, after: &Curve, legs: &FeeLegs) -> Report {
        let leg = |fee: Report, key, atoms| fee.amount(key, self.quote.amount(atoms), &self.quote.symbol);
        let fee = leg(Report::new(), "total", legs.total().unwrap_or(u64::MAX));
        let fee = leg(fee, "reserve", legs.reserve);
        let fee = leg(fee, "stakers", legs.vault);
        let fee = leg(fee, "creator", legs.creator);
        let fee = leg(fee, "protocol", legs.protocol);
        let report = self.add_spot_price(report, "spot_price", before);
        self.add_spot_price(report, "spot_price_after", after).group("fee", fee)
    }

    /// What a trade really did, by its event.
    fn show_trade(&self, receipt: &Receipt) -> Report {
        let report = Report::new().text("model", self.model);
        let report =
            receipt.events.iter().fold(report, |report, event| match event {
                Event::Exchange(ExchangeEvent::TokensBought(bought)) => {
                    let report = report
                        .amount("paid", self.quote.amount(bought.quote_atoms_in), &self.quote.symbol)
                        .amount("got", self.token.amount(bought.token_atoms_out), &self.token.symbol);
                    self.add_price(report, "average_price", bought.quote_atoms_in, bought.token_atoms_out)
                }
                Event::Exchange(ExchangeEvent::TokensSold(sold)) => {
                    let report = report
                        .amount("paid", self.token.amount(sold.token_atoms_in), &self.token.symbol)
                        .amount("got", self.quote.amount(sold.quote_atoms_out), &self.quote.symbol);
                    self.add_price(report, "average_price", sold.quote_atoms_out, sold.token_atoms_in)
                }
                _ => report,
            });
        report.receipt(receipt)
    }
}

/// What `atoms` would be worth if the price did not move: `atoms * other / own`. Rounds down.
fn at_spot(atoms: u64, other_atoms: u64, own_atoms: u64) -> modchains_sdk::core::Result<u64> {
    mul_div_floor(atoms, other_atoms, own_atoms)
}

/// How much less than at the spot price a trade gives, before its fee.
fn impact_ppm(at_spot_atoms: Option<u64>, given_atoms: u64) -> Option<i64> {
    let at_spot_atoms = at_spot_atoms?;
    let missing_atoms = at_spot_atoms.saturating_sub(given_atoms);
    i64::try_from(mul_div_floor(missing_atoms, 1_000_000, at_spot_atoms).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::{
        Pubkey, address,
        exchange::state::{Market, MarketParams},
        instruction::Token,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::token::TokenView;

    fn listing() -> Listing {
        let params = MarketParams {
            fee_bps: 100,
            reserve_bps: 4_000,
            vault_bps: 2_500,
            creator_bps: 1_500,
            protocol_bps: 2_000,
            ..MarketParams::zeroed()
        };
        let market =
            Market { depth_atoms: 1_000_000_000_000_000, virtual_atoms: 30_000_000_000, params, ..Market::zeroed() };
        let mint = Token { mint: Pubkey::new_unique(), program: address::TOKEN_2022_PROGRAM };
        let token = TokenView { token: mint, decimals: 6, symbol: "DIGIT".to_owned(), name: None, uri: None };
        Listing { model: Pubkey::new_unique(), address: Pubkey::new_unique(), market, token, quote: TokenView::sol() }
    }

    fn atoms(json: &Value) -> u64 {
        json["atoms"].as_str().unwrap().parse().unwrap()
    }

    #[test]
    fn a_buy_shows_fee_by_receiver_impact_and_limit() {
        let listing = listing();
        let offer = BuyOffer::new(&listing.market, 3_000_000_000, 100, 0).unwrap();
        let json = listing.show_buy(&offer).json();
        assert_eq!((json["side"].as_str(), atoms(&json["pay"])), (Some("buy"), 3_000_000_000));
        assert_eq!(json["spot_price"], json!({ "amount": "0.00000003", "symbol": "SOL" }));
        // 2.97 SOL enter a curve of 30: 2.97 / 32.97 of what the spot price promised is missing.
        assert_eq!(json["price_impact"], json!({ "ppm": 90_081, "percent": "9.0081" }));
        assert_eq!(atoms(&json["get_at_least"]), atoms(&json["get"]) * 99 / 100);
        let legs = ["reserve", "stakers", "creator", "protocol"].map(|leg| atoms(&json["fee"][leg]));
        assert_eq!((legs.iter().sum::<u64>(), legs), (30_000_000, [12_000_000, 7_500_000, 4_500_000, 6_000_000]));
        assert_eq!(atoms(&json["fee"]["total"]), 30_000_000);
    }

    #[test]
    fn a_sale_shows_the_same_keys_as_a_buy() {
        let mut listing = listing();
        let bought = BuyOffer::new(&listing.market, 3_000_000_000, 100, 0).unwrap();
        listing.market.apply_buy(&bought.quote, 0).unwrap();
        let offer = SellOffer::new(&listing.market, bought.quote.token_atoms_out / 2, 50, 0).unwrap();
        let sale = listing.show_sale(&offer).json();
        let keys = |json: &Value| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&sale), keys(&listing.show_buy(&bought).json()));
        assert_eq!((sale["side"].as_str(), sale["pay"]["symbol"].as_str()), (Some("sell"), Some("DIGIT")));
        assert_eq!(atoms(&sale["get"]), offer.quote.quote_atoms_out);
    }
}
