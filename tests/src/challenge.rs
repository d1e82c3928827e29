//! Challenges of the tests. The disputes program's authority signs by hand, so that every ending can be had at once.

use anchor_lang::prelude::Pubkey;
use modchains_core::request::ChallengeOutcome;
use modchains_oracle::instructions::OperatorRegisterArgs;
use modchains_program_interface::{Party, disputes, oracle as call};
use modchains_sdk::{
    address::{self, oracle::EVENT_AUTHORITY},
    instruction::oracle,
};
use solana_instruction::{AccountMeta, Instruction};

use crate::world::{COOLDOWN_SECONDS, QUOTE, Side, World, quote};

/// Who challenges, of each side.
pub const CHALLENGER: &str = "challenger";

/// A call as an instruction of its own.
fn instruction(parties: &[Party<Pubkey>], data: &[u8]) -> Instruction {
    let meta = |party: &Party<Pubkey>| AccountMeta {
        pubkey: party.account,
        is_signer: party.is_signer,
        is_writable: party.is_writable,
    };
    // The program itself is no account of its instruction but what is called.
    Instruction::new_with_bytes(modchains_oracle::ID, data, parties.iter().map(meta).collect())
}

impl Side {
    /// The operator account of a person of this side.
    pub fn operator_of(self, role: &str) -> Pubkey {
        address::oracle::operator(&self.service(), &self.person(role))
    }
}

impl World {
    /// Makes a person an operator of a side's service, with the bond of many challenges.
    pub fn enrol_operator(&mut self, side: Side, role: &str) {
        let person = side.person(role);
        self.enrol(person);
        let args = OperatorRegisterArgs { bond_atoms: 100 * QUOTE, cooldown_max_seconds: COOLDOWN_SECONDS };
        self.chain.must(&[oracle::operator_register(&person, &side.service(), &quote(), args)]);
    }

    /// A challenge of the result of request `nonce` by a person's operator account.
    pub fn challenge_open(&self, side: Side, nonce: u64, role: &str) -> Instruction {
        let request = self.request_state(side, nonce);
        let open = call::ChallengeOpen {
            disputes_authority: disputes::AUTHORITY_AND_BUMP.0,
            challenger_authority: side.person(role),
            challenger: side.operator_of(role),
            request: side.request(nonce),
            operator: request.operator,
            event_authority: EVENT_AUTHORITY,
            program: modchains_oracle::ID,
            created_at_seconds: request.created_at_seconds,
        };
        instruction(&open.parties(), &open.data())
    }

    /// The naming of the trace of request `nonce`.
    pub fn trace_set(&self, side: Side, nonce: u64, trace_root: [u8; 32]) -> Instruction {
        let set = call::TraceSet {
            disputes_authority: disputes::AUTHORITY_AND_BUMP.0,
            request: side.request(nonce),
            event_authority: EVENT_AUTHORITY,
            program: modchains_oracle::ID,
            created_at_seconds: self.request_state(side, nonce).created_at_seconds,
            trace_root,
        };
        instruction(&set.parties(), &set.data())
    }

    /// The end of a result that was proved wrong.
    pub fn result_overturn(&self, side: Side, nonce: u64) -> Instruction {
        let request = self.request_state(side, nonce);
        let overturn = call::ResultOverturn {
            disputes_authority: disputes::AUTHORITY_AND_BUMP.0,
            request: side.request(nonce),
            operator: request.operator,
            service: side.service(),
            event_authority: EVENT_AUTHORITY,
            program: modchains_oracle::ID,
            created_at_seconds: request.created_at_seconds,
        };
        instruction(&overturn.parties(), &overturn.data())
    }

    /// The end of challenge `number` of a person.
    pub fn challenge_settle(
        &self,
        side: Side,
        nonce: u64,
        role: &str,
        number: u32,
        outcome: ChallengeOutcome,
    ) -> Instruction {
        let request = self.request_state(side, nonce);
        let settle = call::ChallengeSettle {
            disputes_authority: disputes::AUTHORITY_AND_BUMP.0,
            request: side.request(nonce),
            challenger: side.operator_of(role),
            operator: request.operator,
            service: side.service(),
            event_authority: EVENT_AUTHORITY,
            program: modchains_oracle::ID,
            created_at_seconds: request.created_at_seconds,
            number,
            outcome: outcome as u8,
        };
        instruction(&settle.parties(), &settle.data())
    }

    /// Answers request `nonce` and has a challenger, who is enrolled for it, open a challenge of it.
    pub fn challenge(&mut self, side: Side, nonce: u64) {
        self.answer(side, nonce);
        self.enrol_operator(side, CHALLENGER);
        let open = self.challenge_open(side, nonce, CHALLENGER);
        self.chain.must(&[open]);
    }

    /// Answers request `nonce` wrong, which a challenger proves; the reward is paid.
    pub fn overturn(&mut self, side: Side, nonce: u64) {
        self.challenge(side, nonce);
        let proof = [
            self.result_overturn(side, nonce),
            self.challenge_settle(side, nonce, CHALLENGER, 0, ChallengeOutcome::Proved),
            oracle::reward_claim(&side.service(), &side.request(nonce), &side.operator_of(CHALLENGER)),
        ];
        self.chain.must(&proof);
    }
}
