//! Draws of parameters, amounts and times, with the ends of every range among them.

use modchains_core::{
    fees::{FeeSplit, TradeFees},
    market::{HALF_LIFE_EPOCHS_MIN, LaunchTerms, MarketParams, PREMIUM_MIN_PPM, USAGE_STALE_SECONDS_MAX},
};
use modchains_test_seed::Random;

/// Any 64 bits, of any length.
pub fn any_atoms(random: &mut Random) -> u64 {
    let bits = random.below(65) as u32;
    let atoms = random.next().checked_shr(bits).unwrap_or(0);
    if random.chance(8) { u64::MAX - atoms } else { atoms }
}

/// From 0 to `most`, each of the two as likely as small numbers and as all others together.
pub fn up_to(random: &mut Random, most: u64) -> u64 {
    match random.below(4) {
        0 => 0,
        1 => most,
        2 => (random.log_uniform(1.0, most.max(1) as f64) as u64).min(most),
        _ => random.below(most.saturating_add(1).max(1)),
    }
}

/// An amount of the size of `whole`, up to it or a little beyond; in an extreme market at times any at all.
pub fn part_of(random: &mut Random, whole: u64, is_extreme: bool) -> u64 {
    match random.below(16) {
        0 if is_extreme => any_atoms(random),
        1 => random.below(4),
        2 => whole,
        3 => whole.saturating_sub(1),
        4 => whole.saturating_add(1),
        _ => (whole as f64 * random.log_uniform(1e-9, 1.0)) as u64,
    }
}

/// Seconds that pass between two operations: mostly none or few, at times years, at times the clock goes back.
pub fn wait(random: &mut Random, epoch_seconds: u32) -> i64 {
    let epoch_seconds = i64::from(epoch_seconds);
    match random.below(16) {
        0..=4 => 0,
        5..=7 => random.below(60) as i64,
        8..=10 => epoch_seconds,
        11 => epoch_seconds - 1,
        12 => epoch_seconds + 1,
        13 => random.log_uniform(1.0, 1e6) as i64,
        14 if random.chance(10) => random.log_uniform(1e6, 1e8) as i64,
        14 => 3 * epoch_seconds,
        _ => -(random.log_uniform(1.0, 1e5) as i64),
    }
}

/// Any fee that the config accepts.
fn fees(random: &mut Random) -> TradeFees {
    let reserve_bps = 1_000 + up_to(random, 8_500) as u16;
    let protocol_bps = 500 + up_to(random, u64::from(9_500 - reserve_bps).min(3_500)) as u16;
    let rest_bps = 10_000 - reserve_bps - protocol_bps;
    let vault_bps = up_to(random, rest_bps.into()) as u16;
    let split = FeeSplit { reserve_bps, vault_bps, creator_bps: rest_bps - vault_bps, protocol_bps };
    let (fee_bps, referral_bps) = (25 + up_to(random, 475) as u16, up_to(random, 5_000) as u16);
    TradeFees { fee_bps, launch_bps: 0, split, referral_bps }
}

/// Any parameters that the config accepts, half of the time the default policy with these fees.
pub fn params(random: &mut Random) -> MarketParams {
    let fees = fees(random);
    let step_max_ppm = MarketParams::largest_step_ppm(&fees).unwrap();
    let absorb_max_ppm = MarketParams::largest_absorption_ppm(&fees).unwrap();
    let usual = MarketParams { step_max_ppm, absorb_max_ppm, ..MarketParams::DEFAULT.with_fees(&fees) };
    if random.chance(2) {
        return usual;
    }
    let epoch_seconds = 5 + up_to(random, 86_395) as u32;
    let shortest_seconds = HALF_LIFE_EPOCHS_MIN * u64::from(epoch_seconds);
    let half_life =
        |random: &mut Random| (shortest_seconds + up_to(random, u64::from(u32::MAX) - shortest_seconds)) as u32;
    let premium_min_ppm = PREMIUM_MIN_PPM + up_to(random, 2_000_000) as u32;
    let params = MarketParams {
        step_max_ppm: up_to(random, step_max_ppm.into()) as u32,
        absorb_max_ppm: up_to(random, absorb_max_ppm.into()) as u32,
        drift_max_ppm: 2 + up_to(random, 249_998) as u32,
        premium_min_ppm,
        premium_max_ppm: premium_min_ppm + 1 + up_to(random, u64::from(u32::MAX - premium_min_ppm - 1)) as u32,
        epoch_seconds,
        supply_half_life_seconds: half_life(random),
        pricing_half_life_seconds: half_life(random),
        usage_stale_seconds: 1 + up_to(random, u64::from(USAGE_STALE_SECONDS_MAX) - 1) as u32,
        ..usual
    };
    params.validate().unwrap();
    params
}

/// Launch protection, or none.
pub fn launch(random: &mut Random, base_fee_bps: u16) -> LaunchTerms {
    if random.chance(2) {
        return LaunchTerms::default();
    }
    LaunchTerms {
        fee_max_bps: base_fee_bps + up_to(random, u64::from(5_000 - base_fee_bps)) as u16,
        duration_seconds: 1 + up_to(random, 3_599) as u32,
        cap_ppm: 100 + up_to(random, 999_900) as u32,
    }
}
