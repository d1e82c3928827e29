//! Launch protection as a market keeps it: which transaction bought last, and how much.

use anchor_lang::prelude::*;
use modchains_core::{
    fees::TradeFees,
    launch::{self, LaunchTerms},
    trade::Buy,
};
use modchains_program_kit::transaction::Fingerprint;

use super::Market;
use crate::errors::{ExchangeError, ensure};

/// What launch protection has to say to one buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchPhase {
    /// Nothing: the launch is over, or there never was protection.
    Over,
    /// The transaction, by fingerprint, pays the launch fee and buys at most the cap.
    Protected(u64),
    /// The creator's own first buy in the transaction that opened the market: base fee, no cap. The fingerprint is the
    /// transaction's.
    FirstBuy(u64),
}

impl Market {
    /// Which phase a buy of `trader` falls into. Programs cannot tell one transaction from another; what the instructions
    /// sysvar lists is the same for every instruction of a transaction, whoever calls from wherever in it.
    pub fn launch_phase(
        &self,
        instructions: Option<&AccountInfo>,
        trader: &Pubkey,
        now_seconds: i64,
    ) -> Result<LaunchPhase> {
        if !self.launch_terms().is_on(self.opened_at_seconds, now_seconds) {
            return Ok(LaunchPhase::Over);
        }
        let instructions = instructions.ok_or(ExchangeError::LaunchInstructionsMissing)?;
        let fingerprint = Fingerprint::of(instructions)?;
        let transaction = fingerprint.word();
        let by_creator = self.first_buy_open == 1 && fingerprint.word_with(trader) == self.launch_transaction;
        Ok(if by_creator { LaunchPhase::FirstBuy(transaction) } else { LaunchPhase::Protected(transaction) })
    }

    /// Fee and split of a trade at `now_seconds`; the creator's first buy pays the base fee at any time.
    pub fn trade_fees(&self, now_seconds: i64) -> Result<TradeFees> {
        let fees = self.params.trade_fees();
        let fee_bps = self.launch_terms().fee_bps(fees.fee_bps, self.opened_at_seconds, now_seconds);
        Ok(TradeFees { fee_bps: fee_bps.map_err(ExchangeError::from)?, ..fees })
    }

    /// Launch protection in the form the formulas take.
    pub fn launch_terms(&self) -> LaunchTerms {
        LaunchTerms {
            fee_max_bps: self.launch_fee_bps,
            duration_seconds: self.launch_seconds,
            cap_ppm: self.launch_cap_ppm,
        }
    }

    /// Counts a buy against its transaction's cap.
    pub(super) fn count_launch_buy(&mut self, phase: LaunchPhase, buy: &Buy) -> Result<()> {
        let (transaction, bought_atoms) = match phase {
            LaunchPhase::Over => return Ok(()),
            LaunchPhase::FirstBuy(transaction) => (transaction, buy.token_atoms_out),
            LaunchPhase::Protected(transaction) => {
                let is_same = self.first_buy_open == 0 && self.launch_transaction == transaction;
                let before_atoms = if is_same { self.launch_bought_atoms } else { 0 };
                let cap_atoms = self.launch_terms().cap_atoms(self.depth_opening_atoms).map_err(ExchangeError::from)?;
                let bought_atoms = launch::check_cap(cap_atoms, before_atoms, buy.token_atoms_out);
                (transaction, bought_atoms.map_err(ExchangeError::from)?)
            }
        };
        self.launch_transaction = transaction;
        self.launch_bought_atoms = bought_atoms;
        self.first_buy_open = 0;
        Ok(())
    }

    /// Refuses buys while the market is paused.
    pub(super) fn require_buying(&self, now_seconds: i64) -> Result<()> {
        ensure(!self.is_paused(now_seconds), ExchangeError::MarketPaused)
    }
}
