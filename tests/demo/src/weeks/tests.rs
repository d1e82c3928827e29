#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::OnceLock;

use modchains_tests::idl::root;

use super::*;

fn simulated() -> &'static [Weeks] {
    static SIMULATED: OnceLock<Vec<Weeks>> = OnceLock::new();
    SIMULATED.get_or_init(|| run(&root().join("target/deploy"), &ProgressBar::hidden()).unwrap())
}

#[test]
fn growth_lifts_a_price_more_than_steady_use_and_death_takes_the_momentum_alone() {
    let weeks = simulated();
    let [growing, steady, dying] = weeks else { panic!("three models") };
    let end = |model: &Weeks| model.price_after(WEEKS).unwrap();
    assert!(end(growing) > 2.0 && (1.1..1.3).contains(&end(steady)), "{} {}", end(growing), end(steady));
    assert!((0.95..0.99).contains(&end(dying)), "{}", end(dying));
    for model in weeks {
        let start = &model.days[0];
        assert_eq!((model.trades, model.days.len()), (0, 57), "{}", model.path.name());
        for day in &model.days {
            // Nobody traded, no fall goes below the opening depth, and backing is never lost.
            assert_eq!(day.circulating_tokens, start.circulating_tokens);
            assert!(
                day.price_lamports >= day.rest_lamports && day.backing_lamports >= start.backing_lamports,
                "{day:?}"
            );
            assert!(day.ask_over_bid < 0.05, "{day:?}");
        }
    }
    // Until the end of the second week the dying model is the steady one; then it falls every week, ever less.
    let weekly: Vec<f64> = (0..=WEEKS).map(|week| dying.price_after(week).unwrap()).collect();
    assert_eq!(weekly[2], steady.price_after(2).unwrap());
    let falls: Vec<f64> = weekly[3..].windows(2).map(|pair| pair[0] - pair[1]).collect();
    assert!(falls.windows(2).all(|pair| pair[0] > pair[1] && pair[1] > 0.0), "{falls:?}");
}

#[test]
fn chart_and_table_say_how_each_model_was_used() {
    let (weeks, folder) = (simulated(), tempfile::tempdir().unwrap());
    let path = folder.path().join("weeks.svg");
    write_svg(weeks, &path).unwrap();
    let svg = std::fs::read_to_string(&path).unwrap();
    let table = table(weeks).unwrap().to_string();
    for part in UsePath::ALL.map(UsePath::used_for) {
        assert!(svg.contains(part) && table.contains(part), "{part}");
    }
}
