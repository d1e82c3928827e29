//! Generators shared by the laws.
#![allow(dead_code, reason = "every test binary uses a part of this module")]

use modchains_core::{
    backing::Backing,
    curve::Curve,
    fees::{FeeSplit, TradeFees},
    history::History,
    launch::{LaunchTally, LaunchTerms},
    market::{
        self, Dues, MarketParams, MarketRules, MarketState, Order, PREMIUM_MIN_PPM, QuoteTerms, Synced, TradeAmount,
        TradeSide, UsageSignal,
    },
    sync::{Supply, SyncState},
    trade::Sides,
};
use proptest::prelude::*;

/// Depth of [`market`], token atoms.
pub const DEPTH: u64 = 1_000_000_000_000_000;
/// Length of an epoch of the default policy.
pub const EPOCH: i64 = 3_600;

/// Any 64-bit amount, with small ones, powers of two and the ends of the range as likely as the rest.
pub fn any_atoms() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0u32..64, any::<u64>()).prop_map(|(bits, value)| value >> bits),
        (0u32..64, 0u64..3).prop_map(|(bits, offset)| (1u64 << bits).wrapping_sub(offset)),
        Just(0),
        Just(u64::MAX),
    ]
}

/// The most virtual quote that (S) allows, at least one atom and at most what fits beside the reserve.
pub fn most_virtual_atoms(reserve_atoms: u64, circulating_atoms: u64, depth_atoms: u64) -> u64 {
    let tokens = u128::from(depth_atoms - circulating_atoms);
    let covered = (u128::from(reserve_atoms) * tokens).checked_div(u128::from(circulating_atoms));
    covered.unwrap_or(u128::MAX).min(u128::from(u64::MAX - reserve_atoms)) as u64
}

/// Any solvent curve, on the boundary of (S) or inside it, from dust to the top of the range.
pub fn solvent_curve() -> impl Strategy<Value = Curve> {
    (any_atoms(), any_atoms(), any_atoms(), any_atoms(), any::<bool>()).prop_filter_map(
        "not a curve",
        |(depth, circulating, reserve_atoms, virtual_seed, on_boundary)| {
            let depth_atoms = depth.max(1);
            let circulating_atoms = circulating % depth_atoms;
            let most = most_virtual_atoms(reserve_atoms, circulating_atoms, depth_atoms);
            let virtual_atoms = if on_boundary || most == 0 {
                most
            } else {
                (u128::from(virtual_seed) % (u128::from(most) + 1)) as u64
            };
            let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms, virtual_atoms };
            curve.invariant().is_ok().then_some(curve)
        },
    )
}

/// Any curve with anything on its way to the reserve, from dust to what leaves a few bits of room.
pub fn sides() -> impl Strategy<Value = Sides> {
    let due = || prop_oneof![2 => Just(0u64), 1 => any_atoms().prop_map(|atoms| atoms >> 8)];
    let premium = prop_oneof![Just(1_050_000), PREMIUM_MIN_PPM..=20_000_000];
    (solvent_curve(), due(), due(), premium).prop_filter_map(
        "too large",
        |(curve, waiting_atoms, expected_atoms, premium_min_ppm)| {
            let backing = Backing::new(curve.depth_atoms, premium_min_ppm).unwrap();
            let fits = curve.quote_atoms().unwrap() < 1 << 60;
            fits.then_some(Sides { curve, backing: Backing { waiting_atoms, expected_atoms, ..backing } })
        },
    )
}

/// Any trade fee that the config accepts.
pub fn trade_fees() -> impl Strategy<Value = TradeFees> {
    (25u16..=500, 1_000u16..=9_500, 500u16..=4_000, 0u16..=10_000, 0u16..=5_000).prop_map(
        |(fee_bps, reserve_bps, protocol, vault, referral_bps)| {
            let protocol_bps = protocol.min(10_000 - reserve_bps);
            let rest_bps = 10_000 - reserve_bps - protocol_bps;
            let vault_bps = vault.min(rest_bps);
            let split = FeeSplit { reserve_bps, vault_bps, creator_bps: rest_bps - vault_bps, protocol_bps };
            TradeFees { fee_bps, launch_bps: 0, split, referral_bps }
        },
    )
}

/// The default policy with these fees and the largest moves that they allow.
pub fn params_with(fees: &TradeFees) -> MarketParams {
    MarketParams {
        step_max_ppm: MarketParams::largest_step_ppm(fees).unwrap(),
        absorb_max_ppm: MarketParams::largest_absorption_ppm(fees).unwrap(),
        ..MarketParams::DEFAULT.with_fees(fees)
    }
}

/// Any parameters that the config accepts.
pub fn valid_params() -> impl Strategy<Value = MarketParams> {
    let part = || prop_oneof![Just(1.0), 0.0..=1.0f64];
    let premiums = (PREMIUM_MIN_PPM..=3_000_000, 1u32..=u32::MAX - 3_000_000);
    (trade_fees(), part(), part(), 2u32..=250_000, premiums, 5u32..=86_400, part())
        .prop_map(|(fees, step, absorb, drift_max_ppm, (premium_min_ppm, above), epoch_seconds, half_life)| {
            let largest = params_with(&fees);
            let scaled = |most: u32, part: f64| (f64::from(most) * part) as u32;
            let longer_seconds = scaled(u32::MAX - 24 * epoch_seconds, half_life);
            MarketParams {
                step_max_ppm: scaled(largest.step_max_ppm, step),
                absorb_max_ppm: scaled(largest.absorb_max_ppm, absorb),
                drift_max_ppm,
                premium_min_ppm,
                premium_max_ppm: premium_min_ppm + above,
                epoch_seconds,
                supply_half_life_seconds: 24 * epoch_seconds + longer_seconds,
                ..largest
            }
        })
        .prop_filter("half-life", |params| params.validate().is_ok())
}

/// A market of ordinary size at zero seconds, with a chosen premium and chosen slack, whose supply has stood for long.
pub fn market() -> impl Strategy<Value = (MarketState, MarketRules)> {
    (0.06f64..0.94, 1u64 << 30..1 << 50, 0.0f64..1.0, trade_fees()).prop_map(|(sold, reserve_atoms, slack, fees)| {
        let circulating_atoms = (DEPTH as f64 * sold) as u64;
        let boundary = most_virtual_atoms(reserve_atoms, circulating_atoms, DEPTH);
        let virtual_atoms = ((boundary as f64 * (1.0 - slack * slack)) as u64).clamp(1, boundary);
        let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
        market_of(curve, &fees)
    })
}

/// A market whose use has moved it: depth that rises have taken, and what they paid for it. On average a rise of a
/// millionth of the reserve takes about as much of the depth.
pub fn moved_market() -> impl Strategy<Value = (MarketState, MarketRules)> {
    (market(), 0.0f64..0.4, -6.0f64..2.0, 0.0f64..2.0).prop_map(|((mut state, mut rules), taken, cost, settled)| {
        let taken_atoms = (DEPTH as f64 * taken * taken) as u64;
        rules.depth_opening_atoms += taken_atoms;
        let paid = state.curve.reserve_atoms as f64 * taken * taken * 10f64.powf(cost);
        state.sync.standing_net_atoms = paid as u64;
        state.sync.settled_net_atoms = (paid * settled) as u64;
        (state, rules)
    })
}

/// A market around a curve without launch protection, which opened at zero seconds and has stood so for long.
pub fn market_of(curve: Curve, fees: &TradeFees) -> (MarketState, MarketRules) {
    let (params, launch) = (params_with(fees), LaunchTerms::default());
    let state = MarketState {
        curve,
        backing: Backing::new(curve.depth_atoms, params.premium_min_ppm).unwrap(),
        history: History::new(0),
        sync: state_of(&curve),
        dues: Dues::default(),
        launch: LaunchTally::new(&launch, 0),
        parameter_epoch: 0,
    };
    (state, MarketRules::new(&params, &launch, curve.depth_atoms, 0))
}

/// What sync remembers of a curve that has stood for long, and of use that never was.
pub fn state_of(curve: &Curve) -> SyncState {
    let atoms = curve.circulating_atoms;
    let supply = Supply {
        peak_atoms: atoms,
        last_peak_atoms: atoms,
        window_start_seconds: 0,
        short_average_atoms: atoms,
        long_average_atoms: atoms,
    };
    SyncState { supply, ..SyncState::new(0) }
}

/// The default policy around a curve on the boundary of (S), with `sold` of a depth of [`DEPTH`] in circulation.
pub fn usual_market(reserve_atoms: u64, sold: f64) -> (MarketState, MarketRules) {
    let circulating_atoms = (DEPTH as f64 * sold) as u64;
    let virtual_atoms = most_virtual_atoms(reserve_atoms, circulating_atoms, DEPTH);
    let curve = Curve { reserve_atoms, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
    market_of(curve, &modchains_core::fees::TRADE_FEES_DEFAULT)
}

/// A sync of fresh figures, with nothing on its way to the reserve.
pub fn synced(state: &MarketState, rules: &MarketRules, paid_net_atoms: u64, now_seconds: i64) -> Synced {
    let usage = UsageSignal { paid_net_atoms, reserve_due_atoms: 0, rolled_at_seconds: now_seconds };
    market::sync(state, rules, &usage, now_seconds).unwrap()
}

/// Gives exactly this, for whatever comes of it.
pub fn exact_in(atoms_in: u64) -> TradeAmount {
    TradeAmount::ExactIn { atoms_in, min_atoms_out: 0 }
}

/// Gets exactly this, for whatever it costs.
pub fn exact_out(atoms_out: u64) -> TradeAmount {
    TradeAmount::ExactOut { atoms_out, max_atoms_in: u64::MAX }
}

/// An order that never lapses, with a referrer.
pub fn order(side: TradeSide, amount: TradeAmount) -> Order {
    Order { side, amount, terms: QuoteTerms::OPEN, has_referrer: true, transaction: None }
}

/// `p' < p` as cross products.
pub fn price_falls(before: &Curve, after: &Curve) -> bool {
    let cross = |quotes: &Curve, tokens: &Curve| {
        u128::from(quotes.quote_atoms().unwrap()) * u128::from(tokens.token_atoms().unwrap())
    };
    cross(after, before) < cross(before, after)
}
