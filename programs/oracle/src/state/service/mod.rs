use anchor_lang::prelude::*;
use modchains_core::{
    fees::{SPLIT_APPLY_SECONDS, UsageFeeLegs, UsageFeeSplit},
    governance::{FEE_KEPT_SECONDS, validate_fee},
    request::ServiceOffer,
    window,
};
use modchains_program_interface::{assert_view, exchange::ModelVersion, oracle as view};
use modchains_program_kit::timelock;

use super::{BondMint, INPUT_BYTES_MAX, OUTPUT_BYTES_MAX, OracleParams, PERIOD_SECONDS_MAX, UsageSplit};
use crate::{
    errors::{OracleError, ensure},
    seeds,
    state::atoms::{add, take},
};

/// A model offered for inference in one mint. Requests copy its terms when they are created.
///
/// Its escrow holds the money of everybody who deals with it: requesters, operators and those a fee is split among. So
/// everything but a deposit and a payout is a change of numbers, which nobody's token account can stop. The escrow holds at
/// least `held_atoms`; what others send there changes nothing.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Service {
    /// The model, an account of the exchange.
    pub model: Pubkey,
    /// The reserve's share until it is distributed, in atoms.
    pub accrued_reserve_atoms: u64,
    /// The model's market, which gets the reserve's share.
    pub market: Pubkey,
    /// The model's vault.
    pub vault: Pubkey,
    /// The vault's pool of the quote mint, which gets the stakers' share.
    pub pool: Pubkey,
    /// Mint of fees and bonds.
    pub quote_mint: Pubkey,
    /// The token account of this service, owned by this account's address.
    pub escrow: Pubkey,
    /// Where finalised use of the model is counted.
    pub usage: Pubkey,
    /// The version that new requests name.
    pub version: Pubkey,
    /// SHA-256 of that version's manifest.
    pub manifest_sha256: [u8; 32],
    /// Who paid the rent, and gets it back when the service closes.
    pub payer: Pubkey,
    /// Price of a request, in atoms.
    pub fee_atoms: u64,
    /// Smallest result bond, in atoms.
    pub min_bond_atoms: u64,
    /// What a lapsed claim forfeits of the result bond, in atoms.
    pub claim_bond_atoms: u64,
    /// What came into the escrow through an instruction and has not left it, in atoms: the sum of all that is owed.
    pub held_atoms: u64,
    /// Bonds of all operators, those on their way out included, in atoms.
    pub bonded_atoms: u64,
    /// What operators have earned and not been paid yet, in atoms.
    pub earned_atoms: u64,
    /// Fees, tips and forfeited claim bonds of requests that are not settled or not closed yet, in atoms.
    pub escrowed_atoms: u64,
    /// The stakers' share until it is distributed, in atoms.
    pub accrued_vault_atoms: u64,
    /// The share of creator and contributors until it is distributed, in atoms.
    pub accrued_creator_atoms: u64,
    /// The protocol's share until it is claimed, in atoms.
    pub accrued_protocol_atoms: u64,
    /// Requests ever created.
    pub requests_created: u64,
    /// Unix second from which the queued split may be applied; 0 when none is queued.
    pub pending_split_at_seconds: i64,
    /// Until when the creator keeps the price that the stakers decided on, unix seconds; 0 before any decision.
    pub fee_kept_until_seconds: i64,
    /// Since when no new requests and operators are taken, unix seconds; 0 while they are. What exists runs to its end either
    /// way.
    pub shut_at_seconds: i64,
    /// How many operators have a seat.
    pub operator_count: u32,
    /// How many requests exist.
    pub request_count: u32,
    /// Shortest wait a request may ask for.
    pub max_wait_min_seconds: u32,
    /// Longest wait a request may ask for.
    pub max_wait_max_seconds: u32,
    /// How long results can be challenged.
    pub challenge_window_seconds: u32,
    /// How long an operator has between claim and result.
    pub claim_seconds: u32,
    /// Result bond as a multiple of the fee, in basis points.
    pub bond_multiple_bps: u32,
    /// Counts changes of what new requests copy; a request names the count that its requester saw. Starts at the second of
    /// the opening, so that a service that is opened again repeats none.
    pub terms_counter: u32,
    /// How fees are split.
    pub split: UsageSplit,
    /// The queued split, which gives somebody less; meaningless while `pending_split_at_seconds` is 0.
    pub pending_split: UsageSplit,
    /// Longest input, in bytes.
    pub input_bytes_max: u16,
    /// Longest output, in bytes.
    pub output_bytes_max: u16,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 6],
}

assert_view!(view::Service => Service { model, accrued_reserve_atoms });

/// What the model's creator decides about its service.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceTerms {
    /// Price of a request, in atoms; at least 1.
    pub fee_atoms: u64,
    /// Shortest wait a request may ask for; at least 1.
    pub max_wait_min_seconds: u32,
    /// Longest wait a request may ask for; at most 30 days.
    pub max_wait_max_seconds: u32,
    /// Longest input, 1 to 599 bytes.
    pub input_bytes_max: u16,
    /// Longest output, 1 to 824 bytes.
    pub output_bytes_max: u16,
    /// How fees are split; when not given, as they are, and in a new service as the configuration says. A split that
    /// gives less to anybody but operators is queued.
    pub split: Option<UsageSplit>,
}

/// What accrued for the model's market, in atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketShares {
    /// For creator and contributors, who claim it there.
    pub creator_atoms: u64,
    /// For the reserve.
    pub reserve_atoms: u64,
}

impl ServiceTerms {
    /// Requires every term within its bounds.
    pub fn validate(&self) -> Result<()> {
        let waits_fit = 1 <= self.max_wait_min_seconds
            && self.max_wait_min_seconds <= self.max_wait_max_seconds
            && self.max_wait_max_seconds <= PERIOD_SECONDS_MAX;
        let sizes_fit = (1..=INPUT_BYTES_MAX).contains(&self.input_bytes_max)
            && (1..=OUTPUT_BYTES_MAX).contains(&self.output_bytes_max);
        ensure(self.fee_atoms > 0 && waits_fit && sizes_fit, OracleError::ParameterOutOfBounds)?;
        Ok(())
    }
}

impl Service {
    /// Seeds with which this account signs for its escrow.
    pub fn signer_seeds<'a>(model: &'a Pubkey, bump: &'a [u8; 1]) -> [&'a [u8]; 3] {
        [seeds::SERVICE, model.as_ref(), bump]
    }

    /// Sets what new requests will copy: the creator's terms, the configuration's present policy, the version. A service
    /// whose mint was delisted meanwhile keeps the amounts it has.
    pub fn configure(
        &mut self,
        terms: &ServiceTerms,
        params: &OracleParams,
        bond_mint: Option<&BondMint>,
        (version_key, version): (Pubkey, &ModelVersion),
        now_seconds: i64,
    ) -> Result<()> {
        terms.validate()?;
        let is_kept = window::is_open(now_seconds, self.fee_kept_until_seconds);
        ensure(!is_kept || terms.fee_atoms == self.fee_atoms, OracleError::FeeKept)?;
        ensure(version.model == self.model, OracleError::VersionOfOtherModel)?;
        self.set_split(terms.split, params, now_seconds)?;
        if let Some(bond_mint) = bond_mint {
            ensure(bond_mint.mint == self.quote_mint, OracleError::BondMintNotAllowed)?;
            self.min_bond_atoms = bond_mint.min_bond_atoms;
            self.claim_bond_atoms = bond_mint.claim_bond_atoms;
        }
        self.version = version_key;
        self.manifest_sha256 = version.manifest_sha256;
        self.numeric_class = version.numeric_class;
        self.fee_atoms = terms.fee_atoms;
        self.max_wait_min_seconds = terms.max_wait_min_seconds;
        self.max_wait_max_seconds = terms.max_wait_max_seconds;
        self.input_bytes_max = terms.input_bytes_max;
        self.output_bytes_max = terms.output_bytes_max;
        self.bond_multiple_bps = params.bond_multiple_bps;
        self.challenge_window_seconds = params.challenge_window_seconds;
        self.claim_seconds = params.claim_seconds;
        self.count_change()
    }

    /// Takes `split` over, or queues it if it gives somebody less than the one in force; a split that is named replaces any
    /// queued before.
    fn set_split(&mut self, split: Option<UsageSplit>, params: &OracleParams, now_seconds: i64) -> Result<()> {
        let is_new = self.terms_counter == 0;
        let Some(split) = split.or(is_new.then_some(params.split)) else { return Ok(()) };
        params.require_split(&split)?;
        let in_force = UsageFeeSplit::from(self.split);
        let at_seconds = if is_new { Ok(None) } else { in_force.replaceable_at_seconds(&split.into(), now_seconds) };
        match at_seconds.map_err(OracleError::from)? {
            None => (self.split, self.pending_split_at_seconds) = (split, 0),
            Some(at_seconds) => (self.pending_split, self.pending_split_at_seconds) = (split, at_seconds),
        }
        Ok(())
    }

    /// Makes the queued split, which was checked when it was queued, the one that new requests copy.
    pub fn apply_split(&mut self, now_seconds: i64) -> Result<()> {
        timelock::require_queued::<OracleError>(self.pending_split_at_seconds)?;
        timelock::require_over::<OracleError>(self.pending_split_at_seconds, now_seconds)?;
        let lapses_at_seconds = window::end_seconds(self.pending_split_at_seconds, SPLIT_APPLY_SECONDS);
        ensure(window::is_open(now_seconds, lapses_at_seconds.map_err(OracleError::from)?), OracleError::SplitLapsed)?;
        (self.split, self.pending_split_at_seconds) = (self.pending_split, 0);
        self.count_change()
    }

    /// Sets the price that the stakers decided on, within a factor of two of the present one. The creator keeps it for a while.
    pub fn govern(&mut self, fee_atoms: u64, now_seconds: i64) -> Result<()> {
        validate_fee(self.fee_atoms, fee_atoms).map_err(|_| OracleError::ParameterOutOfBounds)?;
        self.fee_kept_until_seconds = window::end_seconds(now_seconds, FEE_KEPT_SECONDS).map_err(OracleError::from)?;
        self.fee_atoms = fee_atoms;
        self.count_change()
    }

    /// Counts a change of what new requests copy.
    pub fn count_change(&mut self) -> Result<()> {
        self.terms_counter = self.terms_counter.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        self.invariant()
    }

    /// What it takes and on what terms, in the form the core's rules take.
    #[inline(always)]
    pub fn offer(&self) -> ServiceOffer {
        ServiceOffer {
            is_open: self.is_open(),
            fee_atoms: self.fee_atoms,
            min_bond_atoms: self.min_bond_atoms,
            claim_bond_atoms: self.claim_bond_atoms,
            bond_multiple_bps: self.bond_multiple_bps,
            max_wait_min_seconds: self.max_wait_min_seconds,
            max_wait_max_seconds: self.max_wait_max_seconds,
            challenge_window_seconds: self.challenge_window_seconds,
            claim_seconds: self.claim_seconds,
            split: self.split.into(),
            input_bytes_max: self.input_bytes_max,
            output_bytes_max: self.output_bytes_max,
            numeric_class: self.numeric_class,
            terms_counter: self.terms_counter,
        }
    }

    /// Counts a new request and takes its price.
    pub fn admit(&mut self, price_atoms: u64) -> Result<()> {
        self.requests_created = add(self.requests_created, 1)?;
        self.request_count = self.request_count.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        self.escrowed_atoms = add(self.escrowed_atoms, price_atoms)?;
        self.take_in(price_atoms)
    }

    /// Pays `atoms` back to a requester.
    pub fn release(&mut self, atoms: u64) -> Result<()> {
        self.escrowed_atoms = take(self.escrowed_atoms, atoms)?;
        self.let_go(atoms)
    }

    /// Counts what was added to a bond.
    pub fn take_bond(&mut self, atoms: u64) -> Result<()> {
        self.bonded_atoms = add(self.bonded_atoms, atoms)?;
        self.take_in(atoms)
    }

    /// Pays a withdrawn bond.
    pub fn return_bond(&mut self, atoms: u64) -> Result<()> {
        self.bonded_atoms = take(self.bonded_atoms, atoms)?;
        self.let_go(atoms)
    }

    /// Makes the bond of a lapsed claim the requester's.
    pub fn forfeit(&mut self, claim_bond_atoms: u64) -> Result<()> {
        self.bonded_atoms = take(self.bonded_atoms, claim_bond_atoms)?;
        self.escrowed_atoms = add(self.escrowed_atoms, claim_bond_atoms)?;
        self.invariant()
    }

    /// Turns the price of a final request into what everybody is owed.
    pub fn accrue(&mut self, price_atoms: u64, legs: &UsageFeeLegs) -> Result<()> {
        self.escrowed_atoms = take(self.escrowed_atoms, price_atoms)?;
        self.earned_atoms = add(self.earned_atoms, legs.operator)?;
        self.accrued_vault_atoms = add(self.accrued_vault_atoms, legs.vault)?;
        self.accrued_creator_atoms = add(self.accrued_creator_atoms, legs.creator)?;
        self.accrued_reserve_atoms = add(self.accrued_reserve_atoms, legs.reserve)?;
        self.accrued_protocol_atoms = add(self.accrued_protocol_atoms, legs.protocol)?;
        self.invariant()
    }

    /// Pays earnings of an operator.
    pub fn pay_earnings(&mut self, atoms: u64) -> Result<()> {
        self.earned_atoms = take(self.earned_atoms, atoms)?;
        self.let_go(atoms)
    }

    /// Lets the stakers' share go and says how much it is, in atoms.
    pub fn take_vault_share(&mut self) -> Result<u64> {
        let atoms = core::mem::take(&mut self.accrued_vault_atoms);
        ensure(atoms > 0, OracleError::NothingToDistribute)?;
        self.let_go(atoms)?;
        Ok(atoms)
    }

    /// Lets the shares of creator and reserve go and says how much they are.
    pub fn take_market_shares(&mut self) -> Result<MarketShares> {
        let shares = MarketShares {
            creator_atoms: core::mem::take(&mut self.accrued_creator_atoms),
            reserve_atoms: core::mem::take(&mut self.accrued_reserve_atoms),
        };
        let atoms = add(shares.creator_atoms, shares.reserve_atoms)?;
        ensure(atoms > 0, OracleError::NothingToDistribute)?;
        self.let_go(atoms)?;
        Ok(shares)
    }

    /// Lets the protocol's share go and says how much it is, in atoms.
    pub fn take_protocol_fees(&mut self) -> Result<u64> {
        let atoms = core::mem::take(&mut self.accrued_protocol_atoms);
        ensure(atoms > 0, OracleError::NothingToClaim)?;
        self.let_go(atoms)?;
        Ok(atoms)
    }

    fn take_in(&mut self, atoms: u64) -> Result<()> {
        self.held_atoms = add(self.held_atoms, atoms)?;
        self.invariant()
    }

    fn let_go(&mut self, atoms: u64) -> Result<()> {
        self.held_atoms = take(self.held_atoms, atoms)?;
        self.invariant()
    }

    /// What is owed to requesters, operators and those a fee is split among, in atoms.
    fn owed_atoms(&self) -> Result<u64> {
        let owed = [
            self.escrowed_atoms,
            self.bonded_atoms,
            self.earned_atoms,
            self.accrued_vault_atoms,
            self.accrued_creator_atoms,
            self.accrued_reserve_atoms,
            self.accrued_protocol_atoms,
        ];
        owed.iter().try_fold(0, |sum, atoms| add(sum, *atoms))
    }

    /// What holds of a service at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Every atom in the escrow is owed to somebody, and none twice.
        ensure(self.owed_atoms()? == self.held_atoms, OracleError::StateInconsistent)?;
        // A request can ask for some wait.
        ensure(self.max_wait_max_seconds >= self.max_wait_min_seconds, OracleError::StateInconsistent)?;
        // A claim bond is never zero and part of every result bond, so that an operator at work has something to lose.
        ensure(
            self.claim_bond_atoms > 0 && self.min_bond_atoms >= self.claim_bond_atoms,
            OracleError::StateInconsistent,
        )?;
        Ok(())
    }
}

mod life;
#[cfg(test)]
pub(crate) mod tests;
