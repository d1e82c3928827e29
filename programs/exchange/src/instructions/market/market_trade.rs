use anchor_lang::prelude::*;
use modchains_core::{
    launch::Transaction,
    market::{Order, TradeSide},
};
use modchains_program_kit::{account, keys::same, token};

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, TokensBought, TokensSold},
    instructions::MarketPayout,
    state::{Market, MarketTradeArgs, Referral},
};

/// The parties to a trade, the same for buys and sales.
#[event_cpi]
#[derive(Accounts)]
pub struct MarketTrade<'info> {
    pub trader: Signer<'info>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the market's own mint, by its stored key.
    #[account(mut)]
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, by its stored key.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless its mint is the vault's and, in a buy, the trader may spend from it.
    #[account(mut)]
    pub trader_quote: UncheckedAccount<'info>,
    /// CHECK: Token-2022 refuses it unless it is an account of the mint and, in a sale, the trader may burn from it.
    #[account(mut)]
    pub trader_tokens: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub quote_token_program: UncheckedAccount<'info>,
    /// CHECK: must own the mint, which is Token-2022's.
    pub token_program: UncheckedAccount<'info>,
    /// CHECK: where a referrer's part of the fee accrues, checked by owner, discriminator and market.
    #[account(mut)]
    pub referral: Option<UncheckedAccount<'info>>,
    /// CHECK: the instructions sysvar, by address; needed for a buy during the launch.
    pub instructions: Option<UncheckedAccount<'info>>,
}

impl<'info> MarketTrade<'info> {
    /// Buys: takes the quote atoms, mints the tokens, moves the curve.
    pub fn buy(&mut self, args: MarketTradeArgs, now_seconds: i64) -> Result<()> {
        let (event, payout) = {
            let mut market = self.market.load_mut()?;
            self.require_accounts(&market)?;
            let transaction = market.launch_transaction(self.instructions.as_deref(), self.trader.key, now_seconds)?;
            let before = market.curve();
            let bought = market.trade(&self.order(TradeSide::Buy, &args, transaction), now_seconds)?;
            let event = TokensBought {
                market: self.market.key(),
                trader: self.trader.key(),
                referrer: self.refer(bought.legs.referrer)?,
                quote_atoms_in: bought.quote_atoms,
                token_atoms_out: bought.token_atoms,
                fee: bought.legs.into(),
                fee_bps: bought.fee_bps.into(),
                spread_atoms: bought.spread_atoms,
                parameter_epoch: market.parameter_epoch.into(),
                before: before.into(),
                after: market.curve().into(),
                at_seconds: now_seconds,
            };
            (event, MarketPayout::of(&market))
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
            &[&payout.signer_seeds()],
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }

    /// Sells: burns the tokens, pays the proceeds, moves the curve.
    pub fn sell(&mut self, args: MarketTradeArgs, now_seconds: i64) -> Result<()> {
        let (event, payout) = {
            let mut market = self.market.load_mut()?;
            self.require_accounts(&market)?;
            let before = market.curve();
            let sold = market.trade(&self.order(TradeSide::Sell, &args, None), now_seconds)?;
            let event = TokensSold {
                market: self.market.key(),
                trader: self.trader.key(),
                referrer: self.refer(sold.legs.referrer)?,
                token_atoms_in: sold.token_atoms,
                quote_atoms_out: sold.quote_atoms,
                fee: sold.legs.into(),
                fee_bps: sold.fee_bps.into(),
                parameter_epoch: market.parameter_epoch.into(),
                before: before.into(),
                after: market.curve().into(),
                at_seconds: now_seconds,
            };
            (event, MarketPayout::of(&market))
        };
        token::burn(&self.token_program, &self.trader_tokens, &self.mint, &self.trader, event.token_atoms_in)?;
        payout.pay(
            &self.quote_token_program,
            &self.quote_vault,
            &self.trader_quote,
            self.market.as_ref(),
            event.quote_atoms_out,
        )?;
        events::emit_fixed(&self.event_authority, &event)
    }

    fn require_accounts(&self, market: &Market) -> Result<()> {
        market.require_accounts(self.mint.key, self.quote_vault.key)?;
        // A market that pays itself would keep what it owes the seller.
        ensure(!same(self.trader_quote.key, self.quote_vault.key), ExchangeError::QuoteVaultMismatch)
    }

    fn order(&self, side: TradeSide, args: &MarketTradeArgs, transaction: Option<Transaction>) -> Order {
        let MarketTradeArgs { amount, terms } = *args;
        Order { side, amount, terms, has_referrer: self.referral.is_some(), transaction }
    }

    /// Accrues the referrer's part and says who it is; the zero key for nobody.
    fn refer(&self, atoms: u64) -> Result<Pubkey> {
        match &self.referral {
            None => Ok(Pubkey::default()),
            Some(referral) => {
                account::state_mut::<Referral>(referral, &crate::ID)?.accrue(self.market.as_ref().key, atoms)
            }
        }
    }
}
