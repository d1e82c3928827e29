//! How the figures stand against their budgets.

use modchains_tests::budgets::{BUDGETS, find};

use crate::output::{figures::Figures, table::number};

/// How many budgets there are.
pub const COUNT: usize = BUDGETS.len();

/// Figures that are held to the budget of another one: trades in every shape to that of the fullest.
const HELD_TO: [(&str, &str); 4] = [
    ("cu.market_buy_", "cu.market_buy"),
    ("cu.market_sell_", "cu.market_sell"),
    ("cu.endurance_buy_", "cu.market_buy"),
    ("cu.endurance_sell_", "cu.market_sell"),
];

fn budget(figure: &str) -> Option<f64> {
    find(figure).or_else(|| {
        let (_, other) = HELD_TO.iter().find(|(prefix, _)| figure.starts_with(prefix))?;
        find(other)
    })
}

/// The budget of a figure as a table cell, which says so when it is missed.
pub fn cell(figure: &str, value: f64) -> String {
    match budget(figure) {
        None => String::new(),
        Some(most) if value <= most => number(most),
        Some(most) => format!("**missed: {}**", number(most)),
    }
}

/// What is over its budget or was not measured, one line each.
pub fn missed(figures: &Figures) -> Vec<String> {
    let unknown = BUDGETS.iter().filter(|budget| figures.find(budget.figure).is_none());
    let unknown = unknown.map(|budget| format!("{} was not measured", budget.figure));
    let over = figures.iter().filter_map(|(figure, value)| {
        let most = budget(figure).filter(|most| value > *most)?;
        Some(format!("{figure} is {}, budget {}", number(value), number(most)))
    });
    unknown.chain(over).collect()
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_over_its_budget_and_what_was_not_measured_is_named() {
        let mut figures = Figures::default();
        for budget in BUDGETS {
            figures.set(budget.figure, budget.most).unwrap();
        }
        assert!(missed(&figures).is_empty());
        let most = find("cu.market_sell").unwrap();
        figures.set("cu.market_sell_launch", most + 1.0).unwrap();
        figures.set("cu.market_pause", 1e9).unwrap();
        assert_eq!(missed(&figures).len(), 1);
        assert_eq!(missed(&Figures::default()).len(), COUNT);
        assert!(cell("cu.market_sell_launch", most + 1.0).contains("missed"));
    }
}
