//! Every lie loses against an honest challenger.

use modchains_core::{
    dispute::{Side, Verdict},
    provable::{ElementKind, Trace},
};
use modchains_test_graphs::{Model, convolutional, encoder, input, mixed, run};
use modchains_test_seed::{Random, is_long, random};
use modchains_tests::disputes::Inference;

/// An element of the same kind, as near as there is.
pub fn another(kind: ElementKind, word: u32) -> u32 {
    let other = match kind {
        ElementKind::Int8 => i32::from((word as i8).wrapping_add(1)).cast_unsigned(),
        ElementKind::Float | ElementKind::Int32 => word ^ 1,
    };
    if kind.holds(other) { other } else { word ^ 2 }
}

pub fn any_size(model: &Model, random: &mut Random) -> u32 {
    let sizes = model.graph().summary().sizes;
    sizes.min + random.below(u64::from(sizes.max - sizes.min) + 1) as u32
}

fn require_conviction(inference: &Inference<'_>, claimed: &[u32], what: &str) {
    let ending = inference.challenge(claimed).unwrap_or_else(|| panic!("{what}: nothing differs"));
    assert_eq!(ending.verdict.loser(), Side::Operator, "{what}: {ending:?}");
}

/// One element of each node, near and far.
fn change_each_node(inference: &Inference<'_>, random: &mut Random) -> u32 {
    let mut start = 0;
    let mut games = 0;
    for (node, tensor) in inference.tensors().into_iter().enumerate() {
        let at = start + random.below(tensor.elements()) as usize;
        start += tensor.elements() as usize;
        let mut lies = vec![another(tensor.kind, inference.right[at])];
        if tensor.kind == ElementKind::Float {
            // Patterns that are no values convict like any other.
            lies.push([0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 1 << 31][random.below(4) as usize]);
        }
        for lie in lies.into_iter().filter(|lie| *lie != inference.right[at]) {
            let mut claimed = inference.right.clone();
            claimed[at] = lie;
            let ending = inference.challenge(&claimed).unwrap();
            assert_eq!(ending.verdict, Verdict::Unequal { word: inference.right[at] }, "node {node}: {ending:?}");
            games += 1;
        }
    }
    games
}

#[test]
fn an_element_changed_in_any_node_convicts_with_the_right_element() {
    let mut random = random();
    let (mut games, count) = (0, if is_long() { 4_000 } else { 120 });
    for number in 0..count {
        let model = mixed(&mut random, number % 2 == 0);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        games += change_each_node(&inference, &mut random);
    }
    for (model, size) in [(encoder(&mut random), 12), (encoder(&mut random), 1), (convolutional(&mut random), 1)] {
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        games += change_each_node(&inference, &mut random);
    }
    println!("{games} games");
    assert!(games >= 1_000);
}

#[test]
fn many_lies_at_once_convict() {
    let mut random = random();
    for number in 0..if is_long() { 4_000 } else { 150 } {
        let model = mixed(&mut random, number % 2 == 0);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        let mut claimed = inference.right.clone();
        for _ in 0..1 + random.below(6) {
            let at = random.below(claimed.len() as u64) as usize;
            claimed[at] = random.next() as u32;
        }
        // Elements that are no 8-bit integers are cut to them.
        let kinds: Vec<_> =
            inference.tensors().iter().flat_map(|tensor| vec![tensor.kind; tensor.elements() as usize]).collect();
        for (word, kind) in claimed.iter_mut().zip(kinds) {
            if kind == ElementKind::Int8 {
                *word = i32::from(*word as i8).cast_unsigned();
            }
        }
        if claimed != inference.right {
            require_conviction(&inference, &claimed, "many lies");
        }
    }
}

#[test]
fn an_answer_to_another_input_or_with_other_weights_convicts() {
    let mut random = random();
    let mut games = 0;
    for number in 0..if is_long() { 4_000 } else { 150 } {
        let model = mixed(&mut random, number % 2 == 0);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        let other_input = run(&model, size, &input(&model, size, &mut random));
        let mut other = model.clone();
        for row in other.weights.values_mut().flatten() {
            let at = random.below(row.0.len() as u64) as usize;
            row.0[at] ^= 1;
        }
        let other_weights = run(&other, size, &inference.input);
        for claimed in [other_input, other_weights] {
            if claimed != inference.right {
                require_conviction(&inference, &claimed, "another inference");
                games += 1;
            }
        }
    }
    assert!(games > 150);
}

#[test]
fn an_output_of_another_request_convicts_whatever_the_trace_before_it() {
    let mut random = random();
    for _ in 0..20 {
        let model = mixed(&mut random, false);
        let size = any_size(&model, &mut random);
        let inference = Inference::new(&model, size, input(&model, size, &mut random));
        let other = run(&model, size, &input(&model, size, &mut random));
        let last = Trace::new(model.graph(), size, &other).unwrap().output(model.records.len() as u32 - 1).to_vec();
        let mut claimed = inference.right.clone();
        let start = claimed.len() - last.len();
        claimed[start..].copy_from_slice(&last);
        if claimed != inference.right {
            require_conviction(&inference, &claimed, "another output");
        }
    }
}
