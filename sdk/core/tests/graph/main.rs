//! Laws of integer graphs: what is accepted, what they compute and how they hash.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod check;
mod hash;
mod values;

use modchains_core::graph::{Geometry, Graph, Layer, Op, Requantise};
use proptest::prelude::*;

/// A layer that owns its tensors.
#[derive(Debug, Clone)]
struct Tensors {
    op: Op,
    weights: Vec<u8>,
    bias: Vec<i32>,
    requantise: Option<Requantise>,
}

impl Tensors {
    fn layer(&self) -> Layer<'_> {
        let geometry = Geometry::of(self.op).unwrap();
        Layer { geometry, weights: &self.weights, bias: &self.bias, requantise: self.requantise }
    }
}

fn layers(tensors: &[Tensors]) -> Vec<Layer<'_>> {
    tensors.iter().map(Tensors::layer).collect()
}

/// A graph with what it takes.
#[derive(Debug, Clone)]
struct Case {
    tensors: Vec<Tensors>,
    input_len: usize,
    input_max: u8,
}

impl Case {
    /// Calls `look` with the checked graph.
    fn with<T>(&self, look: impl FnOnce(&Graph<'_>) -> T) -> T {
        let layers = layers(&self.tensors);
        look(&Graph::new(&layers, self.input_len, self.input_max).unwrap())
    }
}

/// Weights and biases as large as the limit on the sums allows, drawn by `draw`.
fn fill(op: Op, activation_max: u32, requantise: Option<Requantise>, draw: &mut impl FnMut(u32) -> u32) -> Tensors {
    let geometry = Geometry::of(op).unwrap();
    let most = ((1 << 24) - 2_000) / (geometry.row_len as u32 * activation_max);
    let most = most.clamp(1, 127);
    let mut weight = || (draw(2 * most + 1) as i32 - most as i32) as i8;
    let weights = (0..geometry.rows * geometry.row_len).map(|_| weight().cast_unsigned()).collect();
    let bias = (0..geometry.rows).map(|_| draw(2_000) as i32 - 1_000).collect();
    Tensors { op, weights, bias, requantise }
}

fn conv(in_channels: u32, sides: [u32; 2], out_channels: u32, kernel: u32, stride: u32, padding: u32) -> Op {
    let [in_height, in_width] = sides;
    Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding: padding % kernel }
}

/// Two convolutions of other stride and padding and two linear layers, all of random size.
fn cases() -> impl Strategy<Value = Case> {
    let first = (1u32..4, [3u32..9, 3u32..9], 1u32..6, 1u32..4, 1u32..4, 0u32..4);
    let second = (1u32..6, 1u32..3, 1u32..4, 0u32..4);
    let rule = (1u32..1 << 31, 30u8..40, -128i8..=0, 0i8..=127);
    (first, second, (1u32..20, 1u32..8), prop::array::uniform3(rule), 1u8.., any::<u64>()).prop_map(
        |(first, second, (hidden, outputs), rules, input_max, seed)| {
            let mut state = seed;
            let mut draw = |below: u32| {
                // PCG's multiplier; the high half of the state.
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u32 % below
            };
            let [one, two, three] =
                rules.map(|(multiplier, shift, min, max)| Requantise { multiplier, shift, min, max });
            let (channels, sides, ..) = first;
            let op1 = conv(channels, sides, first.2, first.3, first.4, first.5);
            let sides1 = sides.map(|side| (side + 2 * (first.5 % first.3) - first.3) / first.4 + 1);
            // A kernel must fit the padded image that it is given.
            let kernel = second.1.min(sides1[0]).min(sides1[1]);
            let op2 = conv(first.2, sides1, second.0, kernel, second.2, second.3);
            let sides2 = sides1.map(|side| (side + 2 * (second.3 % kernel) - kernel) / second.2 + 1);
            let flat = second.0 * sides2[0] * sides2[1];
            let tensors = vec![
                fill(op1, input_max.into(), Some(one), &mut draw),
                fill(op2, 128, Some(two), &mut draw),
                fill(Op::Linear { inputs: flat, outputs: hidden }, 128, Some(three), &mut draw),
                fill(Op::Linear { inputs: hidden, outputs }, 128, None, &mut draw),
            ];
            Case { tensors, input_len: (channels * sides[0] * sides[1]) as usize, input_max }
        },
    )
}
