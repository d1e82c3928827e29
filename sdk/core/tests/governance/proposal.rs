//! A proposal's life: what passes, when, and what nobody can do to it.

use modchains_core::governance::{
    EXECUTION_SECONDS, EXECUTION_TIMELOCK_SECONDS_MIN, Electorate, GovernanceError, ProposalState, ProposalStatus,
    VOTE_EXTENSION_SECONDS, VOTE_SECONDS, VOTING_WINDOW_MAX_SECONDS,
};
use proptest::prelude::*;

use crate::{DAY, START};

const RULES: u64 = 7;
/// A tenth of the supply is staked, so that the stake decides the quorum.
const ELECTORATE: Electorate =
    Electorate { staked_atoms: 1_000, supply_atoms: 4_000, cooldown_seconds: DAY as u32, rules_counter: RULES };
const VOTE: i64 = VOTE_SECONDS as i64;
const WINDOW: i64 = VOTING_WINDOW_MAX_SECONDS as i64;
const TIMELOCK: i64 = EXECUTION_TIMELOCK_SECONDS_MIN as i64;
const EXECUTION: i64 = EXECUTION_SECONDS as i64;

fn open() -> ProposalState {
    ProposalState::open(&ELECTORATE, 5, START).unwrap()
}

/// A proposal that has its quorum and a majority since its first second.
fn approved() -> ProposalState {
    open().vote(200, true, RULES, START).unwrap()
}

#[test]
fn who_holds_less_than_half_a_percent_of_the_stake_proposes_nothing() {
    let refused = Err(GovernanceError::ProposerStakeTooSmall);
    assert_eq!(ProposalState::open(&ELECTORATE, 4, START), refused);
    assert!(ProposalState::open(&ELECTORATE, 5, START).is_ok());
    let odd = Electorate { staked_atoms: 1_001, ..ELECTORATE };
    assert_eq!(ProposalState::open(&odd, 5, START), refused);
    // Nor does anybody where nothing is staked.
    let empty = Electorate { staked_atoms: 0, supply_atoms: 0, ..ELECTORATE };
    assert_eq!(ProposalState::open(&empty, 0, START), refused);
}

#[test]
fn the_quorum_is_a_fifth_of_the_stake_or_four_percent_of_the_supply() {
    for (staked, supply, quorum) in [(1_000, 4_000, 200), (1_000, 5_001, 201), (1_001, 1_001, 201), (10, 1_000, 40)] {
        let electorate = Electorate { staked_atoms: staked, supply_atoms: supply, ..ELECTORATE };
        assert_eq!(electorate.quorum_atoms(), Ok(quorum), "{staked} of {supply}");
    }
}

#[test]
fn nothing_passes_where_less_than_four_percent_is_staked() {
    let electorate = Electorate { staked_atoms: 39, supply_atoms: 1_000, ..ELECTORATE };
    let proposal = ProposalState::open(&electorate, 39, START).unwrap().vote(39, true, RULES, START).unwrap();
    assert_eq!(proposal.status(RULES, START + VOTE), ProposalStatus::Rejected);
}

#[test]
fn it_passes_with_its_quorum_for_it_and_more_for_than_against() {
    for (is_for, against, passes) in
        [(199, 0, false), (200, 0, true), (200, 199, true), (200, 200, false), (0, 800, false)]
    {
        let mut proposal = open();
        for (atoms, side) in [(is_for, true), (against, false)] {
            if atoms > 0 {
                proposal = proposal.vote(atoms, side, RULES, START + 1).unwrap();
            }
        }
        assert_eq!(proposal.is_approved(), passes, "{is_for} to {against}");
        let status = proposal.status(RULES, START + VOTE);
        assert_eq!(status, if passes { ProposalStatus::Queued } else { ProposalStatus::Rejected });
    }
}

#[test]
fn a_vote_without_weight_after_the_end_or_under_other_rules_is_refused() {
    let proposal = open();
    assert_eq!(proposal.vote(0, true, RULES, START), Err(GovernanceError::WeightZero));
    assert!(proposal.vote(1, true, RULES, START + VOTE - 1).is_ok());
    assert_eq!(proposal.vote(1, true, RULES, START + VOTE), Err(GovernanceError::VoteEnded));
    assert_eq!(proposal.vote(1, true, RULES + 1, START), Err(GovernanceError::RulesChanged));
}

#[test]
fn more_votes_than_there_was_stake_are_refused() {
    let proposal = open().vote(999, false, RULES, START).unwrap();
    assert_eq!(proposal.vote(2, true, RULES, START), Err(GovernanceError::StateInconsistent));
    assert!(proposal.vote(1, true, RULES, START).is_ok());
    assert!(proposal.vote(u64::MAX, true, RULES, START).is_err());
}

#[test]
fn a_late_turn_adds_a_day_once() {
    let last_day = START + VOTE - i64::from(VOTE_EXTENSION_SECONDS);
    // Before the last day nothing moves the end; on it only what turns the outcome.
    assert!(!open().vote(200, true, RULES, last_day - 1).unwrap().is_extended());
    assert!(!open().vote(199, true, RULES, last_day).unwrap().is_extended());
    assert!(!approved().vote(100, true, RULES, last_day).unwrap().is_extended());
    let turned = open().vote(200, true, RULES, last_day).unwrap();
    assert!(turned.is_extended());
    assert_eq!(turned.end_seconds, START + WINDOW);
    // The opponents have a day, and the end does not move again.
    let back = turned.vote(200, false, RULES, START + WINDOW - 1).unwrap();
    assert_eq!((back.end_seconds, back.is_approved()), (START + WINDOW, false));
    assert_eq!(back.vote(1, true, RULES, START + WINDOW), Err(GovernanceError::VoteEnded));
    // A turn against it counts too.
    assert!(approved().vote(200, false, RULES, START + VOTE - 1).unwrap().is_extended());
}

#[test]
fn it_is_executed_in_its_time_and_once() {
    let proposal = approved();
    let executable = START + WINDOW + TIMELOCK;
    for (now, error) in [
        (START + 1, GovernanceError::VoteRunning),
        (START + VOTE - 1, GovernanceError::VoteRunning),
        (START + VOTE, GovernanceError::TimelockRunning),
        (executable - 1, GovernanceError::TimelockRunning),
        (executable + EXECUTION, GovernanceError::Expired),
        (i64::MAX, GovernanceError::Expired),
    ] {
        assert_eq!(proposal.execute(RULES, now), Err(error), "{} seconds in", now - START);
    }
    for now in [executable, executable + EXECUTION - 1] {
        let executed = proposal.execute(RULES, now).unwrap();
        assert_eq!(executed.execute(RULES, now), Err(GovernanceError::ExecutedAlready));
        assert_eq!(executed.status(RULES + 1, i64::MAX), ProposalStatus::Executed);
        assert_eq!(executed.vote(1, false, RULES, now), Err(GovernanceError::VoteEnded));
    }
    let rejected = open().execute(RULES, executable);
    assert_eq!(rejected, Err(GovernanceError::Rejected));
}

#[test]
fn an_approval_under_other_rules_is_worth_nothing() {
    let (proposal, executable) = (approved(), START + WINDOW + TIMELOCK);
    for rules in [0, RULES - 1, RULES + 1, u64::MAX] {
        assert_eq!(proposal.execute(rules, executable), Err(GovernanceError::RulesChanged));
        assert_eq!(proposal.require_settled(rules, START + 1), Ok(()));
    }
}

#[test]
fn whoever_disagrees_can_be_out_before_the_execution() {
    for cooldown_seconds in [10, DAY as u32, 2 * DAY as u32, 30 * DAY as u32] {
        let electorate = Electorate { cooldown_seconds, ..ELECTORATE };
        let proposal = ProposalState::open(&electorate, 5, START).unwrap();
        // Even a stake that voted, and is locked until the window's end.
        let out = proposal.voting_window_end_seconds() + i64::from(cooldown_seconds);
        assert!(out <= proposal.executable_at_seconds());
        assert!(proposal.executable_at_seconds() >= proposal.voting_window_end_seconds() + 2 * DAY);
    }
}

#[derive(Clone, Copy, Debug)]
struct Ballot {
    weight: u64,
    is_for: bool,
    wait: i64,
}

fn ballots() -> impl Strategy<Value = Vec<Ballot>> {
    let wait = prop_oneof![0i64..DAY, 0i64..600];
    let ballot = (1u64..300, any::<bool>(), wait).prop_map(|(weight, is_for, wait)| Ballot { weight, is_for, wait });
    prop::collection::vec(ballot, 0..30)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_vote_against_never_helps_and_a_vote_for_never_harms(ballots in ballots(), weight in 1u64..300) {
        let (mut proposal, mut now) = (open(), START);
        for ballot in ballots {
            now += ballot.wait;
            if let Ok(against) = proposal.vote(weight, false, RULES, now) {
                prop_assert!(proposal.is_approved() || !against.is_approved());
            }
            if let Ok(in_favour) = proposal.vote(weight, true, RULES, now) {
                prop_assert!(!proposal.is_approved() || in_favour.is_approved());
            }
            proposal = proposal.vote(ballot.weight, ballot.is_for, RULES, now).unwrap_or(proposal);
        }
    }

    #[test]
    fn no_votes_change_timelock_quorum_or_rules_or_move_the_end_by_more_than_a_day(ballots in ballots()) {
        let (mut proposal, mut now) = (open(), START);
        for ballot in ballots {
            now += ballot.wait;
            proposal = proposal.vote(ballot.weight, ballot.is_for, RULES, now).unwrap_or(proposal);
            prop_assert!([START + VOTE, START + WINDOW].contains(&proposal.end_seconds));
        }
        let opened = open();
        prop_assert_eq!(proposal.executable_at_seconds(), opened.executable_at_seconds());
        prop_assert_eq!(proposal.expires_at_seconds(), opened.expires_at_seconds());
        prop_assert_eq!(
            (proposal.quorum_atoms, proposal.rules_counter, proposal.opened_at_seconds),
            (opened.quorum_atoms, opened.rules_counter, opened.opened_at_seconds)
        );
    }

    #[test]
    fn at_every_second_one_thing_is_possible_and_nothing_settled_comes_back(
        ballots in ballots(),
        waits in prop::collection::vec(0i64..2 * DAY, 40),
    ) {
        let (mut proposal, mut now) = (open(), START);
        for ballot in ballots {
            now += ballot.wait;
            proposal = proposal.vote(ballot.weight, ballot.is_for, RULES, now).unwrap_or(proposal);
        }
        let mut before = ProposalStatus::Voting;
        for wait in waits {
            let status = proposal.status(RULES, now);
            let [votes, executes, closes] = [
                proposal.vote(1, false, RULES, now).is_ok(),
                proposal.execute(RULES, now).is_ok(),
                proposal.require_settled(RULES, now).is_ok(),
            ];
            let is_full = proposal.for_atoms + proposal.against_atoms == proposal.staked_atoms;
            prop_assert_eq!(votes, status == ProposalStatus::Voting && !is_full);
            prop_assert_eq!(executes, status == ProposalStatus::Executable);
            prop_assert_eq!(closes, status.is_settled());
            prop_assert!(!before.is_settled() || status == before);
            (before, now) = (status, now + wait);
        }
    }
}
