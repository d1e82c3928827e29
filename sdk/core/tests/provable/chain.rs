//! A chain of layers, the graph of the digit classifier, as a provable graph: the same sums.

use modchains_core::{
    graph::{self, Geometry, Layer, Requantise},
    provable::{Encoding, Input, Map, Op, Reduce, Size, SizeRange, Trace, Unary, Window},
};
use modchains_test_seed::{Random, random};

use super::model::{Int8, Int32, Model, RULE, run};

/// A layer that owns its tensors.
struct Tensors {
    op: graph::Op,
    weights: Vec<u8>,
    bias: Vec<i32>,
    requantise: Option<Requantise>,
}

fn tensors(random: &mut Random, op: graph::Op, requantise: Option<Requantise>) -> Tensors {
    let geometry = Geometry::of(op).unwrap();
    // Small enough for sums below 2^24.
    let mut small = |size: u64| random.below(2 * size + 1) as i32 - size as i32;
    let weights = (0..geometry.rows * geometry.row_len).map(|_| (small(40) as i8).cast_unsigned()).collect();
    let bias = (0..geometry.rows).map(|_| small(3_000)).collect();
    Tensors { op, weights, bias, requantise }
}

/// Adds the nodes of a layer that reads `input` and gives its output as one row.
fn add_layer(model: &mut Model, input: u32, layer: &Tensors) -> u32 {
    let Geometry { rows, row_len, positions, .. } = Geometry::of(layer.op).unwrap();
    let [channels, len, places] = [rows, row_len, positions].map(|side| Size::fixed(side as u32));
    let lines = match layer.op {
        graph::Op::Linear { .. } => input,
        graph::Op::Conv2d { in_channels, in_height, in_width, kernel, stride, padding, .. } => {
            let window = Window {
                channels: in_channels,
                height: in_height,
                width: in_width,
                kernel_height: kernel,
                kernel_width: kernel,
                stride,
                padding,
                is_by_channel: false,
            };
            model.add(Op::Map(Map::Unfold(window)), Int8, &[input], places, len)
        }
    };
    let mut weights = layer.weights.iter().map(|weight| i32::from(weight.cast_signed()).cast_unsigned());
    let mut bias = layer.bias.iter().map(|bias| bias.cast_unsigned());
    let affine = (Op::Reduce(Reduce::Affine), Int32, &[lines][..]);
    let words = (&mut || weights.next().unwrap(), &mut || bias.next().unwrap());
    let mut last = model.add_with(affine, [places, channels], words.0, words.1);
    if let Some(rule) = layer.requantise {
        last = model.unary(Unary::Requantise(rule), Int8, last);
    }
    if positions == 1 {
        return last;
    }
    // Channel by channel, as the next layer reads it.
    let turned = model.permute(last, [Size::ONE, Size::ONE, places, channels], [0, 1, 3, 2], [channels, places]);
    let kind = model.records[turned as usize].kind;
    model.add(Op::Map(Map::Reshape), kind, &[turned], Size::ONE, Size::fixed((rows * positions) as u32))
}

#[test]
fn a_chain_of_layers_gives_the_same_sums_as_a_provable_graph() {
    let mut random = random();
    for (kernel, stride, padding) in [(3, 1, 1), (2, 2, 0), (3, 2, 2)] {
        let first =
            graph::Op::Conv2d { in_channels: 1, in_height: 8, in_width: 7, out_channels: 5, kernel, stride, padding };
        let inputs = Geometry::of(first).unwrap().output_len() as u32;
        let rule = Some(Requantise { min: 0, ..RULE });
        let layers = [
            tensors(&mut random, first, rule),
            tensors(&mut random, graph::Op::Linear { inputs, outputs: 12 }, rule),
            tensors(&mut random, graph::Op::Linear { inputs: 12, outputs: 10 }, None),
        ];
        let borrowed: Vec<Layer<'_>> = layers
            .iter()
            .map(|layer| Layer {
                geometry: Geometry::of(layer.op).unwrap(),
                weights: &layer.weights,
                bias: &layer.bias,
                requantise: layer.requantise,
            })
            .collect();
        let chain = graph::Graph::new(&borrowed, 56, 16).unwrap();
        let mut model = Model::default();
        let sizes = SizeRange { min: 1, max: 1 };
        let input = Input { encoding: Encoding::Unsigned8, low: 0, high: 16, sizes };
        let mut last = model.add(Op::Input(input), Int8, &[], Size::ONE, Size::fixed(56));
        for layer in &layers {
            last = add_layer(&mut model, last, layer);
        }
        for _ in 0..50 {
            let image: Vec<u8> = (0..56).map(|_| random.below(17) as u8).collect();
            let mut buffers = [vec![0; chain.values_max()], vec![0; chain.values_max()]];
            let [one, two] = &mut buffers;
            let sums = chain.run(&image, [one, two]).unwrap();
            let words = run(&model, 1, &image);
            let output = Trace::new(model.graph(), 1, &words).unwrap().output(last).to_vec();
            assert_eq!(output, sums.iter().map(|sum| sum.cast_unsigned()).collect::<Vec<_>>());
        }
    }
}
