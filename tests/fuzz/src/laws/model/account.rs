//! A market's account as the model keeps it, and back.

use modchains_core::{market::MarketState, math::split_words};
use modchains_exchange::state::{Market, MarketParams};
use modchains_test_model as model;

use crate::laws::law::hold;

/// Word of the transaction that opens a market, together with the creator. The words in accounts are hashes.
pub const OPENING_WORD: u64 = 1;
/// Word of the transaction that runs.
pub const RUNNING_WORD: u64 = 2;
/// `2^24`: prices' logarithms have 24 fractional bits.
const ONE_Q24: f64 = 16_777_216.0;
/// In Q24: the logarithm of a price is promised within 2^-20.
const LOG_TOLERANCE_Q24: f64 = 16.0;

/// What the market's creator and the admin decided.
pub fn terms_of(market: &Market) -> model::Terms {
    let MarketParams {
        fee_bps,
        reserve_bps: _,
        vault_bps,
        creator_bps,
        protocol_bps,
        referral_bps,
        step_max_ppm,
        absorb_max_ppm,
        drift_max_ppm,
        premium_min_ppm,
        premium_max_ppm,
        epoch_seconds,
        supply_half_life_seconds,
        pricing_half_life_seconds,
        usage_stale_seconds,
    } = market.params;
    model::Terms {
        fee_bps: fee_bps.into(),
        vault_bps: vault_bps.into(),
        creator_bps: creator_bps.into(),
        protocol_bps: protocol_bps.into(),
        referral_bps: referral_bps.into(),
        step_max_ppm: step_max_ppm.into(),
        absorb_max_ppm: absorb_max_ppm.into(),
        drift_max_ppm: drift_max_ppm.into(),
        premium_min_ppm: premium_min_ppm.into(),
        premium_max_ppm: premium_max_ppm.into(),
        epoch_seconds: epoch_seconds.into(),
        supply_half_life_seconds: supply_half_life_seconds.into(),
        pricing_half_life_seconds: pricing_half_life_seconds.into(),
        usage_stale_seconds: usage_stale_seconds.into(),
        launch_fee_max_bps: market.launch_fee_bps.into(),
        launch_seconds: market.launch_seconds.into(),
        launch_cap_ppm: market.launch_cap_ppm.into(),
        opened_at: market.opened_at_seconds.into(),
        depth_opening: market.depth_opening_atoms.into(),
        paused_until: market.paused_until_seconds().into(),
    }
}

/// The model of a market. Its integral of the price's logarithm begins here.
pub fn model_of(market: &Market) -> model::Market {
    let MarketState { history, sync, .. } = market.state();
    model::Market {
        terms: terms_of(market),
        reserve: market.reserve_atoms.into(),
        circulating: market.circulating_atoms.into(),
        depth: market.depth_atoms.into(),
        virtual_quote: market.virtual_atoms.into(),
        supply_floor: market.supply_floor_atoms.into(),
        waiting: market.reserve_waiting_atoms.into(),
        expected: market.reserve_expected_atoms.into(),
        observed_at: history.observed_at_seconds.into(),
        supply_seconds: history.supply_atom_seconds,
        log_seconds: 0.0,
        peak: market.supply_peak_atoms.into(),
        last_peak: market.supply_last_peak_atoms.into(),
        window_start: sync.supply.window_start_seconds.into(),
        short_average: market.supply_short_average_atoms.into(),
        long_average: market.supply_long_average_atoms.into(),
        drift_up_ppm: market.drift_up_ppm.into(),
        drift_down_ppm: market.drift_down_ppm.into(),
        drift_at: sync.drift.updated_at_seconds.into(),
        settled: market.settled_net_atoms.into(),
        standing: market.standing_net_atoms.into(),
        synced_at: sync.synced_at_seconds.into(),
        vault_due: market.vault_due_atoms.into(),
        creator_due: market.creator_due_atoms.into(),
        protocol_due: market.protocol_due_atoms.into(),
        launch_word: market.launch_transaction,
        launch_bought: market.launch_bought_atoms.into(),
        is_first_buy_open: market.first_buy_open == 1,
        parameter_epoch: market.parameter_epoch.into(),
    }
}

/// Fails unless `after` is, byte for byte, `before` with everything that the model says in it. Hashes of transactions are
/// told apart and not computed, and the price's logarithm is held to the accuracy it promises.
pub fn require_same(model: &model::Market, before: &Market, after: &Market) -> Result<(), String> {
    let is_marked = [OPENING_WORD, RUNNING_WORD].contains(&model.launch_word);
    let told = after.launch_transaction != before.launch_transaction;
    hold!(
        told == is_marked,
        "the launch remembers another transaction: {} after {}",
        after.launch_transaction,
        before.launch_transaction
    );
    let passed = after.observed_after_seconds.saturating_sub(before.observed_after_seconds);
    let logged = after.price_log_seconds.wrapping_sub(before.price_log_seconds) as f64;
    let apart = (logged - model.log_seconds * ONE_Q24).abs();
    let is_near = apart <= LOG_TOLERANCE_Q24 * f64::from(passed);
    hold!(is_near, "the price's logarithm is {apart} away after {passed} s");
    let unmarked =
        Market { launch_transaction: after.launch_transaction, price_log_seconds: after.price_log_seconds, ..*before };
    let expected = account_of(model, &unmarked)?;
    if bytemuck::bytes_of(&expected) == bytemuck::bytes_of(after) {
        return Ok(());
    }
    let (expected, found) = (format!("{expected:#?}"), format!("{after:#?}"));
    let apart = expected.lines().zip(found.lines()).filter(|(expected, found)| expected != found);
    let apart: Vec<_> =
        apart.map(|(expected, found)| format!("{} instead of {}", found.trim(), expected.trim())).collect();
    Err(format!("{} of {before:?}", apart.join("; ")))
}

/// `base` with what the model says.
fn account_of(model: &model::Market, base: &Market) -> Result<Market, String> {
    let atoms = |atoms: u128| u64::try_from(atoms).map_err(|_| format!("{atoms} is no amount"));
    let ppm = |ppm: u128| u32::try_from(ppm).map_err(|_| format!("{ppm} ppm"));
    let opened_at = i128::from(base.opened_at_seconds);
    let after =
        |seconds: i128| u32::try_from((seconds - opened_at).max(0)).map_err(|_| format!("{seconds} is no time"));
    let [supply_low, supply_high] = split_words(model.supply_seconds);
    Ok(Market {
        reserve_atoms: atoms(model.reserve)?,
        circulating_atoms: atoms(model.circulating)?,
        depth_atoms: atoms(model.depth)?,
        virtual_atoms: atoms(model.virtual_quote)?,
        supply_floor_atoms: atoms(model.supply_floor)?,
        reserve_waiting_atoms: atoms(model.waiting)?,
        reserve_expected_atoms: atoms(model.expected)?,
        observed_after_seconds: after(model.observed_at)?,
        supply_atom_seconds_low: supply_low,
        supply_atom_seconds_high: u32::try_from(supply_high).map_err(|_| format!("{supply_high} is too much"))?,
        supply_peak_atoms: atoms(model.peak)?,
        supply_last_peak_atoms: atoms(model.last_peak)?,
        supply_window_after_seconds: after(model.window_start)?,
        supply_short_average_atoms: atoms(model.short_average)?,
        supply_long_average_atoms: atoms(model.long_average)?,
        drift_up_ppm: ppm(model.drift_up_ppm)?,
        drift_down_ppm: ppm(model.drift_down_ppm)?,
        drift_after_seconds: after(model.drift_at)?,
        settled_net_atoms: atoms(model.settled)?,
        standing_net_atoms: atoms(model.standing)?,
        synced_after_seconds: after(model.synced_at)?,
        parameter_epoch: u32::try_from(model.parameter_epoch).map_err(|_| "too many epochs".to_owned())?,
        vault_due_atoms: atoms(model.vault_due)?,
        creator_due_atoms: atoms(model.creator_due)?,
        protocol_due_atoms: atoms(model.protocol_due)?,
        launch_bought_atoms: atoms(model.launch_bought)?,
        first_buy_open: model.is_first_buy_open.into(),
        paused_until_after_seconds: after(model.terms.paused_until)?,
        ..*base
    })
}
