//! What use does to the price, and what churn, launches and fakes leave: played in this process on the formulas.

use anyhow::Result;
use modchains_test_economy::figures::ppm;

use crate::output::{
    figures::Figures,
    table::{Table, code, number},
};

const PPM_OF_A_PERCENT: f64 = 10_000.0;

/// Plays the economy and names what comes of it.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let text = "What use does to the price of a market of 50,000 $ and premium 2 in 30 and 90 days without trades, by path \
                of use; the spread that a week of churn of ten reserves a day leaves, and an hour after a default launch; \
                the most of what fakes lose that comes back to any searched forger. docs/curve.md explains them, and \
                `make economy` searches longer.";
    let mut table = Table::new("The economy", text, &["figure", "%"]);
    for (name, value) in ppm() {
        let value = value as f64;
        table.row([code(&name), number(value / PPM_OF_A_PERCENT)]);
        figures.set(name, value)?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_economy_keeps_what_it_promises() {
        let mut figures = Figures::default();
        measure(&mut figures).unwrap();
        let of = |name: &str| figures.get(&format!("ppm.{name}")).unwrap();
        assert!(of("fakes_returned_of_lost") <= 500_000.0, "fakes return half of what they lose at most");
        assert!(of("churn_spread_10r") < 5_000.0 && of("launch_spread_1h") < 20_000.0);
        let grown = figures.iter().filter(|(name, _)| name.starts_with("ppm.use_")).count();
        assert!(grown >= 12, "six paths at least, after 30 and 90 days");
    }
}
