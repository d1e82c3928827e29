use core::fmt;

use super::{ACCUMULATOR_LIMIT, ELEMENTS_MAX, Geometry, LAYERS_MAX, Op, Requantise, SIDE_MAX};

/// What is wrong with a graph, its input or the room lent for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphError {
    /// No layer, or too many.
    LayerCount {
        /// Layers given.
        actual: usize,
    },
    /// A layer breaks a rule.
    Layer {
        /// Its position.
        index: usize,
        /// The rule.
        problem: LayerProblem,
    },
    /// An input of another length.
    InputLength {
        /// Values that the graph takes.
        expected: usize,
        /// Values given.
        actual: usize,
    },
    /// An input value above what the graph was checked for.
    InputRange {
        /// Position of the value.
        index: usize,
        /// Largest value allowed.
        max: u8,
        /// The value.
        actual: u8,
    },
    /// Too little room was lent.
    Room {
        /// Places needed.
        needed: usize,
    },
}

/// The rule that a layer breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerProblem {
    /// A side is zero or too large, or the padding is not below the kernel.
    SideOutOfRange {
        /// The operation.
        op: Op,
    },
    /// The kernel is larger than its padded input.
    KernelTooLarge {
        /// The operation.
        op: Op,
    },
    /// There are too many weights or activations.
    TooManyElements {
        /// The operation.
        op: Op,
    },
    /// The layer before gives another number of values.
    InputLength {
        /// Values that the layer takes.
        expected: usize,
        /// Values that it is given.
        actual: usize,
    },
    /// Weights or biases are not as many as the dimensions say.
    TensorLength {
        /// The dimensions.
        geometry: Geometry,
    },
    /// The last layer requantises.
    LastRequantises,
    /// A layer that is not the last does not requantise.
    RequantiseMissing,
    /// A requantisation out of range.
    RequantiseInvalid {
        /// The rule.
        rule: Requantise,
    },
    /// Sums of a row could leave the range in which floats are exact.
    AccumulatorOverflow {
        /// The row.
        row: usize,
        /// Largest size a partial sum can reach.
        bound: i64,
    },
}

impl fmt::Display for LayerProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SideOutOfRange { op } => {
                write!(formatter, "{op:?} has a side outside 1 to {SIDE_MAX}, or padding not below the kernel")
            }
            Self::KernelTooLarge { op } => write!(formatter, "{op:?} has a kernel larger than its padded input"),
            Self::TooManyElements { op } => {
                write!(formatter, "{op:?} has more than {ELEMENTS_MAX} weights or activations")
            }
            Self::InputLength { expected, actual } => {
                write!(formatter, "takes {expected} values, the one before gives {actual}")
            }
            Self::TensorLength { geometry } => {
                let (rows, row_len) = (geometry.rows, geometry.row_len);
                write!(formatter, "needs {rows} biases and {rows} rows of {row_len} weights")
            }
            Self::LastRequantises => formatter.write_str("is the last one and must not requantise"),
            Self::RequantiseMissing => formatter.write_str("must requantise, only the last one gives its sums"),
            Self::RequantiseInvalid { rule } => {
                write!(formatter, "{rule:?} is outside multiplier 1..2^31, shift 1..=62, min <= max")
            }
            Self::AccumulatorOverflow { row, bound } => write!(
                formatter,
                "row {row}: sums reach {bound}, exact arithmetic needs less than {ACCUMULATOR_LIMIT}; use fewer inputs \
                 per row or smaller weights"
            ),
        }
    }
}

impl core::error::Error for LayerProblem {}

impl fmt::Display for GraphError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LayerCount { actual } => write!(formatter, "{actual} layers, expected 1 to {LAYERS_MAX}"),
            Self::Layer { index, problem } => write!(formatter, "layer {index}: {problem}"),
            Self::InputLength { expected, actual } => {
                write!(formatter, "the input has {actual} values, the graph takes {expected}")
            }
            Self::InputRange { index, max, actual } => {
                write!(formatter, "input value {index} is {actual}, the largest allowed is {max}")
            }
            Self::Room { needed } => write!(formatter, "there must be room for {needed} elements"),
        }
    }
}

impl core::error::Error for GraphError {}
