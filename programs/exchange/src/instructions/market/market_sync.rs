use anchor_lang::prelude::*;
use modchains_program_interface::oracle::Usage;
use modchains_program_kit::account;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, CurveMoved},
    state::Market,
};

/// Moves the curve's parameters by what the model was really used for. Anyone may, once per epoch.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketSync<'info> {
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the oracle's usage account of this market's model, checked by owner, discriminator and model.
    pub usage: UncheckedAccount<'info>,
}

impl<'info> MarketSync<'info> {
    /// Reads the usage signal and moves the curve, or records why it stays.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let mut market = self.market.load_mut()?;
            let usage = account::view::<Usage>(&self.usage)?;
            ensure(usage.model == market.model, ExchangeError::UsageMismatch)?;
            let before = market.curve();
            let synced = market.sync(&usage, now_seconds)?;
            CurveMoved {
                market: self.market.key(),
                parameter_epoch: market.parameter_epoch,
                step_ppm: synced.step_applied_ppm,
                reason: synced.reason as u32,
                ema_fast: usage.ema_fast,
                ema_mid: usage.ema_mid,
                ema_slow: usage.ema_slow,
                quality_ppm: usage.quality_ppm.into(),
                before: before.into(),
                after: market.curve().into(),
                at_seconds: now_seconds,
            }
        };
        events::emit_fixed(&self.event_authority, &event)
    }
}
