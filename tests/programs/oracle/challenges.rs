//! Challenges of a result: who may do what when, and where every atom goes. What the disputes program decides is said by hand.

use modchains_core::{
    bond::Forfeit,
    request::{ChallengeOutcome, REWARD_WAIT_SECONDS},
};
use modchains_oracle::{
    instructions::BondWithdrawStartArgs,
    state::{Operator, Request, RequestStatus, Service},
};
use modchains_sdk::instruction::oracle;
use modchains_tests::{
    chain::key,
    challenge::CHALLENGER,
    world::{
        CHALLENGE_SECONDS, COOLDOWN_SECONDS, FEE_ATOMS, QUOTE, Side, World, finalize_instruction, quote, request_args,
    },
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::oracle::requests::{SIDE, close, in_status};

const CHALLENGE: i64 = CHALLENGE_SECONDS as i64;
/// The bond of a result of the tests, and of a challenge of it.
const BOND: u64 = QUOTE;
const STAKE: u64 = QUOTE / 4;
/// What whoever lands a proof gets first.
const STIPEND: u64 = QUOTE / 200;
/// Another challenger.
const RIVAL: &str = "rival";

/// A world with a result under challenge.
fn challenged() -> World {
    let mut world = World::ready();
    world.challenge(SIDE, 1);
    world
}

/// The same with a second challenge, by another.
fn challenged_twice() -> World {
    let mut world = challenged();
    world.enrol_operator(SIDE, RIVAL);
    let open = world.challenge_open(SIDE, 1, RIVAL);
    world.chain.must(&[open]);
    world
}

fn operator_of(world: &World, role: &str) -> Operator {
    world.chain.state(&SIDE.operator_of(role))
}

fn reward(role: &str) -> Instruction {
    oracle::reward_claim(&SIDE.service(), &SIDE.request(1), &SIDE.operator_of(role))
}

/// What lies in the escrow, and what is owed to whom: nothing else moves when a challenge begins or ends.
fn requires_every_atom(world: &World) {
    let service: Service = world.service(SIDE);
    assert_eq!(world.chain.token_atoms(&SIDE.escrow()), service.held_atoms);
    let operators = ["operator", CHALLENGER, RIVAL].map(|role| world.chain.raw(&SIDE.operator_of(role)).map(|_| role));
    let states: Vec<Operator> = operators.into_iter().flatten().map(|role| operator_of(world, role)).collect();
    let bonds: u64 = states.iter().map(|operator| operator.bond_atoms + operator.cooling_atoms).sum();
    let earned: u64 = states.iter().map(|operator| operator.earned_atoms).sum();
    assert_eq!((service.bonded_atoms, service.earned_atoms), (bonds, earned));
}

#[test]
fn a_challenge_locks_its_bond_takes_a_number_and_extends_the_window() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    world.enrol_operator(SIDE, CHALLENGER);
    let posted = world.request_state(SIDE, 1);
    assert_eq!((posted.challenge_bond_atoms, posted.stipend_atoms), (STAKE, STIPEND));
    world.chain.advance(CHALLENGE - 1);
    let open = world.challenge_open(SIDE, 1, CHALLENGER);
    world.chain.must(&[open.clone(), open.clone()]);
    let request = world.request_state(SIDE, 1);
    assert_eq!((request.challenges, request.open_challenges), (2, 2));
    assert_eq!(request.window_seconds, CHALLENGE_SECONDS - 1 + CHALLENGE_SECONDS / 4);
    let challenger = operator_of(&world, CHALLENGER);
    assert_eq!((challenger.locked_atoms, challenger.open_challenges), (2 * STAKE, 2));
    requires_every_atom(&world);
    // Late ones extend it to twice its length at most, and then it is over for good.
    for _ in 0..10 {
        let request = world.request_state(SIDE, 1);
        let end = request.posted_at_seconds + i64::from(request.window_seconds);
        world.chain.set_time(end - 1);
        let extended = world.chain.send(&[open.clone()]);
        assert!(extended.is_ok());
    }
    assert_eq!(world.request_state(SIDE, 1).window_seconds, 2 * CHALLENGE_SECONDS);
    world.chain.set_time(posted.posted_at_seconds + 2 * CHALLENGE);
    world.must_refuse(&[open], "ChallengeWindowOver");
    world.must_refuse(&[finalize_instruction(SIDE, 1)], "ChallengesOpen");
}

#[test]
fn only_the_disputes_program_says_what_becomes_of_a_challenge() {
    let world = challenged();
    let instructions = [
        world.challenge_open(SIDE, 1, CHALLENGER),
        world.trace_set(SIDE, 1, [7; 32]),
        world.result_overturn(SIDE, 1),
        world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost),
    ];
    for instruction in instructions {
        let mut unsigned = instruction.clone();
        unsigned.accounts[0].is_signer = false;
        world.clone().must_refuse(&[unsigned], "AccountNotSigner");
        for stranger in [key("admin").pubkey(), SIDE.person("creator"), modchains_oracle::EVENT_AUTHORITY_AND_BUMP.0] {
            let mut forged = instruction.clone();
            forged.accounts[0].pubkey = stranger;
            world.clone().must_refuse(&[forged], "NotDisputes");
        }
        world.clone().chain.must(&[instruction]);
    }
}

#[test]
fn every_step_of_a_challenge_in_every_wrong_status_is_refused() {
    let not_posted = "RequestNotPosted";
    for (status, settled) in
        [(RequestStatus::Finalized, "ChallengeUnknown"), (RequestStatus::Overturned, "ChallengeUnknown")]
    {
        let mut world = in_status(status);
        if status == RequestStatus::Finalized {
            world.enrol_operator(SIDE, CHALLENGER);
        }
        let steps = [
            (world.challenge_open(SIDE, 1, CHALLENGER), not_posted),
            (world.trace_set(SIDE, 1, [7; 32]), not_posted),
            (world.result_overturn(SIDE, 1), not_posted),
            (world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost), settled),
        ];
        for (step, error) in steps {
            world.must_refuse(&[step], error);
        }
    }
    let mut finalized = in_status(RequestStatus::Finalized);
    finalized.must_refuse(&[reward("operator")], "ResultNotOverturned");
    let mut posted = in_status(RequestStatus::Posted);
    let overturn = posted.result_overturn(SIDE, 1);
    posted.must_refuse(&[overturn], "ChallengeUnknown");
    let mut world = challenged();
    for outcome in [ChallengeOutcome::Proved, ChallengeOutcome::Moot] {
        let settle = world.challenge_settle(SIDE, 1, CHALLENGER, 0, outcome);
        world.must_refuse(&[settle], "ResultNotOverturned");
    }
    let unknown = world.challenge_settle(SIDE, 1, CHALLENGER, 1, ChallengeOutcome::Lost);
    world.must_refuse(&[unknown], "ChallengeUnknown");
    let mut meaningless = world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost);
    *meaningless.data.last_mut().unwrap() = 3;
    world.must_refuse(&[meaningless], "OutcomeUnknown");
}

#[test]
fn nobody_challenges_its_own_result_nor_at_another_service_nor_without_free_bond() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    let mut own = world.challenge_open(SIDE, 1, "operator");
    world.must_refuse(&[own.clone()], "ResultOfOwn");
    // A second signature for the same account changes nothing.
    own.accounts[1].is_signer = false;
    world.must_refuse(&[own], "AccountNotSigner");
    world.enrol_operator(Side::B, CHALLENGER);
    let mut elsewhere = world.challenge_open(SIDE, 1, CHALLENGER);
    elsewhere.accounts[1].pubkey = Side::B.person(CHALLENGER);
    elsewhere.accounts[2].pubkey = Side::B.operator_of(CHALLENGER);
    world.must_refuse(&[elsewhere], "OperatorOfOtherService");
    world.enrol_operator(SIDE, CHALLENGER);
    let start = |bond_atoms| {
        let args = BondWithdrawStartArgs { bond_atoms };
        oracle::bond_withdraw_start(&SIDE.person(CHALLENGER), &SIDE.service(), args)
    };
    let open = world.challenge_open(SIDE, 1, CHALLENGER);
    let free = operator_of(&world, CHALLENGER).bond_atoms;
    world.chain.must(&[start(free - STAKE + 1)]);
    world.must_refuse(&[open], "FreeBondTooSmall");
}

#[test]
fn a_lost_challenge_pays_sink_and_operator_and_says_nothing_about_the_result() {
    let mut world = challenged();
    let before = (world.service(SIDE), world.operator(SIDE), operator_of(&world, CHALLENGER));
    let posted = world.request_state(SIDE, 1);
    let settle = world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost);
    world.chain.must(std::slice::from_ref(&settle));
    let Forfeit { sink_atoms, winner_atoms } = Forfeit::of(STAKE);
    let after = (world.service(SIDE), world.operator(SIDE), operator_of(&world, CHALLENGER));
    assert_eq!(after.0.accrued_protocol_atoms - before.0.accrued_protocol_atoms, sink_atoms);
    assert_eq!((after.1.earned_atoms, after.1.bond_atoms), (winner_atoms, before.1.bond_atoms));
    assert_eq!((after.2.bond_atoms, after.2.locked_atoms), (before.2.bond_atoms - STAKE, 0));
    assert_eq!((after.2.challenges_lost, after.2.challenges_won), (1, 0));
    requires_every_atom(&world);
    let request = world.request_state(SIDE, 1);
    let reopened = Request { open_challenges: 1, ..request };
    assert_eq!(bytemuck::bytes_of(&reopened), bytemuck::bytes_of(&posted));
    // No second time, and the result is open to others as before.
    world.must_refuse(&[settle], "ChallengeUnknown");
    let again = world.challenge_open(SIDE, 1, CHALLENGER);
    world.chain.must(&[again]);
    let lost = world.challenge_settle(SIDE, 1, CHALLENGER, 1, ChallengeOutcome::Lost);
    world.chain.must(&[lost]);
    world.must_refuse(&[finalize_instruction(SIDE, 1)], "ChallengeWindowOpen");
    world.chain.advance(2 * CHALLENGE);
    world.chain.must(&[finalize_instruction(SIDE, 1), close()]);
    requires_every_atom(&world);
}

#[test]
fn a_proof_takes_the_bond_and_gives_the_requester_everything_back() {
    let mut world = challenged();
    let tip = request_args(1).tip_atoms;
    let before = (world.service(SIDE), world.operator(SIDE), operator_of(&world, CHALLENGER));
    let overturn = world.result_overturn(SIDE, 1);
    world.chain.must(std::slice::from_ref(&overturn));
    requires_every_atom(&world);
    let Forfeit { sink_atoms, winner_atoms } = Forfeit::of(BOND);
    let request = world.request_state(SIDE, 1);
    assert_eq!((request.status, request.requester_due_atoms), (RequestStatus::Overturned as u8, FEE_ATOMS + tip));
    assert_eq!((request.reward_due_atoms, request.stipend_due_atoms), (winner_atoms - STIPEND, STIPEND));
    let (service, operator) = (world.service(SIDE), world.operator(SIDE));
    assert_eq!(service.accrued_protocol_atoms - before.0.accrued_protocol_atoms, sink_atoms);
    assert_eq!((operator.bond_atoms, operator.locked_atoms), (before.1.bond_atoms - BOND, 0));
    assert_eq!((operator.results_overturned, operator.convicted_at_seconds), (1, world.chain.now()));
    // Its use counts nowhere, and the model bears no mark.
    assert_eq!(world.usage(SIDE).fees_total_atoms, 0);
    world.must_refuse(&[overturn], "RequestNotPosted");
    world.must_refuse(&[finalize_instruction(SIDE, 1)], "RequestNotPosted");
    world.must_refuse(&[close()], "ChallengesOpen");
    world.must_refuse(&[reward(CHALLENGER)], "RewardWaits");
    let proved = world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Proved);
    world.chain.must(&[proved]);
    let challenger = operator_of(&world, CHALLENGER);
    assert_eq!((challenger.bond_atoms, challenger.locked_atoms), (before.2.bond_atoms, 0));
    assert_eq!((challenger.earned_atoms, challenger.challenges_won), (STIPEND, 1));
    world.must_refuse(&[close()], "RewardUnpaid");
    world.must_refuse(&[reward("operator")], "RewardOfOther");
    world.chain.must(&[reward(CHALLENGER)]);
    assert_eq!(operator_of(&world, CHALLENGER).earned_atoms, winner_atoms);
    world.must_refuse(&[reward(CHALLENGER)], "RewardPaid");
    requires_every_atom(&world);
    let purse = world.quote_atoms(SIDE, "requester");
    world.chain.must(&[close()]);
    assert_eq!(world.quote_atoms(SIDE, "requester") - purse, FEE_ATOMS + tip);
    requires_every_atom(&world);
    let claim = oracle::earnings_claim(&SIDE.person(CHALLENGER), &SIDE.service(), &quote());
    world.chain.must(&[claim]);
    requires_every_atom(&world);
}

#[test]
fn the_earliest_challenge_that_did_not_lose_is_rewarded_and_the_proof_paid_for() {
    // The second landed the proof; the first was open still.
    let mut world = challenged_twice();
    let [overturn, second, first] = [
        world.result_overturn(SIDE, 1),
        world.challenge_settle(SIDE, 1, RIVAL, 1, ChallengeOutcome::Proved),
        world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Moot),
    ];
    world.chain.must(&[overturn, second]);
    world.must_refuse(&[reward(RIVAL)], "RewardWaits");
    let mut late = world.clone();
    world.chain.must(&[first.clone()]);
    world.must_refuse(&[reward(RIVAL)], "RewardOfOther");
    world.chain.must(&[reward(CHALLENGER)]);
    let half = Forfeit::of(BOND).winner_atoms;
    assert_eq!(operator_of(&world, CHALLENGER).earned_atoms, half - STIPEND);
    assert_eq!(operator_of(&world, RIVAL).earned_atoms, STIPEND);
    requires_every_atom(&world);
    // Whoever does not settle for a day comes too late.
    let wait = i64::try_from(REWARD_WAIT_SECONDS).unwrap();
    late.chain.advance(wait - 1);
    late.must_refuse(&[reward(RIVAL)], "RewardWaits");
    late.chain.advance(1);
    late.chain.must(&[reward(RIVAL), first]);
    assert_eq!(operator_of(&late, RIVAL).earned_atoms, half);
    assert_eq!((operator_of(&late, CHALLENGER).earned_atoms, operator_of(&late, CHALLENGER).locked_atoms), (0, 0));
    late.chain.must(&[close()]);
    requires_every_atom(&late);
}

#[test]
fn a_challenge_that_lost_before_the_proof_has_no_part_in_the_reward() {
    let mut world = challenged_twice();
    let steps = [
        world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost),
        world.result_overturn(SIDE, 1),
        world.challenge_settle(SIDE, 1, RIVAL, 1, ChallengeOutcome::Proved),
        reward(RIVAL),
    ];
    world.chain.must(&steps);
    assert_eq!(operator_of(&world, RIVAL).earned_atoms, Forfeit::of(BOND).winner_atoms);
    assert_eq!(world.operator(SIDE).earned_atoms, Forfeit::of(STAKE).winner_atoms);
    requires_every_atom(&world);
}

/// An account that is closed holds nobody up: what would be its own is the sink's.
#[test]
fn nobody_is_held_up_by_an_operator_that_has_left() {
    let leave = |world: &mut World, role: &str| {
        let person = SIDE.person(role);
        let bond_atoms = operator_of(world, role).bond_atoms;
        if operator_of(world, role).earned_atoms > 0 {
            world.chain.must(&[oracle::earnings_claim(&person, &SIDE.service(), &quote())]);
        }
        let args = BondWithdrawStartArgs { bond_atoms };
        world.chain.must(&[oracle::bond_withdraw_start(&person, &SIDE.service(), args)]);
        world.chain.advance(COOLDOWN_SECONDS.into());
        let withdraw = oracle::bond_withdraw(&person, &SIDE.service(), &quote());
        world.chain.must(&[withdraw, oracle::operator_close(&person, &SIDE.service())]);
    };
    let half = Forfeit::of(STAKE);
    // The liar leaves before a challenge that lost is settled.
    let mut world = challenged_twice();
    let steps = [world.result_overturn(SIDE, 1), world.challenge_settle(SIDE, 1, RIVAL, 1, ChallengeOutcome::Proved)];
    world.chain.must(&steps);
    leave(&mut world, "operator");
    let sink = world.service(SIDE).accrued_protocol_atoms;
    let settle = world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost);
    world.chain.must(&[settle]);
    assert_eq!(world.service(SIDE).accrued_protocol_atoms - sink, half.sink_atoms + half.winner_atoms);
    requires_every_atom(&world);
    // The challenger leaves before its reward is claimed.
    leave(&mut world, RIVAL);
    let (sink, due) = (world.service(SIDE).accrued_protocol_atoms, world.request_state(SIDE, 1).reward_due_atoms);
    world.chain.must(&[reward(RIVAL), close()]);
    assert_eq!(world.service(SIDE).accrued_protocol_atoms - sink, due);
    requires_every_atom(&world);
}

#[test]
fn a_challenger_cannot_leave_before_its_challenge_is_settled() {
    let mut world = challenged();
    let bond_atoms = operator_of(&world, CHALLENGER).bond_atoms;
    let start = |bond_atoms| {
        let args = BondWithdrawStartArgs { bond_atoms };
        oracle::bond_withdraw_start(&SIDE.person(CHALLENGER), &SIDE.service(), args)
    };
    world.must_refuse(&[start(bond_atoms - STAKE + 1)], "FreeBondTooSmall");
    world.chain.must(&[start(bond_atoms - STAKE)]);
    world.must_refuse(&[oracle::operator_close(&SIDE.person(CHALLENGER), &SIDE.service())], "OperatorNotEmpty");
}

#[test]
fn after_a_conviction_other_results_of_the_operator_stay_open_for_a_window() {
    let mut world = challenged();
    world.answer(SIDE, 2);
    world.chain.advance(CHALLENGE - 1);
    let overturn = world.result_overturn(SIDE, 1);
    world.chain.must(&[overturn]);
    let open = world.challenge_open(SIDE, 2, CHALLENGER);
    for passed in [1, CHALLENGE - 2] {
        world.chain.advance(passed);
        world.must_refuse(&[finalize_instruction(SIDE, 2)], "ChallengeWindowOpen");
        world.clone().chain.must(&[open.clone()]);
    }
    world.chain.advance(1);
    world.clone().must_refuse(&[open], "ChallengeWindowOver");
    world.chain.must(&[finalize_instruction(SIDE, 2)]);
}

#[test]
fn a_trace_is_named_once_for_all_challenges() {
    let mut world = challenged();
    let set = |world: &World, root| world.trace_set(SIDE, 1, [root; 32]);
    let (zero, first, second) = (set(&world, 0), set(&world, 7), set(&world, 8));
    world.must_refuse(&[zero], "TraceMissing");
    world.chain.must(&[first.clone()]);
    assert_eq!(world.request_state(SIDE, 1).trace_root, [7; 32]);
    for again in [first, second] {
        world.must_refuse(&[again], "TraceKnown");
    }
}

#[test]
fn no_step_falls_on_a_request_that_was_created_at_the_address_later() {
    let mut world = World::ready();
    world.overturn(SIDE, 1);
    let stale = [
        world.challenge_open(SIDE, 1, CHALLENGER),
        world.trace_set(SIDE, 1, [7; 32]),
        world.result_overturn(SIDE, 1),
        world.challenge_settle(SIDE, 1, CHALLENGER, 0, ChallengeOutcome::Lost),
    ];
    world.chain.must(&[close()]);
    world.chain.advance(1);
    world.answer(SIDE, 1);
    let open = world.challenge_open(SIDE, 1, CHALLENGER);
    world.chain.must(&[open]);
    for step in stale {
        world.must_refuse(&[step], "RequestReplaced");
    }
}
