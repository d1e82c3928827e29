//! Where the atoms of a grant are, whatever happens to it.

use modchains_core::governance::{GRANT_SECONDS_MAX, GovernanceError, GrantState, MILESTONES_MAX, Milestone, Schedule};
use proptest::prelude::*;

use crate::{DAY, START};

#[derive(Clone, Copy, Debug)]
enum Op {
    Wait(i64),
    Claim,
    Stop,
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let atoms = || prop_oneof![1u64..1_000, 1u64..u64::MAX / MILESTONES_MAX as u64];
    let part = (atoms(), 1u32..GRANT_SECONDS_MAX / MILESTONES_MAX as u32);
    prop_oneof![
        (atoms(), 1..=GRANT_SECONDS_MAX).prop_map(|(atoms, seconds)| Schedule::Stream { atoms, seconds }),
        prop::collection::vec(part, 1..=MILESTONES_MAX).prop_map(|parts| {
            let mut milestones = [Milestone::default(); MILESTONES_MAX];
            let mut after_seconds = 0;
            for (milestone, (atoms, gap)) in milestones.iter_mut().zip(parts) {
                after_seconds += gap;
                *milestone = Milestone { atoms, after_seconds };
            }
            Schedule::Milestones(milestones)
        }),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0i64..i64::from(GRANT_SECONDS_MAX) / 8).prop_map(Op::Wait),
        2 => (0i64..3).prop_map(Op::Wait),
        4 => Just(Op::Claim),
        1 => Just(Op::Stop),
    ];
    prop::collection::vec(op, 1..60)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn every_atom_is_paid_held_or_back_in_the_treasury(schedule in schedule(), ops in ops()) {
        let (mut grant, total) = GrantState::start(schedule, START).unwrap();
        prop_assert_eq!(total, schedule.atoms().unwrap());
        let (mut now, mut paid, mut returned, mut released) = (START, 0, 0, 0);
        for op in ops {
            match op {
                Op::Wait(seconds) => now += seconds,
                Op::Claim => match grant.claim(now) {
                    Ok((next, atoms)) => (grant, paid) = (next, paid + atoms),
                    Err(error) => prop_assert_eq!(error, GovernanceError::NothingReleased),
                },
                Op::Stop => match grant.stop(now) {
                    Ok((next, atoms)) => (grant, returned) = (next, returned + atoms),
                    Err(error) => {
                        prop_assert_eq!(error, GovernanceError::GrantOver);
                        let over = grant.stopped_at_seconds != 0 || grant.released_atoms(now).unwrap() == total;
                        prop_assert!(over);
                    }
                },
            }
            prop_assert_eq!(paid, grant.claimed_atoms);
            prop_assert_eq!(paid + grant.held_atoms().unwrap() + returned, total);
            prop_assert!(grant.claimable_atoms(now).unwrap() <= grant.held_atoms().unwrap());
            // What has been released stays released, before and after a stop.
            prop_assert!(grant.released_atoms(now).unwrap() >= released);
            released = grant.released_atoms(now).unwrap();
        }
        // In the end the payee has all that was not sent back.
        let end = now + 2 * i64::from(GRANT_SECONDS_MAX);
        prop_assert_eq!(grant.claimable_atoms(end).unwrap(), grant.held_atoms().unwrap());
    }

    #[test]
    fn what_a_payee_gets_does_not_depend_on_how_often_it_is_claimed(schedule in schedule(), waits in prop::collection::vec(0i64..40 * DAY, 1..40)) {
        let (mut often, _) = GrantState::start(schedule, START).unwrap();
        let (seldom, mut now) = (often, START);
        for wait in waits {
            now += wait;
            often = often.claim(now).map_or(often, |(next, _)| next);
        }
        prop_assert_eq!(often.claimed_atoms, seldom.claimable_atoms(now).unwrap());
    }

    #[test]
    fn a_stop_releases_nothing_and_takes_nothing_back(schedule in schedule(), after in 0..=i64::from(GRANT_SECONDS_MAX)) {
        let (grant, _) = GrantState::start(schedule, START).unwrap();
        let now = START + after;
        if let Ok((stopped, _)) = grant.stop(now) {
            prop_assert_eq!(stopped.claimable_atoms(now), grant.claimable_atoms(now));
            prop_assert_eq!(stopped.claimable_atoms(now + 1_000 * DAY), grant.claimable_atoms(now));
            prop_assert_eq!(stopped.stop(now + 1), Err(GovernanceError::GrantOver));
        }
    }
}

#[test]
fn a_stream_flows_evenly_and_a_milestone_falls_at_its_second() {
    let (stream, _) = GrantState::start(Schedule::Stream { atoms: 1_000, seconds: 100 }, START).unwrap();
    for (after, released) in [(-1, 0), (0, 0), (1, 10), (50, 500), (99, 990), (100, 1_000), (101, 1_000)] {
        assert_eq!(stream.released_atoms(START + after), Ok(released));
    }
    let [first, second] = [(300, 0), (700, 100)].map(|(atoms, after_seconds)| Milestone { atoms, after_seconds });
    let unused = Milestone::default();
    let (milestones, _) = GrantState::start(Schedule::Milestones([first, second, unused, unused]), START).unwrap();
    for (after, released) in [(0, 300), (99, 300), (100, 1_000), (1_000, 1_000)] {
        assert_eq!(milestones.released_atoms(START + after), Ok(released));
    }
}

#[test]
fn a_grant_without_amount_order_or_end_is_refused() {
    let unused = Milestone::default();
    let at = |atoms, after_seconds| Milestone { atoms, after_seconds };
    let refused = [
        Schedule::Stream { atoms: 0, seconds: 1 },
        Schedule::Stream { atoms: 1, seconds: 0 },
        Schedule::Stream { atoms: 1, seconds: GRANT_SECONDS_MAX + 1 },
        Schedule::Milestones([unused; MILESTONES_MAX]),
        Schedule::Milestones([at(0, 1), at(1, 2), unused, unused]),
        Schedule::Milestones([at(1, 1), unused, at(1, 2), unused]),
        Schedule::Milestones([at(1, 1), at(0, 2), unused, unused]),
        Schedule::Milestones([at(1, 2), at(1, 2), unused, unused]),
        Schedule::Milestones([at(1, 2), at(1, 1), unused, unused]),
        Schedule::Milestones([at(1, GRANT_SECONDS_MAX + 1), unused, unused, unused]),
    ];
    for schedule in refused {
        assert_eq!(GrantState::start(schedule, START), Err(GovernanceError::ActionOutOfBounds), "{schedule:?}");
    }
    let too_much = Schedule::Milestones([at(u64::MAX, 1), at(1, 2), unused, unused]);
    assert!(GrantState::start(too_much, START).is_err());
}
