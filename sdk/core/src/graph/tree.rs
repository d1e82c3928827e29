//! The root that stands for an integer graph on chain.
//!
//! Everything is SHA-256 with a one-byte domain in front; integers are little-endian.
//!
//! ```text
//! row leaf   = H(0x00 | bias i32 | weights, one byte each)
//! tree node  = H(0x01 | 1 to 16 child hashes)          children in order; the last node of a level may have fewer
//! layer      = H(0x02 | header | rows u32 | tree root of the row leaves)
//! graph root = H(0x03 | layers u32 | tree root of the layer hashes)
//!
//! header     = op u8 (1 linear, 2 conv2d) | 7 x u32 | requantises u8 | multiplier u32 | shift u8 | min i8 | max i8
//!   linear:    inputs, outputs, then five zeros
//!   conv2d:    in_channels, in_height, in_width, out_channels, kernel, stride, padding
//!   the last layer, which does not requantise, has zeros in the last five fields
//! ```
//!
//! A tree over one leaf is that leaf. One row can so be proven against the root by one path of at most 16-ary nodes in
//! its layer and one among the layers, and the row with its bias and its layer's header is all that is needed to
//! recompute one element of that layer's output.

use super::{Graph, GraphError, Layer, Op};
use crate::hash::{Hash, Sha256};

const DOMAIN_ROW: u8 = 0;
const DOMAIN_NODE: u8 = 1;
const DOMAIN_LAYER: u8 = 2;
const DOMAIN_GRAPH: u8 = 3;
const ARITY: usize = 16;
/// Bytes of a layer's header.
const HEADER_BYTES: usize = 37;

impl Graph<'_> {
    /// Hashes of room that [`Self::root`] needs.
    pub fn hashes_max(&self) -> usize {
        // arith-safety: at most 2^6 layers of at most 2^16 rows.
        self.layers.len() + self.layers.iter().map(|layer| layer.bias.len()).max().unwrap_or(0)
    }

    /// The root of structure, weights, biases and requantisation of every layer. Needs room for [`Self::hashes_max`]
    /// hashes, whatever is in it.
    pub fn root(&self, sha256: impl Sha256, room: &mut [Hash]) -> Result<Hash, GraphError> {
        let needed = self.hashes_max();
        if room.len() < needed {
            return Err(GraphError::Room { needed });
        }
        let (hashes, rows) = room.split_at_mut(self.layers.len());
        for (hash, layer) in hashes.iter_mut().zip(self.layers) {
            *hash = layer_hash(&sha256, layer, rows);
        }
        let count = (self.layers.len() as u32).to_le_bytes();
        Ok(sha256(&[&[DOMAIN_GRAPH], &count, &tree_root(&sha256, hashes)]))
    }
}

/// The leaf of one row of weights.
pub fn row_leaf(sha256: impl Sha256, bias: i32, weights: &[u8]) -> Hash {
    sha256(&[&[DOMAIN_ROW], &bias.to_le_bytes(), weights])
}

/// Folds leaves into the root of a 16-ary tree, in place; 32 zero bytes without leaves.
pub fn tree_root(sha256: impl Sha256, leaves: &mut [Hash]) -> Hash {
    let mut count = leaves.len();
    while count > 1 {
        // A node is written at or before its first child, which is read first.
        let nodes = count.div_ceil(ARITY);
        for node in 0..nodes {
            let children = node * ARITY..count.min((node + 1) * ARITY);
            leaves[node] = sha256(&[&[DOMAIN_NODE], leaves[children].as_flattened()]);
        }
        count = nodes;
    }
    leaves.first().copied().unwrap_or_default()
}

fn layer_hash(sha256: &impl Sha256, layer: &Layer<'_>, room: &mut [Hash]) -> Hash {
    let mut count = 0;
    for (leaf, (bias, weights)) in room.iter_mut().zip(layer.rows()) {
        *leaf = row_leaf(sha256, bias, weights);
        count += 1;
    }
    let root = tree_root(sha256, &mut room[..count]);
    sha256(&[&[DOMAIN_LAYER], &header(layer), &(count as u32).to_le_bytes(), &root])
}

fn header(layer: &Layer<'_>) -> [u8; HEADER_BYTES] {
    let (op, sides) = match layer.geometry.op {
        Op::Linear { inputs, outputs } => (1_u8, [inputs, outputs, 0, 0, 0, 0, 0]),
        Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } => {
            (2_u8, [in_channels, in_height, in_width, out_channels, kernel, stride, padding])
        }
    };
    let mut bytes = [0; HEADER_BYTES];
    bytes[0] = op;
    for (place, side) in bytes[1..29].as_chunks_mut::<4>().0.iter_mut().zip(sides) {
        *place = side.to_le_bytes();
    }
    if let Some(rule) = layer.requantise {
        bytes[29] = 1;
        bytes[30..34].copy_from_slice(&rule.multiplier.to_le_bytes());
        bytes[34..].copy_from_slice(&[rule.shift, rule.min.cast_unsigned(), rule.max.cast_unsigned()]);
    }
    bytes
}
