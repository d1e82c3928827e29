//! Laws of trades in a market: what one leaves, and for which reason one is refused; and how a market opens.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    backing::Backing,
    curve::Curve,
    history::History,
    launch::{LaunchTally, LaunchTerms, Transaction},
    market::{self, Dues, MarketParams, MarketRules, MarketState, Order, QuoteTerms, Trade, TradeAmount, TradeSide},
    sync::SyncState,
};
use proptest::prelude::*;

use common::{any_atoms, exact_in, exact_out, market_of, order, sides, trade_fees, usual_market};

/// Ten minutes, from 20 %, a hundredth of the depth for each transaction.
const LAUNCH: LaunchTerms = LaunchTerms { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
const OPENED: i64 = 1_000;
const DEPTH: u64 = 1_000_000_000_000_000;
const OPENING_WORD: u64 = 77;

fn side() -> impl Strategy<Value = TradeSide> {
    prop_oneof![Just(TradeSide::Buy), Just(TradeSide::Sell)]
}

fn amount() -> impl Strategy<Value = TradeAmount> {
    prop_oneof![any_atoms().prop_map(exact_in), any_atoms().prop_map(exact_out)]
}

/// A market around any two sides.
fn markets() -> impl Strategy<Value = (MarketState, MarketRules)> {
    (sides(), trade_fees()).prop_map(|(sides, fees)| {
        let (state, rules) = market_of(sides.curve, &fees);
        (MarketState { backing: sides.backing, ..state }, rules)
    })
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

/// Quote, tokens, fee, legs, spread and curve of the trade by itself.
type Alone = (u64, u64, u64, modchains_core::fees::FeeLegs, u64, Curve);

fn alone(state: &MarketState, rules: &MarketRules, order: &Order) -> Result<Alone, CoreError> {
    let (sides, fees) = (state.sides(), rules.params.trade_fees());
    let buy = |buy: modchains_core::trade::Buy| {
        (buy.quote_atoms_in, buy.token_atoms_out, buy.fee_atoms, buy.legs, buy.spread_atoms, buy.curve_after)
    };
    let sale = |sale: modchains_core::trade::Sell| {
        (sale.quote_atoms_out, sale.token_atoms_in, sale.fee_atoms, sale.legs, 0, sale.curve_after)
    };
    match (order.side, order.amount) {
        (TradeSide::Buy, TradeAmount::ExactIn { atoms_in, .. }) => {
            sides.buy_exact_in(&fees, atoms_in, order.has_referrer).map(buy)
        }
        (TradeSide::Buy, TradeAmount::ExactOut { atoms_out, .. }) => {
            sides.buy_exact_out(&fees, atoms_out, order.has_referrer).map(buy)
        }
        (TradeSide::Sell, TradeAmount::ExactIn { atoms_in, .. }) => {
            sides.sell_exact_in(&fees, atoms_in, order.has_referrer).map(sale)
        }
        (TradeSide::Sell, TradeAmount::ExactOut { atoms_out, .. }) => {
            sides.sell_exact_out(&fees, atoms_out, order.has_referrer).map(sale)
        }
    }
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
        (state, rules) in markets(), side in side(), amount in amount(), now in 0i64..1 << 40,
    ) {
        let order = order(side, amount);
        let Ok(quoted) = market::trade(&state, &rules, &order, now) else { return Ok(()) };
        let (within, beyond, refusal) = limits(&order, &quoted);
        prop_assert_eq!(market::trade(&state, &rules, &within, now), Ok(quoted));
        prop_assert_eq!(market::trade(&state, &rules, &beyond, now), Err(refusal));
    }

    #[test]
    fn a_trade_leaves_what_its_formula_says_and_owes_its_legs(
        (mut state, rules) in markets(), side in side(), amount in amount(), has_referrer: bool,
        dues in (any_atoms(), any_atoms(), any_atoms()), now in 0i64..1 << 40,
    ) {
        state.dues = Dues { vault_atoms: dues.0, creator_atoms: dues.1, protocol_atoms: dues.2 };
        state.parameter_epoch = dues.0 >> 1;
        let order = Order { has_referrer, ..order(side, amount) };
        let traded = market::trade(&state, &rules, &order, now);
        let (quote_atoms, token_atoms, fee_atoms, legs, spread_atoms, curve_after) = match alone(&state, &rules, &order) {
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
        let (before, after) = (state.curve.circulating_atoms, curve_after.circulating_atoms);
        let supply = state.sync.supply.record(before, after, now, rules.params.epoch_seconds);
        // How long the curve stood is recorded as it was before the trade.
        let history = state.history.observe(&state.curve, now).unwrap();
        let dues = Dues { vault_atoms, creator_atoms, protocol_atoms };
        let sync = SyncState { supply, ..state.sync };
        let state_after = MarketState { curve: curve_after, history, sync, dues, ..state };
        let fee_bps = rules.params.fee_bps;
        let expected = Trade { side, quote_atoms, token_atoms, fee_bps, fee_atoms, legs, spread_atoms, state_after };
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
        (state, rules) in markets(), amount in any_atoms(),
    ) {
        let (curve, ask) = (state.curve, state.backing.ask_atoms(&state.curve));
        // Rounding of the trade to atoms and of prices to 2^-64 is below a millionth where both sides are large.
        if curve.spot_price_q64().unwrap() <= 1 << 40 {
            return Ok(());
        }
        let trade = |side| market::trade(&state, &rules, &order(side, exact_in(amount)), 0);
        let of_whole = |part: u64, whole: u128| u128::from(part) * 1_000_000 / whole;
        if let Ok(buy) = trade(TradeSide::Buy)
            && buy.token_atoms > 1 << 24
            && ask == curve.quote_atoms()
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

}

#[test]
fn a_pause_lets_sellers_out_and_ends_by_itself() {
    let (state, mut rules) = usual_market(1 << 40, 0.5);
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
        assert_eq!((state.sync, state.history), (SyncState::new(OPENED), History::new(OPENED)));
        assert_eq!(state.backing, Backing::new(depth_atoms, 1_050_000).unwrap());
        assert_eq!((state.dues, state.parameter_epoch), (Dues::default(), 0));
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
