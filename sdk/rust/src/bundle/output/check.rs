//! Which output rules are accepted, of which model.

use std::collections::BTreeSet;

use modchains_core::provable::ElementKind;

use super::OutputRule;
use crate::bundle::{BundleError, ModelGraph, NumericClass, fields::require_text};

/// Most labels a rule may have: the class of an unproven model is one byte.
const LABELS_MAX: usize = 256;
/// Longest label, in bytes.
const LABEL_BYTES_MAX: usize = 64;

impl OutputRule {
    pub(in crate::bundle) fn validate(&self, class: NumericClass) -> Result<(), BundleError> {
        let (is_class, class_bytes, logit_bytes) = match self {
            Self::ClassLogitsI32 { .. } => (class == NumericClass::Exact, 4, 4),
            Self::ClassLogitsI16 { .. } => (class == NumericClass::Unproven, 1, 2),
            Self::Tensor { .. } => (class.is_provable(), 0, 0),
        };
        if !is_class {
            let problem = format!("does not belong to the {} class", class.name());
            return Err(BundleError::manifest("output.rule", problem));
        }
        if let Self::Tensor { bytes, kind } = self {
            let is_whole = *bytes > 0 && (*bytes as usize).is_multiple_of(kind.bytes());
            let problem = format!("is {bytes}, expected a number of elements of {} bytes", kind.bytes());
            return if is_whole { Ok(()) } else { Err(BundleError::manifest("output.bytes", problem)) };
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
        let expected = class_bytes + logit_bytes * labels.len();
        if self.bytes() != expected {
            let problem = format!("is {}, {} labels make {expected}", self.bytes(), labels.len());
            return Err(BundleError::manifest("output.bytes", problem));
        }
        let steps_max = if class.is_provable() { i32::MAX.unsigned_abs() } else { i16::MAX.unsigned_abs().into() };
        match self.steps_per_unit() {
            Some(steps) if !(1..=steps_max).contains(&steps) => {
                let problem = format!("is {steps}, expected 1 to {steps_max}");
                Err(BundleError::manifest("output.steps_per_unit", problem))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a graph whose last tensor is not what the rule reads.
    pub(in crate::bundle) fn require_of(&self, graph: &ModelGraph) -> Result<(), BundleError> {
        let (records, checked) = (graph.records(), graph.graph());
        let (Some(last), sizes) = (records.last(), checked.summary().sizes) else { return Ok(()) };
        let kind = match self {
            Self::Tensor { kind, .. } => *kind,
            Self::ClassLogitsI32 { .. } | Self::ClassLogitsI16 { .. } => ElementKind::Int32,
        };
        let index = records.len() as u32 - 1;
        let bytes = [sizes.min, sizes.max].map(|n| {
            let elements = checked.tensor(index, n).map_or(0, |tensor| tensor.elements());
            elements.saturating_mul(kind.bytes() as u64)
        });
        if last.kind != kind || bytes != [self.bytes() as u64; 2] {
            let problem = format!(
                "reads {} bytes of {kind:?}, the graph gives {:?} of {} to {} bytes",
                self.bytes(),
                last.kind,
                bytes[0],
                bytes[1]
            );
            return Err(BundleError::manifest("output.rule", problem));
        }
        Ok(())
    }
}
