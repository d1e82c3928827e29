//! Law: (S) and the market's sums hold after any interleaving of buys, sales, syncs, fees, deposits and time.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use common::{any_atoms, trade_fees};
use modchains_core::curve::Curve;
use modchains_core::fees::{FeeLegs, TradeFees};
use modchains_core::market::MarketParams;
use modchains_core::sync::{SyncInput, SyncState, sync};
use modchains_core::trade::{buy_exact_in, buy_exact_out, sell_exact_in, sell_exact_out};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Op {
    BuyExactIn(u64),
    BuyExactOut(u64),
    SellExactIn(u64),
    SellExactOut(u64),
    Sync { step_ppm: i32, lost_fees: u64 },
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
        1 => any_atoms().prop_map(Op::Deposit),
        2 => (0u32..400_000).prop_map(Op::Wait),
    ]
}

struct Market {
    curve: Curve,
    state: SyncState,
    params: MarketParams,
    fees: TradeFees,
    launch_depth_atoms: u64,
    now_seconds: i64,
    /// Every quote atom that came in, less every one paid to a seller.
    paid_in_atoms: i128,
    /// Legs owed to others than the curve.
    owed_atoms: i128,
}

impl Market {
    /// Amounts are folded into the size of the market, so that most operations do something.
    fn apply(&mut self, op: Op) {
        let quote_atoms = self.curve.quote_atoms().unwrap();
        let (tokens, supply) = (self.curve.token_atoms().unwrap(), self.curve.circulating_atoms);
        match op {
            Op::BuyExactIn(amount) => {
                let spend = amount % quote_atoms.saturating_mul(4).max(1);
                if let Ok(buy) = buy_exact_in(&self.curve, &self.fees, spend, true) {
                    self.settle(buy.curve_after, i128::from(buy.quote_atoms_in), &buy.legs);
                }
            }
            Op::BuyExactOut(amount) => {
                if let Ok(buy) = buy_exact_out(&self.curve, &self.fees, amount % tokens, false) {
                    self.settle(buy.curve_after, i128::from(buy.quote_atoms_in), &buy.legs);
                }
            }
            Op::SellExactIn(amount) => {
                if let Ok(sell) = sell_exact_in(&self.curve, &self.fees, amount % (supply + 1), true) {
                    self.settle(sell.curve_after, -i128::from(sell.quote_atoms_out), &sell.legs);
                }
            }
            Op::SellExactOut(amount) => {
                let wanted = amount % (self.curve.reserve_atoms + 1);
                if let Ok(sell) = sell_exact_out(&self.curve, &self.fees, wanted, false) {
                    self.settle(sell.curve_after, -i128::from(sell.quote_atoms_out), &sell.legs);
                }
            }
            Op::Sync { step_ppm, lost_fees } => {
                let input = SyncInput {
                    step_ppm,
                    is_paused: false,
                    is_stale: false,
                    lost_usage_fees_atoms: lost_fees,
                    launch_depth_atoms: self.launch_depth_atoms,
                };
                if let Ok(synced) = sync(&self.curve, &self.state, &self.params, &input, self.now_seconds) {
                    assert_eq!(synced.curve_after.reserve_atoms, self.curve.reserve_atoms);
                    assert_eq!(synced.curve_after.circulating_atoms, self.curve.circulating_atoms);
                    (self.curve, self.state) = (synced.curve_after, synced.state_after);
                }
            }
            Op::Deposit(amount) => {
                let gift = amount % (self.curve.reserve_atoms / 8 + 1);
                self.settle(self.curve.deposit_reserve(gift).unwrap_or(self.curve), 0, &FeeLegs::default());
                self.paid_in_atoms = i128::from(self.curve.reserve_atoms) + self.owed_atoms;
            }
            Op::Wait(seconds) => self.now_seconds += i64::from(seconds),
        }
    }

    fn settle(&mut self, after: Curve, paid_in_atoms: i128, legs: &FeeLegs) {
        let (before_atoms, after_atoms) = (self.curve.circulating_atoms, after.circulating_atoms);
        let epoch_seconds = self.params.epoch_seconds;
        self.state.high_water =
            self.state.high_water.record(before_atoms, after_atoms, self.now_seconds, epoch_seconds);
        self.curve = after;
        self.paid_in_atoms += paid_in_atoms;
        self.owed_atoms +=
            [legs.vault, legs.creator, legs.protocol, legs.referrer].map(i128::from).iter().sum::<i128>();
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_market_stays_solvent_and_its_books_balance(
        fees in trade_fees(), depth in 1_000_000u64..1 << 56, first_price_seed in 0u32..50,
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let params = MarketParams {
            step_max_ppm: MarketParams::largest_step_ppm(&fees).unwrap(),
            absorb_max_ppm: MarketParams::largest_absorption_ppm(&fees).unwrap(),
            ..MarketParams::DEFAULT.with_fees(&fees)
        };
        prop_assert_eq!(params.validate(), Ok(()));
        let mut market = Market {
            curve: Curve::launch(depth, 1 << first_price_seed).unwrap(),
            state: SyncState::new(0),
            params,
            fees,
            launch_depth_atoms: depth,
            now_seconds: 0,
            paid_in_atoms: 0,
            owed_atoms: 0,
        };
        for op in ops {
            market.apply(op);
            prop_assert_eq!(market.curve.invariant(), Ok(()), "after {:?}", op);
            prop_assert!(market.state.high_water.atoms() >= market.curve.circulating_atoms);
            prop_assert_eq!(market.paid_in_atoms, i128::from(market.curve.reserve_atoms) + market.owed_atoms);
            if let Ok(everything) = market.curve.sell_exact_in(market.curve.circulating_atoms) {
                prop_assert!(everything <= market.curve.reserve_atoms);
            }
        }
    }
}
