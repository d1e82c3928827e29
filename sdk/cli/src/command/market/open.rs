use clap::Args;
use modchains_sdk::{
    Instruction, Pubkey, address,
    exchange::{
        instructions::MarketOpenArgs,
        state::{LaunchArgs, MarketParams, TOKEN_DECIMALS},
    },
    instruction::{
        exchange::{TradeRoute, market_open},
        trade::{Trade, Wrapping},
    },
    quote::{TradeQuote, TradeSide, TradeSize, quote_first_buy},
    rent::MARKET_BYTES,
};

use super::trade::require_funds;
use crate::{
    amount::{Amount, Decimal, price},
    argument::{ModelArg, parse_percent_bps, parse_seconds},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// How long the offer of a first buy stands.
const OFFER_SECONDS: i64 = 60;
/// Parts of a million in a basis point.
const PPM_PER_BPS: u32 = 100;

/// Arguments of `market open`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The opening price is the virtual reserve divided by the depth: with the default depth and a virtual reserve of 30 SOL, one
token costs 0.00000003 SOL at first. More depth and more virtual reserve make a price that moves less with each trade. Fees
and curve policy are copied from the exchange's configuration for good.

With --launch, whoever trades in the first moments pays --launch-fee instead of the base fee; it falls second by second until
it is the base fee, and until then no transaction may buy more than --launch-cap of the depth. Your own --first-buy in the same
transaction is spared both, once.

Examples:
  modchains market open MODEL --virtual-reserve 30
  modchains market open MODEL --virtual-reserve 30 --launch 10m --launch-fee 20 --launch-cap 1 --first-buy 0.5"
)]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    terms: MarketTerms,
    /// Mint that the token trades against; it must be on the exchange's list.
    #[arg(long, value_name = "MINT", default_value_t = address::WRAPPED_SOL_MINT)]
    quote_mint: Pubkey,
    /// Buy for this much in quote tokens, fee included, in the transaction that opens the market.
    #[arg(long, value_name = "QUOTE")]
    first_buy: Option<Decimal>,
}

/// The curve and its launch.
#[derive(Debug, Clone, Args)]
pub struct MarketTerms {
    /// Depth of the curve in tokens, more than can ever circulate: 1,000 to 100,000,000,000.
    #[arg(long, value_name = "TOKENS", default_value = "1000000000")]
    depth: Decimal,
    /// Virtual reserve, in quote tokens.
    #[arg(long, value_name = "QUOTE")]
    virtual_reserve: Decimal,
    /// Protect the launch for so long, at most an hour [default: no protection].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    launch: Option<u32>,
    /// Fee in the first second of the launch, in percent, at most 50.
    #[arg(long, value_name = "PERCENT", default_value = "20", requires = "launch", value_parser = parse_percent_bps)]
    launch_fee: u16,
    /// Most that one transaction may buy during the launch, in percent of the depth.
    #[arg(long, value_name = "PERCENT", default_value = "1", requires = "launch", value_parser = parse_percent_bps)]
    launch_cap: u16,
}

impl OpenArgs {
    /// Simulates, asks, then opens.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let creator = signer.pubkey();
        let model = self.model.address(connection).await?;
        let token = connection.model_token(&model).await?;
        let quote = connection.token(&self.quote_mint).await?;
        let params = connection.client.exchange_config().await?.value.params;
        let args = self.terms.open_args(&quote, &params)?;
        let report = show(Report::new().text("model", model), &token.symbol, &quote, &params, &args);
        let open = market_open(&creator, &model, &quote.token, args);
        let (report, instructions) = match &self.first_buy {
            None => (report, vec![open]),
            Some(amount) => {
                let size = TradeSize::ExactIn(positive_atoms(amount, &quote)?);
                let now_seconds = connection.client.now_seconds().await?;
                let offer = quote_first_buy(&params, args.depth_atoms, args.virtual_atoms, size, now_seconds)?;
                let report = report.amount("first_buy", quote.amount(offer.atoms_in), &quote.symbol).amount(
                    "first_buy_gets",
                    token.amount(offer.atoms_out),
                    &token.symbol,
                );
                (report, first_buy(connection, &creator, &model, &quote, &offer, open).await?)
            }
        };
        let receipt = connection.ask_and_send("Opening the market", &report, &instructions, signer).await?;
        Ok(report.text("market", address::exchange::market(&model)).receipt(&receipt))
    }
}

impl MarketTerms {
    /// What the program takes.
    pub fn open_args(&self, quote: &TokenView, params: &MarketParams) -> Result<MarketOpenArgs> {
        let launch = self.launch_args();
        require_launch(&launch, params)?;
        Ok(MarketOpenArgs {
            depth_atoms: self.depth.of_token(TOKEN_DECIMALS)?.atoms,
            virtual_atoms: positive_atoms(&self.virtual_reserve, quote)?,
            launch,
            params: *params,
        })
    }

    fn launch_args(&self) -> LaunchArgs {
        self.launch.filter(|seconds| *seconds > 0).map_or(LaunchArgs::default(), |duration_seconds| LaunchArgs {
            fee_max_bps: self.launch_fee,
            duration_seconds,
            cap_ppm: u32::from(self.launch_cap) * PPM_PER_BPS,
        })
    }
}

/// Adds the terms of a market that is to be opened.
pub fn show(report: Report, symbol: &str, quote: &TokenView, params: &MarketParams, args: &MarketOpenArgs) -> Report {
    let depth = Amount { atoms: args.depth_atoms, decimals: TOKEN_DECIMALS };
    let opening_price = price(args.virtual_atoms, quote.decimals, depth.atoms, depth.decimals);
    let report = report
        .amount("depth", depth, symbol)
        .amount("virtual_reserve", quote.amount(args.virtual_atoms), &quote.symbol)
        .price("opening_price", opening_price, &quote.symbol)
        .share_bps("trade_fee", params.fee_bps);
    if args.launch == LaunchArgs::default() {
        return report;
    }
    let launch = Report::new()
        .number("seconds", args.launch.duration_seconds)
        .share_bps("first_fee", args.launch.fee_max_bps)
        .share("buy_at_most", Some(args.launch.cap_ppm.into()));
    report.group("launch", launch)
}

/// Refuses a launch that the program would, with the bounds.
fn require_launch(launch: &LaunchArgs, params: &MarketParams) -> Result<()> {
    launch.validate(params.fee_bps).map_err(|_| {
        let what = "the launch is out of bounds";
        CliError::unfit(what, "at most 1h, a fee from the base fee to 50 %, a cap of 0.01 % to 100 % of the depth")
    })
}

/// Opening and buying in one transaction.
async fn first_buy(
    connection: &Connection,
    creator: &Pubkey,
    model: &Pubkey,
    quote: &TokenView,
    offer: &TradeQuote,
    open: Instruction,
) -> Result<Vec<Instruction>> {
    let found = connection.client.trader_accounts(creator, model, &quote.token).await?;
    // Nobody can come before it, so it gets exactly what was quoted.
    let args = offer.args(0, offer.quoted_at_seconds.saturating_add(OFFER_SECONDS))?;
    let trade = Trade {
        trader: *creator,
        model: *model,
        quote: quote.token,
        side: TradeSide::Buy,
        args,
        route: TradeRoute { referrer: None, launch: true },
    };
    let rent_lamports = connection.rent_lamports(&MARKET_BYTES).await?;
    require_funds(connection, quote, &trade, found, (Wrapping::AsFound, rent_lamports)).await?;
    let mut instructions = vec![open];
    instructions.extend(trade.instructions(found, Wrapping::AsFound));
    Ok(instructions)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        open: OpenArgs,
    }

    fn launch(line: &str) -> LaunchArgs {
        let line = format!("open --name digits --virtual-reserve 30 {line}");
        Line::try_parse_from(line.split_whitespace()).unwrap().open.terms.launch_args()
    }

    #[test]
    fn a_launch_has_defaults_and_none_is_all_zero() {
        assert_eq!(launch(""), LaunchArgs::default());
        assert_eq!(launch("--launch 0"), LaunchArgs::default());
        assert_eq!(launch("--launch 10m"), LaunchArgs { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 });
        assert_eq!(launch("--launch 60 --launch-cap 0.01").cap_ppm, 100);
        assert!(Line::try_parse_from(["open", "--name", "a", "--virtual-reserve", "1", "--launch-fee", "3"]).is_err());
    }

    #[test]
    fn a_launch_out_of_bounds_is_refused_with_the_bounds() {
        let params = MarketParams { fee_bps: 100, ..MarketParams::zeroed() };
        require_launch(&launch("--launch 1h --launch-fee 50 --launch-cap 100"), &params).unwrap();
        for line in [
            "--launch 61m",
            "--launch 1m --launch-fee 51",
            "--launch 1m --launch-fee 0.5",
            "--launch 1m --launch-cap 0",
        ] {
            let refused = require_launch(&launch(line), &params).unwrap_err();
            assert!(refused.to_string().contains("50 %"), "{line}");
        }
    }
}
