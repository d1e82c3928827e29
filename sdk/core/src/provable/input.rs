//! How long inputs are, and which size an input of some length has.

use super::{
    op::{Input, Op},
    record::Record,
    size::{Size, SizeRange},
};

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
        let (side, other) = match (record.rows, record.columns) {
            (rows, Size { fixed, per: 0 }) => (rows, fixed),
            (Size { fixed, per: 0 }, columns) => (columns, fixed),
            _ => return None,
        };
        let bytes = |elements: u32| elements.checked_mul(other)?.checked_mul(encoding.bytes());
        Some(Self { bytes: Size { fixed: bytes(side.fixed)?, per: bytes(side.per)? }, sizes })
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
