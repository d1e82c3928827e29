//! What a model computes, and models to compute it.

use modchains_sdk::{
    core::provable::{Binary, Graph, Map, Op, Reduce, Second, Size, SizeRange, Tensor, Unary},
    provable::{GraphTree, TraceTree},
};
use modchains_test_graphs::{Float, Int8, Int32, Model, convolutional, encoder, input, mixed, run, small, source};
use modchains_test_seed::Random;

/// A model, a request for it, and what is right.
pub struct Inference {
    pub model: Model,
    pub size: u32,
    pub input: Vec<u8>,
    pub words: Vec<u32>,
}

impl Inference {
    pub fn new(model: Model, random: &mut Random) -> Self {
        let SizeRange { min, max } = model.graph().summary().sizes;
        let size = min + random.below(u64::from(max - min) + 1) as u32;
        let input = input(&model, size, random);
        let words = run(&model, size, &input);
        Self { model, size, input, words }
    }

    /// The answer to another input.
    pub fn other_answer(&self, random: &mut Random) -> Vec<u32> {
        run(&self.model, self.size, &input(&self.model, self.size, random))
    }

    pub fn graph(&self) -> Graph<'_> {
        self.model.graph()
    }

    pub fn graph_tree(&self) -> GraphTree<'_, Model> {
        GraphTree::new(self.graph(), &self.model)
    }

    pub fn nodes(&self) -> u32 {
        self.model.records.len() as u32
    }

    pub fn tensor(&self, node: u32) -> Tensor {
        self.graph().tensor(node, self.size).unwrap()
    }

    /// The tree over what somebody says was computed.
    pub fn tree<'a>(&'a self, words: &'a [u32]) -> TraceTree<'a> {
        TraceTree::of(&self.graph(), self.size, words).unwrap()
    }

    /// The output that goes with it.
    pub fn posted(&self, words: &[u32]) -> Vec<u8> {
        let tensor = self.tensor(self.nodes() - 1);
        let words = &words[words.len() - tensor.elements() as usize..];
        let mut bytes = vec![0; words.len() * tensor.kind.bytes()];
        tensor.kind.encode(words, &mut bytes);
        bytes
    }
}

/// Small models of all operations, two that look like models, and one of rows so wide that they are shown in several steps.
pub fn inferences(count: usize, random: &mut Random) -> Vec<Inference> {
    let model = |index: usize, random: &mut Random| match index % 12 {
        0 => encoder(random),
        1 => convolutional(random),
        2 => wide(random),
        _ => mixed(random, index.is_multiple_of(2)),
    };
    (0..count)
        .map(|index| {
            let model = model(index, random);
            Inference::new(model, random)
        })
        .collect()
}

/// Nodes over rows of more pieces than a reveal or a move shows.
fn wide(random: &mut Random) -> Model {
    let (kind, columns) = [(Float, 2_700), (Int8, 6_500), (Int32, 1_700)][random.below(3) as usize];
    let mut model = source(kind, 2, columns);
    let shape = [Size::fixed(2), Size::fixed(columns)];
    let sum = if kind == Float { Float } else { Int32 };
    let mut weights = |model: &mut Model, op, kind, inputs: &[u32], shape| {
        let mut other = Random(random.next());
        let mut draw = || if kind == Float { small(random) } else { random.below(90) as u32 };
        model.add_with((op, kind, inputs), shape, &mut draw, &mut || other.below(2) as u32 * 0x3f80_0000)
    };
    weights(&mut model, Op::Binary(Binary::Add, Second::Weights { rows: 1 }), sum, &[0], shape);
    let positive = model.unary(Unary::Relu, kind, 0);
    // There are no products of 32-bit integers.
    if kind != Int32 {
        weights(&mut model, Op::Reduce(Reduce::Affine), sum, &[0], [Size::fixed(2), Size::fixed(2)]);
        model.add(Op::Reduce(Reduce::Dot { groups: 1 }), sum, &[0, positive], Size::fixed(2), Size::fixed(2));
    }
    model.reduce(Reduce::Max, kind, &[positive]);
    let largest = model.reduce(Reduce::TopK { count: 1 }, Int32, &[positive]);
    weights(&mut model, Op::Embedding { rows: 3 }, kind, &[largest], shape);
    let slice = Map::Slice { start: [0, columns / 2], step: [1, 3] };
    model.add(Op::Map(slice), kind, &[0], Size::fixed(2), Size::fixed(columns / 7));
    model
}
