//! Law: (S) and the market's sums hold after any interleaving of buys, sales, syncs, fees, deposits and time.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    curve::Curve,
    market::{self, MarketParams, MarketRules, MarketState, Order, QuoteTerms, TradeAmount, TradeSide},
    sync::SyncInput,
};
use proptest::prelude::*;

use common::{any_atoms, market_of, trade_fees};

#[derive(Debug, Clone, Copy)]
enum Op {
    BuyExactIn(u64),
    BuyExactOut(u64),
    SellExactIn(u64),
    SellExactOut(u64),
    Sync {
        step_ppm: i32,
        lost_fees: u64,
    },
    /// What raises the price, as a trade's own leg does.
    Gift(u64),
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
        4 => (any::<i32>(), any_atoms()).prop_map(|(step_ppm, lost_fees)| Op::Sync { step_ppm: step_ppm >> 16, lost_fees }),
        1 => any_atoms().prop_map(Op::Gift),
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
    /// Amounts are folded into the size of the market, so that most operations do something.
    fn apply(&mut self, op: Op) {
        let curve = self.state.curve;
        let (quote_atoms, tokens) = (curve.quote_atoms().unwrap(), curve.token_atoms().unwrap());
        let (supply, reserve_atoms) = (curve.circulating_atoms, curve.reserve_atoms);
        let exact_in = |atoms_in| TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 };
        let exact_out = |atoms_out| TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX };
        match op {
            Op::BuyExactIn(amount) => {
                self.trade(TradeSide::Buy, exact_in(amount % quote_atoms.saturating_mul(4).max(1)), true);
            }
            Op::BuyExactOut(amount) => self.trade(TradeSide::Buy, exact_out(amount % tokens), false),
            Op::SellExactIn(amount) => self.trade(TradeSide::Sell, exact_in(amount % (supply + 1)), true),
            Op::SellExactOut(amount) => self.trade(TradeSide::Sell, exact_out(amount % (reserve_atoms + 1)), false),
            Op::Sync { step_ppm, lost_fees } => self.sync(step_ppm, lost_fees),
            Op::Gift(amount) => {
                if let Ok(after) = curve.deposit_reserve(amount % (reserve_atoms / 8 + 1)) {
                    self.paid_in_atoms += i128::from(after.reserve_atoms - reserve_atoms);
                    self.state.curve = after;
                }
            }
            Op::Deposit(amount) => {
                let atoms = amount % (reserve_atoms / 8 + 1);
                if let Ok(deposit) = market::deposit(&self.state, &self.rules, atoms, atoms / 2, atoms / 3) {
                    self.state = deposit.state_after;
                    self.paid_in_atoms += i128::from(atoms) + i128::from(atoms / 2) + i128::from(atoms / 3);
                }
            }
            Op::Wait(seconds) => self.now_seconds += i64::from(seconds),
        }
    }

    fn trade(&mut self, side: TradeSide, amount: TradeAmount, has_referrer: bool) {
        let order = Order { side, amount, terms: QuoteTerms::OPEN, has_referrer, transaction: None };
        let Ok(trade) = market::trade(&self.state, &self.rules, &order, self.now_seconds) else { return };
        let sign = if side == TradeSide::Buy { 1 } else { -1 };
        self.paid_in_atoms += sign * i128::from(trade.quote_atoms);
        self.referrers_atoms += i128::from(trade.legs.referrer);
        self.state = trade.state_after;
    }

    fn sync(&mut self, step_ppm: i32, lost_usage_fees_atoms: u64) {
        let launch_depth_atoms = self.rules.depth_opening_atoms;
        let input =
            SyncInput { step_ppm, is_paused: false, is_stale: false, lost_usage_fees_atoms, launch_depth_atoms };
        let Ok(synced) = market::move_curve(&self.state, &self.rules, &input, 0, self.now_seconds) else { return };
        let (before, after) = (self.state.curve, synced.state_after.curve);
        assert_eq!(after.reserve_atoms, before.reserve_atoms);
        assert_eq!(after.circulating_atoms, before.circulating_atoms);
        self.state = synced.state_after;
    }

    /// Everything that the market's token account has to hold.
    fn held_atoms(&self) -> i128 {
        let dues = self.state.dues;
        let owed = [dues.vault_atoms, dues.creator_atoms, dues.protocol_atoms].map(i128::from);
        i128::from(self.state.curve.reserve_atoms) + owed.iter().sum::<i128>() + self.referrers_atoms
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_market_stays_solvent_and_its_sums_add_up(
        fees in trade_fees(), depth in 1_000_000u64..1 << 56, first_price_seed in 0u32..50,
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let params = MarketParams {
            step_max_ppm: MarketParams::largest_step_ppm(&fees).unwrap(),
            absorb_max_ppm: MarketParams::largest_absorption_ppm(&fees).unwrap(),
            ..MarketParams::DEFAULT.with_fees(&fees)
        };
        prop_assert_eq!(params.validate(), Ok(()));
        let (state, rules) = market_of(Curve::launch(depth, 1 << first_price_seed).unwrap(), &fees);
        let rules = MarketRules { params, ..rules };
        let mut market = Market { state, rules, now_seconds: 0, paid_in_atoms: 0, referrers_atoms: 0 };
        for op in ops {
            market.apply(op);
            let curve = market.state.curve;
            prop_assert_eq!(curve.invariant(), Ok(()), "after {:?}", op);
            prop_assert!(market.state.sync.high_water.atoms() >= curve.circulating_atoms);
            prop_assert_eq!(market.paid_in_atoms, market.held_atoms());
            if let Ok(everything) = curve.sell_exact_in(curve.circulating_atoms) {
                prop_assert!(everything <= curve.reserve_atoms);
            }
        }
    }
}
