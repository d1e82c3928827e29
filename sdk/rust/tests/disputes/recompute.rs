//! What nodes compute from what others are said to have computed.

use modchains_sdk::core::{
    provable::{Graph, Judge, Line, Node, Op, Place, Reads, WeightRow, Weights, evaluate},
    rounded::Buckets,
};
use modchains_test_graphs::Model;

use super::inference::Inference;

/// A graph with everything that its elements are computed from but the nodes' outputs.
pub struct Recompute<'a> {
    graph: Graph<'a>,
    model: &'a Model,
    size: u32,
    input: &'a [u8],
}

impl<'a> Recompute<'a> {
    pub fn new(inference: &'a Inference) -> Self {
        let Inference { model, size, input, .. } = inference;
        Self { graph: model.graph(), model, size: *size, input }
    }

    /// Where a node's output lies among the words of all.
    pub fn start(&self, node: u32) -> usize {
        (0..node).map(|node| self.graph.tensor(node, self.size).unwrap().elements() as usize).sum()
    }

    /// Computes all nodes from one on, from what `words` says of those before.
    pub fn from(&self, first: u32, words: &mut [u32]) {
        for index in first..self.graph.summary().nodes {
            let node = self.graph.node(index, self.size).unwrap();
            let start = self.start(index);
            for place in 0..node.output.elements() as usize {
                let (row, column) = (place as u32 / node.output.columns, place as u32 % node.output.columns);
                words[start + place] = self.element(index, &node, row, column, words);
            }
        }
    }

    fn element(&self, index: u32, node: &Node, row: u32, column: u32, words: &[u32]) -> u32 {
        let mut judge = Judge::new(node, row, column).unwrap();
        let word = |place| match place {
            Place::Word(word) => word,
            Place::Input { input, row, column } => {
                self.line(index, node, Line::Input { input, row }, words).0[column as usize]
            }
            Place::Weights { row, column } => self.line(index, node, Line::Weights { row }, words).0[column as usize],
        };
        match judge.reads() {
            Reads::Request { index } => {
                let Op::Input(input) = node.op else { unreachable!() };
                let len = input.encoding.bytes() as usize;
                let mut bytes = [0; 4];
                bytes[..len].copy_from_slice(&self.input[index as usize * len..][..len]);
                judge.value_of_request(bytes).unwrap()
            }
            Reads::Copy(place) | Reads::One(place) => judge.value_of_elements(word(place), 0).unwrap(),
            Reads::Two(first, second) => judge.value_of_elements(word(first), word(second)).unwrap(),
            Reads::Lookup { index, column } => {
                let index = word(index);
                let row = evaluate::table_row(index, node.weights().unwrap().rows);
                judge.value_of_elements(index, word(Place::Weights { row, column })).unwrap()
            }
            Reads::Row(line) => {
                let (row, _) = self.line(index, node, line, words);
                push(&mut judge, &row, &[]);
                judge.value_of_rows(0).unwrap()
            }
            Reads::Rows(first, second) => {
                let ((first, _), (second, bias)) =
                    (self.line(index, node, first, words), self.line(index, node, second, words));
                push(&mut judge, &first, &second);
                judge.value_of_rows(bias).unwrap()
            }
        }
    }

    fn line(&self, index: u32, node: &Node, line: Line, words: &[u32]) -> (Vec<u32>, u32) {
        match line {
            Line::Input { input, row } => {
                let tensor = node.inputs[usize::from(input)];
                let of = self.graph.records()[index as usize].inputs()[usize::from(input)];
                let start = self.start(of) + row as usize * tensor.columns as usize;
                (words[start..][..tensor.columns as usize].to_vec(), 0)
            }
            Line::Weights { row } => {
                let tensor = node.weights().unwrap();
                let WeightRow { bytes, bias } = self.model.row(index, row).unwrap();
                let words = (0..tensor.columns as usize).map(|column| tensor.kind.word(bytes, column)).collect();
                (words, u32::from_le_bytes(bias))
            }
        }
    }
}

fn push(judge: &mut Judge, first: &[u32], second: &[u32]) {
    let mut buckets = Box::new(Buckets::default());
    let mut start = 0;
    while judge.next_len() > 0 {
        let end = start + judge.next_len() as usize;
        let second = if second.is_empty() { second } else { &second[start..end] };
        judge.push(&mut buckets, &first[start..end], second).unwrap();
        start = end;
    }
}
