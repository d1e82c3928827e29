//! What the judge's arithmetic costs on chain, beside what every judgement costs.

use std::fmt::Write as _;

use expect_test::expect_file;
use modchains_core::{
    dispute::{Entered, Evidence, Operand, Phase, Side as Mover},
    provable::{Binary, Op, Second, Unary},
    rounded::Wide,
};
use modchains_disputes::instructions::DisputeJudgeArgs;
use modchains_sdk::provable::Move;
use modchains_test_graphs::{Float, Model, input, pattern, source};
use modchains_test_seed::random;
use modchains_tests::{
    disputes::{Board, ChainBoard, Inference},
    world::{Side, World},
};

use super::elements::put;

/// Most compute units of a function of one or two values.
const UNITS_MAX: u64 = 3_000;

/// Units of a judgement of the second node of a model, whose operands are known.
fn judgement(model: &Model, operands: [u32; 2]) -> u64 {
    let inference = Inference::new(model, 1, input(model, 1, &mut random()));
    let mut world = World::ready();
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &inference.right);
    let entered = Entered { node: 1, record: model.records[1].encode() };
    let inputs = [Some(inference.tensors()[0]); 3];
    let operands = operands.map(Operand::Word);
    let (state, taken) = (Wide::ZERO, 0);
    put(
        &mut board,
        Phase::Evidence(Evidence { entered, row: 0, column: 0, claimed: 0, inputs, operands, state, taken }),
    );
    board.make(Mover::Challenger, &Move::Judge(DisputeJudgeArgs { bias: [0; 4] })).unwrap();
    board.made.last().unwrap().2
}

fn unary(unary: Unary, word: u32) -> u64 {
    let mut model = source(Float, 1, 2);
    model.unary(unary, Float, 0);
    judgement(&model, [word, 0])
}

fn binary(function: Binary, words: [u32; 2]) -> u64 {
    let mut model = source(Float, 1, 2);
    model.same_shape(Op::Binary(function, Second::Input), Float, &[0, 0]);
    judgement(&model, words)
}

#[test]
fn functions_of_values_keep_their_budgets() {
    let nothing = unary(Unary::Relu, pattern(1.0));
    let mut table = String::new();
    let words = [
        0,
        1,
        0x0080_0001,
        0x3eaa_aaab,
        0x3f80_0001,
        0x4049_0fdb,
        0x40c9_0fdb,
        0x42b0_0001,
        0x7f7f_fffe,
        0xbf00_0001,
        0xc16912cd,
    ];
    for function in [Unary::Sqrt, Unary::Rsqrt, Unary::Exp, Unary::Erf, Unary::Tanh] {
        let most = words.iter().map(|word| unary(function, *word)).max().unwrap().saturating_sub(nothing);
        writeln!(table, "{function:?} {most}").unwrap();
        assert!(most <= UNITS_MAX, "{function:?} takes {most}");
    }
    let nothing = binary(Binary::Max, [pattern(1.0); 2]);
    for function in [Binary::Add, Binary::Mul, Binary::Div] {
        let pairs = words.iter().map(|word| binary(function, [*word, 0x3eaa_aaab]));
        let most = pairs.max().unwrap().saturating_sub(nothing);
        writeln!(table, "{function:?} {most}").unwrap();
        assert!(most <= UNITS_MAX, "{function:?} takes {most}");
    }
    expect_file!["arithmetic.txt"].assert_eq(&table);
}
