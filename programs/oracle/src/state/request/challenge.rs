use anchor_lang::prelude::*;
use modchains_core::{
    request::{ChallengeOutcome, Overturn, Settlement},
    window::Moment,
};

use super::Request;
use crate::errors::{OracleError, ensure};

/// What challenges do to a request.
impl Request {
    /// Makes the step [`RequestState::open_challenge`]; returns the challenge's number.
    pub fn open_challenge(
        &mut self,
        challenger: &Pubkey,
        created_at_seconds: i64,
        convicted_at: Option<Moment>,
        now: Moment,
    ) -> Result<u32> {
        let number = self.challenges;
        let challenged = self.rules()?.open_challenge(challenger.as_array(), created_at_seconds, convicted_at, now);
        self.store(&challenged.map_err(OracleError::from)?);
        Ok(number)
    }

    /// Keeps the root of the trace that backs the result, once for all challenges.
    pub fn set_trace(&mut self, created_at_seconds: i64, trace_root: [u8; 32]) -> Result<()> {
        ensure(trace_root != [0; 32], OracleError::TraceMissing)?;
        let has_trace = self.trace_root != [0; 32];
        self.rules()?.require_traceable(created_at_seconds, has_trace).map_err(OracleError::from)?;
        self.trace_root = trace_root;
        Ok(())
    }

    /// Makes the step [`RequestState::overturn`].
    pub fn overturn(&mut self, created_at_seconds: i64, now: Moment) -> Result<Overturn> {
        let overturn = self.rules()?.overturn(created_at_seconds, now).map_err(OracleError::from)?;
        self.store(&overturn.next);
        Ok(overturn)
    }

    /// Makes the step [`RequestState::settle_challenge`].
    pub fn settle_challenge(
        &mut self,
        challenger: &Pubkey,
        created_at_seconds: i64,
        number: u32,
        outcome: ChallengeOutcome,
    ) -> Result<Settlement> {
        let settlement = self.rules()?.settle_challenge(challenger.as_array(), created_at_seconds, number, outcome);
        let settlement = settlement.map_err(OracleError::from)?;
        self.store(&settlement.next);
        Ok(settlement)
    }

    /// Makes the step [`RequestState::claim_reward`]; returns what goes to the challenger.
    pub fn claim_reward(&mut self, challenger: &Pubkey, now: Moment) -> Result<u64> {
        let reward = self.rules()?.claim_reward(challenger.as_array(), now).map_err(OracleError::from)?;
        self.store(&reward.next);
        Ok(reward.reward_atoms)
    }
}
