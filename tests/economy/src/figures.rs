//! What the benchmarks print of the economy.

use modchains_test_seed::{Ensemble, seed};

use crate::{
    attackers::{forging::Forger, opening::launch_spread, reserve::churn},
    honest::{TABLE, thirty_and_ninety_days},
    search::search,
    world::Weakness,
};

/// Plans of forgers that are searched for the figure: a second or two. The long search of the tests plays a million.
const FORGERS: u64 = 2_000;
/// Launches, of which the figure is that of the widest spread.
const LAUNCHES: usize = 20;

/// Name and value, in parts of a million.
pub fn ppm() -> Vec<(String, i64)> {
    let rounded = |part: f64| (part * 1e6).round() as i64;
    let mut figures = Vec::new();
    for row in TABLE {
        let [month, quarter] = thirty_and_ninety_days(row.path, 2.0);
        figures.push((format!("ppm.use_{}_30d", row.path.name()), rounded(month)));
        figures.push((format!("ppm.use_{}_90d", row.path.name()), rounded(quarter)));
    }
    figures.push(("ppm.churn_spread_10r".to_owned(), rounded(churn_spread())));
    figures.push(("ppm.launch_spread_1h".to_owned(), rounded(widest_launch_spread(Weakness::None))));
    figures.push(("ppm.fakes_returned_of_lost".to_owned(), rounded(fakes_returned_of_lost(FORGERS))));
    figures
}

/// The spread after a week of churn of ten reserves a day in six round trips an hour, beside deposits of 0.24 % a day and with
/// a backlog of a tenth of the reserve at the beginning.
pub fn churn_spread() -> f64 {
    *churn(2.0, 10.0, 0.0024, 0.1, 6, 168, Weakness::None).last().unwrap()
}

/// The widest spread that a crowd leaves an hour after a launch.
pub fn widest_launch_spread(weakness: Weakness) -> f64 {
    Ensemble::draw(LAUNCHES, |random| *launch_spread(random, weakness).last().unwrap()).quantile(1.0)
}

/// The most of its lost protocol shares that any searched forger gets back from upward steps.
pub fn fakes_returned_of_lost(plans: u64) -> f64 {
    search::<Forger>(seed(), plans, Weakness::None).best_profit
}
