//! Usefulness: what honest use does to the price. The table says what each path of use must reach; the laws say what holds of
//! any path. Hourly syncs, 50,000 $ of reserve, the default fees and split, no trades.
//!
//! `make economy` prints the table.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod laws;

use modchains_test_economy::honest::{TABLE, thirty_and_ninety_days};

#[test]
fn each_path_of_use_moves_the_price_as_the_table_says() {
    println!("{:<52} {:>21} {:>21}", "price after 30 / 90 days, %", "premium 2", "premium 10");
    for row in TABLE {
        let [two, ten] = [2.0, 10.0].map(|premium| thirty_and_ninety_days(row.path, premium));
        let shown = [two, ten].map(|[month, quarter]| format!("{:+.2} / {:+.2}", 100.0 * month, 100.0 * quarter));
        println!("{:<52} {:>21} {:>21}", row.path.title(), shown[0], shown[1]);
        for (place, days) in [30, 90].into_iter().enumerate() {
            let percent = 100.0 * two[place];
            let range = row.least[place]..=row.most[place];
            assert!(
                range.contains(&percent),
                "{} after {days} days: {percent} % is not in {range:?}",
                row.path.title()
            );
        }
    }
}
