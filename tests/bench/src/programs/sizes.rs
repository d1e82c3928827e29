//! Bytes of programs, accounts and transactions.

use anyhow::{Context, Result};
use modchains_sdk::{
    Hash, Instruction,
    client::sign,
    exchange::state::MarketTradeArgs,
    instruction::{
        Token,
        budget::{compute_limit, compute_price},
        exchange::TradeRoute,
        trade::{Trade, TraderAccounts, Wrapping},
    },
    quote::TradeSide,
};
use modchains_tests::{
    chain::key,
    idl::Program,
    world::{QUOTE, World, claim_instruction, exact_in, fresh_terms, post_instruction, quote},
};

use crate::{
    output::{
        budgets,
        figures::Figures,
        table::{Table, code, number},
    },
    programs::objects::{Objects, SIDE, digit_instruction},
};

/// Measures all of them.
pub fn measure(figures: &mut Figures, objects: &Objects) -> Result<Vec<Table>> {
    Ok(vec![programs(figures)?, accounts(figures, objects)?, transactions(figures, &objects.world)?])
}

fn programs(figures: &mut Figures) -> Result<Table> {
    let text = "Compiled programs, bytes. 340 KB are 340,000 bytes.";
    let mut table = Table::new("Programs", text, &["program", "bytes", "budget"]);
    for program in Program::ALL {
        let bytes = program.bytes().len() as f64;
        let figure = format!("size.{}", program.name());
        figures.set(figure.as_str(), bytes)?;
        table.row([code(program.name()), number(bytes), budgets::cell(&figure, bytes)]);
    }
    Ok(table)
}

fn accounts(figures: &mut Figures, objects: &Objects) -> Result<Table> {
    let text = "\
                Bytes on chain, discriminator included. `request` is the part every request has; `request_digits` is \
                the whole request of the demo: 64 bytes of input, room for 64 of output. `mint` has the metadata of \
                the tests' model (name of 8 bytes, symbol of 5, URI of 34) and no image; `mint_image` names one of 60 \
                bytes. `contributors` has room for 16 people and for 16 who left unpaid; `licence_use` counts one \
                licensee's requests.";
    let mut table = Table::new("Accounts", text, &["account", "bytes", "budget"]);
    for (name, bytes) in objects.sizes() {
        let (figure, bytes) = (format!("bytes.{name}"), *bytes as f64);
        figures.set(figure.as_str(), bytes)?;
        table.row([code(name), number(bytes), budgets::cell(&figure, bytes)]);
    }
    Ok(table)
}

fn transactions(figures: &mut Figures, world: &World) -> Result<Table> {
    let text = "Signed legacy transactions as they go over the wire, without lookup tables; a packet holds 1,232. The \
                budget is for the trade alone, without the two compute budget instructions that clients add. Buys and \
                sales have everything on (referrer and instructions sysvar) unless *plain* or *referred* (no sysvar). \
                *wsol*: the SDK's whole first buy with SOL: both token accounts created, SOL wrapped, the buy, the \
                wrapped account closed.";
    let header = ["transaction", "bytes", "budget", "with compute limit and price"];
    let mut table = Table::new("Transactions", text, &header);
    let terms = fresh_terms(&world.chain);
    let buy = |route, quote| trade(TradeSide::Buy, exact_in(QUOTE, 1, terms), route, quote);
    let sell = |route| trade(TradeSide::Sell, exact_in(QUOTE, 1, terms), route, quote());
    let referrer = Some(SIDE.person("staker"));
    let (plain, referred) = (TradeRoute::default(), TradeRoute { referrer, launch: false });
    let full = TradeRoute { referrer, launch: true };
    let wsol = buy(full, Token::WRAPPED_SOL).instructions(TraderAccounts::default(), Wrapping::AsFound);
    let cases: [(&str, &str, Vec<Instruction>); 8] = [
        ("tx_market_buy", "trader", vec![buy(full, quote()).instruction()]),
        ("tx_market_buy_referred", "trader", vec![buy(referred, quote()).instruction()]),
        ("tx_market_buy_plain", "trader", vec![buy(plain, quote()).instruction()]),
        ("tx_market_buy_wsol", "trader", wsol),
        ("tx_market_sell", "trader", vec![sell(full).instruction()]),
        ("tx_market_sell_plain", "trader", vec![sell(plain).instruction()]),
        ("tx_request_create_digits", "requester", vec![digit_instruction()]),
        ("tx_claim_and_post", "operator", vec![claim_instruction(world, SIDE, 1), post_instruction(world, SIDE, 1)]),
    ];
    for (name, role, instructions) in cases {
        let bytes = signed_bytes(role, &instructions).with_context(|| name.to_owned())?;
        let limited = [&[compute_limit(100_000), compute_price(1_000)][..], &instructions].concat();
        let limited = signed_bytes(role, &limited).with_context(|| name.to_owned())?;
        let figure = format!("bytes.{name}");
        figures.set(figure.as_str(), bytes)?;
        table.row([code(name), number(bytes), budgets::cell(&figure, bytes), number(limited)]);
    }
    Ok(table)
}

fn trade(side: TradeSide, args: MarketTradeArgs, route: TradeRoute, quote: Token) -> Trade {
    Trade { trader: SIDE.person("trader"), model: SIDE.model(), quote, side, args, route }
}

fn signed_bytes(role: &str, instructions: &[Instruction]) -> Result<f64> {
    Ok(sign(instructions, &[&key(&format!("{role} a"))], Hash::default(), 0)?.bytes.len() as f64)
}
