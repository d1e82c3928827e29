use anchor_lang::prelude::*;

use super::{Change, UsageFee};

/// An inference was asked for and paid in advance.
#[event]
pub struct RequestCreated {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who asked.
    pub requester: Pubkey,
    /// The version that must answer.
    pub version_manifest_sha256: [u8; 32],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// What the requester declared to use the result for: a set of the licences' `USE_` bits.
    pub licence_uses: u16,
    /// Its price, in atoms.
    pub fee_atoms: u64,
    /// The operator's extra, in atoms.
    pub tip_atoms: u64,
    /// The bond its result needs, in atoms.
    pub result_bond_atoms: u64,
    /// What the service holds for requesters.
    pub escrowed: Change,
    /// From when it may be refunded, unix seconds.
    pub deadline_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// An operator is at work.
#[event]
pub struct RequestClaimed {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// The operator's locked bond.
    pub locked: Change,
    /// From when the claim has lapsed, unix seconds.
    pub claim_deadline_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// An operator was late; its claim bond is due to the requester.
#[event]
pub struct ClaimExpired {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// The operator's bond.
    pub bond: Change,
    /// What of it is locked.
    pub locked: Change,
    /// What the service holds for requesters.
    pub escrowed: Change,
    /// What is due to the requester besides the price.
    pub requester_due: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A result waits for challenges.
#[event]
pub struct ResultPosted {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// SHA-256 of salt and output.
    pub output_hash: [u8; 32],
    /// Root of the activation trace; zero for none.
    pub trace_root: [u8; 32],
    /// From when the result is final, unix seconds.
    pub challenge_until_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A result stands, its fee is split and its use counted.
#[event]
pub struct ResultFinalized {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who asked.
    pub requester: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// Fee and tip by receiver.
    pub fee: UsageFee,
    /// What of both was the tip, in atoms.
    pub tip_atoms: u64,
    /// The operator's earnings.
    pub earned: Change,
    /// What the service holds for requesters.
    pub escrowed: Change,
    /// The part of all final fees that nobody gets back.
    pub non_recoverable: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// Nobody answered in time; the requester has everything back.
#[event]
pub struct RequestRefunded {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who was paid.
    pub requester: Pubkey,
    /// What the service holds for requesters.
    pub escrowed: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A settled request's account is gone.
#[event]
pub struct RequestClosed {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who got rent and dues.
    pub requester: Pubkey,
    /// What the service holds for requesters; it moved when forfeited claim bonds were due.
    pub escrowed: Change,
}

/// A counter of requests that no rate counted any more is gone.
#[event]
pub struct LicenceUseClosed {
    /// The model.
    pub model: Pubkey,
    /// Whose requests it counted, and who got the rent.
    pub requester: Pubkey,
}
