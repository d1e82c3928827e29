//! Encoders of text: tokens to a vector of length one.

use modchains_core::provable::{
    Binary,
    ElementKind::{Float, Int32},
    Encoding, Input, Map, Op, Reduce, Second, Size, SizeRange, Unary,
};
use modchains_test_seed::Random;

use super::model::Model;

/// The dimensions of an encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoder {
    /// Layers.
    pub layers: u32,
    /// Numbers that stand for a token.
    pub width: u32,
    /// Heads of attention, which divide the width.
    pub heads: u32,
    /// Numbers inside a layer's second half.
    pub hidden: u32,
    /// Tokens there are.
    pub vocabulary: u32,
    /// Most tokens of a text.
    pub tokens_max: u32,
}

const N: Size = Size::per(1);

impl Encoder {
    /// Those of all-MiniLM-L6-v2, with fewer tokens in the vocabulary, which cost memory and no time.
    pub const MINILM: Self =
        Self { layers: 6, width: 384, heads: 12, hidden: 1_536, vocabulary: 1_000, tokens_max: 512 };

    /// An encoder with random weights, of a size that keeps what it computes near 1.
    #[must_use]
    pub fn model(&self, random: &mut Random) -> Model {
        let mut builder = Builder { encoder: *self, model: Model::default(), random };
        let sizes = SizeRange { min: 1, max: self.tokens_max };
        let input = Input { encoding: Encoding::Unsigned16, low: 0, high: self.vocabulary - 1, sizes };
        let tokens = builder.model.add(Op::Input(input), Int32, &[], [N, Size::ONE]);
        let words = builder.weighted(Op::Embedding { rows: self.vocabulary }, tokens, self.width, 1.0);
        let positions = Op::Binary(Binary::Add, Second::Weights { rows: self.tokens_max });
        let x = builder.weighted(positions, words, self.width, 0.1);
        let mut x = builder.norm(x);
        for _ in 0..self.layers {
            x = builder.layer(x);
        }
        builder.pool(x);
        builder.model
    }
}

struct Builder<'a> {
    encoder: Encoder,
    model: Model,
    random: &'a mut Random,
}

impl Builder<'_> {
    /// A node with weights of about a size.
    fn weighted(&mut self, op: Op, input: u32, columns: u32, size: f64) -> u32 {
        let random = &mut *self.random;
        let rows = self.model.records[input as usize].rows;
        // Not quite symmetric, so that there is no zero.
        let mut draw = || (((random.unit() + random.unit() - 1.0) * 2.0 + 1e-9) * size) as f32;
        self.model.add_weighted(op, Float, &[input], [rows, Size::fixed(columns)], &mut || draw().to_bits())
    }

    fn affine(&mut self, input: u32, columns: u32) -> u32 {
        let terms = self.model.records[input as usize].columns.fixed;
        self.weighted(Op::Reduce(Reduce::Affine), input, columns, 1.0 / f64::from(terms).sqrt())
    }

    fn unary(&mut self, unary: Unary, input: u32) -> u32 {
        self.model.same(Op::Unary(unary), Float, &[input])
    }

    fn binary(&mut self, binary: Binary, inputs: [u32; 2]) -> u32 {
        self.model.same(Op::Binary(binary, Second::Input), Float, &inputs)
    }

    fn constant(&mut self, binary: Binary, input: u32, constant: f32) -> u32 {
        self.model.same(Op::Binary(binary, Second::Constant(constant.to_bits())), Float, &[input])
    }

    fn reduce(&mut self, reduce: Reduce, input: u32) -> u32 {
        self.model.reduce(reduce, Float, input)
    }

    /// The normalisation of rows, with a scale and an offset of each column.
    fn norm(&mut self, x: u32) -> u32 {
        let mean = self.reduce(Reduce::Mean, x);
        let centred = self.binary(Binary::Sub, [x, mean]);
        let variance = self.reduce(Reduce::SquareMean, centred);
        let variance = self.constant(Binary::Add, variance, 1e-12);
        let scale = self.unary(Unary::Rsqrt, variance);
        let x = self.binary(Binary::Mul, [centred, scale]);
        let width = self.encoder.width;
        let x = self.weighted(Op::Binary(Binary::Mul, Second::Weights { rows: 1 }), x, width, 1.0);
        self.weighted(Op::Binary(Binary::Add, Second::Weights { rows: 1 }), x, width, 0.1)
    }

    fn layer(&mut self, x: u32) -> u32 {
        let Encoder { width, hidden, .. } = self.encoder;
        let mixed = self.attention(x);
        let mixed = self.affine(mixed, width);
        let x = self.binary(Binary::Add, [mixed, x]);
        let x = self.norm(x);
        let inside = self.affine(x, hidden);
        let error = self.constant(Binary::Mul, inside, std::f32::consts::FRAC_1_SQRT_2);
        let error = self.unary(Unary::Erf, error);
        let error = self.constant(Binary::Add, error, 1.0);
        let inside = self.binary(Binary::Mul, [error, inside]);
        let inside = self.constant(Binary::Mul, inside, 0.5);
        let more = self.affine(inside, width);
        let x = self.binary(Binary::Add, [more, x]);
        self.norm(x)
    }

    fn attention(&mut self, x: u32) -> u32 {
        let Encoder { width, heads, .. } = self.encoder;
        let (head, rows) = (Size::fixed(width / heads), Size::per(heads));
        let block = [N, Size::fixed(heads), head, Size::ONE];
        let permute = |builder: &mut Self, input: u32, dimensions, order, shape| {
            builder.model.add(Op::Map(Map::Permute { dimensions, order }), Float, &[input], shape)
        };
        let [query, key, value] = [0; 3].map(|_| self.affine(x, width));
        let query = permute(self, query, block, [1, 0, 2, 3], [rows, head]);
        let key = permute(self, key, block, [1, 0, 2, 3], [rows, head]);
        let value = permute(self, value, block, [1, 2, 0, 3], [Size::fixed(width), N]);
        let scores = self.model.add(Op::Reduce(Reduce::Dot { groups: heads }), Float, &[query, key], [rows, N]);
        let scores = self.constant(Binary::Mul, scores, 1.0 / f64::from(width / heads).sqrt() as f32);
        let largest = self.reduce(Reduce::Max, scores);
        let scores = self.binary(Binary::Sub, [scores, largest]);
        let powers = self.unary(Unary::Exp, scores);
        let sum = self.reduce(Reduce::Sum, powers);
        let parts = self.binary(Binary::Div, [powers, sum]);
        let mixed = self.model.add(Op::Reduce(Reduce::Dot { groups: heads }), Float, &[parts, value], [rows, head]);
        permute(self, mixed, [Size::fixed(heads), N, head, Size::ONE], [1, 0, 2, 3], [N, Size::fixed(width)])
    }

    /// The mean of all tokens, of length one.
    fn pool(&mut self, x: u32) {
        let width = Size::fixed(self.encoder.width);
        let transpose = Map::Permute { dimensions: [Size::ONE, Size::ONE, N, width], order: [0, 1, 3, 2] };
        let columns = self.model.add(Op::Map(transpose), Float, &[x], [width, N]);
        let mean = self.reduce(Reduce::Mean, columns);
        let mean = self.model.add(Op::Map(Map::Reshape), Float, &[mean], [Size::ONE, width]);
        let square = self.reduce(Reduce::SquareSum, mean);
        let length = self.unary(Unary::Sqrt, square);
        self.binary(Binary::Div, [mean, length]);
    }
}
