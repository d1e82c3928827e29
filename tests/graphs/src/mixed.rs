use modchains_core::provable::{
    Binary, Encoding, Graph, Input, Map, Op, Record, Reduce, Requantise, Second, Shape, Size, SizeRange, Unary, Window,
    check::Survey,
};
use modchains_test_seed::Random;

use super::model::{Float, Int8, Int32, Model, int8, pattern, record, small};

/// Bytes of an output that fit a transaction with the largest input.
const OUTPUT_BYTES_MAX: u64 = 512;

/// A small graph of random nodes: floats and integers, or integers alone. Every operation comes up among some dozens of them.
pub fn mixed(random: &mut Random, is_exact: bool) -> Model {
    let mut model = Model::default();
    add_input(&mut model, random, is_exact);
    let nodes = 5 + random.below(8) as usize;
    while model.records.len() < nodes {
        let source = random.below(model.records.len() as u64) as u32;
        propose(&mut model, random, source, is_exact);
    }
    shorten(&mut model);
    model
}

fn add_input(model: &mut Model, random: &mut Random, is_exact: bool) {
    let max = 1 + random.below(5) as u32;
    let is_sized = random.below(2) == 0;
    let rows = if is_sized { Size { fixed: random.below(2) as u32, per: 1 } } else { Size::fixed(max) };
    let columns = [1, 1 + random.below(20) as u32, 90 + random.below(30) as u32, 380 + random.below(10) as u32];
    let columns = Size::fixed(columns[random.below(4) as usize]);
    let (encoding, kind, low, high) = match random.below(if is_exact { 3 } else { 4 }) {
        0 => (Encoding::Signed8, Int8, (-100_i32).cast_unsigned(), 120),
        1 => (Encoding::Unsigned16, Int32, 0, 50_000),
        2 => (Encoding::Signed32, Int32, (-1_i32 << 30).cast_unsigned(), 1 << 30),
        _ => (Encoding::Float32, Float, pattern(-1e30), pattern(8.0)),
    };
    let sizes = if is_sized { SizeRange { min: 1, max } } else { SizeRange { min: 1, max: 1 } };
    model.add(Op::Input(Input { encoding, low, high, sizes }), kind, &[], rows, columns);
}

/// Adds a node if what was drawn is one.
fn propose(model: &mut Model, random: &mut Random, source: u32, is_exact: bool) {
    let drawn = draw(model, random, source, is_exact);
    if !is_accepted(model, &drawn) {
        return;
    }
    let inputs = drawn.inputs().to_vec();
    if drawn.weights.is_none() {
        model.records.push(drawn);
        return;
    }
    let mut other = Random(random.next());
    let is_float = model.records[source as usize].kind == Float || drawn.kind == Float;
    let shape = [drawn.rows, drawn.columns];
    if is_float {
        model.add_with((drawn.op, drawn.kind, &inputs), shape, &mut || small(random), &mut || small(&mut other));
    } else {
        let bias = &mut || other.below(2_000) as u32;
        model.add_with((drawn.op, drawn.kind, &inputs), shape, &mut || int8(random), bias);
    }
}

fn is_accepted(model: &Model, drawn: &Record) -> bool {
    let mut survey = Survey::default();
    let records: Vec<Record> = model.records.iter().copied().chain([*drawn]).collect();
    let shape = |index: u32| records.get(index as usize).map(Shape::of);
    records.iter().all(|record| survey.add(record, shape).is_ok())
        && drawn.columns.fixed <= 1_200
        && drawn.rows.fixed <= 500
}

fn draw(model: &Model, random: &mut Random, source: u32, is_exact: bool) -> Record {
    let of_source = model.records[source as usize];
    let (kind, rows, columns) = (of_source.kind, of_source.rows, of_source.columns);
    let other = random.below(model.records.len() as u64) as u32;
    let of_other = model.records[other as usize];
    let same = |op: Op, kind| record(op, kind, &[source], rows, columns);
    let sum_kind = if kind == Float { Float } else { Int32 };
    let with_weights = |drawn: Record| Record { weights: Some([1; 32]), ..drawn };
    match random.below(22) {
        0 => same(Op::Unary(Unary::Relu), kind),
        1 if kind == Float => same(Op::Unary(Unary::Clamp { low: pattern(-0.5), high: pattern(2.0) }), kind),
        1 => same(Op::Unary(Unary::Clamp { low: 0, high: 90 }), kind),
        2 | 3 if kind == Float => {
            let function = [Unary::Sqrt, Unary::Rsqrt, Unary::Exp, Unary::Erf, Unary::Tanh, Unary::Round];
            let function = function[random.below(6) as usize];
            same(Op::Unary(function), if function == Unary::Round { Int8 } else { Float })
        }
        2 if !is_exact => same(Op::Unary(Unary::Convert), Float),
        2 | 3 => {
            let rule = Requantise { multiplier: 3, shift: 7, min: -128, max: 127 };
            same(Op::Unary(Unary::Requantise(rule)), Int8)
        }
        4 | 5 => {
            let word = if kind == Float { small(random) } else { random.below(1_000) as u32 };
            same(Op::Binary(binary(random), Second::Constant(word)), sum_kind)
        }
        6 => with_weights(same(Op::Binary(binary(random), Second::Weights { rows: 1 }), sum_kind)),
        7 => with_weights(same(Op::Binary(binary(random), Second::Weights { rows: 12 }), sum_kind)),
        8..=10 => record(Op::Binary(binary(random), Second::Input), sum_kind, &[source, other], rows, columns),
        11 => {
            let reduce = [Reduce::Sum, Reduce::Mean, Reduce::SquareSum, Reduce::SquareMean][random.below(4) as usize];
            record(Op::Reduce(reduce), sum_kind, &[source], rows, Size::ONE)
        }
        12 => record(Op::Reduce(Reduce::Max), kind, &[source], rows, Size::ONE),
        13 => {
            let count = 1 + random.below(8) as u32;
            record(Op::Reduce(Reduce::TopK { count }), Int32, &[source], rows, Size::fixed(count))
        }
        14 | 15 => {
            let columns = Size::fixed(1 + random.below(12) as u32);
            with_weights(record(Op::Reduce(Reduce::Affine), sum_kind, &[source], rows, columns))
        }
        16 => record(Op::Reduce(Reduce::Dot { groups: 1 }), sum_kind, &[source, other], rows, of_other.rows),
        17 => {
            let dimensions = [Size::ONE, Size::ONE, rows, columns];
            record(Op::Map(Map::Permute { dimensions, order: [0, 1, 3, 2] }), kind, &[source], columns, rows)
        }
        18 => draw_part(random, source, &of_source),
        19 => {
            let below = record(Op::Map(Map::ConcatRows), kind, &[source, other], rows, columns);
            Record { rows: rows.plus(of_other.rows).unwrap_or(rows), ..below }
        }
        20 => {
            let beside = record(Op::Map(Map::ConcatColumns), kind, &[source, other, source], rows, columns);
            let both = columns.plus(of_other.columns).and_then(|both| both.plus(columns));
            Record { columns: both.unwrap_or(columns), ..beside }
        }
        _ => with_weights(record(
            Op::Embedding { rows: 9 },
            if is_exact { Int8 } else { Float },
            &[source],
            rows,
            Size::fixed(1 + random.below(120) as u32),
        )),
    }
}

/// A slice, a reshape or the windows of an image.
fn draw_part(random: &mut Random, source: u32, of_source: &Record) -> Record {
    let Record { kind, rows, columns, .. } = *of_source;
    match random.below(3) {
        0 => {
            let start = [0, random.below(columns.fixed.max(1).into()) as u32];
            let columns = Size::fixed((columns.fixed.saturating_sub(start[1])).div_ceil(2));
            record(Op::Map(Map::Slice { start, step: [1, 2] }), kind, &[source], rows, columns)
        }
        1 => record(Op::Map(Map::Reshape), kind, &[source], Size::ONE, rows.times(columns).unwrap_or(columns)),
        _ => {
            let window = Window {
                channels: rows.fixed,
                height: 1,
                width: columns.fixed,
                kernel_height: 1,
                kernel_width: 3,
                stride: 2,
                padding: 0,
                is_by_channel: false,
            };
            let steps = window.steps().unwrap_or([0; 2]);
            let (rows, columns) = (Size::fixed(steps[1]), Size::fixed(window.channels * 3));
            record(Op::Map(Map::Unfold(window)), kind, &[source], rows, columns)
        }
    }
}

fn binary(random: &mut Random) -> Binary {
    [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Max][random.below(5) as usize]
}

/// Ends the graph with an output that fits a transaction.
fn shorten(model: &mut Model) {
    let last = model.records.len() as u32 - 1;
    let max = Graph::new(&model.records).unwrap().summary().sizes.max;
    let tensor = Graph::new(&model.records).unwrap().tensor(last, max).unwrap();
    let is_steady = Shape::of(&model.records[last as usize]).elements().is_some();
    if is_steady && tensor.elements() * tensor.kind.bytes() as u64 <= OUTPUT_BYTES_MAX {
        return;
    }
    let record = model.records[last as usize];
    let slice = Op::Map(Map::Slice { start: [0; 2], step: [1; 2] });
    model.add(slice, record.kind, &[last], Size::ONE, Size::fixed(record.columns.fixed.clamp(1, 40)));
}
