//! Trades in every shape, and whether they cost everybody the same.

use std::panic::catch_unwind;

use anyhow::{Result, anyhow, ensure};
use modchains_sdk::{
    Instruction, Pubkey, Signer,
    exchange::{
        instructions::MarketOpenArgs,
        state::{LaunchArgs, MarketTradeArgs},
    },
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        token,
        trade::{Trade, TraderAccounts, Wrapping},
    },
    quote::TradeSide,
};
use modchains_tests::{
    chain::key,
    world::{PURSE_ATOMS, QUOTE, Side, World, exact_in, exact_out, fresh_terms, open_args, quote},
};

use crate::{
    output::{
        figures::Figures,
        table::{Table, code, number},
    },
    programs::compute::{HEADER, add, last_of},
};

const SIDE: Side = Side::A;
/// Launch protection of the market that is being launched.
pub const LAUNCH: LaunchArgs = LaunchArgs { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
/// Token atoms of a trade: a thousand tokens, well below the cap.
const TOKEN_ATOMS: u64 = 1_000_000_000;
/// Traders, each with a referrer, who trade on both markets.
const TRADERS: usize = 16;

const PLAIN: Naming = Naming { referrer: false, sysvar: false };
const FULL: Naming = Naming { referrer: true, sysvar: true };

/// What a trade names besides its parties.
#[derive(Clone, Copy)]
struct Naming {
    referrer: bool,
    sysvar: bool,
}

/// A trade whose last instruction is measured.
struct Shape {
    name: &'static str,
    world: World,
    transaction: Vec<Instruction>,
}

/// Measures trades of every shape, and of many people.
pub fn measure(figures: &mut Figures) -> Result<Vec<Table>> {
    let shapes = catch_unwind(shapes).map_err(|_| anyhow!("the chains could not be set up; the reason is above"))?;
    let mut table = Table::new("Trades", TEXT, &HEADER);
    for mut shape in shapes {
        let ran = last_of(&mut shape.world.chain, &shape.transaction, shape.name)?;
        add(figures, &mut table, shape.name, &ran)?;
    }
    let units = catch_unwind(units_of_first_buy_with_sol).map_err(|_| anyhow!("the reason is above"))??;
    figures.set("cu.tx_market_buy_wsol", units)?;
    table.row([code("tx_market_buy_wsol"), number(units), String::new(), String::new(), String::new(), String::new()]);
    Ok(vec![table, keys(figures)?])
}

const TEXT: &str = "\
     The trades above in other shapes. *plain*: neither referrer nor sysvar; *exact_out*: the other end is fixed; \
     *launch*: during the launch, with everything on, at the launch fee and counted against the cap of its \
     transaction; *opening*: the launch's first buy, by somebody else than the creator, once per market; *first*: \
     the creator's buy in the transaction that opens the market. A trade of the launch also hashes its transaction's \
     instructions, so a longer transaction costs it more. Budgets are those of the fullest buy and sale. \
     *tx_market_buy_wsol* is a whole first transaction from the SDK against SOL: two token accounts created (whose \
     addresses the token program searches), SOL wrapped, the buy with everything on, the wrapped account closed.";

fn shapes() -> Vec<Shape> {
    let (traded, launching) = (referred(), launching());
    let mut bought = launching.clone();
    let get = |world: &World, atoms| exact_out(atoms, PURSE_ATOMS, fresh_terms(&world.chain));
    let give = |world: &World, atoms| exact_in(atoms, 0, fresh_terms(&world.chain));
    let of = |build, name, world: &World, naming, args| Shape {
        name,
        world: world.clone(),
        transaction: vec![trade(build, naming, args)],
    };
    let buy = |name, world, naming, args| of(exchange::market_buy as Build, name, world, naming, args);
    let sell = |name, world, naming, args| of(exchange::market_sell as Build, name, world, naming, args);
    bought.chain.must(&[trade(exchange::market_buy, FULL, give(&bought, QUOTE / 100))]);
    vec![
        buy("market_buy_exact_out", &traded, FULL, get(&traded, TOKEN_ATOMS)),
        buy("market_buy_plain", &traded, PLAIN, give(&traded, QUOTE)),
        buy("market_buy_plain_exact_out", &traded, PLAIN, get(&traded, TOKEN_ATOMS)),
        buy("market_buy_launch", &bought, FULL, give(&bought, QUOTE / 100)),
        buy("market_buy_launch_exact_out", &bought, FULL, get(&bought, TOKEN_ATOMS)),
        buy("market_buy_launch_opening", &launching, FULL, get(&launching, TOKEN_ATOMS)),
        first_buy(),
        sell("market_sell_exact_out", &traded, FULL, get(&traded, QUOTE / 100)),
        sell("market_sell_plain", &traded, PLAIN, give(&traded, TOKEN_ATOMS)),
        sell("market_sell_plain_exact_out", &traded, PLAIN, get(&traded, QUOTE / 100)),
        sell("market_sell_launch", &bought, FULL, give(&bought, TOKEN_ATOMS)),
        sell("market_sell_launch_exact_out", &bought, FULL, get(&bought, QUOTE / 1_000)),
    ]
}

type Build = fn(&Pubkey, &Pubkey, &Token, MarketTradeArgs, TradeRoute) -> Instruction;

fn trade(build: Build, naming: Naming, args: MarketTradeArgs) -> Instruction {
    let referrer = naming.referrer.then(|| SIDE.person("staker"));
    build(&SIDE.person("trader"), &SIDE.model(), &quote(), args, TradeRoute { referrer, launch: naming.sysvar })
}

/// Markets in use, with a referrer.
fn referred() -> World {
    let mut world = World::ready();
    let staker = SIDE.person("staker");
    world.chain.must(&[exchange::referral_open(&staker, &SIDE.model(), &staker)]);
    world
}

/// A model whose market is about to open, with people who have token accounts.
pub fn unopened() -> World {
    let mut world = World::configured();
    for role in ["creator", "trader", "staker"] {
        world.enrol(SIDE.person(role));
    }
    for instruction in world.listing(SIDE).into_iter().take(2) {
        world.chain.must(&[instruction]);
    }
    for role in ["creator", "trader"] {
        let person = SIDE.person(role);
        world.chain.must(&[token::create_account(&person, &person, &Token::of_model(&SIDE.model()))]);
    }
    world
}

/// The opening of a market with launch protection.
pub fn opening() -> Instruction {
    let args = MarketOpenArgs { launch: LAUNCH, ..open_args() };
    exchange::market_open(&SIDE.person("creator"), &SIDE.model(), &quote(), args)
}

/// A market in the first second of its launch.
fn launching() -> World {
    let mut world = unopened();
    let staker = SIDE.person("staker");
    world.chain.must(&[opening()]);
    world.chain.must(&[exchange::referral_open(&staker, &SIDE.model(), &staker)]);
    world
}

fn first_buy() -> Shape {
    let world = unopened();
    let args = exact_in(QUOTE, 0, fresh_terms(&world.chain));
    let route = TradeRoute { referrer: None, launch: true };
    let buy = exchange::market_buy(&SIDE.person("creator"), &SIDE.model(), &quote(), args, route);
    Shape { name: "market_buy_first", world, transaction: vec![opening(), buy] }
}

/// Compute units of somebody's whole first buy on a market against SOL.
fn units_of_first_buy_with_sol() -> Result<f64> {
    let (sol, staker) = (Token::WRAPPED_SOL, SIDE.person("staker"));
    let mut world = unopened();
    world.chain.put_mint(sol.mint, sol.program, 9);
    let stranger = key("trader with SOL").pubkey();
    world.chain.fund(&stranger);
    world.chain.must(&[exchange::quote_mint_allow(&key("admin").pubkey(), &sol.mint)]);
    world.chain.must(&[exchange::market_open(&SIDE.person("creator"), &SIDE.model(), &sol, open_args())]);
    world.chain.must(&[exchange::referral_open(&staker, &SIDE.model(), &staker)]);
    let buy = Trade {
        trader: stranger,
        model: SIDE.model(),
        quote: sol,
        side: TradeSide::Buy,
        args: exact_in(QUOTE, 1, fresh_terms(&world.chain)),
        route: TradeRoute { referrer: Some(staker), launch: true },
    };
    Ok(world.chain.must(&buy.instructions(TraderAccounts::default(), Wrapping::AsFound)).compute_units as f64)
}

/// The same trade by many people on two markets: all keys differ.
fn keys(figures: &mut Figures) -> Result<Table> {
    let mut table = Table::new("Trades of many people", KEYS_TEXT, &["instruction", "least, CU", "most, CU"]);
    for (name, build, args) in [
        ("market_buy", exchange::market_buy as Build, QUOTE),
        ("market_sell", exchange::market_sell as Build, TOKEN_ATOMS),
    ] {
        let units = units_by_person(build, args)?;
        let least = units.iter().copied().min().unwrap_or_default();
        let most = units.iter().copied().max().unwrap_or_default();
        ensure!(units.len() == 2 * TRADERS && least == most, "{name} takes {least} to {most} CU, by key");
        figures.set(format!("cu.{name}_spread_by_key"), (most - least) as f64)?;
        table.row([code(name), number(least as f64), number(most as f64)]);
    }
    Ok(table)
}

const KEYS_TEXT: &str = "\
     The same trade with everything on by 16 people, each with a referrer of their own, on two markets in the same \
     state: 32 sets of keys. No address is searched, so that all cost the same; `make bench` fails otherwise.";

fn units_by_person(build: Build, atoms_in: u64) -> Result<Vec<u64>> {
    let mut units = Vec::new();
    for side in Side::BOTH {
        let (ready, model) = (World::ready(), side.model());
        for number in 0..TRADERS {
            let mut world = ready.clone();
            let [trader, referrer] =
                ["trader", "referrer"].map(|role| key(&format!("{role} {number} of many")).pubkey());
            world.enrol(trader);
            let first = exact_in(QUOTE, 0, fresh_terms(&world.chain));
            for instruction in [
                token::create_account(&trader, &trader, &Token::of_model(&model)),
                exchange::referral_open(&trader, &model, &referrer),
                exchange::market_buy(&trader, &model, &quote(), first, TradeRoute::default()),
            ] {
                last_of(&mut world.chain, &[instruction], "setting up")?;
            }
            let args = exact_in(atoms_in, 0, fresh_terms(&world.chain));
            let route = TradeRoute { referrer: Some(referrer), launch: true };
            let trade = build(&trader, &model, &quote(), args, route);
            units.push(last_of(&mut world.chain, &[trade], "a trade of many")?.units);
        }
    }
    Ok(units)
}
