use super::{RequestError, Result, ensure};
use crate::{
    CoreError,
    bond::required_bond,
    fees::UsageFeeSplit,
    licence::{Admission, LicenceTerms, Licensing, USE_CONTENT},
    window,
};

/// What a service takes and on what terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceOffer {
    /// Whether new requests are taken.
    pub is_open: bool,
    /// Price of a request, in atoms.
    pub fee_atoms: u64,
    /// Smallest result bond, in atoms.
    pub min_bond_atoms: u64,
    /// What a lapsed claim forfeits, in atoms.
    pub claim_bond_atoms: u64,
    /// Result bond as a multiple of the fee, in basis points.
    pub bond_multiple_bps: u32,
    /// Shortest wait a request may ask for.
    pub max_wait_min_seconds: u32,
    /// Longest wait a request may ask for.
    pub max_wait_max_seconds: u32,
    /// How long results can be challenged.
    pub challenge_window_seconds: u32,
    /// How long an operator has between claim and result.
    pub claim_seconds: u32,
    /// How fees are split.
    pub split: UsageFeeSplit,
    /// Longest input, in bytes.
    pub input_bytes_max: u16,
    /// Longest output, in bytes.
    pub output_bytes_max: u16,
    /// How results are compared.
    pub numeric_class: u8,
    /// How often what it offers has changed: version, price, split and everything else above.
    pub terms_counter: u32,
}

/// What a requester asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestOrder {
    /// The service's count of changes when the requester looked at it.
    pub terms_counter: u32,
    /// Most the requester pays besides the tip, in atoms.
    pub fee_max_atoms: u64,
    /// Most that minting the result as a token may cost, in atoms. It counts where `uses` names that use, which is paid for
    /// when the token is minted.
    pub content_fee_max_atoms: u64,
    /// What the requester adds to the fee to be answered sooner, in atoms.
    pub tip_atoms: u64,
    /// What a wrong answer could cost, in atoms.
    pub value_at_risk_atoms: u64,
    /// How long the requester waits for a result.
    pub max_wait_seconds: u32,
    /// What the result is to be used for: a set of the `USE_` bits of [`crate::licence`].
    pub uses: u16,
    /// Bytes of input.
    pub input_bytes: usize,
}

/// A request that may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its terms.
    pub terms: RequestTerms,
    /// The licence that it is made under, with this request counted.
    pub admission: Admission,
}

/// What is fixed for a request when it is created, whatever its service becomes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestTerms {
    /// Price, split when the result is final, in atoms.
    pub fee_atoms: u64,
    /// What the requester added to it, split alike, in atoms.
    pub tip_atoms: u64,
    /// Part of the result bond that a lapsed claim forfeits, in atoms.
    pub claim_bond_atoms: u64,
    /// Bond that a claim locks until its result is final, in atoms.
    pub result_bond_atoms: u64,
    /// When it was created, unix seconds; names it together with its address.
    pub created_at_seconds: i64,
    /// From when nobody may claim it and everything may be refunded, unix seconds.
    pub deadline_seconds: i64,
    /// Time an operator has between claim and result.
    pub claim_seconds: u32,
    /// Length of the challenge window.
    pub challenge_window_seconds: u32,
    /// How the fee will be split.
    pub split: UsageFeeSplit,
    /// Bytes of input.
    pub input_bytes: u16,
    /// Room for output, in bytes.
    pub output_bytes_max: u16,
    /// How results are compared.
    pub numeric_class: u8,
}

impl ServiceOffer {
    /// Whether `order` may be made now, and what it leaves: the service must offer what the requester saw, the licence that
    /// holds for the requester must be in force, the service must take the order, what the model asks for a token of the
    /// result must be within the order's limit, and the rate of the licence must allow one more. Fails with the first rule
    /// that refuses it.
    #[inline(always)]
    pub fn accept(&self, licensing: &Licensing, order: &RequestOrder) -> Result<Opening> {
        ensure(self.terms_counter == order.terms_counter, RequestError::TermsChanged)?;
        let licence = licensing.in_force()?;
        let terms = self.terms(&licence, order, licensing.now_seconds)?;
        let mints = order.uses & USE_CONTENT != 0;
        let is_within = !mints || order.content_fee_max_atoms >= licensing.content_fee_atoms;
        ensure(is_within, RequestError::ContentFeeAboveLimit)?;
        Ok(Opening { terms, admission: licensing.count(licence)? })
    }

    /// The terms of a request for `order` under `licence`. The fee is the service's or the licence's price, whichever is
    /// more. Fails with the rule that the order breaks.
    #[inline(always)]
    pub fn terms(&self, licence: &LicenceTerms, order: &RequestOrder, now_seconds: i64) -> Result<RequestTerms> {
        ensure(self.is_open, RequestError::ServiceClosed)?;
        licence.check_uses(order.uses)?;
        ensure(order.fee_max_atoms >= self.fee_atoms, RequestError::FeeAboveLimit)?;
        let fee_atoms = licence.fee_atoms(self.fee_atoms);
        ensure(order.fee_max_atoms >= fee_atoms, RequestError::LicencePriceAboveLimit)?;
        let waits = self.max_wait_min_seconds..=self.max_wait_max_seconds;
        ensure(waits.contains(&order.max_wait_seconds), RequestError::WaitOutOfBounds)?;
        ensure(order.input_bytes > 0, RequestError::InputEmpty)?;
        let input_bytes = u16::try_from(order.input_bytes).map_err(|_| RequestError::InputTooLong)?;
        ensure(self.input_bytes_max >= input_bytes, RequestError::InputTooLong)?;
        let result_bond_atoms =
            required_bond(self.min_bond_atoms, self.bond_multiple_bps, fee_atoms, order.value_at_risk_atoms)?;
        // A claim locks the result's bond, and what it forfeits is part of that.
        ensure(result_bond_atoms >= self.claim_bond_atoms, RequestError::StateInconsistent)?;
        let terms = RequestTerms {
            fee_atoms,
            tip_atoms: order.tip_atoms,
            claim_bond_atoms: self.claim_bond_atoms,
            result_bond_atoms,
            created_at_seconds: now_seconds,
            deadline_seconds: window::end_seconds(now_seconds, order.max_wait_seconds)?,
            claim_seconds: self.claim_seconds,
            challenge_window_seconds: self.challenge_window_seconds,
            split: self.split,
            input_bytes,
            output_bytes_max: self.output_bytes_max,
            numeric_class: self.numeric_class,
        };
        terms.price_atoms()?;
        Ok(terms)
    }
}

impl RequestTerms {
    /// Fee and tip: what the requester puts in escrow, in atoms.
    pub fn price_atoms(&self) -> Result<u64> {
        Ok(self.fee_atoms.checked_add(self.tip_atoms).ok_or(CoreError::Overflow)?)
    }
}
