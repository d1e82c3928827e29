//! What does not fit an output rule.

use crate::bundle::NumericClass;

/// Numbers or bytes that do not fit the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OutputError {
    /// The model gave another number of values than there are labels.
    #[error("the model gave {actual} values, the output rule has {expected} labels; correct the manifest or the model")]
    Count {
        /// Number of labels.
        expected: usize,
        /// Number of values.
        actual: usize,
    },
    /// A value that is not a number or infinite.
    #[error("element {index} is {value}; the model left the range of numbers for this input")]
    NotFinite {
        /// Position of the value.
        index: usize,
        /// The value.
        value: f32,
    },
    /// Result bytes of another size.
    #[error("result has {actual_bytes} bytes, the output rule makes {expected_bytes}")]
    Size {
        /// Bytes the rule makes.
        expected_bytes: usize,
        /// Bytes given.
        actual_bytes: usize,
    },
    /// The class is not that of the largest logit.
    #[error("result names class {actual}, its logits make {expected}")]
    Class {
        /// Class that follows from the logits.
        expected: u8,
        /// Class found.
        actual: i32,
    },
    /// Floats for an integer rule or the reverse.
    #[error("the output rule does not belong to the {class:?} class; correct the manifest")]
    WrongClass {
        /// Class of the numbers.
        class: NumericClass,
    },
}
