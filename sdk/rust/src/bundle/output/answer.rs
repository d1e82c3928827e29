//! What a result says.

use std::fmt;

/// Most elements that an answer shows.
const SHOWN_ELEMENTS_MAX: usize = 8;
/// Parts of a million in the whole.
pub(super) const PPM: f64 = 1e6;

/// A result read back.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// Of a classifier.
    Class {
        /// Index of the winning label.
        class: u8,
        /// Logits in the rule's integer steps.
        logits: Vec<i32>,
    },
    /// Elements, of which each kind is exact in 64 bits.
    Tensor(Vec<f64>),
}

/// A result in the terms of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Of a classifier.
    Label {
        /// The winning label.
        label: String,
        /// How sure the model is: the label's part of the softmax over all logits, in parts of a million. It says what the
        /// model computed, not how often it is right. None when the rule does not say what a step of a logit is worth.
        confidence_ppm: Option<u32>,
        /// The label that came second.
        runner_up: String,
    },
    /// Elements.
    Tensor(Vec<f64>),
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label { label, confidence_ppm: Some(ppm), .. } => {
                write!(formatter, "{label} ({:.1} % sure)", f64::from(*ppm) / (PPM / 100.0))
            }
            Self::Label { label, runner_up, .. } => write!(formatter, "{label} (before {runner_up})"),
            Self::Tensor(elements) => {
                write!(formatter, "{} numbers [", elements.len())?;
                for (index, element) in elements.iter().take(SHOWN_ELEMENTS_MAX).enumerate() {
                    write!(formatter, "{}{element}", if index == 0 { "" } else { ", " })?;
                }
                formatter.write_str(if elements.len() > SHOWN_ELEMENTS_MAX { ", ...]" } else { "]" })
            }
        }
    }
}

impl Decoded {
    /// The winning label's index; none where there are no labels.
    #[must_use]
    pub fn class(&self) -> Option<u8> {
        match self {
            Self::Class { class, .. } => Some(*class),
            Self::Tensor(_) => None,
        }
    }
}
