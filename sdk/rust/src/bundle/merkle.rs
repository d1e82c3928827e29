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

use super::{Graph, Layer, Op};
use sha2::{Digest, Sha256};

const DOMAIN_ROW: u8 = 0;
const DOMAIN_NODE: u8 = 1;
const DOMAIN_LAYER: u8 = 2;
const DOMAIN_GRAPH: u8 = 3;
const ARITY: usize = 16;

/// The root of a graph: structure, weights, biases and requantisation of every layer.
#[must_use]
pub fn graph_root(graph: &Graph) -> [u8; 32] {
    let layers: Vec<[u8; 32]> = graph.layers.iter().map(layer_hash).collect();
    Sha256::new()
        .chain_update([DOMAIN_GRAPH])
        .chain_update((layers.len() as u32).to_le_bytes())
        .chain_update(tree_root(layers))
        .finalize()
        .into()
}

/// The leaf of one row of weights.
#[must_use]
pub fn row_leaf(bias: i32, weights: &[i8]) -> [u8; 32] {
    let bytes: Vec<u8> = weights.iter().map(|weight| weight.cast_unsigned()).collect();
    Sha256::new().chain_update([DOMAIN_ROW]).chain_update(bias.to_le_bytes()).chain_update(bytes).finalize().into()
}

/// Folds leaves into the root of a 16-ary tree; 32 zero bytes without leaves.
#[must_use]
pub fn tree_root(mut level: Vec<[u8; 32]>) -> [u8; 32] {
    while level.len() > 1 {
        level = level.chunks(ARITY).map(node).collect();
    }
    level.first().copied().unwrap_or_default()
}

fn node(children: &[[u8; 32]]) -> [u8; 32] {
    Sha256::new().chain_update([DOMAIN_NODE]).chain_update(children.as_flattened()).finalize().into()
}

fn layer_hash(layer: &Layer) -> [u8; 32] {
    let rows: Vec<[u8; 32]> =
        layer.bias.iter().enumerate().map(|(row, &bias)| row_leaf(bias, layer.row(row))).collect();
    Sha256::new()
        .chain_update([DOMAIN_LAYER])
        .chain_update(header(layer))
        .chain_update((rows.len() as u32).to_le_bytes())
        .chain_update(tree_root(rows))
        .finalize()
        .into()
}

fn header(layer: &Layer) -> Vec<u8> {
    let (op, sides) = match layer.geometry.op {
        Op::Linear { inputs, outputs } => (1_u8, [inputs, outputs, 0, 0, 0, 0, 0]),
        Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } => {
            (2_u8, [in_channels, in_height, in_width, out_channels, kernel, stride, padding])
        }
    };
    let mut bytes = vec![op];
    bytes.extend(sides.iter().flat_map(|side| side.to_le_bytes()));
    match layer.requantise {
        Some(r) => {
            bytes.push(1);
            bytes.extend(r.multiplier.to_le_bytes());
            bytes.extend([r.shift, r.min.cast_unsigned(), r.max.cast_unsigned()]);
        }
        None => bytes.extend([0; 8]),
    }
    bytes
}
