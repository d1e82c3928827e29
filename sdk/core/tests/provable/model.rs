//! Graphs that own their weights, and what builds them.

use std::collections::HashMap;

use modchains_core::provable::{
    Binary, ElementKind, Encoding, Graph, Input, Map, Node, Op, Record, Reduce, Requantise, Second, Size, SizeRange,
    Tensor, Trace, Unary, WeightRow, Weights, Window,
};
use modchains_test_seed::Random;

use super::sha256;

pub use ElementKind::{Float, Int8, Int32};

pub const RULE: Requantise = Requantise { multiplier: 3, shift: 7, min: -128, max: 127 };

/// A row of weights as bytes, and its bias.
pub type Row = (Vec<u8>, [u8; 4]);

/// A graph with its weights.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub records: Vec<Record>,
    pub weights: HashMap<u32, Vec<Row>>,
}

impl Weights for Model {
    fn row(&self, node: u32, row: u32) -> Option<WeightRow<'_>> {
        let (bytes, bias) = self.weights.get(&node)?.get(row as usize)?;
        Some(WeightRow { bytes, bias: *bias })
    }
}

pub fn record(op: Op, kind: ElementKind, inputs: &[u32], rows: Size, columns: Size) -> Record {
    let mut places = [0; 3];
    places[..inputs.len()].copy_from_slice(inputs);
    Record { op, kind, inputs: places, input_count: inputs.len() as u8, rows, columns, weights: None }
}

impl Model {
    pub fn graph(&self) -> Graph<'_> {
        Graph::new(&self.records).unwrap()
    }

    /// Adds a node and returns its index.
    pub fn add(&mut self, op: Op, kind: ElementKind, inputs: &[u32], rows: Size, columns: Size) -> u32 {
        self.records.push(record(op, kind, inputs, rows, columns));
        self.records.len() as u32 - 1
    }

    /// Adds a node with weights, of which `draw` gives words, and biases if it takes some.
    pub fn add_with(
        &mut self,
        node: (Op, ElementKind, &[u32]),
        shape: [Size; 2],
        draw: &mut impl FnMut() -> u32,
        bias: &mut impl FnMut() -> u32,
    ) -> u32 {
        let (op, kind, inputs) = node;
        let index = self.add(op, kind, inputs, shape[0], shape[1]);
        let node = self.node(index, 1);
        let Tensor { kind, rows, columns } = node.weights().unwrap();
        let has_bias = matches!(op, Op::Reduce(Reduce::Affine));
        let rows = (0..rows).map(|_| {
            let words: Vec<u32> = (0..columns).map(|_| draw()).collect();
            let mut bytes = vec![0; words.len() * kind.bytes()];
            assert_eq!(kind.encode(&words, &mut bytes), bytes.len());
            (bytes, if has_bias { bias().to_le_bytes() } else { [0; 4] })
        });
        let rows = rows.collect();
        self.weights.insert(index, rows);
        let root = self.node(index, 1).weights_root(sha256, index, self).unwrap();
        self.records[index as usize].weights = Some(root);
        index
    }

    /// A node, of a graph that need not be complete.
    pub fn node(&self, index: u32, n: u32) -> Node {
        let tensor = |input: u32| {
            let record = &self.records[input as usize];
            Some(Tensor { kind: record.kind, rows: record.rows.at(n)?, columns: record.columns.at(n)? })
        };
        Node::new(&self.records[index as usize], n, tensor).unwrap()
    }

    pub fn same_shape(&mut self, op: Op, kind: ElementKind, inputs: &[u32]) -> u32 {
        let Record { rows, columns, .. } = self.records[inputs[0] as usize];
        self.add(op, kind, inputs, rows, columns)
    }

    pub fn unary(&mut self, unary: Unary, kind: ElementKind, input: u32) -> u32 {
        self.same_shape(Op::Unary(unary), kind, &[input])
    }

    pub fn constant(&mut self, binary: Binary, input: u32, word: u32) -> u32 {
        let kind = if self.records[input as usize].kind == Float { Float } else { Int32 };
        self.same_shape(Op::Binary(binary, Second::Constant(word)), kind, &[input])
    }

    pub fn binary(&mut self, binary: Binary, inputs: [u32; 2]) -> u32 {
        let kind = if self.records[inputs[0] as usize].kind == Float { Float } else { Int32 };
        self.same_shape(Op::Binary(binary, Second::Input), kind, &inputs)
    }

    pub fn permute(&mut self, input: u32, dimensions: [Size; 4], order: [u8; 4], shape: [Size; 2]) -> u32 {
        let kind = self.records[input as usize].kind;
        self.add(Op::Map(Map::Permute { dimensions, order }), kind, &[input], shape[0], shape[1])
    }

    pub fn reduce(&mut self, reduce: Reduce, kind: ElementKind, inputs: &[u32]) -> u32 {
        let rows = self.records[inputs[0] as usize].rows;
        self.add(Op::Reduce(reduce), kind, inputs, rows, Size::ONE)
    }
}

pub fn pattern(value: f32) -> u32 {
    value.to_bits()
}

/// A value between -2 and 2 with 9 bits, so that products and sums of many are exact in doubles.
pub fn small(random: &mut Random) -> u32 {
    let value = (random.below(1_025) as f32 - 512.0) / 256.0;
    if value == 0.0 { 0 } else { value.to_bits() }
}

pub fn int8(random: &mut Random) -> u32 {
    i32::from(random.next() as i8).cast_unsigned()
}

const N: Size = Size::per(1);
const WIDTH: u32 = 8;
const HEADS: u32 = 2;

/// A transformer's encoder: tokens, positions, normalisation, attention, a layer with the error function, the mean of all
/// tokens, length one, and 8-bit results.
pub fn encoder(random: &mut Random) -> Model {
    let mut model = Model::default();
    let width = Size::fixed(WIDTH);
    let sizes = SizeRange { min: 1, max: 12 };
    let input = Input { encoding: Encoding::Unsigned16, low: 0, high: 29, sizes };
    let tokens = model.add(Op::Input(input), Int32, &[], N, Size::ONE);
    let mut weights = |model: &mut Model, op, inputs: &[u32], rows, columns| {
        let mut other = Random(random.next());
        model.add_with((op, Float, inputs), [rows, columns], &mut || small(random), &mut || small(&mut other))
    };
    let words = weights(&mut model, Op::Embedding { rows: 30 }, &[tokens], N, width);
    let positions = Op::Binary(Binary::Add, Second::Weights { rows: 12 });
    let x = weights(&mut model, positions, &[words], N, width);
    let norm = |model: &mut Model, x: u32| {
        let mean = model.reduce(Reduce::Mean, Float, &[x]);
        let centred = model.binary(Binary::Sub, [x, mean]);
        let variance = model.reduce(Reduce::SquareMean, Float, &[centred]);
        let variance = model.constant(Binary::Add, variance, pattern(1e-12));
        let scale = model.unary(Unary::Rsqrt, Float, variance);
        model.binary(Binary::Mul, [centred, scale])
    };
    let x = norm(&mut model, x);
    let x = weights(&mut model, Op::Binary(Binary::Mul, Second::Weights { rows: 1 }), &[x], N, width);
    let affine = Op::Reduce(Reduce::Affine);
    let head = WIDTH / HEADS;
    let block = [N, Size::fixed(HEADS), Size::fixed(head), Size::ONE];
    let heads = Size::per(HEADS);
    let [query, key, value] = [0; 3].map(|_| weights(&mut model, affine, &[x], N, width));
    let query = model.permute(query, block, [1, 0, 2, 3], [heads, Size::fixed(head)]);
    let key = model.permute(key, block, [1, 0, 2, 3], [heads, Size::fixed(head)]);
    let value = model.permute(value, block, [1, 2, 0, 3], [Size::fixed(WIDTH), N]);
    let scores = model.add(Op::Reduce(Reduce::Dot { groups: HEADS }), Float, &[query, key], heads, N);
    let scores = model.constant(Binary::Mul, scores, pattern(0.5));
    let largest = model.reduce(Reduce::Max, Float, &[scores]);
    let scores = model.binary(Binary::Sub, [scores, largest]);
    let powers = model.unary(Unary::Exp, Float, scores);
    let sum = model.reduce(Reduce::Sum, Float, &[powers]);
    let parts = model.binary(Binary::Div, [powers, sum]);
    let mixed = Op::Reduce(Reduce::Dot { groups: HEADS });
    let mixed = model.add(mixed, Float, &[parts, value], heads, Size::fixed(head));
    let back = [Size::fixed(HEADS), N, Size::fixed(head), Size::ONE];
    let mixed = model.permute(mixed, back, [1, 0, 2, 3], [N, width]);
    let x = model.binary(Binary::Add, [x, mixed]);
    let hidden = weights(&mut model, affine, &[x], N, Size::fixed(20));
    let error = model.constant(Binary::Mul, hidden, pattern(0.5_f32.sqrt()));
    let error = model.unary(Unary::Erf, Float, error);
    let error = model.constant(Binary::Add, error, pattern(1.0));
    let hidden = model.binary(Binary::Mul, [hidden, error]);
    let hidden = model.constant(Binary::Mul, hidden, pattern(0.5));
    let hidden = model.unary(Unary::Tanh, Float, hidden);
    let x = weights(&mut model, affine, &[hidden], N, width);
    let columns = model.permute(x, [Size::ONE, Size::ONE, N, width], [0, 1, 3, 2], [width, N]);
    let mean = model.reduce(Reduce::Mean, Float, &[columns]);
    let mean = model.add(Op::Map(Map::Reshape), Float, &[mean], Size::ONE, width);
    let square = model.reduce(Reduce::SquareSum, Float, &[mean]);
    let length = model.unary(Unary::Sqrt, Float, square);
    let unit = model.binary(Binary::Div, [mean, length]);
    let scaled = model.constant(Binary::Mul, unit, pattern(127.0));
    model.unary(Unary::Round, Int8, scaled);
    model
}

/// A convolutional classifier of 8-bit integers: two images as channels, a convolution, the largest and the sum of
/// windows, and the places of the largest of ten sums.
pub fn convolutional(random: &mut Random) -> Model {
    let mut model = Model::default();
    let fixed = Size::fixed;
    let sizes = SizeRange { min: 1, max: 1 };
    let input = Input { encoding: Encoding::Unsigned8, low: 0, high: 100, sizes };
    let image = model.add(Op::Input(input), Int8, &[], fixed(2), fixed(7 * 9));
    let window = Window {
        channels: 2,
        height: 7,
        width: 9,
        kernel_height: 3,
        kernel_width: 3,
        stride: 2,
        padding: 1,
        is_by_channel: false,
    };
    let rows = model.add(Op::Map(Map::Unfold(window)), Int8, &[image], fixed(20), fixed(18));
    let mut weights = |model: &mut Model, inputs: &[u32], rows, columns| {
        let mut other = Random(random.next());
        let affine = (Op::Reduce(Reduce::Affine), Int32, inputs);
        model.add_with(affine, [rows, columns], &mut || int8(random), &mut || other.below(2_000) as u32)
    };
    let sums = weights(&mut model, &[rows], fixed(20), fixed(6));
    let small = model.unary(Unary::Requantise(RULE), Int8, sums);
    let small = model.unary(Unary::Relu, Int8, small);
    let one = Size::ONE;
    let by_channel = model.permute(small, [one, one, fixed(20), fixed(6)], [0, 1, 3, 2], [fixed(6), fixed(20)]);
    let pool = Window {
        channels: 6,
        height: 4,
        width: 5,
        kernel_height: 2,
        kernel_width: 2,
        stride: 2,
        padding: 0,
        is_by_channel: true,
    };
    let windows = model.add(Op::Map(Map::Unfold(pool)), Int8, &[by_channel], fixed(24), fixed(4));
    let largest = model.reduce(Reduce::Max, Int8, &[windows]);
    let sums = model.reduce(Reduce::Sum, Int32, &[windows]);
    let mean = model.unary(Unary::Requantise(Requantise { multiplier: 1, shift: 2, ..RULE }), Int8, sums);
    let both = model.add(Op::Map(Map::ConcatColumns), Int8, &[largest, mean], fixed(24), fixed(2));
    let flat = model.add(Op::Map(Map::Reshape), Int8, &[both], one, fixed(48));
    let logits = weights(&mut model, &[flat], one, fixed(10));
    model.add(Op::Reduce(Reduce::TopK { count: 3 }), Int32, &[logits], one, fixed(3));
    model
}

/// An input of a size for a model.
pub fn input(model: &Model, n: u32, random: &mut Random) -> Vec<u8> {
    (0..model.graph().input_bytes(n)).map(|_| random.next() as u8).collect()
}

/// Words of every output.
pub fn run(model: &Model, n: u32, input: &[u8]) -> Vec<u32> {
    let graph = model.graph();
    let mut words = vec![0; graph.words(n) as usize];
    graph.run(n, input, model, &mut words).unwrap();
    words
}

/// One tensor as an input, of `Float32` or `Signed32` or `Signed8` elements.
pub fn source(kind: ElementKind, rows: u32, columns: u32) -> Model {
    let mut model = Model::default();
    let (encoding, low, high) = match kind {
        Float => (Encoding::Float32, 0xff7f_ffff, 0x7f7f_ffff),
        Int8 => (Encoding::Signed8, i32::from(i8::MIN).cast_unsigned(), 127),
        Int32 => (Encoding::Signed32, i32::MIN.cast_unsigned(), i32::MAX.cast_unsigned()),
    };
    let sizes = SizeRange { min: 1, max: 1 };
    model.add(Op::Input(Input { encoding, low, high, sizes }), kind, &[], Size::fixed(rows), Size::fixed(columns));
    model
}

/// Runs a model on words as its input and gives its last output.
pub fn outputs(model: &Model, words: &[u32]) -> Vec<u32> {
    let kind = model.records[0].kind;
    let mut bytes = vec![0; words.len() * kind.bytes()];
    kind.encode(words, &mut bytes);
    let all = run(model, 1, &bytes);
    let graph = model.graph();
    let last = graph.summary().nodes - 1;
    Trace::new(graph, 1, &all).unwrap().output(last).to_vec()
}

pub fn double(word: u32) -> f64 {
    f32::from_bits(word).into()
}

pub fn nearest(value: f64) -> u32 {
    if value == 0.0 { 0 } else { (value as f32).to_bits() }
}

pub fn matrix(random: &mut Random, len: u32, draw: fn(&mut Random) -> u32) -> Vec<u32> {
    (0..len).map(|_| draw(random)).collect()
}
