//! Law: (S) and the market's sums hold after any interleaving of buys, sales, syncs, fees, deposits and time.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    curve::Curve,
    fees::FeeLegs,
    market::{self, MarketParams, MarketRules, MarketState, TradeAmount, TradeSide, UsageSignal},
};
use proptest::prelude::*;

use common::{any_atoms, exact_in, exact_out, market_of, order, valid_params};

#[derive(Debug, Clone, Copy)]
enum Op {
    BuyExactIn(u64),
    BuyExactOut(u64),
    SellExactIn(u64),
    SellExactOut(u64),
    /// Net and dues.
    Sync(u64, u64),
    /// To the reserve, to the creator and through the fee split.
    Deposit(u64),
    Wait(u32),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => any_atoms().prop_map(Op::BuyExactIn),
        1 => any_atoms().prop_map(Op::BuyExactOut),
        2 => any_atoms().prop_map(Op::SellExactIn),
        1 => any_atoms().prop_map(Op::SellExactOut),
        4 => (any_atoms(), any_atoms()).prop_map(|(net, due)| Op::Sync(net, due)),
        1 => any_atoms().prop_map(Op::Deposit),
        2 => (0u32..400_000).prop_map(Op::Wait),
    ]
}

struct Market {
    state: MarketState,
    rules: MarketRules,
    now_seconds: i64,
    /// Every quote atom that came in, less every one paid to a seller.
    paid_in_atoms: i128,
    /// Legs owed to referrers, which are no dues of the market.
    referrers_atoms: i128,
}

impl Market {
    fn new(params: &MarketParams, depth_atoms: u64, virtual_atoms: u64) -> Self {
        let (state, rules) = market_of(Curve::launch(depth_atoms, virtual_atoms).unwrap(), &params.trade_fees());
        let backing = state.backing.with_depth(depth_atoms, params.premium_min_ppm).unwrap();
        let (state, rules) = (MarketState { backing, ..state }, MarketRules { params: *params, ..rules });
        Self { state, rules, now_seconds: 0, paid_in_atoms: 0, referrers_atoms: 0 }
    }

    /// Amounts are folded into the size of the market, so that most operations do something.
    fn apply(&mut self, op: Op) {
        let curve = self.state.curve;
        let (quote_atoms, tokens) = (curve.quote_atoms().unwrap(), curve.token_atoms().unwrap());
        let (supply, reserve_atoms) = (curve.circulating_atoms, curve.reserve_atoms);
        match op {
            Op::BuyExactIn(amount) => {
                self.trade(TradeSide::Buy, exact_in(amount % quote_atoms.saturating_mul(4).max(1)), true);
            }
            Op::BuyExactOut(amount) => self.trade(TradeSide::Buy, exact_out(amount % tokens), false),
            Op::SellExactIn(amount) => self.trade(TradeSide::Sell, exact_in(amount % (supply + 1)), true),
            Op::SellExactOut(amount) => self.trade(TradeSide::Sell, exact_out(amount % (reserve_atoms + 1)), false),
            Op::Sync(net, due) => self.sync(net % (reserve_atoms + 1), due % (reserve_atoms / 8 + 1)),
            Op::Deposit(amount) => self.deposit(amount % (reserve_atoms / 8 + 1)),
            Op::Wait(seconds) => self.now_seconds += i64::from(seconds),
        }
    }

    fn trade(&mut self, side: TradeSide, amount: TradeAmount, has_referrer: bool) {
        let order = market::Order { has_referrer, ..order(side, amount) };
        let before = self.state.curve;
        let trade = match market::trade(&self.state, &self.rules, &order, self.now_seconds) {
            Ok(trade) => trade,
            Err(error) => {
                let is_sale = matches!((side, amount), (TradeSide::Sell, TradeAmount::ExactIn { .. }));
                assert!(!is_sale || error != CoreError::Overflow, "a sale that nothing has room for");
                return;
            }
        };
        let after = trade.state_after.curve;
        assert!(after.product().unwrap() >= before.product().unwrap(), "A y fell");
        assert!(after.virtual_atoms >= before.virtual_atoms, "V fell");
        assert!(after.slack().unwrap() >= before.slack().unwrap(), "the slack fell");
        assert!(trade.legs.protocol > 0, "{:?}", trade.legs);
        self.paid_in_atoms += if side == TradeSide::Buy { 1 } else { -1 } * i128::from(trade.quote_atoms);
        self.referrers_atoms += i128::from(trade.legs.referrer);
        self.state = trade.state_after;
    }

    fn sync(&mut self, paid_net_atoms: u64, reserve_due_atoms: u64) {
        let usage = UsageSignal { paid_net_atoms, reserve_due_atoms, rolled_at_seconds: self.now_seconds };
        let synced = match market::sync(&self.state, &self.rules, &usage, self.now_seconds) {
            Ok(synced) => synced,
            Err(error) => return assert_eq!(error, CoreError::EpochNotOver),
        };
        let (before, after) = (&self.state, &synced.state_after);
        let whole =
            |state: &MarketState| u128::from(state.curve.reserve_atoms) + u128::from(state.backing.waiting_atoms);
        assert_eq!(whole(after), whole(before));
        assert_eq!(after.curve.circulating_atoms, before.curve.circulating_atoms);
        assert!(after.curve.depth_atoms <= self.rules.depth_opening_atoms.max(before.curve.depth_atoms));
        self.state = synced.state_after;
    }

    fn deposit(&mut self, atoms: u64) {
        let before = self.state.curve;
        let deposit = market::deposit(&self.state, &self.rules, atoms, atoms / 2, atoms / 3).unwrap();
        assert_eq!(deposit.state_after.curve.quote_atoms(), before.quote_atoms(), "the price moved");
        let FeeLegs { reserve, vault, creator, protocol, referrer } = deposit.legs;
        assert_eq!(reserve + vault + creator + protocol + referrer, atoms / 3);
        self.paid_in_atoms += i128::from(atoms) + i128::from(atoms / 2) + i128::from(atoms / 3);
        self.state = deposit.state_after;
    }

    /// Everything that the market's token account has to hold.
    fn held_atoms(&self) -> i128 {
        let (dues, backing) = (self.state.dues, self.state.backing);
        let owed = [dues.vault_atoms, dues.creator_atoms, dues.protocol_atoms, backing.waiting_atoms].map(i128::from);
        i128::from(self.state.curve.reserve_atoms) + owed.iter().sum::<i128>() + self.referrers_atoms
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_market_stays_solvent_and_its_sums_add_up(
        params in valid_params(), depth in 1_000_000_000u64..1 << 56, first_price_seed in 0u32..50,
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let mut market = Market::new(&params, depth, 1 << first_price_seed);
        for op in ops {
            market.apply(op);
            let curve = market.state.curve;
            prop_assert_eq!(curve.invariant(), Ok(()), "after {:?}", op);
            prop_assert_eq!(market.paid_in_atoms, market.held_atoms());
            if let Ok(everything) = curve.sell_exact_in(curve.circulating_atoms) {
                prop_assert!(everything <= curve.reserve_atoms);
            }
            prop_assert!(market.state.sync.supply.high_atoms(curve.circulating_atoms) >= curve.circulating_atoms);
            if let Ok(ask_atoms) = market.state.backing.ask_atoms(&curve) {
                prop_assert!(ask_atoms >= curve.quote_atoms().unwrap());
            }
        }
    }

    #[test]
    fn everybody_can_leave_at_any_time_and_the_curve_opens_again(
        params in valid_params(), depth in 1_000_000_000u64..1 << 56, ops in prop::collection::vec(op(), 1..60), now in 0i64..1 << 40,
    ) {
        let mut market = Market::new(&params, depth, 1 << 30);
        ops.into_iter().for_each(|op| market.apply(op));
        market.now_seconds += now;
        let supply = market.state.curve.circulating_atoms;
        market.trade(TradeSide::Sell, exact_in(supply), false);
        let curve = market.state.curve;
        // Only dust that is worth less than its fee can stay.
        if curve.circulating_atoms == 0 {
            prop_assert!(curve.virtual_atoms > 0);
            prop_assert!(curve.buy_exact_in(curve.quote_atoms().unwrap(), 1 << 40).is_ok());
        } else {
            prop_assert!(curve.sell_exact_in(supply).unwrap_or(0) <= 1);
        }
    }
}
