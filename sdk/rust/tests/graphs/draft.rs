//! Graphs for tests in the form in which they are written.

use modchains_sdk::{
    bundle::{GraphFiles, NamedWeights, NodeDraft, write_graph},
    core::provable::{ElementKind, Op, Record, Reduce, Size},
};
use modchains_test_graphs::{Model, random_graph};
use modchains_test_seed::Random;

pub use ElementKind::{Float, Int8, Int32};

/// The nodes of a model, the weights of each named by its index.
pub fn nodes(model: &Model) -> Vec<NodeDraft> {
    let node = |(index, record): (u32, &Record)| {
        let weights = model.weights.get(&index).map(|rows| NamedWeights {
            name: format!("node.{index}"),
            elements: rows.iter().flat_map(|(bytes, _)| bytes.clone()).collect(),
            biases: matches!(record.op, Op::Reduce(Reduce::Affine))
                .then(|| rows.iter().flat_map(|(_, bias)| *bias).collect()),
        });
        NodeDraft { record: *record, weights }
    };
    (0..).zip(&model.records).map(node).collect()
}

/// The files of a model.
pub fn write(model: &Model) -> GraphFiles {
    write_graph(&nodes(model)).unwrap()
}

/// Adds a node with whatever weights it needs, each a value below 2.
pub fn add(model: &mut Model, op: Op, kind: ElementKind, inputs: &[u32], shape: [Size; 2], random: &mut Random) -> u32 {
    let mut draw = || (f64::from(random.below(1_025) as u32) / 256.0 - 2.0 + 1e-9) as f32;
    model.add_weighted(op, kind, inputs, shape, &mut || draw().to_bits())
}

/// Graphs that together have every operation.
pub fn drawn(count: usize, random: &mut Random) -> Vec<Model> {
    (0..count)
        .map(|_| {
            let nodes = 3 + random.below(60) as usize;
            random_graph(random, nodes)
        })
        .collect()
}
