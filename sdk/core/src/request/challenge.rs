//! What challenges do to a request. Which of them is right another program decides; here is what follows.

use super::{ChallengeOutcome, OperatorKey, RequestError, RequestState, RequestStatus, Result, ensure};
use crate::{
    CoreError,
    bond::Forfeit,
    window::{self, Moment},
};

/// How long the reward of a proof waits for earlier challenges to be settled: a day.
pub const REWARD_WAIT_SECONDS: u64 = 24 * 3_600;

/// A result that was proved wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overturn {
    /// The request, overturned.
    pub next: RequestState,
    /// What the operator loses: the result's bond, in its parts.
    pub forfeit: Forfeit,
}

/// A challenge that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The request, with one open challenge less.
    pub next: RequestState,
    /// What of its bond the challenger loses, in its parts: nothing unless the challenge was lost. The winner is the operator
    /// of the result.
    pub forfeit: Forfeit,
    /// What the challenger gets for landing the proof, in atoms.
    pub stipend_atoms: u64,
}

/// A reward paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reward {
    /// The request, with no reward due.
    pub next: RequestState,
    /// What goes from escrow to the challenger, in atoms.
    pub reward_atoms: u64,
}

impl RequestState {
    /// Whether a posted result can be challenged: in its window, and for as long as a whole one after another result of the
    /// same operator was proved wrong, at `convicted_at`. Those who watch need not hold the capital to challenge all results of
    /// a liar at once.
    pub fn is_challengeable(&self, convicted_at: Option<Moment>, now: Moment) -> bool {
        let is_within = |then, seconds: u32| window::elapsed_seconds(then, now) < u64::from(seconds);
        let since_conviction = convicted_at.is_some_and(|then| is_within(then, self.terms.challenge_window_seconds));
        self.status == RequestStatus::Posted && (is_within(self.posted_at, self.window_seconds) || since_conviction)
    }

    /// Opens a challenge of the result by `challenger`; its number is [`Self::challenges`] before. The window then lasts at
    /// least a quarter of its length longer, so that whoever is rung up by it has time to look, but never longer than twice
    /// its length in all: a chain of challenges cannot hold a result up for ever.
    #[inline(always)]
    pub fn open_challenge(
        &self,
        challenger: &OperatorKey,
        created_at_seconds: i64,
        convicted_at: Option<Moment>,
        now: Moment,
    ) -> Result<Self> {
        ensure(self.status == RequestStatus::Posted, RequestError::NotPosted)?;
        self.require_seen(created_at_seconds)?;
        ensure(self.terms.proof.is_some(), RequestError::NotProvable)?;
        ensure(!self.is_operator(challenger), RequestError::ResultOfOwn)?;
        ensure(self.is_challengeable(convicted_at, now), RequestError::ChallengeWindowOver)?;
        let length_seconds = self.terms.challenge_window_seconds;
        let elapsed_seconds = window::elapsed_seconds(self.posted_at, now);
        let extended_seconds = elapsed_seconds.saturating_add(u64::from(length_seconds / 4));
        let extended_seconds = u32::try_from(extended_seconds).unwrap_or(u32::MAX);
        let extended_seconds = extended_seconds.min(length_seconds.saturating_mul(2));
        Self {
            window_seconds: self.window_seconds.max(extended_seconds),
            challenges: self.challenges.checked_add(1).ok_or(CoreError::Overflow)?,
            open_challenges: self.open_challenges.checked_add(1).ok_or(CoreError::Overflow)?,
            ..*self
        }
        .checked()
    }

    /// Requires that a trace may be named for the result, which `has_trace` already or not.
    #[inline(always)]
    pub fn require_traceable(&self, created_at_seconds: i64, has_trace: bool) -> Result<()> {
        ensure(self.status == RequestStatus::Posted, RequestError::NotPosted)?;
        self.require_seen(created_at_seconds)?;
        ensure(self.terms.proof.is_some(), RequestError::NotProvable)?;
        ensure(!has_trace, RequestError::TraceKnown)
    }

    /// Takes the bond of a result that an open challenge proved wrong. The sink has half of it at once; the other half waits
    /// here for the challengers, as fee and tip do for the requester.
    #[inline(always)]
    pub fn overturn(&self, created_at_seconds: i64, now: Moment) -> Result<Overturn> {
        ensure(self.status == RequestStatus::Posted, RequestError::NotPosted)?;
        self.require_seen(created_at_seconds)?;
        ensure(self.open_challenges > 0, RequestError::ChallengeUnknown)?;
        let stipend_atoms = self.terms.proof.ok_or(RequestError::NotProvable)?.stipend_atoms;
        let forfeit = Forfeit::of(self.terms.result_bond_atoms);
        let price_atoms = self.terms.price_atoms()?;
        let next = Self {
            status: RequestStatus::Overturned,
            requester_due_atoms: self.requester_due_atoms.checked_add(price_atoms).ok_or(CoreError::Overflow)?,
            reward_due_atoms: forfeit.winner_atoms.checked_sub(stipend_atoms).ok_or(CoreError::Overflow)?,
            stipend_due_atoms: stipend_atoms,
            settled_at: now,
            ..*self
        };
        Ok(Overturn { next: next.checked()?, forfeit })
    }

    /// Ends the open challenge `number` of `challenger`. A lost one costs half of its bond to the sink and half to the
    /// operator of the result, about which it says nothing. Any other is put down for the reward if it is the earliest.
    #[inline(always)]
    pub fn settle_challenge(
        &self,
        challenger: &OperatorKey,
        created_at_seconds: i64,
        number: u32,
        outcome: ChallengeOutcome,
    ) -> Result<Settlement> {
        self.require_seen(created_at_seconds)?;
        ensure(number < self.challenges, RequestError::ChallengeUnknown)?;
        let open_challenges = self.open_challenges.checked_sub(1).ok_or(RequestError::ChallengeUnknown)?;
        let bond_atoms = self.terms.proof.ok_or(RequestError::NotProvable)?.challenge_bond_atoms;
        let settled = Self { open_challenges, ..*self };
        if outcome == ChallengeOutcome::Lost {
            let forfeit = Forfeit::of(bond_atoms);
            return Ok(Settlement { next: settled.checked()?, forfeit, stipend_atoms: 0 });
        }
        ensure(self.status == RequestStatus::Overturned, RequestError::NotOverturned)?;
        let is_earliest = self.earliest.is_none_or(|(earliest, _)| number < earliest);
        let stipend_atoms = if outcome == ChallengeOutcome::Proved { self.stipend_due_atoms } else { 0 };
        let next = Self {
            earliest: if is_earliest { Some((number, *challenger)) } else { self.earliest },
            stipend_due_atoms: self.stipend_due_atoms.checked_sub(stipend_atoms).ok_or(CoreError::Overflow)?,
            ..settled
        };
        Ok(Settlement { next: next.checked()?, forfeit: Forfeit::of(0), stipend_atoms })
    }

    /// Pays the reward of an overturned result to `challenger`, whose challenge is the earliest that was not lost: once all
    /// are settled, or a day after the proof.
    #[inline(always)]
    pub fn claim_reward(&self, challenger: &OperatorKey, now: Moment) -> Result<Reward> {
        ensure(self.status == RequestStatus::Overturned, RequestError::NotOverturned)?;
        ensure(self.reward_due_atoms > 0, RequestError::RewardPaid)?;
        let has_waited = window::elapsed_seconds(self.settled_at, now) >= REWARD_WAIT_SECONDS;
        ensure(self.open_challenges == 0 || has_waited, RequestError::RewardWaits)?;
        let (_, earliest) = self.earliest.ok_or(RequestError::RewardWaits)?;
        ensure(earliest == *challenger, RequestError::RewardOfOther)?;
        let next = Self { reward_due_atoms: 0, ..*self };
        Ok(Reward { next: next.checked()?, reward_atoms: self.reward_due_atoms })
    }
}
