//! The tables of the pages about the market.

use std::fmt::Write;

use modchains_core::{
    curve::Curve,
    fees::{FeeSplit, TRADE_FEES_DEFAULT, TradeFees},
    market::MarketParams,
    usage::paid_net_atoms,
};
use modchains_test_economy::{
    attackers::{
        forging::crowd_leverage,
        opening::{LAUNCH, launch_spread, wallets_share},
        reserve::churn,
    },
    honest::{Path, TABLE, thirty_and_ninety_days},
    world::{Attacker, EPOCH, Start, Weakness, World},
};

const SOL: f64 = 1e9;
const TOKEN: f64 = 1e6;

/// Page, name and text of each.
pub fn tables() -> Vec<(&'static str, &'static str, String)> {
    let curve = "docs/curve.md";
    let trading = "docs/trading.md";
    vec![
        (curve, "reference", reference_moves()),
        (curve, "bounds", bounds()),
        (curve, "roundtrip", round_trip()),
        (curve, "kernel", kernel()),
        (curve, "use", honest_use(&TABLE.map(|row| row.path))),
        (curve, "crowd", crowd()),
        (curve, "launch", launch()),
        (trading, "use", honest_use(&[Path::Growth(100), Path::Growth(1_000), Path::Flat(1_000), Path::Death(1_000)])),
        (trading, "net", net()),
        (trading, "spread", spread()),
        (trading, "wallets", wallets()),
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

/// Half sold, on the boundary of solvency: 1,000 SOL back 500 million tokens.
fn reference() -> World {
    let start = Start { premium: 2.0, reserve_atoms: 1_000_000_000_000, slack: 0.0 };
    let mut world = World::standing(start, &MarketParams::DEFAULT, Weakness::None);
    world.now_seconds = EPOCH;
    world
}

/// Lamports for a whole token.
fn price(curve: &Curve) -> f64 {
    curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64 * TOKEN
}

fn reference_moves() -> String {
    let [before, mut up, mut down] = [reference(); 3];
    up.sync_by(1.0).unwrap();
    down.sync_by(-1.0).unwrap();
    let row = |name: &str, figure: &dyn Fn(&Curve) -> String| {
        let figures = [before, up, down].map(|world| figure(&world.state.curve));
        [vec![name.to_owned()], figures.to_vec()].concat()
    };
    let sol = |atoms: u64| format!("{:.6}", atoms as f64 / SOL);
    let backing = |curve: &Curve| curve.reserve_atoms as f64 / curve.circulating_atoms as f64 * TOKEN;
    let rows = [
        row("`R`, SOL", &|curve| sol(curve.reserve_atoms)),
        row("`C`, million tokens", &|curve| format!("{:.3}", curve.circulating_atoms as f64 / TOKEN / 1e6)),
        row("`Y`, million tokens", &|curve| format!("{:.6}", curve.depth_atoms as f64 / TOKEN / 1e6)),
        row("`V`, SOL", &|curve| sol(curve.virtual_atoms)),
        row("spot price, lamports a token", &|curve| format!("{:.4}", price(curve))),
        row("backing `R / C`, lamports a token", &|curve| format!("{:.4}", backing(curve))),
        row("everything sells for, SOL", &|curve| sol(curve.sell_exact_in(curve.circulating_atoms).unwrap())),
        row("a tenth of it sells for, SOL", &|curve| sol(curve.sell_exact_in(curve.circulating_atoms / 10).unwrap())),
    ];
    table(&["", "before", "after one step up", "after one step down"], &rows)
}

fn bounds() -> String {
    let with = |fee_bps, reserve_bps, protocol_bps, referral_bps| {
        let vault_bps = 10_000 - reserve_bps - protocol_bps;
        let split = FeeSplit { reserve_bps, vault_bps, creator_bps: 0, protocol_bps };
        TradeFees { fee_bps, launch_bps: 0, split, referral_bps }
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
            fees.reserve_lost_ppm(),
            fees.protocol_lost_ppm().unwrap(),
            MarketParams::largest_step_ppm(&fees).unwrap(),
            MarketParams::largest_absorption_ppm(&fees).unwrap(),
        ];
        [vec![name.to_owned()], figures.map(|ppm| format!("{:.4} %", f64::from(ppm) / 1e4)).to_vec()].concat()
    });
    table(&["trade fee", "`r`", "`l`", "largest step", "largest absorption"], &rows)
}

/// Buys, sits through two upward steps that others paid for, sells; owns every leg that can be owned.
fn round_trip() -> String {
    let rows = [1_u64, 10, 100, 1_000, 10_000].map(|sol| {
        let mut world = reference();
        let mut trader = Attacker::default();
        trader.buy(&mut world, sol * 1_000_000_000);
        let (held, before) = (trader.token_atoms, world.price());
        let part = held as f64 / world.state.curve.circulating_atoms as f64;
        world.sync_by(1.0).unwrap();
        world.now_seconds += EPOCH;
        world.sync_by(1.0).unwrap();
        let rise = world.price() / before - 1.0;
        trader.leave(&mut world, 1);
        let cash = trader.cash_atoms as f64;
        assert!(cash <= 0.0, "a round trip pays {cash}");
        vec![
            sol.to_string(),
            format!("{:.2} %", 100.0 * part),
            format!("{:.4} %", 100.0 * rise),
            format!("{:.6}", cash / SOL),
            format!("{:.4} %", 100.0 * cash / (sol as f64 * SOL)),
        ]
    });
    table(&["spent, SOL", "of the supply", "price rise of the two steps", "result, SOL", "of what was spent"], &rows)
}

/// The course of `N` after one payment.
fn kernel() -> String {
    let net = |days: f64| {
        let sums = [30.0, 3.0].map(|half_life| ((-days / half_life).exp2() * 1e15 * 4_294_967_296.0) as u128);
        paid_net_atoms(sums[0], sums[1]) as f64 / 1e15
    };
    let rows = [0.0, 1.0, 3.0, 7.0, 11.07, 14.0, 30.0, 60.0, 120.0]
        .map(|days| vec![format!("{days}"), format!("{:.3}", net(days))]);
    let highest = (0..4_000).map(|step| net(f64::from(step) / 100.0)).fold(0.0, f64::max);
    assert!(highest <= 0.5, "a payment raises the net by {highest}");
    table(&["days after the payment", "net for each atom of the protocol's share"], &rows)
}

fn honest_use(paths: &[Path]) -> String {
    let rows: Vec<Vec<String>> = paths
        .iter()
        .map(|path| {
            let shown = [2.0, 10.0].map(|premium| {
                let [month, quarter] = thirty_and_ninety_days(*path, premium);
                format!("{:+.1} / {:+.1} %", 100.0 * month + 0.0, 100.0 * quarter + 0.0)
            });
            [vec![path.title()], shown.to_vec()].concat()
        })
        .collect();
    table(&["use", "price after 30 / 90 days, premium 2", "premium 10"], &rows)
}

fn crowd() -> String {
    let rows = [0.1, 0.3, 1.0].map(|first| {
        let gains = [1.0, 3.0, 10.0].map(|crowd| format!("{:.1}", crowd_leverage(first, crowd)));
        [vec![format!("{first} `V0`")], gains.to_vec()].concat()
    });
    table(&["first buy", "a crowd of 1 `V0`", "3 `V0`", "10 `V0`"], &rows)
}

/// A launch fee of a half over ten minutes.
fn launch() -> String {
    let fees = TRADE_FEES_DEFAULT;
    LAUNCH.validate(fees.fee_bps).unwrap();
    let base = f64::from(fees.fee_bps) / 1e4;
    let rows = [0, 60, 150, 300, 450, 599, 600].map(|second| {
        let launch_bps = LAUNCH.added_fee_bps(fees.fee_bps, 0, second).unwrap();
        let launching = TradeFees { launch_bps, ..fees };
        let fee = f64::from(launching.rate_bps().unwrap()) / 1e4;
        // What of a fee an owner of all legs gets back.
        let returned = |fees: &TradeFees| {
            let legs = fees.split_fee(1_000_000, fees.fee_atoms(1_000_000).unwrap(), true).unwrap();
            (legs.vault + legs.creator + legs.referrer) as f64 / 1e6
        };
        let outsider = 1.0 / ((1.0 - fee) * (1.0 - base));
        let insider = (1.0 - returned(&launching)) / ((1.0 - fee) * (1.0 - base + returned(&fees)));
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

/// What a rise of the net does to a price: `exp(4 N / R)` on the boundary.
fn net() -> String {
    let rows = [0.01, 0.05, 0.25, 1.0_f64].map(|part: f64| {
        let factor = (4.0 * part).exp() - 1.0;
        vec![format!("{:.0} % of the reserve", 100.0 * part), format!("{:+.1} %", 100.0 * factor)]
    });
    table(&["growth of use has paid the protocol", "price"], &rows)
}

fn spread() -> String {
    let percent = |part: f64| format!("{:.2} %", 100.0 * part);
    let week = churn(2.0, 10.0, 0.0024, 0.1, 6, 168, Weakness::None);
    let launched = launch_spread(&mut modchains_test_seed::Random(modchains_test_seed::SEED), Weakness::None);
    let rows = [
        vec!["right after a payment of a tenth of the reserve".to_owned(), percent(week[0])],
        vec!["a day later".to_owned(), percent(week[24])],
        vec!["three days later".to_owned(), percent(week[72])],
        vec!["an hour after a launch".to_owned(), percent(launched[3_599])],
    ];
    table(&["when", "buys above sales, beside the fee"], &rows)
}

fn wallets() -> String {
    let rows = [1, 8, 32].map(|wallets| {
        let shares = [300, 540].map(|second| format!("{:.0} %", 100.0 * wallets_share(wallets, second, 10.0)));
        [vec![wallets.to_string()], shares.to_vec()].concat()
    });
    table(&["wallets, each buying the cap", "of the uncapped profit, second 300", "second 540"], &rows)
}
