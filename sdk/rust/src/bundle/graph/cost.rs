//! What running and disputing a graph costs.

use modchains_core::provable::{
    Graph, Map, Node, Op, Record, Reduce, Second, Tensor,
    commitment::{REVEALED_MAX, depth},
};

use super::ModelGraph;

/// What a graph costs at most, for the largest input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphCost {
    /// Multiplications and additions of one inference.
    pub multiply_adds: u64,
    /// Bytes of all outputs, which an operator hashes to defend a result.
    pub trace_bytes: u64,
    /// Bytes of weights and biases.
    pub weight_bytes: u64,
    /// Moves of an operator in a dispute, each of which is a transaction.
    pub operator_moves: u32,
    /// Moves of a challenger after it opened the dispute, each of which is a transaction.
    pub challenger_moves: u32,
}

impl ModelGraph {
    /// What it costs at most.
    #[must_use]
    pub fn cost(&self) -> GraphCost {
        let graph = self.graph();
        let summary = graph.summary();
        let moves = (0..summary.nodes).filter_map(|index| moves(&graph, index));
        let (operator_moves, challenger_moves) =
            moves.fold((0, 0), |(operator, challenger), moves| (operator.max(moves[0]), challenger.max(moves[1])));
        let weights = (0..summary.nodes).filter_map(|index| self.weights(index));
        let bytes = weights.map(|of_node| of_node.elements.len() + of_node.biases.map_or(0, <[u8]>::len));
        GraphCost {
            multiply_adds: summary.multiply_adds,
            trace_bytes: summary.trace_bytes,
            weight_bytes: bytes.fold(0, |sum, bytes| sum + bytes as u64),
            operator_moves,
            challenger_moves,
        }
    }
}

/// Moves of operator and challenger at most, when a node's output is in dispute.
fn moves(graph: &Graph<'_>, index: u32) -> Option<[u32; 2]> {
    let (record, summary) = (graph.records().get(index as usize)?, graph.summary());
    let node = graph.node(index, summary.sizes.max)?;
    let Tensor { kind, rows, columns } = node.output;
    // Four levels of a tree or 16 pieces of a row each, and the elements of a piece; the challenger picks one of each.
    let in_trees = depth(summary.nodes).div_ceil(4) + depth(rows).div_ceil(4);
    let reveals = in_trees + kind.pieces(columns).div_ceil(REVEALED_MAX as u32) + 1;
    // The operator proves its output first. The challenger proves the node's record, and asks for the verdict.
    Some([1 + reveals, reveals + 1 + evidence(record, &node) + 1])
}

/// Moves that show what an element of a node is computed from: the records of the nodes that it reads, then each operand.
fn evidence(record: &Record, node: &Node) -> u32 {
    let inputs = record.inputs();
    let records = (0..inputs.len()).filter(|place| !inputs[..*place].contains(&inputs[*place])).count() as u32;
    let [first, second, _] = node.inputs;
    let of_weights = |moves: fn(&Tensor) -> u32| node.weights().map_or(0, |tensor| moves(&tensor));
    // An output's root of rows is proven before a row of it; a row of weights lies under the record.
    let output = |moves: u32| moves + 1;
    records
        + match node.op {
            Op::Input(_) => 0,
            Op::Map(Map::ConcatRows | Map::ConcatColumns) => {
                node.inputs.iter().take(inputs.len()).map(|input| output(element(input))).max().unwrap_or(0)
            }
            Op::Map(_) | Op::Unary(_) | Op::Binary(_, Second::Constant(_)) => output(element(&first)),
            Op::Embedding { .. } | Op::Binary(_, Second::Weights { .. }) => {
                output(element(&first)) + of_weights(element)
            }
            Op::Binary(_, Second::Input) => output(element(&first)) + output(element(&second)),
            // The pieces of both rows come in pairs.
            Op::Reduce(Reduce::Dot { .. }) => output(1) + output(1) + row_pieces(&first),
            Op::Reduce(Reduce::Affine) => output(1) + of_weights(|_| 1) + row_pieces(&first),
            Op::Reduce(_) => output(1) + row_pieces(&first),
        }
}

fn row_pieces(tensor: &Tensor) -> u32 {
    tensor.kind.pieces(tensor.columns)
}

/// Moves from the root over a tensor's rows to the last element of a row: the row, the pieces before, 16 at a time, and the
/// piece.
fn element(tensor: &Tensor) -> u32 {
    1 + row_pieces(tensor).saturating_sub(1).div_ceil(REVEALED_MAX as u32) + 1
}
