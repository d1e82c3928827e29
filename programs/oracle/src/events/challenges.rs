use anchor_lang::prelude::*;

use super::Change;

/// A result is under challenge.
#[event]
pub struct ChallengeOpened {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account whose result it is.
    pub operator: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// The challenge's number.
    pub number: u32,
    /// The challenger's locked bond.
    pub locked: Change,
    /// How long after the result it can be challenged now.
    pub window_seconds: u32,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A trace backs a result.
#[event]
pub struct TraceNamed {
    /// The request.
    pub request: Pubkey,
    /// Root of the trace.
    pub trace_root: [u8; 32],
}

/// A result was proved wrong.
#[event]
pub struct ResultOverturned {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account whose result it was.
    pub operator: Pubkey,
    /// The operator's bond.
    pub bond: Change,
    /// What the service holds for requesters and challengers.
    pub escrowed: Change,
    /// What is due to the protocol.
    pub sink: Change,
    /// What is due to the requester.
    pub requester_due: Change,
    /// What waits for the earliest challenge that is not lost, in atoms.
    pub reward_due_atoms: u64,
    /// What waits for the challenge that landed the proof, in atoms.
    pub stipend_due_atoms: u64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A challenge has ended.
#[event]
pub struct ChallengeSettled {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account whose result it was.
    pub operator: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// The challenge's number.
    pub number: u32,
    /// The code of how it ended: 0 lost, which says nothing about the result, 1 proved, 2 moot.
    pub outcome: u8,
    /// The challenger's bond.
    pub bond: Change,
    /// The challenger's earnings.
    pub earned: Change,
    /// What is due to the protocol.
    pub sink: Change,
    /// What the operator of the result was credited, in atoms; the protocol, where its account is closed.
    pub won_atoms: u64,
}

/// The reward of an overturned result went to the earliest challenge that was not lost.
#[event]
pub struct RewardClaimed {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// Whether it was credited; else its account is closed and the protocol has the reward.
    pub is_credited: bool,
    /// What the service holds for requesters and challengers; the difference is the reward.
    pub escrowed: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}
