//! What tokens cost and what they brought, by the average-cost method.
//!
//! Everything that was bought and not sold yet is one lot with one cost. A sale takes the same part of both out of it, so
//! it leaves the average as it is. Every atom that was ever paid is either the cost of what is left or the cost of what
//! was sold, and every atom that was ever received belongs to tokens with a known purchase or to tokens without one.

use modchains_core::{CoreError, Result, math::mul_div_floor};

/// Tokens, and quote atoms that belong to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lot {
    /// Token atoms.
    pub token_atoms: u64,
    /// Quote atoms.
    pub quote_atoms: u64,
}

impl Lot {
    fn add(&mut self, token_atoms: u64, quote_atoms: u64) -> Result<()> {
        *self = Self {
            token_atoms: self.token_atoms.checked_add(token_atoms).ok_or(CoreError::Overflow)?,
            quote_atoms: self.quote_atoms.checked_add(quote_atoms).ok_or(CoreError::Overflow)?,
        };
        Ok(())
    }

    /// Splits off `token_atoms`, at most all of them, with their part of the quote atoms. The part rounds down; the last
    /// token takes all that is left.
    fn split(&self, token_atoms: u64) -> Result<(Self, Self)> {
        let token_atoms = token_atoms.min(self.token_atoms);
        let quote_atoms = if token_atoms == self.token_atoms {
            self.quote_atoms
        } else {
            mul_div_floor(self.quote_atoms, token_atoms, self.token_atoms)?
        };
        let part = Self { token_atoms, quote_atoms };
        let rest = Self {
            token_atoms: self.token_atoms.checked_sub(token_atoms).ok_or(CoreError::Overflow)?,
            quote_atoms: self.quote_atoms.checked_sub(quote_atoms).ok_or(CoreError::Overflow)?,
        };
        Ok((part, rest))
    }
}

/// What somebody's tokens of one model cost and brought, in the model's quote token. Payments count with the fee,
/// receipts without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CostBasis {
    /// Bought and not sold, with its cost.
    pub left: Lot,
    /// Bought and sold again, with what it had cost.
    pub sold: Lot,
    /// What the sale of `sold` brought.
    pub proceeds_atoms: u64,
    /// Sold without a known purchase, with what it brought: no cost is made up for it.
    pub sold_unbought: Lot,
}

/// One sale, by the purchases before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// The part with a known purchase, with what it had cost.
    pub bought: Lot,
    /// What that part brought.
    pub proceeds_atoms: u64,
    /// The part without, with what it brought.
    pub unbought: Lot,
}

impl Sale {
    /// What the part with a known purchase brought beyond its cost.
    pub fn profit_atoms(&self) -> i128 {
        difference(self.proceeds_atoms, self.bought.quote_atoms)
    }
}

/// What is left of the purchases, by where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Bought and still held, with its cost.
    pub bought: Lot,
    /// Held without a known purchase: a gift, a transfer between wallets, or a purchase before what was read.
    pub unbought_atoms: u64,
    /// Bought, not sold and not held any more: it was transferred away, with its cost.
    pub gone: Lot,
}

impl CostBasis {
    /// Counts a purchase.
    ///
    /// # Errors
    /// [`CoreError::Overflow`] when more was paid, or bought and not sold, than 64 bits hold; nothing is counted then.
    pub fn buy(&mut self, token_atoms: u64, quote_atoms: u64) -> Result<()> {
        self.left.add(token_atoms, quote_atoms)
    }

    /// Counts a sale. Tokens with a known purchase are sold first.
    ///
    /// # Errors
    /// [`CoreError::Overflow`] when a sum exceeds 64 bits; nothing is counted then.
    pub fn sell(&mut self, token_atoms: u64, quote_atoms: u64) -> Result<Sale> {
        let (bought, left) = self.left.split(token_atoms)?;
        let whole = Lot { token_atoms, quote_atoms };
        let (received, unbought) = whole.split(bought.token_atoms)?;
        let sale = Sale { bought, proceeds_atoms: received.quote_atoms, unbought };
        let mut after = Self { left, ..*self };
        after.sold.add(bought.token_atoms, bought.quote_atoms)?;
        after.sold_unbought.add(unbought.token_atoms, unbought.quote_atoms)?;
        after.proceeds_atoms = after.proceeds_atoms.checked_add(sale.proceeds_atoms).ok_or(CoreError::Overflow)?;
        *self = after;
        Ok(sale)
    }

    /// Everything that was ever paid.
    ///
    /// # Errors
    /// [`CoreError::Overflow`] when that exceeds 64 bits.
    pub fn paid_atoms(&self) -> Result<u64> {
        self.left.quote_atoms.checked_add(self.sold.quote_atoms).ok_or(CoreError::Overflow)
    }

    /// What sales of tokens with a known purchase brought beyond their cost.
    pub fn realised_atoms(&self) -> i128 {
        difference(self.proceeds_atoms, self.sold.quote_atoms)
    }

    /// Compares with the `token_atoms` that are really held, wherever they lie.
    ///
    /// # Errors
    /// None that any state of this type can lead to.
    pub fn held(&self, token_atoms: u64) -> Result<Held> {
        let (bought, gone) = self.left.split(token_atoms)?;
        Ok(Held { bought, unbought_atoms: token_atoms.saturating_sub(bought.token_atoms), gone })
    }
}

impl Held {
    /// The part of `value_atoms`, the value of everything held, that belongs to tokens with a known purchase. Rounds down.
    ///
    /// # Errors
    /// [`CoreError::Overflow`] when more is held than 64 bits hold.
    pub fn bought_value_atoms(&self, value_atoms: u64) -> Result<u64> {
        let token_atoms = self.bought.token_atoms.checked_add(self.unbought_atoms).ok_or(CoreError::Overflow)?;
        let (part, _) = Lot { token_atoms, quote_atoms: value_atoms }.split(self.bought.token_atoms)?;
        Ok(if self.bought.token_atoms == 0 { 0 } else { part.quote_atoms })
    }

    /// What that part is worth beyond its cost.
    ///
    /// # Errors
    /// As [`Self::bought_value_atoms`].
    pub fn unrealised_atoms(&self, value_atoms: u64) -> Result<i128> {
        Ok(difference(self.bought_value_atoms(value_atoms)?, self.bought.quote_atoms))
    }
}

/// `got - given`, with a sign.
fn difference(got: u64, given: u64) -> i128 {
    // arith-safety: both fit 64 bits.
    i128::from(got) - i128::from(given)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// A trade: whether it buys, tokens, quote.
    type Trade = (bool, u64, u64);

    /// Sizes from an atom to far more than any market has, so that a few hundred of them still fit.
    fn trade() -> impl Strategy<Value = Trade> {
        let atoms = || (0_u32..56).prop_flat_map(|bits| 1_u64..=1 << bits);
        (any::<bool>(), atoms(), atoms())
    }

    fn replay(trades: &[Trade]) -> CostBasis {
        let mut cost = CostBasis::default();
        for (buys, token_atoms, quote_atoms) in trades {
            if *buys {
                cost.buy(*token_atoms, *quote_atoms).unwrap();
            } else {
                cost.sell(*token_atoms, *quote_atoms).unwrap();
            }
        }
        cost
    }

    /// Tokens and quote of all buys, or of all sales.
    fn sums(trades: &[Trade], of_buys: bool) -> (u64, u64) {
        let counted = trades.iter().filter(|(buys, ..)| *buys == of_buys);
        counted
            .fold((0, 0), |(tokens, quote), (_, token_atoms, quote_atoms)| (tokens + token_atoms, quote + quote_atoms))
    }

    proptest! {
        #![proptest_config(modchains_test_seed::config())]

        #[test]
        fn every_atom_paid_is_the_cost_of_what_is_left_or_of_what_was_sold(trades in vec(trade(), 0..100)) {
            let (cost, (bought, paid)) = (replay(&trades), sums(&trades, true));
            prop_assert_eq!(cost.left.quote_atoms + cost.sold.quote_atoms, paid);
            prop_assert_eq!(cost.left.token_atoms + cost.sold.token_atoms, bought);
            prop_assert_eq!(cost.paid_atoms().unwrap(), paid);
        }

        #[test]
        fn every_atom_received_is_of_tokens_with_a_purchase_or_without(trades in vec(trade(), 0..100)) {
            let (cost, (sold, received)) = (replay(&trades), sums(&trades, false));
            prop_assert_eq!(cost.proceeds_atoms + cost.sold_unbought.quote_atoms, received);
            prop_assert_eq!(cost.sold.token_atoms + cost.sold_unbought.token_atoms, sold);
        }

        #[test]
        fn the_profit_of_a_full_round_trip_is_what_came_in_less_what_went_out(
            buys in vec(trade(), 1..50),
            parts in vec((1_u64..1_000, any::<u32>()), 0..50),
        ) {
            let mut trades: Vec<Trade> = buys.into_iter().map(|(_, tokens, quote)| (true, tokens, quote)).collect();
            let (mut left, paid) = sums(&trades, true);
            for (part, received) in parts {
                let sold = left / part;
                if sold > 0 {
                    trades.push((false, sold, received.into()));
                    left -= sold;
                }
            }
            if left > 0 {
                trades.push((false, left, 12_345));
            }
            let cost = replay(&trades);
            let (_, received) = sums(&trades, false);
            prop_assert_eq!(cost.realised_atoms(), i128::from(received) - i128::from(paid));
            prop_assert_eq!((cost.left, cost.sold_unbought), (Lot::default(), Lot::default()));
        }

        #[test]
        fn the_profits_of_the_sales_add_up(trades in vec(trade(), 0..100)) {
            let mut cost = CostBasis::default();
            let mut profit = 0;
            for (buys, token_atoms, quote_atoms) in trades {
                if buys {
                    cost.buy(token_atoms, quote_atoms).unwrap();
                } else {
                    profit += cost.sell(token_atoms, quote_atoms).unwrap().profit_atoms();
                }
            }
            prop_assert_eq!(profit, cost.realised_atoms());
        }

        #[test]
        fn a_sale_leaves_the_average_as_it_is_to_an_atom(
            tokens in 2_u64..1 << 50, quote in 1_u64..1 << 50, part in 1_u64..1 << 50,
        ) {
            let mut cost = CostBasis::default();
            cost.buy(tokens, quote).unwrap();
            let sold = 1 + part % (tokens - 1);
            let had_cost = u128::from(cost.sell(sold, 1).unwrap().bought.quote_atoms);
            let exact = u128::from(quote) * u128::from(sold);
            prop_assert!(had_cost * u128::from(tokens) <= exact && exact < (had_cost + 1) * u128::from(tokens));
        }

        #[test]
        fn what_is_held_and_what_is_gone_are_what_is_left(trades in vec(trade(), 0..100), held_atoms in any::<u64>()) {
            let cost = replay(&trades);
            let near = held_atoms % (2 * cost.left.token_atoms + 2);
            for held_atoms in [near, held_atoms, 0, cost.left.token_atoms] {
                let held = cost.held(held_atoms).unwrap();
                prop_assert_eq!(held.bought.quote_atoms + held.gone.quote_atoms, cost.left.quote_atoms);
                prop_assert_eq!(held.bought.token_atoms + held.gone.token_atoms, cost.left.token_atoms);
                prop_assert_eq!(held.bought.token_atoms + held.unbought_atoms, held_atoms);
                prop_assert!(held.gone.token_atoms == 0 || held.unbought_atoms == 0);
            }
        }

        #[test]
        fn unrealised_profit_counts_only_what_was_bought(
            bought in 1_u64..1 << 50, unbought in 0_u64..1 << 50, paid in 1_u64..1 << 50, value in 0_u64..1 << 50,
        ) {
            let mut cost = CostBasis::default();
            cost.buy(bought, paid).unwrap();
            let all = cost.held(bought).unwrap();
            prop_assert_eq!(all.unrealised_atoms(value).unwrap(), i128::from(value) - i128::from(paid));
            let mixed = cost.held(bought + unbought).unwrap();
            let exact = u128::from(value) * u128::from(bought) / u128::from(bought + unbought);
            prop_assert_eq!(u128::from(mixed.bought_value_atoms(value).unwrap()), exact);
        }
    }

    #[test]
    fn tokens_that_came_without_a_purchase_have_no_cost_and_make_no_profit() {
        let mut cost = CostBasis::default();
        let gift = cost.sell(10, 700).unwrap();
        assert_eq!((gift.profit_atoms(), gift.unbought), (0, Lot { token_atoms: 10, quote_atoms: 700 }));
        cost.buy(30, 900).unwrap();
        // A third of what is sold was never bought: so is a third of what it brings.
        let mixed = cost.sell(45, 3_000).unwrap();
        assert_eq!((mixed.proceeds_atoms, mixed.bought.quote_atoms, mixed.unbought.quote_atoms), (2_000, 900, 1_000));
        assert_eq!((cost.realised_atoms(), cost.sold_unbought), (1_100, Lot { token_atoms: 25, quote_atoms: 1_700 }));
        let held = cost.held(5).unwrap();
        assert_eq!((held.unbought_atoms, held.unrealised_atoms(1_000).unwrap()), (5, 0));
    }

    #[test]
    fn a_sum_beyond_64_bits_is_refused_and_counts_nothing() {
        let mut cost = CostBasis::default();
        cost.buy(u64::MAX, 1).unwrap();
        let before = cost;
        assert_eq!(cost.buy(1, 1), Err(CoreError::Overflow));
        assert_eq!(cost, before);
        cost.sell(1, u64::MAX).unwrap();
        let before = cost;
        assert_eq!(cost.sell(1, 1), Err(CoreError::Overflow));
        assert_eq!(cost, before);
    }
}
