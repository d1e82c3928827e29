use anchor_lang::prelude::*;
use anchor_spl::{token_2022::Token2022, token_interface::TokenInterface};
use modchains_program_kit::token;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, TokensBought},
    state::{Market, QuoteTerms},
};

/// What the trader offers and accepts.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketBuyArgs {
    /// Quote atoms paid, fee included.
    pub quote_atoms_in: u64,
    /// Fewest token atoms the trader accepts.
    pub min_token_atoms_out: u64,
    /// When the offer lapses and on which parameters it was quoted.
    pub terms: QuoteTerms,
}

/// Buys model tokens with an exact amount of quote tokens. The tokens are minted.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketBuy<'info> {
    pub trader: Signer<'info>,
    #[account(mut, has_one = mint @ ExchangeError::MintMismatch, has_one = quote_vault @ ExchangeError::QuoteVaultMismatch)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own mint, by `has_one`.
    #[account(mut)]
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, by `has_one`.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless the trader may spend from it and its mint is the vault's.
    #[account(mut)]
    pub trader_quote: UncheckedAccount<'info>,
    /// CHECK: Token-2022 refuses it unless it is an account of the mint.
    #[account(mut)]
    pub trader_tokens: UncheckedAccount<'info>,
    pub quote_token_program: Interface<'info, TokenInterface>,
    pub token_program: Program<'info, Token2022>,
}

impl<'info> MarketBuy<'info> {
    /// Takes the quote atoms, mints the tokens, moves the curve.
    pub fn handle(&mut self, args: MarketBuyArgs, now_seconds: i64) -> Result<()> {
        let (event, model, bump) = {
            let mut market = self.market.load_mut()?;
            args.terms.require_valid(market.parameter_epoch, now_seconds)?;
            let before = market.curve();
            let buy = market.quote_buy(args.quote_atoms_in)?;
            ensure(buy.token_atoms_out >= args.min_token_atoms_out, ExchangeError::OutputBelowLimit)?;
            market.apply_buy(&buy, now_seconds)?;
            let event = TokensBought {
                market: self.market.key(),
                trader: self.trader.key(),
                quote_atoms_in: buy.quote_atoms_in,
                token_atoms_out: buy.token_atoms_out,
                fee: buy.legs.into(),
                parameter_epoch: market.parameter_epoch,
                before: before.into(),
                after: buy.curve_after.into(),
                at_seconds: now_seconds,
            };
            (event, market.model, market.bump)
        };
        token::transfer(
            &self.quote_token_program,
            &self.trader_quote,
            &self.quote_vault,
            &self.trader,
            event.quote_atoms_in,
            &[],
        )?;
        token::mint_to(
            &self.token_program,
            &self.mint,
            &self.trader_tokens,
            self.market.as_ref(),
            event.token_atoms_out,
            &[&Market::signer_seeds(&model, &[bump])],
        )?;
        events::emit(&self.event_authority, &event)
    }
}
