//! Who may move when, and what silence costs.

use anchor_lang::prelude::Pubkey;
use modchains_core::{
    dispute::{Phase, Side as Mover, Verdict},
    request::RequestStatus,
};
use modchains_disputes::instructions::{DisputeJudgeArgs, RevealArgs, TraceRevealArgs};
use modchains_sdk::{
    instruction::{disputes::Disputed, oracle},
    provable::{Challenge, GraphTree, Move, answer},
};
use modchains_test_graphs::{Model, convolutional, input, sha256};
use modchains_test_seed::random;
use modchains_tests::{
    chain::key,
    challenge::CHALLENGER,
    disputes::{Board, ChainBoard, Inference, game, play_until},
    world::{CLOCK_SECONDS, GRACE_SECONDS, Side, World},
};
use solana_signer::Signer;

struct Setup {
    model: Model,
    input: Vec<u8>,
}

impl Setup {
    fn new() -> Self {
        let model = convolutional(&mut random());
        let input = input(&model, 1, &mut random());
        Self { model, input }
    }

    fn inference(&self) -> Inference<'_> {
        Inference::new(&self.model, 1, self.input.clone())
    }

    /// A lie in a sum of products.
    fn claimed(&self) -> Vec<u32> {
        let inference = self.inference();
        let before: u64 = inference.tensors().iter().take(2).map(|tensor| tensor.elements()).sum();
        let mut claimed = inference.right;
        claimed[before as usize] ^= 1;
        claimed
    }
}

fn over(world: &World, disputed: &Disputed) -> Verdict {
    match game(&world.chain, &disputed.dispute).phase {
        Phase::Over(verdict) => verdict,
        phase => panic!("the game goes on: {phase:?}"),
    }
}

fn status(world: &World) -> u8 {
    world.request_state(Side::A, 1).status
}

#[test]
fn an_operator_who_is_silent_at_any_phase_loses() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    for answers in 0..6 {
        let mut world = World::ready();
        let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
        let left = std::cell::Cell::new(answers);
        play_until(&mut board, &inference, &claimed, |step| {
            let is_answer = matches!(step, Move::Trace(_) | Move::Reveal(_));
            is_answer && left.replace(left.get() - i32::from(is_answer)) == 0
        });
        let disputed = board.disputed;
        world.chain.advance(i64::from(CLOCK_SECONDS) - 60);
        assert_eq!(world.chain.send(&[disputed.timeout()]).unwrap_err().name, "ClockRunning", "answer {answers}");
        world.chain.advance(60);
        world.chain.must(&[disputed.timeout()]);
        assert_eq!(over(&world, &disputed), Verdict::Silent { side: Mover::Operator });
        world.chain.must(&[disputed.settle()]);
        assert_eq!(status(&world), RequestStatus::Overturned as u8);
        assert_eq!(world.chain.raw(&disputed.dispute), None);
    }
}

#[test]
fn a_challenger_who_is_silent_loses_and_the_result_stays_posted() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let looks: [fn(&Move) -> bool; 4] = [
        |step| matches!(step, Move::Pick(_)),
        |step| matches!(step, Move::Anchor(_)),
        |step| matches!(step, Move::Stream(_)),
        |step| matches!(step, Move::Judge(_)),
    ];
    for look in looks {
        let mut world = World::ready();
        let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
        let late = play_until(&mut board, &inference, &claimed, look);
        let disputed = board.disputed;
        world.chain.advance(CLOCK_SECONDS.into());
        assert_eq!(world.chain.send(&[late]).unwrap_err().name, "ClockRanOut");
        world.chain.must(&[disputed.timeout()]);
        assert_eq!(over(&world, &disputed), Verdict::Silent { side: Mover::Challenger });
        world.chain.must(&[disputed.settle()]);
        assert_eq!(status(&world), RequestStatus::Posted as u8);
    }
}

#[test]
fn an_outage_of_an_hour_stops_the_clocks() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    for slot_milliseconds in [200_u64, 400] {
        let mut world = World::ready();
        let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
        let answer = play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Trace(_)));
        let disputed = board.disputed;
        // Half of the clock on a healthy cluster of such slots, then a halt that is longer than the clock.
        let half = u64::from(CLOCK_SECONDS) / 2;
        let mut clock = world.chain.svm.get_sysvar::<solana_clock::Clock>();
        clock.unix_timestamp += half as i64;
        clock.slot += half * 1_000 / slot_milliseconds;
        world.chain.svm.set_sysvar(&clock);
        world.chain.stand_still(2 * i64::from(CLOCK_SECONDS));
        // At 200 milliseconds the seconds of the halt count as far as slots leave room for, and no more than that.
        let elapsed = modchains_core::window::elapsed_seconds(
            game(&world.chain, &disputed.dispute).clocks.turned_at,
            world.chain.moment(),
        );
        assert_eq!(elapsed, (half * 1_000 / slot_milliseconds * 800 / 1_000).min(3 * u64::from(CLOCK_SECONDS) - half));
        if elapsed < u64::from(CLOCK_SECONDS) {
            assert_eq!(world.chain.send(&[disputed.timeout()]).unwrap_err().name, "ClockRunning");
            world.chain.must(&[answer]);
        }
    }
}

#[test]
fn a_short_outage_takes_nothing_from_a_fresh_turn() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let answer = play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Trace(_)));
    let disputed = board.disputed;
    world.chain.stand_still(i64::from(CLOCK_SECONDS) + 3_600);
    assert_eq!(world.chain.send(&[disputed.timeout()]).unwrap_err().name, "ClockRunning");
    world.chain.must(&[answer]);
}

#[test]
fn whoever_gets_the_turn_has_the_grace_at_least() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let pick = play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Pick(_)));
    let disputed = board.disputed;
    let before = game(&world.chain, &disputed.dispute).clocks;
    assert_eq!(before.challenger_seconds, CLOCK_SECONDS);
    // The challenger uses all but a second, and has the grace again in its next turn.
    world.chain.advance(i64::from(CLOCK_SECONDS) - 2);
    world.chain.must(&[pick]);
    let mut board = ChainBoard { world: &mut world, disputed, operator: Side::A.person("operator"), made: Vec::new() };
    let graph = GraphTree::new(inference.graph(), inference.model);
    let operator = inference.tree(&claimed, graph.root());
    let challenge = Challenge::new(&graph, &operator);
    let record = challenge.prove(&board.phase()).unwrap();
    board.make(Mover::Challenger, &record).unwrap();
    assert!((1..=2).contains(&board.game().clocks.challenger_seconds));
    let step = answer(&board.phase(), &operator).unwrap();
    board.make(Mover::Operator, &step).unwrap();
    assert_eq!(board.game().clocks.challenger_seconds, GRACE_SECONDS);
}

#[test]
fn only_the_operator_and_its_defender_bind_it_to_a_trace() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let root = inference.model.graph().root(sha256);
    let siblings = inference.tree(&claimed, root).last_siblings();
    let disputed = board.disputed;
    let (stranger, defender) = (key("stranger").pubkey(), Side::A.person("staker"));
    let reveal = |signer: &Pubkey| disputed.trace(signer, TraceRevealArgs { siblings: siblings.clone() });
    for signer in [stranger, Side::A.person(CHALLENGER), defender, Pubkey::default()] {
        assert_eq!(board.world.chain.send(&[reveal(&signer)]).unwrap_err().name, "NotDefender");
    }
    let operator = Side::A.person("operator");
    board.world.chain.must(&[oracle::operator_defender_set(&operator, &Side::A.service(), defender)]);
    let wrong = TraceRevealArgs { siblings: siblings[1..].to_vec() };
    assert_eq!(board.world.chain.send(&[disputed.trace(&defender, wrong)]).unwrap_err().name, "PathLength");
    board.world.chain.must(&[reveal(&defender)]);
    let bound = board.world.request_state(Side::A, 1).trace_root;
    assert_eq!(bound, inference.tree(&claimed, root).root());

    // In a second game the same root holds, and anybody may show it.
    let mut second = ChainBoard::challenge(board.world, Side::A, 1, 1);
    let other = inference.tree(&inference.right, root);
    let other = second.disputed.trace(&operator, TraceRevealArgs { siblings: other.last_siblings() });
    assert_eq!(second.world.chain.send(&[other]).unwrap_err().name, "TraceUnproven");
    let same = second.disputed.trace(&stranger, TraceRevealArgs { siblings: siblings.clone() });
    second.world.chain.must(&[same]);
    assert!(matches!(second.phase(), Phase::Tensors(_)));
    let _ = second.make(Mover::Operator, &Move::Judge(DisputeJudgeArgs { bias: [0; 4] })).unwrap_err();
}

#[test]
fn nobody_else_moves_for_the_challenger() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let mut pick = play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Pick(_)));
    pick.accounts[0].pubkey = key("stranger").pubkey();
    assert_eq!(board.world.chain.send(&[pick]).unwrap_err().name, "NotChallenger");
}

#[test]
fn moves_out_of_turn_and_of_another_phase_are_refused() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let judge = Move::Judge(DisputeJudgeArgs { bias: [0; 4] });
    assert_eq!(board.make(Mover::Challenger, &judge), Err("OperatorToMove".into()));
    let nodes = Move::Reveal(RevealArgs::Nodes { nodes: vec![[0; 32]; 16] });
    assert_eq!(board.make(Mover::Operator, &nodes), Err("PhaseOther".into()));
    play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Reveal(_)));
    assert_eq!(board.make(Mover::Operator, &nodes), Err("NodesUnproven".into()));
    let few = Move::Reveal(RevealArgs::Nodes { nodes: vec![[0; 32]; 15] });
    assert_eq!(board.make(Mover::Operator, &few), Err("NodeCount".into()));
    play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Pick(_)));
    assert_eq!(board.make(Mover::Challenger, &judge), Err("PhaseOther".into()));
    assert_eq!(board.make(Mover::Operator, &nodes), Err("ChallengerToMove".into()));
}

#[test]
fn junk_in_the_padding_of_a_reveal_is_refused() {
    let setup = Setup::new();
    let inference = setup.inference();
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &inference.right);
    let graph = GraphTree::new(inference.graph(), inference.model);
    let operator = inference.tree(&inference.right, graph.root());
    board.make(Mover::Operator, &answer(&Phase::Trace, &operator).unwrap()).unwrap();
    let Some(Move::Reveal(RevealArgs::Nodes { mut nodes })) = answer(&board.phase(), &operator) else { panic!() };
    assert_eq!(nodes.len(), 16);
    assert!(inference.model.records.len() < 16, "there is padding");
    nodes[15] = [7; 32];
    let junk = Move::Reveal(RevealArgs::Nodes { nodes });
    assert_eq!(board.make(Mover::Operator, &junk), Err("PaddingNotEmpty".into()));
}

#[test]
fn conceding_ends_the_game_for_the_side_to_move_alone() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let disputed = board.disputed;
    let (player, operator) = (disputed.player, Side::A.person("operator"));
    let concede = |signer: &Pubkey| disputed.concede(signer);
    assert_eq!(board.world.chain.send(&[concede(&player)]).unwrap_err().name, "OperatorToMove");
    let stranger = key("stranger").pubkey();
    assert_eq!(board.world.chain.send(&[concede(&stranger)]).unwrap_err().name, "NotOperatorAuthority");
    play_until(&mut board, &inference, &claimed, |step| matches!(step, Move::Pick(_)));
    assert_eq!(board.world.chain.send(&[concede(&operator)]).unwrap_err().name, "ChallengerToMove");
    assert_eq!(board.world.chain.send(&[disputed.settle()]).unwrap_err().name, "DisputeRunning");
    board.world.chain.must(&[concede(&player)]);
    assert_eq!(over(&world, &disputed), Verdict::Conceded { side: Mover::Challenger });
    assert_eq!(world.chain.send(&[disputed.timeout()]).unwrap_err().name, "GameOver");
    world.chain.must(&[disputed.settle()]);
    assert_eq!(status(&world), RequestStatus::Posted as u8);
}

#[test]
fn a_puppet_that_loses_on_purpose_shields_nothing() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let mut puppet = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    play_until(&mut puppet, &inference, &claimed, |step| matches!(step, Move::Pick(_)));
    let disputed = puppet.disputed;
    let give_up = [disputed.concede(&disputed.player), disputed.settle()];
    world.chain.must(&give_up);
    assert_eq!(status(&world), RequestStatus::Posted as u8);
    let mut honest = ChainBoard::challenge(&mut world, Side::A, 1, 1);
    let ending = inference.challenge_on(&mut honest, &claimed).unwrap();
    assert_eq!(ending.verdict.loser(), Mover::Operator);
    let settle = honest.disputed.settle();
    world.chain.must(&[settle]);
    assert_eq!(status(&world), RequestStatus::Overturned as u8);
}

#[test]
fn a_game_that_another_one_overtook_is_moot() {
    let setup = Setup::new();
    let (inference, claimed) = (setup.inference(), setup.claimed());
    let mut world = World::ready();
    let slow = ChainBoard::open(&mut world, Side::A, &inference, &claimed).disputed;
    let mut quick = ChainBoard::challenge(&mut world, Side::A, 1, 1);
    inference.challenge_on(&mut quick, &claimed).unwrap();
    let settle = quick.disputed.settle();
    world.chain.must(&[settle]);
    world.chain.advance(CLOCK_SECONDS.into());
    assert_eq!(world.chain.send(&[slow.timeout()]).unwrap_err().name, "ResultNotPosted");
    world.chain.must(&[slow.settle()]);
    assert_eq!(world.request_state(Side::A, 1).open_challenges, 0);
}
