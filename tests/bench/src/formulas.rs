//! Time of the core formulas on this machine: what a quote costs a client or an indexer.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use modchains_sdk::core::{
    curve::Curve,
    fees::TRADE_FEES_DEFAULT,
    launch::LaunchTerms,
    licence::{Grant, LicenceKind, LicenceTerms, RateWindow, USE_PERSONAL, USE_RESEARCH, USES_ALL, effective},
    market::MarketParams,
    stream::Stream,
    sync::{SyncInput, SyncState, signal_step_ppm, sync},
    trade::{Buy, buy_exact_in, buy_exact_out, price_impact_ppm, sell_exact_in, sell_exact_out},
    usage::{EMA_FAST_HALF_LIFE_SECONDS, ema_advance},
};
use modchains_tests::{
    chain::START_SECONDS,
    world::{DEPTH_ATOMS, EPOCH_SECONDS, QUOTE, STREAM_SECONDS, VIRTUAL_ATOMS},
};

use crate::output::{
    figures::Figures,
    table::{Table, code, number},
};

/// Calls per sample: enough that reading the clock does not count.
const CALLS: u32 = 200;
const SAMPLES: usize = 2_000;
const WARM_UP_SAMPLES: usize = 200;
/// A thousand tokens.
const TOKEN_ATOMS: u64 = 1_000_000_000;

/// Price impact of a buy.
fn impact(curve: &Curve, buy: &Buy) -> modchains_sdk::core::Result<u32> {
    price_impact_ppm(curve.spot_price_q64()?, buy.quote_atoms_in.saturating_sub(buy.fee_atoms), buy.token_atoms_out)
}

/// Measures the formulas.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let curve = traded_curve()?;
    let fees = TRADE_FEES_DEFAULT;
    let (state, params) = (SyncState::new(START_SECONDS), MarketParams::DEFAULT);
    let input = SyncInput {
        step_ppm: 5_000,
        is_paused: false,
        is_stale: false,
        lost_usage_fees_atoms: QUOTE,
        launch_depth_atoms: DEPTH_ATOMS,
    };
    let later = START_SECONDS + i64::from(EPOCH_SECONDS);
    let stream =
        Stream::new(START_SECONDS).deposit(QUOTE, START_SECONDS, 3 * QUOTE, STREAM_SECONDS).context("a stream")?;
    let launch = LaunchTerms { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
    // A formula that fails would be measured too fast, so each is tried once.
    sync(&curve, &state, &params, &input, later).context("a sync")?;
    buy_exact_out(&curve, &fees, TOKEN_ATOMS, false).context("a buy of an exact amount")?;
    sell_exact_out(&curve, &fees, QUOTE, false).context("a sale for an exact amount")?;
    let buy = buy_exact_in(&curve, &fees, QUOTE, false).context("a buy")?;
    impact(&curve, &buy).context("a price impact")?;
    launch.fee_bps(fees.fee_bps, START_SECONDS, START_SECONDS + 123).context("a launch fee")?;
    licence_check(QUOTE, later).context("a licence check")?;

    let mut table = Table::new("Formulas", TEXT, &["formula", "p50, us", "p99, us"]);
    let mut add = |name: &str, times: [f64; 2]| -> Result<()> {
        figures.set(format!("us.core_{name}_p50"), times[0])?;
        figures.set(format!("us.core_{name}_p99"), times[1])?;
        table.row([code(name), number(times[0]), number(times[1])]);
        Ok(())
    };
    add("quote_buy", time(|| buy_exact_in(black_box(&curve), &fees, black_box(QUOTE), false)))?;
    add("quote_sell", time(|| sell_exact_in(black_box(&curve), &fees, black_box(QUOTE), false)))?;
    add("quote_buy_exact_out", time(|| buy_exact_out(black_box(&curve), &fees, black_box(TOKEN_ATOMS), false)))?;
    add("quote_sell_exact_out", time(|| sell_exact_out(black_box(&curve), &fees, black_box(QUOTE), false)))?;
    add("price_impact", time(|| impact(black_box(&curve), black_box(&buy))))?;
    add("launch_fee", time(|| launch.fee_bps(fees.fee_bps, START_SECONDS, black_box(START_SECONDS + 123))))?;
    add("licence_check", time(|| licence_check(black_box(QUOTE), black_box(later))))?;
    add("sync", time(|| sync(black_box(&curve), &state, &params, &input, black_box(later))))?;
    add("signal", time(|| signal_step_ppm(black_box(7 << 30), 6 << 30, 5 << 30, 1_000_000, &params)))?;
    add("ema", time(|| ema_advance(black_box(7 << 30), QUOTE, 2, EPOCH_SECONDS, EMA_FAST_HALF_LIFE_SECONDS)))?;
    add("stream", time(|| stream.advance(black_box(later), black_box(3 * QUOTE))))?;
    Ok(table)
}

const TEXT: &str = "\
     Time of one call of `sdk/core` on this machine, without RPC: quotes with fee and fee split (either end fixed), \
     the price impact of a quoted buy, the fee of a second of the launch, a licence check (the grant that holds, the \
     declared use, the price, the rate), a sync, its signal, one usage average, one step of the revenue stream. \
     Median and 99th percentile of 2,000 samples, each the mean of 200 calls.";

/// What a request under a granted licence with a rate is checked for: the fee it pays and how it is counted.
fn licence_check(service_fee_atoms: u64, now_seconds: i64) -> modchains_sdk::core::Result<(u64, RateWindow)> {
    let terms = LicenceTerms { uses: USES_ALL, price_atoms: 2 * QUOTE, rate_max: 1_000, rate_window_seconds: 60 };
    let grant = Grant { terms, expires_at_seconds: i64::MAX, revoked_at_seconds: 0 };
    let effective = effective(LicenceKind::Paid, &terms, black_box(Some(&grant)), now_seconds)?;
    effective.check_uses(black_box(USE_PERSONAL | USE_RESEARCH))?;
    let window = RateWindow { started_at_seconds: now_seconds, count: 7 };
    Ok((effective.fee_atoms(service_fee_atoms), window.record(&effective, now_seconds)?))
}

/// A market in use: some tokens circulate, some fees are in the reserve.
fn traded_curve() -> Result<Curve> {
    let launch = Curve::launch(DEPTH_ATOMS, VIRTUAL_ATOMS).context("a curve")?;
    let buy = buy_exact_in(&launch, &TRADE_FEES_DEFAULT, 20 * QUOTE, false).context("a buy")?;
    let sale = sell_exact_in(&buy.curve_after, &TRADE_FEES_DEFAULT, buy.token_atoms_out / 3, false);
    Ok(sale.context("a sale")?.curve_after)
}

/// Median and 99th percentile, in microseconds for a call.
fn time<T>(mut call: impl FnMut() -> T) -> [f64; 2] {
    let mut samples = Vec::with_capacity(SAMPLES);
    for round in 0..WARM_UP_SAMPLES + SAMPLES {
        let started = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        let micros = started.elapsed().as_nanos() as f64 / 1_000.0 / f64::from(CALLS);
        if round >= WARM_UP_SAMPLES {
            samples.push(micros);
        }
    }
    samples.sort_unstable_by(f64::total_cmp);
    [percentile(&samples, 50), percentile(&samples, 99)]
}

/// Nearest rank in sorted samples.
fn percentile(samples: &[f64], percent: usize) -> f64 {
    let rank = (samples.len() * percent).div_ceil(100).saturating_sub(1);
    samples.get(rank).copied().unwrap_or(f64::NAN)
}
