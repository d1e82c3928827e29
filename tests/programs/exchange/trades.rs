//! Trades against the compiled exchange: what is refused, what is paid, and that not an atom goes missing.

use modchains_core::{market::VIRTUAL_ATOMS_BOUNDS, trade};
use modchains_exchange::{
    events::{TokensBought, TokensSold, TradeFee},
    instructions::MarketOpenArgs,
    state::{FeeBeneficiary, MarketTradeArgs, QuoteTerms},
};
use modchains_sdk::instruction::{
    Token,
    exchange::{self, TradeRoute},
    token,
};
use modchains_tests::{
    chain::{TOKEN, key},
    world::{QUOTE, Side, World, exact_in, exact_out, fresh_terms, open_args, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn buy_as(args: MarketTradeArgs) -> Instruction {
    exchange::market_buy(&SIDE.person("trader"), &SIDE.model(), &quote(), args, TradeRoute::default())
}

fn sell_as(args: MarketTradeArgs) -> Instruction {
    exchange::market_sell(&SIDE.person("trader"), &SIDE.model(), &quote(), args, TradeRoute::default())
}

fn buy(terms: QuoteTerms, quote_atoms_in: u64, min_token_atoms_out: u64) -> Instruction {
    buy_as(exact_in(quote_atoms_in, min_token_atoms_out, terms))
}

fn sell(terms: QuoteTerms, token_atoms_in: u64, min_quote_atoms_out: u64) -> Instruction {
    sell_as(exact_in(token_atoms_in, min_quote_atoms_out, terms))
}

fn buy_out(terms: QuoteTerms, token_atoms_out: u64, max_quote_atoms_in: u64) -> Instruction {
    buy_as(exact_out(token_atoms_out, max_quote_atoms_in, terms))
}

fn sell_out(terms: QuoteTerms, quote_atoms_out: u64, max_token_atoms_in: u64) -> Instruction {
    sell_as(exact_out(quote_atoms_out, max_token_atoms_in, terms))
}

fn quoted_buy(world: &World, quote_atoms_in: u64) -> trade::Buy {
    let market = world.market(SIDE);
    market.state().sides().buy_exact_in(&market.params.trade_fees(), quote_atoms_in, false).unwrap()
}

fn quoted_sale(world: &World, token_atoms_in: u64) -> trade::Sell {
    let market = world.market(SIDE);
    market.state().sides().sell_exact_in(&market.params.trade_fees(), token_atoms_in, false).unwrap()
}

/// All four trades, of a size that succeeds.
fn trades(terms: QuoteTerms) -> [Instruction; 4] {
    [
        buy(terms, QUOTE, 0),
        sell(terms, 1_000_000_000_000, 0),
        buy_out(terms, 1_000_000_000_000, u64::MAX),
        sell_out(terms, QUOTE / 100, u64::MAX),
    ]
}

#[test]
fn a_trade_of_nothing_is_refused() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    world.must_refuse(&[buy(terms, 0, 0)], "AmountZero");
    world.must_refuse(&[sell(terms, 0, 0)], "AmountZero");
    world.must_refuse(&[buy_out(terms, 0, u64::MAX)], "AmountZero");
    world.must_refuse(&[sell_out(terms, 0, u64::MAX)], "AmountZero");
}

#[test]
fn a_trade_too_small_to_pay_anything_is_refused() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    // One atom is all fee; one token atom is worth less than one quote atom.
    world.must_refuse(&[buy(terms, 1, 0)], "OutputZero");
    world.must_refuse(&[sell(terms, 1, 0)], "OutputZero");
}

#[test]
fn a_buy_that_does_not_fit_the_curve_is_refused() {
    // The largest virtual reserve, and a trader who holds all that a mint can ever issue.
    let mut world = World::configured();
    let (creator, trader) = (SIDE.person("creator"), SIDE.person("trader"));
    world.enrol(creator);
    world.enrol(trader);
    let [register, publish, ..] = <[_; 5]>::try_from(world.listing(SIDE)).expect("five instructions");
    let args = MarketOpenArgs { virtual_atoms: *VIRTUAL_ATOMS_BOUNDS.end(), ..open_args() };
    world.chain.must(&[register]);
    world.chain.must(&[publish, exchange::market_open(&creator, &SIDE.model(), &quote(), args)]);
    world.chain.must(&[token::create_account(&trader, &trader, &Token::of_model(&SIDE.model()))]);
    world.chain.put_tokens(SIDE.quote_account("trader"), TOKEN, quote().mint, trader, u64::MAX);
    let terms = fresh_terms(&world.chain);
    world.must_refuse(&[buy(terms, u64::MAX, 0)], "Overflow");
    world.chain.must(&[buy(terms, u64::MAX / 2, 0), buy(terms, u64::MAX / 4, 0)]);
    world.must_refuse(&[buy(terms, u64::MAX / 4, 0)], "Overflow");
}

#[test]
fn nobody_pays_more_quote_atoms_than_they_hold() {
    let mut world = World::ready();
    let (terms, held) = (fresh_terms(&world.chain), world.quote_atoms(SIDE, "trader"));
    world.must_refuse(&[buy(terms, held + 1, 0)], "token: custom program error: 0x1");
    world.chain.must(&[buy(terms, held, 0)]);
    assert_eq!(world.quote_atoms(SIDE, "trader"), 0);
}

#[test]
fn nobody_sells_more_tokens_than_they_hold_or_than_circulate() {
    let mut world = World::ready();
    let (terms, held) = (fresh_terms(&world.chain), world.model_atoms(SIDE, "trader"));
    let supply = world.supply(&SIDE.mint());
    assert!(held < supply, "others hold tokens too");
    world.must_refuse(&[sell(terms, held + 1, 0)], "token-2022: custom program error: 0x1");
    world.must_refuse(&[sell(terms, supply, 0)], "token-2022: custom program error: 0x1");
    world.must_refuse(&[sell(terms, supply + 1, 0)], "InsufficientSupply");
    world.must_refuse(&[sell(terms, u64::MAX, 0)], "InsufficientSupply");
    world.chain.must(&[sell(terms, held, 0)]);
    assert_eq!(world.model_atoms(SIDE, "trader"), 0);
}

#[test]
fn output_one_atom_below_the_limit_is_refused_and_the_limit_itself_is_met() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    let bought = quoted_buy(&world, QUOTE).token_atoms_out;
    world.must_refuse(&[buy(terms, QUOTE, bought + 1)], "OutputBelowLimit");
    world.chain.must(&[buy(terms, QUOTE, bought)]);
    let sold = quoted_sale(&world, bought).quote_atoms_out;
    world.must_refuse(&[sell(terms, bought, sold + 1)], "OutputBelowLimit");
    world.chain.must(&[sell(terms, bought, sold)]);
}

#[test]
fn input_one_atom_above_the_limit_is_refused_and_the_limit_itself_is_met() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    let (market, wanted) = (world.market(SIDE), 1_000_000_000_000);
    let (sides, fees) = (market.state().sides(), market.params.trade_fees());
    let paid = sides.buy_exact_out(&fees, wanted, false).unwrap().quote_atoms_in;
    world.must_refuse(&[buy_out(terms, wanted, paid - 1)], "InputAboveLimit");
    world.chain.must(&[buy_out(terms, wanted, paid)]);
    let given = world.market(SIDE).state().sides().sell_exact_out(&fees, QUOTE / 100, false).unwrap();
    world.must_refuse(&[sell_out(terms, QUOTE / 100, given.token_atoms_in - 1)], "InputAboveLimit");
    world.chain.must(&[sell_out(terms, QUOTE / 100, given.token_atoms_in)]);
}

#[test]
fn nobody_gets_more_than_the_curve_and_the_reserve_hold() {
    let mut world = World::ready();
    let (terms, market) = (fresh_terms(&world.chain), world.market(SIDE));
    let left = market.depth_atoms - market.circulating_atoms;
    world.must_refuse(&[buy_out(terms, left, u64::MAX)], "InsufficientSupply");
    world.must_refuse(&[buy_out(terms, u64::MAX, u64::MAX)], "InsufficientSupply");
    world.must_refuse(&[sell_out(terms, market.reserve_atoms + 1, u64::MAX)], "InsufficientReserve");
    world.must_refuse(&[sell_out(terms, u64::MAX, u64::MAX)], "Overflow");
}

#[test]
fn a_trade_is_refused_from_its_deadline_on() {
    let start = World::ready();
    let deadline_seconds = start.chain.now() + 10;
    for trade in trades(QuoteTerms { deadline_seconds, max_epoch: 1 }) {
        let mut world = start.clone();
        for late in [deadline_seconds, deadline_seconds + 1, i64::MAX] {
            world.chain.set_time(late);
            world.must_refuse(std::slice::from_ref(&trade), "DeadlinePassed");
        }
        world.chain.set_time(deadline_seconds - 1);
        world.chain.must(&[trade]);
    }
}

#[test]
fn a_trade_quoted_before_the_curve_moved_is_refused() {
    let mut world = World::ready();
    world.move_curve_up(SIDE);
    let later = QuoteTerms { deadline_seconds: world.chain.now() + 60, max_epoch: 1 };
    for trade in trades(later) {
        world.must_refuse(&[trade], "ParametersMoved");
    }
    world.chain.must(&trades(QuoteTerms { max_epoch: 2, ..later }));
}

#[test]
fn a_trade_with_accounts_missing_is_refused() {
    let mut world = World::ready();
    for trade in trades(fresh_terms(&world.chain)) {
        for kept in 0..trade.accounts.len() {
            let mut short = trade.clone();
            short.accounts.truncate(kept);
            world.must_refuse(&[short], "AccountNotEnoughKeys");
        }
    }
}

#[test]
fn accounts_beyond_those_of_a_trade_change_nothing() {
    for index in 0..4 {
        let (mut plain, mut padded) = (World::ready(), World::ready());
        let trade = trades(fresh_terms(&plain.chain))[index].clone();
        plain.chain.must(std::slice::from_ref(&trade));
        let mut long = trade;
        let stranger = long.accounts[1].clone();
        long.accounts.push(stranger);
        padded.chain.must(&[long]);
        assert_eq!(bytemuck::bytes_of(&plain.market(SIDE)), bytemuck::bytes_of(&padded.market(SIDE)));
    }
}

#[test]
fn a_trade_changes_its_own_accounts_and_no_other() {
    let mut world = World::ready();
    let named = [
        ("market", SIDE.market()),
        ("mint", SIDE.mint()),
        ("quote vault", SIDE.quote_vault()),
        ("trader's quote", SIDE.quote_account("trader")),
        ("trader's tokens", SIDE.token_account("trader")),
    ];
    for trade in trades(fresh_terms(&world.chain)) {
        world.must_change(&[trade], &named);
    }
}

pub fn fee_of(fee: &TradeFee) -> u64 {
    fee.reserve_atoms + fee.vault_atoms + fee.creator_atoms + fee.protocol_atoms + fee.referrer_atoms
}

#[test]
fn the_smallest_trades_pay_a_fee_of_at_least_one_atom() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    for quote_atoms in 2..40 {
        let fee = world.chain.must(&[buy(terms, quote_atoms, 0)]).event::<TokensBought>().fee;
        assert!(fee_of(&fee) >= 1, "{fee:?}");
    }
    let mut paid = 0;
    for tokens in (1..40).map(|step| step * 5_000) {
        let Ok(outcome) = world.chain.send(&[sell(terms, tokens, 0)]) else { continue };
        let fee = outcome.event::<TokensSold>().fee;
        assert!(fee_of(&fee) >= 1, "{fee:?}");
        paid += 1;
    }
    assert!(paid > 20, "most of these sales are large enough to pay something");
}

#[test]
fn a_donation_to_the_quote_vault_changes_neither_price_nor_payout() {
    let (mut plain, mut gifted) = (World::ready(), World::ready());
    let donor = key("donor").pubkey();
    gifted.enrol(donor);
    gifted.chain.must(&[transfer(&donor, &SIDE.quote_vault(), 500 * QUOTE)]);
    let terms = fresh_terms(&plain.chain);
    for world in [&mut plain, &mut gifted] {
        world.chain.must(&[buy(terms, 3 * QUOTE, 0), sell(terms, 1_000_000_000_000, 0)]);
        world.chain.must(&[exchange::fees_distribute(&SIDE.model(), &quote())]);
        world.chain.must(&[claim_creator_fees()]);
    }
    assert_eq!(bytemuck::bytes_of(&plain.market(SIDE)), bytemuck::bytes_of(&gifted.market(SIDE)));
    for role in ["trader", "creator"] {
        assert_eq!(plain.quote_atoms(SIDE, role), gifted.quote_atoms(SIDE, role), "{role}");
    }
    assert_eq!(plain.model_atoms(SIDE, "trader"), gifted.model_atoms(SIDE, "trader"));
    let balance = |world: &World| world.chain.token_atoms(&SIDE.quote_vault());
    assert_eq!(balance(&gifted), balance(&plain) + 500 * QUOTE);
}

#[test]
fn a_buy_and_its_sale_in_one_transaction_lose_more_than_half_the_fee_of_both() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    let before = world.quote_atoms(SIDE, "trader");
    let bought = quoted_buy(&world, QUOTE).token_atoms_out;
    world.chain.must(&[buy(terms, QUOTE, bought), sell(terms, bought, 0)]);
    let lost = before - world.quote_atoms(SIDE, "trader");
    assert!(lost > QUOTE / 100, "a round trip of {QUOTE} lost only {lost}");
}

pub fn transfer(from: &anchor_lang::prelude::Pubkey, to: &anchor_lang::prelude::Pubkey, atoms: u64) -> Instruction {
    let source = quote().account_of(from);
    anchor_spl::token::spl_token::instruction::transfer(&TOKEN, &source, to, from, &[], atoms).unwrap()
}

pub fn claim_creator_fees() -> Instruction {
    exchange::fees_claim(&SIDE.model(), &quote(), &SIDE.person("creator"), FeeBeneficiary::Creator)
}
