//! What compute units, sizes and times must keep. Tests hold the exact figures to it; benchmarks show the rest beside it.

/// Most that a figure may be.
pub struct Budget {
    /// Its name.
    pub figure: &'static str,
    /// The most it may be.
    pub most: f64,
}

const fn most(figure: &'static str, most: f64) -> Budget {
    Budget { figure, most }
}

/// All budgets.
pub const BUDGETS: &[Budget] = &[
    most("cu.market_buy", 12_000.0),
    most("cu.market_sell", 11_000.0),
    most("cu.market_sync", 8_000.0),
    most("cu.busy_market_buy", 12_000.0),
    most("cu.busy_market_buy_exact_out", 12_000.0),
    most("cu.busy_market_sell", 11_000.0),
    most("cu.busy_market_sell_exact_out", 11_000.0),
    most("cu.busy_market_sync", 8_000.0),
    most("cu.busy_usage_roll", 6_000.0),
    most("cu.launch", 60_000.0),
    most("bytes.tx_market_buy", 600.0),
    most("lamports.launch", 8_000_000.0),
    most("cu.stake", 9_000.0),
    most("cu.unstake", 9_000.0),
    most("cu.revenue_claim", 8_000.0),
    most("cu.revenue_claim_of_100000_positions", 8_000.0),
    most("cu.proposal_vote", 8_000.0),
    most("cu.request_create", 15_000.0),
    most("cu.result_post", 10_000.0),
    most("cu.result_finalize", 25_000.0),
    most("cu.usage_roll", 6_000.0),
    most("size.modchains_exchange", 365_000.0),
    most("size.modchains_vault", 340_000.0),
    most("size.modchains_oracle", 340_000.0),
    most("bytes.market", 512.0),
    most("bytes.position", 200.0),
    most("bytes.request", 512.0),
    most("bytes.usage", 512.0),
    most("bytes.model", 512.0),
    most("ratio.rounded_minilm_over_f32_1", 2.5),
    most("ratio.rounded_minilm_over_f32_32", 2.5),
    most("us.crank_overhead_p50", 20_000.0),
    most("us.demo_p50", 90_000_000.0),
];

/// The most that `figure` may be, if there is a budget for it.
pub fn find(figure: &str) -> Option<f64> {
    BUDGETS.iter().find(|budget| budget.figure == figure).map(|budget| budget.most)
}
