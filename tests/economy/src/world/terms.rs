//! The fees and bounds that a search picks for a market: everything the configuration accepts.

use modchains_core::{
    fees::{FeeSplit, REFERRAL_MAX_BPS, TRADE_FEES_DEFAULT, TradeFees},
    market::{HALF_LIFE_EPOCHS_MIN, MarketParams, PREMIUM_MIN_PPM},
};

use super::Weakness;
use crate::search::Genes;

/// Any fee, split and referral that the configuration accepts; the defaults in a third of all cases.
pub fn fees(genes: &mut Genes) -> TradeFees {
    let is_default = genes.chance(0.33);
    let reserve_bps = 1_000 + genes.below(8_501) as u16;
    let protocol_bps = (500 + genes.below(3_501) as u16).min(10_000 - reserve_bps);
    let rest_bps = 10_000 - reserve_bps - protocol_bps;
    let vault_bps = genes.below(u64::from(rest_bps) + 1) as u16;
    let fees = TradeFees {
        fee_bps: 25 + genes.below(476) as u16,
        launch_bps: 0,
        split: FeeSplit { reserve_bps, vault_bps, creator_bps: rest_bps - vault_bps, protocol_bps },
        referral_bps: genes.below(u64::from(REFERRAL_MAX_BPS) + 1) as u16,
    };
    fees.validate().unwrap();
    if is_default { TRADE_FEES_DEFAULT } else { fees }
}

/// Genes that [`fees`] reads.
pub const FEE_GENES: usize = 6;

/// The largest step and absorption that the fees allow, with default or with the widest other bounds, less what a weakness
/// takes away.
pub fn params_for(fees: &TradeFees, defaults: bool, weakness: Weakness) -> MarketParams {
    let mut params = MarketParams {
        step_max_ppm: MarketParams::largest_step_ppm(fees).unwrap(),
        absorb_max_ppm: MarketParams::largest_absorption_ppm(fees).unwrap(),
        ..MarketParams::DEFAULT.with_fees(fees)
    };
    if !defaults {
        (params.drift_max_ppm, params.premium_min_ppm, params.premium_max_ppm) =
            (250_000, PREMIUM_MIN_PPM, 4_000_000_000);
        params.supply_half_life_seconds = HALF_LIFE_EPOCHS_MIN as u32 * params.epoch_seconds;
        params.pricing_half_life_seconds = params.supply_half_life_seconds;
    }
    params.validate().unwrap();
    let whole = f64::from(fees.fee_bps) / 1e4;
    let unsound_ppm = ((1.0 / (1.0 - whole) - 1.0) * 1e6) as u32;
    match weakness {
        Weakness::WholeFeeLost => params.step_max_ppm = unsound_ppm,
        Weakness::AbsorbUpToStep => params.absorb_max_ppm = unsound_ppm,
        _ => {}
    }
    params
}
