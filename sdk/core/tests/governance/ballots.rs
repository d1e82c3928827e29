//! A position votes once on each proposal.

use std::collections::BTreeSet;

use modchains_core::governance::{BALLOTS_KEPT, Ballots, GovernanceError};
use proptest::prelude::*;

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn no_order_of_votes_lets_a_position_vote_twice(
        steps in prop::collection::vec((0u64..6, 0u64..2 * BALLOTS_KEPT), 1..300),
    ) {
        let (mut ballots, mut voted, mut newest) = (Ballots::default(), BTreeSet::new(), 1);
        for (opened, back) in steps {
            newest += opened;
            let index = newest.saturating_sub(back).max(1);
            match ballots.vote(index) {
                Ok(next) => {
                    prop_assert!(voted.insert(index), "voted twice on {index}");
                    ballots = next;
                }
                Err(GovernanceError::VotedAlready) => prop_assert!(voted.contains(&index), "never voted on {index}"),
                Err(error) => {
                    prop_assert_eq!(error, GovernanceError::ProposalTooOld);
                    prop_assert!(ballots.last_index - index >= BALLOTS_KEPT);
                }
            }
        }
    }
}

#[test]
fn votes_are_remembered_for_sixty_four_proposals_and_older_ones_refused() {
    let voted = Ballots::default().vote(7).unwrap();
    assert_eq!(voted.vote(7), Err(GovernanceError::VotedAlready));
    let last = 7 + BALLOTS_KEPT - 1;
    let later = voted.vote(last).unwrap();
    assert_eq!(later.vote(7), Err(GovernanceError::VotedAlready));
    assert!(later.may_vote(8) && !later.may_vote(last));
    let too_late = voted.vote(last + 1).unwrap();
    assert_eq!(too_late.vote(7), Err(GovernanceError::ProposalTooOld));
    assert_eq!(Ballots::default().vote(u64::MAX).unwrap().vote(1), Err(GovernanceError::ProposalTooOld));
}

#[test]
fn there_is_no_proposal_number_zero() {
    assert_eq!(Ballots::default().vote(0), Err(GovernanceError::StateInconsistent));
}
