use core::fmt;

use super::limits::{
    COLUMNS_PER_REDUCTION_MAX, ELEMENTS_MAX, EVIDENCE_PIECES_MAX, MULTIPLY_ADDS_MAX, NODES_MAX, REVEALS_MAX,
    TRACE_BYTES_MAX,
};

/// The rule that a node breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// Its bytes are no record: an unknown operation, or something where nothing belongs.
    Malformed,
    /// The first node is not the input, or another one is.
    InputMisplaced,
    /// It has another number of inputs than its operation takes.
    InputCount {
        /// Inputs it has.
        actual: u8,
    },
    /// It reads a node that is not before it.
    InputNotEarlier {
        /// The node.
        input: u32,
    },
    /// Its operation does not take or give elements of these kinds.
    Kind,
    /// Its dimensions are not those that its operation gives for some size of the input.
    Shape,
    /// It has no row or column for the smallest input.
    Empty,
    /// A parameter is out of range.
    Parameter,
    /// A constant is no element of its kind.
    Constant {
        /// The word.
        word: u32,
    },
    /// It has weights that its operation does not take, or none where it takes some.
    Weights,
    /// Its output has more elements than allowed, or more than can be counted.
    TooManyElements,
    /// It reduces more columns than an exact sum may have.
    TooManyColumns {
        /// Columns for the largest input.
        actual: u32,
    },
    /// One of its elements needs too much evidence.
    TooMuchEvidence {
        /// Pieces.
        actual: u32,
    },
}

/// Why a graph is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphProblem {
    /// A node breaks a rule.
    Node {
        /// Its index.
        index: u32,
        /// The rule.
        problem: RecordProblem,
    },
    /// There is no node.
    NoNode,
    /// There are more nodes than allowed.
    TooManyNodes,
    /// An inference takes more multiplications and additions than allowed.
    TooManyMultiplyAdds {
        /// For the largest input.
        actual: u64,
    },
    /// The outputs of all nodes have more bytes than allowed.
    TraceTooLarge {
        /// For the largest input.
        actual: u64,
    },
    /// The way from the trace's root to a piece takes more moves than allowed.
    TooManyReveals {
        /// Of the node that takes most.
        actual: u32,
    },
}

impl fmt::Display for RecordProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("no record: unknown operation or unused bytes that are not zero"),
            Self::InputMisplaced => formatter.write_str("the first node and no other takes the input"),
            Self::InputCount { actual } => write!(formatter, "{actual} inputs do not fit the operation"),
            Self::InputNotEarlier { input } => write!(formatter, "reads node {input}, which is not before it"),
            Self::Kind => formatter.write_str("the operation does not take or give elements of these kinds"),
            Self::Shape => formatter.write_str("the operation gives other rows and columns"),
            Self::Empty => formatter.write_str("has no row or no column for the smallest input"),
            Self::Parameter => formatter.write_str("a parameter is out of range"),
            Self::Constant { word } => write!(formatter, "{word:#010x} is no element of this kind"),
            Self::Weights => formatter.write_str("weights are missing, or there must be none"),
            Self::TooManyElements => write!(formatter, "more than {ELEMENTS_MAX} elements"),
            Self::TooManyColumns { actual } => {
                write!(formatter, "reduces {actual} columns, at most {COLUMNS_PER_REDUCTION_MAX} are exact")
            }
            Self::TooMuchEvidence { actual } => {
                write!(
                    formatter,
                    "an element needs {actual} pieces of evidence, at most {EVIDENCE_PIECES_MAX} are allowed"
                )
            }
        }
    }
}

impl core::error::Error for RecordProblem {}

impl fmt::Display for GraphProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { index, problem } => write!(formatter, "node {index}: {problem}"),
            Self::NoNode => formatter.write_str("the graph has no node"),
            Self::TooManyNodes => write!(formatter, "more than {NODES_MAX} nodes"),
            Self::TooManyMultiplyAdds { actual } => {
                write!(formatter, "{actual} multiplications and additions, at most {MULTIPLY_ADDS_MAX} are allowed")
            }
            Self::TraceTooLarge { actual } => {
                write!(formatter, "{actual} bytes of outputs, at most {TRACE_BYTES_MAX} are allowed")
            }
            Self::TooManyReveals { actual } => {
                write!(formatter, "{actual} reveals to a piece, at most {REVEALS_MAX} are allowed")
            }
        }
    }
}

impl core::error::Error for GraphProblem {}
