use super::{DisputeError, Result};
use crate::provable::{RECORD_BYTES, Record, Size, Tensor};

/// A node of the graph that a game is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Entered {
    /// Its index.
    pub node: u32,
    /// Its record, which was proven against the graph's root.
    pub record: [u8; RECORD_BYTES],
}

impl Entered {
    /// The node's record.
    pub(super) fn record(&self) -> Result<Record> {
        Record::decode(&self.record).ok_or(DisputeError::RecordUnproven)
    }

    /// The node's output for inputs of a size.
    pub fn output(&self, size: u32) -> Result<Tensor> {
        let record = self.record()?;
        let side = |side: Size| side.at(size).ok_or(DisputeError::RecordUnproven);
        Ok(Tensor { kind: record.kind, rows: side(record.rows)?, columns: side(record.columns)? })
    }
}
