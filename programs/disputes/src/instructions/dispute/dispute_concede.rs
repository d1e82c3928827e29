use anchor_lang::prelude::*;
use modchains_core::{dispute::Side, window::Moment};
use modchains_program_interface::oracle::{Operator, Request};
use modchains_program_kit::account;

use super::play::require_disputed;
use crate::{
    errors::{DisputesError, ensure},
    state::Dispute,
};

/// Gives up, for whoever is to move: it costs what losing costs, without the wait.
#[derive(Accounts)]
pub struct DisputeConcede<'info> {
    /// The challenger's authority, or that of the operator who gave the result.
    pub signer: Signer<'info>,
    #[account(mut)]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    pub request: UncheckedAccount<'info>,
    /// CHECK: the operator account that gave the result, compared with the request.
    pub operator: UncheckedAccount<'info>,
}

impl<'info> DisputeConcede<'info> {
    /// Ends the dispute against the signer.
    pub fn handle(&mut self, now: Moment) -> Result<()> {
        let mut dispute = self.dispute.load_mut()?;
        let side = {
            let request = account::view::<Request>(&self.request)?;
            require_disputed(&dispute, self.request.key, &request)?;
            if self.signer.key() == dispute.player { Side::Challenger } else { self.require_operator(&request)? }
        };
        let next = dispute.game()?.concede(side, now).map_err(DisputesError::from)?;
        dispute.set_game(&next)
    }

    fn require_operator(&self, request: &Request) -> Result<Side> {
        ensure(request.operator == self.operator.key(), DisputesError::OperatorMismatch)?;
        let operator = account::view::<Operator>(&self.operator)?;
        ensure(operator.authority == self.signer.key(), DisputesError::NotOperatorAuthority)?;
        Ok(Side::Operator)
    }
}
