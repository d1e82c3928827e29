use super::{
    EXECUTION_SECONDS, EXECUTION_TIMELOCK_SECONDS_MIN, GovernanceError, PROPOSER_STAKE_BPS, QUORUM_STAKE_BPS,
    QUORUM_SUPPLY_BPS, Result, VOTE_EXTENSION_SECONDS, VOTE_SECONDS, VOTING_WINDOW_MAX_SECONDS, ensure,
};
use crate::{CoreError, bps::bps_ceil, window};

/// Where a proposal stands, which follows from its state, the rules in force and the clock alone.
///
/// ```text
///            open: a position with 0.5 % of the stake. Quorum, times and rules are fixed, the action is stored
///              |
///              v        vote: every position once, with the stake that was there before and has stayed
///           Voting ---------------------------------> Rejected   for < quorum, or for <= against
///              |        end: 5 days on; a vote of the last day
///              |        that turns the outcome adds one, once
///              v
///           Queued          from the end on, until 6 days and the timelock after the opening
///              |            (2 days or the cooldown, whichever is longer)
///              v
///         Executable --------------------------------> Expired   after 14 days
///              |        execute: anyone, once
///              v
///          Executed
///
///  Voting, Queued, Executable ------------------------> Stale    another proposal changed the rules
///  Rejected, Executed, Expired, Stale: close, by anyone; the rent goes to the proposer
/// ```
///
/// An event at an end second counts as after it, so at every second either the step inside a window or the one after it is
/// allowed, never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalStatus {
    /// Positions vote.
    Voting,
    /// Approved; waits for the end of its timelock.
    Queued,
    /// Anyone may execute it.
    Executable,
    /// It has been executed.
    Executed,
    /// It missed the quorum or the majority.
    Rejected,
    /// Nobody executed it in time.
    Expired,
    /// The rules under which it was opened hold no more.
    Stale,
}

impl ProposalStatus {
    /// Whether nothing can happen any more but closing the account.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Executed | Self::Rejected | Self::Expired | Self::Stale)
    }
}

/// Who could vote when a proposal opened, and under which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Electorate {
    /// Everything that is staked, token atoms.
    pub staked_atoms: u64,
    /// Every token there is, atoms.
    pub supply_atoms: u64,
    /// How long an unstake of the vault takes.
    pub cooldown_seconds: u32,
    /// Which rules of the vault hold.
    pub rules_counter: u64,
}

impl Electorate {
    /// Stake that a proposer must hold: 0.5 %, at least an atom. Rounds up.
    pub fn proposer_atoms(&self) -> Result<u64> {
        Ok(bps_ceil(self.staked_atoms, PROPOSER_STAKE_BPS)?.max(1))
    }

    /// Stake that must vote for a proposal: 20 % of the stake or 4 % of the supply, whichever is more. Rounds up.
    pub fn quorum_atoms(&self) -> Result<u64> {
        let of_stake = bps_ceil(self.staked_atoms, QUORUM_STAKE_BPS)?;
        Ok(of_stake.max(bps_ceil(self.supply_atoms, QUORUM_SUPPLY_BPS)?))
    }
}

/// A proposal as the rules see it, without what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalState {
    /// When it was opened, unix seconds. Stake counts if it was there before that second.
    pub opened_at_seconds: i64,
    /// When its vote ends, unix seconds.
    pub end_seconds: i64,
    /// When it was executed, unix seconds; 0 if it was not.
    pub executed_at_seconds: i64,
    /// Everything that was staked at the opening, token atoms: the most that can vote.
    pub staked_atoms: u64,
    /// Stake that has to vote for it, token atoms.
    pub quorum_atoms: u64,
    /// Stake that voted for it, token atoms.
    pub for_atoms: u64,
    /// Stake that voted against it, token atoms.
    pub against_atoms: u64,
    /// Which rules of the vault held at the opening.
    pub rules_counter: u64,
    /// Time from the end of the voting window to execution.
    pub timelock_seconds: u32,
}

impl ProposalState {
    /// Opens a proposal of somebody whose vote would weigh `proposer_atoms`.
    pub fn open(electorate: &Electorate, proposer_atoms: u64, now_seconds: i64) -> Result<Self> {
        ensure(proposer_atoms >= electorate.proposer_atoms()?, GovernanceError::ProposerStakeTooSmall)?;
        let proposal = Self {
            opened_at_seconds: now_seconds,
            end_seconds: window::end_seconds(now_seconds, VOTE_SECONDS)?,
            executed_at_seconds: 0,
            staked_atoms: electorate.staked_atoms,
            quorum_atoms: electorate.quorum_atoms()?,
            for_atoms: 0,
            against_atoms: 0,
            timelock_seconds: electorate.cooldown_seconds.max(EXECUTION_TIMELOCK_SECONDS_MIN),
            rules_counter: electorate.rules_counter,
        };
        proposal.invariant()?;
        Ok(proposal)
    }

    /// Counts a vote of `weight_atoms`; `rules_counter` is of the rules in force. In the last day of the vote, one that turns
    /// the outcome adds a day, once: nobody decides in the last second what the others thought decided otherwise.
    #[inline(always)]
    pub fn vote(&self, weight_atoms: u64, is_for: bool, rules_counter: u64, now_seconds: i64) -> Result<Self> {
        ensure(self.rules_counter == rules_counter, GovernanceError::RulesChanged)?;
        ensure(window::is_open(now_seconds, self.end_seconds), GovernanceError::VoteEnded)?;
        ensure(weight_atoms > 0, GovernanceError::WeightZero)?;
        let add = |atoms: u64| atoms.checked_add(weight_atoms).ok_or(CoreError::Overflow);
        let mut voted = *self;
        if is_for {
            voted.for_atoms = add(self.for_atoms)?;
        } else {
            voted.against_atoms = add(self.against_atoms)?;
        }
        let late_from_seconds = self.end_seconds.saturating_sub(i64::from(VOTE_EXTENSION_SECONDS));
        if voted.is_approved() != self.is_approved() && now_seconds >= late_from_seconds {
            voted.end_seconds = self.voting_window_end_seconds();
        }
        voted.invariant()?;
        Ok(voted)
    }

    /// Whether it has its quorum and more for it than against it. Votes against never count towards the quorum, so none helps
    /// what it opposes.
    pub const fn is_approved(&self) -> bool {
        self.for_atoms >= self.quorum_atoms && self.for_atoms > self.against_atoms
    }

    /// Whether a late vote has moved the end.
    pub fn is_extended(&self) -> bool {
        self.end_seconds == self.voting_window_end_seconds()
    }

    /// The latest end that the vote could have: until then stakes that voted are locked.
    pub fn voting_window_end_seconds(&self) -> i64 {
        self.opened_at_seconds.saturating_add(i64::from(VOTING_WINDOW_MAX_SECONDS))
    }

    /// From when it may be executed, unix seconds.
    pub fn executable_at_seconds(&self) -> i64 {
        self.voting_window_end_seconds().saturating_add(i64::from(self.timelock_seconds))
    }

    /// From when it may be executed no more, unix seconds.
    pub fn expires_at_seconds(&self) -> i64 {
        self.executable_at_seconds().saturating_add(i64::from(EXECUTION_SECONDS))
    }

    /// Where it stands while the rules of `rules_counter` are in force.
    #[inline(never)]
    pub fn status(&self, rules_counter: u64, now_seconds: i64) -> ProposalStatus {
        let is_before = |end_seconds| window::is_open(now_seconds, end_seconds);
        if self.executed_at_seconds != 0 {
            ProposalStatus::Executed
        } else if !is_before(self.end_seconds) && !self.is_approved() {
            ProposalStatus::Rejected
        } else if !is_before(self.expires_at_seconds()) {
            ProposalStatus::Expired
        } else if self.rules_counter != rules_counter {
            ProposalStatus::Stale
        } else if is_before(self.end_seconds) {
            ProposalStatus::Voting
        } else if is_before(self.executable_at_seconds()) {
            ProposalStatus::Queued
        } else {
            ProposalStatus::Executable
        }
    }

    /// Marks it executed. Whoever calls this does what was decided, in the same transaction.
    pub fn execute(&self, rules_counter: u64, now_seconds: i64) -> Result<Self> {
        match self.status(rules_counter, now_seconds) {
            ProposalStatus::Executable => Ok(Self { executed_at_seconds: now_seconds, ..*self }),
            ProposalStatus::Voting => Err(GovernanceError::VoteRunning),
            ProposalStatus::Queued => Err(GovernanceError::TimelockRunning),
            ProposalStatus::Executed => Err(GovernanceError::ExecutedAlready),
            ProposalStatus::Rejected => Err(GovernanceError::Rejected),
            ProposalStatus::Expired => Err(GovernanceError::Expired),
            ProposalStatus::Stale => Err(GovernanceError::RulesChanged),
        }
    }

    /// Refuses to let go of a proposal that can still pass or be executed.
    pub fn require_settled(&self, rules_counter: u64, now_seconds: i64) -> Result<()> {
        ensure(self.status(rules_counter, now_seconds).is_settled(), GovernanceError::NotSettled)
    }

    /// What holds at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Nobody votes with what was not staked at the opening, nor twice.
        let voted_atoms = self.for_atoms.checked_add(self.against_atoms);
        let fits = voted_atoms.is_some_and(|atoms| atoms <= self.staked_atoms);
        // The vote ends after five days or after six.
        let is_end =
            self.is_extended() || window::end_seconds(self.opened_at_seconds, VOTE_SECONDS) == Ok(self.end_seconds);
        ensure(fits && is_end, GovernanceError::StateInconsistent)
    }
}
