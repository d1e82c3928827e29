use super::{OperatorKey, RequestError, RequestStatus, RequestTerms, Result, ensure};
use crate::{
    CoreError,
    fees::UsageFeeLegs,
    window::{self, Moment},
};

/// A request as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestState {
    /// What was fixed when it was created.
    pub terms: RequestTerms,
    /// Where it stands.
    pub status: RequestStatus,
    /// The operator at work or done.
    pub operator: Option<OperatorKey>,
    /// Forfeited claim bonds held in escrow for the requester, in atoms.
    pub requester_due_atoms: u64,
    /// From when the present claim has lapsed, unix seconds, never after the deadline; 0 while open.
    pub claim_deadline_seconds: i64,
    /// When the result was posted; zero before.
    pub posted_at: Moment,
    /// How long after that it can be challenged: the terms' window, or longer by what late challenges added; 0 before a result.
    pub window_seconds: u32,
    /// When it was finalized, overturned or refunded; zero before.
    pub settled_at: Moment,
    /// Bytes of output; 0 before a result.
    pub output_bytes: u16,
    /// How many challenges were opened, and the number of the next.
    pub challenges: u32,
    /// How many of them are not settled.
    pub open_challenges: u32,
    /// The challenge with the lowest number that was settled and not lost: its number and its challenger.
    pub earliest: Option<(u32, OperatorKey)>,
    /// What of the winner's half of an overturned result's bond waits for the earliest challenge, in atoms.
    pub reward_due_atoms: u64,
    /// What of it waits for the one that landed the proof, in atoms.
    pub stipend_due_atoms: u64,
}

/// What an operator saw and wants when it claims a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimTerms {
    /// When the request was created that it looked at, unix seconds.
    pub created_at_seconds: i64,
    /// From when it no longer wants the claim, unix seconds: one that lands so late that no result can follow in time would
    /// only be forfeited.
    pub land_until_seconds: i64,
}

/// A claim taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The request, open again.
    pub next: RequestState,
    /// What of the operator's bond is the requester's now, in atoms.
    pub forfeited_atoms: u64,
}

/// A request given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The request, refunded.
    pub next: RequestState,
    /// What goes from escrow to the requester: fee, tip and forfeited claim bonds, in atoms.
    pub refund_atoms: u64,
}

/// A settled request whose account is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The request, with nothing due.
    pub next: RequestState,
    /// What goes from escrow to the requester: forfeited claim bonds, and fee and tip of an overturned result, in atoms.
    pub due_atoms: u64,
}

/// A result made final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finality {
    /// The request, finalized.
    pub next: RequestState,
    /// What leaves the escrow: fee and tip, in atoms.
    pub price_atoms: u64,
    /// The same by receiver. A tip is shared like the fee: else it would be a way to pay past everybody.
    pub legs: UsageFeeLegs,
    /// Seconds from creation to result.
    pub answer_seconds: u64,
}

impl RequestState {
    /// A new request on `terms`.
    pub const fn new(terms: RequestTerms) -> Self {
        Self {
            terms,
            status: RequestStatus::Open,
            operator: None,
            requester_due_atoms: 0,
            claim_deadline_seconds: 0,
            posted_at: Moment { seconds: 0, slot: 0 },
            window_seconds: 0,
            settled_at: Moment { seconds: 0, slot: 0 },
            output_bytes: 0,
            challenges: 0,
            open_challenges: 0,
            earliest: None,
            reward_due_atoms: 0,
            stipend_due_atoms: 0,
        }
    }

    /// Gives the request to `operator` until the claim's end, if it is the one that the claim was made for and the claim
    /// has not been under way for too long.
    #[inline(always)]
    pub fn claim(&self, operator: &OperatorKey, terms: &ClaimTerms, now_seconds: i64) -> Result<Self> {
        ensure(self.status == RequestStatus::Open, RequestError::NotOpen)?;
        self.require_seen(terms.created_at_seconds)?;
        ensure(!self.is_past_deadline(now_seconds), RequestError::DeadlinePassed)?;
        ensure(window::is_open(now_seconds, terms.land_until_seconds), RequestError::ClaimLandedLate)?;
        let claim_end_seconds = window::end_seconds(now_seconds, self.terms.claim_seconds)?;
        Self {
            status: RequestStatus::Claimed,
            operator: Some(*operator),
            claim_deadline_seconds: claim_end_seconds.min(self.terms.deadline_seconds),
            ..*self
        }
        .checked()
    }

    /// Takes a lapsed claim away from its operator and credits its bond to the requester.
    #[inline(always)]
    pub fn expire_claim(&self, now_seconds: i64) -> Result<Expiry> {
        ensure(self.status == RequestStatus::Claimed, RequestError::NotClaimed)?;
        ensure(!window::is_open(now_seconds, self.claim_deadline_seconds), RequestError::ClaimDeadlineAhead)?;
        let forfeited_atoms = self.terms.claim_bond_atoms;
        let next = Self {
            status: RequestStatus::Open,
            operator: None,
            claim_deadline_seconds: 0,
            requester_due_atoms: self.requester_due_atoms.checked_add(forfeited_atoms).ok_or(CoreError::Overflow)?,
            ..*self
        };
        Ok(Expiry { next: next.checked()?, forfeited_atoms })
    }

    /// Takes a result of `output_bytes` bytes from `operator` and opens its challenge window, if the request is the one that
    /// was created at `created_at_seconds`.
    #[inline(always)]
    pub fn post(
        &self,
        operator: &OperatorKey,
        created_at_seconds: i64,
        numeric_class: u8,
        output_bytes: usize,
        now: Moment,
    ) -> Result<Self> {
        ensure(self.status == RequestStatus::Claimed, RequestError::NotClaimed)?;
        self.require_seen(created_at_seconds)?;
        ensure(self.is_operator(operator), RequestError::ClaimOfOtherOperator)?;
        ensure(window::is_open(now.seconds, self.claim_deadline_seconds), RequestError::ClaimDeadlinePassed)?;
        ensure(numeric_class == self.terms.numeric_class as u8, RequestError::NumericClassMismatch)?;
        ensure(output_bytes > 0, RequestError::OutputEmpty)?;
        let output_bytes = u16::try_from(output_bytes).map_err(|_| RequestError::OutputTooLong)?;
        ensure(self.terms.output_bytes_max >= output_bytes, RequestError::OutputTooLong)?;
        let is_whole = self.terms.proof.is_none() || self.terms.output_bytes_max == output_bytes;
        ensure(is_whole, RequestError::OutputLengthWrong)?;
        Self {
            status: RequestStatus::Posted,
            posted_at: now,
            window_seconds: self.terms.challenge_window_seconds,
            output_bytes,
            ..*self
        }
        .checked()
    }

    /// Makes a result final whose challenge window is over and whose challenges are all settled, and splits fee and tip as
    /// the request was promised. `convicted_at` says when another result of the same operator was last proved wrong. Where
    /// the use may not move the curve, the reserve's part is the stakers'.
    #[inline(always)]
    pub fn finalize(&self, convicted_at: Option<Moment>, now: Moment) -> Result<Finality> {
        ensure(self.status == RequestStatus::Posted, RequestError::NotPosted)?;
        ensure(!self.is_challengeable(convicted_at, now), RequestError::ChallengeWindowOpen)?;
        ensure(self.open_challenges == 0, RequestError::ChallengesOpen)?;
        let price_atoms = self.terms.price_atoms()?;
        let legs = self.terms.split.split(price_atoms)?;
        let legs = if self.terms.moves_curve() { legs } else { legs.without_reserve()? };
        let next = Self { status: RequestStatus::Finalized, settled_at: now, ..*self };
        Ok(Finality { next: next.checked()?, price_atoms, legs, answer_seconds: self.answer_seconds() })
    }

    /// Gives the request up after its deadline.
    #[inline(always)]
    pub fn refund(&self, now: Moment) -> Result<Refund> {
        ensure(self.status == RequestStatus::Open, RequestError::NotOpen)?;
        ensure(self.is_past_deadline(now.seconds), RequestError::DeadlineAhead)?;
        let price_atoms = self.terms.price_atoms()?;
        let refund_atoms = price_atoms.checked_add(self.requester_due_atoms).ok_or(CoreError::Overflow)?;
        let next = Self { status: RequestStatus::Refunded, requester_due_atoms: 0, settled_at: now, ..*self };
        Ok(Refund { next: next.checked()?, refund_atoms })
    }

    /// Lets go what is still due to the requester of a settled request of which nobody else is owed anything.
    #[inline(always)]
    pub fn close(&self) -> Result<Closing> {
        ensure(self.status.is_settled(), RequestError::NotSettled)?;
        ensure(self.open_challenges == 0, RequestError::ChallengesOpen)?;
        ensure(self.reward_due_atoms == 0 && self.stipend_due_atoms == 0, RequestError::RewardUnpaid)?;
        Ok(Closing { next: Self { requester_due_atoms: 0, ..*self }, due_atoms: self.requester_due_atoms })
    }

    /// Requires the request to be the one that was created at `created_at_seconds`: a requester can close a settled request
    /// and create another at its address.
    #[inline(always)]
    pub(super) fn require_seen(&self, created_at_seconds: i64) -> Result<()> {
        ensure(self.terms.created_at_seconds == created_at_seconds, RequestError::Replaced)
    }

    /// Whether the request can no longer be claimed and, once open, only be refunded.
    pub const fn is_past_deadline(&self, now_seconds: i64) -> bool {
        !window::is_open(now_seconds, self.terms.deadline_seconds)
    }

    /// By when `operator` must have posted a result, unix seconds: of an open request the deadline, of one that it has
    /// claimed the claim's end. None when there is nothing for it to answer.
    pub fn answer_until_seconds(&self, operator: &OperatorKey) -> Option<i64> {
        match self.status {
            RequestStatus::Open => Some(self.terms.deadline_seconds),
            RequestStatus::Claimed if self.is_operator(operator) => Some(self.claim_deadline_seconds),
            _ => None,
        }
    }

    /// When this status ends at the earliest without anybody's answer or challenge, unix seconds: at the deadline, or with
    /// the challenge window, which takes longer where the cluster stands still. None of a settled request.
    pub const fn lasts_until_seconds(&self) -> Option<i64> {
        match self.status {
            RequestStatus::Open | RequestStatus::Claimed => Some(self.terms.deadline_seconds),
            RequestStatus::Posted => Some(window::at_seconds(self.posted_at.seconds, self.window_seconds)),
            _ => None,
        }
    }

    /// Whether `operator` holds the claim or gave the result.
    pub fn is_operator(&self, operator: &OperatorKey) -> bool {
        self.operator.as_ref() == Some(operator)
    }

    /// Seconds from creation to result; 0 before it.
    pub fn answer_seconds(&self) -> u64 {
        window::seconds_since(self.terms.created_at_seconds, self.posted_at.seconds)
    }

    /// What holds of a request at the end of every step.
    #[inline(always)]
    pub fn invariant(&self) -> Result<()> {
        // An operator is named exactly from a claim on, and never by a request that was given up.
        let needs_operator = !matches!(self.status, RequestStatus::Open | RequestStatus::Refunded);
        ensure(self.operator.is_some() == needs_operator, RequestError::StateInconsistent)?;
        // A claim never outlives the request.
        ensure(self.terms.deadline_seconds >= self.claim_deadline_seconds, RequestError::StateInconsistent)?;
        // The output fits its room.
        ensure(self.terms.output_bytes_max >= self.output_bytes, RequestError::StateInconsistent)?;
        // No more challenges are open than were opened, and only results that can be proved are challenged.
        ensure(self.challenges >= self.open_challenges, RequestError::StateInconsistent)?;
        ensure(self.challenges == 0 || self.terms.proof.is_some(), RequestError::StateInconsistent)?;
        // A result is final only when no challenge is open.
        let is_final = self.status == RequestStatus::Finalized;
        ensure(!is_final || self.open_challenges == 0, RequestError::StateInconsistent)?;
        // A reward waits only where a bond was forfeited.
        let has_reward = self.reward_due_atoms != 0 || self.stipend_due_atoms != 0;
        ensure(!has_reward || self.status == RequestStatus::Overturned, RequestError::StateInconsistent)
    }

    #[inline(always)]
    pub(super) fn checked(self) -> Result<Self> {
        self.invariant()?;
        Ok(self)
    }
}
