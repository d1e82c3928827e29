use std::{cell::RefCell, collections::HashMap, rc::Rc};

use modchains_core::provable::{
    Graph, RECORD_BYTES, WeightRow, Weights,
    commitment::{Position, graph_root, row},
};

use super::{trace::Line, tree::HashTree};
use crate::hash::sha256;

type Hash = [u8; 32];

/// A graph with its weights, and what proves parts of both.
pub struct GraphTree<'a, W> {
    graph: Graph<'a>,
    weights: &'a W,
    records: HashTree,
    /// The tree over the rows of a node's weights, once it was asked for.
    rows: RefCell<HashMap<u32, Rc<HashTree>>>,
}

impl<'a, W: Weights> GraphTree<'a, W> {
    /// Of a checked graph.
    pub fn new(graph: Graph<'a>, weights: &'a W) -> Self {
        let records = graph.records().iter().map(|record| record.hash(sha256)).collect();
        Self { graph, weights, records: HashTree::new(records), rows: RefCell::default() }
    }

    /// Its records, without the weights.
    pub const fn graph(&self) -> &Graph<'a> {
        &self.graph
    }

    /// What stands for it on chain.
    pub fn root(&self) -> Hash {
        graph_root(sha256, self.records.leaves(), &self.records.root())
    }

    /// A record with its siblings; none of a node that does not exist.
    pub fn record(&self, node: u32) -> Option<([u8; RECORD_BYTES], Vec<Hash>)> {
        let record = self.graph.records().get(node as usize)?;
        Some((record.encode(), self.records.siblings(node)))
    }

    /// The hash of a row of a node's weights with its siblings; none of one that does not exist.
    pub fn row(&self, node: u32, row: u32) -> Option<(Hash, Vec<Hash>)> {
        let tree = self.rows(node)?;
        let at = Position { height: 0, index: row };
        (row < tree.leaves()).then(|| (tree.node(at), tree.siblings(row)))
    }

    /// The elements of a row of a node's weights, as a list of pieces.
    pub fn line(&self, node: u32, row: u32) -> Option<Line> {
        let columns = self.graph.node(node, self.graph.summary().sizes.min)?.weights()?.columns;
        let WeightRow { bytes, bias } = self.weights.row(node, row)?;
        Some(Line::new(bytes.to_vec(), columns, bias))
    }

    /// The bias at the end of a row of a node's weights.
    pub fn bias(&self, node: u32, row: u32) -> Option<[u8; 4]> {
        Some(self.weights.row(node, row)?.bias)
    }

    fn rows(&self, node: u32) -> Option<Rc<HashTree>> {
        if let Some(tree) = self.rows.borrow().get(&node) {
            return Some(Rc::clone(tree));
        }
        let tensor = self.graph.node(node, self.graph.summary().sizes.min)?.weights()?;
        let hash = |number| {
            let WeightRow { bytes, bias } = self.weights.row(node, number)?;
            Some(row(sha256, bytes, tensor.columns, bias))
        };
        let tree = Rc::new(HashTree::new((0..tensor.rows).map(hash).collect::<Option<_>>()?));
        self.rows.borrow_mut().insert(node, Rc::clone(&tree));
        Some(tree)
    }
}
