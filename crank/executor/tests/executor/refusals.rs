//! What is refused, and how it is told.

use modchains_core::provable::{
    ElementKind::Float,
    Op, Reduce, RunError, Size, SizeRange, Unary, WeightProblem,
    check::{GraphProblem, RecordProblem},
};
use modchains_executor::{Executor, ExecutorError, Request, Wanted};
use modchains_test_graphs::{Model, Row};

use super::compare::executor;

fn model() -> Model {
    let mut model = Model::source(Float, Size::per(1), Size::fixed(2), SizeRange { min: 2, max: 4 });
    let shape = [Size::per(1), Size::fixed(3)];
    model.add_weighted(Op::Reduce(Reduce::Affine), Float, &[0], shape, &mut || 1.0_f32.to_bits());
    model
}

fn refusal(model: &Model) -> ExecutorError {
    Executor::new(model.records.clone(), model, 1).err().unwrap()
}

#[test]
fn a_request_of_another_size_or_length_is_refused() {
    let executor = executor(&model(), 1);
    let bytes = [0; 64];
    for (size, len, source) in [
        (1, 8, RunError::Size { actual: 1 }),
        (5, 40, RunError::Size { actual: 5 }),
        (3, 23, RunError::InputLength { expected: 24, actual: 23 }),
        (3, 25, RunError::InputLength { expected: 24, actual: 25 }),
    ] {
        let batch = [Request { size: 2, input: &bytes[..16] }, Request { size, input: &bytes[..len] }];
        let refusal = executor.run(&batch, Wanted::Output).unwrap_err();
        assert_eq!(refusal, ExecutorError::Request { position: 1, source });
        assert_eq!(refusal.label(), "executor_request");
    }
}

#[test]
fn weights_that_are_missing_or_no_values_are_refused() {
    let changed = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut model = model();
        change(model.weights.get_mut(&1).unwrap());
        refusal(&model)
    };
    let expected = |problem| ExecutorError::Weights { node: 1, problem };
    assert_eq!(changed(&|rows| rows.truncate(2)), expected(WeightProblem::Length { row: 2 }));
    assert_eq!(changed(&|rows| rows[1].0.truncate(4)), expected(WeightProblem::Length { row: 1 }));
    for word in [-0.0_f32, f32::INFINITY, f32::NAN] {
        let value = |change: &dyn Fn(&mut Vec<Row>)| {
            let refusal = changed(change);
            assert_eq!(refusal, expected(WeightProblem::Value { row: 2 }));
            refusal.to_string()
        };
        value(&|rows| rows[2].0[4..].copy_from_slice(&word.to_le_bytes()));
        let text = value(&|rows| rows[2].1 = word.to_le_bytes());
        assert_eq!(text, "weights of node 1: row 2 holds what is no value");
    }
}

#[test]
fn a_graph_that_no_dispute_could_decide_is_refused() {
    let mut model = model();
    model.add(Op::Unary(Unary::Exp), Float, &[1], [Size::per(2), Size::fixed(3)]);
    let problem = GraphProblem::Node { index: 2, problem: RecordProblem::Shape };
    assert_eq!(refusal(&model), ExecutorError::Graph(problem));
}

/// The bits of the control word that take small operands and small results for zero, and that round upwards.
#[cfg(target_arch = "x86_64")]
const MODES: [(u32, &str); 3] = [(1 << 6, "small numbers"), (1 << 15, "small numbers"), (2 << 13, "nearest number")];

#[cfg(target_arch = "x86_64")]
#[test]
fn a_machine_with_another_arithmetic_does_not_serve() {
    for (mode, part) in MODES {
        let work = move || {
            set_mode(mode);
            let refusal = refusal(&model());
            set_mode(0);
            refusal
        };
        let refusal = std::thread::spawn(work).join().unwrap();
        assert_eq!(refusal.label(), "executor_arithmetic");
        assert!(refusal.to_string().contains(part), "{refusal}");
    }
}

/// Sets the control word of this thread, which threads that it starts inherit.
#[cfg(target_arch = "x86_64")]
// reason: nothing else reaches the control word.
#[allow(unsafe_code)]
fn set_mode(mode: u32) {
    const DEFAULT: u32 = 0x1f80;
    let word = DEFAULT | mode;
    // SAFETY: the instruction reads four bytes, and no exception is unmasked.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack)) };
}
