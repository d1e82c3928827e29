//! What the exchange's admin does to a market.

use crate::{
    listed,
    network::{NETWORK, atoms},
};

const DAY: u64 = 86_400;

/// That a budget closes 15 weeks later is the programs' tests' to show: no clock of a network moves that far.
#[test]
fn the_admin_pauses_a_market_within_its_budget_and_resumes_it() {
    let (creator, model) = listed("paused");
    let (admin, trader) = (NETWORK.admin(), NETWORK.person("paused_trader", 10));
    trader.json(&["market", "buy", "1", &model]);
    let pause = ["market", "pause", &model, "--for", "1d"];
    assert_eq!(creator.refused(&pause).0, "NotAdmin");
    for out_of_bounds in ["0", "8d"] {
        assert_eq!(admin.refused(&["market", "pause", &model, "--for", out_of_bounds]).0, "unfit");
    }
    assert_eq!(admin.refused(&["market", "resume", &model]).0, "unfit", "it is not paused");
    assert_eq!(trader.refused(&["market", "pause-budget-close", &model]).0, "unfit", "it was never paused");
    assert!(trader.json(&["market", "show", &model])["pause_budget_left"].is_null());

    let paused = admin.json(&pause);
    let left = paused["pause_budget_left"].as_u64().unwrap();
    assert!((13 * DAY..14 * DAY).contains(&left), "{paused}");
    let shown = trader.json(&["market", "show", &model]);
    assert_eq!(
        [&shown["buys_paused_until"], &shown["pause_budget_left"]],
        [&paused["buys_paused_until"], &paused["pause_budget_left"]]
    );
    assert_eq!(trader.refused(&["market", "buy", "1", &model]).0, "MarketPaused");
    assert!(atoms(&trader.json(&["market", "sell", "1000", &model])["got"]) > 0, "sales go on");
    assert_eq!(trader.refused(&["market", "pause-budget-close", &model]).0, "PauseBudgetInUse");
    let longer = admin.json(&["market", "pause", &model, "--for", "7d"]);
    let left = longer["pause_budget_left"].as_u64().unwrap();
    assert!((6 * DAY..8 * DAY).contains(&left), "in place of the first, whose rest is given back: {longer}");

    let resumed = admin.json(&["market", "resume", &model]);
    let left = resumed["pause_budget_left"].as_u64().unwrap();
    assert!(resumed["buys_paused_until"].is_null() && left > 12 * DAY, "{resumed}");
    trader.json(&["market", "buy", "1", &model]);
}
