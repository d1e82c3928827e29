//! Which inputs one element of a node's output needs: the one answer that the interpreter, the judge and whoever replays a
//! result share.

use super::{
    op::{Map, Op, Reduce, Second, Window},
    record::{INPUTS_MAX, Record},
    size::Size,
    tensor::Tensor,
};

/// A node for an input of a given size: what it computes, and the tensors that it reads. The record has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// The declared size n of the input.
    pub size: u32,
    /// Its output.
    pub output: Tensor,
    /// Its inputs; places that the operation does not use hold its output.
    pub inputs: [Tensor; INPUTS_MAX],
    /// How many inputs it has.
    pub input_count: u8,
}

/// One element of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Of an input of the node.
    Input {
        /// Which one.
        input: u8,
        /// Its row.
        row: u32,
        /// Its column.
        column: u32,
    },
    /// Of the node's weights.
    Weights {
        /// The row.
        row: u32,
        /// The column.
        column: u32,
    },
    /// Not of a tensor: this word.
    Word(u32),
}

/// A row of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Of an input of the node.
    Input {
        /// Which one.
        input: u8,
        /// The row.
        row: u32,
    },
    /// Of the node's weights, with its bias.
    Weights {
        /// The row.
        row: u32,
    },
}

/// What one element of an output is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The element at this place in the bytes of the request.
    Request {
        /// Counted in elements.
        index: u64,
    },
    /// This element, as it is.
    Copy(Place),
    /// The row of a table that this element names, at this column.
    Lookup {
        /// The index.
        index: Place,
        /// Column of the table.
        column: u32,
    },
    /// A function of this element.
    One(Place),
    /// A function of these two.
    Two(Place, Place),
    /// A function of this row.
    Row(Line),
    /// A function of these two rows, which have the same length.
    Rows(Line, Line),
}

impl Node {
    /// A checked record for inputs of size `n`; `tensor` gives the outputs of earlier nodes. None when a dimension does not
    /// fit 32 bits or an input is missing.
    pub fn new(record: &Record, n: u32, tensor: impl Fn(u32) -> Option<Tensor>) -> Option<Self> {
        let output = Tensor { kind: record.kind, rows: record.rows.at(n)?, columns: record.columns.at(n)? };
        let mut inputs = [output; INPUTS_MAX];
        for (place, index) in inputs.iter_mut().zip(record.inputs()) {
            *place = tensor(*index)?;
        }
        Some(Self { op: record.op, size: n, output, inputs, input_count: record.input_count })
    }

    /// The tensor whose rows are reduced, or whose elements a function takes: the first input, or the output where there is
    /// none.
    pub const fn operand(&self) -> Tensor {
        let [first, ..] = self.inputs;
        first
    }

    /// What the element at `row` and `column` of the output is computed from; none outside the output.
    pub fn reads(&self, row: u32, column: u32) -> Option<Reads> {
        if row >= self.output.rows || column >= self.output.columns {
            return None;
        }
        let same = Place::Input { input: 0, row, column };
        Some(match self.op {
            Op::Input(_) => Reads::Request { index: flat(row, self.output.columns, column) },
            Op::Map(map) => Reads::Copy(self.source(&map, row, column)?),
            Op::Embedding { .. } => Reads::Lookup { index: Place::Input { input: 0, row, column: 0 }, column },
            Op::Unary(_) => Reads::One(same),
            Op::Binary(_, Second::Constant(word)) => Reads::Two(same, Place::Word(word)),
            Op::Binary(_, Second::Weights { rows }) => {
                Reads::Two(same, Place::Weights { row: if rows == 1 { 0 } else { row }, column })
            }
            Op::Binary(_, Second::Input) => {
                let [_, second, _] = self.inputs;
                let row = if second.rows == 1 { 0 } else { row };
                let column = if second.columns == 1 { 0 } else { column };
                Reads::Two(same, Place::Input { input: 1, row, column })
            }
            Op::Reduce(Reduce::Affine) => Reads::Rows(Line::Input { input: 0, row }, Line::Weights { row: column }),
            Op::Reduce(Reduce::Dot { groups }) => {
                let [first, second, _] = self.inputs;
                let group = row.checked_div(first.rows.checked_div(groups)?)?;
                // arith-safety: a row of the second input, which has `groups` times as many rows as there are columns.
                let other = group.checked_mul(second.rows.checked_div(groups)?)?.checked_add(column)?;
                Reads::Rows(Line::Input { input: 0, row }, Line::Input { input: 1, row: other })
            }
            Op::Reduce(_) => Reads::Row(Line::Input { input: 0, row }),
        })
    }

    /// Where an element of a map comes from.
    fn source(&self, map: &Map, row: u32, column: u32) -> Option<Place> {
        let [first, ..] = self.inputs;
        let index = flat(row, self.output.columns, column);
        match map {
            Map::Reshape => at_flat(&first, index),
            Map::Permute { dimensions, order } => at_flat(&first, permuted(dimensions, *order, self.size, index)?),
            Map::Slice { start: [row_start, column_start], step: [row_step, column_step] } => Some(Place::Input {
                input: 0,
                row: row.checked_mul(*row_step)?.checked_add(*row_start)?,
                column: column.checked_mul(*column_step)?.checked_add(*column_start)?,
            }),
            Map::ConcatRows => {
                let (input, row) = self.part(row, |tensor| tensor.rows)?;
                Some(Place::Input { input, row, column })
            }
            Map::ConcatColumns => {
                let (input, column) = self.part(column, |tensor| tensor.columns)?;
                Some(Place::Input { input, row, column })
            }
            Map::Unfold(window) => match unfolded(window, row, column)? {
                None => Some(Place::Word(0)),
                Some(index) => at_flat(&first, index),
            },
        }
    }

    /// The input in which a place of joined inputs lies, and the place in it.
    fn part(&self, place: u32, len: impl Fn(&Tensor) -> u32) -> Option<(u8, u32)> {
        let mut place = place;
        for (input, tensor) in self.inputs.iter().take(self.input_count.into()).enumerate() {
            match place.checked_sub(len(tensor)) {
                None => return Some((input as u8, place)),
                Some(rest) => place = rest,
            }
        }
        None
    }
}

/// The place of an element in all rows one after the other.
fn flat(row: u32, columns: u32, column: u32) -> u64 {
    // arith-safety: below 2^32 * 2^32.
    u64::from(row) * u64::from(columns) + u64::from(column)
}

/// The element of the first input at a place in all rows one after the other.
fn at_flat(tensor: &Tensor, index: u64) -> Option<Place> {
    let columns = u64::from(tensor.columns);
    let row = u32::try_from(index.checked_div(columns)?).ok()?;
    Some(Place::Input { input: 0, row, column: index.checked_rem(columns)? as u32 })
}

/// The place in a block of four dimensions of what lies at `index` after they were exchanged.
fn permuted(dimensions: &[Size; 4], order: [u8; 4], n: u32, index: u64) -> Option<u64> {
    let (mut sides, mut index) = ([0_u64; 4], index);
    for (side, dimension) in sides.iter_mut().zip(dimensions) {
        *side = dimension.at(n)?.into();
    }
    // Coordinates of the result from the fastest, each put where it belongs in the input.
    let mut coordinates = [0_u64; 4];
    for dimension in order.iter().rev() {
        let side = *sides.get(usize::from(*dimension))?;
        *coordinates.get_mut(usize::from(*dimension))? = index.checked_rem(side)?;
        index = index.checked_div(side)?;
    }
    let mut place = 0_u64;
    for (side, coordinate) in sides.iter().zip(coordinates) {
        place = place.checked_mul(*side)?.checked_add(coordinate)?;
    }
    Some(place)
}

/// The place in the images of what lies in a row and column of their windows; none inside where it is a zero around them.
fn unfolded(window: &Window, row: u32, column: u32) -> Option<Option<u64>> {
    let [down, across] = window.steps()?;
    let positions = down.checked_mul(across)?;
    let area = window.kernel_height.checked_mul(window.kernel_width)?;
    let channel = if window.is_by_channel { row.checked_div(positions)? } else { column.checked_div(area)? };
    let (position, inside) = (row.checked_rem(positions)?, column.checked_rem(area)?);
    let along = |step: u32, offset: u32, side: u32| {
        let place = u64::from(step) * u64::from(window.stride) + u64::from(offset);
        place.checked_sub(window.padding.into()).filter(|place| *place < side.into())
    };
    let y = along(position.checked_div(across)?, inside.checked_div(window.kernel_width)?, window.height);
    let x = along(position.checked_rem(across)?, inside.checked_rem(window.kernel_width)?, window.width);
    let (Some(y), Some(x)) = (y, x) else { return Some(None) };
    // arith-safety: a checked window has at most 2^32 elements; of another one this is none or some place.
    let line = u64::from(channel).checked_mul(window.height.into())?.checked_add(y)?;
    Some(Some(line.checked_mul(window.width.into())?.checked_add(x)?))
}
