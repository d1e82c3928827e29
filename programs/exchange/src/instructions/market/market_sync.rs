use anchor_lang::prelude::*;
use modchains_core::market::UsageSignal;
use modchains_program_interface::oracle::{Service, Usage};
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
    /// CHECK: the oracle's service of this market's model, checked likewise.
    pub service: UncheckedAccount<'info>,
}

impl<'info> MarketSync<'info> {
    /// Absorbs, reads the paid net and makes a step, or records why there is none.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let event = {
            let mut market = self.market.load_mut()?;
            let usage = account::view::<Usage>(&self.usage)?;
            ensure(usage.model == market.model, ExchangeError::UsageMismatch)?;
            let service = account::view::<Service>(&self.service)?;
            ensure(service.model == market.model, ExchangeError::ServiceOfOtherModel)?;
            let signal = UsageSignal {
                paid_net_atoms: usage.paid_net_atoms,
                reserve_due_atoms: service.accrued_reserve_atoms,
                rolled_at_seconds: usage.rolled_at_seconds,
            };
            let before = market.curve();
            let (settled_before, standing_before) = (market.settled_net_atoms, market.standing_net_atoms);
            let synced = market.sync(&signal, now_seconds)?;
            CurveMoved {
                market: self.market.key(),
                parameter_epoch: market.parameter_epoch.into(),
                step_ppm: synced.step_ppm,
                reason: synced.reason as u32,
                absorbed_atoms: synced.absorbed_atoms,
                paid_net_atoms: signal.paid_net_atoms,
                settled_net_before_atoms: settled_before,
                settled_net_after_atoms: market.settled_net_atoms,
                standing_net_before_atoms: standing_before,
                standing_net_after_atoms: market.standing_net_atoms,
                price_log_seconds: market.price_log_seconds,
                before: before.into(),
                after: market.curve().into(),
                at_seconds: now_seconds,
            }
        };
        events::emit_fixed(&self.event_authority, &event)
    }
}
