use anchor_lang::prelude::*;
use modchains_program_kit::{account, token::AccountCreation, transaction::Fingerprint};

#[cfg(feature = "idl-build")]
use crate::idl::Described as _;
use crate::{
    errors::{ExchangeError, ensure},
    events::{self, MarketOpened},
    seeds,
    state::{ExchangeConfig, LaunchArgs, Market, MarketParams, MarketTerms, Model},
};

/// Shape of the curve at launch, and what was seen.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct MarketOpenArgs {
    /// Depth `Y0` in token atoms: the curve's asymptote, more tokens than can ever circulate.
    pub depth_atoms: u64,
    /// Virtual quote atoms `V0`; the opening price is `V0 / Y0`.
    pub virtual_atoms: u64,
    /// Launch protection; all zero for none.
    pub launch: LaunchArgs,
    /// The exchange's parameters as the creator saw them; the market keeps them for good.
    pub params: MarketParams,
}

/// Opens a model's market on a quote mint, with the exchange's present parameters.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketOpen<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(has_one = creator @ ExchangeError::NotCreator)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: the configuration, checked by owner and discriminator.
    pub config: UncheckedAccount<'info>,
    /// CHECK: compared with the configuration's list, which holds mints alone.
    pub quote_mint: UncheckedAccount<'info>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the instructions sysvar, by address.
    pub instructions: UncheckedAccount<'info>,
    /// CHECK: must own the quote mint.
    pub quote_token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> MarketOpen<'info> {
    /// Writes the market.
    pub fn handle(&mut self, args: MarketOpenArgs, now_seconds: i64) -> Result<()> {
        let (terms, bump) = {
            let (model, config) = (self.model.load()?, ExchangeConfig::load(&self.config)?);
            ensure(config.allows(self.quote_mint.key), ExchangeError::QuoteMintNotAllowed)?;
            ensure(config.params == args.params, ExchangeError::MarketParamsChanged)?;
            let terms = MarketTerms {
                model: self.model.key(),
                mint: model.mint,
                quote_mint: self.quote_mint.key(),
                quote_vault: self.quote_vault.key(),
                params: args.params,
                depth_atoms: args.depth_atoms,
                virtual_atoms: args.virtual_atoms,
                launch: args.launch,
                opening_transaction: Fingerprint::of(&self.instructions)?.word_with(self.creator.key),
            };
            (terms, model.market_bump)
        };
        let market = Market::open(&terms, bump, now_seconds)?;
        let seeds: &[&[u8]] = &[seeds::MARKET, terms.model.as_ref(), &[bump]];
        account::create_state(&self.creator, &self.market, &crate::ID, seeds, &market)?;
        self.create_quote_vault()?;
        let event = MarketOpened {
            market: self.market.key(),
            model: terms.model,
            quote_mint: terms.quote_mint,
            params: terms.params,
            launch: args.launch,
            after: market.curve().into(),
        };
        events::emit(&self.event_authority, &event)
    }

    fn create_quote_vault(&self) -> Result<()> {
        let seeds: &[&[u8]] = &[seeds::QUOTE_VAULT, self.market.key.as_ref()];
        let (_, bump) = Pubkey::find_program_address(seeds, &crate::ID);
        AccountCreation {
            payer: &self.creator,
            account: &self.quote_vault,
            mint: &self.quote_mint,
            authority: self.market.key,
            token_program: &self.quote_token_program,
        }
        .invoke(&[seeds::QUOTE_VAULT, self.market.key.as_ref(), &[bump]])
    }
}
