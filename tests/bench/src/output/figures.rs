//! Everything measured, by name: `cu.` compute units, `bytes.` and `size.` bytes, `lamports.` rent, `us.`
//! microseconds, `count.` how many, `ratio.` ours over the reference, `ppm.` parts of a million.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Number, Value};

/// Decimals that are kept of a figure that is no whole number.
const DECIMALS: f64 = 1_000.0;

/// Name to number, sorted.
#[derive(Debug, Default)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Adds a figure. A name is given once.
    pub fn set(&mut self, name: impl Into<String>, value: f64) -> Result<()> {
        let name = name.into();
        ensure!(value.is_finite(), "{name} came out as {value}");
        let rounded = (value * DECIMALS).round() / DECIMALS;
        let before = self.0.insert(name.clone(), rounded);
        ensure!(before.is_none(), "{name} was measured twice");
        Ok(())
    }

    /// A figure that must be there.
    pub fn get(&self, name: &str) -> Result<f64> {
        self.find(name).with_context(|| format!("{name} was not measured"))
    }

    /// A figure, if it was measured.
    pub fn find(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// A flat JSON object. Whole numbers carry no fraction.
    pub fn to_json(&self) -> Result<String> {
        let mut map = Map::new();
        for (name, value) in &self.0 {
            let number = if value.fract() == 0.0 {
                Number::from(*value as i64)
            } else {
                Number::from_f64(*value).with_context(|| format!("{name} is no JSON number"))?
            };
            map.insert(name.clone(), Value::Number(number));
        }
        Ok(serde_json::to_string_pretty(&map)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn figures_are_sorted_and_whole_numbers_have_no_fraction() {
        let mut figures = Figures::default();
        figures.set("us.b", 1.234_56).unwrap();
        figures.set("cu.a", 7.0).unwrap();
        assert_eq!(figures.to_json().unwrap(), "{\n  \"cu.a\": 7,\n  \"us.b\": 1.235\n}\n");
    }

    #[test]
    fn a_figure_is_measured_once_and_is_a_number() {
        let mut figures = Figures::default();
        figures.set("cu.a", 7.0).unwrap();
        assert!(figures.set("cu.a", 8.0).is_err() && figures.set("cu.b", f64::NAN).is_err());
        assert!(figures.get("cu.c").is_err());
    }
}
