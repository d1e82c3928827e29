use std::{cell::RefCell, collections::HashMap, rc::Rc};

use modchains_core::provable::{
    Graph, Tensor, Trace,
    commitment::{PIECE_BYTES, Position, end, piece, row_of_pieces, tensor_leaf, trace_root},
};

use super::tree::HashTree;
use crate::hash::sha256;

type Hash = [u8; 32];

/// A row as a list of pieces.
#[derive(Debug, Clone)]
pub struct Line {
    bytes: Vec<u8>,
    pieces: Vec<Hash>,
    end: Hash,
}

/// Everything that a graph computed for one input, and what proves parts of it. Outputs are hashed when it is made; the rows of a
/// node again when they are asked for.
pub struct TraceTree<'a> {
    trace: Trace<'a>,
    tensors: Vec<Tensor>,
    graph_root: Hash,
    leaves: HashTree,
    rows: RefCell<HashMap<u32, Rc<HashTree>>>,
}

impl Line {
    /// Of a row's bytes, the number of its elements and its bias.
    pub fn new(bytes: Vec<u8>, elements: u32, bias: [u8; 4]) -> Self {
        let pieces = bytes.chunks(PIECE_BYTES).map(|bytes| piece(sha256, bytes)).collect();
        Self { bytes, pieces, end: end(sha256, elements, bias) }
    }

    /// The hashes of its pieces.
    pub fn pieces(&self) -> &[Hash] {
        &self.pieces
    }

    /// The elements of a piece; empty where there is none.
    pub fn piece(&self, index: u32) -> &[u8] {
        self.bytes.chunks(PIECE_BYTES).nth(index as usize).unwrap_or_default()
    }

    /// The hash of everything from a piece on.
    pub fn from(&self, index: u32) -> Hash {
        row_of_pieces(sha256, self.pieces.get(index as usize..).unwrap_or_default(), self.end)
    }
}

impl<'a> TraceTree<'a> {
    /// Of a trace of the graph with this root; `tensors` are its nodes' outputs for the trace's size.
    pub fn new(trace: Trace<'a>, tensors: Vec<Tensor>, graph_root: Hash) -> Self {
        let leaves = (0_u32..).zip(&tensors).map(|(node, tensor)| {
            let rows = rows_of(&trace, node, tensor);
            tensor_leaf(sha256, node, [tensor.rows, tensor.columns], &rows.root())
        });
        let leaves = HashTree::new(leaves.collect());
        Self { trace, tensors, graph_root, leaves, rows: RefCell::default() }
    }

    /// Of the outputs of all nodes of a graph, one after the other, for an input of a size. None when they are another number.
    pub fn of(graph: &Graph<'a>, size: u32, words: &'a [u32]) -> Option<Self> {
        let trace = Trace::new(*graph, size, words)?;
        let tensors = (0..graph.summary().nodes).map(|node| graph.tensor(node, size)).collect::<Option<_>>()?;
        Some(Self::new(trace, tensors, graph.root(sha256)))
    }

    /// All outputs.
    pub const fn trace(&self) -> &Trace<'a> {
        &self.trace
    }

    /// The output of a node; none when there is no such node.
    pub fn tensor(&self, node: u32) -> Option<Tensor> {
        self.tensors.get(node as usize).copied()
    }

    /// The tree over the nodes' outputs.
    pub const fn leaves(&self) -> &HashTree {
        &self.leaves
    }

    /// What stands for it.
    pub fn root(&self) -> Hash {
        trace_root(sha256, &self.graph_root, self.trace.size(), self.leaves.leaves(), &self.leaves.root())
    }

    /// The siblings of the last node's leaf, which lead from the posted output to the root.
    pub fn last_siblings(&self) -> Vec<Hash> {
        self.leaves.siblings(self.leaves.leaves().saturating_sub(1))
    }

    /// The tree over the rows of a node's output; none when there is no such node.
    pub fn rows(&self, node: u32) -> Option<Rc<HashTree>> {
        if let Some(tree) = self.rows.borrow().get(&node) {
            return Some(Rc::clone(tree));
        }
        let tree = Rc::new(rows_of(&self.trace, node, self.tensors.get(node as usize)?));
        self.rows.borrow_mut().insert(node, Rc::clone(&tree));
        Some(tree)
    }

    /// The hash of a row of a node's output, with its siblings; none of one that does not exist.
    pub fn row(&self, node: u32, row: u32) -> Option<(Hash, Vec<Hash>)> {
        let tree = self.rows(node)?;
        (row < tree.leaves()).then(|| (tree.node(Position { height: 0, index: row }), tree.siblings(row)))
    }

    /// A row of a node's output as a list of pieces; none when there is no such node.
    pub fn line(&self, node: u32, row: u32) -> Option<Line> {
        let tensor = self.tensors.get(node as usize)?;
        let words = self.trace.row(node, row);
        let mut bytes = vec![0; words.len().saturating_mul(tensor.kind.bytes())];
        tensor.kind.encode(words, &mut bytes);
        Some(Line::new(bytes, tensor.columns, [0; 4]))
    }
}

fn rows_of(trace: &Trace<'_>, node: u32, tensor: &Tensor) -> HashTree {
    let rows = trace.output(node).chunks(tensor.columns.max(1) as usize);
    HashTree::new(rows.map(|words| tensor.row_hash(sha256, words)).collect())
}
