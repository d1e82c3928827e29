use anchor_lang::prelude::*;
use anchor_spl::{token_2022::Token2022, token_interface::TokenInterface};
use modchains_program_kit::token;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, TokensSold},
    state::{Market, QuoteTerms},
};

/// What the trader offers and accepts.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketSellArgs {
    /// Token atoms sold.
    pub token_atoms_in: u64,
    /// Fewest quote atoms the trader accepts, after the fee.
    pub min_quote_atoms_out: u64,
    /// When the offer lapses and on which parameters it was quoted.
    pub terms: QuoteTerms,
}

/// Sells an exact amount of model tokens for quote tokens. The tokens are burned.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketSell<'info> {
    pub trader: Signer<'info>,
    #[account(mut, has_one = mint @ ExchangeError::MintMismatch, has_one = quote_vault @ ExchangeError::QuoteVaultMismatch)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own mint, by `has_one`.
    #[account(mut)]
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, by `has_one`.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless it is an account of the vault's mint.
    #[account(mut, constraint = trader_quote.key() != quote_vault.key() @ ExchangeError::QuoteVaultMismatch)]
    pub trader_quote: UncheckedAccount<'info>,
    /// CHECK: Token-2022 refuses it unless the trader may burn from it and it is an account of the mint.
    #[account(mut)]
    pub trader_tokens: UncheckedAccount<'info>,
    pub quote_token_program: Interface<'info, TokenInterface>,
    pub token_program: Program<'info, Token2022>,
}

impl<'info> MarketSell<'info> {
    /// Burns the tokens, pays the proceeds, moves the curve.
    pub fn handle(&mut self, args: MarketSellArgs, now_seconds: i64) -> Result<()> {
        let (event, model, bump) = {
            let mut market = self.market.load_mut()?;
            args.terms.require_valid(market.parameter_epoch, now_seconds)?;
            let before = market.curve();
            let sale = market.quote_sell(args.token_atoms_in)?;
            ensure(sale.quote_atoms_out >= args.min_quote_atoms_out, ExchangeError::OutputBelowLimit)?;
            market.apply_sale(&sale, now_seconds)?;
            let event = TokensSold {
                market: self.market.key(),
                trader: self.trader.key(),
                token_atoms_in: sale.token_atoms_in,
                quote_atoms_out: sale.quote_atoms_out,
                fee: sale.legs.into(),
                parameter_epoch: market.parameter_epoch,
                before: before.into(),
                after: sale.curve_after.into(),
                at_seconds: now_seconds,
            };
            (event, market.model, market.bump)
        };
        token::burn(&self.token_program, &self.trader_tokens, &self.mint, &self.trader, event.token_atoms_in)?;
        token::transfer(
            &self.quote_token_program,
            &self.quote_vault,
            &self.trader_quote,
            self.market.as_ref(),
            event.quote_atoms_out,
            &[&Market::signer_seeds(&model, &[bump])],
        )?;
        events::emit(&self.event_authority, &event)
    }
}
