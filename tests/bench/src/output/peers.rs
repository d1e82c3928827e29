//! Published and measured figures of programs and services that do a comparable thing.

use anyhow::Result;

use crate::output::{
    figures::Figures,
    table::{Table, code, number},
};

/// How a peer's figure is known.
const LITESVM: &str = "its program in LiteSVM with p-token";
const LOGS: &str = "mainnet transactions of 2026";
const BINARY: &str = "its compiled program";
const SOURCE: &str = "its source";
const DOCS: &str = "its documentation or benchmarks";

struct Peer {
    /// Ours, by name.
    figure: &'static str,
    /// Name of theirs within the ratio's name.
    short: &'static str,
    /// What theirs is.
    label: &'static str,
    value: f64,
    source: &'static str,
}

const fn peer(
    figure: &'static str,
    short: &'static str,
    label: &'static str,
    value: f64,
    source: &'static str,
) -> Peer {
    Peer { figure, short, label, value, source }
}

const PEERS: &[Peer] = &[
    peer("cu.market_buy", "damm_v2_swap", "Meteora DAMM v2 swap", 13_195.0, LITESVM),
    peer("cu.market_buy", "cpmm_swap", "Raydium CPMM swap", 22_001.0, LITESVM),
    peer("cu.market_buy", "dbc_buy", "Meteora DBC buy", 38_557.0, LITESVM),
    peer("cu.market_buy", "pump_buy", "pump.fun buy", 65_226.0, LOGS),
    peer("cu.tx_market_buy_wsol", "dbc_first_buy", "Meteora DBC first buy: 2 accounts, wrap", 66_000.0, LITESVM),
    peer("cu.market_sell", "damm_v2_swap", "Meteora DAMM v2 swap", 13_195.0, LITESVM),
    peer("cu.market_sell", "dbc_sell", "Meteora DBC sell", 35_750.0, LITESVM),
    peer("cu.market_sell", "pump_sell", "pump.fun sell", 47_690.0, LOGS),
    peer("cu.launch", "pump_create", "pump.fun create_v2", 103_485.0, LOGS),
    peer("cu.launch", "dbc_create", "Meteora DBC pool, Token-2022 mint", 157_000.0, LITESVM),
    peer("cu.revenue_claim", "damm_v2_claim", "Meteora DAMM v2 claim_position_fee", 14_642.0, LITESVM),
    peer("cu.revenue_claim", "dbc_claim", "Meteora DBC claim_trading_fee", 22_304.0, LITESVM),
    peer("cu.request_create", "anchor_v1_multisig", "Anchor v1 multisig create (no token moved)", 12_031.0, DOCS),
    peer("cu.result_post", "switchboard", "Switchboard single feed (no bond, no event)", 485.0, DOCS),
    peer("cu.result_post", "pyth_post", "Pyth post_update, budget", 35_000.0, SOURCE),
    peer("cu.usage_roll", "anchor_v1_update", "Anchor v1 oracle update (one write)", 1_310.0, DOCS),
    peer("bytes.market", "pump_curve", "pump.fun curve", 125.0, LOGS),
    peer("bytes.market", "dbc_pool", "Meteora DBC pool", 424.0, BINARY),
    peer("bytes.market", "damm_v2_pool", "Meteora DAMM v2 pool", 1_112.0, BINARY),
    peer("bytes.mint", "pump_mint", "pump.fun mint with metadata", 404.0, LOGS),
    peer("bytes.tx_market_buy", "damm_v2_swap", "Meteora DAMM v2 swap", 560.0, LITESVM),
    peer("bytes.tx_market_buy_wsol", "dbc_first_buy_bytes", "Meteora DBC first buy: 2 accounts, wrap", 738.0, LITESVM),
    peer("bytes.tx_market_sell", "dbc_sell", "Meteora DBC sell", 641.0, LITESVM),
    peer("size.modchains_exchange", "damm_v2", "Meteora DAMM v2 program", 1_520_000.0, BINARY),
    peer("size.modchains_exchange", "cpmm", "Raydium CPMM program", 790_000.0, BINARY),
    peer("lamports.launch", "pump_rent", "pump.fun launch: mint, curve, its token account", 5_511_640.0, LOGS),
    peer("us.digits_int8_worker_overhead_batch1_p50", "triton", "Triton server, HTTP included", 159.0, DOCS),
    peer(
        "us.digits_int8_worker_overhead_batch1_p50",
        "torchserve",
        "TorchServe, HTTP included, at least",
        2_000.0,
        DOCS,
    ),
    peer(
        "us.crank_seen_to_sent_p50",
        "tuktuk_window",
        "tuktuk crank turner, its batch window alone",
        500_000.0,
        SOURCE,
    ),
    peer(
        "us.crank_seen_to_sent_p50",
        "pyth_pusher",
        "Pyth price pusher, wait before its first send",
        500_000.0,
        SOURCE,
    ),
    peer("ratio.digits_int8_batch20_gain", "triton", "Triton dynamic batching, Inception, 8 clients", 3.7, DOCS),
];

const TEXT: &str = "\
     Ours over theirs; below one is less. Theirs were measured or read beforehand, not in this run. In LiteSVM \
     they ran on an older runtime that charges 1,000 CU for a call to another program, 54 more than today's. They do \
     similar things, not the same: a trade here also keeps the high-water mark and the legs of the fee, and tells the \
     curve before and after in its event; a result posted here locks a bond; a launch of pump.fun includes a token \
     account of the buyer's, ours the market's own; a worker here is reached by a pipe, the servers by HTTP.";

/// Sets ours over theirs for each.
pub fn compare(figures: &mut Figures) -> Result<Table> {
    let mut table = Table::new("Against others", TEXT, &["ours", "", "theirs", "", "ours over theirs", "known from"]);
    for peer in PEERS {
        let ours = figures.get(peer.figure)?;
        let ratio = ours / peer.value;
        let (_, name) = peer.figure.split_once('.').unwrap_or(("", peer.figure));
        figures.set(format!("ratio.{}_over_{}", name.trim_end_matches("_p50"), peer.short), ratio)?;
        table.row([
            code(peer.figure),
            number(ours),
            peer.label.to_owned(),
            number(peer.value),
            format!("{ratio:.3}"),
            peer.source.to_owned(),
        ]);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_comparison_has_a_name_of_its_own() {
        let mut figures = Figures::default();
        for peer in PEERS {
            if figures.find(peer.figure).is_none() {
                figures.set(peer.figure, 2.0 * peer.value).unwrap();
            }
        }
        compare(&mut figures).unwrap();
        assert_eq!(figures.find("ratio.market_buy_over_damm_v2_swap"), Some(2.0));
    }
}
