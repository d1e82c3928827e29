use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use modchains_program_kit::token::AccountCreation;

use crate::{
    errors::ExchangeError,
    events::{self, MarketOpened},
    seeds,
    state::{ExchangeConfig, Market, MarketTerms, Model},
};

/// Shape of the curve at launch.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketOpenArgs {
    /// Depth `Y0` in token atoms: the curve's asymptote, more tokens than can ever circulate.
    pub depth_atoms: u64,
    /// Virtual quote atoms `V0`; the opening price is `V0 / Y0`.
    pub virtual_atoms: u64,
}

/// Opens a model's market on a quote mint, with the exchange's present parameters.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketOpen<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(has_one = creator @ ExchangeError::NotCreator)]
    pub model: AccountLoader<'info, Model>,
    pub config: AccountLoader<'info, ExchangeConfig>,
    #[account(constraint = config.load()?.allows(&quote_mint.key()) @ ExchangeError::QuoteMintNotAllowed)]
    pub quote_mint: Box<InterfaceAccount<'info, Mint>>,
    #[account(
        init, payer = creator, space = 8 + size_of::<Market>(), seeds = [seeds::MARKET, model.key().as_ref()], bump,
    )]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: created by `handle`.
    #[account(mut, seeds = [seeds::QUOTE_VAULT, market.key().as_ref()], bump)]
    pub quote_vault: UncheckedAccount<'info>,
    pub quote_token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> MarketOpen<'info> {
    /// Writes the market.
    pub fn handle(&mut self, args: MarketOpenArgs, bumps: &MarketOpenBumps, now_seconds: i64) -> Result<()> {
        let market_key = self.market.key();
        AccountCreation {
            payer: &self.creator,
            account: &self.quote_vault,
            mint: self.quote_mint.as_ref().as_ref(),
            authority: &market_key,
            token_program: &self.quote_token_program,
        }
        .invoke(&[seeds::QUOTE_VAULT, market_key.as_ref(), &[bumps.quote_vault]])?;
        let model = self.model.load()?;
        let terms = MarketTerms {
            model: self.model.key(),
            mint: model.mint,
            quote_mint: self.quote_mint.key(),
            quote_vault: self.quote_vault.key(),
            params: self.config.load()?.params,
            depth_atoms: args.depth_atoms,
            virtual_atoms: args.virtual_atoms,
        };
        let mut market = self.market.load_init()?;
        market.open(terms, bumps.market, now_seconds)?;
        let event = MarketOpened {
            market: market_key,
            model: terms.model,
            quote_mint: terms.quote_mint,
            params: terms.params,
            after: market.curve().into(),
        };
        drop(market);
        events::emit(&self.event_authority, &event)
    }
}
