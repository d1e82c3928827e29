//! Output rules: how the numbers of a model become the bytes that are hashed, posted and compared.
//!
//! The result of a provable model is its graph's last tensor, byte for byte; the rule says how people read it.
//!
//! | rule | class | result | bytes for `n` labels |
//! |---|---|---|---|
//! | `class-logits-i32` | exact | the index of the largest logit, then every logit, `i32` each | `4 + 4n` |
//! | `tensor` | exact, rounded | elements of one kind, for example an embedding | |
//! | `class-logits-i16` | unproven | the index of the largest logit, one byte, then `round(logit * steps_per_unit)`, halves away from zero, clamped to `i16` | `1 + 2n` |
//!
//! Of equal logits the lowest index counts, as in the node that finds it. The index of an unproven model is always derived
//! from the logits as written, never from the floats before quantisation.

mod answer;
mod check;
mod error;

use modchains_core::provable::ElementKind;
use serde::{Deserialize, Serialize};

use self::answer::PPM;
use super::NumericClass;

pub use self::{
    answer::{Answer, Decoded},
    error::OutputError,
};

/// How outputs are encoded and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OutputRule {
    /// Exact class: a graph's index of the largest of its sums, and the sums.
    ClassLogitsI32 {
        /// Size of one result in bytes.
        bytes: u32,
        /// Steps per unit of logit, for whoever wants to know how sure an answer is; missing when nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        steps_per_unit: Option<u32>,
        /// Names of the classes in order.
        labels: Vec<String>,
    },
    /// Provable classes: elements of one kind.
    Tensor {
        /// Size of one result in bytes.
        bytes: u32,
        /// What the elements are.
        kind: ElementKind,
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

impl OutputRule {
    /// Names of the classes in order; none where results are not classes.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        match self {
            Self::ClassLogitsI32 { labels, .. } | Self::ClassLogitsI16 { labels, .. } => labels,
            Self::Tensor { .. } => &[],
        }
    }

    /// Size of one result in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::ClassLogitsI32 { bytes, .. } | Self::Tensor { bytes, .. } | Self::ClassLogitsI16 { bytes, .. } => {
                *bytes as usize
            }
        }
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
        let (actual, logits): (i32, Vec<i32>) = match self {
            Self::Tensor { kind, .. } => return decode_tensor(*kind, result),
            Self::ClassLogitsI32 { .. } => {
                let mut words = result.as_chunks::<4>().0.iter().map(|word| i32::from_le_bytes(*word));
                (words.next().ok_or(size)?, words.collect())
            }
            Self::ClassLogitsI16 { .. } => {
                let Some((class, body)) = result.split_first() else { return Err(size) };
                let logits = body.as_chunks::<2>().0.iter().map(|logit| i16::from_le_bytes(*logit).into());
                ((*class).into(), logits.collect())
            }
        };
        let expected = largest(&logits);
        if actual != i32::from(expected) {
            return Err(OutputError::Class { expected, actual });
        }
        Ok(Decoded::Class { class: expected, logits })
    }

    /// Whether two results count as the same answer: equal bytes in the provable classes, every logit within the
    /// tolerance in the unproven one (near a tie the class may then differ).
    ///
    /// # Errors
    /// When either result is not well-formed.
    pub fn agree(&self, left: &[u8], right: &[u8]) -> Result<bool, OutputError> {
        let tolerance_steps = match self {
            Self::ClassLogitsI16 { tolerance_steps, .. } => u32::from(*tolerance_steps),
            Self::ClassLogitsI32 { .. } | Self::Tensor { .. } => 0,
        };
        match (self.decode(left)?, self.decode(right)?) {
            (Decoded::Class { logits: a, .. }, Decoded::Class { logits: b, .. }) => {
                Ok(a.iter().zip(&b).all(|(a, b)| a.abs_diff(*b) <= tolerance_steps))
            }
            _ => Ok(left == right),
        }
    }

    /// A result in the terms of the model.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn answer(&self, result: &[u8]) -> Result<Answer, OutputError> {
        let (class, logits) = match self.decode(result)? {
            Decoded::Class { class, logits } => (class, logits),
            Decoded::Tensor(elements) => return Ok(Answer::Tensor(elements)),
        };
        let label = |class: usize| self.labels().get(class).cloned().unwrap_or_default();
        let class = usize::from(class);
        let mut others: Vec<(usize, i32)> = logits.iter().copied().enumerate().filter(|(at, _)| *at != class).collect();
        others.sort_by_key(|(at, logit)| (std::cmp::Reverse(*logit), *at));
        let runner_up = others.first().map_or(class, |(at, _)| *at);
        let confidence_ppm = self.steps_per_unit().map(|steps| confidence_ppm(&logits, class, steps));
        Ok(Answer::Label { label: label(class), confidence_ppm, runner_up: label(runner_up) })
    }

    /// Steps of a logit in one unit, if the rule says.
    #[must_use]
    pub fn steps_per_unit(&self) -> Option<u32> {
        match self {
            Self::ClassLogitsI32 { steps_per_unit, .. } => *steps_per_unit,
            Self::ClassLogitsI16 { steps_per_unit, .. } => Some(*steps_per_unit),
            Self::Tensor { .. } => None,
        }
    }

    fn require_count(&self, actual: usize) -> Result<(), OutputError> {
        let expected = self.labels().len();
        if actual == expected { Ok(()) } else { Err(OutputError::Count { expected, actual }) }
    }
}

fn decode_tensor(kind: ElementKind, result: &[u8]) -> Result<Decoded, OutputError> {
    let elements = (0..result.len() / kind.bytes()).map(|index| {
        let word = kind.word(result, index);
        match kind {
            ElementKind::Float if !kind.holds(word) => {
                Err(OutputError::NotFinite { index, value: f32::from_bits(word) })
            }
            ElementKind::Float => Ok(f32::from_bits(word).into()),
            ElementKind::Int8 | ElementKind::Int32 => Ok(word.cast_signed().into()),
        }
    });
    elements.collect::<Result<_, _>>().map(Decoded::Tensor)
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
    use crate::bundle::BundleError;

    fn of_floats() -> OutputRule {
        let labels = vec!["a".into(), "b".into()];
        OutputRule::ClassLogitsI16 { bytes: 5, steps_per_unit: 10, tolerance_steps: 2, labels }
    }

    /// What a classifier's graph gives.
    fn result(logits: &[i32]) -> Vec<u8> {
        [i32::from(largest(logits))].iter().chain(logits).flat_map(|word| word.to_le_bytes()).collect()
    }

    fn exact(steps_per_unit: Option<u32>, labels: &[&str]) -> OutputRule {
        let bytes = 4 + 4 * labels.len() as u32;
        OutputRule::ClassLogitsI32 { bytes, steps_per_unit, labels: labels.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn an_answer_is_a_label_and_how_sure() {
        let answer = |rule: &OutputRule, logits: &[i32]| rule.answer(&result(logits)).unwrap();
        let rule = exact(Some(1_000), &["seven", "eight", "nine"]);
        let label = |label: &str, confidence_ppm, runner_up: &str| Answer::Label {
            label: label.to_owned(),
            confidence_ppm,
            runner_up: runner_up.to_owned(),
        };
        // e^0 / (e^0 + e^-1 + e^-2) = 0.665241.
        let found = answer(&rule, &[-500, 1_500, 500]);
        assert_eq!(found, label("eight", Some(665_241), "nine"));
        assert_eq!(found.to_string(), "eight (66.5 % sure)");
        assert_eq!(answer(&rule, &[i32::MIN, i32::MAX, i32::MIN]), label("eight", Some(1_000_000), "seven"));
        assert_eq!(answer(&rule, &[5, 5, 5]), label("seven", Some(333_333), "eight"));
        let silent = answer(&exact(None, &["a", "b"]), &[1, 2]);
        assert_eq!((silent.to_string().as_str(), silent), ("b (before a)", label("b", None, "a")));
        assert!(matches!(rule.answer(&[1]), Err(OutputError::Size { expected_bytes: 16, actual_bytes: 1 })));
    }

    #[test]
    fn elements_are_read_by_their_kind_and_agree_only_when_equal() {
        let rule = |kind, bytes| OutputRule::Tensor { bytes, kind };
        let read = |kind, result: &[u8]| rule(kind, result.len() as u32).answer(result);
        assert_eq!(read(ElementKind::Int8, &[1, 255]).unwrap(), Answer::Tensor(vec![1.0, -1.0]));
        assert_eq!(read(ElementKind::Int32, &[254, 255, 255, 255]).unwrap(), Answer::Tensor(vec![-2.0]));
        let floats = [0.5_f32, -3.0].map(f32::to_le_bytes).concat();
        assert_eq!(read(ElementKind::Float, &floats).unwrap().to_string(), "2 numbers [0.5, -3]");
        assert_eq!(read(ElementKind::Int8, &[7; 9]).unwrap().to_string(), "9 numbers [7, 7, 7, 7, 7, 7, 7, 7, ...]");
        let none = read(ElementKind::Float, &f32::NAN.to_le_bytes());
        assert!(matches!(none, Err(OutputError::NotFinite { index: 0, .. })), "{none:?}");
        let bytes = rule(ElementKind::Int8, 2);
        assert!(bytes.agree(&[1, 2], &[1, 2]).unwrap() && !bytes.agree(&[1, 2], &[1, 3]).unwrap());
        for (kind, bytes) in [(ElementKind::Int32, 6), (ElementKind::Int8, 0)] {
            assert!(rule(kind, bytes).validate(NumericClass::Rounded).is_err());
        }
        rule(ElementKind::Float, 8).validate(NumericClass::Rounded).unwrap();
        assert!(rule(ElementKind::Float, 8).validate(NumericClass::Unproven).is_err());
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
        assert_eq!(of_floats().decode(&encoded).unwrap(), Decoded::Class { class: 0, logits: vec![3, -3] });
        let encoded = of_floats().encode_floats(&[1e9, -1e9]).unwrap();
        assert_eq!(of_floats().decode(&encoded).unwrap(), Decoded::Class { class: 0, logits: vec![32_767, -32_768] });
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
