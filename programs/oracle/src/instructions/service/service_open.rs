use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_interface::{
    exchange::{Market, Model, ModelVersion},
    vault,
};
use modchains_program_kit::{account, token::AccountCreation};

use crate::{
    errors::{OracleError, ensure},
    events::{self, ServiceConfigured, ServiceOpened},
    seeds,
    state::{OracleConfig, Service, ServiceTerms, Usage},
};

/// The first terms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ServiceOpenArgs {
    /// Terms of new requests.
    pub terms: ServiceTerms,
}

/// Offers a model for inference, in the mint that its market trades against. The model's creator only.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceOpen<'info> {
    /// The model's creator; pays.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// CHECK: read as a model of the exchange, checked by owner and discriminator.
    #[account(constraint = account::view::<Model>(&model)?.creator == creator.key() @ OracleError::NotModelCreator)]
    pub model: UncheckedAccount<'info>,
    /// CHECK: read as a version of the model, checked by owner, discriminator and model.
    pub version: UncheckedAccount<'info>,
    /// CHECK: read as the model's market, checked by owner, discriminator and model.
    pub market: UncheckedAccount<'info>,
    /// CHECK: the model's vault, by its address.
    #[account(
        seeds = [vault::seeds::VAULT, model.key().as_ref()], bump, seeds::program = vault::ID,
    )]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the vault's pool of the quote mint, by its address. Vault and pool may be opened later, by anybody.
    #[account(
        seeds = [vault::seeds::POOL, vault.key().as_ref(), quote_mint.key().as_ref()], bump,
        seeds::program = vault::ID,
    )]
    pub pool: UncheckedAccount<'info>,
    pub config: AccountLoader<'info, OracleConfig>,
    /// CHECK: refused unless the market trades against it and the configuration allows it.
    pub quote_mint: UncheckedAccount<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::SERVICE, model.key().as_ref()], bump)]
    pub service: UncheckedAccount<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::USAGE, model.key().as_ref()], bump)]
    pub usage: UncheckedAccount<'info>,
    /// CHECK: created here as the service's token account, at the address its seeds give.
    #[account(mut, seeds = [seeds::ESCROW, service.key().as_ref()], bump)]
    pub escrow: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> ServiceOpen<'info> {
    /// Writes service and usage.
    pub fn handle(&mut self, args: ServiceOpenArgs, bumps: &ServiceOpenBumps, now_seconds: i64) -> Result<()> {
        self.require_market()?;
        let (opened, configured) = self.create_states(&args.terms, bumps, now_seconds)?;
        self.create_escrow(bumps.escrow)?;
        events::emit(&self.event_authority, &opened)?;
        events::emit(&self.event_authority, &configured)
    }

    fn require_market(&self) -> Result<()> {
        let market = account::view::<Market>(&self.market)?;
        ensure(market.model == self.model.key(), OracleError::MarketOfOtherModel)?;
        ensure(market.quote_mint == self.quote_mint.key(), OracleError::MarketQuoteMintMismatch)
    }

    fn create_states(
        &self,
        terms: &ServiceTerms,
        bumps: &ServiceOpenBumps,
        now_seconds: i64,
    ) -> Result<(ServiceOpened, ServiceConfigured)> {
        let version = account::view::<ModelVersion>(&self.version)?;
        let config = self.config.load()?;
        let bond_mint = config.bond_mint(&self.quote_mint.key())?;
        let mut service = Service {
            model: self.model.key(),
            market: self.market.key(),
            vault: self.vault.key(),
            pool: self.pool.key(),
            quote_mint: self.quote_mint.key(),
            escrow: self.escrow.key(),
            usage: self.usage.key(),
            payer: self.creator.key(),
            bump: bumps.service,
            ..bytemuck::Zeroable::zeroed()
        };
        let version = (self.version.key(), &*version);
        service.configure(terms, &config.params, Some(&bond_mint), version, now_seconds)?;
        service.start_counting(now_seconds)?;
        self.create(&self.service, seeds::SERVICE, bumps.service, &service)?;
        let mut usage: Usage = bytemuck::Zeroable::zeroed();
        let (epoch_seconds, requester_cap_atoms) = (config.params.epoch_seconds, bond_mint.requester_cap_atoms);
        usage.start(service.model, epoch_seconds, requester_cap_atoms, now_seconds, bumps.usage)?;
        self.create(&self.usage, seeds::USAGE, bumps.usage, &usage)?;
        let opened = ServiceOpened {
            service: self.service.key(),
            model: service.model,
            market: service.market,
            vault: service.vault,
            quote_mint: service.quote_mint,
            payer: service.payer,
            usage: service.usage,
            epoch_seconds,
            requester_cap_atoms,
        };
        Ok((opened, ServiceConfigured::new(self.service.key(), 0, &service)))
    }

    /// Creates the account of a state of this model, whose seeds are `seed` and the model.
    fn create<T: bytemuck::Pod + Discriminator>(
        &self,
        account: &AccountInfo<'info>,
        seed: &[u8],
        bump: u8,
        state: &T,
    ) -> Result<()> {
        let signer_seeds: &[&[u8]] = &[seed, self.model.key.as_ref(), &[bump]];
        account::create_state(&self.creator, account, &crate::ID, signer_seeds, state)
    }

    fn create_escrow(&self, bump: u8) -> Result<()> {
        let service = self.service.key();
        AccountCreation {
            payer: &self.creator,
            account: &self.escrow,
            mint: &self.quote_mint,
            authority: &service,
            token_program: &self.token_program,
        }
        .invoke(&[seeds::ESCROW, service.as_ref(), &[bump]])
    }
}
