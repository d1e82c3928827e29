//! The exchange: registry of models and versions, each model's token, and the bonding-curve market it trades on.
//!
//! Absent on purpose: arithmetic (in `modchains-core`), staking and payouts to stakers (the vault), requests and
//! usage (the oracle). The exchange reads the oracle's accounts and pays the vault by CPI, both as
//! `programs/interface` says, never through their code.

// reason: Anchor's macros generate undocumented items and a diverging match in the entry point.
#![allow(missing_docs, clippy::diverging_sub_expression, unexpected_cfgs)]

use anchor_lang::prelude::*;
use modchains_program_kit::clock::now_seconds;
pub use modchains_program_kit::transaction::INSTRUCTIONS_SYSVAR;

pub mod errors;
pub mod events;
#[cfg(feature = "idl-build")]
mod idl;
pub mod instructions;
pub mod seeds;
pub mod state;

#[cfg(feature = "idl-build")]
use idl::Described as _;
use instructions::*;
use state::{ContributorShare, FeeBeneficiary, LicenceGrantArgs, MarketParams, MarketTradeArgs, ModelTerms, Role};

declare_id!(modchains_program_interface::exchange::ID);

modchains_program_kit::security_contact!("ModChains exchange");

#[cfg(feature = "lean-entry")]
modchains_program_kit::entrypoint!(try_entry, EVENT_AUTHORITY_AND_BUMP.0);

#[program]
pub mod exchange {
    use super::*;

    // Instructions are looked up in this order, so trades come first.

    /// Buys tokens, with an exact amount of quote or of tokens.
    pub fn market_buy(ctx: Context<MarketTrade>, args: MarketTradeArgs) -> Result<()> {
        ctx.accounts.buy(args, now_seconds()?)
    }

    /// Sells tokens, with an exact amount of tokens or of quote.
    pub fn market_sell(ctx: Context<MarketTrade>, args: MarketTradeArgs) -> Result<()> {
        ctx.accounts.sell(args, now_seconds()?)
    }

    /// Creates the configuration; the upgrade authority only.
    pub fn config_initialize(ctx: Context<ConfigInitialize>, args: ConfigInitializeArgs) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Queues parameters for future markets; the admin only.
    pub fn config_change_queue(ctx: Context<ConfigAdmin>, params: MarketParams) -> Result<()> {
        ctx.accounts.queue(params, now_seconds()?)
    }

    /// Applies the queued parameters after the timelock.
    pub fn config_change_apply(ctx: Context<ConfigChangeApply>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Allows a quote mint; the admin only.
    pub fn quote_mint_allow(ctx: Context<QuoteMintAllow>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Takes a quote mint off the list; the admin only.
    pub fn quote_mint_delist(ctx: Context<ConfigAdmin>, mint: Pubkey) -> Result<()> {
        ctx.accounts.delist(mint)
    }

    /// Offers a role to somebody; its holder only.
    pub fn role_transfer_offer(ctx: Context<RoleTransfer>, role: Role, to: Pubkey) -> Result<()> {
        ctx.accounts.offer(role, to)
    }

    /// Accepts a role; the one it was offered to only.
    pub fn role_transfer_accept(ctx: Context<RoleTransfer>, role: Role) -> Result<()> {
        ctx.accounts.accept(role)
    }

    /// Takes the offer of a role back; its holder only.
    pub fn role_transfer_cancel(ctx: Context<RoleTransfer>, role: Role) -> Result<()> {
        ctx.accounts.cancel(role)
    }

    /// Lists a model and creates its token.
    pub fn model_register(ctx: Context<ModelRegister>, args: ModelRegisterArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Adds a version to a model; its creator only.
    pub fn model_version_publish(ctx: Context<ModelVersionPublish>, args: ModelVersionPublishArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Sets a model's default licence and content terms; its creator only.
    pub fn model_terms_set(ctx: Context<ModelTermsSet>, args: ModelTerms) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Offers a model to somebody; its creator only.
    pub fn model_transfer_offer(ctx: Context<ModelTransferOffer>, to: Pubkey) -> Result<()> {
        ctx.accounts.handle(to)
    }

    /// Accepts an offered model; the one it was offered to only.
    pub fn model_transfer_accept(ctx: Context<ModelTransferAccept>, args: ModelTransferAcceptArgs) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Takes an offer of a model back; its creator only.
    pub fn model_transfer_cancel(ctx: Context<ModelTransferCancel>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Queues shares of contributors; the model's creator only.
    pub fn contributors_queue(ctx: Context<ContributorsQueue>, shares: Vec<ContributorShare>) -> Result<()> {
        ctx.accounts.handle(shares, now_seconds()?)
    }

    /// Applies the queued shares after the timelock.
    pub fn contributors_apply(ctx: Context<ContributorsApply>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays what a contributor, or the creator beside contributors, is owed.
    pub fn contributor_claim(ctx: Context<ContributorClaim>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Closes the account of contributors who have no share and are owed nothing; the model's creator only.
    pub fn contributors_close(ctx: Context<ModelAccountClose>) -> Result<()> {
        ctx.accounts.close_contributors()
    }

    /// Grants an address a licence of its own; the model's creator only.
    pub fn licence_grant(ctx: Context<LicenceGrant>, args: LicenceGrantArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Ends a revocable licence; the model's creator only.
    pub fn licence_revoke(ctx: Context<LicenceRevoke>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Closes a licence that is over; the model's creator only.
    pub fn licence_close(ctx: Context<ModelAccountClose>) -> Result<()> {
        ctx.accounts.close_licence(now_seconds()?)
    }

    /// Mints a final result as a token of its own; its requester only.
    pub fn content_mint(ctx: Context<ContentMint>, args: ContentMintArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Opens a model's market; its creator only.
    pub fn market_open(ctx: Context<MarketOpen>, args: MarketOpenArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Moves the curve by the model's usage, once per epoch.
    pub fn market_sync(ctx: Context<MarketSync>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pauses a market's buys and moves, or resumes them; the admin only.
    pub fn market_pause(ctx: Context<MarketPause>, until_seconds: i64) -> Result<()> {
        ctx.accounts.handle(until_seconds, now_seconds()?)
    }

    /// Closes a market's budget of pauses when none counts any more.
    pub fn pause_budget_close(ctx: Context<PauseBudgetClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays into a market: to its reserve, to creator and contributors, or through the fee split.
    pub fn market_deposit(ctx: Context<MarketDeposit>, args: MarketDepositArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Opens a referrer's account in a market.
    pub fn referral_open(ctx: Context<ReferralOpen>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Pays what a referrer has earned.
    pub fn referral_claim(ctx: Context<ReferralClaim>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Closes a referrer's account that owes nothing; the referrer only.
    pub fn referral_close(ctx: Context<ReferralClose>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Moves the stakers' accrued fees to the vault.
    pub fn fees_distribute(ctx: Context<FeesDistribute>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Pays the creator's or the protocol's accrued fees.
    pub fn fees_claim(ctx: Context<FeesClaim>, beneficiary: FeeBeneficiary) -> Result<()> {
        ctx.accounts.handle(beneficiary)
    }
}
