//! Trades against the compiled exchange: what is refused, what is paid, and that not an atom goes missing.

use modchains_core::trade;
use modchains_exchange::{
    events::{TokensBought, TokensSold},
    instructions::{MarketBuyArgs, MarketOpenArgs, MarketSellArgs},
    state::{FeeBeneficiary, QuoteTerms, VIRTUAL_ATOMS_BOUNDS},
};
use modchains_sdk::instruction::{Token, exchange, token};
use modchains_tests::{
    chain::{TOKEN, key},
    world::{DEPTH_ATOMS, QUOTE, Side, World, fresh_terms, quote},
};
use proptest::prelude::*;
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn buy(terms: QuoteTerms, quote_atoms_in: u64, min_token_atoms_out: u64) -> Instruction {
    let args = MarketBuyArgs { quote_atoms_in, min_token_atoms_out, terms };
    exchange::market_buy(&SIDE.person("trader"), &SIDE.model(), &quote(), args)
}

fn sell(terms: QuoteTerms, token_atoms_in: u64, min_quote_atoms_out: u64) -> Instruction {
    let args = MarketSellArgs { token_atoms_in, min_quote_atoms_out, terms };
    exchange::market_sell(&SIDE.person("trader"), &SIDE.model(), &quote(), args)
}

/// Both kinds of trade, of a size that succeeds.
fn trades(terms: QuoteTerms) -> [Instruction; 2] {
    [buy(terms, QUOTE, 0), sell(terms, 1_000_000_000_000, 0)]
}

#[test]
fn a_trade_of_nothing_is_refused() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    world.must_refuse(&[buy(terms, 0, 0)], "AmountZero");
    world.must_refuse(&[sell(terms, 0, 0)], "AmountZero");
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
    let args = MarketOpenArgs { depth_atoms: DEPTH_ATOMS, virtual_atoms: *VIRTUAL_ATOMS_BOUNDS.end() };
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
    let bought = world.market(SIDE).quote_buy(QUOTE).unwrap().token_atoms_out;
    world.must_refuse(&[buy(terms, QUOTE, bought + 1)], "OutputBelowLimit");
    world.chain.must(&[buy(terms, QUOTE, bought)]);
    let sold = world.market(SIDE).quote_sell(bought).unwrap().quote_atoms_out;
    world.must_refuse(&[sell(terms, bought, sold + 1)], "OutputBelowLimit");
    world.chain.must(&[sell(terms, bought, sold)]);
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
    for index in 0..2 {
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

#[test]
fn the_smallest_trades_pay_a_fee_of_at_least_one_atom() {
    let mut world = World::ready();
    let terms = fresh_terms(&world.chain);
    for quote_atoms in 2..40 {
        let fee = world.chain.must(&[buy(terms, quote_atoms, 0)]).event::<TokensBought>().fee;
        assert!(fee.reserve_atoms + fee.vault_atoms + fee.creator_atoms + fee.protocol_atoms >= 1, "{fee:?}");
    }
    let mut paid = 0;
    for tokens in (1..40).map(|step| step * 5_000) {
        let Ok(outcome) = world.chain.send(&[sell(terms, tokens, 0)]) else { continue };
        let fee = outcome.event::<TokensSold>().fee;
        assert!(fee.reserve_atoms + fee.vault_atoms + fee.creator_atoms + fee.protocol_atoms >= 1, "{fee:?}");
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
    let bought = world.market(SIDE).quote_buy(QUOTE).unwrap().token_atoms_out;
    world.chain.must(&[buy(terms, QUOTE, bought), sell(terms, bought, 0)]);
    let lost = before - world.quote_atoms(SIDE, "trader");
    assert!(lost > QUOTE / 100, "a round trip of {QUOTE} lost only {lost}");
}

fn transfer(from: &anchor_lang::prelude::Pubkey, to: &anchor_lang::prelude::Pubkey, atoms: u64) -> Instruction {
    let source = quote().account_of(from);
    anchor_spl::token::spl_token::instruction::transfer(&TOKEN, &source, to, from, &[], atoms).unwrap()
}

fn claim_creator_fees() -> Instruction {
    exchange::fees_claim(&SIDE.model(), &quote(), &SIDE.person("creator"), FeeBeneficiary::Creator)
}

/// A trade by its direction and size: quote atoms for a buy, parts per million of what is held for a sale.
#[derive(Debug, Clone, Copy)]
enum Trade {
    Buy(u64),
    Sell(u32),
}

fn any_trade() -> impl Strategy<Value = Trade> {
    // Sizes of every order of magnitude.
    let atoms = (0_u32..49, any::<u64>()).prop_map(|(bits, noise)| (1 << bits) | (noise & ((1 << bits) - 1)));
    prop_oneof![atoms.prop_map(Trade::Buy), (1_u32..=1_000_000).prop_map(Trade::Sell)]
}

/// Quotes by the formulas alone, executes with the quote as the limit, and compares every atom. Where the formulas
/// refuse, or the trader lacks the money, the exchange must refuse too.
fn execute_as_quoted(world: &mut World, trade: Trade) {
    let market = world.market(SIDE);
    let terms = QuoteTerms { deadline_seconds: i64::MAX, max_epoch: market.parameter_epoch + 1 };
    let (curve, fees) = (market.curve(), market.params.trade_fees());
    let (quote_held, tokens_held) = (world.quote_atoms(SIDE, "trader"), world.model_atoms(SIDE, "trader"));
    let (event_before, event_after, event_fee, curve_after, legs) = match trade {
        Trade::Buy(atoms) => match trade::buy_exact_in(&curve, &fees, atoms, false) {
            Ok(quoted) if atoms <= quote_held => {
                let event: TokensBought = world.chain.must(&[buy(terms, atoms, quoted.token_atoms_out)]).event();
                assert_eq!(world.quote_atoms(SIDE, "trader"), quote_held - atoms);
                assert_eq!(world.model_atoms(SIDE, "trader"), tokens_held + quoted.token_atoms_out);
                (event.before, event.after, event.fee, quoted.curve_after, quoted.legs)
            }
            _ => return assert!(world.chain.send(&[buy(terms, atoms, 0)]).is_err()),
        },
        Trade::Sell(part_ppm) => {
            let atoms = (u128::from(tokens_held) * u128::from(part_ppm) / 1_000_000) as u64;
            let Ok(quoted) = trade::sell_exact_in(&curve, &fees, atoms, false) else {
                return assert!(world.chain.send(&[sell(terms, atoms, 0)]).is_err());
            };
            let event: TokensSold = world.chain.must(&[sell(terms, atoms, quoted.quote_atoms_out)]).event();
            assert_eq!(world.quote_atoms(SIDE, "trader"), quote_held + quoted.quote_atoms_out);
            assert_eq!(world.model_atoms(SIDE, "trader"), tokens_held - atoms);
            (event.before, event.after, event.fee, quoted.curve_after, quoted.legs)
        }
    };
    assert_eq!(world.market(SIDE).curve(), curve_after);
    assert_eq!((event_before, event_after, event_fee), (curve.into(), curve_after.into(), legs.into()));
}

/// One step of a market's life.
#[derive(Debug, Clone, Copy)]
enum Step {
    Trade(Trade),
    Distribute,
    ClaimCreator,
    Deposit(u64),
    Donate(u64),
    Wait(u16),
    Sync,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any_trade().prop_map(Step::Trade),
        1 => Just(Step::Distribute),
        1 => Just(Step::ClaimCreator),
        1 => (1..QUOTE).prop_map(Step::Deposit),
        1 => (1..QUOTE).prop_map(Step::Donate),
        1 => any::<u16>().prop_map(Step::Wait),
        1 => Just(Step::Sync),
    ]
}

impl Step {
    /// Takes the step, or finds it refused. Returns the atoms it donated.
    fn take(self, world: &mut World) -> u64 {
        let donor = key("donor").pubkey();
        let instruction = match self {
            Self::Trade(trade) => {
                execute_as_quoted(world, trade);
                return 0;
            }
            Self::Wait(seconds) => {
                world.chain.advance(seconds.into());
                return 0;
            }
            Self::Distribute => exchange::fees_distribute(&SIDE.model(), &quote()),
            Self::ClaimCreator => claim_creator_fees(),
            Self::Deposit(atoms) => exchange::reserve_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), atoms),
            Self::Donate(atoms) => transfer(&donor, &SIDE.quote_vault(), atoms),
            Self::Sync => exchange::market_sync(&SIDE.model()),
        };
        let accepted = world.chain.send(&[instruction]).is_ok();
        if let (Self::Donate(atoms), true) = (self, accepted) { atoms } else { 0 }
    }
}

/// Every quote atom in the vault is reserve, due to somebody, or a gift; every token is held by somebody.
fn assert_conserved(world: &World, donated: u64) {
    let market = world.market(SIDE);
    let dues = market.vault_due_atoms + market.creator_due_atoms + market.protocol_due_atoms;
    assert_eq!(world.chain.token_atoms(&SIDE.quote_vault()), market.reserve_atoms + dues + donated);
    let held: u64 = ["trader", "staker"].iter().map(|role| world.model_atoms(SIDE, role)).sum();
    assert_eq!(market.circulating_atoms, held + world.chain.token_atoms(&SIDE.stake_tokens()));
    assert_eq!(market.circulating_atoms, world.supply(&SIDE.mint()));
    market.invariant().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_trade_pays_what_was_quoted_to_the_atom(trades in prop::collection::vec(any_trade(), 1..6)) {
        let mut world = World::ready();
        for trade in trades {
            execute_as_quoted(&mut world, trade);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_quote_vault_holds_reserve_and_dues_after_any_history(
        steps in prop::collection::vec(any_step(), 60..100),
    ) {
        let mut world = World::ready();
        world.enrol(key("donor").pubkey());
        world.chain.must(&[token::create_account(&key("payer").pubkey(), &key("donor").pubkey(), &quote())]);
        world.serve(SIDE, 1);
        let mut donated = 0;
        for step in steps {
            donated += step.take(&mut world);
            assert_conserved(&world, donated);
        }
    }
}
