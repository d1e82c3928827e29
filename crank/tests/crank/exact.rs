//! The exact class on libtorch against the reference interpreter.

use std::path::Path;

use modchains_crank::runtime::{ExactRuntime, ModelRuntime};
use modchains_sdk::{
    bundle::{
        Bundle, BundleDraft, BundleError, Encoding, GRAPH_FILE, GraphError, GraphFile, InputSpec, LayerFile,
        LayerGraph, NumericClass, Op, OutputRule, Requantise, WEIGHTS_FILE, requantise_by_factor, write_bundle,
    },
    core::graph::LayerProblem,
};
use rand_core::RngCore;
use safetensors::tensor::{Dtype, TensorView};

use crate::fixture::{fixture, generator, scratch};

/// The bytes that the core's interpreter gives: plain integers, one element after the other.
fn reference(graph: &LayerGraph, input: &[u8]) -> Vec<u8> {
    let values = graph.with(|graph| {
        let (mut one, mut two) = (vec![0; graph.values_max()], vec![0; graph.values_max()]);
        graph.run(input, [&mut one, &mut two]).unwrap().to_vec()
    });
    let values = values.unwrap();
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    let mut bytes = vec![best as u8];
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// Runs the inputs in batches of each size on each number of threads and compares every byte with the reference.
fn assert_exact(bundle: &Bundle, inputs: &[Vec<u8>]) {
    let graph = bundle.layer_graph().unwrap();
    let expected: Vec<Vec<u8>> = inputs.iter().map(|input| reference(&graph, input)).collect();
    let runtime = ExactRuntime::load(bundle).unwrap();
    for threads in [1, 2] {
        tch::set_num_threads(threads);
        for batch in [1, 7, inputs.len()] {
            let views: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
            let results: Vec<Vec<u8>> = views.chunks(batch).flat_map(|b| runtime.infer_batch(b).unwrap()).collect();
            assert_eq!(results, expected, "{threads} threads, batches of {batch}");
        }
    }
}

#[test]
fn the_trained_graph_gives_the_reference_bytes_on_any_threads_and_batch() {
    let fixture = fixture();
    let inputs: Vec<Vec<u8>> = fixture.split.held_out.iter().map(|sample| sample.pixels.to_vec()).collect();
    assert_exact(&fixture.exact, &inputs);
}

#[test]
fn random_graphs_give_the_reference_bytes_on_any_threads_and_batch() {
    for seed in 0..12 {
        let scratch = scratch();
        let bundle = random_bundle(seed, scratch.path());
        let (mut random, spec) = (generator(seed + 1000), &bundle.manifest().input);
        let mut value = || (random.next_u32() % (spec.max.unwrap() + 1)) as u8;
        let inputs: Vec<Vec<u8>> = (0..33).map(|_| (0..spec.bytes).map(|_| value()).collect()).collect();
        assert_exact(&bundle, &inputs);
    }
}

#[test]
fn sums_just_below_the_limit_are_exact_and_one_more_is_refused() {
    // 1040 * 127 * 127 = 16,774,160; the bias brings the sum to 2^24 - 1 in size.
    let bias = (1 << 24) - 1 - 1040 * 127 * 127;
    let layer = |bias: i32| Tensors {
        op: Op::Linear { inputs: 1040, outputs: 2 },
        requantise: None,
        weights: [vec![127; 1040], vec![-127; 1040]].concat(),
        bias: vec![bias, -bias],
    };
    let scratch = scratch();
    let input = InputSpec { shape: vec![1040], dtype: Encoding::Unsigned8, bytes: 1040, units: None, max: Some(127) };
    let bundle = write(scratch.path(), input.clone(), &[layer(bias)], 2).unwrap();
    assert_exact(&bundle, &[vec![127; 1040], vec![126; 1040], vec![0; 1040]]);

    let refused = write(scratch.path(), input, &[layer(bias + 1)], 2).unwrap_err();
    let overflow = LayerProblem::AccumulatorOverflow { row: 0, bound: 1 << 24 };
    assert!(
        matches!(&refused, BundleError::Graph(GraphError::Layer { problem, .. }) if *problem == overflow),
        "{refused}"
    );
}

#[test]
fn requantisation_factors_are_met_to_a_billionth() {
    for factor in [1.0, 0.999_999_999_9, 0.5, 0.003_921, 1.0 / 3.0, 2e-9] {
        let rule = requantise_by_factor(factor, -128, 127).unwrap();
        let met = f64::from(rule.multiplier) / 2_f64.powi(rule.shift.into());
        assert!((met / factor - 1.0).abs() < 1e-9, "{factor}: {rule:?}");
    }
    assert_eq!(requantise_by_factor(1.1, 0, 127), None);
    assert_eq!(requantise_by_factor(f64::NAN, 0, 127), None);
}

#[test]
fn a_changed_graph_has_another_root_than_its_bundle() {
    let scratch = scratch();
    let bundle = random_bundle(3, scratch.path());
    let mut graph = bundle.layer_graph().unwrap();
    assert_eq!(bundle.graph_root(), Some(graph.root().unwrap()));
    graph.layers[1].bias[0] += 1;
    assert_ne!(bundle.graph_root(), Some(graph.root().unwrap()));
}

struct Tensors {
    op: Op,
    requantise: Option<Requantise>,
    weights: Vec<i8>,
    bias: Vec<i32>,
}

/// A convolution, a second one with other stride and padding, and two linear layers, all of random size.
fn random_bundle(seed: u64, dir: &Path) -> Bundle {
    let mut random = generator(seed);
    let mut pick = |low: u32, high: u32| low + random.next_u32() % (high - low + 1);
    let (channels, height, width) = (pick(1, 3), pick(5, 12), pick(5, 12));
    let first = (pick(1, 24), pick(1, 4), pick(1, 3));
    let second = (pick(1, 40), pick(1, 3), pick(1, 3));
    let (hidden, labels, max) = (pick(1, 300), pick(2, 12), pick(1, 255));

    let conv = |input: (u32, u32, u32), (out_channels, kernel, stride): (u32, u32, u32)| {
        let (in_channels, in_height, in_width) = input;
        let padding = kernel - 1;
        let out = |side: u32| (side + 2 * padding - kernel) / stride + 1;
        let op = Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding };
        (op, (out_channels, out(in_height), out(in_width)), in_channels * kernel * kernel)
    };
    let (conv1, shape1, row1) = conv((channels, height, width), first);
    let (conv2, shape2, row2) = conv(shape1, second);
    let flat = shape2.0 * shape2.1 * shape2.2;
    let linear = |inputs, outputs| Op::Linear { inputs, outputs };
    let plan = [
        (conv1, first.0, row1, true, max),
        (conv2, second.0, row2, true, 128),
        (linear(flat, hidden), hidden, flat, true, 128),
        (linear(hidden, labels), labels, hidden, false, 128),
    ];
    let layers: Vec<Tensors> = plan
        .into_iter()
        .map(|(op, rows, row_len, requantises, activation_max)| {
            // As large as the limit on the sums allows.
            let size = ((1 << 24) - 2000) / (row_len * activation_max);
            let size = size.clamp(1, 127);
            let mut weight = || (random.next_u32() % (2 * size + 1)) as i32 - size as i32;
            let weights = (0..rows * row_len).map(|_| weight() as i8).collect();
            let bias = (0..rows).map(|_| (random.next_u32() % 2000) as i32 - 1000).collect();
            let multiplier = 1 + random.next_u32() % ((1 << 31) - 1);
            let shift = 36 + (random.next_u32() % 8) as u8;
            let requantise = requantises.then_some(Requantise { multiplier, shift, min: -128, max: 127 });
            Tensors { op, requantise, weights, bias }
        })
        .collect();
    let bytes = channels * height * width;
    let input = InputSpec {
        shape: vec![channels, height, width],
        dtype: Encoding::Unsigned8,
        bytes,
        units: None,
        max: Some(max as u32),
    };
    write(dir, input, &layers, labels as usize).unwrap()
}

fn write(dir: &Path, input: InputSpec, layers: &[Tensors], labels: usize) -> Result<Bundle, BundleError> {
    let file = GraphFile {
        format: 1,
        layers: layers
            .iter()
            .enumerate()
            .map(|(index, layer)| LayerFile { name: format!("l{index}"), op: layer.op, requantise: layer.requantise })
            .collect(),
    };
    let structure = serde_json::to_vec(&file).unwrap();
    let mut tensors = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let rows = layer.bias.len();
        let weights: Vec<u8> = layer.weights.iter().map(|weight| *weight as u8).collect();
        let bias: Vec<u8> = layer.bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
        tensors.push((format!("l{index}.weight"), Dtype::I8, vec![rows, layer.weights.len() / rows], weights));
        tensors.push((format!("l{index}.bias"), Dtype::I32, vec![rows], bias));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, data)| (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap()));
    let weights = safetensors::serialize(views, None).unwrap();
    let graph = LayerGraph::load(&structure, &weights, &input)?;
    write_bundle(
        dir,
        &BundleDraft {
            name: "test".to_owned(),
            version: "1".to_owned(),
            numeric_class: NumericClass::Exact,
            graph_root: Some(graph.root()?),
            input,
            output: OutputRule::ClassLogitsI32 {
                bytes: 4 + 4 * labels as u32,
                steps_per_unit: None,
                labels: (0..labels).map(|label| label.to_string()).collect(),
            },
            accuracy: None,
            card: "# test\n".to_owned(),
            files: vec![(GRAPH_FILE, structure), (WEIGHTS_FILE, weights)],
        },
    )
}
