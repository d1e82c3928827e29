//! What traders do next: every choice from one seed.

use fastrand::Rng;
use modchains_sdk::{core::market::Trade, exchange::state::TradeAmount, quote::TradeSide};

use super::shadow_ledger::{Order, ShadowLedger};

/// Most atoms of a trade that counts as dust.
const DUST_ATOMS: u64 = 100;

/// The choices.
pub struct Orders(Rng);

impl Orders {
    /// The choices of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.u64(..bound)
    }

    /// From 1 to `most`: one in ten is dust, one in ten a large part, of the rest every order of magnitude is equally
    /// likely.
    pub fn size(&mut self, most: u64) -> u64 {
        let most = most.max(1);
        match self.below(10) {
            0 => 1 + self.below(DUST_ATOMS.min(most)),
            1 => most / self.0.u64(1..=4),
            _ => {
                let low = 1_u64 << self.0.u32(..=most.ilog2());
                self.0.u64(low..=low.saturating_mul(2).saturating_sub(1).min(most))
            }
        }
        .max(1)
    }

    /// An order that its trader can pay for, with the tightest limit that lets it pass; one in a hundred asks for an
    /// atom more.
    pub fn next(&mut self, ledger: &ShadowLedger, now_seconds: i64) -> Order {
        let trader = self.0.usize(..ledger.holdings.len());
        let held = ledger.holdings.get(trader).copied().unwrap_or_default();
        let side = if held.token_atoms > 0 && self.0.bool() { TradeSide::Sell } else { TradeSide::Buy };
        let curve = &ledger.state.curve;
        let (given, got, most_in) = match side {
            TradeSide::Buy => {
                let quote_side = curve.reserve_atoms.saturating_add(curve.virtual_atoms);
                let token_side = curve.depth_atoms.saturating_sub(curve.circulating_atoms);
                ((quote_side / 8).min(held.quote_atoms), token_side / 8, held.quote_atoms)
            }
            TradeSide::Sell => (held.token_atoms, curve.reserve_atoms / 4, held.token_atoms),
        };
        let amount = if self.0.bool() {
            TradeAmount::ExactIn { atoms_in: self.size(given), min_atoms_out: 0 }
        } else {
            TradeAmount::ExactOut { atoms_out: self.size(got), max_atoms_in: most_in }
        };
        let referrer = self.0.bool().then(|| self.0.usize(..ledger.referral_due_atoms.len()));
        let order = Order { trader, side, amount, referrer, is_first: false };
        match ledger.quote(&order, now_seconds) {
            Ok(trade) => Order { amount: self.limited(&order, &trade, most_in), ..order },
            Err(_) => order,
        }
    }

    fn limited(&mut self, order: &Order, trade: &Trade, most_in: u64) -> TradeAmount {
        let beyond = u64::from(self.below(100) == 0);
        let (gives, gets) = (trade.atoms_in(), trade.atoms_out());
        match order.amount {
            TradeAmount::ExactIn { atoms_in, .. } => TradeAmount::ExactIn { atoms_in, min_atoms_out: gets + beyond },
            TradeAmount::ExactOut { atoms_out, .. } => {
                TradeAmount::ExactOut { atoms_out, max_atoms_in: (gives - beyond).min(most_in) }
            }
        }
    }
}
