//! The instructions of the disputes program.

use modchains_disputes::state::CLOSE_SECONDS;
use modchains_sdk::{address, instruction::disputes, provable::Move};
use modchains_test_graphs::{Model, convolutional, input, sha256};
use modchains_test_seed::random;
use solana_instruction::Instruction;

use crate::{
    challenge::CHALLENGER,
    disputes::{ChainBoard, Inference, graph_of, play_until, registration},
    row::{Row, both},
    world::{CLOCK_SECONDS, Side, World},
};

/// A small classifier, the same for both sides: who registered it tells their graphs apart.
fn model() -> Model {
    convolutional(&mut random())
}

/// Sums of products are wrong, so that the evidence has anchors of both kinds and pieces.
fn lie(inference: &Inference<'_>) -> Vec<u32> {
    let node = inference.model.weights.keys().min().copied().unwrap();
    let before: u64 = inference.tensors().iter().take(node as usize).map(|tensor| tensor.elements()).sum();
    let mut claimed = inference.right.clone();
    claimed[before as usize] ^= 1;
    claimed
}

fn register(world: &mut World, side: Side, count: usize) {
    let model = model();
    let instructions = registration(&side.person("creator"), model.graph().root(sha256), &model.records);
    instructions.into_iter().take(count).for_each(|instruction| {
        world.chain.must(&[instruction]);
    });
}

/// The instruction number `index` of a registration, after those before it.
fn registering(world: &mut World, index: usize) -> [Instruction; 2] {
    let model = model();
    both(|side| {
        register(world, side, index);
        registration(&side.person("creator"), model.graph().root(sha256), &model.records).swap_remove(index)
    })
}

fn graph(side: Side) -> anchor_lang::prelude::Pubkey {
    graph_of(&model(), &side.person("creator"))
}

/// A dispute up to the move that is looked for.
fn playing(world: &mut World, is_looked_for: impl Fn(&Move) -> bool) -> [Instruction; 2] {
    let model = model();
    let inference = Inference::new(&model, 1, input(&model, 1, &mut random()));
    let claimed = lie(&inference);
    both(|side| {
        let mut board = ChainBoard::open(world, side, &inference, &claimed);
        play_until(&mut board, &inference, &claimed, &is_looked_for)
    })
}

/// A dispute that was opened.
fn opened(world: &mut World) {
    playing(world, |step| matches!(step, Move::Trace(_)));
}

fn concede(world: &World, side: Side) -> Instruction {
    world.disputed(side, 1, CHALLENGER, 0).concede(&side.person("operator"))
}

pub(super) fn builds() -> Vec<Row> {
    let mut rows = graph_builds();
    rows.extend(dispute_builds());
    rows
}

fn graph_builds() -> Vec<Row> {
    let last = registration(&Side::A.person("creator"), [0; 32], &model().records).len() - 1;
    assert_eq!(last, 3, "opened, extended twice, sealed");
    vec![
        ("graph_open", World::ready, |world| registering(world, 0)),
        ("graph_extend", World::ready, |world| registering(world, 1)),
        ("graph_seal", World::ready, |world| registering(world, 3)),
        ("graph_close_start", World::ready, |world| {
            Side::BOTH.into_iter().for_each(|side| register(world, side, 4));
            both(|side| disputes::graph_close_start(&side.person("creator"), &graph(side)))
        }),
        ("graph_close", World::ready, |world| {
            Side::BOTH.into_iter().for_each(|side| {
                register(world, side, 4);
                world.chain.must(&[disputes::graph_close_start(&side.person("creator"), &graph(side))]);
            });
            world.chain.advance(CLOSE_SECONDS.into());
            both(|side| disputes::graph_close(&side.person("creator"), &graph(side)))
        }),
        ("graph_attest", World::ready, |world| {
            Side::BOTH.into_iter().for_each(|side| {
                world.offer_graph(side, &model());
            });
            both(|side| disputes::graph_attest(&side.person("operator"), &side.model(), &graph(side)))
        }),
        ("graph_attest_revoke", World::ready, |world| {
            Side::BOTH.into_iter().for_each(|side| {
                world.offer_graph(side, &model());
                world.chain.must(&[disputes::graph_attest(&side.person("operator"), &side.model(), &graph(side))]);
            });
            both(|side| {
                let operator = side.person("operator");
                let account = address::oracle::operator(&side.service(), &operator);
                disputes::graph_attest_revoke(&operator, &operator, &graph(side), &account)
            })
        }),
    ]
}

fn dispute_builds() -> Vec<Row> {
    vec![
        ("dispute_open", World::ready, |world| {
            let model = model();
            let inference = Inference::new(&model, 1, input(&model, 1, &mut random()));
            both(|side| {
                let graph = world.offer_graph(side, &model);
                world.answer_graph(side, graph, 1, &inference.input, &inference.output(&inference.right));
                world.enrol_operator(side, CHALLENGER);
                world.dispute_open(side, 1, CHALLENGER, 0)
            })
        }),
        ("trace_reveal", World::ready, |world| playing(world, |step| matches!(step, Move::Trace(_)))),
        ("dispute_reveal", World::ready, |world| playing(world, |step| matches!(step, Move::Reveal(_)))),
        ("dispute_pick", World::ready, |world| playing(world, |step| matches!(step, Move::Pick(_)))),
        ("dispute_anchor", World::ready, |world| playing(world, |step| matches!(step, Move::Anchor(_)))),
        ("dispute_stream", World::ready, |world| playing(world, |step| matches!(step, Move::Stream(_)))),
        ("dispute_judge", World::ready, |world| playing(world, |step| matches!(step, Move::Judge(_)))),
        ("dispute_timeout", World::ready, |world| {
            opened(world);
            world.chain.advance(CLOCK_SECONDS.into());
            both(|side| world.disputed(side, 1, CHALLENGER, 0).timeout())
        }),
        ("dispute_concede", World::ready, |world| {
            opened(world);
            both(|side| concede(world, side))
        }),
        ("dispute_settle", World::ready, |world| {
            opened(world);
            Side::BOTH.into_iter().for_each(|side| {
                let concession = concede(world, side);
                world.chain.must(&[concession]);
            });
            both(|side| world.disputed(side, 1, CHALLENGER, 0).settle())
        }),
    ]
}
