//! Laws of the market as a whole: what a trade or a deposit leaves, and for which reason one is refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::{FeeLegs, TRADE_FEES_DEFAULT},
    launch::{LaunchTally, LaunchTerms, Transaction},
    market::{self, Dues, MarketParams, MarketRules, MarketState, Order, QuoteTerms, Trade, TradeAmount, TradeSide},
    trade::{buy_exact_in, buy_exact_out, sell_exact_in, sell_exact_out},
};
use proptest::prelude::*;

use common::{any_atoms, market, market_of, solvent_curve, trade_fees};

/// Ten minutes, from 20 %, a hundredth of the depth for each transaction.
const LAUNCH: LaunchTerms = LaunchTerms { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
const OPENED: i64 = 1_000;
const DEPTH: u64 = 1_000_000_000_000_000;
const OPENING_WORD: u64 = 77;

fn exact_in(atoms_in: u64) -> TradeAmount {
    TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }
}

fn exact_out(atoms_out: u64) -> TradeAmount {
    TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX }
}

fn order(side: TradeSide, amount: TradeAmount) -> Order {
    Order { side, amount, terms: QuoteTerms::OPEN, has_referrer: true, transaction: None }
}

fn side() -> impl Strategy<Value = TradeSide> {
    prop_oneof![Just(TradeSide::Buy), Just(TradeSide::Sell)]
}

fn amount() -> impl Strategy<Value = TradeAmount> {
    prop_oneof![any_atoms().prop_map(exact_in), any_atoms().prop_map(exact_out)]
}

/// A market that has just opened with launch protection.
fn launched() -> (MarketState, MarketRules) {
    let rules = MarketRules::new(&MarketParams::DEFAULT, &LAUNCH, DEPTH, OPENED);
    (market::open(&rules, 30_000_000_000, OPENING_WORD).unwrap(), rules)
}

/// A transaction of somebody who is not the creator.
fn transaction(word: u64) -> Option<Transaction> {
    Some(Transaction { word, word_with_trader: word ^ u64::MAX })
}

/// The same order with the tightest limit that its quote allows, and with one that is an atom tighter.
fn limits(order: &Order, trade: &Trade) -> (Order, Order, CoreError) {
    let amount = |beyond: u64| match order.amount {
        TradeAmount::ExactIn { atoms_in, .. } => {
            TradeAmount::ExactIn { atoms_in, min_atoms_out: trade.atoms_out() + beyond }
        }
        TradeAmount::ExactOut { atoms_out, .. } => {
            TradeAmount::ExactOut { atoms_out, max_atoms_in: trade.atoms_in() - beyond }
        }
    };
    let refusal = match order.amount {
        TradeAmount::ExactIn { .. } => CoreError::OutputBelowLimit,
        TradeAmount::ExactOut { .. } => CoreError::InputAboveLimit,
    };
    (Order { amount: amount(0), ..*order }, Order { amount: amount(1), ..*order }, refusal)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_quote_is_the_trade_that_follows_and_its_limit_is_kept_to_the_atom(
        curve in solvent_curve(), fees in trade_fees(), side in side(), amount in amount(), now in 0i64..1 << 40,
    ) {
        let (state, rules) = market_of(curve, &fees);
        let order = order(side, amount);
        let Ok(quoted) = market::trade(&state, &rules, &order, now) else { return Ok(()) };
        let (within, beyond, refusal) = limits(&order, &quoted);
        prop_assert_eq!(market::trade(&state, &rules, &within, now), Ok(quoted));
        prop_assert_eq!(market::trade(&state, &rules, &beyond, now), Err(refusal));
    }

    #[test]
    fn a_trade_leaves_what_its_formula_says_and_owes_its_legs(
        curve in solvent_curve(), fees in trade_fees(), side in side(), amount in amount(), has_referrer: bool,
        dues in (any_atoms(), any_atoms(), any_atoms()), now in 0i64..1 << 40,
    ) {
        let (mut state, rules) = market_of(curve, &fees);
        state.dues = Dues { vault_atoms: dues.0, creator_atoms: dues.1, protocol_atoms: dues.2 };
        (state.parameter_epoch, state.usage_fees_seen_atoms) = (dues.0 >> 1, dues.1);
        let order = Order { has_referrer, ..order(side, amount) };
        let alone = match (side, amount) {
            (TradeSide::Buy, TradeAmount::ExactIn { atoms_in, .. }) => buy_exact_in(&curve, &fees, atoms_in, has_referrer)
                .map(|buy| (buy.quote_atoms_in, buy.token_atoms_out, buy.fee_atoms, buy.legs, buy.curve_after)),
            (TradeSide::Buy, TradeAmount::ExactOut { atoms_out, .. }) => buy_exact_out(&curve, &fees, atoms_out, has_referrer)
                .map(|buy| (buy.quote_atoms_in, buy.token_atoms_out, buy.fee_atoms, buy.legs, buy.curve_after)),
            (TradeSide::Sell, TradeAmount::ExactIn { atoms_in, .. }) => sell_exact_in(&curve, &fees, atoms_in, has_referrer)
                .map(|sale| (sale.quote_atoms_out, sale.token_atoms_in, sale.fee_atoms, sale.legs, sale.curve_after)),
            (TradeSide::Sell, TradeAmount::ExactOut { atoms_out, .. }) => sell_exact_out(&curve, &fees, atoms_out, has_referrer)
                .map(|sale| (sale.quote_atoms_out, sale.token_atoms_in, sale.fee_atoms, sale.legs, sale.curve_after)),
        };
        let traded = market::trade(&state, &rules, &order, now);
        let (quote_atoms, token_atoms, fee_atoms, legs, curve_after) = match alone {
            Ok(alone) => alone,
            Err(error) => {
                prop_assert_eq!(traded, Err(error));
                return Ok(());
            }
        };
        let sum = |due: u64, leg: u64| due.checked_add(leg);
        let owed = (sum(dues.0, legs.vault), sum(dues.1, legs.creator), sum(dues.2, legs.protocol));
        let (Some(vault_atoms), Some(creator_atoms), Some(protocol_atoms)) = owed else {
            prop_assert_eq!(traded, Err(CoreError::Overflow));
            return Ok(());
        };
        let mut sync = state.sync;
        sync.high_water = sync.high_water.record(curve.circulating_atoms, curve_after.circulating_atoms, now, rules.params.epoch_seconds);
        let dues = Dues { vault_atoms, creator_atoms, protocol_atoms };
        let state_after = MarketState { curve: curve_after, sync, dues, ..state };
        let expected = Trade { side, quote_atoms, token_atoms, fee_bps: fees.fee_bps, fee_atoms, legs, state_after };
        prop_assert_eq!(traded, Ok(expected));
        let (given, got) = if side == TradeSide::Buy { (quote_atoms, token_atoms) } else { (token_atoms, quote_atoms) };
        prop_assert_eq!((expected.atoms_in(), expected.atoms_out()), (given, got));
    }

    #[test]
    fn the_first_reason_of_the_table_is_the_one_that_is_given(faults in any::<[bool; 7]>(), side in side()) {
        let [late, moved, unknown, empty, limited, paused, above_cap] = faults;
        let (mut state, mut rules) = launched();
        let bought = market::trade(&state, &rules, &Order {
            transaction: transaction(1), ..order(TradeSide::Buy, exact_out(DEPTH / 200))
        }, OPENED).unwrap();
        (state, state.parameter_epoch) = (bought.state_after, 5);
        rules.paused_until_seconds = if paused { OPENED + 2 } else { OPENED + 1 };
        let wanted = if empty { 0 } else if side == TradeSide::Sell { 1_000 } else if above_cap { DEPTH / 100 + 1 } else { DEPTH / 100 };
        let order = Order {
            terms: QuoteTerms { deadline_seconds: OPENED + if late { 1 } else { 2 }, max_epoch: if moved { 5 } else { 6 } },
            transaction: if unknown { None } else { transaction(2) },
            ..order(side, TradeAmount::ExactOut { atoms_out: wanted, max_atoms_in: if limited { 0 } else { u64::MAX } })
        };
        let reasons = [
            (late, true, CoreError::DeadlinePassed),
            (moved, true, CoreError::ParametersMoved),
            (unknown, false, CoreError::LaunchTransactionMissing),
            (empty, true, CoreError::AmountZero),
            (limited, true, CoreError::InputAboveLimit),
            (paused, false, CoreError::MarketPaused),
            (above_cap, false, CoreError::LaunchCapExceeded),
        ];
        let concerned = reasons.iter().find(|(is_so, of_sales, _)| *is_so && (*of_sales || side == TradeSide::Buy));
        let refusal = market::trade(&state, &rules, &order, OPENED + 1).err();
        prop_assert_eq!(refusal, concerned.map(|(_, _, reason)| *reason));
    }

    #[test]
    fn the_price_impact_is_the_traded_part_of_the_side_that_was_traded_into(
        curve in solvent_curve(), fees in trade_fees(), amount in any_atoms(),
    ) {
        // Rounding of the trade to atoms and of prices to 2^-64 is below a millionth where both sides are large.
        if curve.spot_price_q64().unwrap() <= 1 << 40 {
            return Ok(());
        }
        let (state, rules) = market_of(curve, &fees);
        let trade = |side| market::trade(&state, &rules, &order(side, exact_in(amount)), 0);
        let of_whole = |part: u64, whole: u128| u128::from(part) * 1_000_000 / whole;
        if let Ok(buy) = trade(TradeSide::Buy)
            && buy.token_atoms > 1 << 24
        {
            let expected = of_whole(amount - buy.fee_atoms, u128::from(curve.quote_atoms().unwrap())).min(u128::from(u32::MAX));
            let got = u128::from(buy.price_impact_ppm(&curve).unwrap());
            prop_assert!(got >= expected && got <= expected + 2 + expected / (1 << 20), "{got} for {expected}");
        }
        if let Ok(sale) = trade(TradeSide::Sell)
            && sale.quote_atoms > 1 << 24
        {
            let expected = of_whole(amount, u128::from(curve.token_atoms().unwrap()) + u128::from(amount));
            let got = u128::from(sale.price_impact_ppm(&curve).unwrap());
            prop_assert!(got >= expected && got <= expected + 2, "{got} for {expected}");
        }
    }

    #[test]
    fn a_transaction_buys_at_most_the_cap_however_it_is_split_and_others_begin_anew(
        buys in prop::collection::vec((0u64..3, 1u64..DEPTH / 50), 1..12),
    ) {
        let (mut state, rules) = launched();
        let (cap_atoms, mut last) = (DEPTH / 100, (u64::MAX, 0));
        for (word, atoms) in buys {
            let before_atoms = if last.0 == word { last.1 } else { 0 };
            let order = Order { transaction: transaction(word), ..order(TradeSide::Buy, exact_out(atoms)) };
            match market::trade(&state, &rules, &order, OPENED + 1) {
                Ok(bought) => {
                    prop_assert!(before_atoms + atoms <= cap_atoms);
                    last = (word, before_atoms + atoms);
                    state = bought.state_after;
                    let tally = LaunchTally { word, bought_atoms: last.1, is_first_buy_open: false };
                    prop_assert_eq!(state.launch, tally);
                }
                Err(error) => {
                    prop_assert_eq!(error, CoreError::LaunchCapExceeded);
                    prop_assert!(before_atoms + atoms > cap_atoms);
                }
            }
        }
    }

    #[test]
    fn a_deposit_goes_where_it_is_meant_to_and_leaves_no_atom_behind(
        (curve, _) in market(), fees in trade_fees(), parts in (0u64..1 << 50, 0u64..1 << 50, 0u64..1 << 50),
    ) {
        let (state, rules) = market_of(curve, &fees);
        let deposit = market::deposit(&state, &rules, parts.0, parts.1, parts.2).unwrap();
        let (legs, after) = (deposit.legs, deposit.state_after);
        prop_assert_eq!(legs, fees.split_fee(parts.2, false).unwrap());
        prop_assert_eq!(after.curve.reserve_atoms, curve.reserve_atoms + parts.0 + legs.reserve);
        let dues = Dues { vault_atoms: legs.vault, creator_atoms: parts.1 + legs.creator, protocol_atoms: legs.protocol };
        prop_assert_eq!(after.dues, dues);
        let rest = MarketState { curve: after.curve, dues: after.dues, ..state };
        prop_assert_eq!(after, rest);
        let in_place_of_virtual = curve.virtual_atoms - after.curve.virtual_atoms;
        prop_assert_eq!(in_place_of_virtual, (parts.0 + legs.reserve).min(curve.virtual_atoms - 1), "the price stands");
    }
}

#[test]
fn only_the_creators_buy_in_the_opening_transaction_is_free_of_the_launch_and_only_once() {
    let (state, rules) = launched();
    let buy = |state: &MarketState, transaction: Option<Transaction>, atoms_out| {
        let order = Order { transaction, ..order(TradeSide::Buy, exact_out(atoms_out)) };
        market::trade(state, &rules, &order, OPENED)
    };
    let creator = Some(Transaction { word: 5, word_with_trader: OPENING_WORD });
    let first = buy(&state, creator, DEPTH / 10).unwrap();
    assert_eq!(first.fee_bps, 100, "the base fee");
    let tally = LaunchTally { word: 5, bought_atoms: DEPTH / 10, is_first_buy_open: false };
    assert_eq!(first.state_after.launch, tally);
    assert_eq!(buy(&first.state_after, creator, 1_000_000), Err(CoreError::LaunchCapExceeded), "it has had its buy");
    let later = Some(Transaction { word: OPENING_WORD, word_with_trader: OPENING_WORD });
    assert_eq!(buy(&first.state_after, later, DEPTH / 100).unwrap().fee_bps, 2_000, "another transaction");
    assert_eq!(buy(&state, transaction(OPENING_WORD), DEPTH / 100 + 1), Err(CoreError::LaunchCapExceeded));
    let stranger = buy(&state, transaction(OPENING_WORD), DEPTH / 100).unwrap();
    assert_eq!((stranger.fee_bps, stranger.state_after.launch.is_first_buy_open), (2_000, false));
    assert_eq!(
        buy(&stranger.state_after, creator, DEPTH / 10),
        Err(CoreError::LaunchCapExceeded),
        "somebody was first"
    );
    assert_eq!(buy(&state, None, 1_000_000), Err(CoreError::LaunchTransactionMissing));
}

#[test]
fn a_quote_assumes_a_transaction_that_has_bought_nothing() {
    for word in [0, OPENING_WORD, u64::MAX] {
        let tally = LaunchTally { word, bought_atoms: 10, is_first_buy_open: false };
        let unseen = tally.unseen_transaction();
        assert_eq!(tally.count(tally.phase(unseen), 10, 10).unwrap().bought_atoms, 10);
        let open = LaunchTally { is_first_buy_open: true, bought_atoms: 0, ..tally };
        assert_eq!(open.count(open.phase(open.unseen_transaction()), 10, 11), Err(CoreError::LaunchCapExceeded));
        assert_eq!(open.count(open.phase(open.opening_transaction()), 10, 11).unwrap().bought_atoms, 11);
    }
}

#[test]
fn after_the_launch_nothing_is_asked_and_nothing_is_counted() {
    let (state, rules) = launched();
    let buy = order(TradeSide::Buy, exact_out(DEPTH / 2));
    let [last_second, over] = [OPENED + 599, OPENED + 600].map(|now| market::trade(&state, &rules, &buy, now));
    assert_eq!(last_second, Err(CoreError::LaunchTransactionMissing));
    let over = over.unwrap();
    assert_eq!((over.fee_bps, over.state_after.launch), (100, state.launch));
    let caps = [OPENED - 5, OPENED, OPENED + 599, OPENED + 600].map(|now| rules.launch_cap_atoms(now).unwrap());
    assert_eq!(caps, [Some(DEPTH / 100), Some(DEPTH / 100), Some(DEPTH / 100), None]);
    let fees = [OPENED, OPENED + 300, OPENED + 600].map(|now| rules.trade_fees(now).unwrap().fee_bps);
    assert_eq!(fees, [2_000, 1_050, 100]);
}

#[test]
fn a_pause_lets_sellers_out_and_ends_by_itself() {
    let curve =
        Curve { reserve_atoms: 1 << 40, circulating_atoms: 1 << 40, depth_atoms: 2 << 40, virtual_atoms: 1 << 40 };
    let (state, mut rules) = market_of(curve, &TRADE_FEES_DEFAULT);
    rules.paused_until_seconds = 100;
    let trade = |side, now| market::trade(&state, &rules, &order(side, exact_in(1 << 30)), now).map(|trade| trade.side);
    assert_eq!(trade(TradeSide::Buy, 99), Err(CoreError::MarketPaused));
    assert_eq!(trade(TradeSide::Sell, 99), Ok(TradeSide::Sell));
    assert_eq!(trade(TradeSide::Buy, 100), Ok(TradeSide::Buy));
    assert_eq!([99, 100].map(|now| rules.is_paused(now)), [true, false]);
    let week = 7 * 24 * 3_600;
    assert_eq!(market::pause(1_000 + week, 1_000), Ok(1_000 + week));
    assert_eq!(market::pause(0, 1_000), Ok(0), "resumes");
    for wrong in [1_001 + week, -1] {
        assert_eq!(market::pause(wrong, 1_000), Err(CoreError::PauseTooLong));
    }
}

#[test]
fn a_market_opens_within_its_bounds() {
    let open = |depth_atoms, virtual_atoms, launch: &LaunchTerms| {
        let rules = MarketRules::new(&MarketParams::DEFAULT, launch, depth_atoms, OPENED);
        market::open(&rules, virtual_atoms, OPENING_WORD)
    };
    let (least, most) = ((1_000_000_000, 1_000_000), (100_000_000_000_000_000, 1_000_000_000_000_000_000));
    for (depth_atoms, virtual_atoms) in [least, most] {
        let state = open(depth_atoms, virtual_atoms, &LAUNCH).unwrap();
        assert_eq!(state.curve, Curve::launch(depth_atoms, virtual_atoms).unwrap());
        assert_eq!(state.launch, LaunchTally { word: OPENING_WORD, bought_atoms: 0, is_first_buy_open: true });
        assert_eq!(state.sync.synced_at_seconds, OPENED);
        assert_eq!((state.dues, state.parameter_epoch, state.usage_fees_seen_atoms), (Dues::default(), 0, 0));
    }
    for (depth_atoms, virtual_atoms) in
        [(least.0 - 1, least.1), (least.0, least.1 - 1), (most.0 + 1, most.1), (most.0, most.1 + 1)]
    {
        assert_eq!(open(depth_atoms, virtual_atoms, &LAUNCH), Err(CoreError::CurveOutOfBounds));
    }
    let none = open(DEPTH, least.1, &LaunchTerms::default()).unwrap();
    assert!(!none.launch.is_first_buy_open, "without a launch there is no first buy");
    let low = LaunchTerms { fee_max_bps: 99, ..LAUNCH };
    assert_eq!(open(DEPTH, least.1, &low), Err(CoreError::LaunchTermsInvalid));
}

#[test]
fn dues_that_do_not_fit_refuse_the_trade() {
    let legs = FeeLegs { reserve: 9, vault: 1, creator: 2, protocol: 3, referrer: 4 };
    let dues = Dues { vault_atoms: 10, creator_atoms: 20, protocol_atoms: 30 };
    assert_eq!(dues.accrue(&legs), Ok(Dues { vault_atoms: 11, creator_atoms: 22, protocol_atoms: 33 }));
    for full in [
        Dues { vault_atoms: u64::MAX, ..dues },
        Dues { creator_atoms: u64::MAX - 1, ..dues },
        Dues { protocol_atoms: u64::MAX - 2, ..dues },
    ] {
        assert_eq!(full.accrue(&legs), Err(CoreError::Overflow));
    }
}
