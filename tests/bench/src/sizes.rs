//! Bytes of programs, accounts and transactions.

use anyhow::{Context, Result};
use modchains_sdk::{
    Hash, Instruction, Pubkey, address,
    client::sign,
    instruction::Token,
    oracle::{instructions::RequestCreateArgs, state::Request},
};
use modchains_tests::{
    chain::key,
    idl::Program,
    world::{QUOTE, Side, World, claim_instruction, post_instruction, request_args, request_instruction},
};

use crate::{
    budgets,
    figures::Figures,
    table::{Table, code, number},
};

/// Pixels of a handwritten digit: the input of the demo's model.
const DIGIT_BYTES: usize = 64;
const SIDE: Side = Side::A;

/// Measures all of them.
pub fn measure(figures: &mut Figures) -> Result<Vec<Table>> {
    let mut world = World::ready();
    let digit = request_of_a_digit(&mut world)?;
    Ok(vec![programs(figures)?, accounts(figures, &world, &digit)?, transactions(figures, &world)?])
}

/// Creates the request of the demo on the tests' chain, where the service has the demo's sizes.
pub fn request_of_a_digit(world: &mut World) -> Result<Pubkey> {
    let create = request_instruction(&SIDE.person("requester"), &SIDE.model(), digit_args());
    let sent = world.chain.send(&[create]);
    sent.map_err(|refusal| anyhow::anyhow!("the request of a digit was refused: {}", refusal.name))?;
    Ok(SIDE.request(1))
}

fn digit_args() -> RequestCreateArgs {
    RequestCreateArgs { input: vec![7; DIGIT_BYTES], ..request_args(1) }
}

fn programs(figures: &mut Figures) -> Result<Table> {
    let text = "Compiled programs, bytes. 300 KB are 300,000 bytes.";
    let mut table = Table::new("Programs", text, &["program", "bytes", "budget"]);
    for program in Program::ALL {
        let bytes = program.bytes().len() as f64;
        let figure = format!("size.{}", program.name());
        figures.set(figure.as_str(), bytes)?;
        table.row([code(program.name()), number(bytes), budgets::cell(&figure, bytes)]);
    }
    Ok(table)
}

/// The accounts of one model and its people, by name.
pub fn objects() -> Vec<(&'static str, Pubkey)> {
    let model = SIDE.model();
    let (market, vault, pool) = (SIDE.market(), SIDE.vault(), SIDE.pool());
    vec![
        ("model", model),
        ("mint", address::exchange::mint(&model)),
        ("model_version", address::exchange::version(&model, 1)),
        ("market", market),
        ("quote_vault", address::exchange::quote_vault(&market)),
        ("vault", vault),
        ("stake_tokens", address::vault::stake_tokens(&vault)),
        ("revenue_pool", pool),
        ("pool_tokens", address::vault::pool_tokens(&pool)),
        ("position", SIDE.position()),
        ("service", SIDE.service()),
        ("escrow", address::oracle::escrow(&SIDE.service())),
        ("usage", SIDE.usage()),
        ("operator", SIDE.operator()),
        ("operator_tokens", address::oracle::operator_tokens(&SIDE.operator())),
        ("holder_tokens", Token::of_model(&model).account_of(&SIDE.person("trader"))),
    ]
}

/// Bytes of the account at `address`.
pub fn bytes_of(world: &World, name: &str, address: &Pubkey) -> Result<usize> {
    let account = world.chain.raw(address).with_context(|| format!("{name} is not on the chain"))?;
    Ok(account.data.len())
}

fn accounts(figures: &mut Figures, world: &World, digit: &Pubkey) -> Result<Table> {
    let text = "\
                Bytes on chain, discriminator included. `request` is the part every request has; `request_digits` is \
                the whole request of the demo: 64 bytes of input, room for 64 of output. `mint` has the metadata of \
                the tests' model (name of 8 bytes, symbol of 5, URI of 34).";
    let mut table = Table::new("Accounts", text, &["account", "bytes", "budget"]);
    let mut sizes = Vec::new();
    for (name, address) in objects() {
        sizes.push((name, bytes_of(world, name, &address)?));
    }
    sizes.push(("request", Request::INPUT_OFFSET));
    sizes.push(("request_digits", bytes_of(world, "the request of a digit", digit)?));
    for (name, bytes) in sizes {
        let (figure, bytes) = (format!("bytes.{name}"), bytes as f64);
        figures.set(figure.as_str(), bytes)?;
        table.row([code(name), number(bytes), budgets::cell(&figure, bytes)]);
    }
    Ok(table)
}

fn transactions(figures: &mut Figures, world: &World) -> Result<Table> {
    let text = "Signed legacy transactions as they go over the wire, without lookup tables and without compute budget \
                instructions (a compute limit adds 40 bytes); a packet holds 1,232.";
    let mut table = Table::new("Transactions", text, &["transaction", "bytes"]);
    let create = request_instruction(&SIDE.person("requester"), &SIDE.model(), digit_args());
    let cases: [(&str, &str, Vec<Instruction>); 4] = [
        ("tx_market_buy", "trader", vec![world.buy_instruction(SIDE, "trader", QUOTE)]),
        ("tx_market_sell", "trader", vec![world.sell_instruction(SIDE, "trader", QUOTE)]),
        ("tx_request_create_digits", "requester", vec![create]),
        ("tx_claim_and_post", "operator", vec![claim_instruction(world, SIDE, 1), post_instruction(SIDE, 1)]),
    ];
    for (name, role, instructions) in cases {
        let signer = key(&format!("{role} a"));
        let signed = sign(&instructions, &[&signer], Hash::default(), 0).with_context(|| name.to_owned())?;
        figures.set(format!("bytes.{name}"), signed.bytes.len() as f64)?;
        table.row([code(name), number(signed.bytes.len() as f64)]);
    }
    Ok(table)
}
