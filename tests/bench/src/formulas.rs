//! Time of the core formulas on this machine: what a quote costs a client or an indexer.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use modchains_sdk::core::{
    backing::Backing,
    curve::Curve,
    fees::TRADE_FEES_DEFAULT,
    history::History,
    launch::LaunchTerms,
    licence::{Grant, LicenceKind, LicenceTerms, RateWindow, USE_PERSONAL, USE_RESEARCH, USES_ALL, effective},
    market::MarketParams,
    stream::Stream,
    sync::{SyncInput, SyncState, sync},
    trade::{Buy, Sides, price_impact_ppm},
    usage::{LONG_HALF_LIFE_SECONDS, sum_advance},
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
    let sides = traded_sides()?;
    let Sides { curve, backing } = sides;
    let fees = TRADE_FEES_DEFAULT;
    let (state, params) = (SyncState::new(START_SECONDS), MarketParams::DEFAULT);
    let input = SyncInput {
        paid_net_atoms: QUOTE,
        reserve_due_atoms: QUOTE / 10,
        supply_atom_seconds: u128::from(curve.circulating_atoms) * u128::from(EPOCH_SECONDS),
        depth_opening_atoms: DEPTH_ATOMS,
        is_paused: false,
        is_stale: false,
    };
    let later = START_SECONDS + i64::from(EPOCH_SECONDS);
    let stream =
        Stream::new(START_SECONDS).deposit(QUOTE, START_SECONDS, 3 * QUOTE, STREAM_SECONDS).context("a stream")?;
    let launch = LaunchTerms { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
    // A formula that fails would be measured too fast, so each is tried once.
    sync(&curve, &backing, &state, &params, &input, later).context("a sync")?;
    sides.buy_exact_out(&fees, TOKEN_ATOMS, false).context("a buy of an exact amount")?;
    sides.sell_exact_out(&fees, QUOTE, false).context("a sale for an exact amount")?;
    let buy = sides.buy_exact_in(&fees, QUOTE, false).context("a buy")?;
    impact(&curve, &buy).context("a price impact")?;
    launch.added_fee_bps(fees.fee_bps, START_SECONDS, START_SECONDS + 123).context("a launch fee")?;
    licence_check(QUOTE, later).context("a licence check")?;

    let mut table = Table::new("Formulas", TEXT, &["formula", "p50, us", "p99, us"]);
    let mut add = |name: &str, times: [f64; 2]| -> Result<()> {
        figures.set(format!("us.core_{name}_p50"), times[0])?;
        figures.set(format!("us.core_{name}_p99"), times[1])?;
        table.row([code(name), number(times[0]), number(times[1])]);
        Ok(())
    };
    add("quote_buy", time(|| black_box(&sides).buy_exact_in(&fees, black_box(QUOTE), false)))?;
    add("quote_sell", time(|| black_box(&sides).sell_exact_in(&fees, black_box(QUOTE), false)))?;
    add("quote_buy_exact_out", time(|| black_box(&sides).buy_exact_out(&fees, black_box(TOKEN_ATOMS), false)))?;
    add("quote_sell_exact_out", time(|| black_box(&sides).sell_exact_out(&fees, black_box(QUOTE), false)))?;
    add("price_impact", time(|| impact(black_box(&curve), black_box(&buy))))?;
    add("launch_fee", time(|| launch.added_fee_bps(fees.fee_bps, START_SECONDS, black_box(START_SECONDS + 123))))?;
    add("licence_check", time(|| licence_check(black_box(QUOTE), black_box(later))))?;
    add("sync", time(|| sync(black_box(&curve), &backing, &state, &params, &input, black_box(later))))?;
    add("observation", time(|| History::new(START_SECONDS).observe(black_box(&curve), black_box(later))))?;
    add("usage_sum", time(|| sum_advance(black_box(7 << 60), QUOTE, 2, EPOCH_SECONDS, LONG_HALF_LIFE_SECONDS)))?;
    add("stream", time(|| stream.advance(black_box(later), black_box(3 * QUOTE))))?;
    Ok(table)
}

const TEXT: &str = "\
     Time of one call of `sdk/core` on this machine, without RPC: quotes with fee and fee split (either end fixed), \
     the price impact of a quoted buy, the fee of a second of the launch, a licence check (the grant that holds, the \
     declared use, the price, the rate), a sync, an observation of supply and price, one usage sum, one step of the revenue stream. \
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

/// A market in use: some tokens circulate, some fees are in the reserve and some are on their way.
fn traded_sides() -> Result<Sides> {
    let curve = Curve::launch(DEPTH_ATOMS, VIRTUAL_ATOMS).context("a curve")?;
    let backing = Backing::new(DEPTH_ATOMS, MarketParams::DEFAULT.premium_min_ppm).context("its backing")?;
    let buy = Sides { curve, backing }.buy_exact_in(&TRADE_FEES_DEFAULT, 20 * QUOTE, false).context("a buy")?;
    let sides = Sides { curve: buy.curve_after, backing };
    let sale = sides.sell_exact_in(&TRADE_FEES_DEFAULT, buy.token_atoms_out / 3, false).context("a sale")?;
    Ok(Sides { curve: sale.curve_after, backing: Backing { expected_atoms: QUOTE, ..backing } })
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
