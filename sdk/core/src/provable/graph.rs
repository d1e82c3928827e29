//! A checked graph and what it computes: the reference interpreter.

use core::fmt;

use super::{
    check::{GraphProblem, Summary, Survey},
    commitment::{self, Frontier, PIECE_BYTES},
    evaluate,
    input::InputLength,
    judge::Judge,
    node::{Line, Node, Place, Reads},
    op::Op,
    record::{INPUTS_MAX, Record},
    shape::Shape,
    tensor::Tensor,
    weights::Weights,
};
use crate::{
    hash::{Hash, Sha256},
    rounded::Buckets,
};

/// A checked graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph<'a> {
    records: &'a [Record],
    summary: Summary,
}

/// Why a graph cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunError {
    /// The declared size is not one that the graph takes.
    Size {
        /// The size.
        actual: u32,
    },
    /// The input has another length.
    InputLength {
        /// Bytes that the graph takes.
        expected: u64,
        /// Bytes given.
        actual: usize,
    },
    /// Too little room was lent.
    Room {
        /// Words needed.
        needed: u64,
    },
    /// Weights are missing.
    Weights {
        /// The node.
        node: u32,
    },
}

/// The outputs of all nodes for one input, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace<'a> {
    graph: Graph<'a>,
    size: u32,
    words: &'a [u32],
}

impl<'a> Graph<'a> {
    /// Checks all nodes and what they cost together.
    ///
    /// # Errors
    /// The first node that breaks a rule with that rule, or what is too large.
    pub fn new(records: &'a [Record]) -> Result<Self, GraphProblem> {
        let mut survey = Survey::default();
        for record in records {
            survey.add(record, |input| records.get(input as usize).map(Shape::of))?;
        }
        Ok(Self { records, summary: survey.finish()? })
    }

    /// The nodes in order, at least one.
    pub const fn records(&self) -> &'a [Record] {
        self.records
    }

    /// What is known of it.
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The root that stands for it on chain.
    pub fn root(&self, sha256: impl Sha256) -> Hash {
        let mut tree = Frontier::default();
        for record in self.records {
            tree.push(&sha256, record.hash(&sha256));
        }
        commitment::graph_root(&sha256, self.summary.nodes, &tree.root(&sha256))
    }

    /// The output of a node for inputs of size `n`; none when there is no such node or the size is too large.
    pub fn tensor(&self, index: u32, n: u32) -> Option<Tensor> {
        let record = self.records.get(index as usize)?;
        Some(Tensor { kind: record.kind, rows: record.rows.at(n)?, columns: record.columns.at(n)? })
    }

    /// A node for inputs of size `n`.
    pub fn node(&self, index: u32, n: u32) -> Option<Node> {
        Node::new(self.records.get(index as usize)?, n, |input| self.tensor(input, n))
    }

    /// Words that the outputs of all nodes take for inputs of size `n`.
    pub fn words(&self, n: u32) -> u64 {
        let nodes = 0..self.summary.nodes;
        nodes.filter_map(|index| self.tensor(index, n)).fold(0, |sum, tensor| sum.saturating_add(tensor.elements()))
    }

    /// How long inputs are.
    pub fn input_length(&self) -> Option<InputLength> {
        self.records.first().and_then(InputLength::of)
    }

    /// Bytes of an input of size `n`.
    pub fn input_bytes(&self, n: u32) -> u64 {
        self.input_length().and_then(|length| length.bytes.at(n)).map_or(0, u64::from)
    }

    /// The size of an input of so many bytes; none when the graph takes no input of that length.
    pub fn size_of_input(&self, bytes: u64) -> Option<u32> {
        self.input_length()?.size_of(bytes)
    }

    /// Refuses a request that the graph does not take.
    ///
    /// # Errors
    /// When the size is none that it takes, and when the input has another length than one of that size.
    pub fn check_request(&self, n: u32, input: &[u8]) -> Result<(), RunError> {
        if !(self.summary.sizes.min..=self.summary.sizes.max).contains(&n) {
            return Err(RunError::Size { actual: n });
        }
        let expected = self.input_bytes(n);
        if input.len() as u64 != expected {
            return Err(RunError::InputLength { expected, actual: input.len() });
        }
        Ok(())
    }

    /// Computes every element of every node, one after the other, by the functions that a judge uses. `words` lends the
    /// room that [`Self::words`] says.
    ///
    /// # Errors
    /// When the input has a size or length that the graph does not take, when the room is too small, and when weights are
    /// missing.
    pub fn run<'b>(
        &self,
        n: u32,
        input: &[u8],
        weights: &impl Weights,
        words: &'b mut [u32],
    ) -> Result<Trace<'b>, RunError>
    where
        'a: 'b,
    {
        self.check_request(n, input)?;
        let needed = self.words(n);
        let Some(words) = usize::try_from(needed).ok().and_then(|needed| words.get_mut(..needed)) else {
            return Err(RunError::Room { needed });
        };
        let mut buckets = Buckets::default();
        let mut done = 0;
        for index in 0..self.summary.nodes {
            let (before, rest) = words.split_at_mut(done);
            let missing = RunError::Weights { node: index };
            let node = self.node(index, n).ok_or(missing)?;
            let trace = Trace { graph: *self, size: n, words: before };
            let operands = Operands { index, node, inputs: trace.inputs_of(index), request: input, weights };
            let output = rest.get_mut(..node.output.elements() as usize).unwrap_or_default();
            for (place, word) in output.iter_mut().enumerate() {
                let (row, column) = (place as u32 / node.output.columns, place as u32 % node.output.columns);
                *word = operands.element(&mut buckets, row, column).ok_or(missing)?;
            }
            done += output.len();
        }
        Ok(Trace { graph: *self, size: n, words })
    }
}

impl<'a> Trace<'a> {
    /// A trace whose words were computed elsewhere; none when they are not as many as the graph has.
    pub fn new(graph: Graph<'a>, size: u32, words: &'a [u32]) -> Option<Self> {
        (graph.words(size) == words.len() as u64).then_some(Self { graph, size, words })
    }

    /// The declared size of the input.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// The output of a node, row by row; empty when there is none.
    pub fn output(&self, index: u32) -> &'a [u32] {
        let start = (0..index).filter_map(|index| self.graph.tensor(index, self.size));
        let start = start.fold(0_u64, |sum, tensor| sum.saturating_add(tensor.elements()));
        let len = self.graph.tensor(index, self.size).map_or(0, |tensor| tensor.elements());
        let range = start as usize..start.saturating_add(len) as usize;
        self.words.get(range).unwrap_or_default()
    }

    /// One row of a node's output; empty when there is none.
    pub fn row(&self, index: u32, row: u32) -> &'a [u32] {
        let columns = self.graph.tensor(index, self.size).map_or(1, |tensor| tensor.columns);
        self.output(index).chunks(columns.max(1) as usize).nth(row as usize).unwrap_or_default()
    }

    /// The leaf of a node's output.
    pub fn leaf(&self, sha256: impl Sha256, index: u32) -> Hash {
        let Some(tensor) = self.graph.tensor(index, self.size) else { return Hash::default() };
        let mut tree = Frontier::default();
        for words in self.output(index).chunks(tensor.columns.max(1) as usize) {
            tree.push(&sha256, tensor.row_hash(&sha256, words));
        }
        commitment::tensor_leaf(&sha256, index, [tensor.rows, tensor.columns], &tree.root(&sha256))
    }

    /// What stands for all outputs.
    pub fn root(&self, sha256: impl Sha256) -> Hash {
        let nodes = self.graph.summary.nodes;
        let mut tree = Frontier::default();
        for index in 0..nodes {
            tree.push(&sha256, self.leaf(&sha256, index));
        }
        let graph = self.graph.root(&sha256);
        commitment::trace_root(&sha256, &graph, self.size, nodes, &tree.root(&sha256))
    }

    fn inputs_of(&self, index: u32) -> [&'a [u32]; INPUTS_MAX] {
        let mut inputs: [&[u32]; INPUTS_MAX] = [&[]; INPUTS_MAX];
        let of_record = self.graph.records.get(index as usize).map_or(&[][..], |record| record.inputs());
        for (place, input) in inputs.iter_mut().zip(of_record) {
            *place = self.output(*input);
        }
        inputs
    }
}

/// All that the elements of one node are computed from.
struct Operands<'a, W> {
    index: u32,
    node: Node,
    inputs: [&'a [u32]; INPUTS_MAX],
    request: &'a [u8],
    weights: &'a W,
}

impl<W: Weights> Operands<'_, W> {
    fn element(&self, buckets: &mut Buckets, row: u32, column: u32) -> Option<u32> {
        let judge = Judge::new(&self.node, row, column)?;
        match judge.reads() {
            Reads::Request { index } => judge.value_of_request(self.request_bytes(index)?).ok(),
            Reads::Copy(place) | Reads::One(place) => judge.value_of_elements(self.word(place)?, 0).ok(),
            Reads::Two(a, b) => judge.value_of_elements(self.word(a)?, self.word(b)?).ok(),
            Reads::Lookup { index, column } => {
                let index = self.word(index)?;
                let row = evaluate::table_row(index, self.node.weights()?.rows);
                judge.value_of_elements(index, self.word(Place::Weights { row, column })?).ok()
            }
            Reads::Row(first) => self.reduce(judge, buckets, first, None),
            Reads::Rows(first, second) => self.reduce(judge, buckets, first, Some(second)),
        }
    }

    fn reduce(&self, mut judge: Judge, buckets: &mut Buckets, first: Line, second: Option<Line>) -> Option<u32> {
        // A piece of each row at a time, as a judge gets them.
        let (mut a, mut b) = ([0; PIECE_BYTES], [0; PIECE_BYTES]);
        let mut start = 0;
        loop {
            let len = judge.next_len() as usize;
            if len == 0 {
                break;
            }
            let (a, b) = (a.get_mut(..len)?, b.get_mut(..if second.is_some() { len } else { 0 })?);
            self.line(first, start, a)?;
            if let Some(second) = second {
                self.line(second, start, b)?;
            }
            judge.push(buckets, a, b).ok()?;
            start += len;
        }
        let bias = match second {
            Some(Line::Weights { row }) => u32::from_le_bytes(self.weights.row(self.index, row)?.bias),
            _ => 0,
        };
        judge.value_of_rows(bias).ok()
    }

    /// Elements of a row from `start`.
    fn line(&self, line: Line, start: usize, words: &mut [u32]) -> Option<()> {
        match line {
            Line::Input { input, row } => {
                let columns = self.node.inputs.get(usize::from(input))?.columns as usize;
                let start = columns.checked_mul(row as usize)?.checked_add(start)?;
                let output = self.inputs.get(usize::from(input))?;
                words.copy_from_slice(output.get(start..start.checked_add(words.len())?)?);
            }
            Line::Weights { row } => {
                let kind = self.node.weights()?.kind;
                let bytes = self.weights.row(self.index, row)?.bytes.get(start.checked_mul(kind.bytes())?..)?;
                if kind.decode(bytes, words) != words.len() {
                    return None;
                }
            }
        }
        Some(())
    }

    fn word(&self, place: Place) -> Option<u32> {
        let mut word = [0];
        match place {
            Place::Word(word) => return Some(word),
            Place::Input { input, row, column } => self.line(Line::Input { input, row }, column as usize, &mut word)?,
            Place::Weights { row, column } => self.line(Line::Weights { row }, column as usize, &mut word)?,
        }
        let [word] = word;
        Some(word)
    }

    fn request_bytes(&self, index: u64) -> Option<[u8; 4]> {
        let Op::Input(input) = self.node.op else { return None };
        let len = input.encoding.bytes() as usize;
        let start = usize::try_from(index).ok()?.checked_mul(len)?;
        let mut bytes = [0; 4];
        bytes.get_mut(..len)?.copy_from_slice(self.request.get(start..start.checked_add(len)?)?);
        Some(bytes)
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { actual } => write!(formatter, "inputs of size {actual} are not taken"),
            Self::InputLength { expected, actual } => {
                write!(formatter, "the input has {actual} bytes, the graph takes {expected}")
            }
            Self::Room { needed } => write!(formatter, "there must be room for {needed} words"),
            Self::Weights { node } => write!(formatter, "weights of node {node} are missing"),
        }
    }
}

impl core::error::Error for RunError {}
