//! Grants against the compiled vault: what flows, to whom, and what a later vote stops.

use modchains_sdk::instruction::{governance, vault};
use modchains_tests::{
    staking::governance::{GRANT_ATOMS, at_once, grant_action, payee, stream},
    world::{QUOTE, World, quote},
};
use modchains_vault::{
    events::{GrantClaimed, GrantStarted, GrantStopped},
    instructions::TreasuryDepositArgs,
    state::{GrantMilestone, GrantSchedule, ProposalAction},
};

use crate::vault::staking::{SIDE, claim, deposit};

/// A grant that flows for so long that a vote can stop it.
fn slow() -> ProposalAction {
    grant_action(SIDE, GrantSchedule::Stream { atoms: GRANT_ATOMS, seconds: 100 * 86_400 })
}

/// What the pool's tokens must hold is what they hold.
fn assert_conserved(world: &World) {
    assert_eq!(world.chain.token_atoms(&SIDE.pool_tokens()), world.pool(SIDE).held_atoms().unwrap());
}

#[test]
fn a_grant_starts_out_of_the_treasury_and_its_account_is_paid_for_by_who_executes() {
    let mut world = World::governed();
    let index = world.approve(SIDE, stream(SIDE));
    let (now, before) = (world.chain.now(), world.pool(SIDE));
    let execute = world.execute_instruction(SIDE, index);
    let started: GrantStarted = world
        .must_change(
            &[execute],
            &[
                ("payer", SIDE.person("trader")),
                ("proposal", SIDE.proposal(index)),
                ("pool", SIDE.pool()),
                ("grant", SIDE.grant(index)),
            ],
        )
        .event();
    assert_eq!((started.payee, started.revenue_atoms, started.end_seconds), (payee(SIDE), GRANT_ATOMS, now + 100));
    let pool = world.pool(SIDE);
    assert_eq!((pool.treasury_atoms, pool.granted_atoms), (before.treasury_atoms - GRANT_ATOMS, GRANT_ATOMS));
    assert_conserved(&world);
}

#[test]
fn a_stream_pays_its_payee_alone_evenly_and_all_of_it() {
    let mut world = World::governed();
    let index = world.decide(SIDE, stream(SIDE));
    let started = world.grant(SIDE, index).started_at_seconds;
    let claim = world.grant_claim_instruction(SIDE, index);
    world.must_refuse(std::slice::from_ref(&claim), "NothingReleased");
    let mut elsewhere = claim.clone();
    elsewhere.accounts[4].pubkey = SIDE.quote_account("trader");
    elsewhere.accounts[0].pubkey = SIDE.person("trader");
    world.chain.set_time(started + 1);
    world.must_refuse(std::slice::from_ref(&elsewhere), "PayeeMismatch");
    elsewhere.accounts[0].pubkey = payee(SIDE);
    world.must_refuse(&[elsewhere], "ConstraintTokenOwner");
    let before = world.quote_atoms(SIDE, "operator");
    for (elapsed, paid) in
        [(1, GRANT_ATOMS / 100), (50, GRANT_ATOMS / 2), (99, GRANT_ATOMS / 100 * 99), (1_000, GRANT_ATOMS)]
    {
        world.chain.set_time(started + elapsed);
        let claimed: GrantClaimed = world
            .must_change(
                std::slice::from_ref(&claim),
                &[
                    ("grant", SIDE.grant(index)),
                    ("pool", SIDE.pool()),
                    ("pool tokens", SIDE.pool_tokens()),
                    ("payee's tokens", SIDE.quote_account("operator")),
                ],
            )
            .event();
        assert_eq!(claimed.claimed_atoms_after, paid);
        assert_eq!(world.quote_atoms(SIDE, "operator") - before, paid);
        assert_conserved(&world);
    }
    world.must_refuse(&[claim], "NothingReleased");
    assert_eq!(world.pool(SIDE).granted_atoms, 0);
}

#[test]
fn a_stranger_pays_only_the_payees_associated_account_and_the_payee_may_choose() {
    let mut world = World::governed();
    let index = world.decide(SIDE, at_once(SIDE, GRANT_ATOMS));
    let other = modchains_tests::chain::key("another account of the payee");
    let other = solana_signer::Signer::pubkey(&other);
    world.chain.put_tokens(other, quote().program, quote().mint, payee(SIDE), 0);
    let mut claim = world.grant_claim_instruction(SIDE, index);
    claim.accounts[4].pubkey = other;
    world.must_refuse(std::slice::from_ref(&claim), "AccountNotAssociatedTokenAccount");
    claim.accounts[0].is_signer = true;
    world.chain.must(&[claim]);
    assert_eq!(world.chain.token_atoms(&other), GRANT_ATOMS);
}

#[test]
fn milestones_fall_at_their_seconds() {
    let mut world = World::governed();
    let part = |atoms, after_seconds| GrantMilestone { atoms, after_seconds };
    let milestones = [part(1_000, 0), part(2_000, 100), part(3_000, 200), GrantMilestone::default()];
    let index = world.decide(SIDE, grant_action(SIDE, GrantSchedule::Milestones { milestones }));
    let started = world.grant(SIDE, index).started_at_seconds;
    let claim = world.grant_claim_instruction(SIDE, index);
    world.chain.must(std::slice::from_ref(&claim));
    for (before, at, paid) in [(99, 100, 3_000), (199, 200, 6_000)] {
        world.chain.set_time(started + before);
        world.must_refuse(std::slice::from_ref(&claim), "NothingReleased");
        world.chain.set_time(started + at);
        let claimed: GrantClaimed = world.chain.must(std::slice::from_ref(&claim)).event();
        assert_eq!(claimed.claimed_atoms_after, paid);
    }
}

#[test]
fn a_later_vote_stops_a_grant_and_what_it_had_released_stays_the_payees() {
    let mut world = World::governed();
    let index = world.decide(SIDE, slow());
    let (started, treasury) = (world.grant(SIDE, index).started_at_seconds, world.pool(SIDE).treasury_atoms);
    let stop = world.approve(SIDE, ProposalAction::GrantStop { grant: SIDE.grant(index) });
    let elapsed = (world.chain.now() - started) as u64;
    let execute = world.execute_instruction(SIDE, stop);
    let named = [("proposal", SIDE.proposal(stop)), ("grant", SIDE.grant(index)), ("pool", SIDE.pool())];
    let stopped: GrantStopped = world.must_change(&[execute], &named).event();
    let released = GRANT_ATOMS * elapsed / (100 * 86_400);
    assert_eq!((stopped.claimable_atoms, stopped.unreleased_atoms), (released, GRANT_ATOMS - released));
    assert_eq!(world.pool(SIDE).treasury_atoms, treasury + GRANT_ATOMS - released);
    assert_conserved(&world);
    // Nothing more is released, and it is stopped once.
    world.chain.advance(100 * 86_400);
    let claim = world.grant_claim_instruction(SIDE, index);
    world.must_refuse(&[governance::grant_close(&SIDE.grant(index), &SIDE.person("trader"))], "GrantRunning");
    let claimed: GrantClaimed = world.chain.must(&[claim]).event();
    assert_eq!(claimed.claimed_atoms_after, released);
    world.chain.must(&[governance::proposal_close(&SIDE.model(), stop, &SIDE.person("staker"))]);
    let again = world.approve(SIDE, ProposalAction::GrantStop { grant: SIDE.grant(index) });
    let execute = world.execute_instruction(SIDE, again);
    world.must_refuse(&[execute], "GrantOver");
    assert_conserved(&world);
}

#[test]
fn a_grant_closes_when_nothing_is_left_and_its_rent_goes_to_who_paid_it() {
    let mut world = World::governed();
    let index = world.decide(SIDE, at_once(SIDE, GRANT_ATOMS));
    let close = |role| governance::grant_close(&SIDE.grant(index), &SIDE.person(role));
    world.must_refuse(&[close("trader")], "GrantRunning");
    let claim = world.grant_claim_instruction(SIDE, index);
    world.chain.must(&[claim]);
    world.must_refuse(&[close("staker")], "RentPayerMismatch");
    let lamports = |world: &World, address| world.chain.raw(&address).unwrap().lamports;
    let (rent, before) = (lamports(&world, SIDE.grant(index)), lamports(&world, SIDE.person("trader")));
    world.must_change(&[close("trader")], &[("grant", SIDE.grant(index)), ("payer", SIDE.person("trader"))]);
    assert_eq!(lamports(&world, SIDE.person("trader")), before + rent);
}

#[test]
fn stakers_are_paid_as_if_there_were_no_treasury() {
    let mut plain = World::governed();
    let mut granting = plain.clone();
    granting.decide(SIDE, slow());
    plain.chain.set_time(granting.chain.now());
    for world in [&mut plain, &mut granting] {
        world.chain.must(&[deposit(QUOTE)]);
        world.chain.advance(3_600);
        world.chain.must(&[claim("staker")]);
        let args = TreasuryDepositArgs { revenue_atoms: 5 };
        world.chain.must(&[vault::treasury_deposit(&SIDE.person("creator"), &SIDE.model(), &quote(), args)]);
        assert_conserved(world);
    }
    assert_eq!(plain.quote_atoms(SIDE, "staker"), granting.quote_atoms(SIDE, "staker"));
}
