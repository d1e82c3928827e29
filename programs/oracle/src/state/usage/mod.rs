use anchor_lang::prelude::*;
use modchains_core::{
    math::{self, ONE_Q32},
    usage::{
        HLL_REGISTERS, LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, counted_share_atoms, hll_estimate, hll_insert,
        paid_net_atoms, sum_advance,
    },
    window,
};
use modchains_program_interface::{assert_view, oracle as view};

use crate::errors::{OracleError, ensure};

/// Quality of a model that nobody has rated, benchmarked or defeated.
pub const QUALITY_NEUTRAL_PPM: u32 = 1_000_000;
/// Classes of answer times: class `i` counts answers of `2^i - 1` to `2^(i+1) - 2` seconds, the last all longer ones.
pub const ANSWER_CLASSES: usize = 12;

/// Finalised, paid use of a model.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug, PartialEq, Eq)]
pub struct Usage {
    /// The model, an account of the exchange.
    pub model: Pubkey,
    /// The paid net that markets read, in atoms; written by each roll.
    pub paid_net_atoms: u64,
    /// When sums and net were last brought up to date, unix seconds.
    pub rolled_at_seconds: i64,
    /// Decaying sum of counted protocol shares with a half-life of 30 days, in atoms with 32 fractional bits.
    pub long_sum_q32: [u64; 2],
    /// The same with a half-life of three days.
    pub short_sum_q32: [u64; 2],
    /// Protocol shares of every finalised fee: what nobody who fakes use gets back, in atoms.
    pub non_recoverable_fees_total: u64,
    /// Quality factor; 1,000,000 is neutral, and nothing counts for more.
    pub quality_ppm: u32,
    /// Length of an epoch, fixed for good.
    pub epoch_seconds: u32,
    /// Number of the epoch being counted: unix time divided by the epoch's length.
    pub epoch: u64,
    /// Fees finalised in this epoch, in atoms.
    pub epoch_fees_atoms: u64,
    /// Protocol shares of those fees, in atoms.
    pub epoch_shares_atoms: u64,
    /// Requests ever finalised.
    pub requests_total: u64,
    /// Fees ever finalised, in atoms.
    pub fees_total_atoms: u64,
    /// Most fees of one distinct requester and epoch that count, in atoms; fixed for good.
    pub requester_cap_atoms: u64,
    /// Requests finalised in this epoch.
    pub epoch_requests: u32,
    /// Estimated distinct requesters of the last epoch that was closed.
    pub last_epoch_requesters: u32,
    /// Disputes that operators of this model lost.
    pub lost_disputes: u32,
    /// Answers ever, by the logarithm of their time, see [`ANSWER_CLASSES`]. The difference of two readings gives the
    /// median answer time of the period between them.
    pub answer_classes: [u32; ANSWER_CLASSES],
    /// HyperLogLog registers of this epoch's requesters.
    pub requesters_hll: [u8; HLL_REGISTERS],
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
}

assert_view!(view::Usage => Usage { model, paid_net_atoms, rolled_at_seconds });

/// What closing an epoch found.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochSummary {
    /// The epoch that was closed.
    pub epoch: u64,
    /// Requests finalised in it.
    pub requests: u32,
    /// Estimated distinct requesters in it.
    pub requesters: u32,
    /// Fees finalised in it, in atoms.
    pub fees_atoms: u64,
    /// The part of the protocol's shares that counts, in atoms.
    pub counted_atoms: u64,
}

/// One final request, as usage sees it.
#[derive(Clone, Copy, Debug)]
pub struct FinalUse {
    /// What was paid, in atoms.
    pub fee_atoms: u64,
    /// The protocol's share of it, in atoms.
    pub non_recoverable_atoms: u64,
    /// Seconds from request to result.
    pub answer_seconds: u64,
    /// 64 well-mixed bits that name the requester.
    pub requester_hash: u64,
}

impl Usage {
    /// Starts counting at `now_seconds`.
    pub fn start(
        &mut self,
        model: Pubkey,
        epoch_seconds: u32,
        requester_cap_atoms: u64,
        now_seconds: i64,
        bump: u8,
    ) -> Result<()> {
        self.model = model;
        self.epoch_seconds = epoch_seconds;
        self.epoch = window::epoch_index(now_seconds, epoch_seconds).map_err(OracleError::from)?;
        self.rolled_at_seconds = now_seconds;
        self.quality_ppm = QUALITY_NEUTRAL_PPM;
        self.requester_cap_atoms = requester_cap_atoms;
        self.bump = bump;
        self.invariant()
    }

    /// Closes the epoch being counted if it is over and lets the sums see it and every silent epoch since, in one step
    /// however many they are. Returns nothing while the epoch lasts.
    pub fn roll(&mut self, now_seconds: i64) -> Result<Option<EpochSummary>> {
        let now_epoch = window::epoch_index(now_seconds, self.epoch_seconds).map_err(OracleError::from)?;
        let epochs = now_epoch.checked_sub(self.epoch).ok_or(OracleError::ClockWentBack)?;
        if epochs == 0 {
            return Ok(None);
        }
        let requesters = hll_estimate(&self.requesters_hll);
        let (shares_atoms, fees_atoms) = (self.epoch_shares_atoms, self.epoch_fees_atoms);
        let counted_atoms =
            counted_share_atoms(shares_atoms, fees_atoms, requesters, self.requester_cap_atoms, self.quality_ppm)
                .map_err(OracleError::from)?;
        let advance = |sum_q32, half_life_seconds| {
            sum_advance(math::join_words(sum_q32), counted_atoms, epochs, self.epoch_seconds, half_life_seconds)
                .map_err(OracleError::from)
        };
        let long_sum_q32 = advance(self.long_sum_q32, LONG_HALF_LIFE_SECONDS)?;
        let short_sum_q32 = advance(self.short_sum_q32, SHORT_HALF_LIFE_SECONDS)?;
        let summary = EpochSummary {
            epoch: self.epoch,
            requests: self.epoch_requests,
            requesters,
            fees_atoms: self.epoch_fees_atoms,
            counted_atoms,
        };
        self.paid_net_atoms = paid_net_atoms(long_sum_q32, short_sum_q32);
        (self.long_sum_q32, self.short_sum_q32) = (math::split_words(long_sum_q32), math::split_words(short_sum_q32));
        (self.epoch, self.rolled_at_seconds) = (now_epoch, now_seconds);
        (self.epoch_fees_atoms, self.epoch_shares_atoms) = (0, 0);
        (self.epoch_requests, self.last_epoch_requesters) = (0, requesters);
        self.requesters_hll = [0; HLL_REGISTERS];
        self.invariant()?;
        Ok(Some(summary))
    }

    /// Counts a final request in the present epoch, which must have been brought up to date by [`Self::roll`].
    pub fn count(&mut self, last: &FinalUse) -> Result<()> {
        self.non_recoverable_fees_total = add(self.non_recoverable_fees_total, last.non_recoverable_atoms)?;
        self.epoch_fees_atoms = add(self.epoch_fees_atoms, last.fee_atoms)?;
        self.epoch_shares_atoms = add(self.epoch_shares_atoms, last.non_recoverable_atoms)?;
        self.fees_total_atoms = add(self.fees_total_atoms, last.fee_atoms)?;
        self.requests_total = add(self.requests_total, 1)?;
        self.epoch_requests = self.epoch_requests.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        let class = &mut self.answer_classes[answer_class(last.answer_seconds)];
        *class = class.saturating_add(1);
        hll_insert(&mut self.requesters_hll, last.requester_hash);
        self.invariant()
    }

    /// Refuses to close while anything that was used counts, now or once it is rolled: without this account the net that the
    /// market has followed up would never come down again.
    pub fn require_forgotten(&self, now_seconds: i64) -> Result<()> {
        let mut rolled = *self;
        rolled.roll(now_seconds)?;
        // The net is at most the long sum, which loses half in every 30 days.
        let is_forgotten = rolled.epoch_fees_atoms == 0 && math::join_words(rolled.long_sum_q32) < u128::from(ONE_Q32);
        ensure(is_forgotten, OracleError::UsageCounts)
    }

    /// What holds of usage at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // No epoch holds more than all time.
        ensure(self.fees_total_atoms >= self.epoch_fees_atoms, OracleError::StateInconsistent)?;
        // What nobody gets back is part of what was paid.
        ensure(self.fees_total_atoms >= self.non_recoverable_fees_total, OracleError::StateInconsistent)?;
        Ok(())
    }
}

/// Class of an answer time, see [`ANSWER_CLASSES`].
fn answer_class(answer_seconds: u64) -> usize {
    (answer_seconds.saturating_add(1).ilog2() as usize).min(ANSWER_CLASSES - 1)
}

fn add(total: u64, more: u64) -> Result<u64> {
    Ok(total.checked_add(more).ok_or(OracleError::AmountTooLarge)?)
}

#[cfg(test)]
mod tests;
