//! The market: a bonding curve with the fees it owes, launch protection and the memory of its moves.

mod launch;
mod terms;

use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::{
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    sync::{self, DriftBudget, HighWater, SyncInput, SyncMove, SyncReason, SyncState},
    trade::{self, Buy, Sell},
    window,
};
use modchains_program_interface::{assert_view, exchange as view, oracle::Usage};
use modchains_program_kit::keys::same;
pub use {launch::*, terms::*};

use super::MarketParams;
use crate::{
    errors::{ExchangeError, ensure},
    seeds,
};

/// Smallest and largest opening depth, in token atoms: a thousand tokens, a hundred billion tokens.
pub const DEPTH_ATOMS_BOUNDS: core::ops::RangeInclusive<u64> = 1_000_000_000..=100_000_000_000_000_000;
/// Smallest and largest opening virtual reserve, in quote atoms.
pub const VIRTUAL_ATOMS_BOUNDS: core::ops::RangeInclusive<u64> = 1_000_000..=1_000_000_000_000_000_000;
/// Longest pause that the admin can order at a time: a week.
pub const PAUSE_SECONDS_MAX: u32 = 7 * 24 * 3_600;

/// The bonding curve of one model, with the fees it owes. Only this program writes it; the account's token balance
/// is never read, so donations change nothing.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Market {
    /// The model whose token trades here.
    pub model: Pubkey,
    /// The model's token; this account is its mint authority.
    pub mint: Pubkey,
    /// What the token trades against.
    pub quote_mint: Pubkey,
    /// Token account with the reserve and the accrued fees.
    pub quote_vault: Pubkey,
    /// `R`, quote atoms that back the tokens.
    pub reserve_atoms: u64,
    /// `C`, token atoms in circulation.
    pub circulating_atoms: u64,
    /// `Y`, depth in token atoms.
    pub depth_atoms: u64,
    /// `V`, virtual quote atoms.
    pub virtual_atoms: u64,
    /// Depth at launch; "too few tokens circulate" is relative to it.
    pub depth_opening_atoms: u64,
    /// Decaying high-water mark of `C`, which bounds how far a sync may move the depth.
    pub high_water_mark_atoms: u64,
    /// Highest `C` of the present two-epoch window.
    pub high_water_peak_atoms: u64,
    /// Highest `C` of the window before it.
    pub high_water_last_peak_atoms: u64,
    /// Start of the present window, unix seconds.
    pub high_water_window_start_seconds: i64,
    /// When the mark last decayed, unix seconds.
    pub high_water_decayed_at_seconds: i64,
    /// Until when the drift budgets were drained, unix seconds.
    pub drift_at_seconds: i64,
    /// When the curve last moved, or opened, unix seconds.
    pub synced_at_seconds: i64,
    /// Counts moves of the parameters; a quote names the epoch it was made on.
    pub parameter_epoch: u64,
    /// The oracle's non-recoverable fee total at the last move; an upward step is paid for by what came since.
    pub usage_fees_seen_atoms: u64,
    /// Owed to stakers, quote atoms.
    pub vault_due_atoms: u64,
    /// Owed to the creator and the contributors, quote atoms.
    pub creator_due_atoms: u64,
    /// Owed to the protocol, quote atoms.
    pub protocol_due_atoms: u64,
    /// When the market opened, unix seconds.
    pub opened_at_seconds: i64,
    /// Fingerprint of the transaction that bought last during the launch; before the first buy, of the opening
    /// transaction together with the creator's key.
    pub launch_transaction: u64,
    /// Token atoms that transaction has bought.
    pub launch_bought_atoms: u64,
    /// Until when neither buys nor moves of the curve are possible, unix seconds; 0 when never paused.
    pub paused_until_seconds: i64,
    /// Upward drift used of the day's budget.
    pub drift_up_ppm: u32,
    /// Downward drift used of the day's budget.
    pub drift_down_ppm: u32,
    /// Fees and curve policy, fixed at opening.
    pub params: MarketParams,
    /// How long launch protection lasts from the opening; 0 for none.
    pub launch_seconds: u32,
    /// Most that one transaction may buy during the launch, in parts per million of the opening depth.
    pub launch_cap_ppm: u32,
    /// Fee at the opening.
    pub launch_fee_bps: u16,
    /// 1 from an opening with launch protection until the first buy.
    pub first_buy_open: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 4],
}

assert_view!(view::Market => Market { model, mint, quote_mint, quote_vault });

impl Market {
    /// Seeds that make the market sign, given its bump.
    pub fn signer_seeds<'a>(model: &'a Pubkey, bump: &'a [u8; 1]) -> [&'a [u8]; 3] {
        [seeds::MARKET, model.as_ref(), bump]
    }

    /// The curve in the form the formulas take.
    pub fn curve(&self) -> Curve {
        Curve {
            reserve_atoms: self.reserve_atoms,
            circulating_atoms: self.circulating_atoms,
            depth_atoms: self.depth_atoms,
            virtual_atoms: self.virtual_atoms,
        }
    }

    /// A new market.
    pub fn open(terms: &MarketTerms, bump: u8, now_seconds: i64) -> Result<Self> {
        let in_bounds =
            DEPTH_ATOMS_BOUNDS.contains(&terms.depth_atoms) && VIRTUAL_ATOMS_BOUNDS.contains(&terms.virtual_atoms);
        ensure(in_bounds, ExchangeError::CurveOutOfBounds)?;
        terms.launch.validate(terms.params.fee_bps).map_err(ExchangeError::from)?;
        let mut market = Self {
            model: terms.model,
            mint: terms.mint,
            quote_mint: terms.quote_mint,
            quote_vault: terms.quote_vault,
            depth_opening_atoms: terms.depth_atoms,
            params: terms.params,
            launch_fee_bps: terms.launch.fee_max_bps,
            launch_seconds: terms.launch.duration_seconds,
            launch_cap_ppm: terms.launch.cap_ppm,
            first_buy_open: u8::from(terms.launch.duration_seconds > 0),
            launch_transaction: terms.opening_transaction,
            opened_at_seconds: now_seconds,
            bump,
            ..Self::zeroed()
        };
        market.set_sync_state(SyncState::new(now_seconds));
        market.set_curve(Curve::launch(terms.depth_atoms, terms.virtual_atoms).map_err(ExchangeError::from)?);
        market.invariant()?;
        Ok(market)
    }

    /// Refuses a mint or a quote vault of another market.
    pub fn require_accounts(&self, mint: &Pubkey, quote_vault: &Pubkey) -> Result<()> {
        ensure(same(&self.mint, mint), ExchangeError::MintMismatch)?;
        ensure(same(&self.quote_vault, quote_vault), ExchangeError::QuoteVaultMismatch)
    }

    /// What a buy would do at this fee, within the buyer's limit. Quotes and trades alike come from here.
    pub fn quote_buy(&self, amount: &TradeAmount, fees: &TradeFees, has_referrer: bool) -> Result<Buy> {
        let buy = match *amount {
            TradeAmount::ExactIn { atoms_in, .. } => trade::buy_exact_in(&self.curve(), fees, atoms_in, has_referrer),
            TradeAmount::ExactOut { atoms_out, .. } => {
                trade::buy_exact_out(&self.curve(), fees, atoms_out, has_referrer)
            }
        }
        .map_err(ExchangeError::from)?;
        amount.require_within(buy.quote_atoms_in, buy.token_atoms_out)?;
        Ok(buy)
    }

    /// What a sale would do at this fee, within the seller's limit.
    pub fn quote_sell(&self, amount: &TradeAmount, fees: &TradeFees, has_referrer: bool) -> Result<Sell> {
        let sale = match *amount {
            TradeAmount::ExactIn { atoms_in, .. } => trade::sell_exact_in(&self.curve(), fees, atoms_in, has_referrer),
            TradeAmount::ExactOut { atoms_out, .. } => {
                trade::sell_exact_out(&self.curve(), fees, atoms_out, has_referrer)
            }
        }
        .map_err(ExchangeError::from)?;
        amount.require_within(sale.token_atoms_in, sale.quote_atoms_out)?;
        Ok(sale)
    }

    /// Applies a buy. The referrer's leg is the caller's to accrue.
    pub fn apply_buy(&mut self, buy: &Buy, phase: LaunchPhase, now_seconds: i64) -> Result<()> {
        self.require_buying(now_seconds)?;
        self.count_launch_buy(phase, buy)?;
        self.apply_trade(buy.curve_after, &buy.legs, now_seconds)
    }

    /// Applies a sale. The referrer's leg is the caller's to accrue.
    pub fn apply_sale(&mut self, sale: &Sell, now_seconds: i64) -> Result<()> {
        self.apply_trade(sale.curve_after, &sale.legs, now_seconds)
    }

    fn apply_trade(&mut self, curve_after: Curve, legs: &FeeLegs, now_seconds: i64) -> Result<()> {
        let mut state = self.sync_state();
        let (before_atoms, after_atoms) = (self.circulating_atoms, curve_after.circulating_atoms);
        state.high_water = state.high_water.record(before_atoms, after_atoms, now_seconds, self.params.epoch_seconds);
        self.set_sync_state(state);
        self.set_curve(curve_after);
        self.accrue(legs)?;
        self.invariant()
    }

    fn accrue(&mut self, legs: &FeeLegs) -> Result<()> {
        add(&mut self.vault_due_atoms, legs.vault)?;
        add(&mut self.creator_due_atoms, legs.creator)?;
        add(&mut self.protocol_due_atoms, legs.protocol)
    }

    /// Moves the curve by the model's usage, or finds the reason not to. Fails within an epoch of the last move.
    pub fn sync(&mut self, usage: &Usage, now_seconds: i64) -> Result<SyncMove> {
        let step = self.plan_sync(usage, now_seconds).map_err(ExchangeError::from)?;
        self.set_curve(step.curve_after);
        self.set_sync_state(step.state_after);
        // Steady use pays for no later step.
        if step.reason.moved() || step.reason == SyncReason::Unchanged {
            self.usage_fees_seen_atoms = usage.non_recoverable_fees_total;
        }
        if step.reason.moved() {
            self.parameter_epoch = self.parameter_epoch.checked_add(1).ok_or(ExchangeError::Overflow)?;
        }
        self.invariant()?;
        Ok(step)
    }

    fn plan_sync(&self, usage: &Usage, now_seconds: i64) -> modchains_core::Result<SyncMove> {
        let params = self.params.sync_params();
        let (fast, mid, slow, quality) = (usage.ema_fast, usage.ema_mid, usage.ema_slow, usage.quality_ppm);
        let lost_atoms = usage.non_recoverable_fees_total.saturating_sub(self.usage_fees_seen_atoms);
        let input = SyncInput {
            step_ppm: sync::signal_step_ppm(fast, mid, slow, quality, &params)?,
            is_paused: self.is_paused(now_seconds),
            is_stale: window::elapsed_seconds(usage.rolled_at_seconds, now_seconds)?
                > u64::from(self.params.usage_stale_seconds),
            lost_usage_fees_atoms: sync::growth_fees_atoms(lost_atoms, fast, mid, slow, quality)?,
            launch_depth_atoms: self.depth_opening_atoms,
        };
        sync::sync(&self.curve(), &self.sync_state(), &params, &input, now_seconds)
    }

    /// Whether the admin has paused the market.
    pub fn is_paused(&self, now_seconds: i64) -> bool {
        window::is_open(now_seconds, self.paused_until_seconds)
    }

    /// Pauses the market until `until_seconds`, at most a week ahead, or resumes it with 0.
    pub fn pause(&mut self, until_seconds: i64, now_seconds: i64) -> Result<()> {
        let latest = window::end_seconds(now_seconds, PAUSE_SECONDS_MAX).map_err(ExchangeError::from)?;
        ensure((0..=latest).contains(&until_seconds), ExchangeError::PauseTooLong)?;
        self.paused_until_seconds = until_seconds;
        self.invariant()
    }

    /// Takes in a deposit: to the reserve, to creator and contributors, and through the fee split. Returns the legs of
    /// the last.
    pub fn deposit(&mut self, reserve_atoms: u64, creator_atoms: u64, split_atoms: u64) -> Result<FeeLegs> {
        let legs = self.params.trade_fees().split_fee(split_atoms, false).map_err(ExchangeError::from)?;
        let mut curve = self.curve();
        for atoms in [reserve_atoms, legs.reserve] {
            curve = curve.deposit_backing(atoms).map_err(ExchangeError::from)?;
        }
        self.set_curve(curve);
        self.accrue(&legs)?;
        add(&mut self.creator_due_atoms, creator_atoms)?;
        self.invariant()?;
        Ok(legs)
    }

    /// Takes everything owed to stakers, to be paid by the caller.
    pub fn take_vault_leg(&mut self) -> Result<u64> {
        take(&mut self.vault_due_atoms)
    }

    /// Takes everything owed to `beneficiary`, to be paid by the caller.
    pub fn take_fees(&mut self, beneficiary: FeeBeneficiary) -> Result<u64> {
        match beneficiary {
            FeeBeneficiary::Creator => take(&mut self.creator_due_atoms),
            FeeBeneficiary::Protocol => take(&mut self.protocol_due_atoms),
        }
    }

    /// Lets everything owed to creator and contributors go, to be shared out; zero when nothing is.
    pub fn release_creator_fees(&mut self) -> u64 {
        core::mem::take(&mut self.creator_due_atoms)
    }

    /// What holds of a market at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Depth exceeds circulation, there is a price, and the reserve covers every circulating token (S).
        Ok(self.curve().invariant().map_err(ExchangeError::from)?)
    }

    fn sync_state(&self) -> SyncState {
        SyncState {
            high_water: HighWater {
                mark_atoms: self.high_water_mark_atoms,
                peak_atoms: self.high_water_peak_atoms,
                last_peak_atoms: self.high_water_last_peak_atoms,
                window_start_seconds: self.high_water_window_start_seconds,
                decayed_at_seconds: self.high_water_decayed_at_seconds,
            },
            drift: DriftBudget {
                up_used_ppm: self.drift_up_ppm,
                down_used_ppm: self.drift_down_ppm,
                updated_at_seconds: self.drift_at_seconds,
            },
            synced_at_seconds: self.synced_at_seconds,
        }
    }

    fn set_sync_state(&mut self, state: SyncState) {
        self.high_water_mark_atoms = state.high_water.mark_atoms;
        self.high_water_peak_atoms = state.high_water.peak_atoms;
        self.high_water_last_peak_atoms = state.high_water.last_peak_atoms;
        self.high_water_window_start_seconds = state.high_water.window_start_seconds;
        self.high_water_decayed_at_seconds = state.high_water.decayed_at_seconds;
        self.drift_up_ppm = state.drift.up_used_ppm;
        self.drift_down_ppm = state.drift.down_used_ppm;
        self.drift_at_seconds = state.drift.updated_at_seconds;
        self.synced_at_seconds = state.synced_at_seconds;
    }

    fn set_curve(&mut self, curve: Curve) {
        self.reserve_atoms = curve.reserve_atoms;
        self.circulating_atoms = curve.circulating_atoms;
        self.depth_atoms = curve.depth_atoms;
        self.virtual_atoms = curve.virtual_atoms;
    }
}

fn add(due_atoms: &mut u64, atoms: u64) -> Result<()> {
    *due_atoms = due_atoms.checked_add(atoms).ok_or(ExchangeError::Overflow)?;
    Ok(())
}

fn take(due_atoms: &mut u64) -> Result<u64> {
    ensure(*due_atoms != 0, ExchangeError::NothingAccrued)?;
    Ok(core::mem::take(due_atoms))
}
