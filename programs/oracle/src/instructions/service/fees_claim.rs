use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::OracleError,
    events::{self, Change, FeesClaimed},
    instructions::EscrowPayout,
    state::{OracleConfig, Service},
};

/// Pays the protocol's accrued share to the treasury. Anyone may have it paid to its associated token account; the treasury
/// itself, when it signs, to any account of its own. Creator and contributors claim theirs from the market, where
/// `market_fees_distribute` pays it.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesClaim<'info> {
    /// CHECK: the treasury, by `has_one`; need not sign.
    pub treasury: UncheckedAccount<'info>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    #[account(has_one = treasury @ OracleError::NotTreasury)]
    pub config: AccountLoader<'info, OracleConfig>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: checked to be where the treasury may be paid the quote mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> FeesClaim<'info> {
    /// Pays everything accrued for the protocol.
    pub fn handle(&mut self) -> Result<()> {
        let atoms = {
            let mut service = self.service.load_mut()?;
            token::require_payee(&self.destination, &service.quote_mint, &self.treasury)?;
            service.take_protocol_fees()?
        };
        EscrowPayout {
            service: &self.service,
            escrow: &self.escrow,
            destination: &self.destination,
            token_program: &self.token_program,
        }
        .pay(atoms)?;
        let event = FeesClaimed {
            service: self.service.key(),
            owner: self.treasury.key(),
            accrued: Change { before_atoms: atoms, after_atoms: 0 },
        };
        events::emit(&self.event_authority, &event)
    }
}
