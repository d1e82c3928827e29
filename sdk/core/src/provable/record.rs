//! A node as 96 bytes.
//!
//! ```text
//! 0       operation u8          8..20 and 64..96 by the operation, in the order of its fields below
//! 1       kind of elements u8   0 value, 1 int8, 2 int32
//! 2       inputs u8             how many of the three places hold a node
//! 3       variant u8
//! 4..16   inputs 3 x u32        nodes with a lower index; zero where there is none
//! 16..32  rows, columns         2 x (fixed u32, per u32)
//! 32..64  weights               root of the tree over the rows of weights, zero where there are none
//! 64..96  parameters 8 x u32
//! ```
//!
//! | code | operation | variant | parameters |
//! |---|---|---|---|
//! | 1 | input | | encoding, low, high, smallest n, largest n |
//! | 2 | reshape | | |
//! | 3 | permute | the order, two bits each, lowest first | the dimensions as 4 x (fixed, per) |
//! | 4 | slice | | first row, first column, row step, column step |
//! | 5, 6 | concat rows, columns | | |
//! | 7 | unfold | | channels, height, width, kernel height, kernel width, stride, padding, is by channel |
//! | 8 | embedding | | rows of the table |
//! | 16 | relu | | |
//! | 17 | clamp | | low, high |
//! | 18 to 22 | sqrt, rsqrt, exp, erf, tanh | | |
//! | 23 | requantise | | multiplier, shift, min, max |
//! | 24, 25 | round, convert | | |
//! | 32 to 36 | add, sub, mul, div, max | second operand: 0 input, 1 weights, 2 constant | rows of weights, or the constant |
//! | 48 | dot | | groups |
//! | 49 | affine | | |
//! | 50 to 54 | sum, mean, square sum, square mean, max | | |
//! | 55 | top k | | how many |

use super::{
    commitment,
    element::ElementKind,
    op::{Binary, Encoding, Input, Map, Op, Reduce, Requantise, Second, Unary, Window},
    size::{Size, SizeRange},
};
use crate::hash::{Hash, Sha256};

/// Bytes of a record.
pub const RECORD_BYTES: usize = 96;
/// Most inputs of a node.
pub const INPUTS_MAX: usize = 3;

/// One node of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What it computes.
    pub op: Op,
    /// What its elements are.
    pub kind: ElementKind,
    /// Nodes that it reads; places after `input_count` are zero.
    pub inputs: [u32; INPUTS_MAX],
    /// How many inputs it has.
    pub input_count: u8,
    /// Rows of its output.
    pub rows: Size,
    /// Columns of its output.
    pub columns: Size,
    /// Root of the tree over its rows of weights.
    pub weights: Option<Hash>,
}

/// An operation as it lies in a record.
struct Code {
    code: u8,
    variant: u8,
    parameters: [u32; 8],
}

impl Record {
    /// The nodes that it reads.
    pub fn inputs(&self) -> &[u32] {
        self.inputs.get(..self.input_count.into()).unwrap_or(&self.inputs)
    }

    /// Its bytes.
    pub fn encode(&self) -> [u8; RECORD_BYTES] {
        let code = code_of(&self.op);
        let mut bytes = [0; RECORD_BYTES];
        bytes[..4].copy_from_slice(&[code.code, self.kind.code(), self.input_count, code.variant]);
        let [a, b, c] = self.inputs;
        let words = [a, b, c, self.rows.fixed, self.rows.per, self.columns.fixed, self.columns.per];
        write_words(&mut bytes[4..32], &words);
        bytes[32..64].copy_from_slice(&self.weights.unwrap_or_default());
        write_words(&mut bytes[64..], &code.parameters);
        bytes
    }

    /// From its bytes; none when they are not what a record encodes to.
    pub fn decode(bytes: &[u8; RECORD_BYTES]) -> Option<Self> {
        let word = |index: usize| bytes.as_chunks::<4>().0.get(index).map_or(0, |word| u32::from_le_bytes(*word));
        let weights = Hash::try_from(bytes.get(32..64)?).ok()?;
        let code =
            Code { code: bytes[0], variant: bytes[3], parameters: core::array::from_fn(|index| word(16 + index)) };
        let record = Self {
            op: op_of(&code)?,
            kind: ElementKind::from_code(bytes[1])?,
            inputs: [word(1), word(2), word(3)],
            input_count: bytes[2],
            rows: Size { fixed: word(4), per: word(5) },
            columns: Size { fixed: word(6), per: word(7) },
            weights: (weights != Hash::default()).then_some(weights),
        };
        // What a record leaves out is zero: no two byte strings mean the same node.
        let places = record.inputs.get(usize::from(record.input_count)..)?;
        (places.iter().all(|place| *place == 0) && record.encode() == *bytes).then_some(record)
    }

    /// Its hash, the leaf of the graph's tree.
    pub fn hash(&self, sha256: impl Sha256) -> Hash {
        commitment::record_hash(sha256, &self.encode())
    }
}

fn write_words(bytes: &mut [u8], words: &[u32]) {
    for (place, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
}

fn code_of(op: &Op) -> Code {
    let mut parameters = [0; 8];
    let mut put = |words: &[u32]| parameters[..words.len()].copy_from_slice(words);
    let (code, variant) = match op {
        Op::Input(input) => {
            put(&[encoding_code(input.encoding), input.low, input.high, input.sizes.min, input.sizes.max]);
            (1, 0)
        }
        Op::Map(map) => return code_of_map(map),
        Op::Embedding { rows } => {
            put(&[*rows]);
            (8, 0)
        }
        Op::Unary(unary) => (unary_code(unary, &mut put), 0),
        Op::Binary(binary, second) => {
            let variant = match second {
                Second::Input => 0,
                Second::Weights { rows } => {
                    put(&[*rows]);
                    1
                }
                Second::Constant(word) => {
                    put(&[*word]);
                    2
                }
            };
            (binary_code(*binary), variant)
        }
        Op::Reduce(reduce) => {
            let code = match reduce {
                Reduce::Dot { groups } => {
                    put(&[*groups]);
                    48
                }
                Reduce::Affine => 49,
                Reduce::Sum => 50,
                Reduce::Mean => 51,
                Reduce::SquareSum => 52,
                Reduce::SquareMean => 53,
                Reduce::Max => 54,
                Reduce::TopK { count } => {
                    put(&[*count]);
                    55
                }
            };
            (code, 0)
        }
    };
    Code { code, variant, parameters }
}

fn code_of_map(map: &Map) -> Code {
    let (code, variant, parameters) = match map {
        Map::Reshape => (2, 0, [0; 8]),
        Map::Permute { dimensions, order } => {
            let [a, b, c, d] = *dimensions;
            let parameters = [a.fixed, a.per, b.fixed, b.per, c.fixed, c.per, d.fixed, d.per];
            let packed = order.iter().rev().fold(0, |packed, dimension| packed << 2 | dimension & 3);
            (3, packed, parameters)
        }
        Map::Slice { start: [row, column], step: [rows, columns] } => {
            (4, 0, [*row, *column, *rows, *columns, 0, 0, 0, 0])
        }
        Map::ConcatRows => (5, 0, [0; 8]),
        Map::ConcatColumns => (6, 0, [0; 8]),
        Map::Unfold(window) => {
            let Window { channels, height, width, kernel_height, kernel_width, stride, padding, is_by_channel } =
                *window;
            let by_channel = u32::from(is_by_channel);
            (7, 0, [channels, height, width, kernel_height, kernel_width, stride, padding, by_channel])
        }
    };
    Code { code, variant, parameters }
}

fn op_of(code: &Code) -> Option<Op> {
    let [a, b, c, d, e, ..] = code.parameters;
    Some(match code.code {
        1 => {
            let sizes = SizeRange { min: d, max: e };
            Op::Input(Input { encoding: encoding_of(a)?, low: b, high: c, sizes })
        }
        2..=7 => Op::Map(map_of(code)?),
        8 => Op::Embedding { rows: a },
        16..=25 => Op::Unary(unary_of(code)?),
        32..=36 => {
            let second = match code.variant {
                0 => Second::Input,
                1 => Second::Weights { rows: a },
                2 => Second::Constant(a),
                _ => return None,
            };
            Op::Binary(binary_of(code.code)?, second)
        }
        48 => Op::Reduce(Reduce::Dot { groups: a }),
        49 => Op::Reduce(Reduce::Affine),
        50 => Op::Reduce(Reduce::Sum),
        51 => Op::Reduce(Reduce::Mean),
        52 => Op::Reduce(Reduce::SquareSum),
        53 => Op::Reduce(Reduce::SquareMean),
        54 => Op::Reduce(Reduce::Max),
        55 => Op::Reduce(Reduce::TopK { count: a }),
        _ => return None,
    })
}

fn map_of(code: &Code) -> Option<Map> {
    let [a, b, c, d, e, f, g, h] = code.parameters;
    Some(match code.code {
        2 => Map::Reshape,
        3 => {
            let size = |fixed, per| Size { fixed, per };
            let order = core::array::from_fn(|index| code.variant >> (2 * index) & 3);
            Map::Permute { dimensions: [size(a, b), size(c, d), size(e, f), size(g, h)], order }
        }
        4 => Map::Slice { start: [a, b], step: [c, d] },
        5 => Map::ConcatRows,
        6 => Map::ConcatColumns,
        7 => Map::Unfold(Window {
            channels: a,
            height: b,
            width: c,
            kernel_height: d,
            kernel_width: e,
            stride: f,
            padding: g,
            is_by_channel: h != 0,
        }),
        _ => return None,
    })
}

fn unary_code(unary: &Unary, put: &mut impl FnMut(&[u32])) -> u8 {
    match unary {
        Unary::Relu => 16,
        Unary::Clamp { low, high } => {
            put(&[*low, *high]);
            17
        }
        Unary::Sqrt => 18,
        Unary::Rsqrt => 19,
        Unary::Exp => 20,
        Unary::Erf => 21,
        Unary::Tanh => 22,
        Unary::Requantise(rule) => {
            let word = |end: i8| i32::from(end).cast_unsigned();
            put(&[rule.multiplier, rule.shift.into(), word(rule.min), word(rule.max)]);
            23
        }
        Unary::Round => 24,
        Unary::Convert => 25,
    }
}

fn unary_of(code: &Code) -> Option<Unary> {
    let [a, b, c, d, ..] = code.parameters;
    Some(match code.code {
        16 => Unary::Relu,
        17 => Unary::Clamp { low: a, high: b },
        18 => Unary::Sqrt,
        19 => Unary::Rsqrt,
        20 => Unary::Exp,
        21 => Unary::Erf,
        22 => Unary::Tanh,
        23 => Unary::Requantise(Requantise {
            multiplier: a,
            shift: b.try_into().ok()?,
            min: c.cast_signed().try_into().ok()?,
            max: d.cast_signed().try_into().ok()?,
        }),
        24 => Unary::Round,
        25 => Unary::Convert,
        _ => return None,
    })
}

const fn binary_code(binary: Binary) -> u8 {
    match binary {
        Binary::Add => 32,
        Binary::Sub => 33,
        Binary::Mul => 34,
        Binary::Div => 35,
        Binary::Max => 36,
    }
}

const fn binary_of(code: u8) -> Option<Binary> {
    Some(match code {
        32 => Binary::Add,
        33 => Binary::Sub,
        34 => Binary::Mul,
        35 => Binary::Div,
        36 => Binary::Max,
        _ => return None,
    })
}

const fn encoding_code(encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Unsigned8 => 0,
        Encoding::Signed8 => 1,
        Encoding::Unsigned16 => 2,
        Encoding::Signed32 => 3,
        Encoding::Float32 => 4,
    }
}

const fn encoding_of(code: u32) -> Option<Encoding> {
    Some(match code {
        0 => Encoding::Unsigned8,
        1 => Encoding::Signed8,
        2 => Encoding::Unsigned16,
        3 => Encoding::Signed32,
        4 => Encoding::Float32,
        _ => return None,
    })
}
