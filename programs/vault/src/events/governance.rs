use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::governance::Schedule;

use crate::{
    errors::VaultError,
    state::{ACTION_BYTES, Grant},
};

/// Stakers are asked.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ProposalOpened {
    /// The vault.
    pub vault: Pubkey,
    /// The proposal.
    pub proposal: Pubkey,
    /// Who opened it.
    pub proposer: Pubkey,
    /// What votes and execution name.
    pub payload_sha256: [u8; 32],
    /// SHA-256 of its text.
    pub text_sha256: [u8; 32],
    /// What it does, serialised; see [`crate::state::ProposalAction`].
    pub action: [u8; ACTION_BYTES],
    /// Its number in the vault.
    pub index: u64,
    /// Everything that is staked, token atoms.
    pub staked_atoms: u64,
    /// Stake that has to vote for it, token atoms.
    pub quorum_atoms: u64,
    /// When its vote ends, unless a late vote turns the outcome; unix seconds.
    pub end_seconds: i64,
    /// From when it can be executed, unix seconds.
    pub executable_at_seconds: i64,
    /// The vault's rules that it is opened under.
    pub rules_counter: u64,
}

/// A position voted.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ProposalVoted {
    /// The vault.
    pub vault: Pubkey,
    /// The proposal.
    pub proposal: Pubkey,
    /// Who voted.
    pub owner: Pubkey,
    /// The vote's weight, token atoms.
    pub weight_atoms: u64,
    /// Stake for it before.
    pub for_atoms_before: u64,
    /// Stake for it after.
    pub for_atoms_after: u64,
    /// Stake against it before.
    pub against_atoms_before: u64,
    /// Stake against it after.
    pub against_atoms_after: u64,
    /// When the vote ends, unix seconds.
    pub end_seconds: i64,
}

/// What stakers decided was done.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ProposalExecuted {
    /// The vault.
    pub vault: Pubkey,
    /// The proposal.
    pub proposal: Pubkey,
    /// Its number in the vault.
    pub index: u64,
    /// What was voted on and done.
    pub payload_sha256: [u8; 32],
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A proposal that can neither pass nor be executed any more is gone.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ProposalClosed {
    /// The vault.
    pub vault: Pubkey,
    /// The proposal.
    pub proposal: Pubkey,
    /// Its number in the vault.
    pub index: u64,
}

/// Stakers changed the treasury's part of every deposit. Other proposals are worth nothing any more.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct TreasuryShareChanged {
    /// The vault.
    pub vault: Pubkey,
    /// The part before, in basis points.
    pub treasury_bps_before: u32,
    /// The part after, in basis points.
    pub treasury_bps_after: u32,
    /// The vault's rules from now on.
    pub rules_counter: u64,
}

/// A grant left the treasury and is on its way.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct GrantStarted {
    /// The vault.
    pub vault: Pubkey,
    /// The grant.
    pub grant: Pubkey,
    /// The pool that holds it.
    pub pool: Pubkey,
    /// Mint of what is paid.
    pub revenue_mint: Pubkey,
    /// Who gets it.
    pub payee: Pubkey,
    /// All of it, revenue atoms.
    pub revenue_atoms: u64,
    /// When everything is released, unix seconds.
    pub end_seconds: i64,
    /// The pool's treasury before.
    pub treasury_atoms_before: u64,
    /// The pool's treasury after.
    pub treasury_atoms_after: u64,
}

impl GrantStarted {
    /// Says so of `grant`, after which its pool's treasury holds `treasury_atoms`.
    pub fn new(key: Pubkey, grant: &Grant, treasury_atoms: u64) -> Result<Self> {
        let schedule = grant.state().schedule;
        let revenue_atoms = schedule.atoms().map_err(VaultError::from)?;
        let length_seconds = match schedule {
            Schedule::Stream { seconds, .. } => seconds,
            Schedule::Milestones(milestones) => {
                milestones.iter().map(|milestone| milestone.after_seconds).max().unwrap_or(0)
            }
        };
        Ok(Self {
            vault: grant.vault,
            grant: key,
            pool: grant.pool,
            revenue_mint: grant.revenue_mint,
            payee: grant.payee,
            revenue_atoms,
            end_seconds: grant.started_at_seconds.saturating_add(length_seconds.into()),
            treasury_atoms_before: treasury_atoms.checked_add(revenue_atoms).ok_or(VaultError::Overflow)?,
            treasury_atoms_after: treasury_atoms,
        })
    }
}

/// Stakers stopped a grant.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct GrantStopped {
    /// The vault.
    pub vault: Pubkey,
    /// The grant.
    pub grant: Pubkey,
    /// Who got it.
    pub payee: Pubkey,
    /// What went back to the treasury.
    pub unreleased_atoms: u64,
    /// What the payee can still claim.
    pub claimable_atoms: u64,
    /// The pool's treasury before.
    pub treasury_atoms_before: u64,
    /// The pool's treasury after.
    pub treasury_atoms_after: u64,
}

/// What a grant had released was paid.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct GrantClaimed {
    /// The vault.
    pub vault: Pubkey,
    /// The grant.
    pub grant: Pubkey,
    /// Who got it.
    pub payee: Pubkey,
    /// Mint of what was paid.
    pub revenue_mint: Pubkey,
    /// Revenue atoms paid.
    pub revenue_atoms: u64,
    /// Everything the grant had paid, before.
    pub claimed_atoms_before: u64,
    /// Everything the grant has paid, after.
    pub claimed_atoms_after: u64,
}

/// A grant of which nothing was left is gone.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct GrantClosed {
    /// The vault.
    pub vault: Pubkey,
    /// The grant.
    pub grant: Pubkey,
    /// Everything it paid, revenue atoms.
    pub claimed_atoms: u64,
}

/// A part of the treasury moved into the reserve of the model's market.
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct ReserveDeposited {
    /// The vault.
    pub vault: Pubkey,
    /// The pool whose treasury it came from.
    pub pool: Pubkey,
    /// The market.
    pub market: Pubkey,
    /// Revenue atoms moved.
    pub reserve_atoms: u64,
    /// The pool's treasury before.
    pub treasury_atoms_before: u64,
    /// The pool's treasury after.
    pub treasury_atoms_after: u64,
}
