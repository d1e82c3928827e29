//! How long the bytes of inputs and outputs are.

use super::{input::InputLength, record::Record, shape::Shape, size::Size};

/// How long inputs and outputs of a graph are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Of inputs, and the size that follows from it.
    pub input: InputLength,
    /// Bytes of an output.
    pub output: Size,
}

impl Lengths {
    /// Of the graph that begins with the node `first` and ends with `last`; none when `first` is no input, or when the length
    /// of outputs does not grow steadily with the size of the input.
    pub fn of(first: &Record, last: &Record) -> Option<Self> {
        let output = Shape::of(last).elements()?.times(Size::fixed(last.kind.bytes() as u32))?;
        Some(Self { input: InputLength::of(first)?, output })
    }
}
