//! A quantised network as a graph.

use modchains_sdk::{
    bundle::{NamedWeights, NodeDraft},
    core::provable::{
        ElementKind, Encoding, INPUTS_MAX, Input, Map, Op, Record, Reduce, Requantise, Size, SizeRange, Unary, Window,
    },
};

use crate::{PIXEL_MAX, PIXELS};

/// Weights of a layer, in rows, and the bias of each.
#[derive(Debug, Clone)]
pub(super) struct Tensors {
    /// Their name.
    pub name: &'static str,
    /// Weights, row by row.
    pub weights: Vec<i8>,
    /// Biases.
    pub biases: Vec<i32>,
}

/// A graph that grows node by node, of one input size.
pub(super) struct Builder {
    nodes: Vec<NodeDraft>,
}

impl Builder {
    /// Begins with the image: one row of pixels.
    pub fn image() -> Self {
        let sizes = SizeRange { min: 1, max: 1 };
        let input = Input { encoding: Encoding::Unsigned8, low: 0, high: PIXEL_MAX.into(), sizes };
        let mut builder = Self { nodes: Vec::new() };
        builder.add(Op::Input(input), ElementKind::Int8, &[], [1, PIXELS as u32]);
        builder
    }

    /// A convolution of 3 by 3 with zeros around the image, and the activations of its sums, channel by channel. Gives the side
    /// of an image after it.
    pub fn convolution(&mut self, channels: u32, side: u32, stride: u32, tensors: Tensors, rule: Requantise) -> u32 {
        let window = Window {
            channels,
            height: side,
            width: side,
            kernel_height: 3,
            kernel_width: 3,
            stride,
            padding: 1,
            is_by_channel: false,
        };
        let out_side = side.div_ceil(stride);
        let (places, out_channels) = (out_side * out_side, tensors.biases.len() as u32);
        self.then(Op::Map(Map::Unfold(window)), ElementKind::Int8, [places, channels * 9]);
        self.layer(places, tensors, Some(rule));
        let dimensions = [1, 1, places, out_channels].map(Size::fixed);
        let transpose = Map::Permute { dimensions, order: [0, 1, 3, 2] };
        self.then(Op::Map(transpose), ElementKind::Int8, [out_channels, places]);
        out_side
    }

    /// All elements in one row.
    pub fn flatten(&mut self, elements: u32) {
        self.then(Op::Map(Map::Reshape), ElementKind::Int8, [1, elements]);
    }

    /// Sums of products with biases, and their activations if there is a rule for them.
    pub fn layer(&mut self, rows: u32, tensors: Tensors, rule: Option<Requantise>) {
        let outputs = tensors.biases.len() as u32;
        self.then(Op::Reduce(Reduce::Affine), ElementKind::Int32, [rows, outputs]);
        if let Some(node) = self.nodes.last_mut() {
            node.weights = Some(NamedWeights {
                name: tensors.name.to_owned(),
                elements: tensors.weights.iter().map(|weight| weight.cast_unsigned()).collect(),
                biases: Some(tensors.biases.iter().flat_map(|bias| bias.to_le_bytes()).collect()),
            });
        }
        if let Some(rule) = rule {
            self.then(Op::Unary(Unary::Requantise(rule)), ElementKind::Int8, [rows, outputs]);
        }
    }

    /// The place of the largest of `logits` sums in front of them.
    pub fn finish(mut self, logits: u32) -> Vec<NodeDraft> {
        let sums = self.last();
        self.then(Op::Reduce(Reduce::TopK { count: 1 }), ElementKind::Int32, [1, 1]);
        let class = self.last();
        self.add(Op::Map(Map::ConcatColumns), ElementKind::Int32, &[class, sums], [1, 1 + logits]);
        self.nodes
    }

    fn last(&self) -> u32 {
        (self.nodes.len() as u32).saturating_sub(1)
    }

    /// A node that reads the last one.
    fn then(&mut self, op: Op, kind: ElementKind, shape: [u32; 2]) {
        self.add(op, kind, &[self.last()], shape);
    }

    fn add(&mut self, op: Op, kind: ElementKind, inputs: &[u32], shape: [u32; 2]) {
        let mut places = [0; INPUTS_MAX];
        for (place, input) in places.iter_mut().zip(inputs) {
            *place = *input;
        }
        let [rows, columns] = shape.map(Size::fixed);
        let input_count = inputs.len() as u8;
        let record = Record { op, kind, inputs: places, input_count, rows, columns, weights: None };
        self.nodes.push(NodeDraft { record, weights: None });
    }
}
