use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, Change, RequestClosed},
    instructions::EscrowPayout,
    state::{Request, Service},
};

/// Closes a settled request: pays what is still due to the requester and returns the rent.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestClose<'info> {
    #[account(mut)]
    pub requester: Signer<'info>,
    #[account(
        mut, close = requester,
        has_one = requester @ OracleError::NotRequester, has_one = service @ OracleError::ServiceMismatch,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: when something is due, checked to be an account of the quote mint owned by the requester.
    #[account(mut)]
    pub requester_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> RequestClose<'info> {
    /// Pays dues; the account is closed on the way out.
    pub fn handle(&mut self) -> Result<()> {
        let (event, due_atoms) = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            let before_atoms = service.escrowed_atoms;
            let due_atoms = request.close()?;
            service.drop_request(due_atoms)?;
            let event = RequestClosed {
                request: self.request.key(),
                service: request.service,
                requester: request.requester,
                escrowed: Change { before_atoms, after_atoms: service.escrowed_atoms },
            };
            (event, due_atoms)
        };
        if due_atoms > 0 {
            let quote_mint = self.service.load()?.quote_mint;
            token::require_payee(&self.requester_tokens, &quote_mint, &self.requester)?;
            EscrowPayout {
                service: &self.service,
                escrow: &self.escrow,
                destination: &self.requester_tokens,
                token_program: &self.token_program,
            }
            .pay(due_atoms)?;
        }
        events::emit(&self.event_authority, &event)
    }
}
