//! Graphs that own their weights.

use std::collections::HashMap;

use modchains_core::provable::{
    ElementKind::{self, Float, Int8, Int32},
    Encoding, Graph, Input, Node, Op, Record, Reduce, Size, SizeRange, Tensor, WeightRow, Weights,
};
use sha2::{Digest, Sha256};

/// A row of weights as bytes, and its bias.
pub type Row = (Vec<u8>, [u8; 4]);

/// A graph with its weights.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The nodes.
    pub records: Vec<Record>,
    /// For each node that has any its rows.
    pub weights: HashMap<u32, Vec<Row>>,
}

impl Weights for Model {
    fn row(&self, node: u32, row: u32) -> Option<WeightRow<'_>> {
        let (bytes, bias) = self.weights.get(&node)?.get(row as usize)?;
        Some(WeightRow { bytes, bias: *bias })
    }
}

/// The hash function of commitments.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

impl Model {
    /// A graph of one tensor, whose elements any word of its kind may be.
    pub fn source(kind: ElementKind, rows: Size, columns: Size, sizes: SizeRange) -> Self {
        let (encoding, low, high) = match kind {
            Float => (Encoding::Float32, 0xff7f_ffff, 0x7f7f_ffff),
            Int8 => (Encoding::Signed8, i32::from(i8::MIN).cast_unsigned(), 127),
            Int32 => (Encoding::Signed32, i32::MIN.cast_unsigned(), i32::MAX.cast_unsigned()),
        };
        let mut model = Self::default();
        model.add(Op::Input(Input { encoding, low, high, sizes }), kind, &[], [rows, columns]);
        model
    }

    /// [`Self::source`] of a tensor that is the same for each request.
    pub fn fixed_source(kind: ElementKind, rows: u32, columns: u32) -> Self {
        Self::source(kind, Size::fixed(rows), Size::fixed(columns), SizeRange { min: 1, max: 1 })
    }

    /// The checked graph.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn graph(&self) -> Graph<'_> {
        Graph::new(&self.records).unwrap()
    }

    /// Adds a node and returns its index.
    pub fn add(&mut self, op: Op, kind: ElementKind, inputs: &[u32], [rows, columns]: [Size; 2]) -> u32 {
        let mut places = [0; 3];
        places[..inputs.len()].copy_from_slice(inputs);
        let input_count = inputs.len() as u8;
        self.records.push(Record { op, kind, inputs: places, input_count, rows, columns, weights: None });
        self.records.len() as u32 - 1
    }

    /// Adds a node of the shape of its first input.
    pub fn same(&mut self, op: Op, kind: ElementKind, inputs: &[u32]) -> u32 {
        let Record { rows, columns, .. } = self.records[inputs[0] as usize];
        self.add(op, kind, inputs, [rows, columns])
    }

    /// Adds a function of rows.
    pub fn reduce(&mut self, reduce: Reduce, kind: ElementKind, input: u32) -> u32 {
        self.add(Op::Reduce(reduce), kind, &[input], [self.records[input as usize].rows, Size::ONE])
    }

    /// Adds a node with weights that `draw` gives as words, biases last.
    pub fn add_weighted(
        &mut self,
        op: Op,
        kind: ElementKind,
        inputs: &[u32],
        shape: [Size; 2],
        draw: &mut dyn FnMut() -> u32,
    ) -> u32 {
        let index = self.add(op, kind, inputs, shape);
        self.fill_weights(index, draw);
        index
    }

    /// Gives the last node its weights.
    pub fn fill_weights(&mut self, index: u32, draw: &mut dyn FnMut() -> u32) {
        let node = self.node(index);
        let tensor = node.weights().unwrap();
        let has_bias = matches!(node.op, Op::Reduce(Reduce::Affine));
        let rows = (0..tensor.rows).map(|_| {
            let words: Vec<u32> = (0..tensor.columns).map(|_| draw()).collect();
            let mut bytes = vec![0; words.len() * tensor.kind.bytes()];
            tensor.kind.encode(&words, &mut bytes);
            (bytes, if has_bias { draw().to_le_bytes() } else { [0; 4] })
        });
        let rows = rows.collect();
        self.weights.insert(index, rows);
        self.records[index as usize].weights = Some(node.weights_root(sha256, index, self).unwrap());
    }

    fn node(&self, index: u32) -> Node {
        let tensor = |input: u32| {
            let record = &self.records[input as usize];
            Some(Tensor { kind: record.kind, rows: record.rows.at(1)?, columns: record.columns.at(1)? })
        };
        Node::new(&self.records[index as usize], 1, tensor).unwrap()
    }

    /// Every element of every node for a request, by the reference interpreter.
    pub fn interpreted(&self, size: u32, input: &[u8]) -> Vec<u32> {
        let graph = self.graph();
        let mut words = vec![0; graph.words(size) as usize];
        graph.run(size, input, self, &mut words).unwrap();
        words
    }
}

/// The bytes of a request that are these words.
pub fn bytes(kind: ElementKind, words: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0; words.len() * kind.bytes()];
    kind.encode(words, &mut bytes);
    bytes
}
