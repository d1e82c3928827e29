use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, Change, RequestRefunded},
    instructions::EscrowPayout,
    state::{Request, Service},
};

/// Gives up an open request past its deadline and pays everything back to the requester. Anyone may have it paid to the
/// requester's associated token account; the requester itself, when it signs, to any account of its own.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestRefund<'info> {
    /// CHECK: who asked, by `has_one`; need not sign.
    pub requester: UncheckedAccount<'info>,
    #[account(
        mut, has_one = requester @ OracleError::NotRequester, has_one = service @ OracleError::ServiceMismatch,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: checked to be where the requester may be paid the quote mint.
    #[account(mut)]
    pub requester_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> RequestRefund<'info> {
    /// Pays fee, tip and forfeited claim bonds.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (event, refund_atoms) = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            token::require_payee(&self.requester_tokens, &service.quote_mint, &self.requester)?;
            let before_atoms = service.escrowed_atoms;
            let refund_atoms = request.refund(now_seconds)?;
            service.release(refund_atoms)?;
            let event = RequestRefunded {
                request: self.request.key(),
                service: request.service,
                requester: request.requester,
                escrowed: Change { before_atoms, after_atoms: service.escrowed_atoms },
                at_seconds: now_seconds,
            };
            (event, refund_atoms)
        };
        EscrowPayout {
            service: &self.service,
            escrow: &self.escrow,
            destination: &self.requester_tokens,
            token_program: &self.token_program,
        }
        .pay(refund_atoms)?;
        events::emit(&self.event_authority, &event)
    }
}
