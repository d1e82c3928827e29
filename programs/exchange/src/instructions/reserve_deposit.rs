use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::token;

use crate::{
    errors::ExchangeError,
    events::{self, ReserveDeposited},
    state::Market,
};

/// Adds quote atoms to a market's reserve for the good of every holder. Anyone may; the oracle does with its fees.
#[event_cpi]
#[derive(Accounts)]
pub struct ReserveDeposit<'info> {
    pub depositor: Signer<'info>,
    /// CHECK: the token program refuses it unless the depositor may spend from it and its mint is the vault's.
    #[account(mut)]
    pub depositor_tokens: UncheckedAccount<'info>,
    #[account(mut, has_one = quote_vault @ ExchangeError::QuoteVaultMismatch)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own quote vault, by `has_one`.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> ReserveDeposit<'info> {
    /// Takes the atoms and adds them to the reserve.
    pub fn handle(&mut self, quote_atoms: u64, now_seconds: i64) -> Result<()> {
        let event = {
            let mut market = self.market.load_mut()?;
            let before = market.curve();
            market.deposit_reserve(quote_atoms)?;
            ReserveDeposited {
                market: self.market.key(),
                depositor: self.depositor.key(),
                quote_atoms,
                before: before.into(),
                after: market.curve().into(),
                at_seconds: now_seconds,
            }
        };
        token::transfer(
            &self.token_program,
            &self.depositor_tokens,
            &self.quote_vault,
            &self.depositor,
            quote_atoms,
            &[],
        )?;
        events::emit(&self.event_authority, &event)
    }
}
