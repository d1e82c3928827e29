//! Graphs that are drawn at random: every operation on every kind of elements that it takes.

use modchains_sdk::{
    bundle::{GraphFiles, NamedWeights, NodeDraft, write_graph},
    core::provable::{
        Binary, ElementKind, Encoding, Graph, INPUTS_MAX, Input, Map, Op, Record, Reduce, Requantise, Second, Size,
        SizeRange, Tensor, Unary, Window,
    },
};
use modchains_test_seed::Random;

pub use ElementKind::{Float, Int8, Int32};

/// Largest size of an input.
pub const SIZE_MAX: u32 = 5;
const N: Size = Size::per(1);
const ONE: Size = Size::ONE;
const RULE: Requantise = Requantise { multiplier: 3, shift: 7, min: -100, max: 127 };

/// A graph that grows.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub nodes: Vec<NodeDraft>,
}

pub fn record(op: Op, kind: ElementKind, inputs: &[u32], [rows, columns]: [Size; 2]) -> Record {
    let mut places = [0; INPUTS_MAX];
    places[..inputs.len()].copy_from_slice(inputs);
    Record { op, kind, inputs: places, input_count: inputs.len() as u8, rows, columns, weights: None }
}

/// A value between -2 and 2 with 9 bits.
fn value(random: &mut Random) -> u32 {
    let value = (random.below(1_025) as f32 - 512.0) / 256.0;
    if value == 0.0 { 0 } else { value.to_bits() }
}

fn word(random: &mut Random, kind: ElementKind) -> u32 {
    match kind {
        Float => value(random),
        Int8 => i32::from(random.next() as i8).cast_unsigned(),
        Int32 => (random.below(4_001) as i32 - 2_000).cast_unsigned(),
    }
}

impl Draft {
    /// A graph whose input has n rows of some columns.
    pub fn new(kind: ElementKind, columns: u32) -> Self {
        let (encoding, low, high) = match kind {
            Float => (Encoding::Float32, (-8.0_f32).to_bits(), 8.0_f32.to_bits()),
            Int8 => (Encoding::Signed8, (-100_i32).cast_unsigned(), 100),
            Int32 => (Encoding::Unsigned16, 0, 999),
        };
        let input = Op::Input(Input { encoding, low, high, sizes: SizeRange { min: 1, max: SIZE_MAX } });
        let mut draft = Self::default();
        draft.nodes.push(NodeDraft { record: record(input, kind, &[], [N, Size::fixed(columns)]), weights: None });
        draft
    }

    fn records(&self) -> Vec<Record> {
        self.nodes.iter().map(|node| node.record).collect()
    }

    /// Adds a node when the graph stays one that is accepted; weights are drawn.
    pub fn push(&mut self, record: Record, random: &mut Random) -> bool {
        let has_weights = matches!(
            record.op,
            Op::Embedding { .. } | Op::Binary(_, Second::Weights { .. }) | Op::Reduce(Reduce::Affine)
        );
        let record = Record { weights: has_weights.then_some([1; 32]), ..record };
        let records = [self.records(), vec![record]].concat();
        let Ok(graph) = Graph::new(&records) else { return false };
        let index = self.nodes.len() as u32;
        let weights = graph.node(index, 1).unwrap().weights().map(|Tensor { kind, rows, columns }| {
            let words: Vec<u32> = (0..rows * columns).map(|_| word(random, kind)).collect();
            let mut elements = vec![0; words.len() * kind.bytes()];
            kind.encode(&words, &mut elements);
            let of_bias = if kind == Float { Float } else { Int32 };
            let biases = (0..rows).flat_map(|_| word(random, of_bias).to_le_bytes()).collect();
            let biases = matches!(record.op, Op::Reduce(Reduce::Affine)).then_some(biases);
            NamedWeights { name: format!("node.{index}"), elements, biases }
        });
        self.nodes.push(NodeDraft { record, weights });
        true
    }

    /// Draws nodes until there are so many.
    pub fn grow(&mut self, nodes: usize, random: &mut Random) {
        while self.nodes.len() < nodes {
            let input = random.below(self.nodes.len() as u64) as u32;
            let of_input = self.nodes[input as usize].record;
            // Wide rows would grow from node to node.
            let other = random.below(self.nodes.len() as u64) as u32;
            let candidate = match random.below(5) {
                0 => unary(random, input, &of_input),
                1 => binary(random, [input, other], &of_input),
                2 => reduce(random, [input, other], [&of_input, &self.nodes[other as usize].record]),
                3 => map(random, [input, other], [&of_input, &self.nodes[other as usize].record]),
                _ => table(random, input, &of_input),
            };
            let is_small = [candidate.rows, candidate.columns].iter().all(|size| size.fixed + size.per <= 24);
            if is_small {
                self.push(candidate, random);
            }
        }
    }

    pub fn write(&self) -> GraphFiles {
        write_graph(&self.nodes).unwrap()
    }
}

/// Graphs of all kinds, which together have every operation.
pub fn drawn(count: usize, random: &mut Random) -> Vec<Draft> {
    let draft = |index: usize| {
        let mut draft = Draft::new([Float, Int8, Int32][index % 3], [1, 4, 9][index / 3 % 3]);
        draft.grow(3 + random.below(60) as usize, random);
        draft
    };
    (0..count).map(draft).collect()
}

fn pick<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

fn unary(random: &mut Random, input: u32, of_input: &Record) -> Record {
    let kind = of_input.kind;
    let ends = match kind {
        Float => Unary::Clamp { low: (-1.5_f32).to_bits(), high: 2.0_f32.to_bits() },
        Int8 | Int32 => Unary::Clamp { low: (-50_i32).cast_unsigned(), high: 60 },
    };
    let (function, kind) = match kind {
        Float => pick(
            random,
            &[
                (Unary::Relu, Float),
                (ends, Float),
                (Unary::Sqrt, Float),
                (Unary::Rsqrt, Float),
                (Unary::Exp, Float),
                (Unary::Erf, Float),
                (Unary::Tanh, Float),
                (Unary::Round, Int8),
            ],
        ),
        Int8 => pick(random, &[(Unary::Relu, Int8), (ends, Int8), (Unary::Convert, Float)]),
        Int32 => pick(
            random,
            &[(Unary::Relu, Int32), (ends, Int32), (Unary::Requantise(RULE), Int8), (Unary::Convert, Float)],
        ),
    };
    record(Op::Unary(function), kind, &[input], [of_input.rows, of_input.columns])
}

fn binary(random: &mut Random, [input, other]: [u32; 2], of_input: &Record) -> Record {
    let kind = if of_input.kind == Float { Float } else { Int32 };
    let function = pick(random, &[Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Max]);
    let (second, inputs) = match random.below(4) {
        0 => (Second::Constant(word(random, kind)), vec![input]),
        1 => (Second::Weights { rows: pick(random, &[1, SIZE_MAX, 24]) }, vec![input]),
        2 => (Second::Input, vec![input, input]),
        _ => (Second::Input, vec![input, other]),
    };
    record(Op::Binary(function, second), kind, &inputs, [of_input.rows, of_input.columns])
}

fn reduce(random: &mut Random, [input, other]: [u32; 2], [of_input, of_other]: [&Record; 2]) -> Record {
    let kind = of_input.kind;
    let sum_kind = if kind == Float { Float } else { Int32 };
    let rows = of_input.rows;
    match random.below(8) {
        0 => record(Op::Reduce(Reduce::Sum), sum_kind, &[input], [rows, ONE]),
        1 => record(Op::Reduce(Reduce::Mean), Float, &[input], [rows, ONE]),
        2 => record(Op::Reduce(Reduce::SquareSum), sum_kind, &[input], [rows, ONE]),
        3 => record(Op::Reduce(Reduce::SquareMean), Float, &[input], [rows, ONE]),
        4 => record(Op::Reduce(Reduce::Max), kind, &[input], [rows, ONE]),
        5 => {
            let count = 1 + random.below(3) as u32;
            record(Op::Reduce(Reduce::TopK { count }), Int32, &[input], [rows, Size::fixed(count)])
        }
        6 => record(Op::Reduce(Reduce::Affine), sum_kind, &[input], [rows, Size::fixed(1 + random.below(9) as u32)]),
        _ => {
            let groups = pick(random, &[1, 1, 2, 3]);
            let columns = of_other.rows.part(groups).unwrap_or(of_other.rows);
            record(Op::Reduce(Reduce::Dot { groups }), sum_kind, &[input, other], [rows, columns])
        }
    }
}

fn map(random: &mut Random, [input, other]: [u32; 2], [of_input, of_other]: [&Record; 2]) -> Record {
    let (kind, rows, columns) = (of_input.kind, of_input.rows, of_input.columns);
    let map = |map, inputs: &[u32], shape| record(Op::Map(map), kind, inputs, shape);
    match random.below(7) {
        0 => {
            let all = Size { fixed: rows.fixed * columns.fixed, per: rows.per * columns.fixed };
            map(Map::Reshape, &[input], pick(random, &[[all, ONE], [ONE, all]]))
        }
        1 => {
            let transposed = Map::Permute { dimensions: [ONE, ONE, rows, columns], order: [1, 0, 3, 2] };
            map(transposed, &[input], [columns, rows])
        }
        2 => {
            let start = [random.below(2) as u32, random.below(3) as u32];
            let step = [1 + random.below(2) as u32, 1 + random.below(2) as u32];
            let some = [ONE, Size::fixed(2), Size { fixed: rows.fixed.saturating_sub(1), per: rows.per }];
            map(Map::Slice { start, step }, &[input], [pick(random, &some), pick(random, &[ONE, Size::fixed(3)])])
        }
        3 => map(
            Map::ConcatRows,
            &[input, other, input],
            [of_other.rows.plus(rows).and_then(|sum| sum.plus(rows)).unwrap(), columns],
        ),
        4 => map(Map::ConcatColumns, &[input, other], [rows, columns.plus(of_other.columns).unwrap()]),
        kind_of_window => {
            let is_by_channel = kind_of_window == 5;
            let [height, width] = [rows.fixed, columns.fixed];
            let window = Window {
                channels: 1,
                height,
                width,
                kernel_height: 2,
                kernel_width: 1 + random.below(2) as u32,
                stride: 1,
                padding: random.below(2) as u32,
                is_by_channel,
            };
            let [down, across] = window.steps().unwrap_or([1, 1]);
            let shape = [Size::fixed(down * across), Size::fixed(2 * window.kernel_width)];
            map(Map::Unfold(window), &[input], shape)
        }
    }
}

fn table(random: &mut Random, input: u32, of_input: &Record) -> Record {
    let kind = pick(random, &[Float, Int8, Int32]);
    let columns = Size::fixed(1 + random.below(8) as u32);
    record(Op::Embedding { rows: 1 + random.below(20) as u32 }, kind, &[input], [of_input.rows, columns])
}
