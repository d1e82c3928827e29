use anchor_lang::prelude::*;
use modchains_program_kit::token;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, MarketDeposited},
    state::Market,
};

/// What is deposited, each part for itself.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketDepositArgs {
    /// Added to the reserve, for the good of every holder.
    pub reserve_atoms: u64,
    /// Owed to creator and contributors from now on.
    pub creator_atoms: u64,
    /// Shared like a trade fee: royalties, mint fees.
    pub split_atoms: u64,
}

/// Pays quote atoms into a market. Anyone may; the oracle does with its fees.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketDeposit<'info> {
    pub depositor: Signer<'info>,
    /// CHECK: the token program refuses it unless the depositor may spend from it and its mint is the vault's.
    #[account(mut)]
    pub depositor_tokens: UncheckedAccount<'info>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own quote vault, by its stored key.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> MarketDeposit<'info> {
    /// Takes the atoms and accounts for them.
    pub fn handle(&mut self, args: MarketDepositArgs, now_seconds: i64) -> Result<()> {
        let parts = [args.reserve_atoms, args.creator_atoms, args.split_atoms];
        let total_atoms = parts.into_iter().try_fold(0, u64::checked_add).ok_or(ExchangeError::Overflow)?;
        ensure(total_atoms != 0, ExchangeError::AmountZero)?;
        let event = {
            let mut market = self.market.load_mut()?;
            ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
            let before = market.curve();
            let legs = market.deposit(args.reserve_atoms, args.creator_atoms, args.split_atoms)?;
            MarketDeposited {
                market: self.market.key(),
                depositor: self.depositor.key(),
                reserve_atoms: args.reserve_atoms,
                creator_atoms: args.creator_atoms,
                split: legs.into(),
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
            total_atoms,
            &[],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }
}
