//! What a trader asks for, and what makes it lapse.

use crate::{
    CoreError, Result,
    launch::Transaction,
    market::{QuoteTerms, TradeAmount},
    window,
};

/// Which way a trade goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeSide {
    /// Quote tokens in, model tokens out.
    Buy,
    /// Model tokens in, quote tokens out.
    Sell,
}

/// A trade as it reaches the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Which way.
    pub side: TradeSide,
    /// How much, with the limit.
    pub amount: TradeAmount,
    /// When it lapses and on which parameters it was quoted.
    pub terms: QuoteTerms,
    /// Whether it names a referrer, who gets a part of the fee.
    pub has_referrer: bool,
    /// In which transaction it happens; only buys during the launch need to say.
    pub transaction: Option<Transaction>,
}

impl QuoteTerms {
    /// Terms that never lapse: for quotes.
    pub const OPEN: Self = Self { deadline_seconds: i64::MAX, max_epoch: u64::MAX };

    /// Refuses a trade that comes too late or meets parameters the trader has not seen.
    pub fn require_valid(&self, parameter_epoch: u64, now_seconds: i64) -> Result<()> {
        if !window::is_open(now_seconds, self.deadline_seconds) {
            return Err(CoreError::DeadlinePassed);
        }
        if parameter_epoch >= self.max_epoch {
            return Err(CoreError::ParametersMoved);
        }
        Ok(())
    }
}

impl TradeAmount {
    /// Refuses a trade that gives the trader less, or takes more, than the limit.
    pub fn require_within(&self, atoms_in: u64, atoms_out: u64) -> Result<()> {
        match *self {
            Self::ExactIn { min_atoms_out, .. } if atoms_out < min_atoms_out => Err(CoreError::OutputBelowLimit),
            Self::ExactOut { max_atoms_in, .. } if atoms_in > max_atoms_in => Err(CoreError::InputAboveLimit),
            Self::ExactIn { .. } | Self::ExactOut { .. } => Ok(()),
        }
    }
}
