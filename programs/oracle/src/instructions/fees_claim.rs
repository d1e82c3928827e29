use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use super::EscrowPayout;
use crate::{
    errors::OracleError,
    events::{self, Change, FeesClaimed},
    exchange_interface::read_model_creator,
    state::{FeeBeneficiary, OracleConfig, Service},
};

/// Whose share.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FeesClaimArgs {
    /// The creator or the protocol.
    pub beneficiary: FeeBeneficiary,
}

/// Pays the creator's or the protocol's accrued share to a token account that the beneficiary owns. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct FeesClaim<'info> {
    #[account(
        mut, has_one = model @ OracleError::ServiceMismatch, has_one = escrow @ OracleError::ServiceMismatch,
    )]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's model, by `has_one`; read as an account of the exchange.
    pub model: UncheckedAccount<'info>,
    pub config: AccountLoader<'info, OracleConfig>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: checked to be an account of the quote mint owned by the beneficiary.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> FeesClaim<'info> {
    /// Pays everything accrued for the beneficiary.
    pub fn handle(&mut self, args: FeesClaimArgs) -> Result<()> {
        let owner = match args.beneficiary {
            FeeBeneficiary::Creator => read_model_creator(&self.model)?,
            FeeBeneficiary::Protocol => self.config.load()?.treasury,
        };
        let atoms = {
            let mut service = self.service.load_mut()?;
            token::require_token_account(&self.destination, &service.quote_mint, &owner)?;
            service.take_fees(args.beneficiary)?
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
            owner,
            beneficiary: args.beneficiary,
            accrued: Change { before_atoms: atoms, after_atoms: 0 },
        };
        events::emit(&self.event_authority, &event)
    }
}
