//! What a dispute costs each side: transactions, compute units, lamports.

use std::fmt::Write as _;

use anchor_lang::prelude::Pubkey;
use expect_test::expect_file;
use modchains_core::{
    dispute::Side as Mover,
    provable::{ElementKind, Encoding, Input, Map, Op, Reduce, Size, SizeRange, Unary},
};
use modchains_disputes::state::Dispute;
use modchains_sdk::{
    instruction::budget::{compute_limit, compute_price},
    pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes},
};
use modchains_test_graphs::{Float, Int8, Int32, Model, input, int8, small};
use modchains_test_seed::{Random, random};
use modchains_tests::{
    disputes::{ChainBoard, Inference},
    world::{Side, World},
};
use solana_instruction::Instruction;

/// Lamports of a signature.
const SIGNATURE_LAMPORTS: u64 = 5_000;
/// Lamports a byte that clusters have asked for.
const RENTS: [u64; 3] = [6_960, 5_080, 696];
/// What a dispute may cost a side in fees and temporary rent.
const LAMPORTS_MAX: u64 = 5_000_000;

/// A graph with a sum of `terms` products in each element of its third node, and `nodes` nodes in all.
fn layer(random: &mut Random, kind: ElementKind, tokens: u32, terms: u32, columns: u32, nodes: u32) -> Model {
    let mut model = Model::default();
    let rows = Size::per(1);
    let sizes = SizeRange { min: 1, max: tokens };
    let take = Input { encoding: Encoding::Unsigned16, low: 0, high: 9, sizes };
    let ids = model.add(Op::Input(take), Int32, &[], rows, Size::ONE);
    let mut other = Random(random.next());
    let draw: fn(&mut Random) -> u32 = if kind == Float { small } else { int8 };
    let bias: fn(&mut Random) -> u32 = if kind == Float { small } else { |random| random.below(2_000) as u32 };
    let table = (Op::Embedding { rows: 10 }, kind, &[ids][..]);
    let x = model.add_with(table, [rows, Size::fixed(terms)], &mut || draw(random), &mut || 0);
    let sum_kind = if kind == Float { Float } else { Int32 };
    let affine = (Op::Reduce(Reduce::Affine), sum_kind, &[x][..]);
    let sums = model.add_with(affine, [rows, Size::fixed(columns)], &mut || draw(random), &mut || bias(&mut other));
    let slice = Op::Map(Map::Slice { start: [0; 2], step: [1; 2] });
    let mut last = model.add(slice, sum_kind, &[sums], Size::ONE, Size::ONE);
    while (model.records.len() as u32) < nodes {
        last = model.unary(Unary::Relu, sum_kind, last);
    }
    model
}

/// One side's transactions with these moves: consecutive ones share transactions, beside limit and price of compute units.
fn transactions(made: &[(Mover, Instruction, u64)], side: Mover, payer: &Pubkey) -> usize {
    let mut runs: Vec<Vec<Instruction>> = Vec::new();
    let mut before = None;
    for (mover, instruction, _) in made {
        if *mover == side {
            if before != Some(side) {
                runs.push(Vec::new());
            }
            runs.last_mut().unwrap().push(instruction.clone());
        }
        before = Some(*mover);
    }
    let fits = |moves: &[Instruction]| {
        let all: Vec<Instruction> =
            [compute_limit(1), compute_price(1)].into_iter().chain(moves.iter().cloned()).collect();
        transaction_bytes(&all, payer) <= TRANSACTION_BYTES_MAX
    };
    assert!(runs.iter().flatten().all(|instruction| fits(std::slice::from_ref(instruction))), "a move does not fit");
    runs.into_iter().map(|run| pack(run, fits).len()).sum()
}

struct Cost {
    transactions: [usize; 2],
    units: [u64; 2],
    evidence_units: u64,
    moves: usize,
}

/// A game about an element of the sums.
fn cost(model: &Model, tokens: u32, random: &mut Random) -> Cost {
    let inference = Inference::new(model, tokens, input(model, tokens, random));
    let before: u64 = inference.tensors().iter().take(2).map(|tensor| tensor.elements()).sum();
    let mut claimed = inference.right.clone();
    claimed[before as usize + 5] ^= 1;
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    assert_eq!(inference.challenge_on(&mut board, &claimed).unwrap().verdict.loser(), Mover::Operator);
    let (operator, player) = (board.operator, board.disputed.player);
    let units = [Mover::Operator, Mover::Challenger]
        .map(|side| board.made.iter().filter(|made| made.0 == side).map(|made| made.2).sum());
    // A stream has pieces of two rows, the judgement comes last.
    let streams = board
        .made
        .iter()
        .filter(|made| made.1.data.len() > 400 && made.1.accounts.len() == 4 && made.0 == Mover::Challenger);
    let pieces = streams.filter(|made| made.1.data[8..12] != [0; 4] || made.1.data[12] == 1).map(|made| made.2);
    Cost {
        transactions: [
            transactions(&board.made, Mover::Operator, &operator),
            transactions(&board.made, Mover::Challenger, &player),
        ],
        units,
        evidence_units: pieces.sum::<u64>() + board.made.last().unwrap().2,
        moves: board.made.len(),
    }
}

#[test]
fn a_dispute_costs_what_it_costs() {
    let mut random = random();
    let cases = [
        ("minilm_ffn", layer(&mut random, Float, 128, 1_536, 384, 247), 128),
        ("float_4096", layer(&mut random, Float, 2, 4_096, 8, 20), 2),
        ("int8_4096", layer(&mut random, Int8, 2, 4_096, 8, 20), 2),
    ];
    let mut table = String::new();
    for (name, model, tokens) in &cases {
        let Cost { transactions: [operator, challenger], units, evidence_units, moves } =
            cost(model, *tokens, &mut random);
        writeln!(table, "{name}: {moves} moves; operator {operator} transactions, {} units; challenger {challenger} transactions, {} units, of them evidence {evidence_units}", units[0], units[1]).unwrap();
        if *name == "minilm_ffn" {
            assert!(operator <= 8 && challenger <= 30, "{operator} and {challenger} transactions");
            for rent in RENTS {
                let bytes = 128 + 8 + size_of::<Dispute>() as u64;
                let lamports = bytes * rent + challenger as u64 * SIGNATURE_LAMPORTS;
                writeln!(table, "  at {rent} lamports a byte: challenger {lamports}").unwrap();
                assert!(lamports <= LAMPORTS_MAX);
            }
        }
    }
    expect_file!["cost.txt"].assert_eq(&table);
}
