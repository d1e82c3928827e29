//! First bytes of what is hashed.

pub(super) const PIECE: u8 = 0x10;
pub(super) const LINK: u8 = 0x11;
pub(super) const END: u8 = 0x12;
pub(super) const NODE: u8 = 0x13;
pub(super) const TENSOR: u8 = 0x14;
pub(super) const RECORD: u8 = 0x15;
pub(super) const GRAPH: u8 = 0x16;
pub(super) const TRACE: u8 = 0x17;
