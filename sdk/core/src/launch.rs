//! Launch protection: for a while after a market opens, a fee that decays to the base fee, and a cap on what one
//! transaction may buy.
//!
//! The fee falls linearly from the creator's choice to the base fee and applies to buys and sales alike: whoever buys
//! in the first second pays the most, and pays again when selling in a hurry. The cap applies to buys alone, and to
//! everything that one transaction buys together, so neither several instructions nor a route through another program
//! evade it.

use crate::{CoreError, Result, bps::ppm_floor};

pub use crate::market::LaunchTerms;

/// Longest launch: one hour.
pub const LAUNCH_SECONDS_MAX: u32 = 60 * 60;
/// Largest launch fee: half of the trade.
pub const LAUNCH_FEE_MAX_BPS: u16 = 5_000;
/// Smallest cap: a ten-thousandth of the opening depth.
pub const LAUNCH_CAP_MIN_PPM: u32 = 100;
/// Largest cap: all of the opening depth, which is no cap.
pub const LAUNCH_CAP_MAX_PPM: u32 = 1_000_000;

impl LaunchTerms {
    /// Requires either no protection, with everything zero, or a duration of at most [`LAUNCH_SECONDS_MAX`], a fee
    /// from the base fee to [`LAUNCH_FEE_MAX_BPS`] and a cap from [`LAUNCH_CAP_MIN_PPM`] to the whole depth.
    pub fn validate(&self, base_fee_bps: u16) -> Result<()> {
        let valid = if self.duration_seconds == 0 {
            *self == Self::default()
        } else {
            self.duration_seconds <= LAUNCH_SECONDS_MAX
                && (base_fee_bps..=LAUNCH_FEE_MAX_BPS).contains(&self.fee_max_bps)
                && (LAUNCH_CAP_MIN_PPM..=LAUNCH_CAP_MAX_PPM).contains(&self.cap_ppm)
        };
        if valid { Ok(()) } else { Err(CoreError::LaunchTermsInvalid) }
    }

    /// Whether the market is still being launched. A clock before the opening counts as the opening.
    pub fn is_on(&self, opened_at_seconds: i64, now_seconds: i64) -> bool {
        self.remaining_seconds(opened_at_seconds, now_seconds) > 0
    }

    /// What the launch adds to the base fee: `ceil((fee_max - base) * remaining / duration)` basis points, nothing once it
    /// is over. Rounds up, against the trader. Nothing either where the base fee exceeds the launch fee.
    pub fn added_fee_bps(&self, base_fee_bps: u16, opened_at_seconds: i64, now_seconds: i64) -> Result<u16> {
        let remaining = u64::from(self.remaining_seconds(opened_at_seconds, now_seconds));
        if remaining == 0 {
            return Ok(0);
        }
        // arith-safety: 16 by 32 bits fit 64, and a launch with seconds remaining has a duration above zero.
        let above_base = u64::from(self.fee_max_bps.saturating_sub(base_fee_bps));
        let added_bps = (above_base * remaining).div_ceil(u64::from(self.duration_seconds));
        u16::try_from(added_bps).map_err(|_| CoreError::Overflow)
    }

    /// Most token atoms that one transaction may buy during the launch: `floor(depth * cap)`, at least one. Rounds
    /// down, against the buyer.
    pub fn cap_atoms(&self, depth_opening_atoms: u64) -> Result<u64> {
        Ok(ppm_floor(depth_opening_atoms, self.cap_ppm)?.max(1))
    }

    fn remaining_seconds(&self, opened_at_seconds: i64, now_seconds: i64) -> u32 {
        let elapsed = now_seconds.saturating_sub(opened_at_seconds).max(0);
        self.duration_seconds.saturating_sub(u32::try_from(elapsed).unwrap_or(u32::MAX))
    }
}

/// A transaction in two words, by which a launch tells it from others: one of its own, and one of it together with the
/// trader's key. Where they come from is the chain's business; they are the same in every instruction of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transaction {
    /// Of the transaction.
    pub word: u64,
    /// Of the transaction and the trader.
    pub word_with_trader: u64,
}

/// What the launch remembers of the transaction that bought last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaunchTally {
    /// The word of that transaction; before the first buy, of the opening transaction together with the creator.
    pub word: u64,
    /// Token atoms that it has bought.
    pub bought_atoms: u64,
    /// From an opening with launch protection until the first buy.
    pub is_first_buy_open: bool,
}

/// What launch protection has to say to one buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchPhase {
    /// Nothing: the launch is over, or there never was protection.
    Over,
    /// The transaction pays the launch fee and buys at most the cap.
    Protected(Transaction),
    /// The creator's own first buy in the transaction that opened the market: base fee, no cap.
    FirstBuy(Transaction),
}

impl LaunchTally {
    /// Of a market that opens with these terms, in the transaction of `opening_word`: the one with the creator.
    pub const fn new(terms: &LaunchTerms, opening_word: u64) -> Self {
        Self { word: opening_word, bought_atoms: 0, is_first_buy_open: terms.duration_seconds > 0 }
    }

    /// A transaction that has bought nothing here and is not the opening one: what a quote assumes.
    pub const fn unseen_transaction(&self) -> Transaction {
        let word = self.word.wrapping_add(1);
        Transaction { word, word_with_trader: word }
    }

    /// The transaction that opened the market, if nobody has bought yet, with its creator as the trader.
    pub const fn opening_transaction(&self) -> Transaction {
        Transaction { word: self.word.wrapping_add(1), word_with_trader: self.word }
    }

    /// Which phase a buy in `transaction` falls into while the launch is on.
    pub fn phase(&self, transaction: Transaction) -> LaunchPhase {
        if self.is_first_buy_open && transaction.word_with_trader == self.word {
            LaunchPhase::FirstBuy(transaction)
        } else {
            LaunchPhase::Protected(transaction)
        }
    }

    /// Counts a buy against its transaction's cap. Fails with `LaunchCapExceeded` above it.
    pub fn count(&self, phase: LaunchPhase, cap_atoms: u64, buying_atoms: u64) -> Result<Self> {
        let (transaction, bought_atoms) = match phase {
            LaunchPhase::Over => return Ok(*self),
            LaunchPhase::FirstBuy(transaction) => (transaction, buying_atoms),
            LaunchPhase::Protected(transaction) => {
                let is_same = !self.is_first_buy_open && self.word == transaction.word;
                let before_atoms = if is_same { self.bought_atoms } else { 0 };
                (transaction, check_cap(cap_atoms, before_atoms, buying_atoms)?)
            }
        };
        Ok(Self { word: transaction.word, bought_atoms, is_first_buy_open: false })
    }
}

/// What a transaction has bought with this purchase, in token atoms. Fails with `LaunchCapExceeded` above the cap.
pub fn check_cap(cap_atoms: u64, bought_before_atoms: u64, buying_atoms: u64) -> Result<u64> {
    match bought_before_atoms.checked_add(buying_atoms) {
        Some(bought_atoms) if bought_atoms <= cap_atoms => Ok(bought_atoms),
        _ => Err(CoreError::LaunchCapExceeded),
    }
}
