use super::{OperatorKey, RequestError, RequestStatus, RequestTerms, Result, ensure};
use crate::{CoreError, fees::UsageFeeLegs, window};

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
    /// When the result was posted, unix seconds; 0 before.
    pub posted_at_seconds: i64,
    /// From when the result is final, unix seconds; 0 before a result.
    pub challenge_until_seconds: i64,
    /// When it was finalized or refunded, unix seconds; 0 before.
    pub settled_at_seconds: i64,
    /// Bytes of output; 0 before a result.
    pub output_bytes: u16,
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
    /// What goes from escrow to the requester: forfeited claim bonds, in atoms.
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
            posted_at_seconds: 0,
            challenge_until_seconds: 0,
            settled_at_seconds: 0,
            output_bytes: 0,
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
        now_seconds: i64,
    ) -> Result<Self> {
        ensure(self.status == RequestStatus::Claimed, RequestError::NotClaimed)?;
        self.require_seen(created_at_seconds)?;
        ensure(self.is_operator(operator), RequestError::ClaimOfOtherOperator)?;
        ensure(window::is_open(now_seconds, self.claim_deadline_seconds), RequestError::ClaimDeadlinePassed)?;
        ensure(numeric_class == self.terms.numeric_class, RequestError::NumericClassMismatch)?;
        ensure(output_bytes > 0, RequestError::OutputEmpty)?;
        let output_bytes = u16::try_from(output_bytes).map_err(|_| RequestError::OutputTooLong)?;
        ensure(self.terms.output_bytes_max >= output_bytes, RequestError::OutputTooLong)?;
        Self {
            status: RequestStatus::Posted,
            posted_at_seconds: now_seconds,
            challenge_until_seconds: window::end_seconds(now_seconds, self.terms.challenge_window_seconds)?,
            output_bytes,
            ..*self
        }
        .checked()
    }

    /// Makes a result final that nobody challenged in its window, and splits fee and tip as the request was promised.
    #[inline(always)]
    pub fn finalize(&self, now_seconds: i64) -> Result<Finality> {
        ensure(self.status == RequestStatus::Posted, RequestError::NotPosted)?;
        ensure(!window::is_open(now_seconds, self.challenge_until_seconds), RequestError::ChallengeWindowOpen)?;
        let price_atoms = self.terms.price_atoms()?;
        let legs = self.terms.split.split(price_atoms)?;
        let next = Self { status: RequestStatus::Finalized, settled_at_seconds: now_seconds, ..*self };
        Ok(Finality { next: next.checked()?, price_atoms, legs, answer_seconds: self.answer_seconds() })
    }

    /// Gives the request up after its deadline.
    #[inline(always)]
    pub fn refund(&self, now_seconds: i64) -> Result<Refund> {
        ensure(self.status == RequestStatus::Open, RequestError::NotOpen)?;
        ensure(self.is_past_deadline(now_seconds), RequestError::DeadlineAhead)?;
        let price_atoms = self.terms.price_atoms()?;
        let refund_atoms = price_atoms.checked_add(self.requester_due_atoms).ok_or(CoreError::Overflow)?;
        let next =
            Self { status: RequestStatus::Refunded, requester_due_atoms: 0, settled_at_seconds: now_seconds, ..*self };
        Ok(Refund { next: next.checked()?, refund_atoms })
    }

    /// Lets go what is still due to the requester of a settled request.
    #[inline(always)]
    pub fn close(&self) -> Result<Closing> {
        ensure(self.status.is_settled(), RequestError::NotSettled)?;
        Ok(Closing { next: Self { requester_due_atoms: 0, ..*self }, due_atoms: self.requester_due_atoms })
    }

    /// Requires the request to be the one that was created at `created_at_seconds`: a requester can close a settled request
    /// and create another at its address.
    #[inline(always)]
    fn require_seen(&self, created_at_seconds: i64) -> Result<()> {
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

    /// When this status ends without anybody's answer or challenge, unix seconds: at the deadline, or with the challenge
    /// window. None while nobody can say, and of a settled request.
    pub const fn lasts_until_seconds(&self) -> Option<i64> {
        match self.status {
            RequestStatus::Open | RequestStatus::Claimed => Some(self.terms.deadline_seconds),
            RequestStatus::Posted => Some(self.challenge_until_seconds),
            _ => None,
        }
    }

    /// Whether `operator` holds the claim or gave the result.
    pub fn is_operator(&self, operator: &OperatorKey) -> bool {
        self.operator.as_ref() == Some(operator)
    }

    /// Seconds from creation to result; 0 before it.
    pub fn answer_seconds(&self) -> u64 {
        window::seconds_since(self.terms.created_at_seconds, self.posted_at_seconds)
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
        ensure(self.terms.output_bytes_max >= self.output_bytes, RequestError::StateInconsistent)
    }

    #[inline(always)]
    fn checked(self) -> Result<Self> {
        self.invariant()?;
        Ok(self)
    }
}
