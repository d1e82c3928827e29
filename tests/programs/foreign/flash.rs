//! A trader with no tokens who buys, has the curve moved and paid into, stakes, unstakes and sells, in every order, in
//! one transaction and through a foreign program.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{instructions::MarketDepositArgs, state::QuoteTerms};
use modchains_sdk::{
    address,
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        oracle, token, vault,
    },
    quote::{TradeSide, TradeSize, quote as quote_trade},
};
use modchains_tests::{
    chain::key,
    world::{EPOCH_SECONDS, PURSE_ATOMS, QUOTE, Side, World, exact_in, fresh_terms, quote, revenue_mints, stake_args},
};
use modchains_vault::{instructions::UnstakeArgs, state::Position};
use solana_instruction::Instruction;
use solana_signer::Signer;
use test_foreign::Route;

use crate::foreign::program::{foreign, install};

const SIDE: Side = Side::A;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Buy,
    Sync,
    /// The trader's own money, half to the reserve and half through the fee split.
    Deposit,
    /// The oracle's fees of paid usage, to stakers and to the reserve.
    Distribute,
    Stake,
    Unstake,
    Sell,
}

fn flash() -> Pubkey {
    key("flash trader").pubkey()
}

/// A model that was used and paid for: the next sync moves the curve up, and the oracle has fees for the reserve.
fn prepared() -> World {
    let mut world = World::ready();
    install(&mut world.chain);
    world.enrol(flash());
    world.serve(SIDE, 1);
    world.chain.advance(EPOCH_SECONDS.into());
    world.chain.must(&[
        oracle::usage_roll(&SIDE.model()),
        token::create_account(&flash(), &flash(), &Token::of_model(&SIDE.model())),
        vault::position_open(&flash(), &SIDE.model()),
    ]);
    world
}

fn quote_held(world: &World) -> u64 {
    world.chain.token_atoms(&quote().account_of(&flash()))
}

fn tokens_held(world: &World) -> u64 {
    world.chain.token_atoms(&Token::of_model(&SIDE.model()).account_of(&flash()))
}

fn position(world: &World) -> Position {
    world.chain.state(&address::vault::position(&SIDE.vault(), &flash()))
}

/// Quote atoms that the trader has or would have after selling everything and claiming all revenue.
fn wealth(world: &World) -> u64 {
    let (market, position) = (world.market(SIDE), position(world));
    let revenue = position.earnings.claimable_atoms;
    let atoms_in = tokens_held(world) + position.staked_atoms + position.cooling_atoms;
    if atoms_in == 0 {
        return quote_held(world) + revenue;
    }
    let sale = quote_trade(&market, TradeSide::Sell, TradeSize::ExactIn(atoms_in), world.chain.now());
    quote_held(world) + revenue + sale.map_or(0, |sale| sale.atoms_out)
}

fn instructions(world: &World, act: Act, atoms: u64) -> Vec<Instruction> {
    let (trader, model) = (flash(), SIDE.model());
    let terms = QuoteTerms { max_epoch: u64::MAX, ..fresh_terms(&world.chain) };
    vec![match act {
        Act::Buy => exchange::market_buy(&trader, &model, &quote(), exact_in(atoms, 0, terms), TradeRoute::default()),
        Act::Sync => exchange::market_sync(&model),
        Act::Deposit => {
            let (reserve_atoms, split_atoms) = (atoms / 200, atoms / 200);
            let args = MarketDepositArgs { reserve_atoms, creator_atoms: 0, split_atoms };
            exchange::market_deposit(&trader, &model, &quote(), args)
        }
        Act::Distribute => {
            return vec![oracle::fees_distribute(&model, &quote()), oracle::market_fees_distribute(&model, &quote())];
        }
        Act::Stake => {
            let token_atoms = tokens_held(world) / 2;
            vault::stake(&trader, &model, revenue_mints(), stake_args(token_atoms))
        }
        Act::Unstake => {
            let token_atoms = position(world).staked_atoms;
            vault::unstake(&trader, &model, revenue_mints(), UnstakeArgs { token_atoms })
        }
        Act::Sell => {
            let args = exact_in(tokens_held(world), 0, terms);
            exchange::market_sell(&trader, &model, &quote(), args, TradeRoute::default())
        }
    }]
}

/// Every order of the acts.
fn orders(acts: &[Act]) -> Vec<Vec<Act>> {
    if acts.is_empty() {
        return vec![Vec::new()];
    }
    let firsts = acts.iter().enumerate();
    firsts
        .flat_map(|(place, first)| {
            let rest: Vec<Act> =
                acts.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, act)| *act).collect();
            orders(&rest).into_iter().map(|order| [vec![*first], order].concat())
        })
        .collect()
}

/// What the best order and size gains, in quote atoms; how many were tried, and how many of them moved the curve.
fn search(start: &World, paid_in: &[Act], sizes: &[u64]) -> (i128, u32, u32) {
    let before = wealth(start);
    let (mut best, mut runs, mut moved) = (i128::MIN, 0, 0);
    for paid_in in paid_in {
        for order in orders(&[Act::Buy, Act::Sync, *paid_in, Act::Stake, Act::Unstake, Act::Sell]) {
            let place = |act| order.iter().position(|other| *other == act);
            if place(Act::Sell) < place(Act::Buy) || place(Act::Unstake) < place(Act::Stake) {
                continue; // Nothing to sell or to unstake yet.
            }
            for atoms in sizes {
                let (profit, synced) = run(start, &order, *atoms, before);
                best = best.max(profit);
                moved += u32::from(synced);
                runs += 1;
            }
        }
    }
    println!("{runs} orders and sizes, {moved} with a moved curve; best result {best} quote atoms");
    (best, runs, moved)
}

#[test]
fn no_order_of_acts_in_one_transaction_makes_a_flash_trader_richer() {
    let (best, runs, moved) =
        search(&prepared(), &[Act::Deposit, Act::Distribute], &[QUOTE / 10, 30 * QUOTE, 10_000 * QUOTE]);
    assert!(best < 0, "a gain of {best} quote atoms");
    assert!(moved * 2 > runs, "most orders move the curve");
}

/// Writes another state over that of an account.
fn overwrite<T: bytemuck::Pod>(world: &mut World, address: Pubkey, state: &T) {
    let mut account = world.chain.raw(&address).unwrap();
    account.data[8..8 + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(state));
    world.chain.svm.set_account(address, account).unwrap();
}

/// As prepared, with so much paid for usage that the next sync makes the largest step up.
fn largest_step() -> World {
    let mut world = prepared();
    let mut usage = world.usage(SIDE);
    usage.paid_net_atoms += PURSE_ATOMS;
    overwrite(&mut world, SIDE.usage(), &usage);
    world
}

#[test]
fn not_even_around_the_largest_step_does_a_flash_trader_gain() {
    let (best, runs, moved) = search(&largest_step(), &[Act::Distribute], &[30 * QUOTE, 10_000 * QUOTE]);
    assert!(best < 0, "a gain of {best} quote atoms");
    assert!(moved * 2 > runs, "most orders move the curve");
}

#[test]
fn where_steps_exceed_what_trades_cost_the_same_search_finds_a_gain() {
    let mut start = largest_step();
    let mut market = start.market(SIDE);
    market.params.fee_bps = 1;
    market.params.step_max_ppm = 100_000;
    overwrite(&mut start, SIDE.market(), &market);
    let (best, ..) = search(&start, &[Act::Distribute], &[30 * QUOTE]);
    assert!(best > 0, "the fee is what stands against a step");
}

/// Takes the acts one by one to learn their amounts, then all at once by CPI; what is refused on its own is left out.
/// Returns the trader's gain and whether the curve moved.
fn run(start: &World, order: &[Act], atoms: u64, before: u64) -> (i128, bool) {
    let mut probe = start.clone();
    let mut calls = Vec::new();
    for act in order {
        for next in instructions(&probe, *act, atoms) {
            if probe.chain.send(std::slice::from_ref(&next)).is_ok() {
                calls.push(next);
            }
        }
    }
    let mut world = start.clone();
    world.chain.must(&[Route::of(calls).instruction(&foreign())]);
    assert_eq!(quote_held(&world), quote_held(&probe), "one transaction or several: the same");
    let moved = world.market(SIDE).parameter_epoch > start.market(SIDE).parameter_epoch;
    (i128::from(wealth(&world)) - i128::from(before), moved)
}
