use anchor_lang::prelude::*;
use modchains_core::governance::{GrantState, MILESTONES_MAX, Milestone, Schedule};

use super::RevenuePool;
use crate::errors::{VaultError, ensure};

/// A grant on its way from a vault's treasury to its payee; drawn above [`GrantState`]. What it is to pay lies in the pool,
/// apart from the treasury.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Grant {
    /// The vault whose stakers granted it.
    pub vault: Pubkey,
    /// The pool that holds it.
    pub pool: Pubkey,
    /// Mint of what is paid.
    pub revenue_mint: Pubkey,
    /// Who gets it.
    pub payee: Pubkey,
    /// Who paid the rent, and gets it back when the grant closes.
    pub payer: Pubkey,
    /// When it started, unix seconds.
    pub started_at_seconds: i64,
    /// When a vote stopped it, unix seconds; 0 if none did.
    pub stopped_at_seconds: i64,
    /// Paid to the payee, in revenue atoms.
    pub claimed_atoms: u64,
    /// Number of the proposal.
    pub proposal_index: u64,
    /// Amount of each part, in revenue atoms; the first is all of a stream.
    pub part_atoms: [u64; MILESTONES_MAX],
    /// When each part is released, counted from the start; the first is a stream's length.
    pub part_seconds: [u32; MILESTONES_MAX],
    /// 1 if it is a stream.
    pub is_stream: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 6],
}

/// Which grant a new account is to be.
#[derive(Clone, Copy, Debug)]
pub struct GrantIdentity {
    /// The pool that holds it.
    pub pool: Pubkey,
    /// Who gets it.
    pub payee: Pubkey,
    /// Who pays the rent.
    pub payer: Pubkey,
    /// Number of the proposal.
    pub proposal_index: u64,
    /// Bump of the grant's address.
    pub bump: u8,
}

impl Grant {
    /// Starts a grant out of the treasury of `pool`.
    pub fn start(
        identity: &GrantIdentity,
        schedule: Schedule,
        pool: &mut RevenuePool,
        now_seconds: i64,
    ) -> Result<Self> {
        let (state, atoms) = GrantState::start(schedule, now_seconds).map_err(VaultError::from)?;
        pool.grant(atoms)?;
        let (is_stream, parts) = match schedule {
            Schedule::Stream { atoms, seconds } => {
                let unused = Milestone::default();
                (true, [Milestone { atoms, after_seconds: seconds }, unused, unused, unused])
            }
            Schedule::Milestones(milestones) => (false, milestones),
        };
        Ok(Self {
            vault: pool.vault,
            pool: identity.pool,
            revenue_mint: pool.revenue_mint,
            payee: identity.payee,
            payer: identity.payer,
            started_at_seconds: state.started_at_seconds,
            stopped_at_seconds: state.stopped_at_seconds,
            claimed_atoms: state.claimed_atoms,
            part_atoms: parts.map(|part| part.atoms),
            part_seconds: parts.map(|part| part.after_seconds),
            proposal_index: identity.proposal_index,
            is_stream: is_stream.into(),
            bump: identity.bump,
            _padding: [0; 6],
        })
    }

    /// Takes what has been released, to be paid. Returns the revenue atoms.
    pub fn claim(&mut self, pool: &mut RevenuePool, now_seconds: i64) -> Result<u64> {
        let (state, atoms) = self.state().claim(now_seconds).map_err(VaultError::from)?;
        pool.pay_grant(atoms)?;
        self.store(&state);
        Ok(atoms)
    }

    /// Stops it. Returns the revenue atoms that go back to the treasury.
    pub fn stop(&mut self, pool: &mut RevenuePool, now_seconds: i64) -> Result<u64> {
        let (state, atoms) = self.state().stop(now_seconds).map_err(VaultError::from)?;
        pool.take_back(atoms)?;
        self.store(&state);
        Ok(atoms)
    }

    /// Refuses to close while anything may still be paid.
    pub fn require_over(&self) -> Result<()> {
        let held_atoms = self.state().held_atoms().map_err(VaultError::from)?;
        ensure(held_atoms == 0, VaultError::GrantRunning)
    }

    /// The grant as the rules see it.
    pub fn state(&self) -> GrantState {
        GrantState {
            schedule: self.schedule(),
            started_at_seconds: self.started_at_seconds,
            stopped_at_seconds: self.stopped_at_seconds,
            claimed_atoms: self.claimed_atoms,
        }
    }

    fn schedule(&self) -> Schedule {
        let part = |index: usize| Milestone { atoms: self.part_atoms[index], after_seconds: self.part_seconds[index] };
        if self.is_stream == 1 {
            let Milestone { atoms, after_seconds: seconds } = part(0);
            return Schedule::Stream { atoms, seconds };
        }
        Schedule::Milestones([part(0), part(1), part(2), part(3)])
    }

    /// Takes over what a step changes.
    fn store(&mut self, state: &GrantState) {
        self.stopped_at_seconds = state.stopped_at_seconds;
        self.claimed_atoms = state.claimed_atoms;
    }
}
