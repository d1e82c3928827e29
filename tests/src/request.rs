//! Requests of the tests, from their creation to their end, and what operators and requesters leave behind.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::instructions::{
    BondWithdrawStartArgs, RequestClaimArgs, RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs,
};
use modchains_sdk::instruction::oracle::{self, LicenceProof};
use solana_instruction::Instruction;

use crate::world::{CHALLENGE_SECONDS, COOLDOWN_SECONDS, Side, World, quote, request_args, service_terms};

impl World {
    /// Creates request `nonce`, on the service's present terms.
    pub fn request(&mut self, side: Side, nonce: u64) {
        let (requester, terms_counter) = (side.person("requester"), self.service(side).terms_counter);
        let args = RequestCreateArgs { terms_counter, ..request_args(nonce) };
        self.chain.must(&[request_instruction(&requester, &side.model(), args)]);
    }

    /// Claims request `nonce`.
    pub fn claim(&mut self, side: Side, nonce: u64) {
        let claim = claim_instruction(self, side, nonce);
        self.chain.must(&[claim]);
    }

    /// Creates, claims and answers request `nonce`.
    pub fn answer(&mut self, side: Side, nonce: u64) {
        self.request(side, nonce);
        self.claim(side, nonce);
        let post = post_instruction(self, side, nonce);
        self.chain.must(&[post]);
    }

    /// Creates, claims, answers and finalizes request `nonce`; the challenge window passes.
    pub fn serve(&mut self, side: Side, nonce: u64) {
        self.answer(side, nonce);
        self.chain.advance(CHALLENGE_SECONDS.into());
        self.chain.must(&[finalize_instruction(side, nonce)]);
    }

    /// Takes everything that a side's operator has out of the escrow; the cooldown passes.
    pub fn empty_operator(&mut self, side: Side) {
        let (operator, service) = (side.person("operator"), side.service());
        let args = BondWithdrawStartArgs { bond_atoms: self.operator(side).bond_atoms };
        self.chain.must(&[oracle::bond_withdraw_start(&operator, &service, args)]);
        self.chain.advance(COOLDOWN_SECONDS.into());
        self.chain.must(&[oracle::bond_withdraw(&operator, &service, &quote())]);
    }

    /// Shuts a side's service, which its operator leaves.
    pub fn leave_service(&mut self, side: Side) {
        self.empty_operator(side);
        let (creator, operator) = (side.person("creator"), side.person("operator"));
        let args = ServiceConfigureArgs { terms: service_terms(), open: false };
        self.chain.must(&[
            oracle::operator_close(&operator, &side.service()),
            oracle::service_configure(&creator, &side.model(), 1, args),
        ]);
    }
}

/// A request under terms without a rate.
pub fn request_instruction(requester: &Pubkey, model: &Pubkey, args: RequestCreateArgs) -> Instruction {
    oracle::request_create(requester, model, &quote(), LicenceProof::UNCOUNTED, args)
}

/// When request `nonce` was created, or now if it is about to be.
fn created_at_seconds(world: &World, side: Side, nonce: u64) -> i64 {
    let exists = world.chain.raw(&side.request(nonce)).is_some();
    if exists { world.request_state(side, nonce).created_at_seconds } else { world.chain.now() }
}

/// A claim of request `nonce`, whenever it lands.
pub fn claim_args(world: &World, side: Side, nonce: u64) -> RequestClaimArgs {
    RequestClaimArgs { created_at_seconds: created_at_seconds(world, side, nonce), land_until_seconds: i64::MAX }
}

/// The answer of the tests to request `nonce`.
pub fn result_args(world: &World, side: Side, nonce: u64) -> ResultPostArgs {
    ResultPostArgs {
        created_at_seconds: created_at_seconds(world, side, nonce),
        numeric_class: 0,
        trace_root: [0; 32],
        output: vec![9; 41],
    }
}

/// The claim of request `nonce` by its side's operator.
pub fn claim_instruction(world: &World, side: Side, nonce: u64) -> Instruction {
    let (operator, args) = (side.person("operator"), claim_args(world, side, nonce));
    oracle::request_claim(&operator, &side.service(), &side.request(nonce), args)
}

/// The answer to request `nonce` by its side's operator.
pub fn post_instruction(world: &World, side: Side, nonce: u64) -> Instruction {
    let (operator, args) = (side.person("operator"), result_args(world, side, nonce));
    oracle::result_post(&operator, &side.service(), &side.request(nonce), args)
}

/// The finalization of request `nonce`.
pub fn finalize_instruction(side: Side, nonce: u64) -> Instruction {
    oracle::result_finalize(&side.model(), &side.request(nonce), &side.operator())
}
