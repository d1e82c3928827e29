//! What an action is: a choice that becomes one transaction, and what must come of it.

use anchor_lang::prelude::Pubkey;
use solana_instruction::Instruction;

use crate::{pick::Pick, setup::Setup};

/// Something that can be done.
#[derive(Clone, Copy)]
pub struct Action {
    /// Its name: the instruction's, with the program's where two share one.
    pub name: &'static str,
    /// How often it is done, relative to the others.
    pub weight: u32,
    /// Chooses and builds it; none when there is nothing to do it with.
    pub build: fn(&Setup, &mut Pick) -> Option<Plan>,
}

/// What must come of a transaction that is sent as it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expect {
    /// It depends.
    #[default]
    Either,
    /// It is accepted, for the reason given.
    Accepted(&'static str),
    /// It is refused, for the reason given.
    Refused(&'static str),
}

/// One transaction, or a time to wait when it has no instruction.
#[derive(Debug, Default)]
pub struct Plan {
    /// The instructions of the transaction.
    pub instructions: Vec<Instruction>,
    /// Time that passes when there is no instruction.
    pub wait_seconds: i64,
    /// What must come of it.
    pub expect: Expect,
    /// In words, for whoever reads a failing sequence.
    pub what: String,
}

impl Plan {
    /// A transaction of one instruction.
    pub fn one(instruction: Instruction, what: String) -> Self {
        Self { instructions: vec![instruction], what, ..Self::default() }
    }
}

/// The first characters of an address.
pub fn short(address: &Pubkey) -> String {
    address.to_string().chars().take(6).collect()
}

/// The first reason that holds to refuse a plan, else acceptance for `otherwise`.
pub fn expect(reasons: &[(bool, &'static str)], otherwise: &'static str) -> Expect {
    match reasons.iter().find(|(holds, _)| *holds) {
        Some((_, reason)) => Expect::Refused(reason),
        None => Expect::Accepted(otherwise),
    }
}
