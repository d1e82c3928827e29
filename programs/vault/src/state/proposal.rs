use anchor_lang::prelude::*;
use modchains_core::{
    governance::{Electorate, ProposalState},
    hash::Sha256,
};
use modchains_program_kit::{hash::sha256, keys::same};

use super::{ACTION_BYTES, Position, ProposalAction, Vault};
use crate::errors::{VaultError, ensure};

/// Longest URI of a proposal's text, in bytes.
pub const PROPOSAL_URI_BYTES_MAX: usize = 96;

/// Something that the stakers of a vault decide about. Its life is drawn above
/// [`modchains_core::governance::ProposalStatus`].
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Proposal {
    /// The vault whose stakers vote.
    pub vault: Pubkey,
    /// Who opened it and paid the rent: owner of a position, which can open no other until this is closed.
    pub proposer: Pubkey,
    /// SHA-256 of what is voted on, see [`payload_sha256`]. Votes and execution name it.
    pub payload_sha256: [u8; 32],
    /// SHA-256 of its text.
    pub text_sha256: [u8; 32],
    /// When it was opened, unix seconds. Stake counts if it was there before that second and has stayed.
    pub opened_at_seconds: i64,
    /// When its vote ends, unix seconds.
    pub end_seconds: i64,
    /// When it was executed, unix seconds; 0 if it was not.
    pub executed_at_seconds: i64,
    /// Everything that was staked at the opening, token atoms.
    pub staked_atoms: u64,
    /// Stake that has to vote for it, token atoms.
    pub quorum_atoms: u64,
    /// Stake that voted for it, token atoms.
    pub for_atoms: u64,
    /// Stake that voted against it, token atoms.
    pub against_atoms: u64,
    /// The vault's rules at the opening; under others it is worth nothing.
    pub rules_counter: u64,
    /// Its number in the vault.
    pub index: u64,
    /// Time from the end of the voting window to execution.
    pub timelock_seconds: u32,
    /// Used bytes of `uri`.
    pub uri_bytes: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 2],
    /// What it does, serialised; see [`ProposalAction`].
    pub action: [u8; ACTION_BYTES],
    /// Where its text can be read, UTF-8. A hint: the hash says what the text is.
    pub uri: [u8; PROPOSAL_URI_BYTES_MAX],
}

/// What is proposed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ProposalContent {
    /// What it does when it is executed.
    pub action: ProposalAction,
    /// SHA-256 of its text.
    pub text_sha256: [u8; 32],
    /// Where the text can be read; at most 96 bytes.
    pub uri: String,
}

/// SHA-256 of a proposal's vault, its number there, its action, as it stores it, and the hash of its text. No two proposals have
/// the same: a vault's numbers are never used twice.
pub fn payload_sha256(
    sha256: impl Sha256,
    vault: &Pubkey,
    index: u64,
    action: &[u8; ACTION_BYTES],
    text_sha256: &[u8; 32],
) -> [u8; 32] {
    sha256(&[vault.as_ref(), &index.to_le_bytes(), action, text_sha256])
}

impl Proposal {
    /// Opens the vault's next proposal, of the owner of `position`, who can open no other until it is closed. The position is
    /// locked as by a vote. `supply_atoms` are all tokens there are.
    pub fn open(
        content: &ProposalContent,
        vault_key: Pubkey,
        vault: &mut Vault,
        position: &mut Position,
        supply_atoms: u64,
        now_seconds: i64,
    ) -> Result<Self> {
        content.action.validate()?;
        if let ProposalAction::TreasuryShare { treasury_bps } = content.action {
            vault.require_other_treasury_bps(treasury_bps)?;
        }
        let uri = content.uri.as_bytes();
        ensure(uri.len() <= PROPOSAL_URI_BYTES_MAX, VaultError::ProposalUriTooLong)?;
        let electorate = Electorate {
            staked_atoms: vault.staked_atoms,
            supply_atoms,
            cooldown_seconds: vault.cooldown_seconds,
            rules_counter: vault.rules_counter,
        };
        let weight_atoms = position.voting_stake().weight(now_seconds);
        let state = ProposalState::open(&electorate, weight_atoms, now_seconds).map_err(VaultError::from)?;
        position.propose(state.voting_window_end_seconds())?;
        let mut proposal: Self = bytemuck::Zeroable::zeroed();
        proposal.vault = vault_key;
        proposal.proposer = position.owner;
        proposal.index = vault.open_proposal()?;
        proposal.action = content.action.to_bytes()?;
        proposal.text_sha256 = content.text_sha256;
        proposal.payload_sha256 =
            payload_sha256(sha256, &vault_key, proposal.index, &proposal.action, &content.text_sha256);
        proposal.uri[..uri.len()].copy_from_slice(uri);
        // arith-safety: at most 96.
        proposal.uri_bytes = uri.len() as u8;
        (proposal.opened_at_seconds, proposal.timelock_seconds) = (state.opened_at_seconds, state.timelock_seconds);
        (proposal.staked_atoms, proposal.quorum_atoms) = (state.staked_atoms, state.quorum_atoms);
        proposal.rules_counter = state.rules_counter;
        proposal.store(&state);
        Ok(proposal)
    }

    /// Counts the vote of `position`, and locks it. Returns the vote's weight, in token atoms.
    #[inline(always)]
    pub fn vote(
        &mut self,
        position: &mut Position,
        payload_sha256: &[u8; 32],
        is_for: bool,
        rules_counter: u64,
        now_seconds: i64,
    ) -> Result<u64> {
        self.require_payload(payload_sha256)?;
        let state = self.state();
        let weight_atoms = position.voting_stake().weight(state.opened_at_seconds);
        let voted = state.vote(weight_atoms, is_for, rules_counter, now_seconds).map_err(VaultError::from)?;
        position.vote(self.index, state.voting_window_end_seconds())?;
        self.store(&voted);
        Ok(weight_atoms)
    }

    /// Marks it executed while the rules of `rules_counter` are in force. Returns what is to be done.
    pub fn execute(
        &mut self,
        payload_sha256: &[u8; 32],
        rules_counter: u64,
        now_seconds: i64,
    ) -> Result<ProposalAction> {
        self.require_payload(payload_sha256)?;
        let executed = self.state().execute(rules_counter, now_seconds).map_err(VaultError::from)?;
        self.store(&executed);
        ProposalAction::from_bytes(&self.action)
    }

    /// Refuses to close while it can still pass or be executed.
    pub fn require_settled(&self, rules_counter: u64, now_seconds: i64) -> Result<()> {
        Ok(self.state().require_settled(rules_counter, now_seconds).map_err(VaultError::from)?)
    }

    /// Fails for bytes that no program of this version wrote.
    pub fn action(&self) -> Result<ProposalAction> {
        ProposalAction::from_bytes(&self.action)
    }

    /// Where its text can be read.
    pub fn uri(&self) -> &[u8] {
        self.uri.get(..usize::from(self.uri_bytes)).unwrap_or_default()
    }

    /// The proposal as the rules see it.
    #[inline(always)]
    pub fn state(&self) -> ProposalState {
        ProposalState {
            opened_at_seconds: self.opened_at_seconds,
            end_seconds: self.end_seconds,
            executed_at_seconds: self.executed_at_seconds,
            staked_atoms: self.staked_atoms,
            quorum_atoms: self.quorum_atoms,
            for_atoms: self.for_atoms,
            against_atoms: self.against_atoms,
            timelock_seconds: self.timelock_seconds,
            rules_counter: self.rules_counter,
        }
    }

    /// Takes over what a step changes.
    #[inline(always)]
    fn store(&mut self, state: &ProposalState) {
        self.end_seconds = state.end_seconds;
        self.executed_at_seconds = state.executed_at_seconds;
        self.for_atoms = state.for_atoms;
        self.against_atoms = state.against_atoms;
    }

    /// Refuses a proposal of another vault.
    pub fn require_of(&self, vault_key: &Pubkey) -> Result<()> {
        ensure(same(&self.vault, vault_key), VaultError::ProposalOfAnotherVault)
    }

    fn require_payload(&self, payload_sha256: &[u8; 32]) -> Result<()> {
        ensure(self.payload_sha256 == *payload_sha256, VaultError::PayloadMismatch)
    }
}
