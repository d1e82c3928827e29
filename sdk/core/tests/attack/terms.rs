//! The fees and bounds that a search picks for a market: everything the configuration accepts.

use modchains_core::{
    fees::{FeeSplit, REFERRAL_MAX_BPS, TradeFees},
    market::MarketParams,
};
use modchains_test_seed::Random;

/// Any fee, split and referral that the configuration accepts.
pub fn random_fees(random: &mut Random) -> TradeFees {
    let reserve_bps = 1_000 + random.below(8_501) as u16;
    let protocol_bps = (500 + random.below(3_501) as u16).min(10_000 - reserve_bps);
    let rest_bps = 10_000 - reserve_bps - protocol_bps;
    let vault_bps = random.below(u64::from(rest_bps) + 1) as u16;
    TradeFees {
        fee_bps: 25 + random.below(476) as u16,
        split: FeeSplit { reserve_bps, vault_bps, creator_bps: rest_bps - vault_bps, protocol_bps },
        referral_bps: random.below(u64::from(REFERRAL_MAX_BPS) + 1) as u16,
    }
}

/// The largest step and absorption that the fees allow, with default or with the widest other bounds.
pub fn params_for(fees: &TradeFees, defaults: bool) -> MarketParams {
    let params = MarketParams {
        step_max_ppm: MarketParams::largest_step_ppm(fees).unwrap(),
        absorb_max_ppm: MarketParams::largest_absorption_ppm(fees).unwrap(),
        drift_max_ppm: if defaults { 100_000 } else { 250_000 },
        premium_min_ppm: if defaults { 1_050_000 } else { 1_000_100 },
        premium_max_ppm: if defaults { 20_000_000 } else { 4_000_000_000 },
        ..MarketParams::DEFAULT.with_fees(fees)
    };
    params.validate().unwrap();
    params
}
