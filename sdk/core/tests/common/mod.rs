//! Generators shared by the laws.
#![allow(dead_code, reason = "every test binary uses a part of this module")]

use modchains_core::curve::Curve;
use modchains_core::fees::{FeeSplit, TradeFees};
use proptest::prelude::*;

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
