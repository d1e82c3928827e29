use anchor_lang::prelude::*;
use modchains_core::{
    curve::Curve,
    fees::FeeLegs,
    sync::{self, DriftBudget, HighWater, SyncInput, SyncMove, SyncState},
    trade::{self, Buy, Sell},
    window,
};

use super::MarketParams;
use crate::{
    errors::{ExchangeError, ensure},
    oracle_interface::UsageSignal,
    seeds,
};

/// Smallest and largest opening depth, in token atoms: a thousand tokens, a hundred billion tokens.
pub const DEPTH_ATOMS_BOUNDS: core::ops::RangeInclusive<u64> = 1_000_000_000..=100_000_000_000_000_000;
/// Smallest and largest opening virtual reserve, in quote atoms.
pub const VIRTUAL_ATOMS_BOUNDS: core::ops::RangeInclusive<u64> = 1_000_000..=1_000_000_000_000_000_000;

/// When a trader's quote lapses.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct QuoteTerms {
    /// The trade is refused from this unix second on.
    pub deadline_seconds: i64,
    /// The trade is refused once the market's parameter epoch reaches this: the epoch of the quote plus one.
    pub max_epoch: u64,
}

impl QuoteTerms {
    /// Refuses a trade that comes too late or meets parameters the trader has not seen.
    pub fn require_valid(&self, parameter_epoch: u64, now_seconds: i64) -> Result<()> {
        ensure(window::is_open(now_seconds, self.deadline_seconds), ExchangeError::DeadlinePassed)?;
        ensure(parameter_epoch < self.max_epoch, ExchangeError::ParametersMoved)?;
        Ok(())
    }
}

/// Who can claim accrued trade fees.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeBeneficiary {
    /// The model's creator.
    Creator,
    /// The protocol's treasury.
    Protocol,
}

/// What a market opens with.
#[derive(Clone, Copy, Debug)]
pub struct MarketTerms {
    /// The model.
    pub model: Pubkey,
    /// Its token.
    pub mint: Pubkey,
    /// What it trades against.
    pub quote_mint: Pubkey,
    /// Where the quote atoms lie.
    pub quote_vault: Pubkey,
    /// Fees and curve policy.
    pub params: MarketParams,
    /// Opening depth, token atoms.
    pub depth_atoms: u64,
    /// Opening virtual reserve, quote atoms.
    pub virtual_atoms: u64,
}

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
    /// Owed to the creator, quote atoms.
    pub creator_due_atoms: u64,
    /// Owed to the protocol, quote atoms.
    pub protocol_due_atoms: u64,
    /// Upward drift used of the day's budget.
    pub drift_up_ppm: u32,
    /// Downward drift used of the day's budget.
    pub drift_down_ppm: u32,
    /// Fees and curve policy, fixed at opening.
    pub params: MarketParams,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

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

    /// Fills a new market.
    pub fn open(&mut self, terms: MarketTerms, bump: u8, now_seconds: i64) -> Result<()> {
        let in_bounds =
            DEPTH_ATOMS_BOUNDS.contains(&terms.depth_atoms) && VIRTUAL_ATOMS_BOUNDS.contains(&terms.virtual_atoms);
        ensure(in_bounds, ExchangeError::CurveOutOfBounds)?;
        self.model = terms.model;
        self.mint = terms.mint;
        self.quote_mint = terms.quote_mint;
        self.quote_vault = terms.quote_vault;
        self.depth_opening_atoms = terms.depth_atoms;
        self.params = terms.params;
        self.bump = bump;
        self.set_sync_state(SyncState::new(now_seconds));
        self.set_curve(Curve::launch(terms.depth_atoms, terms.virtual_atoms).map_err(ExchangeError::from)?);
        self.invariant()
    }

    /// What a buy for `quote_atoms_in` would do.
    pub fn quote_buy(&self, quote_atoms_in: u64) -> Result<Buy> {
        let fees = self.params.trade_fees();
        Ok(trade::buy_exact_in(&self.curve(), &fees, quote_atoms_in, false).map_err(ExchangeError::from)?)
    }

    /// What a sale of `token_atoms_in` would do.
    pub fn quote_sell(&self, token_atoms_in: u64) -> Result<Sell> {
        let fees = self.params.trade_fees();
        Ok(trade::sell_exact_in(&self.curve(), &fees, token_atoms_in, false).map_err(ExchangeError::from)?)
    }

    /// Applies a buy.
    pub fn apply_buy(&mut self, buy: &Buy, now_seconds: i64) -> Result<()> {
        self.apply_trade(buy.curve_after, &buy.legs, now_seconds)
    }

    /// Applies a sale.
    pub fn apply_sale(&mut self, sale: &Sell, now_seconds: i64) -> Result<()> {
        self.apply_trade(sale.curve_after, &sale.legs, now_seconds)
    }

    fn apply_trade(&mut self, curve_after: Curve, legs: &FeeLegs, now_seconds: i64) -> Result<()> {
        let mut state = self.sync_state();
        state.high_water = state
            .high_water
            .record(self.circulating_atoms, curve_after.circulating_atoms, now_seconds, self.params.epoch_seconds)
            .map_err(ExchangeError::from)?;
        self.set_sync_state(state);
        self.set_curve(curve_after);
        add(&mut self.vault_due_atoms, legs.vault)?;
        add(&mut self.creator_due_atoms, legs.creator)?;
        add(&mut self.protocol_due_atoms, legs.protocol)?;
        self.invariant()
    }

    /// Moves the curve by the model's usage, or finds the reason not to. Fails within an epoch of the last move.
    pub fn sync(&mut self, usage: &UsageSignal, now_seconds: i64) -> Result<SyncMove> {
        let step = self.plan_sync(usage, now_seconds).map_err(ExchangeError::from)?;
        self.set_curve(step.curve_after);
        self.set_sync_state(step.state_after);
        if step.reason.moved() {
            self.usage_fees_seen_atoms = usage.non_recoverable_fees_total;
            self.parameter_epoch = self.parameter_epoch.checked_add(1).ok_or(ExchangeError::Overflow)?;
        }
        self.invariant()?;
        Ok(step)
    }

    fn plan_sync(&self, usage: &UsageSignal, now_seconds: i64) -> modchains_core::Result<SyncMove> {
        let params = self.params.sync_params();
        let input = SyncInput {
            step_ppm: sync::signal_step_ppm(usage.ema_fast, usage.ema_mid, usage.ema_slow, usage.quality_ppm, &params)?,
            is_paused: false,
            is_stale: window::elapsed_seconds(usage.rolled_at_seconds, now_seconds)?
                > u64::from(self.params.usage_stale_seconds),
            lost_usage_fees_atoms: usage.non_recoverable_fees_total.saturating_sub(self.usage_fees_seen_atoms),
            launch_depth_atoms: self.depth_opening_atoms,
        };
        sync::sync(&self.curve(), &self.sync_state(), &params, &input, now_seconds)
    }

    /// Adds a gift to the reserve.
    pub fn deposit_reserve(&mut self, quote_atoms: u64) -> Result<()> {
        ensure(quote_atoms != 0, ExchangeError::AmountZero)?;
        self.set_curve(self.curve().deposit_reserve(quote_atoms).map_err(ExchangeError::from)?);
        self.invariant()
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
