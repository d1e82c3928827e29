use anchor_lang::prelude::*;
use anchor_spl::{
    token_2022::Token2022,
    token_interface::{Mint, TokenInterface},
};
use modchains_program_interface::exchange::Model;
use modchains_program_kit::{account, mint::hostile_extension, token::AccountCreation};

use crate::{
    errors::{VaultError, ensure},
    events::{self, PoolOpened, VaultOpened},
    seeds,
    state::{PoolIdentity, RevenuePool, Vault, VaultTerms},
};

/// The vault's times, which nobody can change later.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct VaultOpenArgs {
    /// Cooldown and stream time.
    pub terms: VaultTerms,
}

/// Opens a model's vault with its first revenue pool.
#[event_cpi]
#[derive(Accounts)]
pub struct VaultOpen<'info> {
    /// Creator of the model; pays the rent.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// CHECK: viewed as a model of the exchange, checked by owner and type.
    pub model: UncheckedAccount<'info>,
    /// The model's token.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// The vault to open.
    #[account(init, payer = creator, space = 8 + size_of::<Vault>(), seeds = [seeds::VAULT, model.key().as_ref()], bump)]
    pub vault: AccountLoader<'info, Vault>,
    /// Where staked tokens will be kept.
    /// CHECK: created by `handle`.
    #[account(mut, seeds = [seeds::STAKE_TOKENS, vault.key().as_ref()], bump)]
    pub stake_tokens: UncheckedAccount<'info>,
    /// Mint of the first pool's revenue.
    pub revenue_mint: Box<InterfaceAccount<'info, Mint>>,
    /// The first pool.
    #[account(
        init, payer = creator, space = 8 + size_of::<RevenuePool>(),
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
        self.validate()?;
        self.create_token_accounts(bumps)?;
        let index = {
            let mut vault = self.vault.load_init()?;
            vault.open(self.model.key(), self.mint.key(), self.stake_tokens.key(), args.terms, bumps.vault)?;
            vault.add_pool()?
        };
        let identity = PoolIdentity {
            vault: self.vault.key(),
            revenue_mint: self.revenue_mint.key(),
            tokens: self.pool_tokens.key(),
            index,
            bump: bumps.pool,
        };
        self.pool.load_init()?.open(identity, now_seconds)?;
        let vault_opened = VaultOpened {
            vault: identity.vault,
            model: self.model.key(),
            mint: self.mint.key(),
            stake_tokens: self.stake_tokens.key(),
            cooldown_seconds: args.terms.cooldown_seconds,
            stream_seconds: args.terms.stream_seconds,
        };
        events::emit(&self.event_authority, &vault_opened)?;
        events::emit(&self.event_authority, &PoolOpened::new(self.pool.key(), &identity))
    }

    fn create_token_accounts(&self, bumps: &VaultOpenBumps) -> Result<()> {
        let (vault, pool) = (self.vault.key(), self.pool.key());
        let stake_tokens = AccountCreation {
            payer: &self.creator,
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

    fn validate(&self) -> Result<()> {
        let model = account::view::<Model>(&self.model)?;
        ensure(model.creator == self.creator.key(), VaultError::NotCreator)?;
        ensure(model.mint == self.mint.key(), VaultError::MintOfAnotherModel)?;
        let hostile = hostile_extension(self.revenue_mint.to_account_info().as_ref())?;
        ensure(hostile.is_none(), VaultError::RevenueMintExtensionRefused)?;
        Ok(())
    }
}
