use anchor_lang::prelude::*;
use anchor_spl::{
    token_2022::Token2022,
    token_interface::{Mint, TokenInterface},
};
use modchains_program_interface::exchange::{Market, Model};
use modchains_program_kit::{account, token::AccountCreation};

use crate::{
    errors::{VaultError, ensure},
    events::{self, PoolOpened, VaultOpened},
    seeds,
    state::{PoolIdentity, RevenuePool, Vault, VaultIdentity, VaultTerms},
};

/// The vault's times, which nobody can change later.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct VaultOpenArgs {
    /// Cooldown and stream time; none for the default, which anybody may open a vault with.
    pub terms: Option<VaultTerms>,
}

/// Opens a model's vault with its first revenue pool, in the mint that the model's market trades against.
#[event_cpi]
#[derive(Accounts)]
pub struct VaultOpen<'info> {
    /// Pays the rent; the model's creator if the terms are chosen.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: viewed as a model of the exchange, checked by owner and type.
    pub model: UncheckedAccount<'info>,
    /// CHECK: viewed as a market of the exchange, checked by owner, type and model.
    pub market: UncheckedAccount<'info>,
    /// The model's token.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// The vault to open.
    #[account(init, payer = payer, space = 8 + size_of::<Vault>(), seeds = [seeds::VAULT, model.key().as_ref()], bump)]
    pub vault: AccountLoader<'info, Vault>,
    /// Where staked tokens will be kept.
    /// CHECK: created by `handle`.
    #[account(mut, seeds = [seeds::STAKE_TOKENS, vault.key().as_ref()], bump)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// Mint of the first pool's revenue.
    pub revenue_mint: Box<InterfaceAccount<'info, Mint>>,
    /// The first pool.
    #[account(
        init, payer = payer, space = 8 + size_of::<RevenuePool>(),
        seeds = [seeds::POOL, vault.key().as_ref(), revenue_mint.key().as_ref()], bump,
    )]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// Where the first pool's revenue will be kept.
    /// CHECK: created by `handle`.
    #[account(mut, seeds = [seeds::POOL_TOKENS, pool.key().as_ref()], bump)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// Token program of the model's token.
    pub token_program: Program<'info, Token2022>,
    /// Token program of the revenue mint.
    pub revenue_token_program: Interface<'info, TokenInterface>,
    /// Creates the accounts.
    pub system_program: Program<'info, System>,
}

impl<'info> VaultOpen<'info> {
    /// Writes vault and pool.
    pub fn handle(&mut self, args: VaultOpenArgs, bumps: &VaultOpenBumps, now_seconds: i64) -> Result<()> {
        self.validate(&args)?;
        self.create_token_accounts(bumps)?;
        let terms = args.terms.unwrap_or_default();
        let identity = self.vault_identity(bumps);
        self.vault.load_init()?.open(&identity, terms, now_seconds)?;
        let pool_identity = PoolIdentity {
            vault: self.vault.key(),
            revenue_mint: self.revenue_mint.key(),
            tokens: self.pool_tokens.key(),
            payer: self.payer.key(),
            is_first: true,
            bump: bumps.pool,
        };
        self.pool.load_init()?.open(pool_identity, now_seconds)?;
        let vault_opened = VaultOpened {
            vault: self.vault.key(),
            model: identity.model,
            mint: identity.mint,
            stake_tokens: identity.stake_tokens,
            cooldown_seconds: terms.cooldown_seconds,
            stream_seconds: terms.stream_seconds,
            payer: identity.payer,
        };
        events::emit(&self.event_authority, &vault_opened)?;
        events::emit(&self.event_authority, &PoolOpened::new(self.pool.key(), &pool_identity))
    }

    fn vault_identity(&self, bumps: &VaultOpenBumps) -> VaultIdentity {
        VaultIdentity {
            model: self.model.key(),
            mint: self.mint.key(),
            stake_tokens: self.stake_tokens.key(),
            quote_mint: self.revenue_mint.key(),
            payer: self.payer.key(),
            bump: bumps.vault,
        }
    }

    fn create_token_accounts(&self, bumps: &VaultOpenBumps) -> Result<()> {
        let (vault, pool) = (self.vault.key(), self.pool.key());
        let stake_tokens = AccountCreation {
            payer: &self.payer,
            account: &self.stake_tokens,
            mint: self.mint.as_ref().as_ref(),
            authority: &vault,
            token_program: &self.token_program,
        };
        stake_tokens.invoke(&[seeds::STAKE_TOKENS, vault.as_ref(), &[bumps.stake_tokens]])?;
        let pool_tokens = AccountCreation {
            account: &self.pool_tokens,
            mint: self.revenue_mint.as_ref().as_ref(),
            authority: &pool,
            token_program: &self.revenue_token_program,
            ..stake_tokens
        };
        pool_tokens.invoke(&[seeds::POOL_TOKENS, pool.as_ref(), &[bumps.pool_tokens]])
    }

    fn validate(&self, args: &VaultOpenArgs) -> Result<()> {
        let model = account::view::<Model>(&self.model)?;
        let is_chosen = args.terms.is_some_and(|terms| terms != VaultTerms::default());
        ensure(!is_chosen || model.creator == self.payer.key(), VaultError::NotCreator)?;
        ensure(model.mint == self.mint.key(), VaultError::MintOfAnotherModel)?;
        // The market holds this mint already, so it is one that the exchange allows.
        let market = account::view::<Market>(&self.market)?;
        let is_of_model = market.model == self.model.key() && market.quote_mint == self.revenue_mint.key();
        ensure(is_of_model, VaultError::MarketMismatch)
    }
}
