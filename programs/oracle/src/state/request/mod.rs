use anchor_lang::prelude::*;
use modchains_core::{bond::required_bond, licence::LicenceTerms, window};
use modchains_program_interface::{assert_view, oracle as view};

use super::{Service, UsageSplit};
use crate::errors::{OracleError, ensure};

/// Longest inline input the program takes, in bytes: what fits one transaction.
pub const INPUT_BYTES_MAX: u16 = 700;
/// Longest inline output the program takes, in bytes.
pub const OUTPUT_BYTES_MAX: u16 = 1_024;

/// Where a request stands.
///
/// ```text
/// Open -> Claimed -> Posted -> Finalized
///  | ^       |         +-> Disputed -> Finalized | Overturned
///  | +-------+ claim lapsed
///  +-> Refunded (deadline passed)
/// ```
///
/// No instruction leads to `Disputed` or `Overturned` yet; their codes are fixed so that clients need not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RequestStatus {
    /// Any operator may claim it.
    Open = 0,
    /// One operator is at work.
    Claimed = 1,
    /// A result waits for the end of its challenge window.
    Posted = 2,
    /// The result is under challenge.
    Disputed = 3,
    /// The result stands and the fee is split.
    Finalized = 4,
    /// The result was proved wrong.
    Overturned = 5,
    /// Nobody answered in time and everything went back.
    Refunded = 6,
}

impl RequestStatus {
    /// Whether nothing can happen any more but closing the account.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Finalized | Self::Overturned | Self::Refunded)
    }
}

impl TryFrom<u8> for RequestStatus {
    type Error = OracleError;

    fn try_from(code: u8) -> core::result::Result<Self, OracleError> {
        Ok(match code {
            0 => Self::Open,
            1 => Self::Claimed,
            2 => Self::Posted,
            3 => Self::Disputed,
            4 => Self::Finalized,
            5 => Self::Overturned,
            6 => Self::Refunded,
            _ => return Err(OracleError::RequestStatusUnknown),
        })
    }
}

/// One inference asked for and paid in advance. The input bytes follow this fixed part, then room for the output.
///
/// Every term is fixed when it is created: a service or configuration that changes later changes nothing here.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Request {
    /// The service that was asked.
    pub service: Pubkey,
    /// Who asked, paid, and gets refunds and rent back.
    pub requester: Pubkey,
    /// The operator account at work or done; the zero key while open.
    pub operator: Pubkey,
    /// SHA-256 of the manifest of the version that must answer.
    pub version_manifest_sha256: [u8; 32],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// SHA-256 of salt and output; zero before a result.
    pub output_hash: [u8; 32],
    /// Root of the activation trace that backs the result; zero for none.
    pub trace_root: [u8; 32],
    /// The challenge that decides the result; the zero key for none.
    pub dispute: Pubkey,
    /// Price, split when the result is final, in atoms.
    pub fee_atoms: u64,
    /// Extra for the operator, in atoms.
    pub tip_atoms: u64,
    /// What a wrong answer could cost, as the requester puts it, in atoms.
    pub value_at_risk_atoms: u64,
    /// Bond the result locks, in atoms.
    pub result_bond_atoms: u64,
    /// Bond a claim locks, in atoms.
    pub claim_bond_atoms: u64,
    /// Forfeited claim bonds held in escrow for the requester, in atoms.
    pub requester_due_atoms: u64,
    /// The requester's number for it, part of the address.
    pub nonce: u64,
    /// When it was created, unix seconds.
    pub created_at_seconds: i64,
    /// From when nobody may claim it and everything may be refunded, unix seconds.
    pub deadline_seconds: i64,
    /// From when the present claim has lapsed, unix seconds, never after the deadline; 0 while open.
    pub claim_deadline_seconds: i64,
    /// When the result was posted, unix seconds; 0 before.
    pub posted_at_seconds: i64,
    /// From when the result is final, unix seconds; 0 before a result.
    pub challenge_until_seconds: i64,
    /// When it was finalized or refunded, unix seconds; 0 before.
    pub settled_at_seconds: i64,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: [u8; 16],
    /// Length of the challenge window.
    pub challenge_window_seconds: u32,
    /// Time an operator has between claim and result.
    pub claim_seconds: u32,
    /// How the fee will be split.
    pub split: UsageSplit,
    /// Bytes of input.
    pub input_bytes: u16,
    /// Bytes of output; 0 before a result.
    pub output_bytes: u16,
    /// Room for output, in bytes.
    pub output_bytes_max: u16,
    /// What the requester may use the result for and declared to: a set of the `USE_` bits of the core's licences.
    pub licence_uses: u16,
    /// A [`RequestStatus`].
    pub status: u8,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
    /// Most that minting the result as content costs, in atoms: what the model asked for it when the request was created.
    pub content_fee_atoms: u64,
}

assert_view!(view::Request => Request {
    service, requester, operator, version_manifest_sha256, input_hash, output_hash, licence_uses, status, numeric_class,
    content_fee_atoms,
} skipping { _skipped, _skipped_too });
const _: () = assert!(view::Request::STATUS_FINALIZED == RequestStatus::Finalized as u8);

/// What the requester asks for.
#[derive(Clone, Copy, Debug)]
pub struct RequestTerms {
    /// The requester's number for it.
    pub nonce: u64,
    /// Most the requester pays besides the tip, in atoms.
    pub fee_max_atoms: u64,
    /// Extra for the operator, in atoms.
    pub tip_atoms: u64,
    /// What a wrong answer could cost, in atoms.
    pub value_at_risk_atoms: u64,
    /// How long the requester waits for a result.
    pub max_wait_seconds: u32,
    /// What the result is to be used for: a set of the `USE_` bits of the core's licences.
    pub uses: u16,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: [u8; 16],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// Bytes of input.
    pub input_bytes: usize,
    /// What minting the result as content costs now, in atoms.
    pub content_fee_atoms: u64,
    /// Bump of the request's address.
    pub bump: u8,
}

impl Request {
    /// Where the input starts in the account's data, discriminator included.
    pub const INPUT_OFFSET: usize = 8 + size_of::<Self>();

    /// An open request on the service's present terms and under `licence`, the requester's terms for the model, or the
    /// reason why either does not allow it.
    pub fn open(
        service_key: Pubkey,
        service: &Service,
        licence: &LicenceTerms,
        requester: Pubkey,
        terms: &RequestTerms,
        now_seconds: i64,
    ) -> Result<Self> {
        ensure(service.open == 1, OracleError::ServiceClosed)?;
        licence.check_uses(terms.uses).map_err(OracleError::from)?;
        ensure(terms.fee_max_atoms >= service.fee_atoms, OracleError::FeeAboveLimit)?;
        let fee_atoms = licence.fee_atoms(service.fee_atoms);
        ensure(terms.fee_max_atoms >= fee_atoms, OracleError::LicencePriceAboveLimit)?;
        let waits = service.max_wait_min_seconds..=service.max_wait_max_seconds;
        ensure(waits.contains(&terms.max_wait_seconds), OracleError::WaitOutOfBounds)?;
        ensure(terms.input_bytes > 0, OracleError::InputEmpty)?;
        ensure(usize::from(service.input_bytes_max) >= terms.input_bytes, OracleError::InputTooLong)?;
        let result_bond_atoms =
            required_bond(service.min_bond_atoms, service.bond_multiple_bps, fee_atoms, terms.value_at_risk_atoms)
                .map_err(OracleError::from)?;
        Ok(Self {
            service: service_key,
            requester,
            version_manifest_sha256: service.manifest_sha256,
            input_hash: terms.input_hash,
            fee_atoms,
            tip_atoms: terms.tip_atoms,
            value_at_risk_atoms: terms.value_at_risk_atoms,
            result_bond_atoms,
            claim_bond_atoms: service.claim_bond_atoms,
            nonce: terms.nonce,
            created_at_seconds: now_seconds,
            deadline_seconds: window::end_seconds(now_seconds, terms.max_wait_seconds).map_err(OracleError::from)?,
            salt: terms.salt,
            challenge_window_seconds: service.challenge_window_seconds,
            claim_seconds: service.claim_seconds,
            split: service.split,
            input_bytes: u16::try_from(terms.input_bytes).map_err(|_| OracleError::InputTooLong)?,
            output_bytes_max: service.output_bytes_max,
            licence_uses: terms.uses,
            numeric_class: service.numeric_class,
            bump: terms.bump,
            content_fee_atoms: terms.content_fee_atoms,
            ..bytemuck::Zeroable::zeroed()
        })
    }

    /// Bytes of an account for this request.
    pub fn account_bytes(&self) -> usize {
        // arith-safety: the fixed part and two lengths of 16 bits, here and below.
        self.output_offset() + usize::from(self.output_bytes_max)
    }

    /// Where the output starts in the account's data, discriminator included.
    pub fn output_offset(&self) -> usize {
        Self::INPUT_OFFSET + usize::from(self.input_bytes)
    }

    /// Fee and tip, in atoms.
    pub fn price_atoms(&self) -> Result<u64> {
        Ok(self.fee_atoms.checked_add(self.tip_atoms).ok_or(OracleError::AmountTooLarge)?)
    }

    /// The status, decoded.
    pub fn status(&self) -> Result<RequestStatus> {
        Ok(RequestStatus::try_from(self.status)?)
    }

    /// Gives the request to `operator` until the claim's deadline, if it is the one created at `created_at_seconds`.
    pub fn claim(&mut self, operator: Pubkey, created_at_seconds: i64, now_seconds: i64) -> Result<()> {
        self.require(RequestStatus::Open, OracleError::RequestNotOpen)?;
        ensure(self.created_at_seconds == created_at_seconds, OracleError::RequestReplaced)?;
        ensure(window::is_open(now_seconds, self.deadline_seconds), OracleError::RequestDeadlinePassed)?;
        let claim_end_seconds = window::end_seconds(now_seconds, self.claim_seconds).map_err(OracleError::from)?;
        self.operator = operator;
        self.claim_deadline_seconds = claim_end_seconds.min(self.deadline_seconds);
        self.status = RequestStatus::Claimed as u8;
        self.invariant()
    }

    /// Takes a lapsed claim away from its operator and credits the claim bond, which it returns, to the requester.
    pub fn expire_claim(&mut self, now_seconds: i64) -> Result<u64> {
        self.require(RequestStatus::Claimed, OracleError::RequestNotClaimed)?;
        ensure(!window::is_open(now_seconds, self.claim_deadline_seconds), OracleError::ClaimDeadlineAhead)?;
        let due_atoms = self.requester_due_atoms.checked_add(self.claim_bond_atoms);
        self.requester_due_atoms = due_atoms.ok_or(OracleError::AmountTooLarge)?;
        self.operator = Pubkey::default();
        self.claim_deadline_seconds = 0;
        self.status = RequestStatus::Open as u8;
        self.invariant()?;
        Ok(self.claim_bond_atoms)
    }

    /// Checks that `operator` may post `output_bytes` bytes now.
    pub fn require_postable(
        &self,
        operator: &Pubkey,
        numeric_class: u8,
        output_bytes: usize,
        now_seconds: i64,
    ) -> Result<()> {
        self.require(RequestStatus::Claimed, OracleError::RequestNotClaimed)?;
        ensure(self.operator == *operator, OracleError::ClaimOfOtherOperator)?;
        ensure(window::is_open(now_seconds, self.claim_deadline_seconds), OracleError::ClaimDeadlinePassed)?;
        ensure(numeric_class == self.numeric_class, OracleError::NumericClassMismatch)?;
        ensure(output_bytes > 0, OracleError::OutputEmpty)?;
        ensure(usize::from(self.output_bytes_max) >= output_bytes, OracleError::OutputTooLong)?;
        Ok(())
    }

    /// Records a result that [`Self::require_postable`] allowed and opens its challenge window.
    pub fn post(
        &mut self,
        output_hash: [u8; 32],
        trace_root: [u8; 32],
        output_bytes: usize,
        now_seconds: i64,
    ) -> Result<()> {
        let window_end = window::end_seconds(now_seconds, self.challenge_window_seconds);
        self.challenge_until_seconds = window_end.map_err(OracleError::from)?;
        self.output_bytes = u16::try_from(output_bytes).map_err(|_| OracleError::OutputTooLong)?;
        self.output_hash = output_hash;
        self.trace_root = trace_root;
        self.posted_at_seconds = now_seconds;
        self.status = RequestStatus::Posted as u8;
        self.invariant()
    }

    /// Makes a result final that nobody challenged in its window.
    pub fn finalize(&mut self, now_seconds: i64) -> Result<()> {
        self.require(RequestStatus::Posted, OracleError::RequestNotPosted)?;
        ensure(!window::is_open(now_seconds, self.challenge_until_seconds), OracleError::ChallengeWindowOpen)?;
        self.settled_at_seconds = now_seconds;
        self.status = RequestStatus::Finalized as u8;
        self.invariant()
    }

    /// Gives the request up after its deadline and says what goes back to the requester, in atoms.
    pub fn refund(&mut self, now_seconds: i64) -> Result<u64> {
        self.require(RequestStatus::Open, OracleError::RequestNotOpen)?;
        ensure(!window::is_open(now_seconds, self.deadline_seconds), OracleError::RequestDeadlineAhead)?;
        let due_atoms = core::mem::take(&mut self.requester_due_atoms);
        let refund_atoms = self.price_atoms()?.checked_add(due_atoms).ok_or(OracleError::AmountTooLarge)?;
        self.settled_at_seconds = now_seconds;
        self.status = RequestStatus::Refunded as u8;
        self.invariant()?;
        Ok(refund_atoms)
    }

    /// Lets go what is still due to the requester of a settled request, in atoms.
    pub fn take_due(&mut self) -> Result<u64> {
        ensure(self.status()?.is_settled(), OracleError::RequestNotSettled)?;
        Ok(core::mem::take(&mut self.requester_due_atoms))
    }

    /// Seconds from creation to result.
    pub fn answer_seconds(&self) -> u64 {
        u64::try_from(self.posted_at_seconds.saturating_sub(self.created_at_seconds)).unwrap_or(0)
    }

    fn require(&self, status: RequestStatus, otherwise: OracleError) -> Result<()> {
        if self.status()? == status { Ok(()) } else { Err(otherwise.into()) }
    }

    /// What holds of a request at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        let status = self.status()?;
        // An operator is named exactly from a claim on, and never by a request that was given up.
        let has_operator = self.operator != Pubkey::default();
        let needs_operator = !matches!(status, RequestStatus::Open | RequestStatus::Refunded);
        ensure(has_operator == needs_operator, OracleError::StateInconsistent)?;
        // A claim never outlives the request.
        ensure(self.deadline_seconds >= self.claim_deadline_seconds, OracleError::StateInconsistent)?;
        // The output fits its room.
        ensure(self.output_bytes_max >= self.output_bytes, OracleError::StateInconsistent)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
