//! What a node computes.

use super::size::{Size, SizeRange};

/// What a node computes. Tensors are rows of columns; the row is the axis along which everything is reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// The input of the graph.
    Input(Input),
    /// Elements of other nodes in another place.
    Map(Map),
    /// Rows of a table of weights, by the index that is the element of a column; an index outside is the nearest row.
    Embedding {
        /// Rows of the table.
        rows: u32,
    },
    /// A function of one element.
    Unary(Unary),
    /// A function of two elements: one of the first input, and one of what [`Second`] says. Where that has one row or one
    /// column, the same one goes with all.
    Binary(Binary, Second),
    /// A function of rows.
    Reduce(Reduce),
}

/// How the bytes of a request are elements, and which sizes they may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// How an element lies in bytes.
    pub encoding: Encoding,
    /// Elements below count as this; a word.
    pub low: u32,
    /// Elements above count as this; a word.
    pub high: u32,
    /// The sizes n that an input may have.
    pub sizes: SizeRange,
}

/// Elements in the bytes of a request, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Encoding {
    /// 0 to 255.
    #[cfg_attr(feature = "serde", serde(rename = "u8"))]
    Unsigned8,
    /// -128 to 127.
    #[cfg_attr(feature = "serde", serde(rename = "i8"))]
    Signed8,
    /// 0 to 65,535, for example tokens.
    #[cfg_attr(feature = "serde", serde(rename = "u16"))]
    Unsigned16,
    /// Any 32-bit integer.
    #[cfg_attr(feature = "serde", serde(rename = "i32"))]
    Signed32,
    /// A binary32 pattern.
    #[cfg_attr(feature = "serde", serde(rename = "f32"))]
    Float32,
}

/// Where elements come from that nothing is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// The same elements in the same order, in rows of another length.
    Reshape,
    /// The elements as a block of four dimensions, which are exchanged: dimension i of the result is dimension `order[i]` of
    /// the input.
    Permute {
        /// The input's dimensions, the first one slowest.
        dimensions: [Size; 4],
        /// A permutation of 0 to 3.
        order: [u8; 4],
    },
    /// Every `step`-th row and column from `start`.
    Slice {
        /// First row and column.
        start: [u32; 2],
        /// Distance of rows and of columns, at least 1.
        step: [u32; 2],
    },
    /// The inputs below each other.
    ConcatRows,
    /// The inputs beside each other.
    ConcatColumns,
    /// The windows of images, a row for each, with zeros around the images.
    Unfold(Window),
}

/// A window that moves over the channels of an image, which lie one after the other, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Channels.
    pub channels: u32,
    /// Rows of an image.
    pub height: u32,
    /// Columns of an image.
    pub width: u32,
    /// Rows of the window.
    pub kernel_height: u32,
    /// Columns of the window.
    pub kernel_width: u32,
    /// Step in both directions.
    pub stride: u32,
    /// Zeros on every side.
    pub padding: u32,
    /// Whether each channel has rows of its own (pooling), or a row holds the window of all channels (convolution).
    pub is_by_channel: bool,
}

/// Functions of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, low), high)`; both are words.
    Clamp {
        /// Smallest result.
        low: u32,
        /// Largest result.
        high: u32,
    },
    /// The square root.
    Sqrt,
    /// The inverse square root.
    Rsqrt,
    /// The exponential function.
    Exp,
    /// The error function.
    Erf,
    /// The hyperbolic tangent.
    Tanh,
    /// A sum to an 8-bit integer.
    Requantise(Requantise),
    /// A value to the nearest 8-bit integer.
    Round,
    /// An integer to the nearest value.
    Convert,
}

/// `clamp((sum * multiplier + 2^(shift-1)) >> shift, min, max)` in 64-bit integers, with an arithmetic shift: halves
/// round towards plus infinity. A `min` of 0 is a ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Requantise {
    /// Factor, 1 to `2^31 - 1`.
    pub multiplier: u32,
    /// Bits shifted out, 1 to 62.
    pub shift: u8,
    /// Smallest activation.
    pub min: i8,
    /// Largest activation.
    pub max: i8,
}

/// Functions of two elements. Of integers the result is the nearest 32-bit integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// Their sum.
    Add,
    /// The first less the second.
    Sub,
    /// Their product.
    Mul,
    /// The first by the second; values only.
    Div,
    /// The larger.
    Max,
}

/// The second operand of a [`Binary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// The second input.
    Input,
    /// Weights: one row for all, or a row for each row, of which there are then at least as many as for the largest input.
    Weights {
        /// Rows of weights.
        rows: u32,
    },
    /// A word.
    Constant(u32),
}

/// Functions of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduce {
    /// The sum of products of a row of the first input and a row of the second. Both have their rows in as many groups; rows
    /// meet rows of the same group.
    Dot {
        /// Groups, for example heads of attention.
        groups: u32,
    },
    /// The sum of products of a row of the input and a row of weights, and the bias of that.
    Affine,
    /// The sum of a row.
    Sum,
    /// The sum of a row by the number of its elements.
    Mean,
    /// The sum of the squares of a row.
    SquareSum,
    /// The sum of the squares of a row by the number of its elements.
    SquareMean,
    /// The largest element of a row.
    Max,
    /// The places of the largest elements of a row, the largest first; of equal ones the lowest place first.
    TopK {
        /// How many, at most [`TOP_MAX`].
        count: u32,
    },
}

/// Most places that a [`Reduce::TopK`] gives.
pub const TOP_MAX: u32 = 8;

impl Window {
    /// Places of the window along the height and along the width; none when it does not fit or does not move.
    pub fn steps(&self) -> Option<[u32; 2]> {
        let along = |side: u32, kernel: u32| {
            let room = side.checked_add(self.padding.checked_mul(2)?)?.checked_sub(kernel)?;
            room.checked_div(self.stride)?.checked_add(1)
        };
        Some([along(self.height, self.kernel_height)?, along(self.width, self.kernel_width)?])
    }
}

impl Encoding {
    /// Bytes of an element.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::Unsigned8 | Self::Signed8 => 1,
            Self::Unsigned16 => 2,
            Self::Signed32 | Self::Float32 => 4,
        }
    }
}

impl Requantise {
    /// Whether every field lies in its range.
    pub fn is_valid(&self) -> bool {
        (1..1 << 31).contains(&self.multiplier) && (1..=62).contains(&self.shift) && self.min <= self.max
    }

    /// The activation of a sum.
    pub fn apply(&self, sum: i32) -> i8 {
        // arith-safety: a sum is at most 2^31 in size and a valid multiplier below that, so the product is below 2^62, the
        // half at most 2^61, and nothing wraps; the activation of a rule that is not valid is some number.
        let shift = u32::from(self.shift);
        let half = 1_i64.wrapping_shl(shift.wrapping_sub(1));
        let scaled = (i64::from(sum) * i64::from(self.multiplier)).wrapping_add(half).wrapping_shr(shift);
        scaled.min(i64::from(self.max)).max(i64::from(self.min)) as i8
    }
}
