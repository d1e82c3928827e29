//! The rules of one node.

use super::{
    limits::{COLUMNS_PER_REDUCTION_MAX, ELEMENTS_MAX},
    problem::RecordProblem,
};
use crate::provable::{
    element::ElementKind,
    input::InputLength,
    op::{Binary, Encoding, Input, Map, Op, Reduce, Second, TOP_MAX, Unary, Window},
    record::{INPUTS_MAX, Record},
    shape::Shape,
    size::{Product, Size, SizeRange},
};

/// What one element of a node costs, and how many there are, for the largest input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checked {
    /// Rows of the output.
    pub rows: u32,
    /// Columns of the output.
    pub columns: u32,
    /// Multiplications and additions for an element.
    pub terms: u32,
    /// Pieces of evidence for an element.
    pub evidence_pieces: u32,
}

type Checks = Result<(), RecordProblem>;

/// Checks a node that reads `inputs`, for inputs of the graph of all sizes in a range.
pub(super) fn check(record: &Record, inputs: &[Shape], sizes: SizeRange) -> Result<Checked, RecordProblem> {
    if sizes.min == 0 || sizes.min > sizes.max {
        return Err(RecordProblem::Parameter);
    }
    let [rows, columns] = dimensions(record, sizes)?;
    if !input_counts(&record.op).contains(&inputs.len()) {
        return Err(RecordProblem::InputCount { actual: record.input_count });
    }
    if has_weights(&record.op) != record.weights.is_some() {
        return Err(RecordProblem::Weights);
    }
    let output = Shape::of(record);
    let mut operands = [output; INPUTS_MAX];
    for (operand, input) in operands.iter_mut().zip(inputs) {
        *operand = *input;
    }
    let [first, second, _] = operands;
    match &record.op {
        Op::Input(input) => check_input(input, record)?,
        Op::Map(map) => check_map(map, inputs, &output, sizes)?,
        Op::Embedding { rows } => check_embedding(*rows, &first, &output)?,
        Op::Unary(unary) => check_unary(unary, &first, &output)?,
        Op::Binary(binary, operand) => check_binary(*binary, *operand, [&first, &second], &output, rows)?,
        Op::Reduce(reduce) => return check_reduce(reduce, [&first, &second], &output, sizes, [rows, columns]),
    }
    let evidence_pieces = match record.op {
        Op::Binary(..) | Op::Embedding { .. } => 2,
        _ => 1,
    };
    Ok(Checked { rows, columns, terms: 1, evidence_pieces })
}

/// Rows and columns for the largest input.
fn dimensions(record: &Record, sizes: SizeRange) -> Result<[u32; 2], RecordProblem> {
    let largest = |size: Size| size.at(sizes.max).ok_or(RecordProblem::TooManyElements);
    let dimensions = [largest(record.rows)?, largest(record.columns)?];
    if [record.rows, record.columns].iter().any(|size| size.at(sizes.min) == Some(0)) {
        return Err(RecordProblem::Empty);
    }
    // arith-safety: a product of two 32-bit integers.
    if u64::from(dimensions[0]) * u64::from(dimensions[1]) > ELEMENTS_MAX {
        return Err(RecordProblem::TooManyElements);
    }
    Ok(dimensions)
}

const fn input_counts(op: &Op) -> core::ops::RangeInclusive<usize> {
    match op {
        Op::Input(_) => 0..=0,
        Op::Map(Map::ConcatRows | Map::ConcatColumns) => 1..=INPUTS_MAX,
        Op::Binary(_, Second::Input) | Op::Reduce(Reduce::Dot { .. }) => 2..=2,
        _ => 1..=1,
    }
}

const fn has_weights(op: &Op) -> bool {
    matches!(op, Op::Embedding { .. } | Op::Binary(_, Second::Weights { .. }) | Op::Reduce(Reduce::Affine))
}

fn require(is_kept: bool, problem: RecordProblem) -> Checks {
    if is_kept { Ok(()) } else { Err(problem) }
}

const fn is_integer(kind: ElementKind) -> bool {
    !matches!(kind, ElementKind::Float)
}

fn is_ordered(kind: ElementKind, low: u32, high: u32) -> bool {
    // A clamp of the lower end leaves it as it is.
    crate::provable::evaluate::unary(&Unary::Clamp { low, high }, kind, low) == low
}

fn check_ends(kind: ElementKind, low: u32, high: u32) -> Checks {
    for word in [low, high] {
        require(kind.holds(word), RecordProblem::Constant { word })?;
    }
    require(is_ordered(kind, low, high), RecordProblem::Parameter)
}

fn check_input(input: &Input, record: &Record) -> Checks {
    let is_float = input.encoding == Encoding::Float32;
    require(is_float == (record.kind == ElementKind::Float), RecordProblem::Kind)?;
    require(InputLength::of(record).is_some(), RecordProblem::Shape)?;
    check_ends(record.kind, input.low, input.high)
}

fn check_map(map: &Map, inputs: &[Shape], output: &Shape, sizes: SizeRange) -> Checks {
    require(inputs.iter().all(|input| input.kind == output.kind), RecordProblem::Kind)?;
    let Some(first) = inputs.first() else { return Err(RecordProblem::InputCount { actual: 0 }) };
    let elements = |shape: &Shape| Product::of(&[shape.rows, shape.columns]);
    let is_shape = match map {
        Map::Reshape => same(elements(first), elements(output)),
        Map::Permute { dimensions, order } => {
            let mut seen = [false; 4];
            for dimension in order {
                if let Some(seen) = seen.get_mut(usize::from(*dimension)) {
                    *seen = true;
                }
            }
            require(seen == [true; 4], RecordProblem::Parameter)?;
            let block = Product::of(dimensions);
            same(elements(first), block) && same(elements(output), block)
        }
        Map::Slice { start, step } => {
            require(!step.contains(&0), RecordProblem::Parameter)?;
            // What is left after the last element is linear in n: it is not negative anywhere when it is not at the ends.
            [sizes.min, sizes.max].iter().all(|n| {
                fits(first.rows.at(*n), output.rows.at(*n), start[0], step[0])
                    && fits(first.columns.at(*n), output.columns.at(*n), start[1], step[1])
            })
        }
        Map::ConcatRows => {
            inputs.iter().all(|input| input.columns == output.columns)
                && sum(inputs, |input| input.rows) == Some(output.rows)
        }
        Map::ConcatColumns => {
            inputs.iter().all(|input| input.rows == output.rows)
                && sum(inputs, |input| input.columns) == Some(output.columns)
        }
        Map::Unfold(window) => {
            let [rows, columns] = windows(window).ok_or(RecordProblem::Parameter)?;
            let image = [window.channels, window.height, window.width].map(Size::fixed);
            let is_image = same(elements(first), Product::of(&image));
            is_image && [output.rows, output.columns] == [Size::fixed(rows), Size::fixed(columns)]
        }
    };
    require(is_shape, RecordProblem::Shape)
}

fn same(a: Option<Product>, b: Option<Product>) -> bool {
    a.is_some() && a == b
}

fn sum(inputs: &[Shape], side: impl Fn(&Shape) -> Size) -> Option<Size> {
    inputs.iter().try_fold(Size::default(), |sum, input| sum.plus(side(input)))
}

/// Whether `count` places at a distance of `step` from `start` lie within `side`.
fn fits(side: Option<u32>, count: Option<u32>, start: u32, step: u32) -> bool {
    let (Some(side), Some(count)) = (side, count) else { return false };
    // arith-safety: a product of two 32-bit integers and a third.
    u64::from(count.saturating_sub(1)) * u64::from(step) + u64::from(start) < u64::from(side)
}

/// Rows and columns of the windows of images; none when a side is zero, the padding is not below the window, or they
/// cannot be counted.
fn windows(window: &Window) -> Option<[u32; 2]> {
    let sides = [window.channels, window.height, window.width, window.kernel_height, window.kernel_width];
    let is_padded_within = window.padding < window.kernel_height.min(window.kernel_width);
    if sides.contains(&0) || !is_padded_within {
        return None;
    }
    let [down, across] = window.steps()?;
    let positions = down.checked_mul(across)?;
    let area = window.kernel_height.checked_mul(window.kernel_width)?;
    if window.is_by_channel {
        return Some([window.channels.checked_mul(positions)?, area]);
    }
    Some([positions, window.channels.checked_mul(area)?])
}

fn check_embedding(rows: u32, first: &Shape, output: &Shape) -> Checks {
    require(is_integer(first.kind), RecordProblem::Kind)?;
    require(rows > 0, RecordProblem::Parameter)?;
    let is_shape = first.columns == Size::ONE && output.rows == first.rows && output.columns.per == 0;
    require(is_shape, RecordProblem::Shape)
}

fn check_unary(unary: &Unary, first: &Shape, output: &Shape) -> Checks {
    use ElementKind::{Float, Int8, Int32};
    let is_kind = match unary {
        Unary::Relu | Unary::Clamp { .. } => first.kind == output.kind,
        Unary::Sqrt | Unary::Rsqrt | Unary::Exp | Unary::Erf | Unary::Tanh => [first.kind, output.kind] == [Float; 2],
        Unary::Requantise(_) => is_integer(first.kind) && output.kind == Int8,
        Unary::Round => [first.kind, output.kind] == [Float, Int8],
        Unary::Convert => matches!(first.kind, Int8 | Int32) && output.kind == Float,
    };
    require(is_kind, RecordProblem::Kind)?;
    match unary {
        Unary::Clamp { low, high } => check_ends(first.kind, *low, *high)?,
        Unary::Requantise(rule) => require(rule.is_valid(), RecordProblem::Parameter)?,
        _ => {}
    }
    require([first.rows, first.columns] == [output.rows, output.columns], RecordProblem::Shape)
}

fn check_binary(binary: Binary, operand: Second, inputs: [&Shape; 2], output: &Shape, rows_max: u32) -> Checks {
    let [first, second] = inputs;
    let is_float = output.kind == ElementKind::Float;
    let is_kind = |kind: ElementKind| if is_float { kind == ElementKind::Float } else { is_integer(kind) };
    require(is_kind(first.kind), RecordProblem::Kind)?;
    require(is_float || (output.kind == ElementKind::Int32 && binary != Binary::Div), RecordProblem::Kind)?;
    require([first.rows, first.columns] == [output.rows, output.columns], RecordProblem::Shape)?;
    match operand {
        Second::Constant(word) => require(output.kind.holds(word), RecordProblem::Constant { word }),
        Second::Weights { rows: 1 } => require(output.columns.per == 0, RecordProblem::Shape),
        Second::Weights { rows } => require(output.columns.per == 0 && rows_max <= rows, RecordProblem::Shape),
        Second::Input => {
            require(is_kind(second.kind), RecordProblem::Kind)?;
            let goes_with = |side: Size, all: Size| side == all || side == Size::ONE;
            let is_shape = goes_with(second.rows, output.rows) && goes_with(second.columns, output.columns);
            require(is_shape, RecordProblem::Shape)
        }
    }
}

fn check_reduce(
    reduce: &Reduce,
    inputs: [&Shape; 2],
    output: &Shape,
    sizes: SizeRange,
    [rows, columns]: [u32; 2],
) -> Result<Checked, RecordProblem> {
    let [first, second] = inputs;
    let terms = first.columns.at(sizes.max).unwrap_or(u32::MAX);
    require(terms <= COLUMNS_PER_REDUCTION_MAX, RecordProblem::TooManyColumns { actual: terms })?;
    require(is_reduced_kind(reduce, first.kind, output.kind), RecordProblem::Kind)?;
    let is_shape = match reduce {
        Reduce::Dot { groups } => {
            require(first.kind == second.kind, RecordProblem::Kind)?;
            require(*groups > 0, RecordProblem::Parameter)?;
            let is_grouped = first.rows.part(*groups).is_some() && second.rows.part(*groups) == Some(output.columns);
            is_grouped && first.columns == second.columns
        }
        Reduce::Affine => first.columns.per == 0 && output.columns.per == 0,
        Reduce::TopK { count } => {
            require((1..=TOP_MAX).contains(count), RecordProblem::Parameter)?;
            output.columns == Size::fixed(*count) && first.columns.at(sizes.min) >= Some(*count)
        }
        _ => output.columns == Size::ONE,
    };
    require(is_shape && output.rows == first.rows, RecordProblem::Shape)?;
    let lines = if matches!(reduce, Reduce::Dot { .. } | Reduce::Affine) { 2 } else { 1 };
    // arith-safety: at most 2^14 columns.
    Ok(Checked { rows, columns, terms, evidence_pieces: lines * first.kind.pieces(terms) })
}

const fn is_reduced_kind(reduce: &Reduce, input: ElementKind, output: ElementKind) -> bool {
    use ElementKind::{Float, Int8, Int32};
    match reduce {
        Reduce::Dot { .. } | Reduce::Affine | Reduce::SquareSum => {
            matches!((input, output), (Float, Float) | (Int8, Int32))
        }
        Reduce::Sum => matches!((input, output), (Float, Float) | (Int8 | Int32, Int32)),
        Reduce::Mean | Reduce::SquareMean => matches!((input, output), (Float, Float)),
        Reduce::Max => matches!((input, output), (Float, Float) | (Int8, Int8) | (Int32, Int32)),
        Reduce::TopK { .. } => matches!(output, Int32),
    }
}
