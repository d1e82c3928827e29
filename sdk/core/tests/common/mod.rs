//! Generators shared by the laws.
#![allow(dead_code, reason = "every test binary uses a part of this module")]

use modchains_core::{
    curve::Curve,
    fees::{FeeSplit, TradeFees},
    launch::{LaunchTally, LaunchTerms},
    market::{Dues, MarketParams, MarketRules, MarketState},
    sync::{HighWater, SyncInput, SyncState},
};
use proptest::prelude::*;

/// Depth of [`market`], token atoms.
pub const DEPTH: u64 = 1_000_000_000_000_000;

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

/// Any solvent curve, on the boundary of (S) or inside it, from dust to the top of the range.
pub fn solvent_curve() -> impl Strategy<Value = Curve> {
    (any_atoms(), any_atoms(), any_atoms(), any_atoms(), any::<bool>()).prop_filter_map(
        "not a curve",
        |(depth, circulating, reserve, virtual_seed, on_boundary)| {
            let depth_atoms = depth.max(1);
            let circulating_atoms = circulating % depth_atoms;
            let token_atoms = u128::from(depth_atoms - circulating_atoms);
            let boundary = match u128::from(circulating_atoms) {
                0 => u128::from(u64::MAX),
                circulating => u128::from(reserve) * token_atoms / circulating,
            };
            let most = boundary.min(u128::from(u64::MAX - reserve)) as u64;
            let virtual_atoms = if on_boundary || most == 0 {
                most
            } else {
                (u128::from(virtual_seed) % (u128::from(most) + 1)) as u64
            };
            let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms, virtual_atoms };
            curve.invariant().is_ok().then_some(curve)
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
            TradeFees { fee_bps, split, referral_bps }
        },
    )
}

/// A market of ordinary size with a chosen premium and chosen slack, its mark at or above the supply.
pub fn market() -> impl Strategy<Value = (Curve, SyncState)> {
    (0.002f64..0.99, 1u64 << 24..1 << 50, 0.0f64..1.0, 0.0f64..1.0)
        .prop_map(|(sold, reserve, slack, mark)| {
            let circulating_atoms = (DEPTH as f64 * sold) as u64;
            let boundary = u128::from(reserve) * u128::from(DEPTH - circulating_atoms) / u128::from(circulating_atoms);
            let virtual_atoms = (boundary as f64 * (1.0 - slack * slack)).max(1_000.0) as u64;
            let curve = Curve { reserve_atoms: reserve, circulating_atoms, depth_atoms: DEPTH, virtual_atoms };
            let above = (DEPTH - 1 - circulating_atoms) as f64 * mark * mark;
            (curve, state_with_mark(circulating_atoms + above as u64))
        })
        .prop_filter("solvent", |(curve, _)| curve.invariant().is_ok())
}

/// A market that opened at zero, with its high-water mark somewhere.
pub fn state_with_mark(mark_atoms: u64) -> SyncState {
    SyncState { high_water: HighWater { mark_atoms, peak_atoms: mark_atoms, ..HighWater::new(0) }, ..SyncState::new(0) }
}

/// A market around a curve, without launch protection, opened at zero.
pub fn market_of(curve: Curve, fees: &TradeFees) -> (MarketState, MarketRules) {
    let (params, launch) = (MarketParams::DEFAULT.with_fees(fees), LaunchTerms::default());
    let state = MarketState {
        curve,
        sync: state_with_mark(curve.circulating_atoms),
        dues: Dues::default(),
        launch: LaunchTally::new(&launch, 0),
        parameter_epoch: 0,
        usage_fees_seen_atoms: 0,
    };
    (state, MarketRules::new(&params, &launch, curve.depth_atoms, 0))
}

/// A signal that usage pays for in full.
pub fn input(step_ppm: i32) -> SyncInput {
    SyncInput {
        step_ppm,
        is_paused: false,
        is_stale: false,
        lost_usage_fees_atoms: u64::MAX,
        launch_depth_atoms: DEPTH,
    }
}
