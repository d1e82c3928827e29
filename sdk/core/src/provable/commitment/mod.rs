//! What graphs, rows, tensors and traces hash to.
//!
//! Everything is SHA-256 with a one-byte domain in front, so that nothing of one kind is ever taken for another; integers
//! are little-endian.
//!
//! ```text
//! piece       = H(0x10 | up to 384 bytes of elements)          only the last piece of a row is shorter
//! row         = link_0,  link_i = H(0x11 | piece_i | link_(i+1)),  link_(pieces) = end
//! end         = H(0x12 | elements u32 | bias 4 bytes)          the bias is zero where there is none
//! tree node   = H(0x13 | left | right)
//! tensor      = H(0x14 | node u32 | rows u32 | columns u32 | tree over its rows)
//! record      = H(0x15 | 96 bytes)
//! graph root  = H(0x16 | nodes u32 | tree over the records)
//! trace root  = H(0x17 | graph root | size u32 | nodes u32 | tree over the tensors)
//! ```
//!
//! A row is a list from the front: whoever knows `link_i` checks a piece the moment it arrives, and skips it by its hash. A
//! tree over n leaves has the depth `ceil(log2 n)`, and every place after the last leaf holds 32 zero bytes; a node over
//! such places alone is [`empty`]. So a position that no leaf has can be told from one that has, whoever built the tree.

mod domain;
mod list;
mod roots;
mod tree;

pub use list::{PIECE_BYTES, RowError, RowReader, end, link, piece, row, row_of_pieces};
pub use roots::{graph_root, record_hash, tensor_leaf, trace_root};
pub use tree::{
    DEPTH_MAX, Frontier, Position, REVEALED_MAX, RevealError, depth, empty, node, path, root_of_leaves, root_of_path,
};
