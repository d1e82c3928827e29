use anchor_lang::prelude::*;
use modchains_core::governance::{self, MILESTONES_MAX, Schedule, validate_treasury_bps};

use crate::errors::{VaultError, ensure};

/// Room for an action in a proposal: the longest is 114 bytes.
pub const ACTION_BYTES: usize = 128;

/// What a proposal does when it is executed. Nothing else can be proposed: above all, nothing changes the times or the quorum
/// of proposals.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalAction {
    /// Nothing but the record that its text was approved.
    Signal,
    /// Pays a grant out of the treasury.
    Grant {
        /// The vault's pool in whose mint it is paid.
        pool: Pubkey,
        /// Who gets it.
        payee: Pubkey,
        /// How much and when.
        schedule: GrantSchedule,
    },
    /// Stops a grant. What has not been released goes back to the treasury.
    GrantStop {
        /// The grant.
        grant: Pubkey,
    },
    /// Moves a part of the treasury into the reserve of the model's market, for the good of every holder. No trade, so nobody
    /// can trade around it.
    ReserveDeposit {
        /// How much, in atoms of the first pool's mint.
        reserve_atoms: u64,
    },
    /// Sets the treasury's part of every deposit of revenue.
    TreasuryShare {
        /// At most half.
        treasury_bps: u16,
    },
    /// Sets the fee of the model's inference service, to between a half and twice the present one.
    ServiceFee {
        /// Price of a request, in atoms of the service's mint.
        fee_atoms: u64,
    },
}

/// How a grant is released.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantSchedule {
    /// Evenly.
    Stream {
        /// All of it, in revenue atoms.
        atoms: u64,
        /// Over how long; at most two years.
        seconds: u32,
    },
    /// In up to four parts, unless a later vote stops it before. Used ones come first, in the order of their times.
    Milestones {
        /// The parts.
        milestones: [GrantMilestone; MILESTONES_MAX],
    },
}

/// A part of a grant. All zero if it is not used.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantMilestone {
    /// What is released, in revenue atoms.
    pub atoms: u64,
    /// When, counted from the execution; at most two years.
    pub after_seconds: u32,
}

impl From<GrantMilestone> for governance::Milestone {
    fn from(milestone: GrantMilestone) -> Self {
        Self { atoms: milestone.atoms, after_seconds: milestone.after_seconds }
    }
}

impl From<GrantSchedule> for Schedule {
    fn from(schedule: GrantSchedule) -> Self {
        match schedule {
            GrantSchedule::Stream { atoms, seconds } => Self::Stream { atoms, seconds },
            GrantSchedule::Milestones { milestones } => Self::Milestones(milestones.map(Into::into)),
        }
    }
}

impl ProposalAction {
    /// Requires what can be known before the vote to be within its bounds.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::Signal | Self::GrantStop { .. } => Ok(()),
            Self::Grant { schedule, .. } => Ok(Schedule::from(schedule).validate().map_err(VaultError::from)?),
            Self::ReserveDeposit { reserve_atoms } => ensure(reserve_atoms > 0, VaultError::AmountZero),
            Self::TreasuryShare { treasury_bps } => Ok(validate_treasury_bps(treasury_bps).map_err(VaultError::from)?),
            Self::ServiceFee { fee_atoms } => ensure(fee_atoms > 0, VaultError::AmountZero),
        }
    }

    /// The action as a proposal stores it: serialised, then zeros.
    pub fn to_bytes(self) -> Result<[u8; ACTION_BYTES]> {
        let mut serialised = Vec::with_capacity(ACTION_BYTES);
        self.serialize(&mut serialised)?;
        let mut bytes = [0; ACTION_BYTES];
        bytes.get_mut(..serialised.len()).ok_or(VaultError::ActionOutOfBounds)?.copy_from_slice(&serialised);
        Ok(bytes)
    }

    /// What [`Self::to_bytes`] stored.
    pub fn from_bytes(bytes: &[u8; ACTION_BYTES]) -> Result<Self> {
        Ok(Self::deserialize(&mut &bytes[..])?)
    }
}
