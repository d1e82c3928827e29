use anchor_lang::prelude::*;
use modchains_core::window::Moment;
use modchains_program_interface::oracle::Request;
use modchains_program_kit::account;

use super::play::require_disputed;
use crate::{errors::DisputesError, state::Dispute};

/// Ends a dispute whose side to move has used up its clock: silence loses.
#[derive(Accounts)]
pub struct DisputeTimeout<'info> {
    #[account(mut)]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    pub request: UncheckedAccount<'info>,
}

impl<'info> DisputeTimeout<'info> {
    /// Calls time.
    pub fn handle(&mut self, now: Moment) -> Result<()> {
        let mut dispute = self.dispute.load_mut()?;
        require_disputed(&dispute, self.request.key, &*account::view::<Request>(&self.request)?)?;
        let next = dispute.game()?.time_out(now).map_err(DisputesError::from)?;
        dispute.set_game(&next)
    }
}
