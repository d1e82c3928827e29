//! Output rules: how the numbers of a model become the bytes that are hashed, posted and compared.
//!
//! A result starts with one byte, the index of the largest logit (the lowest index among equals), followed by every
//! logit, little-endian:
//!
//! | rule | class | logit | bytes for `n` labels |
//! |---|---|---|---|
//! | `class-logits-i32` | exact | the last layer's accumulator, `i32` | `1 + 4n` |
//! | `class-logits-i16` | unproven | `round(logit * steps_per_unit)`, halves away from zero, clamped to `i16` | `1 + 2n` |
//!
//! The class byte is always derived from the logits as written, never from the floats before quantisation.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{BundleError, NumericClass, fields::require_text};

/// Most labels a rule may have: the class is one byte.
const LABELS_MAX: usize = 256;
/// Longest label, in bytes.
const LABEL_BYTES_MAX: usize = 64;
/// Parts of a million in the whole.
const PPM: f64 = 1e6;

/// How outputs are encoded and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OutputRule {
    /// Exact class: class and raw 32-bit accumulators, compared byte by byte.
    ClassLogitsI32 {
        /// Size of one result in bytes.
        bytes: u32,
        /// Steps per unit of logit, for whoever wants to know how sure an answer is; missing when nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        steps_per_unit: Option<u32>,
        /// Names of the classes in order.
        labels: Vec<String>,
    },
    /// Unproven class: class and quantised 16-bit logits.
    ClassLogitsI16 {
        /// Size of one result in bytes.
        bytes: u32,
        /// Quantisation: steps per unit of logit.
        steps_per_unit: u32,
        /// Largest difference per logit, in steps, at which two results are still the same answer.
        tolerance_steps: u16,
        /// Names of the classes in order.
        labels: Vec<String>,
    },
}

/// A result read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Index of the winning label.
    pub class: u8,
    /// Logits in the rule's integer steps.
    pub logits: Vec<i32>,
}

/// A result in the terms of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The winning label.
    pub label: String,
    /// How sure the model is: the label's part of the softmax over all logits, in parts of a million. It says what the
    /// model computed, not how often it is right. None when the rule does not say what a step of a logit is worth.
    pub confidence_ppm: Option<u32>,
    /// The label that came second.
    pub runner_up: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.confidence_ppm {
            Some(ppm) => write!(formatter, "{} ({:.1} % sure)", self.label, f64::from(ppm) / (PPM / 100.0)),
            None => write!(formatter, "{} (before {})", self.label, self.runner_up),
        }
    }
}

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
    #[error("logit {index} is {value}; the model left the range of numbers for this input")]
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
    /// The class byte is not the largest logit.
    #[error("result names class {actual}, its logits make {expected}")]
    Class {
        /// Class that follows from the logits.
        expected: u8,
        /// Class byte found.
        actual: u8,
    },
    /// Floats for an integer rule or the reverse.
    #[error("the output rule does not belong to the {class:?} class; correct the manifest")]
    WrongClass {
        /// Class of the numbers.
        class: NumericClass,
    },
}

impl OutputRule {
    /// Names of the classes in order.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        match self {
            Self::ClassLogitsI32 { labels, .. } | Self::ClassLogitsI16 { labels, .. } => labels,
        }
    }

    /// Size of one result in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::ClassLogitsI32 { bytes, .. } | Self::ClassLogitsI16 { bytes, .. } => *bytes as usize,
        }
    }

    /// Encodes the accumulators of an exact graph.
    ///
    /// # Errors
    /// A wrong number of values, or a rule of the other class.
    pub fn encode_accumulators(&self, logits: &[i32]) -> Result<Vec<u8>, OutputError> {
        let Self::ClassLogitsI32 { .. } = self else {
            return Err(OutputError::WrongClass { class: NumericClass::Exact });
        };
        self.require_count(logits.len())?;
        let mut bytes = vec![largest(logits)];
        bytes.extend(logits.iter().flat_map(|logit| logit.to_le_bytes()));
        Ok(bytes)
    }

    /// Quantises and encodes the logits of a float module.
    ///
    /// # Errors
    /// A wrong number of values, a value that is not finite, or a rule of the other class.
    pub fn encode_floats(&self, logits: &[f32]) -> Result<Vec<u8>, OutputError> {
        let Self::ClassLogitsI16 { steps_per_unit, .. } = self else {
            return Err(OutputError::WrongClass { class: NumericClass::Unproven });
        };
        self.require_count(logits.len())?;
        if let Some((index, &value)) = logits.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(OutputError::NotFinite { index, value });
        }
        let steps = f64::from(*steps_per_unit);
        let quantised: Vec<i16> = logits
            .iter()
            .map(|&logit| (f64::from(logit) * steps).round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16)
            .collect();
        let mut bytes = vec![largest(&quantised)];
        bytes.extend(quantised.iter().flat_map(|logit| logit.to_le_bytes()));
        Ok(bytes)
    }

    /// Reads a result back and checks that its class follows from its logits.
    ///
    /// # Errors
    /// [`OutputError::Size`] or [`OutputError::Class`].
    pub fn decode(&self, result: &[u8]) -> Result<Decoded, OutputError> {
        let size = OutputError::Size { expected_bytes: self.bytes(), actual_bytes: result.len() };
        if result.len() != self.bytes() {
            return Err(size);
        }
        let Some((&actual, body)) = result.split_first() else { return Err(size) };
        let logits: Vec<i32> = match self {
            Self::ClassLogitsI32 { .. } => body.as_chunks::<4>().0.iter().map(|c| i32::from_le_bytes(*c)).collect(),
            Self::ClassLogitsI16 { .. } => {
                body.as_chunks::<2>().0.iter().map(|c| i32::from(i16::from_le_bytes(*c))).collect()
            }
        };
        let expected = largest(&logits);
        if actual != expected {
            return Err(OutputError::Class { expected, actual });
        }
        Ok(Decoded { class: actual, logits })
    }

    /// Whether two results count as the same answer: equal bytes in the exact class, every logit within the
    /// tolerance in the unproven one (near a tie the class byte may then differ).
    ///
    /// # Errors
    /// When either result is not well-formed.
    pub fn agree(&self, left: &[u8], right: &[u8]) -> Result<bool, OutputError> {
        let (left, right) = (self.decode(left)?, self.decode(right)?);
        let tolerance = match self {
            Self::ClassLogitsI32 { .. } => 0,
            Self::ClassLogitsI16 { tolerance_steps, .. } => u32::from(*tolerance_steps),
        };
        Ok(left.logits.iter().zip(&right.logits).all(|(a, b)| a.abs_diff(*b) <= tolerance))
    }

    /// A result in the terms of the model.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn answer(&self, result: &[u8]) -> Result<Answer, OutputError> {
        let Decoded { class, logits } = self.decode(result)?;
        let label = |class: usize| self.labels().get(class).cloned().unwrap_or_default();
        let class = usize::from(class);
        let mut others: Vec<(usize, i32)> = logits.iter().copied().enumerate().filter(|(at, _)| *at != class).collect();
        others.sort_by_key(|(at, logit)| (std::cmp::Reverse(*logit), *at));
        let runner_up = others.first().map_or(class, |(at, _)| *at);
        let confidence_ppm = self.steps_per_unit().map(|steps| confidence_ppm(&logits, class, steps));
        Ok(Answer { label: label(class), confidence_ppm, runner_up: label(runner_up) })
    }

    /// Steps of a logit in one unit, if the rule says.
    #[must_use]
    pub fn steps_per_unit(&self) -> Option<u32> {
        match self {
            Self::ClassLogitsI32 { steps_per_unit, .. } => *steps_per_unit,
            Self::ClassLogitsI16 { steps_per_unit, .. } => Some(*steps_per_unit),
        }
    }

    pub(super) fn validate(&self, class: NumericClass) -> Result<(), BundleError> {
        let (rule_class, logit_bytes) = match self {
            Self::ClassLogitsI32 { .. } => (NumericClass::Exact, 4),
            Self::ClassLogitsI16 { .. } => (NumericClass::Unproven, 2),
        };
        if class != rule_class {
            let problem = format!("belongs to the {rule_class:?} class, the model is {class:?}");
            return Err(BundleError::manifest("output.rule", problem));
        }
        let labels = self.labels();
        if !(2..=LABELS_MAX).contains(&labels.len()) {
            let problem = format!("has {} entries, expected 2 to {LABELS_MAX}", labels.len());
            return Err(BundleError::manifest("output.labels", problem));
        }
        for label in labels {
            require_text("output.labels", label, LABEL_BYTES_MAX)?;
        }
        let distinct: BTreeSet<&String> = labels.iter().collect();
        if distinct.len() != labels.len() {
            return Err(BundleError::manifest("output.labels", "names a label twice, expected each once"));
        }
        let expected = 1 + logit_bytes * labels.len();
        if self.bytes() != expected {
            let problem = format!("is {}, {} labels make {expected}", self.bytes(), labels.len());
            return Err(BundleError::manifest("output.bytes", problem));
        }
        let steps_max = match self {
            Self::ClassLogitsI32 { .. } => i32::MAX.unsigned_abs(),
            Self::ClassLogitsI16 { .. } => i16::MAX.unsigned_abs().into(),
        };
        match self.steps_per_unit() {
            Some(steps) if !(1..=steps_max).contains(&steps) => {
                let problem = format!("is {steps}, expected 1 to {steps_max}");
                Err(BundleError::manifest("output.steps_per_unit", problem))
            }
            _ => Ok(()),
        }
    }

    fn require_count(&self, actual: usize) -> Result<(), OutputError> {
        let expected = self.labels().len();
        if actual == expected { Ok(()) } else { Err(OutputError::Count { expected, actual }) }
    }
}

/// The softmax of the largest logit in parts of a million, rounded.
fn confidence_ppm(logits: &[i32], class: usize, steps_per_unit: u32) -> u32 {
    let largest = logits.get(class).copied().unwrap_or_default();
    let behind = |logit: &i32| f64::from(logit.saturating_sub(largest)) / f64::from(steps_per_unit);
    let sum: f64 = logits.iter().map(|logit| behind(logit).exp()).sum();
    (PPM / sum).round() as u32
}

/// Index of the largest value, the lowest among equals; labels are at most 256, so it fits a byte.
fn largest<T: PartialOrd>(values: &[T]) -> u8 {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    fn of_floats() -> OutputRule {
        let labels = vec!["a".into(), "b".into()];
        OutputRule::ClassLogitsI16 { bytes: 5, steps_per_unit: 10, tolerance_steps: 2, labels }
    }

    fn exact(steps_per_unit: Option<u32>, labels: &[&str]) -> OutputRule {
        let bytes = 1 + 4 * labels.len() as u32;
        OutputRule::ClassLogitsI32 { bytes, steps_per_unit, labels: labels.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn an_answer_is_a_label_and_how_sure() {
        let answer =
            |rule: &OutputRule, logits: &[i32]| rule.answer(&rule.encode_accumulators(logits).unwrap()).unwrap();
        let rule = exact(Some(1_000), &["seven", "eight", "nine"]);
        // e^0 / (e^0 + e^-1 + e^-2) = 0.665241.
        let found = answer(&rule, &[-500, 1_500, 500]);
        assert_eq!((found.label.as_str(), found.runner_up.as_str()), ("eight", "nine"));
        assert_eq!((found.confidence_ppm, found.to_string().as_str()), (Some(665_241), "eight (66.5 % sure)"));
        let sure = answer(&rule, &[i32::MIN, i32::MAX, i32::MIN]);
        assert_eq!((sure.label.as_str(), sure.confidence_ppm), ("eight", Some(1_000_000)));
        let equal = answer(&rule, &[5, 5, 5]);
        assert_eq!((equal.label.as_str(), equal.confidence_ppm), ("seven", Some(333_333)));
        let silent = answer(&exact(None, &["a", "b"]), &[1, 2]);
        assert_eq!((silent.confidence_ppm, silent.to_string().as_str()), (None, "b (before a)"));
        assert!(matches!(rule.answer(&[1]), Err(OutputError::Size { expected_bytes: 13, actual_bytes: 1 })));
    }

    #[test]
    fn labels_that_people_cannot_tell_apart_are_refused() {
        exact(Some(1), &["0", "1"]).validate(NumericClass::Exact).unwrap();
        for labels in [["a", "a"], ["a", ""], ["a", "b\u{1b}[2K"], ["a", "a\u{202e}"], ["a", " b"]] {
            let refused = exact(None, &labels).validate(NumericClass::Exact).unwrap_err();
            assert!(matches!(&refused, BundleError::Manifest { field, .. } if field == "output.labels"), "{refused}");
            assert!(!refused.to_string().contains(['\u{1b}', '\u{202e}']), "{refused:?}");
        }
        assert!(exact(Some(0), &["0", "1"]).validate(NumericClass::Exact).is_err());
    }

    #[test]
    fn quantised_logits_round_halves_away_from_zero_and_saturate() {
        let encoded = of_floats().encode_floats(&[0.25, -0.25]).unwrap();
        assert_eq!(of_floats().decode(&encoded).unwrap().logits, [3, -3]);
        let encoded = of_floats().encode_floats(&[1e9, -1e9]).unwrap();
        assert_eq!(of_floats().decode(&encoded).unwrap().logits, [32_767, -32_768]);
    }

    #[test]
    fn answers_within_the_tolerance_agree_and_one_step_more_does_not() {
        let rule = of_floats();
        let base = rule.encode_floats(&[1.0, 0.9]).unwrap();
        assert!(rule.agree(&base, &rule.encode_floats(&[0.8, 0.9]).unwrap()).unwrap());
        assert!(!rule.agree(&base, &rule.encode_floats(&[0.7, 0.9]).unwrap()).unwrap());
    }

    #[test]
    fn a_class_that_does_not_follow_from_the_logits_is_refused() {
        let mut encoded = of_floats().encode_floats(&[1.0, 0.5]).unwrap();
        encoded[0] = 1;
        assert_eq!(of_floats().decode(&encoded), Err(OutputError::Class { expected: 0, actual: 1 }));
        assert!(matches!(of_floats().encode_floats(&[f32::NAN, 0.0]), Err(OutputError::NotFinite { index: 0, .. })));
    }
}
