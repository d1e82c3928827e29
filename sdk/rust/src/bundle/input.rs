//! What one request carries.

use modchains_core::provable::{Encoding, InputLength, Op};
use serde::{Deserialize, Serialize};

use super::{BundleError, ModelGraph};

/// Largest input of one request, in bytes.
const INPUT_BYTES_MAX: u64 = 1 << 20;

/// The bytes of one request: elements one after the other, row by row, little-endian. Of a provable model they are the
/// graph's input tensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Shape of one input without the batch, for example channels, height, width; where inputs have units, of one unit.
    pub shape: Vec<u32>,
    /// How an element lies in bytes; of an unproven model always `u8`.
    pub dtype: Encoding,
    /// Bytes of one input, or of one unit: the product of `shape` and the bytes of an element.
    pub bytes: u32,
    /// The smallest and the largest number of units that an input may have, for example of tokens. Without it all inputs have
    /// the one length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<[u32; 2]>,
    /// Largest element that a request may carry. Unsigned integers have one, other elements have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// A request's input that does not fit the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Wrong length.
    #[error("input has {actual_bytes} bytes, the model takes {expected_bytes}; send one value per element, row by row")]
    Size {
        /// Bytes the model takes.
        expected_bytes: u32,
        /// Bytes received.
        actual_bytes: usize,
    },
    /// Not a number of units that the model takes.
    #[error(
        "input has {actual_bytes} bytes, the model takes {units_min} to {units_max} units of {unit_bytes} bytes; cut it or add to it"
    )]
    Units {
        /// Bytes of a unit.
        unit_bytes: u32,
        /// Fewest units.
        units_min: u32,
        /// Most units.
        units_max: u32,
        /// Bytes received.
        actual_bytes: usize,
    },
    /// An element above the declared range.
    #[error("input element {index} is {value}, the model takes 0 to {max}; bring the input to that range")]
    Range {
        /// Position of the first offending element.
        index: usize,
        /// Its value.
        value: u32,
        /// Largest value accepted.
        max: u32,
    },
}

impl InputSpec {
    /// The inputs of a graph, whose `shape` says more to people than rows and columns.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] when the length of inputs is neither fixed nor a number of units.
    pub fn of(graph: &ModelGraph, shape: Vec<u32>) -> Result<Self, BundleError> {
        let refuse =
            || BundleError::manifest("input.bytes", "cannot be said: inputs have a fixed part beside their units");
        let [record, ..] = graph.records() else { return Err(refuse()) };
        let (Op::Input(input), Some(InputLength { bytes, sizes })) = (record.op, InputLength::of(record)) else {
            return Err(refuse());
        };
        let (bytes, units) = match (bytes.fixed, bytes.per) {
            (fixed, 0) => (fixed, None),
            (0, per) => (per, Some([sizes.min, sizes.max])),
            _ => return Err(refuse()),
        };
        let max = element_max(input.encoding).map(|_| input.high);
        Ok(Self { shape, dtype: input.encoding, bytes, units, max })
    }

    /// Bytes of the largest input.
    #[must_use]
    pub fn bytes_max(&self) -> usize {
        let [_, units] = self.units.unwrap_or([1, 1]);
        // A manifest that was parsed has at most `INPUT_BYTES_MAX`.
        (self.bytes as usize).saturating_mul(units as usize)
    }

    /// Refuses an input of another length or with elements out of range.
    ///
    /// # Errors
    /// [`InputError`] naming what differs.
    pub fn check(&self, input: &[u8]) -> Result<(), InputError> {
        let (actual_bytes, unit_bytes) = (input.len(), self.bytes);
        match self.units {
            None if actual_bytes != unit_bytes as usize => {
                return Err(InputError::Size { expected_bytes: unit_bytes, actual_bytes });
            }
            Some([units_min, units_max]) if self.units_of(input).is_none() => {
                return Err(InputError::Units { unit_bytes, units_min, units_max, actual_bytes });
            }
            _ => {}
        }
        let Some(max) = self.max else { return Ok(()) };
        let values = input.chunks(self.dtype.bytes() as usize).map(little_endian);
        match values.enumerate().find(|(_, value)| *value > max) {
            Some((index, value)) => Err(InputError::Range { index, value, max }),
            None => Ok(()),
        }
    }

    /// How many units an input has; none where it has none, or not as many as a model takes.
    fn units_of(&self, input: &[u8]) -> Option<u32> {
        let [min, max] = self.units?;
        let unit = self.bytes as usize;
        let units = u32::try_from(input.len().checked_div(unit)?).ok()?;
        (input.len().is_multiple_of(unit) && (min..=max).contains(&units)).then_some(units)
    }

    /// An input in a few words: its shape and its first elements.
    #[must_use]
    pub fn shown(&self, input: &[u8], elements_max: usize) -> String {
        let sides = self.units_of(input).into_iter().chain(self.shape.iter().copied());
        let sides: Vec<String> = sides.map(|side| side.to_string()).collect();
        let mut elements: Vec<String> = input
            .chunks(self.dtype.bytes() as usize)
            .take(elements_max)
            .map(|bytes| match self.dtype {
                Encoding::Unsigned8 | Encoding::Unsigned16 => little_endian(bytes).to_string(),
                Encoding::Signed8 => (little_endian(bytes) as i8).to_string(),
                Encoding::Signed32 => little_endian(bytes).cast_signed().to_string(),
                Encoding::Float32 => f32::from_bits(little_endian(bytes)).to_string(),
            })
            .collect();
        if input.len() > elements.len().saturating_mul(self.dtype.bytes() as usize) {
            elements.push("...".to_owned());
        }
        format!("{} [{}]", sides.join("x"), elements.join(", "))
    }

    pub(super) fn validate(&self, is_provable: bool) -> Result<(), BundleError> {
        let elements = self.shape.iter().try_fold(1_u64, |product, &side| product.checked_mul(u64::from(side)));
        let fits = elements.is_some_and(|n| (1..=INPUT_BYTES_MAX).contains(&n));
        if self.shape.is_empty() || self.shape.len() > 4 || !fits {
            return Err(BundleError::manifest(
                "input.shape",
                format!("is {:?}, expected 1 to 4 sides and 1 to {INPUT_BYTES_MAX} elements", self.shape),
            ));
        }
        if !is_provable && self.dtype != Encoding::Unsigned8 {
            return Err(BundleError::manifest("input.dtype", "is not \"u8\", which the unproven class has"));
        }
        let bytes = elements.map(|elements| elements.saturating_mul(self.dtype.bytes().into()));
        if bytes != Some(u64::from(self.bytes)) {
            return Err(BundleError::manifest(
                "input.bytes",
                format!("is {}, the shape {:?} makes {}", self.bytes, self.shape, bytes.unwrap_or(0)),
            ));
        }
        if let Some([min, max]) = self.units {
            let is_range = is_provable && (1..=max).contains(&min);
            if !is_range || u64::from(self.bytes).saturating_mul(max.into()) > INPUT_BYTES_MAX {
                let problem = format!(
                    "is {:?}, expected 1 <= smallest <= largest, at most {INPUT_BYTES_MAX} bytes, and none in the unproven class",
                    [min, max]
                );
                return Err(BundleError::manifest("input.units", problem));
            }
        }
        match (self.max, element_max(self.dtype)) {
            (Some(max), Some(largest)) if max <= largest => Ok(()),
            (None, None) => Ok(()),
            (max, largest) => {
                let expected = largest.map_or_else(|| "none".to_owned(), |largest| format!("0 to {largest}"));
                Err(BundleError::manifest("input.max", format!("is {max:?}, these elements have {expected}")))
            }
        }
    }

    /// Refuses a description of other inputs than a graph takes.
    pub(super) fn require_of(&self, graph: &ModelGraph) -> Result<(), BundleError> {
        let expected = Self::of(graph, self.shape.clone())?;
        for (field, is_same) in [
            ("input.dtype", self.dtype == expected.dtype),
            ("input.bytes", self.bytes == expected.bytes),
            ("input.units", self.units == expected.units),
            ("input.max", self.max == expected.max),
        ] {
            if !is_same {
                let problem = format!("is not the graph's, whose inputs are {expected:?}");
                return Err(BundleError::manifest(field, problem));
            }
        }
        Ok(())
    }
}

/// The largest element of unsigned integers.
const fn element_max(encoding: Encoding) -> Option<u32> {
    match encoding {
        Encoding::Unsigned8 => Some(u8::MAX as u32),
        Encoding::Unsigned16 => Some(u16::MAX as u32),
        Encoding::Signed8 | Encoding::Signed32 | Encoding::Float32 => None,
    }
}

/// An element of at most four bytes.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}
