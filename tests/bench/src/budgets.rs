//! How the figures stand against their budgets.

use modchains_tests::budgets::{BUDGETS, find};

use crate::{figures::Figures, table::number};

/// How many budgets there are.
pub const COUNT: usize = BUDGETS.len();

/// The budget of a figure as a table cell, which says so when it is missed.
pub fn cell(name: &str, value: f64) -> String {
    match find(name) {
        None => String::new(),
        Some(most) if value <= most => number(most),
        Some(most) => format!("**missed: {}**", number(most)),
    }
}

/// What is over its budget, one line each.
pub fn missed(figures: &Figures) -> Vec<String> {
    let over = BUDGETS.iter().filter_map(|budget| {
        let value = figures.find(budget.figure).filter(|value| *value > budget.most)?;
        Some(format!("{} is {}, budget {}", budget.figure, number(value), number(budget.most)))
    });
    over.collect()
}
