//! Stakers, stakes and proposals together: whatever everybody does, no more votes than was staked at the opening.

use modchains_core::governance::{Ballots, Electorate, GovernanceError, ProposalState, VotingStake};
use proptest::prelude::*;

use crate::{DAY, START};

const HOLDERS: usize = 4;
const RULES: u64 = 0;
const COOLDOWN: u32 = 10;

#[derive(Clone, Copy, Debug)]
enum Op {
    Wait(i64),
    Stake {
        who: usize,
        atoms: u64,
    },
    Unstake {
        who: usize,
        part: u64,
    },
    /// Everything out of one position, and as much into another's, at once.
    Move {
        from: usize,
        to: usize,
    },
    Reopen {
        who: usize,
    },
    Propose {
        who: usize,
    },
    Vote {
        who: usize,
        proposal: usize,
        is_for: bool,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let who = || 0..HOLDERS;
    prop_oneof![
        3 => prop_oneof![Just(0i64), 1i64..3, 0i64..3 * DAY].prop_map(Op::Wait),
        3 => (who(), 1u64..1_000_000).prop_map(|(who, atoms)| Op::Stake { who, atoms }),
        2 => (who(), any::<u64>()).prop_map(|(who, part)| Op::Unstake { who, part }),
        2 => (who(), who()).prop_map(|(from, to)| Op::Move { from, to }),
        1 => who().prop_map(|who| Op::Reopen { who }),
        2 => who().prop_map(|who| Op::Propose { who }),
        6 => (who(), 0usize..4, any::<bool>()).prop_map(|(who, proposal, is_for)| Op::Vote { who, proposal, is_for }),
    ]
}

#[derive(Clone, Copy, Debug, Default)]
struct Position {
    stake: VotingStake,
    ballots: Ballots,
    locked_until: i64,
}

/// A vault in miniature. Nothing cools: that tokens are back at once only helps whoever wants to vote twice.
#[derive(Debug)]
struct Vault {
    positions: [Position; HOLDERS],
    proposals: Vec<ProposalState>,
    now: i64,
}

impl Vault {
    fn staked_atoms(&self) -> u64 {
        self.positions.iter().map(|position| position.stake.staked_atoms).sum()
    }

    fn stake(&mut self, who: usize, atoms: u64) {
        let position = &mut self.positions[who];
        position.stake = position.stake.increase(atoms, self.now).unwrap();
    }

    /// Takes out at most `atoms`; nothing while a vote locks the position. Returns what came out.
    fn unstake(&mut self, who: usize, atoms: u64) -> u64 {
        let (position, now) = (&mut self.positions[who], self.now);
        if now < position.locked_until {
            return 0;
        }
        let atoms = atoms.min(position.stake.staked_atoms);
        position.stake = position.stake.decrease(atoms).unwrap();
        atoms
    }

    fn propose(&mut self, who: usize) {
        let staked_atoms = self.staked_atoms();
        let electorate =
            Electorate { staked_atoms, supply_atoms: staked_atoms, cooldown_seconds: COOLDOWN, rules_counter: RULES };
        let weight = self.positions[who].stake.weight(self.now);
        if let Ok(proposal) = ProposalState::open(&electorate, weight, self.now) {
            self.proposals.push(proposal);
            let position = &mut self.positions[who];
            position.locked_until = position.locked_until.max(proposal.voting_window_end_seconds());
        }
    }

    /// Votes on the proposal that is `back` before the latest.
    fn vote(&mut self, who: usize, back: usize, is_for: bool) -> Result<(), GovernanceError> {
        let Some(index) = self.proposals.len().checked_sub(back + 1) else { return Ok(()) };
        let (position, proposal) = (&mut self.positions[who], &mut self.proposals[index]);
        let ballots = position.ballots.vote(index as u64 + 1)?;
        let weight = position.stake.weight(proposal.opened_at_seconds);
        *proposal = proposal.vote(weight, is_for, RULES, self.now)?;
        position.ballots = ballots;
        position.locked_until = position.locked_until.max(proposal.voting_window_end_seconds());
        Ok(())
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn no_stake_is_counted_twice_however_it_moves(ops in prop::collection::vec(op(), 1..150)) {
        let mut vault = Vault { positions: Default::default(), proposals: Vec::new(), now: START };
        for op in ops {
            match op {
                Op::Wait(seconds) => vault.now += seconds,
                Op::Stake { who, atoms } => vault.stake(who, atoms),
                Op::Unstake { who, part } => {
                    vault.unstake(who, part % (vault.positions[who].stake.staked_atoms + 1));
                }
                Op::Move { from, to } => {
                    let moved = vault.unstake(from, u64::MAX);
                    if moved > 0 {
                        vault.stake(to, moved);
                    }
                }
                Op::Reopen { who } => {
                    vault.unstake(who, u64::MAX);
                    if vault.positions[who].stake.staked_atoms == 0 {
                        vault.positions[who] = Position::default();
                    }
                }
                Op::Propose { who } => vault.propose(who),
                Op::Vote { who, proposal, is_for } => {
                    // What must never happen is the refusal of the proposal itself, for more votes than there were.
                    prop_assert_ne!(vault.vote(who, proposal, is_for), Err(GovernanceError::StateInconsistent));
                }
            }
        }
    }
}
