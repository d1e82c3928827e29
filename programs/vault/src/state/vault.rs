use anchor_lang::prelude::*;
use modchains_core::stream::{COOLDOWN_SECONDS_DEFAULT, STREAM_SECONDS_DEFAULT, TREASURY_BPS_MAX};
use modchains_program_interface::{assert_view, vault as view};

use crate::{
    errors::{VaultError, ensure},
    seeds,
};

/// Shortest cooldown of an unstake.
pub const COOLDOWN_SECONDS_MIN: u32 = 10;
/// Longest cooldown of an unstake: 30 days.
pub const COOLDOWN_SECONDS_MAX: u32 = 30 * 24 * 3_600;
/// Shortest time over which a deposit is streamed.
pub const STREAM_SECONDS_MIN: u32 = 60;
/// Longest time over which a deposit is streamed: 90 days.
pub const STREAM_SECONDS_MAX: u32 = 90 * 24 * 3_600;

/// Where a model's token is staked. What it earns arrives in its revenue pools, of which anybody may open any number.
///
/// Both times are fixed when the vault opens, so nobody can change the terms of a stake that exists.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Vault {
    /// The exchange's model this vault belongs to.
    pub model: Pubkey,
    /// The model's token, Token-2022.
    pub mint: Pubkey,
    /// Token account of everything staked or cooling; this vault is its authority.
    pub stake_tokens: Pubkey,
    /// Revenue mint of the first pool, which every position earns from: what the model's market trades against.
    pub quote_mint: Pubkey,
    /// Who paid the rent, and gets it back when the vault closes.
    pub payer: Pubkey,
    /// Sum of what all positions have staked, in token atoms. The only stake that earns.
    pub staked_atoms: u64,
    /// Sum of what all positions have cooling, in token atoms. Earns nothing.
    pub cooling_atoms: u64,
    /// Moves with every change of what a stake means or of `treasury_bps`; a proposal names the one it was opened under.
    /// Starts at the second of the opening, so that a vault that is opened again repeats none.
    pub rules_counter: u64,
    /// Number of the latest proposal. Starts at the second of the opening, for the same reason.
    pub last_proposal_index: u64,
    /// Time between starting an unstake and withdrawing it.
    pub cooldown_seconds: u32,
    /// Time over which a deposit reaches the stakers.
    pub stream_seconds: u32,
    /// How many proposals exist.
    pub proposal_count: u32,
    /// Part of every deposit that goes to the treasury; 0 at first, changed by a passed proposal alone.
    pub treasury_bps: u16,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 1],
}

assert_view!(view::Vault => Vault { model });

/// A vault's two times, chosen once.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultTerms {
    /// Time between starting an unstake and withdrawing it, 10 seconds to 30 days.
    pub cooldown_seconds: u32,
    /// Time over which a deposit reaches the stakers, 60 seconds to 90 days.
    pub stream_seconds: u32,
}

impl Default for VaultTerms {
    fn default() -> Self {
        Self { cooldown_seconds: COOLDOWN_SECONDS_DEFAULT, stream_seconds: STREAM_SECONDS_DEFAULT }
    }
}

/// Which vault a new account is to be.
#[derive(Clone, Copy, Debug)]
pub struct VaultIdentity {
    /// The model.
    pub model: Pubkey,
    /// The model's token.
    pub mint: Pubkey,
    /// Token account of the stakes.
    pub stake_tokens: Pubkey,
    /// Revenue mint of the first pool.
    pub quote_mint: Pubkey,
    /// Who pays the rent.
    pub payer: Pubkey,
    /// Bump of the vault's address.
    pub bump: u8,
}

impl Vault {
    /// Seeds that make the vault sign, given its bump.
    pub fn signer_seeds<'a>(model: &'a Pubkey, bump: &'a [u8; 1]) -> [&'a [u8]; 3] {
        [seeds::VAULT, model.as_ref(), bump]
    }

    /// Sets up an empty vault.
    pub fn open(&mut self, identity: &VaultIdentity, terms: VaultTerms, now_seconds: i64) -> Result<()> {
        self.model = identity.model;
        self.mint = identity.mint;
        self.stake_tokens = identity.stake_tokens;
        self.quote_mint = identity.quote_mint;
        self.payer = identity.payer;
        self.bump = identity.bump;
        self.cooldown_seconds = terms.cooldown_seconds;
        self.stream_seconds = terms.stream_seconds;
        self.rules_counter = u64::try_from(now_seconds).map_err(|_| VaultError::ClockWentBack)?;
        self.last_proposal_index = self.rules_counter;
        self.invariant()
    }

    /// Refuses the treasury's present part: to set it again would do nothing but end all other proposals.
    pub fn require_other_treasury_bps(&self, treasury_bps: u16) -> Result<()> {
        ensure(treasury_bps != self.treasury_bps, VaultError::TreasuryShareUnchanged)
    }

    /// Changes the treasury's part of every deposit from now on. Approvals under the old rules count no more.
    pub fn set_treasury_bps(&mut self, treasury_bps: u16) -> Result<()> {
        self.require_other_treasury_bps(treasury_bps)?;
        self.treasury_bps = treasury_bps;
        self.rules_counter = self.rules_counter.checked_add(1).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Counts a new proposal. Returns its number.
    pub fn open_proposal(&mut self) -> Result<u64> {
        self.last_proposal_index = self.last_proposal_index.checked_add(1).ok_or(VaultError::Overflow)?;
        self.proposal_count = self.proposal_count.checked_add(1).ok_or(VaultError::Overflow)?;
        self.invariant()?;
        Ok(self.last_proposal_index)
    }

    /// Takes a proposal, which closes, off the count.
    pub fn close_proposal(&mut self) -> Result<()> {
        self.proposal_count = self.proposal_count.checked_sub(1).ok_or(VaultError::DecisionInconsistent)?;
        self.invariant()
    }

    /// Refuses to close while anything is staked or cooling, or a proposal exists. Positions without either, and further pools, are at home in
    /// the vault that opens at this address again, whose counter of rules is a later one.
    pub fn require_closable(&self, now_seconds: i64) -> Result<()> {
        ensure(self.proposal_count == 0, VaultError::ProposalsOpen)?;
        ensure(self.staked_atoms == 0 && self.cooling_atoms == 0, VaultError::StakeNotEmpty)?;
        let is_older = u64::try_from(now_seconds).is_ok_and(|now| self.rules_counter < now);
        ensure(is_older, VaultError::VaultTooYoung)
    }

    /// Adds `token_atoms` to the stake that earns.
    pub fn stake(&mut self, token_atoms: u64) -> Result<()> {
        self.staked_atoms = self.staked_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.invariant()
    }

    /// Moves `token_atoms` from the stake that earns to what cools.
    pub fn unstake(&mut self, token_atoms: u64) -> Result<()> {
        let staked_atoms = self.staked_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeTooSmall)?;
        self.cooling_atoms = self.cooling_atoms.checked_add(token_atoms).ok_or(VaultError::Overflow)?;
        self.staked_atoms = staked_atoms;
        self.invariant()
    }

    /// What the vault's token account must hold.
    pub fn held_atoms(&self) -> Result<u64> {
        Ok(self.staked_atoms.checked_add(self.cooling_atoms).ok_or(VaultError::StakeNotConserved)?)
    }

    /// Takes `token_atoms` that have cooled off the count.
    pub fn withdraw(&mut self, token_atoms: u64) -> Result<()> {
        self.cooling_atoms = self.cooling_atoms.checked_sub(token_atoms).ok_or(VaultError::StakeNotConserved)?;
        self.invariant()
    }

    /// What holds of a vault at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Nobody can be locked in for long, nor leave before the cooldown means anything.
        ensure(
            (COOLDOWN_SECONDS_MIN..=COOLDOWN_SECONDS_MAX).contains(&self.cooldown_seconds),
            VaultError::CooldownOutOfBounds,
        )?;
        // Revenue neither arrives at once, which could be sniped, nor takes for ever.
        ensure(
            (STREAM_SECONDS_MIN..=STREAM_SECONDS_MAX).contains(&self.stream_seconds),
            VaultError::StreamOutOfBounds,
        )?;
        // Most of what comes in is the stakers'.
        ensure(self.treasury_bps <= TREASURY_BPS_MAX, VaultError::TreasuryShareOutOfBounds)?;
        // Staked and cooling tokens are tokens of one mint, whose supply fits 64 bits.
        self.held_atoms().map(drop)
    }
}
