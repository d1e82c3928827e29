//! The tables of docs/curve.md.

use std::fmt::Write;

use modchains_core::{
    curve::Curve,
    fees::{FeeSplit, TRADE_FEES_DEFAULT, TradeFees, USAGE_FEE_SPLIT_DEFAULT},
    launch::LaunchTerms,
    market::MarketParams,
    sync::{HighWater, SyncInput, SyncReason, SyncState, sync},
    trade::{buy_exact_in, sell_exact_in},
};

/// Half sold, on the boundary of solvency: 1,000 SOL back 500 million tokens.
pub const REFERENCE: Curve = Curve {
    reserve_atoms: 1_000_000_000_000,
    circulating_atoms: 500_000_000_000_000,
    depth_atoms: 1_000_000_000_000_000,
    virtual_atoms: 1_000_000_000_000,
};

const SOL: f64 = 1e9;
const TOKEN: f64 = 1e6;

pub fn tables() -> Vec<(&'static str, String)> {
    vec![
        ("reference", reference()),
        ("bounds", bounds()),
        ("roundtrip", round_trip()),
        ("growth", growth()),
        ("payment", payment()),
        ("decline", decline()),
        ("launch", launch()),
    ]
}

fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    writeln!(text, "| {} |", head.join(" | ")).unwrap();
    writeln!(text, "|{}", "---|".repeat(head.len())).unwrap();
    for row in rows {
        writeln!(text, "| {} |", row.join(" | ")).unwrap();
    }
    text
}

/// One sync of the reference market, an epoch after everything was bought.
pub fn stepped(curve: &Curve, state: &SyncState, step_ppm: i32, now_seconds: i64) -> (Curve, SyncState, SyncReason) {
    let input = SyncInput {
        step_ppm,
        is_paused: false,
        is_stale: false,
        lost_usage_fees_atoms: u64::MAX,
        launch_depth_atoms: REFERENCE.depth_atoms,
    };
    let moved = sync(curve, state, &MarketParams::DEFAULT, &input, now_seconds).unwrap();
    (moved.curve_after, moved.state_after, moved.reason)
}

/// The state of a market whose supply stood still.
pub fn settled(curve: &Curve) -> SyncState {
    let mark = curve.circulating_atoms;
    let high_water = HighWater { mark_atoms: mark, peak_atoms: mark, last_peak_atoms: mark, ..HighWater::new(0) };
    SyncState { high_water, ..SyncState::new(0) }
}

/// Lamports for a whole token.
pub fn price(curve: &Curve) -> f64 {
    curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64 * TOKEN
}

/// Lamports of reserve for a whole token.
pub fn backing(curve: &Curve) -> f64 {
    curve.reserve_atoms as f64 / curve.circulating_atoms as f64 * TOKEN
}

fn reference() -> String {
    let state = settled(&REFERENCE);
    let step = MarketParams::DEFAULT.step_max_ppm as i32;
    let (up, _, _) = stepped(&REFERENCE, &state, step, 3_600);
    let (down, _, _) = stepped(&REFERENCE, &state, -step, 3_600);
    let row = |name: &str, figure: &dyn Fn(&Curve) -> String| {
        vec![name.to_owned(), figure(&REFERENCE), figure(&up), figure(&down)]
    };
    let sol = |atoms: u64| format!("{:.6}", atoms as f64 / SOL);
    let rows = [
        row("`R`, SOL", &|curve| sol(curve.reserve_atoms)),
        row("`C`, million tokens", &|curve| format!("{:.3}", curve.circulating_atoms as f64 / TOKEN / 1e6)),
        row("`Y`, million tokens", &|curve| format!("{:.6}", curve.depth_atoms as f64 / TOKEN / 1e6)),
        row("`V`, SOL", &|curve| sol(curve.virtual_atoms)),
        row("spot price, lamports a token", &|curve| format!("{:.4}", price(curve))),
        row("floor `R / C`, lamports a token", &|curve| format!("{:.4}", backing(curve))),
        row("everything sells for, SOL", &|curve| sol(curve.sell_exact_in(curve.circulating_atoms).unwrap())),
        row("a tenth of it sells for, SOL", &|curve| sol(curve.sell_exact_in(curve.circulating_atoms / 10).unwrap())),
    ];
    table(&["", "before", "after one upward step", "after one downward step"], &rows)
}

fn bounds() -> String {
    let with = |fee_bps, reserve_bps, protocol_bps, referral_bps| {
        let vault_bps = 10_000 - reserve_bps - protocol_bps;
        TradeFees { fee_bps, split: FeeSplit { reserve_bps, vault_bps, creator_bps: 0, protocol_bps }, referral_bps }
    };
    let cases = [
        ("default: 1 %, 40 % reserve, 20 % protocol, a quarter of it referred", TRADE_FEES_DEFAULT),
        ("the smallest fee, the same split", TradeFees { fee_bps: 25, ..TRADE_FEES_DEFAULT }),
        ("the largest fee, the same split", TradeFees { fee_bps: 500, ..TRADE_FEES_DEFAULT }),
        ("1 %, the smallest parts: 10 % reserve, 5 % protocol, half of it referred", with(100, 1_000, 500, 5_000)),
    ];
    let rows = cases.map(|(name, fees)| {
        fees.validate().unwrap();
        let figures = [
            fees.fee_lost_ppm(),
            fees.protocol_lost_ppm(),
            MarketParams::largest_step_ppm(&fees),
            MarketParams::largest_absorption_ppm(&fees),
        ];
        let percent = figures.map(|ppm| format!("{:.4} %", f64::from(ppm.unwrap()) / 1e4));
        [vec![name.to_owned()], percent.to_vec()].concat()
    });
    table(&["trade fee", "`fee_lost`", "`protocol_lost`", "largest step", "largest absorption"], &rows)
}

/// Buys, sits through two upward steps that others paid for, sells; owns every leg that can be owned.
fn round_trip() -> String {
    let fees = TRADE_FEES_DEFAULT;
    let step = MarketParams::DEFAULT.step_max_ppm as i32;
    let rows = [1_u64, 10, 100, 1_000, 10_000].map(|sol| {
        let buy = buy_exact_in(&REFERENCE, &fees, sol * 1_000_000_000, true).unwrap();
        let mut state = settled(&REFERENCE);
        let (before, after) = (REFERENCE.circulating_atoms, buy.curve_after.circulating_atoms);
        state.high_water = state.high_water.record(before, after, 3_600, 3_600);
        let (once, state, _) = stepped(&buy.curve_after, &state, step, 3_600);
        let (twice, _, _) = stepped(&once, &state, step, 7_200);
        let sell = sell_exact_in(&twice, &fees, buy.token_atoms_out, true).unwrap();
        let owned: u64 = [buy.legs, sell.legs].iter().map(|legs| legs.vault + legs.creator + legs.referrer).sum();
        let cash = sell.quote_atoms_out as f64 + owned as f64 - buy.quote_atoms_in as f64;
        assert!(cash <= 0.0);
        let held = buy.token_atoms_out as f64 / after as f64;
        let rise = price(&twice) / price(&buy.curve_after) - 1.0;
        vec![
            sol.to_string(),
            format!("{:.2} %", 100.0 * held),
            format!("{:.4} %", 100.0 * rise),
            format!("{:.6}", cash / SOL),
            format!("{:.4} %", 100.0 * cash / buy.quote_atoms_in as f64),
        ]
    });
    table(&["spent, SOL", "of the supply", "price rise of the two steps", "result, SOL", "of what was spent"], &rows)
}

/// The constants of the growth lemma.
fn growth() -> String {
    let (mid, slow) = (72.0_f64, 168.0_f64);
    let lag = |hours: f64| (-hours / slow).exp2() - (-hours / mid).exp2();
    let longest = (slow / mid).log2() / (1.0 / mid - 1.0 / slow);
    let (own, later) = (1.0 - mid / slow, lag(longest));
    let rows = [
        vec!["largest growth share, `1 - h_mid / h_slow`".to_owned(), format!("{own:.4}")],
        vec!["hours after which a burst shows no growth".to_owned(), format!("{longest:.1}")],
        vec!["`kappa`, what steady use adds".to_owned(), format!("{later:.4}")],
        vec!["sum, below one".to_owned(), format!("{:.4}", own + later)],
    ];
    table(&["constant", "value"], &rows)
}

/// What fake use costs to pay for a step of the reference market, and what the step can give anybody.
fn payment() -> String {
    let reserve = REFERENCE.reserve_atoms as f64 / SOL;
    let protocol = f64::from(USAGE_FEE_SPLIT_DEFAULT.protocol_bps) / 1e4;
    let rows = [100_u32, 1_000, 5_500].map(|step_ppm| {
        let step = f64::from(step_ppm) / 1e6;
        let best = (1..100)
            .map(|percent| {
                let held = REFERENCE.circulating_atoms / 100 * percent;
                let (after, _, _) = stepped(&REFERENCE, &settled(&REFERENCE), step_ppm as i32, 3_600);
                (after.sell_exact_in(held).unwrap() as f64 - REFERENCE.sell_exact_in(held).unwrap() as f64) / SOL
            })
            .fold(0.0, f64::max);
        vec![
            format!("{:.2} %", 100.0 * step),
            format!("{:.3}", step * reserve),
            format!("{:.1}", step * reserve / protocol),
            format!("{:.1}", step * reserve / protocol * 7.0 / 4.0),
            format!("{best:.3}"),
        ]
    });
    let head = [
        "step",
        "protocol shares needed, SOL",
        "use, all of it growth, SOL",
        "use, the first ever, SOL",
        "most that a holder gains, SOL",
    ];
    table(&head, &rows)
}

/// The bound of the theorem on days of decline, with the default parameters.
fn decline() -> String {
    let params = MarketParams::DEFAULT;
    let bound = |hours: f64, held_per_token: f64| {
        let decayed = 1.0 - (-hours * 3_600.0 / f64::from(params.high_water_half_life_seconds)).exp2();
        let by_drift = f64::from(params.drift_max_ppm) / 2e6 * (1.0 + hours / 24.0);
        let by_steps = hours * f64::from(params.step_max_ppm) / 1e6;
        let decayed = if hours <= 2.0 { 0.0 } else { decayed };
        let excess = (1.0 + held_per_token * decayed) * by_drift.min(by_steps).exp_m1();
        100.0 * excess / (1.0 + excess)
    };
    let rows = [("2 hours", 2.0), ("1 day", 24.0), ("3 days", 72.0), ("7 days", 168.0)].map(|(name, hours)| {
        let figures = [0.0, 0.1, 0.5, 1.0, 5.0, 19.0].map(|held| format!("{:.1} %", bound(hours, held)));
        [vec![name.to_owned()], figures.to_vec()].concat()
    });
    table(&["decline of", "`x/y = 0`", "0.1", "0.5", "1", "5", "19"], &rows)
}

/// A launch fee of a half over ten minutes.
fn launch() -> String {
    let terms = LaunchTerms { fee_max_bps: 5_000, duration_seconds: 600, cap_ppm: 10_000 };
    let fees = TRADE_FEES_DEFAULT;
    terms.validate(fees.fee_bps).unwrap();
    let split = fees.split;
    let referred = f64::from(split.protocol_bps) * f64::from(fees.referral_bps) / 1e4;
    let owned = (f64::from(split.vault_bps + split.creator_bps) + referred) / 1e4;
    let base = f64::from(fees.fee_bps) / 1e4;
    let rows = [0, 60, 150, 300, 450, 599, 600].map(|second| {
        let fee = f64::from(terms.fee_bps(fees.fee_bps, 0, second).unwrap()) / 1e4;
        let outsider = 1.0 / ((1.0 - fee) * (1.0 - base));
        let insider = (1.0 - fee * owned) / ((1.0 - fee) * (1.0 - base * (1.0 - owned)));
        vec![
            second.to_string(),
            format!("{:.2} %", 100.0 * fee),
            format!("{:.1} %", 100.0 * (outsider - 1.0)),
            format!("{:.1} %", 100.0 * (insider - 1.0)),
        ]
    });
    let head = ["second", "fee", "rise that a sniper needs", "that an owner of all legs needs"];
    table(&head, &rows)
}
