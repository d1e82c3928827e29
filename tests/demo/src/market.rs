//! Listing, trading, staking, payouts, and waiting for the curve to move.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use modchains_sdk::{
    Instruction, Keypair, Pubkey, Signer, address,
    exchange::{
        events::CurveState,
        instructions::MarketOpenArgs,
        state::{FeeBeneficiary, LaunchArgs, Market, MarketTradeArgs},
    },
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        oracle, token, vault,
    },
    oracle::instructions::ServiceOpenArgs,
    quote::{TradeQuote, TradeSide, TradeSize, quote},
    vault::{
        instructions::{StakeArgs, VaultOpenArgs},
        state::VaultTerms,
    },
};
use serde::Serialize;

use crate::{
    listing::Listing,
    progress::step,
    wallets::{SOL, Setup, Wallets},
};

/// What everything is priced in.
pub const QUOTE: Token = Token::WRAPPED_SOL;
/// Opening depth: a billion tokens of six decimals.
const DEPTH_ATOMS: u64 = 1_000_000_000_000_000;
/// Opening virtual reserve.
const VIRTUAL_ATOMS: u64 = 30 * SOL;
/// Most that a trade may slip.
const SLIPPAGE_BPS: u16 = 100;
/// How long an offer stands.
const OFFER_SECONDS: i64 = 60;
const SYNC_TIMEOUT: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(200);

/// Builds a trade.
type Builder = fn(&Pubkey, &Pubkey, &Token, MarketTradeArgs, TradeRoute) -> Instruction;

/// Prices around the trades.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Trades {
    /// Price at launch, lamports per token.
    pub price_at_launch: f64,
    /// Price after the trades, lamports per token.
    pub price_after_trades: f64,
}

/// What a sync did.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Moved {
    /// Price before, lamports per token.
    pub price_before: f64,
    /// Price after, lamports per token.
    pub price_after: f64,
    /// How often the parameters moved so far.
    pub parameter_epoch: u32,
}

/// Lamports for a whole token; for people to read, so a float will do.
pub fn price_lamports(curve: &CurveState) -> f64 {
    let tokens = curve.depth_atoms.saturating_sub(curve.circulating_atoms).max(1);
    (curve.reserve_atoms as f64 + curve.virtual_atoms as f64) / tokens as f64 * 1e6
}

/// The same of a market.
pub fn market_price(market: &Market) -> f64 {
    price_lamports(&market.curve().into())
}

/// Registers model and version, opens market, vault and service.
pub async fn list(setup: &mut Setup, wallets: &Wallets, listing: &Listing) -> Result<()> {
    let (creator, model) = (wallets.creator.pubkey(), listing.model);
    let terms = VaultTerms { cooldown_seconds: 10, stream_seconds: 60 };
    let launch = LaunchArgs::default();
    let params = setup.client.exchange_config().await?.value.params;
    let market_args = MarketOpenArgs { depth_atoms: DEPTH_ATOMS, virtual_atoms: VIRTUAL_ATOMS, launch, params };
    let instructions = [
        ("model_register", exchange::model_register(&creator, listing.register_args())),
        ("model_version_publish", exchange::model_version_publish(&creator, &model, 1, listing.version_args())),
        ("market_open", exchange::market_open(&creator, &model, &QUOTE, market_args)),
        ("vault_open", vault::vault_open(&creator, &model, &QUOTE, VaultOpenArgs { terms: Some(terms) })),
        (
            "service_open",
            oracle::service_open(&creator, &model, 1, &QUOTE, ServiceOpenArgs { terms: listing.service_terms() }),
        ),
    ];
    step("list the model", async {
        for (what, instruction) in instructions {
            setup.send(what, &[instruction], &[&wallets.creator]).await?;
        }
        Ok(((), format!("{model}")))
    })
    .await
}

/// Two traders buy, one sells half, the other stakes half.
pub async fn trade(setup: &mut Setup, wallets: &Wallets, listing: &Listing) -> Result<Trades> {
    let at_launch = market_price(&setup.client.market(&listing.model).await?.value);
    step("two traders buy, one sells", async {
        for (trader, sol) in [(&wallets.alice, 20), (&wallets.bob, 10)] {
            setup.wrap(trader, sol).await?;
            let account = token::create_account(&trader.pubkey(), &trader.pubkey(), &Token::of_model(&listing.model));
            setup.send("create token account", &[account], &[trader]).await?;
        }
        buy(setup, &wallets.alice, listing, 10).await?;
        buy(setup, &wallets.bob, listing, 5).await?;
        let held = held(setup, &wallets.bob, listing).await?;
        sell(setup, &wallets.bob, listing, held / 2).await?;
        let market = setup.client.market(&listing.model).await?.value;
        let trades = Trades { price_at_launch: at_launch, price_after_trades: market_price(&market) };
        let found = format!("price {:.1} -> {:.1} lamports", at_launch, trades.price_after_trades);
        stake(setup, &wallets.alice, listing).await?;
        Ok((trades, found))
    })
    .await
}

async fn buy(setup: &mut Setup, trader: &Keypair, listing: &Listing, sol: u64) -> Result<()> {
    let offer = trade_as_quoted(setup, trader, listing, TradeSide::Buy, sol * SOL).await?;
    let got = held(setup, trader, listing).await?;
    ensure!(got == offer.atoms_out, "bought {got} atoms, quoted {}", offer.atoms_out);
    Ok(())
}

async fn sell(setup: &mut Setup, trader: &Keypair, listing: &Listing, token_atoms: u64) -> Result<()> {
    trade_as_quoted(setup, trader, listing, TradeSide::Sell, token_atoms).await?;
    Ok(())
}

async fn trade_as_quoted(
    setup: &mut Setup,
    trader: &Keypair,
    listing: &Listing,
    side: TradeSide,
    atoms_in: u64,
) -> Result<TradeQuote> {
    let market = setup.client.market(&listing.model).await?.value;
    let now_seconds = setup.client.now_seconds().await?;
    let offer = quote(&market, side, TradeSize::ExactIn(atoms_in), now_seconds)?;
    let args = offer.args(SLIPPAGE_BPS, now_seconds + OFFER_SECONDS)?;
    let (what, trade) = match side {
        TradeSide::Buy => ("market_buy", exchange::market_buy as Builder),
        TradeSide::Sell => ("market_sell", exchange::market_sell as Builder),
    };
    let trade = trade(&trader.pubkey(), &listing.model, &QUOTE, args, TradeRoute::default());
    setup.send(what, &[trade], &[trader]).await?;
    Ok(offer)
}

async fn held(setup: &Setup, person: &Keypair, listing: &Listing) -> Result<u64> {
    let account = Token::of_model(&listing.model).account_of(&person.pubkey());
    Ok(setup.client.token_atoms(&account).await?.unwrap_or(0))
}

async fn stake(setup: &mut Setup, staker: &Keypair, listing: &Listing) -> Result<()> {
    let token_atoms = held(setup, staker, listing).await? / 2;
    let owner = staker.pubkey();
    setup.send("position_open", &[vault::position_open(&owner, &listing.model)], &[staker]).await?;
    let revenue = vault::RevenueMints { first: QUOTE.mint, shares: &[] };
    let rules_counter = setup.client.vault(&listing.model).await?.value.rules_counter;
    let stake = vault::stake(&owner, &listing.model, revenue, StakeArgs { token_atoms, rules_counter });
    setup.send("stake", &[stake], &[staker]).await?;
    Ok(())
}

/// Waits until the crank has rolled the usage and synced the market. The crank may do so as soon as it answers, so the
/// price before is one that was read before it started.
pub async fn wait_for_sync(setup: &mut Setup, listing: &Listing, price_before: f64) -> Result<Moved> {
    step("the crank rolls usage and syncs the curve", async {
        let deadline = tokio::time::Instant::now() + SYNC_TIMEOUT;
        loop {
            let market = setup.client.market(&listing.model).await?.value;
            if market.parameter_epoch > 0 {
                let (price_after, parameter_epoch) = (market_price(&market), market.parameter_epoch);
                let moved = Moved { price_before, price_after, parameter_epoch };
                return Ok((moved, format!("price {:.4} -> {:.4} lamports", moved.price_before, moved.price_after)));
            }
            if tokio::time::Instant::now() > deadline {
                bail!("the curve did not move within {} s; see crank.log", SYNC_TIMEOUT.as_secs());
            }
            tokio::time::sleep(POLL).await;
        }
    })
    .await
}

/// Moves fees into vault and market and pays staker, creator, treasury and operator. The creator's share of inferences
/// goes through the market, where one claim pays it together with that of trades.
pub async fn pay_out(setup: &mut Setup, wallets: &Wallets, listing: &Listing) -> Result<()> {
    let (creator, treasury, operator) = (wallets.creator.pubkey(), wallets.admin.pubkey(), wallets.operator.pubkey());
    let model = &listing.model;
    step("share the fees", async {
        for (person, key) in [(&creator, &wallets.creator), (&treasury, &wallets.admin)] {
            setup.send("create token account", &[token::create_account(person, person, &QUOTE)], &[key]).await?;
        }
        let admin = &wallets.admin;
        let payouts = [
            ("exchange fees_distribute", exchange::fees_distribute(model, &QUOTE)),
            ("oracle fees_distribute", oracle::fees_distribute(model, &QUOTE)),
            ("oracle market_fees_distribute", oracle::market_fees_distribute(model, &QUOTE)),
            ("earnings_claim", oracle::earnings_claim(&operator, &address::oracle::service(model), &QUOTE)),
            ("exchange fees_claim", exchange::fees_claim(model, &QUOTE, &creator, FeeBeneficiary::Creator)),
            ("exchange fees_claim", exchange::fees_claim(model, &QUOTE, &treasury, FeeBeneficiary::Protocol)),
            ("oracle fees_claim", oracle::fees_claim(model, &QUOTE, &treasury)),
        ];
        for (what, instruction) in payouts {
            setup.send(what, &[instruction], &[admin]).await?;
        }
        Ok(((), "creator, treasury and operator paid; stakers' share streams".to_owned()))
    })
    .await?;
    step("the staker claims streamed revenue", async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let account = QUOTE.account_of(&wallets.alice.pubkey());
        let before = setup.client.token_atoms(&account).await?.unwrap_or(0);
        let claim = vault::revenue_claim(&wallets.alice.pubkey(), model, &QUOTE, vault::PoolPlace::First);
        setup.send("revenue_claim", &[claim], &[&wallets.alice]).await?;
        let got = setup.client.token_atoms(&account).await?.unwrap_or(0).saturating_sub(before);
        ensure!(got > 0, "the staker got nothing");
        Ok(((), format!("{:.9} SOL so far", got as f64 / SOL as f64)))
    })
    .await
}
