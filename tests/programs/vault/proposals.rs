//! Opening, voting and closing against the compiled vault: who has a say, once, with what was there before.

use modchains_core::governance::{VOTE_SECONDS, VOTING_WINDOW_MAX_SECONDS};
use modchains_sdk::{
    address, hash,
    instruction::{Token, governance, token, vault},
};
use modchains_tests::{
    staking::{
        gift,
        governance::{EXECUTABLE_AFTER_SECONDS, content, payee, stream},
    },
    world::{COOLDOWN_SECONDS, QUOTE, Side, World, quote},
};
use modchains_vault::{
    events::{ProposalClosed, ProposalOpened, ProposalVoted},
    instructions::ProposalVoteArgs,
    state::{GrantSchedule, ProposalAction, ProposalContent, payload_sha256},
};
use solana_instruction::Instruction;

use crate::vault::staking::{SIDE, stake, unstake, withdraw};

const DAY: i64 = 86_400;
const VOTE: i64 = VOTE_SECONDS as i64;
const WINDOW: i64 = VOTING_WINDOW_MAX_SECONDS as i64;
const NOTHING: ProposalAction = ProposalAction::Signal;

/// A world in which the trader has a position, with as much staked as the staker has.
fn two_stakers() -> World {
    let mut world = World::ready();
    let staked = world.position(SIDE, "staker").staked_atoms;
    world.chain.must(&[vault::position_open(&SIDE.person("trader"), &SIDE.model()), stake("trader", staked)]);
    world.chain.advance(60);
    world
}

/// The same with a proposal of the staker's. Returns its number too.
fn proposed() -> (World, u64) {
    let mut world = two_stakers();
    let index = world.propose(SIDE, "staker", NOTHING);
    (world, index)
}

fn close(index: u64) -> Instruction {
    governance::proposal_close(&SIDE.model(), index, &SIDE.person("staker"))
}

#[test]
fn a_stake_of_the_same_transaction_or_second_neither_proposes_nor_votes() {
    let mut world = World::ready();
    world.chain.advance(60);
    let held = world.model_atoms(SIDE, "trader");
    let propose = world.propose_instruction(SIDE, "trader", NOTHING);
    let flash = [vault::position_open(&SIDE.person("trader"), &SIDE.model()), stake("trader", held), propose];
    world.must_refuse(&flash, "ProposerStakeTooSmall");
    world.chain.must(&flash[..2]);
    world.must_refuse(&flash[2..], "ProposerStakeTooSmall");
    let index = world.propose(SIDE, "staker", NOTHING);
    let vote = world.vote_instruction(SIDE, "trader", index, true);
    world.must_refuse(std::slice::from_ref(&vote), "WeightZero");
    world.chain.advance(DAY);
    world.must_refuse(&[vote], "WeightZero");
    // From the next second on it is a stake like any other.
    let propose = world.propose_instruction(SIDE, "trader", NOTHING);
    world.chain.must(&[propose]);
}

#[test]
fn tokens_acquired_after_the_opening_count_for_nothing() {
    let mut world = two_stakers();
    // Old enough a stake for what is added to it not to cost its weight.
    world.chain.advance(WINDOW);
    let index = world.propose(SIDE, "staker", NOTHING);
    let (quorum, before) = (world.proposal(SIDE, index).quorum_atoms, world.position(SIDE, "trader").staked_atoms);
    world.chain.advance(60);
    world.buy(SIDE, "trader", 1_000 * QUOTE);
    let held = world.model_atoms(SIDE, "trader");
    assert!(held > 10 * quorum, "enough to decide alone");
    world.chain.must(&[stake("trader", held)]);
    world.chain.advance(60);
    let vote = world.vote_instruction(SIDE, "trader", index, true);
    let voted: ProposalVoted = world.chain.must(&[vote]).event();
    assert_eq!(voted.weight_atoms, before);
    assert_eq!(world.proposal(SIDE, index).quorum_atoms, quorum);
}

#[test]
fn a_stake_that_moves_votes_once() {
    let (mut world, index) = proposed();
    world.vote(SIDE, "trader", index, true);
    let again = world.vote_instruction(SIDE, "trader", index, true);
    world.must_refuse(std::slice::from_ref(&again), "VotedAlready");
    let other_way = world.vote_instruction(SIDE, "trader", index, false);
    world.must_refuse(&[other_way], "VotedAlready");
    // It cannot move before the latest end that the vote can have.
    let opened = world.proposal(SIDE, index).opened_at_seconds;
    for second in [opened, opened + VOTE, opened + WINDOW - 1] {
        world.chain.set_time(second);
        world.must_refuse(&[unstake("trader", 1)], "PositionLocked");
    }
    world.chain.set_time(opened + WINDOW);
    world.chain.must(&[unstake("trader", 1)]);
    // What moves before it votes has no vote where it arrives.
    let (mut world, index) = proposed();
    let staked = world.position(SIDE, "trader").staked_atoms;
    world.chain.must(&[unstake("trader", staked)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    let creator = SIDE.person("creator");
    let model_token = Token::of_model(&SIDE.model());
    let account = token::create_account(&creator, &creator, &model_token);
    let moved = gift(&model_token, &SIDE.person("trader"), SIDE.token_account("creator"), staked);
    world.chain.must(&[withdraw("trader"), account, moved]);
    world.chain.must(&[vault::position_open(&creator, &SIDE.model()), stake("creator", staked)]);
    world.chain.advance(60);
    for role in ["creator", "trader"] {
        let vote = world.vote_instruction(SIDE, role, index, true);
        world.must_refuse(&[vote], "WeightZero");
    }
}

#[test]
fn a_position_that_leaves_and_comes_back_has_lost_its_vote() {
    let (mut world, index) = proposed();
    let staked = world.position(SIDE, "trader").staked_atoms;
    world.chain.must(&[unstake("trader", staked)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("trader")]);
    // Even as a position that is new.
    let trader = SIDE.person("trader");
    world.chain.must(&[vault::position_close(&trader, &SIDE.model()), vault::position_open(&trader, &SIDE.model())]);
    world.chain.must(&[stake("trader", staked)]);
    world.chain.advance(60);
    let vote = world.vote_instruction(SIDE, "trader", index, true);
    world.must_refuse(&[vote], "WeightZero");
}

#[test]
fn a_vote_names_what_it_is_for() {
    let mut world = two_stakers();
    let index = world.propose(SIDE, "staker", stream(SIDE));
    // A look-alike: the same text and place, the grant to somebody else.
    let ProposalAction::Grant { pool, schedule, .. } = stream(SIDE) else { panic!("a grant") };
    let look_alike = ProposalAction::Grant { pool, payee: SIDE.person("trader"), schedule };
    let trap = world.propose(SIDE, "trader", look_alike);
    let (seen, other) = (world.proposal(SIDE, index), world.proposal(SIDE, trap));
    assert_ne!(seen.payload_sha256, other.payload_sha256);
    let vote = |index, payload_sha256| {
        let args = ProposalVoteArgs { payload_sha256, is_for: true };
        governance::proposal_vote(&SIDE.person("staker"), &SIDE.model(), index, args)
    };
    world.must_refuse(&[vote(trap, seen.payload_sha256)], "PayloadMismatch");
    world.must_refuse(&[vote(index, [0; 32])], "PayloadMismatch");
    world.chain.must(&[vote(index, seen.payload_sha256)]);
    // The hash is what anybody computes from what the account says.
    let named =
        |side: Side, index, text: [u8; 32]| payload_sha256(hash::sha256, &side.vault(), index, &seen.action, &text);
    assert_eq!(named(SIDE, index, seen.text_sha256), seen.payload_sha256);
    assert_eq!(seen.action().unwrap(), stream(SIDE));
    // The same action under another text, another number or of another vault is another proposal.
    assert_ne!(named(SIDE, index, [4; 32]), seen.payload_sha256);
    assert_ne!(named(SIDE, index + 1, seen.text_sha256), seen.payload_sha256);
    assert_ne!(named(Side::B, index, seen.text_sha256), seen.payload_sha256);
}

#[test]
fn a_copy_of_a_proposal_to_the_byte_is_another_one() {
    let mut world = two_stakers();
    let index = world.propose(SIDE, "staker", stream(SIDE));
    let copy = world.propose(SIDE, "trader", stream(SIDE));
    let (first, second) = (world.proposal(SIDE, index), world.proposal(SIDE, copy));
    assert_eq!((first.action, first.text_sha256, first.uri), (second.action, second.text_sha256, second.uri));
    let args = ProposalVoteArgs { payload_sha256: first.payload_sha256, is_for: true };
    let vote = |index| governance::proposal_vote(&SIDE.person("staker"), &SIDE.model(), index, args);
    world.must_refuse(&[vote(copy)], "PayloadMismatch");
    world.chain.must(&[vote(index)]);
}

#[test]
fn who_holds_too_little_or_has_a_proposal_opens_none() {
    let mut world = two_stakers();
    let total = world.vault(SIDE).staked_atoms;
    let (creator, model_token) = (SIDE.person("creator"), Token::of_model(&SIDE.model()));
    // 0.5 % of what is staked with it, less an atom.
    let just_short = total / 199;
    let prepare = [
        token::create_account(&creator, &creator, &model_token),
        gift(&model_token, &SIDE.person("trader"), SIDE.token_account("creator"), just_short + 2),
        vault::position_open(&creator, &SIDE.model()),
        stake("creator", just_short - 1),
    ];
    world.chain.must(&prepare);
    world.chain.advance(1);
    let propose = world.propose_instruction(SIDE, "creator", NOTHING);
    world.must_refuse(std::slice::from_ref(&propose), "ProposerStakeTooSmall");
    world.chain.must(&[stake("creator", 3)]);
    world.chain.advance(1);
    world.chain.must(&[propose]);
    // One at a time, until it is settled and closed.
    let more = world.propose_instruction(SIDE, "creator", stream(SIDE));
    world.must_refuse(std::slice::from_ref(&more), "ProposalPending");
    let index = world.vault(SIDE).last_proposal_index;
    let close = governance::proposal_close(&SIDE.model(), index, &creator);
    world.must_refuse(std::slice::from_ref(&close), "ProposalNotSettled");
    // Its stake stays in, so it cannot propose from elsewhere.
    world.must_refuse(&[unstake("creator", 1)], "PositionLocked");
    world.chain.advance(VOTE);
    world.chain.must(&[close]);
    let more = world.propose_instruction(SIDE, "creator", stream(SIDE));
    world.chain.must(&[more]);
}

#[test]
fn what_is_out_of_bounds_or_unknown_is_not_put_to_the_vote() {
    let mut world = two_stakers();
    let grant = |schedule| ProposalAction::Grant { pool: SIDE.pool(), payee: payee(SIDE), schedule };
    let refused = [
        (grant(GrantSchedule::Stream { atoms: 0, seconds: 1 }), "ActionOutOfBounds"),
        (grant(GrantSchedule::Stream { atoms: 1, seconds: u32::MAX }), "ActionOutOfBounds"),
        (grant(GrantSchedule::Milestones { milestones: Default::default() }), "ActionOutOfBounds"),
        (ProposalAction::ReserveDeposit { reserve_atoms: 0 }, "AmountZero"),
        (ProposalAction::TreasuryShare { treasury_bps: 5_001 }, "ActionOutOfBounds"),
        // What is in force already would only end all other proposals.
        (ProposalAction::TreasuryShare { treasury_bps: 0 }, "TreasuryShareUnchanged"),
        (ProposalAction::ServiceFee { fee_atoms: 0 }, "AmountZero"),
    ];
    for (action, error) in refused {
        let propose = world.propose_instruction(SIDE, "staker", action);
        world.must_refuse(&[propose], error);
    }
    // There is no action that changes times, quorum or anything else.
    let mut unknown = world.propose_instruction(SIDE, "staker", NOTHING);
    unknown.data[8] = 6;
    world.must_refuse(&[unknown], "InstructionDidNotDeserialize");
    let last_index = world.vault(SIDE).last_proposal_index;
    let long = ProposalContent { uri: "x".repeat(97), ..content(NOTHING) };
    let open = governance::proposal_open(&SIDE.person("staker"), &SIDE.model(), last_index, long);
    world.must_refuse(&[open], "ProposalUriTooLong");
}

#[test]
fn a_late_turn_gives_the_others_a_day_and_no_more() {
    let (mut world, index) = proposed();
    let end = world.proposal(SIDE, index).end_seconds;
    world.chain.set_time(end - 1);
    world.vote(SIDE, "trader", index, true);
    assert_eq!(world.proposal(SIDE, index).end_seconds, end + DAY);
    world.chain.set_time(end + DAY - 1);
    world.vote(SIDE, "staker", index, false);
    let proposal = world.proposal(SIDE, index);
    assert_eq!((proposal.end_seconds, proposal.for_atoms), (end + DAY, proposal.against_atoms));
    world.chain.set_time(end + DAY);
    world.chain.must(&[close(index)]);
    // A vote in time moves nothing, and none counts after the end.
    let (mut world, index) = proposed();
    world.vote(SIDE, "trader", index, true);
    world.chain.set_time(end);
    let vote = world.vote_instruction(SIDE, "staker", index, false);
    world.must_refuse(&[vote], "VoteEnded");
}

#[test]
fn a_proposal_of_another_vault_or_position_is_refused() {
    let (mut world, index) = proposed();
    let other = world.propose(Side::B, "staker", NOTHING);
    let mut vote = world.vote_instruction(SIDE, "staker", index, true);
    vote.accounts[3].pubkey = Side::B.proposal(other);
    world.must_refuse(&[vote], "ProposalOfAnotherVault");
    let mut vote = world.vote_instruction(SIDE, "staker", index, true);
    vote.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[vote], "NotPositionOwner");
    // Not even another number than the next is opened.
    let mut propose = world.propose_instruction(SIDE, "trader", NOTHING);
    propose.accounts[4].pubkey = SIDE.proposal(index + 2);
    world.must_refuse(&[propose], "ConstraintSeeds");
}

#[test]
fn an_opening_fixes_everything_and_a_vote_changes_the_tally_alone() {
    let mut world = two_stakers();
    let (vault_before, now) = (world.vault(SIDE), world.chain.now());
    let open = world.propose_instruction(SIDE, "staker", stream(SIDE));
    let index = vault_before.last_proposal_index + 1;
    let named = [("vault", SIDE.vault()), ("position", SIDE.position()), ("proposal", SIDE.proposal(index))];
    let person = [("proposer", SIDE.person("staker"))];
    let outcome = world.must_change(&[open], &[&named[..], &person].concat());
    let opened: ProposalOpened = outcome.event();
    let supply = world.supply(&SIDE.mint());
    let staked = vault_before.staked_atoms;
    let quorum = staked.div_ceil(5).max((supply as u128 * 400).div_ceil(10_000) as u64);
    assert_eq!((opened.staked_atoms, opened.quorum_atoms), (staked, quorum));
    assert_eq!((opened.end_seconds, opened.executable_at_seconds), (now + VOTE, now + EXECUTABLE_AFTER_SECONDS));
    let (proposal, content) = (world.proposal(SIDE, index), content(stream(SIDE)));
    assert_eq!((opened.action, opened.text_sha256), (proposal.action, content.text_sha256));
    assert_eq!((proposal.action().unwrap(), proposal.uri()), (content.action, content.uri.as_bytes()));
    let vote = world.vote_instruction(SIDE, "staker", index, true);
    let outcome = world.must_change(&[vote], &named[1..]);
    let voted: ProposalVoted = outcome.event();
    let weight = world.position(SIDE, "staker").staked_atoms;
    assert_eq!((voted.weight_atoms, voted.for_atoms_after, voted.against_atoms_after), (weight, weight, 0));
    assert!(outcome.compute_units <= 8_000, "a vote takes {}", outcome.compute_units);
}

#[test]
fn a_settled_proposal_is_closed_by_anybody_and_its_rent_is_the_proposers() {
    let (mut world, index) = proposed();
    let lamports = |world: &World, address| world.chain.raw(&address).unwrap().lamports;
    let (rent, before) = (lamports(&world, SIDE.proposal(index)), lamports(&world, SIDE.person("staker")));
    world.must_refuse(&[close(index)], "ProposalNotSettled");
    let mut robbed = close(index);
    robbed.accounts[3].pubkey = SIDE.person("trader");
    world.chain.advance(VOTE);
    world.must_refuse(&[robbed.clone()], "RentPayerMismatch");
    robbed.accounts[3].pubkey = SIDE.person("staker");
    robbed.accounts[2].pubkey = address::vault::position(&SIDE.vault(), &SIDE.person("trader"));
    world.must_refuse(&[robbed], "NotPositionOwner");
    let closed: ProposalClosed = world
        .must_change(
            &[close(index)],
            &[
                ("vault", SIDE.vault()),
                ("proposal", SIDE.proposal(index)),
                ("position", SIDE.position()),
                ("proposer", SIDE.person("staker")),
            ],
        )
        .event();
    assert_eq!((closed.index, world.vault(SIDE).proposal_count), (index, 0));
    assert_eq!(lamports(&world, SIDE.person("staker")), before + rent);
    // The next has another number: nothing that was said of this one can mean it.
    assert_eq!(world.propose(SIDE, "staker", NOTHING), index + 1);
}

#[test]
fn a_position_does_not_close_while_its_owner_has_a_proposal_nor_a_vault() {
    let (mut world, _) = proposed();
    world.chain.advance(WINDOW);
    for role in ["staker", "trader"] {
        let staked = world.position(SIDE, role).staked_atoms;
        world.chain.must(&[unstake(role, staked)]);
    }
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("staker"), withdraw("trader")]);
    world.must_refuse(&[vault::position_close(&SIDE.person("staker"), &SIDE.model())], "ProposalPending");
    let index = world.vault(SIDE).last_proposal_index;
    let payer = world.vault(SIDE).payer;
    let end = vault::vault_close(&payer, &SIDE.model(), &quote());
    world.must_refuse(std::slice::from_ref(&end), "ProposalsOpen");
    world.chain.must(&[close(index), vault::position_close(&SIDE.person("staker"), &SIDE.model()), end]);
}
