//! Somebody with unlimited credit who owns every fee leg that can be owned: operator, creator, only staker, referrer.

use modchains_core::{
    curve::Curve,
    fees::FeeLegs,
    market::{Trade, TradeSide},
};

use super::World;

/// What an attacker has, relative to its beginning.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attacker {
    pub token_atoms: u64,
    pub cash_atoms: i128,
    /// Gross quote traded.
    pub turnover_atoms: i128,
}

impl Attacker {
    pub fn holding(token_atoms: u64) -> Self {
        Self { token_atoms, ..Self::default() }
    }

    pub fn buy(&mut self, world: &mut World, gross_atoms: u64) {
        if let Ok(buy) = world.buy(gross_atoms) {
            self.traded(&buy);
        }
    }

    /// Buys for a multiple of `unit`, in parts.
    pub fn buy_parts(&mut self, world: &mut World, unit: f64, multiple: f64, parts: u64) {
        let part_atoms = (unit * multiple / parts as f64).min(1e18) as u64;
        (0..parts).for_each(|_| self.buy(world, part_atoms));
    }

    pub fn buy_tokens(&mut self, world: &mut World, token_atoms: u64) {
        if let Ok(buy) = world.buy_tokens(token_atoms) {
            self.traded(&buy);
        }
    }

    pub fn sell(&mut self, world: &mut World, token_atoms: u64) {
        if let Ok(sell) = world.sell(token_atoms.min(self.token_atoms)) {
            self.traded(&sell);
        }
    }

    /// Sells a part of the holding, in parts: parts let a seller get some of its own reserve legs back.
    pub fn sell_parts(&mut self, world: &mut World, share: f64, parts: u64) {
        let part_atoms = (self.token_atoms as f64 * share / parts as f64) as u64;
        (0..parts).for_each(|_| self.sell(world, part_atoms));
    }

    pub fn traded(&mut self, trade: &Trade) {
        let quote_atoms = i128::from(trade.quote_atoms);
        match trade.side {
            TradeSide::Buy => {
                self.token_atoms += trade.token_atoms;
                self.record(-quote_atoms, &trade.legs);
            }
            TradeSide::Sell => {
                self.token_atoms -= trade.token_atoms;
                self.record(quote_atoms, &trade.legs);
            }
        }
    }

    /// Sells everything in `parts`.
    pub fn leave(&mut self, world: &mut World, parts: u64) {
        for part in (1..=parts.max(1)).rev() {
            self.sell(world, self.token_atoms.div_ceil(part));
        }
    }

    /// Trades back to `token_atoms`; `None` when the curve cannot.
    pub fn return_to(&mut self, world: &mut World, token_atoms: u64) -> Option<()> {
        if self.token_atoms > token_atoms {
            self.sell(world, self.token_atoms - token_atoms);
        } else if self.token_atoms < token_atoms {
            self.buy_tokens(world, token_atoms - self.token_atoms);
        }
        (self.token_atoms == token_atoms).then_some(())
    }

    /// What the curve pays for the holding, without a fee.
    pub fn value_atoms(&self, curve: &Curve) -> i128 {
        curve.sell_exact_in(self.token_atoms).map_or(0, i128::from)
    }

    fn record(&mut self, quote_atoms: i128, legs: &FeeLegs) {
        self.cash_atoms += quote_atoms + owned_atoms(legs);
        self.turnover_atoms += quote_atoms.abs();
    }
}

/// Legs that the attacker owns.
pub fn owned_atoms(legs: &FeeLegs) -> i128 {
    i128::from(legs.vault) + i128::from(legs.creator) + i128::from(legs.referrer)
}
