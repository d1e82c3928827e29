//! Random graphs of every operation.

use modchains_core::{
    provable::{
        Binary,
        ElementKind::{self, Float, Int8, Int32},
        Encoding, Input, Map, Op, Record, Reduce, Requantise, Second, Shape, Size, SizeRange, Unary, Window,
        check::Survey,
    },
    rounded::is_value,
};
use modchains_test_seed::Random;

use super::model::Model;

const SIZES: SizeRange = SizeRange { min: 1, max: 5 };

/// A value: of few bits, so that results are often exact or midpoints; of any bits around 1; or anything.
pub fn random_value(random: &mut Random, style: u64) -> u32 {
    let bits = random.next() as u32;
    let word = match style % 4 {
        0 => ((bits % 33) as f32 / 16.0 - 1.0).to_bits(),
        1 => bits & 0x807f_ffff | 0x3f00_0000,
        2 => bits & 0x81ff_ffff | 0x3e00_0000,
        _ => bits,
    };
    if is_value(word) { word } else { 0 }
}

/// A word of a kind.
fn word(random: &mut Random, kind: ElementKind, style: u64) -> u32 {
    match kind {
        Float => random_value(random, style),
        Int8 => i32::from(random.next() as i8).cast_unsigned(),
        Int32 => (random.next() as i32 >> random.below(32)).cast_unsigned(),
    }
}

fn one_of<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

/// A random graph of about so many nodes.
pub fn random_graph(random: &mut Random, nodes: usize) -> Model {
    let mut model = Model { records: vec![source(random)], ..Model::default() };
    let mut tries = 0;
    while model.records.len() < nodes && tries < 40 * nodes {
        tries += 1;
        let Some(record) = proposal(&model.records, random) else { continue };
        // What the check does not take is not proposed again.
        let mut with = model.records.clone();
        with.push(Record { weights: has_weights(&record.op).then_some([1; 32]), ..record });
        let mut survey = Survey::default();
        if with.iter().any(|record| survey.add(record, |input| Some(Shape::of(&with[input as usize]))).is_err()) {
            continue;
        }
        model.records.push(record);
        if has_weights(&record.op) {
            let index = model.records.len() as u32 - 1;
            let style = random.next();
            // Weights of integers in tables and of binary operations have the kind of the output.
            let kind = match record.op {
                Op::Reduce(_) => model.records[record.inputs[0] as usize].kind,
                _ => record.kind,
            };
            model.fill_weights(index, &mut || word(random, kind, style));
        }
    }
    model
}

const fn has_weights(op: &Op) -> bool {
    matches!(op, Op::Embedding { .. } | Op::Binary(_, Second::Weights { .. }) | Op::Reduce(Reduce::Affine))
}

fn source(random: &mut Random) -> Record {
    let encodings = [
        Encoding::Float32,
        Encoding::Float32,
        Encoding::Signed8,
        Encoding::Unsigned8,
        Encoding::Unsigned16,
        Encoding::Signed32,
    ];
    let encoding = one_of(random, &encodings);
    let (kind, [low, high]) = match encoding {
        Encoding::Float32 => (Float, one_of(random, &[[0xff7f_ffff, 0x7f7f_ffff], [0xc000_0000, 0x4000_0000]])),
        Encoding::Unsigned16 => (Int32, [0, 40]),
        Encoding::Signed32 => (Int32, [i32::MIN.cast_unsigned(), i32::MAX.cast_unsigned()]),
        Encoding::Unsigned8 => (Int8, [0, 127]),
        Encoding::Signed8 => (Int8, [(-128_i32).cast_unsigned(), 127]),
    };
    let shapes = [
        [Size::per(1), Size::ONE],
        [Size::per(2), Size::fixed(12)],
        [Size::fixed(3), Size::fixed(20)],
        [Size::fixed(6), Size::per(4)],
        [Size { fixed: 2, per: 2 }, Size::fixed(17)],
    ];
    let [rows, columns] = one_of(random, &shapes);
    let op = Op::Input(Input { encoding, low, high, sizes: SIZES });
    Record { op, kind, inputs: [0; 3], input_count: 0, rows, columns, weights: None }
}

/// A node over earlier ones that may be accepted.
fn proposal(records: &[Record], random: &mut Random) -> Option<Record> {
    // Late nodes rather than early ones, so that graphs are deep.
    let late = |random: &mut Random| {
        let back = random.below(random.clone().below(records.len() as u64) + 1);
        records.len() - 1 - back as usize
    };
    let index = late(random);
    let first = records[index];
    let mut inputs = [index as u32, 0, 0];
    let mut record = Record { op: first.op, inputs, input_count: 1, weights: None, ..first };
    match random.below(5) {
        0 => (record.op, record.kind) = unary(random, first.kind),
        1 => {
            let binary = one_of(random, &[Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Max]);
            record.kind = if first.kind == Float { Float } else { Int32 };
            let style = random.next();
            let second = match random.below(4) {
                0 => Second::Constant(word(random, record.kind, style)),
                1 => Second::Weights { rows: one_of(random, &[1, 12, 40]) },
                _ => {
                    // One that goes with it, if there is any.
                    let fits = |side: Size, all: Size| side == all || side == Size::ONE;
                    let goes = |other: &Record| fits(other.rows, first.rows) && fits(other.columns, first.columns);
                    let others: Vec<usize> = (0..records.len()).filter(|other| goes(&records[*other])).collect();
                    inputs[1] = one_of(random, &others) as u32;
                    (record.inputs, record.input_count) = (inputs, 2);
                    Second::Input
                }
            };
            record.op = Op::Binary(binary, second);
        }
        2 => reduction(&mut record, records, random)?,
        3 if random.chance(4) => {
            record.op = Op::Embedding { rows: 9 };
            record.kind = one_of(random, &[Float, Int8, Int32]);
            record.columns = Size::fixed(1 + random.below(40) as u32);
        }
        _ => map(&mut record, records, random)?,
    }
    Some(record)
}

fn unary(random: &mut Random, kind: ElementKind) -> (Op, ElementKind) {
    let style = random.next();
    let mut ends = [word(random, kind, style), word(random, kind, style)];
    ends.sort_by(|a, b| match kind {
        Float => f32::from_bits(*a).total_cmp(&f32::from_bits(*b)),
        _ => a.cast_signed().cmp(&b.cast_signed()),
    });
    let clamp = Unary::Clamp { low: ends[0], high: ends[1] };
    let shift = 1 + random.below(20) as u8;
    let rule = Requantise { multiplier: 1 + random.below(1 << 20) as u32, shift, min: -100, max: 120 };
    let (unary, output) = match kind {
        Float => one_of(
            random,
            &[
                (Unary::Relu, Float),
                (clamp, Float),
                (Unary::Sqrt, Float),
                (Unary::Rsqrt, Float),
                (Unary::Exp, Float),
                (Unary::Erf, Float),
                (Unary::Tanh, Float),
                (Unary::Tanh, Float),
                (Unary::Round, Int8),
            ],
        ),
        _ => one_of(
            random,
            &[(Unary::Relu, kind), (clamp, kind), (Unary::Requantise(rule), Int8), (Unary::Convert, Float)],
        ),
    };
    (Op::Unary(unary), output)
}

fn reduction(record: &mut Record, records: &[Record], random: &mut Random) -> Option<()> {
    let kind = record.kind;
    let sums = if kind == Float { Float } else { Int32 };
    let one = |reduce: Reduce, kind: ElementKind| (reduce, kind, Size::ONE);
    let (reduce, kind, columns) = match random.below(8) {
        0 => one(Reduce::Sum, sums),
        1 => one(Reduce::Mean, Float),
        2 => one(Reduce::SquareSum, sums),
        3 => one(Reduce::SquareMean, Float),
        4 => one(Reduce::Max, kind),
        5 => {
            let count = 1 + random.below(8) as u32;
            (Reduce::TopK { count }, Int32, Size::fixed(count))
        }
        6 => (Reduce::Affine, sums, Size::fixed(1 + random.below(70) as u32)),
        _ => {
            let groups = one_of(random, &[1, 2, 3]);
            let goes = |other: &&Record| {
                other.kind == kind && other.columns == record.columns && other.rows.part(groups).is_some()
            };
            let others: Vec<&Record> = records.iter().filter(goes).collect();
            let other = *others.get(random.below(others.len().max(1) as u64) as usize)?;
            record.inputs[1] = records.iter().position(|record| record == other)? as u32;
            record.input_count = 2;
            (Reduce::Dot { groups }, sums, other.rows.part(groups)?)
        }
    };
    (record.op, record.kind, record.columns) = (Op::Reduce(reduce), kind, columns);
    Some(())
}

fn map(record: &mut Record, records: &[Record], random: &mut Random) -> Option<()> {
    record.op = Op::Map(match random.below(6) {
        0 => reshape(record, random)?,
        1 => permute(record, random)?,
        2 => slice(record, random),
        3 | 4 => concat(record, records, random)?,
        _ => unfold(record, random)?,
    });
    Some(())
}

/// Either side into parts, which the other side takes.
fn reshape(record: &mut Record, random: &mut Random) -> Option<Map> {
    let (rows, columns) = (record.rows, record.columns);
    let parts = one_of(random, &[2, 3, 4, 6]);
    let times = |size: Size| Size { fixed: size.fixed * parts, per: size.per * parts };
    (record.rows, record.columns) = match columns.part(parts) {
        Some(columns) if random.chance(2) => (times(rows), columns),
        _ => (rows.part(parts)?, times(columns)),
    };
    Some(Map::Reshape)
}

fn permute(record: &mut Record, random: &mut Random) -> Option<Map> {
    let (rows, columns) = (record.rows, record.columns);
    let parts = one_of(random, &[1, 2, 3, 4]);
    let dimensions = match columns.part(parts) {
        Some(part) => [rows, Size::fixed(parts), part, Size::ONE],
        None => [Size::fixed(parts), rows.part(parts)?, Size::ONE, columns],
    };
    let mut order = [0, 1, 2, 3];
    for place in 0..4 {
        order.swap(place, random.below(4) as usize);
    }
    let sides = order.map(|dimension| dimensions[usize::from(dimension)]);
    let split = random.below(5) as usize;
    (record.rows, record.columns) = (product(&sides[..split])?, product(&sides[split..])?);
    Some(Map::Permute { dimensions, order })
}

/// The product of sizes of which at most one grows.
fn product(sides: &[Size]) -> Option<Size> {
    let factor = sides.iter().filter(|side| side.per == 0).map(|side| side.fixed).product();
    let mut growing = sides.iter().filter(|side| side.per != 0);
    match (growing.next(), growing.next()) {
        (None, _) => Some(Size::fixed(factor)),
        (Some(Size { fixed, per }), None) => Some(Size { fixed: fixed * factor, per: per * factor }),
        _ => None,
    }
}

fn slice(record: &mut Record, random: &mut Random) -> Map {
    let start = [random.below(3) as u32; 2];
    let step = [1 + random.below(2) as u32, 1 + random.below(3) as u32];
    let left = |size: Size, axis: usize| {
        let rest = size.fixed.saturating_sub(start[axis]);
        if step[axis] == 1 { Size { fixed: rest, per: size.per } } else { Size::fixed(rest.div_ceil(step[axis])) }
    };
    (record.rows, record.columns) = (left(record.rows, 0), left(record.columns, 1));
    Map::Slice { start, step }
}

fn concat(record: &mut Record, records: &[Record], random: &mut Random) -> Option<Map> {
    let (rows, columns, kind, is_rows) = (record.rows, record.columns, record.kind, random.chance(2));
    let goes =
        |other: &Record| other.kind == kind && if is_rows { other.columns == columns } else { other.rows == rows };
    let others: Vec<usize> = (0..records.len()).filter(|other| goes(&records[*other])).collect();
    record.input_count = 1 + random.below(3) as u8;
    for place in 1..usize::from(record.input_count) {
        let other = one_of(random, &others);
        record.inputs[place] = other as u32;
        match is_rows {
            true => record.rows = record.rows.plus(records[other].rows)?,
            false => record.columns = record.columns.plus(records[other].columns)?,
        }
    }
    Some(if is_rows { Map::ConcatRows } else { Map::ConcatColumns })
}

fn unfold(record: &mut Record, random: &mut Random) -> Option<Map> {
    let elements = record.rows.at(0)? * record.columns.at(0)?;
    let channels = one_of(random, &[1, 2, 3]);
    let height = one_of(random, &[2, 3, 4, 5]);
    let width = (elements / channels / height).max(1);
    let [kernel_height, kernel_width] = [0; 2].map(|_| 1 + random.below(3) as u32);
    let window = Window {
        channels,
        height,
        width,
        kernel_height,
        kernel_width,
        stride: 1 + random.below(2) as u32,
        padding: random.below(2) as u32,
        is_by_channel: random.chance(2),
    };
    let [down, across] = window.steps()?;
    let (positions, area) = (down * across, kernel_height * kernel_width);
    let sides = if window.is_by_channel { [channels * positions, area] } else { [positions, channels * area] };
    [record.rows, record.columns] = sides.map(Size::fixed);
    Some(Map::Unfold(window))
}

/// Bytes of a request.
pub fn random_request(model: &Model, size: u32, random: &mut Random) -> Vec<u8> {
    let len = model.graph().input_bytes(size) as usize;
    if model.records[0].kind != Float {
        return (0..len).map(|_| random.next() as u8).collect();
    }
    let style = random.next();
    (0..len / 4).flat_map(|_| random_value(random, style).to_le_bytes()).collect()
}
