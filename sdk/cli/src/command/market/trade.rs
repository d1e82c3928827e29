use clap::{Args, ValueEnum};
use modchains_sdk::{
    Pubkey,
    decode::{Event, ExchangeEvent, Receipt},
    instruction::{
        exchange::TradeRoute,
        token::{MODEL_TOKEN_ACCOUNT_BYTES, TOKEN_ACCOUNT_BYTES, close_account},
        trade::{Trade, TraderAccounts, Wrapping},
    },
    quote::{TradeQuote, TradeSide, TradeSize, quote_referred},
};

use super::{listing::Listing, quote::Slippage};
use crate::{
    amount::{Amount, AmountError, Decimal, DecimalOrAll},
    argument::{ModelArg, parse_seconds},
    connection::{Connection, Sender, TokenView, spendable_atoms},
    error::{CliError, Result},
    output::Report,
};

/// What buying and selling have in common.
#[derive(Debug, Clone, Args)]
struct TradeOptions {
    /// The amount is what you get, not what you give.
    #[arg(long)]
    exact_out: bool,
    #[command(flatten)]
    slippage: Slippage,
    /// How long the offer stands, counted from the quote.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_seconds)]
    deadline: u32,
    /// Who gets a part of the protocol's fee; it costs you nothing. See `modchains referral`.
    #[arg(long, value_name = "ADDRESS")]
    referrer: Option<Pubkey>,
    /// Where SOL comes from and goes to.
    #[arg(long, value_enum, default_value_t = Sol::AsFound)]
    sol: Sol,
}

/// Where SOL comes from and goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sol {
    /// Plain SOL; wrapped SOL of yours stays as it is.
    AsFound,
    /// Plain SOL, and all wrapped SOL of yours is unwrapped too.
    Close,
    /// Wrapped SOL.
    Wrapped,
}

impl From<Sol> for Wrapping {
    fn from(sol: Sol) -> Self {
        match sol {
            Sol::AsFound => Self::AsFound,
            Sol::Close => Self::Close,
            Sol::Wrapped => Self::Wrapped,
        }
    }
}

/// Arguments of `market buy`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "SOL is wrapped in the same transaction, and what an --exact-out buy does not spend comes back. The
trade is simulated before you are asked. It is refused, and costs at most the network's fee, when the price has moved by
more than --slippage, when --deadline has passed, or when a sync has moved the curve since the quote.

Examples:
  modchains market buy 1.5 MODEL
  modchains market buy 20000 MODEL --exact-out --slippage 0.5
  modchains market buy 1.5 --name digits --creator ADDRESS --referrer ADDRESS --yes"
)]
pub struct BuyArgs {
    /// What to pay in quote tokens, fee included; with --exact-out, how many model tokens to get.
    #[arg(value_name = "AMOUNT")]
    amount: Decimal,
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    options: TradeOptions,
}

impl BuyArgs {
    /// Quotes, simulates, asks, then buys.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let size = listing.size(TradeSide::Buy, &self.amount, self.options.exact_out)?;
        let found = connection.client.trader_accounts(&signer.pubkey(), &listing.model, &listing.quote.token).await?;
        self.options.run(connection, &listing, Order { side: TradeSide::Buy, size, closes: false }, found, signer).await
    }
}

/// Arguments of `market sell`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The tokens are burned. Against SOL, the proceeds are unwrapped in the same transaction; wrapped SOL of
yours that was there before stays.

Examples:
  modchains market sell 20000 MODEL
  modchains market sell --max MODEL --slippage 2 --yes        everything you have
  modchains market sell --max --close MODEL                   and the rent of the token account
  modchains market sell 1.5 MODEL --exact-out                 as many as bring 1.5 SOL"
)]
pub struct SellArgs {
    /// How many tokens to sell, or `all`; with --exact-out, how much to get in quote tokens. Leave it out with --max.
    #[arg(value_name = "AMOUNT", required_unless_present = "max")]
    amount: Option<AmountOrModel>,
    /// The model: its address, the start of it, its name or its symbol, as long as no other model has the same. Scripts
    /// should name addresses. Or name it with --creator and --name.
    #[arg(value_name = "MODEL", conflicts_with_all = ["creator", "name"])]
    model: Option<String>,
    /// Who registered the model [default: the key of --keypair].
    #[arg(long, requires = "name", value_name = "ADDRESS")]
    creator: Option<Pubkey>,
    /// The name it was registered under.
    #[arg(long)]
    name: Option<String>,
    /// Sell everything.
    #[arg(long, conflicts_with = "exact_out")]
    max: bool,
    /// Close the token account afterwards, which returns its rent.
    #[arg(long, requires = "max")]
    close: bool,
    #[command(flatten)]
    options: TradeOptions,
}

/// The first argument of `market sell`: with `--max` it is the model.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AmountOrModel {
    Amount(DecimalOrAll),
    Model(String),
}

impl std::str::FromStr for AmountOrModel {
    type Err = AmountError;

    fn from_str(text: &str) -> std::result::Result<Self, AmountError> {
        match text.parse() {
            Ok(amount) => Ok(Self::Amount(amount)),
            // Every other text may be a model's name.
            Err(AmountError::NotANumber { text }) => Ok(Self::Model(text)),
            Err(error) => Err(error),
        }
    }
}

impl SellArgs {
    /// Quotes, simulates, asks, then sells.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let (amount, model) = self.amount_and_model()?;
        let signer = connection.signer()?;
        let trader = signer.pubkey();
        let listing = Listing::load(connection, &model.address(connection).await?).await?;
        let found = connection.client.trader_accounts(&trader, &listing.model, &listing.quote.token).await?;
        let size = match (self.options.exact_out, &amount) {
            (true, DecimalOrAll::Some(amount)) => listing.size(TradeSide::Sell, amount, true)?,
            (true, DecimalOrAll::All) => {
                return Err(CliError::unfit("`all` is no amount to get", "leave --exact-out out"));
            }
            (false, amount) => {
                let held_atoms = found.token_atoms.unwrap_or(0);
                TradeSize::ExactIn(spendable_atoms(&trader, &listing.token, amount, held_atoms)?)
            }
        };
        let order = Order { side: TradeSide::Sell, size, closes: self.close };
        self.options.run(connection, &listing, order, found, signer).await
    }

    fn amount_and_model(&self) -> Result<(DecimalOrAll, ModelArg)> {
        let (amount, model) = match (self.max, &self.amount) {
            (true, None) => (DecimalOrAll::All, self.model.clone()),
            (true, Some(AmountOrModel::Model(model))) if self.model.is_none() && self.name.is_none() => {
                (DecimalOrAll::All, Some(model.clone()))
            }
            (false, Some(AmountOrModel::Amount(amount))) => (amount.clone(), self.model.clone()),
            (false, Some(AmountOrModel::Model(text))) if self.model.is_some() || self.name.is_some() => {
                return Err(CliError::Amount(AmountError::NotANumber { text: text.clone() }));
            }
            (true, Some(_)) => return Err(CliError::unfit("--max sells everything", "leave the amount out")),
            (false, _) => {
                return Err(CliError::unfit("the amount to sell is missing", "pass it before the model, or --max"));
            }
        };
        if model.is_none() && self.name.is_none() {
            return Err(CliError::unfit("the model is missing", "pass its address, or --creator and --name"));
        }
        Ok((amount, ModelArg::new(model, self.creator, self.name.clone())))
    }
}

/// What to trade.
#[derive(Debug, Clone, Copy)]
struct Order {
    side: TradeSide,
    size: TradeSize,
    /// Whether the account of the model's token, empty then, is closed afterwards.
    closes: bool,
}

impl TradeOptions {
    async fn run(
        &self,
        connection: &Connection,
        listing: &Listing,
        order: Order,
        found: TraderAccounts,
        signer: &Sender,
    ) -> Result<Report> {
        let client = &connection.client;
        let Order { side, size, closes } = order;
        if let Some(referrer) = self.referrer {
            client.referral(&listing.address, &referrer).await?;
        }
        let now_seconds = client.now_seconds().await?;
        let quote = quote_referred(&listing.market, side, size, self.referrer.is_some(), now_seconds)?;
        let args = quote.args(self.slippage.bps, now_seconds.saturating_add(self.deadline.into()))?;
        let route = TradeRoute { referrer: self.referrer, launch: quote.launch_ends_at_seconds.is_some() };
        let trade =
            Trade { trader: signer.pubkey(), model: listing.model, quote: listing.quote.token, side, args, route };
        require_funds(connection, listing.ends(side).0, &trade, found, (self.sol.into(), 0)).await?;
        let mut instructions = trade.instructions(found, self.sol.into());
        let about =
            listing.show_quote(&quote, self.slippage.bps)?.time("deadline", args.terms.deadline_seconds, now_seconds);
        let mut rent = Report::new();
        if closes {
            let account = listing.token.token.account_of(&trade.trader);
            rent = rent.amount("rent_returned", Amount::sol(client.lamports(&account).await?), "SOL");
            instructions.push(close_account(&trade.trader, &listing.token.token));
        }
        let doing = if side == TradeSide::Buy { "Buying" } else { "Selling" };
        let about = about.and(rent.clone());
        let receipt = connection.ask_and_send(doing, &about, &instructions, signer).await?;
        Ok(listing.show_trade(&receipt, &quote).and(rent))
    }
}

/// Refuses a trade whose limit the trader cannot cover, in tokens rather than in the words of a token program. `wrapping`
/// says where SOL comes from; `rent_lamports` is what else the transaction locks.
pub async fn require_funds(
    connection: &Connection,
    given: &TokenView,
    trade: &Trade,
    found: TraderAccounts,
    (wrapping, rent_lamports): (Wrapping, u64),
) -> Result<()> {
    let client = &connection.client;
    let pays_plain_sol = trade.side == TradeSide::Buy && given.token.is_wrapped_sol() && wrapping != Wrapping::Wrapped;
    let has_atoms = match trade.side {
        TradeSide::Sell => found.token_atoms.unwrap_or(0),
        TradeSide::Buy if pays_plain_sol => client.lamports(&trade.trader).await?,
        TradeSide::Buy => found.quote_atoms.unwrap_or(0),
    };
    if has_atoms < trade.most_in() {
        return Err(CliError::BalanceTooSmall {
            owner: trade.trader,
            symbol: given.symbol.clone(),
            has: given.amount(has_atoms).to_string(),
            needed: given.amount(trade.most_in()).to_string(),
        });
    }
    if !pays_plain_sol {
        return Ok(());
    }
    // A wallet must keep the rent of an empty account, and the accounts that are made want theirs.
    let mut kept_lamports = rent_lamports.saturating_add(connection.fee_lamports_max()?);
    let sizes = [Some(0), found.quote_atoms.is_none().then_some(TOKEN_ACCOUNT_BYTES)];
    for bytes in sizes.into_iter().chain([found.token_atoms.is_none().then_some(MODEL_TOKEN_ACCOUNT_BYTES)]).flatten() {
        kept_lamports = kept_lamports.saturating_add(client.rent_lamports(bytes).await?);
    }
    let spendable_lamports = has_atoms.saturating_sub(kept_lamports);
    if spendable_lamports >= trade.most_in() {
        return Ok(());
    }
    Err(CliError::RentNotCovered {
        owner: trade.trader,
        has: Amount::sol(has_atoms).to_string(),
        spendable: Amount::sol(spendable_lamports).to_string(),
        needed: Amount::sol(trade.most_in()).to_string(),
    })
}

impl Listing {
    /// What a trade really did, by its event, and how far that is from its quote.
    pub fn show_trade(&self, receipt: &Receipt, quote: &TradeQuote) -> Report {
        let report = Report::new().text("model", self.model);
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Exchange(ExchangeEvent::TokensBought(bought)) => {
                let amounts = (bought.quote_atoms_in, bought.token_atoms_out);
                let report = self.add_amounts(report, TradeSide::Buy, amounts, bought.fee_bps);
                self.add_price(report, "average_price", bought.quote_atoms_in, bought.token_atoms_out)
                    .flag("as_quoted", amounts == (quote.atoms_in, quote.atoms_out))
            }
            Event::Exchange(ExchangeEvent::TokensSold(sold)) => {
                let amounts = (sold.token_atoms_in, sold.quote_atoms_out);
                let report = self.add_amounts(report, TradeSide::Sell, amounts, sold.fee_bps);
                self.add_price(report, "average_price", sold.quote_atoms_out, sold.token_atoms_in)
                    .flag("as_quoted", amounts == (quote.atoms_in, quote.atoms_out))
            }
            _ => report,
        });
        report.receipt(receipt)
    }

    fn add_amounts(&self, report: Report, side: TradeSide, (given, got): (u64, u64), fee_bps: u64) -> Report {
        let (given_token, got_token) = self.ends(side);
        report
            .amount("paid", given_token.amount(given), &given_token.symbol)
            .amount("got", got_token.amount(got), &got_token.symbol)
            .share_bps("fee_rate", u16::try_from(fee_bps).unwrap_or(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use clap::Parser;

    use super::*;

    const KEY: &str = "So11111111111111111111111111111111111111112";

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        sell: SellArgs,
    }

    fn parsed(line: &str) -> std::result::Result<DecimalOrAll, String> {
        let line =
            Line::try_parse_from(format!("sell {line}").split_whitespace()).map_err(|error| error.to_string())?;
        line.sell.amount_and_model().map(|(amount, _)| amount).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_is_sold_by_word_and_by_flag() {
        assert_eq!(parsed(&format!("all {KEY}")), Ok(DecimalOrAll::All));
        assert_eq!(parsed(&format!("--max {KEY}")), Ok(DecimalOrAll::All));
        assert_eq!(parsed("--max --name digits"), Ok(DecimalOrAll::All));
        assert_eq!(parsed("5 --name digits"), Ok(DecimalOrAll::Some("5".parse().unwrap())));
    }

    #[test]
    fn a_missing_amount_or_model_is_named() {
        assert!(parsed(KEY).unwrap_err().contains("amount"));
        assert!(parsed("5").unwrap_err().contains("model"));
        assert!(parsed("--max").unwrap_err().contains("model"));
        assert!(parsed(&format!("5 {KEY} --max")).unwrap_err().contains("--max"));
        assert!(parsed(&format!("--max {KEY} --exact-out")).is_err());
        assert!(parsed(&format!("five {KEY}")).unwrap_err().contains("not an amount"));
    }
}
