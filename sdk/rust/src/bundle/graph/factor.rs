//! Real factors as integers that requantise.

use modchains_core::provable::Requantise;

/// Finds multiplier and shift for a real factor in `(2^-30, 1]`, with a relative error below `2^-30`.
#[must_use]
pub fn requantise_by_factor(factor: f64, min: i8, max: i8) -> Option<Requantise> {
    if !factor.is_finite() || factor <= 2_f64.powi(-30) || factor > 1.0 {
        return None;
    }
    // frexp: factor = fraction * 2^exponent with fraction in [0.5, 1).
    let mut exponent = factor.log2().floor() as i32 + 1;
    let mut multiplier = (factor * 2_f64.powi(31 - exponent)).round();
    if multiplier >= 2_f64.powi(31) {
        exponent += 1;
        multiplier = (factor * 2_f64.powi(31 - exponent)).round();
    }
    Some(Requantise { multiplier: multiplier as u32, shift: u8::try_from(31 - exponent).ok()?, min, max })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn factors_are_met_to_a_billionth() {
        for factor in [1.0, 0.999_999_999_9, 0.5, 0.003_921, 1.0 / 3.0, 2e-9] {
            let rule = requantise_by_factor(factor, -128, 127).unwrap();
            let met = f64::from(rule.multiplier) / 2_f64.powi(rule.shift.into());
            assert!((met / factor - 1.0).abs() < 1e-9, "{factor}: {rule:?}");
            assert!(rule.is_valid());
        }
        assert_eq!(requantise_by_factor(1.1, 0, 127), None);
        assert_eq!(requantise_by_factor(f64::NAN, 0, 127), None);
    }
}
