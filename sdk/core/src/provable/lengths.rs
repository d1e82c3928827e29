//! How long the bytes of inputs and outputs are.

use super::{
    op::Op,
    record::Record,
    shape::Shape,
    size::{Size, SizeRange},
};

/// How long inputs and outputs of a graph are, in bytes, for every size of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// The sizes that an input may have.
    pub sizes: SizeRange,
    /// Bytes of an input.
    pub input: Size,
    /// Bytes of an output.
    pub output: Size,
}

impl Lengths {
    /// Of the graph that begins with the node `first` and ends with `last`. None when `first` is no input, or when a length
    /// does not grow steadily with the size of the input, so that a length would not tell the size.
    pub fn of(first: &Record, last: &Record) -> Option<Self> {
        let Op::Input(input) = first.op else { return None };
        Some(Self {
            sizes: input.sizes,
            input: Shape::of(first).elements()?.times(Size::fixed(input.encoding.bytes()))?,
            output: Shape::of(last).elements()?.times(Size::fixed(last.kind.bytes() as u32))?,
        })
    }

    /// The size of an input of so many bytes; where all inputs have one length, the smallest size that the graph takes. None
    /// when the graph takes no input of this length.
    pub fn size(&self, input_bytes: u32) -> Option<u32> {
        let sized = input_bytes.checked_sub(self.input.fixed)?;
        let size = match self.input.per {
            0 => self.sizes.min,
            per => sized / per,
        };
        let is_taken = (self.sizes.min..=self.sizes.max).contains(&size) && self.input.at(size) == Some(input_bytes);
        is_taken.then_some(size)
    }
}
