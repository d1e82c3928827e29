use anchor_lang::prelude::*;
pub use modchains_core::request::RequestStatus;
use modchains_core::{
    commitment::{Salt, commit},
    numeric_class::NumericClass,
    request::{
        ChallengeOutcome, ClaimTerms, Finality, Overturn, ProofTerms, RequestError, RequestOrder, RequestState,
        RequestTerms, Settlement,
    },
    window::Moment,
};
use modchains_program_interface::{assert_view, oracle as view};
use modchains_program_kit::hash::sha256;

use super::{Service, UsageSplit};
use crate::errors::{OracleError, ensure};

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
    /// The graph account that decides its result; the zero key where results cannot be proved.
    pub graph: Pubkey,
    /// Root of the trace that backs the result, one for all challenges; zero for none yet.
    pub trace_root: [u8; 32],
    /// When it was created, unix seconds.
    pub created_at_seconds: i64,
    /// When the result was posted, unix seconds; 0 before.
    pub posted_at_seconds: i64,
    /// The slot in which it was posted; 0 before.
    pub posted_slot: u64,
    /// Most that minting the result as content costs, in atoms: what the model asked for it when the request was created.
    pub content_fee_atoms: u64,
    /// What a challenge of the result locks, in atoms; 0 where results cannot be proved.
    pub challenge_bond_atoms: u64,
    /// The declared size of the input, which the graph's shapes depend on; 0 where results cannot be proved.
    pub size: u32,
    /// How long each side of a dispute may take for all its moves.
    pub clock_seconds: u32,
    /// What is left to a side at least when the turn comes to it.
    pub grace_seconds: u32,
    /// How many challenges were opened, and the number of the next.
    pub challenges: u32,
    /// How many of them are not settled.
    pub open_challenges: u32,
    /// Bytes of input.
    pub input_bytes: u16,
    /// Bytes of output; 0 before a result.
    pub output_bytes: u16,
    /// What the requester may use the result for and declared to: a set of the `USE_` bits of the core's licences.
    pub licence_uses: u16,
    /// Which semantics decide its elements; 0 where results cannot be proved.
    pub judge_version: u16,
    /// A [`RequestStatus`], where the steps between them are drawn.
    pub status: u8,
    /// How results are compared: a [`NumericClass`].
    pub numeric_class: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: u8,
    /// Challenger of the challenge with the lowest number that was settled and not lost; the zero key for none.
    pub earliest_challenger: Pubkey,
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
    /// What the escrow holds for the requester, in atoms: forfeited claim bonds, and fee and tip of an overturned result.
    pub requester_due_atoms: u64,
    /// What of an overturned result's bond the escrow holds for the earliest challenge, in atoms.
    pub reward_due_atoms: u64,
    /// What of it the escrow holds for the challenge that landed the proof, in atoms.
    pub stipend_due_atoms: u64,
    /// What whoever lands a proof gets first, in atoms.
    pub stipend_atoms: u64,
    /// The requester's number for it, part of the address.
    pub nonce: u64,
    /// From when nobody may claim it and everything may be refunded, unix seconds.
    pub deadline_seconds: i64,
    /// From when the present claim has lapsed, unix seconds, never after the deadline; 0 while open.
    pub claim_deadline_seconds: i64,
    /// When it was finalized, overturned or refunded, unix seconds; 0 before.
    pub settled_at_seconds: i64,
    /// The slot in which it was; 0 before.
    pub settled_slot: u64,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: [u8; 16],
    /// Length of the challenge window.
    pub challenge_window_seconds: u32,
    /// How long after it was posted the result can be challenged: that length, or longer by what late challenges added; 0
    /// before a result.
    pub window_seconds: u32,
    /// Time an operator has between claim and result.
    pub claim_seconds: u32,
    /// How many operators beside the model's creator attested to hold the graph when the request was created. Without any, its
    /// use does not move the curve.
    pub attestations: u32,
    /// Number of the challenge of `earliest_challenger`.
    pub earliest_challenge: u32,
    /// How the fee will be split.
    pub split: UsageSplit,
    /// Room for output, in bytes; the length of the output where results can be proved.
    pub output_bytes_max: u16,
}

assert_view!(view::Request => Request {
    service, requester, operator, version_manifest_sha256, input_hash, output_hash, graph, trace_root, created_at_seconds,
    posted_at_seconds, posted_slot, content_fee_atoms, challenge_bond_atoms, size, clock_seconds, grace_seconds, challenges,
    open_challenges, input_bytes, output_bytes, licence_uses, judge_version, status, numeric_class,
} skipping { _skipped });
const _: () = assert!(view::Request::INPUT_OFFSET == Request::INPUT_OFFSET);

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
        let mut request = Self {
            service: service_key,
            requester,
            version_manifest_sha256: service.manifest_sha256,
            input_hash: details.input_hash,
            graph: service.graph,
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
            numeric_class: terms.numeric_class as u8,
            bump: details.bump,
            content_fee_atoms: details.content_fee_atoms,
            ..bytemuck::Zeroable::zeroed()
        };
        if let Some(proof) = &terms.proof {
            request.judge_version = proof.judge_version;
            request.size = proof.size;
            request.attestations = proof.attestations;
            request.challenge_bond_atoms = proof.challenge_bond_atoms;
            request.stipend_atoms = proof.stipend_atoms;
            request.clock_seconds = proof.clock_seconds;
            request.grace_seconds = proof.grace_seconds;
        }
        request
    }

    /// What its life turns on, in the form the core's rules take. Fails when its status or class is unknown.
    #[inline(always)]
    pub fn state(&self) -> core::result::Result<RequestState, RequestError> {
        let numeric_class = NumericClass::from_code(self.numeric_class).ok_or(RequestError::StateInconsistent)?;
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
                numeric_class,
                proof: numeric_class.is_provable().then_some(ProofTerms {
                    judge_version: self.judge_version,
                    size: self.size,
                    attestations: self.attestations,
                    challenge_bond_atoms: self.challenge_bond_atoms,
                    stipend_atoms: self.stipend_atoms,
                    clock_seconds: self.clock_seconds,
                    grace_seconds: self.grace_seconds,
                }),
            },
            status: RequestStatus::from_code(self.status)?,
            operator: key_if_set(&self.operator),
            requester_due_atoms: self.requester_due_atoms,
            claim_deadline_seconds: self.claim_deadline_seconds,
            posted_at: Moment { seconds: self.posted_at_seconds, slot: self.posted_slot },
            window_seconds: self.window_seconds,
            settled_at: Moment { seconds: self.settled_at_seconds, slot: self.settled_slot },
            output_bytes: self.output_bytes,
            challenges: self.challenges,
            open_challenges: self.open_challenges,
            earliest: key_if_set(&self.earliest_challenger).map(|challenger| (self.earliest_challenge, challenger)),
            reward_due_atoms: self.reward_due_atoms,
            stipend_due_atoms: self.stipend_due_atoms,
        })
    }

    /// Keeps what a step changed; its terms never change.
    #[inline(never)]
    fn store(&mut self, next: &RequestState) {
        let (earliest_challenge, earliest_challenger) = next.earliest.unwrap_or_default();
        self.status = next.status as u8;
        self.operator = Pubkey::from(next.operator.unwrap_or_default());
        self.requester_due_atoms = next.requester_due_atoms;
        self.claim_deadline_seconds = next.claim_deadline_seconds;
        self.posted_at_seconds = next.posted_at.seconds;
        self.posted_slot = next.posted_at.slot;
        self.window_seconds = next.window_seconds;
        self.settled_at_seconds = next.settled_at.seconds;
        self.settled_slot = next.settled_at.slot;
        self.output_bytes = next.output_bytes;
        self.challenges = next.challenges;
        self.open_challenges = next.open_challenges;
        self.earliest_challenge = earliest_challenge;
        self.earliest_challenger = Pubkey::from(earliest_challenger);
        self.reward_due_atoms = next.reward_due_atoms;
        self.stipend_due_atoms = next.stipend_due_atoms;
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
    pub fn post(&mut self, operator: &Pubkey, result: &PostedResult, now: Moment) -> Result<()> {
        let PostedResult { created_at_seconds, numeric_class, trace_root, output } = *result;
        let rules = self.rules()?;
        let is_traceable = rules.terms.proof.is_some() || trace_root == [0; 32];
        ensure(is_traceable, OracleError::ResultNotProvable)?;
        let posted = rules.post(operator.as_array(), created_at_seconds, numeric_class, output.len(), now);
        self.store(&posted.map_err(OracleError::from)?);
        self.output_hash = commit(sha256, &self.salt, output);
        self.trace_root = trace_root;
        Ok(())
    }

    /// Makes the step [`RequestState::finalize`].
    pub fn finalize(&mut self, convicted_at: Option<Moment>, now: Moment) -> Result<Finality> {
        let finality = self.rules()?.finalize(convicted_at, now).map_err(OracleError::from)?;
        self.store(&finality.next);
        Ok(finality)
    }

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

    /// Makes the step [`RequestState::refund`]; returns what goes to the requester.
    pub fn refund(&mut self, now: Moment) -> Result<u64> {
        let refund = self.rules()?.refund(now).map_err(OracleError::from)?;
        self.store(&refund.next);
        Ok(refund.refund_atoms)
    }

    /// Makes the step [`RequestState::close`]; returns what goes to the requester.
    pub fn close(&mut self) -> Result<u64> {
        let closing = self.rules()?.close().map_err(OracleError::from)?;
        self.store(&closing.next);
        Ok(closing.due_atoms)
    }

    /// Once in the program, as is [`Self::store`]: inlined into every step, they take 10 kB more and save 100 compute units.
    #[inline(never)]
    fn rules(&self) -> Result<RequestState> {
        Ok(self.state().map_err(OracleError::from)?)
    }
}

/// An account's address, if one is kept.
fn key_if_set(key: &Pubkey) -> Option<[u8; 32]> {
    (*key != Pubkey::default()).then(|| key.to_bytes())
}

#[cfg(test)]
mod tests;
