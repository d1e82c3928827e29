//! How long the bytes of inputs and outputs are.

use super::{
    op::{Input, Op},
    record::Record,
    shape::Shape,
    size::{Size, SizeRange},
};

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

/// The length of inputs. The size n of an input follows from its length alone, so nobody can declare another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct InputLength {
    /// Bytes of an input.
    pub bytes: Size,
    /// The sizes that an input may have. Where all inputs have one length, n is the smallest.
    pub sizes: SizeRange,
}

impl InputLength {
    /// Of the inputs that a node takes; none of another node, and where both rows and columns grow with n, which is refused of
    /// an input.
    pub fn of(record: &Record) -> Option<Self> {
        let Op::Input(Input { encoding, sizes, .. }) = record.op else { return None };
        let bytes = Shape::of(record).elements()?.times(Size::fixed(encoding.bytes()))?;
        Some(Self { bytes, sizes })
    }

    /// The size of an input of so many bytes; none when there is no input of that length.
    pub fn size_of(&self, bytes: u64) -> Option<u32> {
        let growth = bytes.checked_sub(self.bytes.fixed.into())?;
        let n = match self.bytes.per {
            0 => self.sizes.min,
            per => u32::try_from(growth.checked_div(per.into())?).ok()?,
        };
        let is_size = (self.sizes.min..=self.sizes.max).contains(&n);
        (is_size && self.bytes.at(n).map(u64::from) == Some(bytes)).then_some(n)
    }
}
