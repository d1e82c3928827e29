use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::exchange::Model;
use modchains_program_kit::{account, token};

use crate::{
    errors::OracleError,
    events::{self, ServiceClosed},
    instructions::EscrowPayout,
    state::{Service, Usage},
};

/// Closes a service that nobody uses, with its escrow and its count of use. It can be opened again, on any terms, which is why
/// it must have been shut for as long as a split that gives somebody less waits. The model's creator only; the rent goes to who
/// paid it.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceClose<'info> {
    pub creator: Signer<'info>,
    /// CHECK: the service's model; its creator must sign.
    #[account(constraint = account::view::<Model>(&model)?.creator == creator.key() @ OracleError::NotModelCreator)]
    pub model: UncheckedAccount<'info>,
    /// CHECK: who paid the rent and gets it back, by `has_one`.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    #[account(
        mut, has_one = model @ OracleError::ServiceMismatch, has_one = payer @ OracleError::NotServicePayer,
        has_one = usage @ OracleError::ServiceMismatch, has_one = escrow @ OracleError::ServiceMismatch,
    )]
    pub service: AccountLoader<'info, Service>,
    #[account(mut)]
    pub usage: AccountLoader<'info, Usage>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: checked to be an account of the creator's for the quote mint, where anything is left for it.
    #[account(mut)]
    pub creator_tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> ServiceClose<'info> {
    /// Pays what was sent to the escrow directly, which nobody is owed and nobody can hold up the close with, and closes all
    /// three accounts.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (quote_mint, bump) = {
            let service = self.service.load()?;
            service.require_closable(now_seconds)?;
            self.usage.load()?.require_forgotten(now_seconds)?;
            (service.quote_mint, [service.bump])
        };
        let surplus_atoms = token::balance_atoms(&self.escrow)?;
        if surplus_atoms > 0 {
            token::require_payee(&self.creator_tokens, &quote_mint, &self.creator)?;
            EscrowPayout {
                service: &self.service,
                escrow: &self.escrow,
                destination: &self.creator_tokens,
                token_program: &self.token_program,
            }
            .pay(surplus_atoms)?;
        }
        let (model, service) = (self.model.key(), self.service.as_ref());
        let seeds = Service::signer_seeds(&model, &bump);
        token::close_account(&self.token_program, &self.escrow, &self.payer, service, &[&seeds])?;
        account::close(self.usage.as_ref(), &self.payer)?;
        account::close(service, &self.payer)?;
        let event = ServiceClosed {
            service: self.service.key(),
            model,
            usage: self.usage.key(),
            payer: self.payer.key(),
            surplus_atoms,
        };
        events::emit(&self.event_authority, &event)
    }
}
