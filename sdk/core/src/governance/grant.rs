use super::{GovernanceError, Result, ensure};
use crate::{CoreError, math::mul_div_floor, window};

/// Longest grant: two years.
pub const GRANT_SECONDS_MAX: u32 = 2 * 365 * 24 * 3_600;
/// Most milestones of a grant.
pub const MILESTONES_MAX: usize = 4;

/// An amount that is released at a time, unless a vote stops the grant before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Milestone {
    /// What is released, in atoms; 0 for a milestone that is not used.
    pub atoms: u64,
    /// When, counted from the grant's start.
    pub after_seconds: u32,
}

/// How a grant is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Evenly.
    Stream {
        /// All of it, in atoms.
        atoms: u64,
        /// Over how long.
        seconds: u32,
    },
    /// In up to four parts. Those that are used come first, in the order of their times.
    Milestones([Milestone; MILESTONES_MAX]),
}

impl Schedule {
    /// Requires an amount, times within [`GRANT_SECONDS_MAX`], and milestones in order.
    #[inline(never)]
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Stream { atoms, seconds } => {
                let is_valid = *atoms > 0 && (1..=GRANT_SECONDS_MAX).contains(seconds);
                ensure(is_valid, GovernanceError::ActionOutOfBounds)
            }
            Self::Milestones(milestones) => validate_milestones(milestones),
        }
    }

    /// Everything that it releases, in atoms. Never inlined, as the next: rare, and a program would hold it many times.
    #[inline(never)]
    pub fn atoms(&self) -> Result<u64> {
        match self {
            Self::Stream { atoms, .. } => Ok(*atoms),
            Self::Milestones(milestones) => sum(milestones.iter()),
        }
    }

    /// What is released `elapsed_seconds` after the start, in atoms. Rounds down, for the treasury. A milestone is released at
    /// its second.
    #[inline(never)]
    pub fn released_atoms(&self, elapsed_seconds: u64) -> Result<u64> {
        match self {
            Self::Stream { atoms, seconds } => {
                let seconds = u64::from(*seconds);
                Ok(mul_div_floor(*atoms, elapsed_seconds.min(seconds), seconds)?)
            }
            Self::Milestones(milestones) => {
                sum(milestones.iter().filter(|milestone| u64::from(milestone.after_seconds) <= elapsed_seconds))
            }
        }
    }
}

fn validate_milestones(milestones: &[Milestone; MILESTONES_MAX]) -> Result<()> {
    // The earliest time that the next milestone may have; none once one was not used.
    let mut earliest_seconds = Some(0);
    for milestone in milestones {
        earliest_seconds = match earliest_seconds {
            Some(earliest) if milestone.atoms > 0 => {
                let fits = (earliest..=GRANT_SECONDS_MAX).contains(&milestone.after_seconds);
                ensure(fits, GovernanceError::ActionOutOfBounds)?;
                // arith-safety: at most two years.
                Some(milestone.after_seconds + 1)
            }
            _ => {
                ensure(*milestone == Milestone::default(), GovernanceError::ActionOutOfBounds)?;
                None
            }
        };
    }
    let total_atoms = sum(milestones.iter())?;
    ensure(total_atoms > 0, GovernanceError::ActionOutOfBounds)
}

fn sum<'a>(mut milestones: impl Iterator<Item = &'a Milestone>) -> Result<u64> {
    let total = milestones.try_fold(0_u64, |sum, milestone| sum.checked_add(milestone.atoms));
    total.ok_or(GovernanceError::Formula(CoreError::Overflow))
}

/// A grant on its way to its payee. What it is to pay lies apart from the treasury from its start on.
///
/// ```text
/// start: treasury --> unreleased --time--> released --claim: anyone--> (payee)
///                         |
///                         +--stop: a later vote--> treasury
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantState {
    /// How it is released.
    pub schedule: Schedule,
    /// When it started, unix seconds.
    pub started_at_seconds: i64,
    /// When a vote stopped it, unix seconds; 0 if none did.
    pub stopped_at_seconds: i64,
    /// Paid to the payee, in atoms.
    pub claimed_atoms: u64,
}

impl GrantState {
    /// Starts a grant. Returns it with what it takes out of the treasury, in atoms.
    pub fn start(schedule: Schedule, now_seconds: i64) -> Result<(Self, u64)> {
        schedule.validate()?;
        let grant = Self { schedule, started_at_seconds: now_seconds, stopped_at_seconds: 0, claimed_atoms: 0 };
        Ok((grant, schedule.atoms()?))
    }

    /// What has been released until `now_seconds`, or until it was stopped, in atoms.
    pub fn released_atoms(&self, now_seconds: i64) -> Result<u64> {
        let until_seconds = if self.stopped_at_seconds == 0 { now_seconds } else { self.stopped_at_seconds };
        self.schedule.released_atoms(window::seconds_since(self.started_at_seconds, until_seconds))
    }

    /// What the payee can have now, in atoms.
    pub fn claimable_atoms(&self, now_seconds: i64) -> Result<u64> {
        self.released_atoms(now_seconds)?.checked_sub(self.claimed_atoms).ok_or(GovernanceError::StateInconsistent)
    }

    /// Everything that may still be paid, in atoms: what lies apart from the treasury.
    pub fn held_atoms(&self) -> Result<u64> {
        let most = if self.stopped_at_seconds == 0 {
            self.schedule.atoms()?
        } else {
            self.released_atoms(self.stopped_at_seconds)?
        };
        most.checked_sub(self.claimed_atoms).ok_or(GovernanceError::StateInconsistent)
    }

    /// Pays what has been released. Returns the next state and the atoms.
    pub fn claim(&self, now_seconds: i64) -> Result<(Self, u64)> {
        let atoms = self.claimable_atoms(now_seconds)?;
        ensure(atoms > 0, GovernanceError::NothingReleased)?;
        let claimed_atoms = self.claimed_atoms.checked_add(atoms).ok_or(CoreError::Overflow)?;
        Ok((Self { claimed_atoms, ..*self }, atoms))
    }

    /// Stops it. Returns the next state and what goes back to the treasury, in atoms. What was released stays the payee's.
    pub fn stop(&self, now_seconds: i64) -> Result<(Self, u64)> {
        ensure(self.stopped_at_seconds == 0, GovernanceError::GrantOver)?;
        let stopped_at_seconds = now_seconds.max(self.started_at_seconds);
        // Nothing that was paid is released later.
        self.claimable_atoms(stopped_at_seconds)?;
        let released_atoms = self.released_atoms(stopped_at_seconds)?;
        let unreleased_atoms =
            self.schedule.atoms()?.checked_sub(released_atoms).ok_or(GovernanceError::StateInconsistent)?;
        ensure(unreleased_atoms > 0, GovernanceError::GrantOver)?;
        Ok((Self { stopped_at_seconds, ..*self }, unreleased_atoms))
    }
}
