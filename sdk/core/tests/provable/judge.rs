//! One element at a time, from evidence that is proven against the roots alone.

use modchains_core::{
    provable::{
        Graph, Judge, Line, Place, Reads, Record, Tensor, Trace,
        commitment::{
            RowReader, depth, end, graph_root, path, piece, root_of_path, row_of_pieces, tensor_leaf, trace_root,
        },
        evaluate, is_row,
    },
    rounded::{Buckets, Wide},
};
use modchains_test_seed::{Random, is_long, random};

use super::{
    model::{Float, Int8, Model, Row, convolutional, encoder, input, run},
    sha256,
};

type Hash = [u8; 32];

/// What both sides know before the evidence: the graph's root with its size, and the root of one operator's trace.
struct Roots {
    graph: Hash,
    trace: Hash,
    nodes: u32,
    size: u32,
}

/// Whoever brings the evidence: a model, and the outputs that the operator committed to, whatever they are.
struct Evidence<'a> {
    model: &'a Model,
    graph: Graph<'a>,
    trace: Trace<'a>,
    request: &'a [u8],
    roots: &'a Roots,
}

fn proof(leaves: &mut [Hash], index: u32) -> Vec<Hash> {
    let mut siblings = vec![[0; 32]; depth(leaves.len() as u32) as usize];
    path(sha256, leaves, index, &mut siblings);
    siblings
}

impl<'a> Evidence<'a> {
    fn new(model: &'a Model, size: u32, request: &'a [u8], words: &'a [u32], roots: &'a Roots) -> Self {
        let graph = model.graph();
        Self { model, graph, trace: Trace::new(graph, size, words).unwrap(), request, roots }
    }

    /// A record, proven against the graph's root.
    fn record(&self, index: u32) -> Record {
        let mut leaves: Vec<Hash> = self.model.records.iter().map(|record| record.hash(sha256)).collect();
        let siblings = proof(&mut leaves, index);
        let record = self.model.records[index as usize];
        let root = root_of_path(sha256, record.hash(sha256), index, &siblings);
        assert_eq!(graph_root(sha256, self.roots.nodes, &root), self.roots.graph);
        record
    }

    /// The head of a row of a node's output, proven against the trace's root.
    fn output_row(&self, node: u32, tensor: &Tensor, row: u32) -> Hash {
        let rows = self.trace.output(node).chunks(tensor.columns as usize);
        let mut rows: Vec<Hash> = rows.map(|words| tensor.row_hash(sha256, words)).collect();
        let head = rows[row as usize];
        let siblings = proof(&mut rows, row);
        let root = root_of_path(sha256, head, row, &siblings);
        let leaf = tensor_leaf(sha256, node, [tensor.rows, tensor.columns], &root);
        let mut leaves: Vec<Hash> = (0..self.roots.nodes).map(|node| self.trace.leaf(sha256, node)).collect();
        let siblings = proof(&mut leaves, node);
        let tensors = root_of_path(sha256, leaf, node, &siblings);
        let root = trace_root(sha256, &self.roots.graph, self.roots.size, self.roots.nodes, &tensors);
        assert_eq!(root, self.roots.trace);
        head
    }

    /// The pieces of a row with its bias, each checked as it arrives against what the row's head promised.
    fn pieces(&self, node: u32, record: &Record, line: Line) -> (Vec<Vec<u8>>, [u8; 4]) {
        let of_node = self.graph.node(node, self.roots.size).unwrap();
        let (head, columns, bytes, bias) = match line {
            Line::Input { input, row } => {
                let tensor = of_node.inputs[usize::from(input)];
                let source = record.inputs()[usize::from(input)];
                let words = self.trace.row(source, row);
                let mut bytes = vec![0; words.len() * tensor.kind.bytes()];
                tensor.kind.encode(words, &mut bytes);
                (self.output_row(source, &tensor, row), tensor.columns, bytes, [0; 4])
            }
            Line::Weights { row } => {
                let tensor = of_node.weights().unwrap();
                let rows = &self.model.weights[&node];
                let hash = |(bytes, bias): &Row| {
                    let pieces: Vec<Hash> = bytes.chunks(384).map(|bytes| piece(sha256, bytes)).collect();
                    row_of_pieces(sha256, &pieces, end(sha256, tensor.columns, *bias))
                };
                let mut heads: Vec<Hash> = rows.iter().map(hash).collect();
                let head = heads[row as usize];
                let siblings = proof(&mut heads, row);
                assert_eq!(Some(root_of_path(sha256, head, row, &siblings)), record.weights);
                let (bytes, bias) = rows[row as usize].clone();
                assert!(is_row(tensor.kind, &bytes));
                (head, tensor.columns, bytes, bias)
            }
        };
        let pieces: Vec<Vec<u8>> = bytes.chunks(384).map(<[u8]>::to_vec).collect();
        let hashes: Vec<Hash> = pieces.iter().map(|bytes| piece(sha256, bytes)).collect();
        let last = end(sha256, columns, bias);
        let mut reader = RowReader::new(head);
        for (index, bytes) in pieces.iter().enumerate() {
            reader.take(sha256, bytes, &row_of_pieces(sha256, &hashes[index + 1..], last)).unwrap();
        }
        reader.finish(sha256, columns, bias).unwrap();
        (pieces, bias)
    }

    /// One element of an operand.
    fn word(&self, node: u32, record: &Record, place: Place) -> u32 {
        let (line, column, kind) = match place {
            Place::Word(word) => return word,
            Place::Input { input, row, column } => {
                let source = self.graph.tensor(record.inputs()[usize::from(input)], self.roots.size).unwrap();
                (Line::Input { input, row }, column, source.kind)
            }
            Place::Weights { row, column } => (Line::Weights { row }, column, record.kind),
        };
        let (pieces, _) = self.pieces(node, record, line);
        let per_piece = kind.per_piece();
        kind.word(&pieces[column as usize / per_piece], column as usize % per_piece)
    }

    /// What the element must be.
    fn judge(&self, index: u32, row: u32, column: u32) -> u32 {
        let record = self.record(index);
        let node = self.graph.node(index, self.roots.size).unwrap();
        let judge = Judge::new(&node, row, column).unwrap();
        let value = match judge.reads() {
            Reads::Request { index } => {
                let len = self.request.len() / node.output.elements() as usize;
                let mut bytes = [0; 4];
                bytes[..len].copy_from_slice(&self.request[index as usize * len..][..len]);
                judge.value_of_request(bytes)
            }
            Reads::Copy(place) | Reads::One(place) => judge.value_of_elements(self.word(index, &record, place), 0),
            Reads::Two(a, b) => judge.value_of_elements(self.word(index, &record, a), self.word(index, &record, b)),
            Reads::Lookup { index: place, column } => {
                let named = self.word(index, &record, place);
                let row = evaluate::table_row(named, node.weights().unwrap().rows);
                judge.value_of_elements(named, self.word(index, &record, Place::Weights { row, column }))
            }
            Reads::Row(line) => return self.stream(&node, [row, column], &self.pieces(index, &record, line), None),
            Reads::Rows(first, second) => {
                let (first, second) = (self.pieces(index, &record, first), self.pieces(index, &record, second));
                return self.stream(&node, [row, column], &first, Some(&second));
            }
        };
        value.unwrap()
    }

    /// Row evidence, with nothing kept between two pieces but the judge's state.
    fn stream(
        &self,
        node: &modchains_core::provable::Node,
        [row, column]: [u32; 2],
        first: &(Vec<Vec<u8>>, [u8; 4]),
        second: Option<&(Vec<Vec<u8>>, [u8; 4])>,
    ) -> u32 {
        let kind = node.operand().kind;
        let words = |bytes: &[u8]| {
            let mut words = vec![0; bytes.len() / kind.bytes()];
            kind.decode(bytes, &mut words);
            words
        };
        let (mut state, mut taken) = (Wide::ZERO, 0);
        for (index, piece) in first.0.iter().enumerate() {
            let mut judge = Judge::resume(node, row, column, state, taken).unwrap();
            let mut buckets = Buckets::default();
            let other = second.map_or(&[][..], |(pieces, _)| &pieces[index]);
            if kind == Int8 && second.is_some() {
                judge.push_int8(piece, other).unwrap();
            } else {
                judge.push(&mut buckets, &words(piece), &words(other)).unwrap();
            }
            (state, taken) = judge.state();
        }
        let bias = second.map_or(0, |(_, bias)| u32::from_le_bytes(*bias));
        Judge::resume(node, row, column, state, taken).unwrap().value_of_rows(bias).unwrap()
    }
}

fn roots(model: &Model, size: u32, words: &[u32]) -> Roots {
    let graph = model.graph();
    let trace = Trace::new(graph, size, words).unwrap().root(sha256);
    Roots { graph: graph.root(sha256), trace, nodes: graph.summary().nodes, size }
}

/// Every model with sizes that it takes.
fn models(random: &mut Random) -> [(Model, Vec<u32>); 2] {
    [(encoder(random), vec![1, 2, 7, 12]), (convolutional(random), vec![1])]
}

fn place(random: &mut Random, tensor: &Tensor) -> [u32; 2] {
    [random.below(tensor.rows.into()) as u32, random.below(tensor.columns.into()) as u32]
}

#[test]
fn the_judge_finds_every_honest_element() {
    let mut random = random();
    for (model, sizes) in models(&mut random) {
        for size in sizes {
            let request = input(&model, size, &mut random);
            let words = run(&model, size, &request);
            let roots = roots(&model, size, &words);
            let evidence = Evidence::new(&model, size, &request, &words, &roots);
            for index in 0..roots.nodes {
                let tensor = evidence.graph.tensor(index, size).unwrap();
                for _ in 0..if is_long() { 40 } else { 4 } {
                    let [row, column] = place(&mut random, &tensor);
                    let claimed = evidence.trace.row(index, row)[column as usize];
                    assert_eq!(evidence.judge(index, row, column), claimed, "node {index} at {row}, {column}");
                }
            }
        }
    }
}

/// Another element of the same kind, as near as there is.
fn another(kind: modchains_core::provable::ElementKind, word: u32) -> u32 {
    let other = if kind == Int8 { i32::from((word as i8).wrapping_add(1)).cast_unsigned() } else { word ^ 1 };
    if kind.holds(other) { other } else { word ^ 2 }
}

#[test]
fn a_trace_with_any_element_changed_contradicts_itself() {
    let mut random = random();
    for (model, sizes) in models(&mut random) {
        let size = *sizes.last().unwrap();
        let request = input(&model, size, &mut random);
        let honest = run(&model, size, &request);
        let graph = model.graph();
        for index in 0..graph.summary().nodes {
            let tensor = graph.tensor(index, size).unwrap();
            let start: u64 = (0..index).map(|index| graph.tensor(index, size).unwrap().elements()).sum();
            let [row, column] = place(&mut random, &tensor);
            let at = start as usize + (row * tensor.columns + column) as usize;
            let mut words = honest.clone();
            let mut lies = vec![another(tensor.kind, honest[at])];
            if tensor.kind == Float {
                // Patterns that are no values convict like any other.
                lies.extend([0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 1 << 31]);
            }
            for lie in lies {
                words[at] = lie;
                let roots = roots(&model, size, &words);
                let evidence = Evidence::new(&model, size, &request, &words, &roots);
                assert_ne!(evidence.judge(index, row, column), lie, "node {index} at {row}, {column}");
            }
        }
    }
}
