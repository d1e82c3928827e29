//! Every window of a request, at the second before its end, at its end and after.

use modchains_oracle::state::RequestStatus;
use modchains_tests::world::{
    CHALLENGE_SECONDS, CLAIM_SECONDS, WAIT_SECONDS, World, claim_instruction, finalize_instruction, post_instruction,
};
use solana_instruction::Instruction;

use crate::oracle::requests::{SIDE, expire, in_status, refund};

const CLAIM: i64 = CLAIM_SECONDS as i64;
const CHALLENGE: i64 = CHALLENGE_SECONDS as i64;
const WAIT: i64 = WAIT_SECONDS as i64;

/// The step is refused with the error in every second before `from` and accepted from it on.
#[track_caller]
fn opens_at(start: &World, step: &Instruction, from: i64, error: &str) {
    for early in [start.chain.now(), from - 1] {
        let mut world = start.clone();
        world.chain.set_time(early);
        world.must_refuse(std::slice::from_ref(step), error);
    }
    for late in [from, from + 1, from + 1_000_000] {
        let mut world = start.clone();
        world.chain.set_time(late);
        world.chain.must(std::slice::from_ref(step));
    }
}

/// The step is accepted before `end` and refused with the error from it on.
#[track_caller]
fn closes_at(start: &World, step: &Instruction, end: i64, error: &str) {
    for early in [start.chain.now(), end - 1] {
        let mut world = start.clone();
        world.chain.set_time(early);
        world.chain.must(std::slice::from_ref(step));
    }
    for late in [end, end + 1, end + 1_000_000] {
        let mut world = start.clone();
        world.chain.set_time(late);
        world.must_refuse(std::slice::from_ref(step), error);
    }
}

#[test]
fn every_window_ends_at_its_second() {
    let open = in_status(RequestStatus::Open);
    let now = open.chain.now();
    closes_at(&open, &claim_instruction(&open, SIDE, 1), now + WAIT, "RequestDeadlinePassed");
    opens_at(&open, &refund(), now + WAIT, "RequestDeadlineAhead");
    let claimed = in_status(RequestStatus::Claimed);
    closes_at(&claimed, &post_instruction(&claimed, SIDE, 1), now + CLAIM, "ClaimDeadlinePassed");
    opens_at(&claimed, &expire(), now + CLAIM, "ClaimDeadlineAhead");
    let posted = in_status(RequestStatus::Posted);
    opens_at(&posted, &finalize_instruction(SIDE, 1), now + CHALLENGE, "ChallengeWindowOpen");
}

#[test]
fn a_claim_shortly_before_the_deadline_ends_with_it() {
    let mut world = in_status(RequestStatus::Open);
    let deadline = world.chain.now() + WAIT;
    world.chain.set_time(deadline - 10);
    world.claim(SIDE, 1);
    assert_eq!(world.request_state(SIDE, 1).claim_deadline_seconds, deadline);
    closes_at(&world, &post_instruction(&world, SIDE, 1), deadline, "ClaimDeadlinePassed");
    opens_at(&world, &expire(), deadline, "ClaimDeadlineAhead");
}

#[test]
fn windows_run_by_the_clock_however_many_slots_pass() {
    let mut world = in_status(RequestStatus::Posted);
    let posted = world.chain.now();
    for slots in [1_500, 3_000, 1_000_000] {
        world.chain.svm.warp_to_slot(slots);
        world.chain.set_time(posted + CHALLENGE - 1);
        world.must_refuse(&[finalize_instruction(SIDE, 1)], "ChallengeWindowOpen");
    }
    world.chain.set_time(posted + CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
}
