//! The functions that are not algebraic, on every argument in a long run.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use modchains_core::{
    provable::{ElementKind::Float, Op, Unary},
    rounded::{self, Estimate, canonical},
};
use modchains_executor::{Executor, Operator, Request, Wanted};
use modchains_test_graphs::{Model, bytes};
use modchains_test_seed::{is_long, random};

use super::compare;

/// Rows and columns of one request.
const SIDE: u32 = 1 << 10;
/// Arguments of one request.
const BLOCK: u32 = SIDE * SIDE;

/// A function, what its elements are counted as, and the function in integers.
type Function = (Unary, Operator, fn(u32) -> u32);

const FUNCTIONS: [Function; 4] = [
    (Unary::Exp, Operator::Exp, rounded::exp),
    (Unary::Erf, Operator::Erf, rounded::erf),
    (Unary::Tanh, Operator::Tanh, rounded::tanh),
    (Unary::Rsqrt, Operator::Rsqrt, rounded::rsqrt),
];

fn executor(unary: Unary) -> Executor {
    let mut model = Model::fixed_source(Float, SIDE, SIDE);
    model.same(Op::Unary(unary), Float, &[0]);
    compare::executor(&model, 1)
}

/// Asserts that a function of these arguments is that of `sdk/core`, and gives how many were redone.
fn compare_all(executor: &Executor, function: Function, words: &[u32]) -> u64 {
    let run = executor.run(&[Request { size: 1, input: &bytes(Float, words) }], Wanted::Output).unwrap();
    for (word, found) in words.iter().zip(&run.words[0]) {
        let expected = function.2(canonical(*word));
        assert_eq!(*found, expected, "{:?} of {word:#010x}", function.0);
    }
    run.statistics.of(function.1).flagged
}

#[test]
fn functions_are_those_of_the_integers() {
    let threads = if is_long() { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    // An odd step meets every pattern of low bits.
    let step: u64 = if is_long() { 1 } else { 1_021 };
    let blocks = (1_u64 << 32).div_ceil(u64::from(BLOCK) * step);
    for function in FUNCTIONS {
        let next = AtomicU64::new(0);
        let work = || {
            let executor = executor(function.0);
            let mut flagged = 0;
            loop {
                let first = next.fetch_add(1, Ordering::Relaxed) * u64::from(BLOCK) * step;
                if first >= blocks * u64::from(BLOCK) * step {
                    return flagged;
                }
                let words: Vec<u32> = (0..u64::from(BLOCK)).map(|place| (first + place * step) as u32).collect();
                flagged += compare_all(&executor, function, &words);
            }
        };
        let flagged: u64 = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        println!("{:?}: {flagged} of {} redone", function.0, blocks * u64::from(BLOCK));
    }
}

#[test]
fn functions_are_right_where_it_is_hard() {
    // The arguments nearest to a midpoint, from docs/numerics.md, and the ends of what is not plain.
    let hard = [0xc169_12cd_u32, 0x3eee_0566, 0x3ac3_7de2, 0x3940_ead6];
    let ends = [1.0_f32, 0.25, 4.0, 16.0, 88.722_84, -87.336_54, -103.972_08, -104.0, 3.919_206, 9.010_913, 0.0];
    let tiny = [1_u32, 0x007f_ffff, 0x0080_0000, 0x3300_0000, 0x3280_0000, 0x3380_0000, 0x7f7f_ffff];
    let mut random = random();
    let mut words = Vec::new();
    for bits in hard.into_iter().chain(ends.map(f32::to_bits)).chain(tiny) {
        for near in 0..64 {
            let bits = bits.wrapping_add(near).wrapping_sub(32);
            words.extend([bits, bits ^ 1 << 31]);
        }
    }
    words.resize_with(BLOCK as usize, || random.next() as u32);
    for function in FUNCTIONS {
        let flagged = compare_all(&executor(function.0), function, &words);
        assert!(flagged > 0, "{:?}", function.0);
    }
}

#[test]
fn what_is_known_closely_is_what_is_rounded() {
    // The boundary test leaves the argument of `erf` that is nearest to a midpoint to the integers.
    let Estimate::Near(near) = rounded::erf_near(0x3940_ead6) else { panic!("a plain value") };
    assert!(near.is_decided());
    let mut model = Model::fixed_source(Float, 1, 1);
    model.same(Op::Unary(Unary::Erf), Float, &[0]);
    let run = compare::executor(&model, 1)
        .run(&[Request { size: 1, input: &bytes(Float, &[0x3940_ead6]) }], Wanted::Output)
        .unwrap();
    assert_eq!(run.words, [[near.round()]]);
    assert_eq!(run.statistics.of(Operator::Erf).exact, 1);
}
