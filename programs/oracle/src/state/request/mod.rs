use anchor_lang::prelude::*;
pub use modchains_core::request::RequestStatus;
use modchains_core::{
    commitment::{Salt, commit},
    request::{ClaimTerms, Finality, RequestError, RequestOrder, RequestState, RequestTerms},
};
use modchains_program_interface::{assert_view, oracle as view};
use modchains_program_kit::hash::sha256;

use super::{Service, UsageSplit};
use crate::errors::OracleError;

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
    /// Bond that a claim locks until its result is final, in atoms.
    pub result_bond_atoms: u64,
    /// Part of it that a lapsed claim forfeits, in atoms.
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
    /// A [`RequestStatus`], where the steps between them are drawn.
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

/// What a request keeps besides its terms.
#[derive(Clone, Copy, Debug)]
pub struct RequestDetails {
    /// The requester's number for it.
    pub nonce: u64,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: Salt,
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// What minting the result as content costs now, in atoms.
    pub content_fee_atoms: u64,
    /// Bump of the request's address.
    pub bump: u8,
}

/// What an operator answers, and to what.
#[derive(Clone, Copy, Debug)]
pub struct PostedResult<'a> {
    /// When the request was created that it answers, unix seconds.
    pub created_at_seconds: i64,
    /// How the output may be compared.
    pub numeric_class: u8,
    /// Root of the activation trace that backs it; zero for none.
    pub trace_root: [u8; 32],
    /// The output.
    pub output: &'a [u8],
}

impl Request {
    /// Where the input starts in the account's data, discriminator included.
    pub const INPUT_OFFSET: usize = 8 + size_of::<Self>();

    /// An open request for `order` on `terms`, which `service` accepted.
    #[inline(always)]
    pub fn open(
        service_key: Pubkey,
        service: &Service,
        requester: Pubkey,
        terms: &RequestTerms,
        order: &RequestOrder,
        details: &RequestDetails,
    ) -> Self {
        Self {
            service: service_key,
            requester,
            version_manifest_sha256: service.manifest_sha256,
            input_hash: details.input_hash,
            fee_atoms: terms.fee_atoms,
            tip_atoms: terms.tip_atoms,
            value_at_risk_atoms: order.value_at_risk_atoms,
            result_bond_atoms: terms.result_bond_atoms,
            claim_bond_atoms: terms.claim_bond_atoms,
            nonce: details.nonce,
            created_at_seconds: terms.created_at_seconds,
            deadline_seconds: terms.deadline_seconds,
            salt: details.salt,
            challenge_window_seconds: terms.challenge_window_seconds,
            claim_seconds: terms.claim_seconds,
            split: service.split,
            input_bytes: terms.input_bytes,
            output_bytes_max: terms.output_bytes_max,
            licence_uses: order.uses,
            numeric_class: terms.numeric_class,
            bump: details.bump,
            content_fee_atoms: details.content_fee_atoms,
            ..bytemuck::Zeroable::zeroed()
        }
    }

    /// What its life turns on, in the form the core's rules take. Fails when its status is unknown.
    #[inline(always)]
    pub fn state(&self) -> core::result::Result<RequestState, RequestError> {
        Ok(RequestState {
            terms: RequestTerms {
                fee_atoms: self.fee_atoms,
                tip_atoms: self.tip_atoms,
                claim_bond_atoms: self.claim_bond_atoms,
                result_bond_atoms: self.result_bond_atoms,
                created_at_seconds: self.created_at_seconds,
                deadline_seconds: self.deadline_seconds,
                claim_seconds: self.claim_seconds,
                challenge_window_seconds: self.challenge_window_seconds,
                split: self.split.into(),
                input_bytes: self.input_bytes,
                output_bytes_max: self.output_bytes_max,
                numeric_class: self.numeric_class,
            },
            status: RequestStatus::from_code(self.status)?,
            operator: (self.operator != Pubkey::default()).then(|| self.operator.to_bytes()),
            requester_due_atoms: self.requester_due_atoms,
            claim_deadline_seconds: self.claim_deadline_seconds,
            posted_at_seconds: self.posted_at_seconds,
            challenge_until_seconds: self.challenge_until_seconds,
            settled_at_seconds: self.settled_at_seconds,
            output_bytes: self.output_bytes,
        })
    }

    /// Keeps what a step changed; its terms never change.
    #[inline(always)]
    fn store(&mut self, next: &RequestState) {
        self.status = next.status as u8;
        self.operator = Pubkey::from(next.operator.unwrap_or_default());
        self.requester_due_atoms = next.requester_due_atoms;
        self.claim_deadline_seconds = next.claim_deadline_seconds;
        self.posted_at_seconds = next.posted_at_seconds;
        self.challenge_until_seconds = next.challenge_until_seconds;
        self.settled_at_seconds = next.settled_at_seconds;
        self.output_bytes = next.output_bytes;
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
        Ok(self.rules()?.terms.price_atoms().map_err(OracleError::from)?)
    }

    /// Makes the step [`RequestState::claim`].
    pub fn claim(&mut self, operator: &Pubkey, terms: &ClaimTerms, now_seconds: i64) -> Result<()> {
        let claimed = self.rules()?.claim(operator.as_array(), terms, now_seconds);
        self.store(&claimed.map_err(OracleError::from)?);
        Ok(())
    }

    /// Makes the step [`RequestState::expire_claim`]; returns the forfeited claim bond.
    pub fn expire_claim(&mut self, now_seconds: i64) -> Result<u64> {
        let expiry = self.rules()?.expire_claim(now_seconds).map_err(OracleError::from)?;
        self.store(&expiry.next);
        Ok(expiry.forfeited_atoms)
    }

    /// Makes the step [`RequestState::post`] and records what the result is.
    pub fn post(&mut self, operator: &Pubkey, result: &PostedResult, now_seconds: i64) -> Result<()> {
        let PostedResult { created_at_seconds, numeric_class, trace_root, output } = *result;
        let rules = self.rules()?;
        let posted = rules.post(operator.as_array(), created_at_seconds, numeric_class, output.len(), now_seconds);
        self.store(&posted.map_err(OracleError::from)?);
        self.output_hash = commit(sha256, &self.salt, output);
        self.trace_root = trace_root;
        Ok(())
    }

    /// Makes the step [`RequestState::finalize`].
    pub fn finalize(&mut self, now_seconds: i64) -> Result<Finality> {
        let finality = self.rules()?.finalize(now_seconds).map_err(OracleError::from)?;
        self.store(&finality.next);
        Ok(finality)
    }

    /// Makes the step [`RequestState::refund`]; returns what goes to the requester.
    pub fn refund(&mut self, now_seconds: i64) -> Result<u64> {
        let refund = self.rules()?.refund(now_seconds).map_err(OracleError::from)?;
        self.store(&refund.next);
        Ok(refund.refund_atoms)
    }

    /// Makes the step [`RequestState::close`]; returns what goes to the requester.
    pub fn close(&mut self) -> Result<u64> {
        let closing = self.rules()?.close().map_err(OracleError::from)?;
        self.store(&closing.next);
        Ok(closing.due_atoms)
    }

    #[inline(always)]
    fn rules(&self) -> Result<RequestState> {
        Ok(self.state().map_err(OracleError::from)?)
    }
}

#[cfg(test)]
mod tests;
