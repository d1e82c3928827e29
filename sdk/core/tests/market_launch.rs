//! Laws of a market's launch: who pays its fee, who meets its cap.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    launch::{LaunchTally, LaunchTerms, Transaction},
    market::{self, MarketParams, MarketRules, MarketState, Order, TradeSide},
};
use proptest::prelude::*;

use common::{DEPTH, exact_in, exact_out, order, price_falls};

/// Ten minutes, from 20 %, a hundredth of the depth for each transaction.
const LAUNCH: LaunchTerms = LaunchTerms { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
const OPENED: i64 = 1_000;
const OPENING_WORD: u64 = 77;

/// A market that has just opened with launch protection.
fn launched() -> (MarketState, MarketRules) {
    let rules = MarketRules::new(&MarketParams::DEFAULT, &LAUNCH, DEPTH, OPENED);
    (market::open(&rules, 30_000_000_000, OPENING_WORD).unwrap(), rules)
}

/// A transaction of somebody who is not the creator.
fn transaction(word: u64) -> Option<Transaction> {
    Some(Transaction { word, word_with_trader: word ^ u64::MAX })
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

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
    fn what_the_launch_adds_to_a_fee_moves_no_price(quote_atoms in 1_000u64..200_000_000, seconds in 0i64..600) {
        let (state, mut rules) = launched();
        let buy = Order { transaction: transaction(1), ..order(TradeSide::Buy, exact_in(quote_atoms)) };
        let dear = market::trade(&state, &rules, &buy, OPENED + seconds).unwrap();
        rules.launch = LaunchTerms::default();
        let plain = market::trade(&state, &rules, &buy, OPENED + seconds).unwrap();
        prop_assert!(dear.fee_atoms > plain.fee_atoms);
        prop_assert_eq!(dear.legs.reserve, plain.legs.reserve);
        prop_assert!(!price_falls(&dear.state_after.curve, &plain.state_after.curve));
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
    let fees = [OPENED, OPENED + 300, OPENED + 600].map(|now| rules.trade_fees(now).unwrap().rate_bps().unwrap());
    assert_eq!(fees, [2_000, 1_050, 100]);
}

#[test]
fn a_sale_pays_the_launch_fee_too_and_meets_no_cap() {
    let (state, rules) = launched();
    let creator = Some(Transaction { word: 5, word_with_trader: OPENING_WORD });
    let buy = Order { transaction: creator, ..order(TradeSide::Buy, exact_out(DEPTH / 10)) };
    let bought = market::trade(&state, &rules, &buy, OPENED).unwrap().state_after;
    let sale = market::trade(&bought, &rules, &order(TradeSide::Sell, exact_in(DEPTH / 20)), OPENED + 300).unwrap();
    assert_eq!((sale.fee_bps, sale.state_after.launch), (1_050, bought.launch));
}
