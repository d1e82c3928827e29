//! The oracle: operators and their bonds, services, paid requests and their results, and the count of finalised use.
//!
//! Absent on purpose: arithmetic (in `modchains-core`), models, versions and markets (the exchange), stakers (the
//! vault). The oracle reads the exchange's accounts and pays both others by CPI, as `programs/interface` says, never
//! through their code. Challenges are not here yet: a request has a place for one and no instruction fills it.

// reason: Anchor's macros generate undocumented items and a diverging match in the entry point.
#![allow(missing_docs, clippy::diverging_sub_expression, unexpected_cfgs)]
// reason: tests unwrap what they set up themselves.
#![cfg_attr(test, allow(clippy::unwrap_used))]

use anchor_lang::prelude::*;
use modchains_program_kit::clock::now_seconds;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;
#[cfg(test)]
mod test_support;

use instructions::*;
use state::Role;

declare_id!(modchains_program_interface::oracle::ID);

modchains_program_kit::security_contact!("ModChains oracle");

#[cfg(feature = "lean-entry")]
modchains_program_kit::entrypoint!(try_entry, EVENT_AUTHORITY_AND_BUMP.0);

#[program]
pub mod oracle {
    use super::*;

    /// Creates the configuration; the upgrade authority only.
    pub fn config_initialize(ctx: Context<ConfigInitialize>, args: ConfigInitializeArgs) -> Result<()> {
        ctx.accounts.handle(args, ctx.bumps.config)
    }

    /// Queues parameters for services opened or configured later; the admin only.
    pub fn config_change_queue(ctx: Context<ConfigAdmin>, args: ConfigChangeQueueArgs) -> Result<()> {
        ctx.accounts.queue(args, now_seconds()?)
    }

    /// Applies the queued parameters after the timelock.
    pub fn config_change_apply(ctx: Context<ConfigChangeApply>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Allows a mint for fees and bonds, or sets its amounts; the admin only.
    pub fn bond_mint_allow(ctx: Context<BondMintAllow>, args: BondMintAllowArgs) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Takes a bond mint off the list; the admin only.
    pub fn bond_mint_delist(ctx: Context<ConfigAdmin>, mint: Pubkey) -> Result<()> {
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

    /// Makes the signer an operator of a service, with a bond.
    pub fn operator_register(ctx: Context<OperatorRegister>, args: OperatorRegisterArgs) -> Result<()> {
        ctx.accounts.handle(args, ctx.bumps.operator)
    }

    /// Adds to an operator's bond; its operator only.
    pub fn bond_deposit(ctx: Context<BondDeposit>, args: BondDepositArgs) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Starts the cooldown of free bond; its operator only.
    pub fn bond_withdraw_start(ctx: Context<BondWithdrawStart>, args: BondWithdrawStartArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Pays out withdrawn bond after its cooldown; its operator only.
    pub fn bond_withdraw(ctx: Context<BondWithdraw>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays an operator what it earned.
    pub fn earnings_claim(ctx: Context<EarningsClaim>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Closes an operator with nothing left; its operator only.
    pub fn operator_close(ctx: Context<OperatorClose>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Offers a model for inference; its creator only.
    pub fn service_open(ctx: Context<ServiceOpen>, args: ServiceOpenArgs) -> Result<()> {
        ctx.accounts.handle(args, &ctx.bumps, now_seconds()?)
    }

    /// Sets the terms of new requests; the model's creator only.
    pub fn service_configure(ctx: Context<ServiceConfigure>, args: ServiceConfigureArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Applies a service's queued split after its timelock.
    pub fn service_split_apply(ctx: Context<ServiceSplitApply>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Sets a service's price as the model's stakers decided; the model's vault signs.
    pub fn service_govern(ctx: Context<ServiceGovern>, args: ServiceGovernArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Closes a service that nobody uses, with its escrow and its count of use; the model's creator only.
    pub fn service_close(ctx: Context<ServiceClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Asks for an inference under a licence and puts its price in escrow.
    pub fn request_create(ctx: Context<RequestCreate>, args: RequestCreateArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Takes a request on and locks the bond of its result; an operator only.
    pub fn request_claim(ctx: Context<RequestClaim>, args: RequestClaimArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Takes a late claim away from its operator.
    pub fn claim_expire(ctx: Context<ClaimExpire>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Answers a claimed request; the claiming operator only.
    pub fn result_post(ctx: Context<ResultPost>, args: ResultPostArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Makes a result final after its challenge window.
    pub fn result_finalize(ctx: Context<ResultFinalize>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays an unanswered request back after its deadline.
    pub fn request_refund(ctx: Context<RequestRefund>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Closes a settled request; its requester only.
    pub fn request_close(ctx: Context<RequestClose>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Closes a counter of requests that no rate counts any more; its requester only.
    pub fn licence_use_close(ctx: Context<LicenceUseClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Closes a usage epoch that is over.
    pub fn usage_roll(ctx: Context<UsageRoll>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays the stakers' accrued share into the model's vault.
    pub fn fees_distribute(ctx: Context<FeesDistribute>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Pays the accrued shares of creator and reserve into the model's market.
    pub fn market_fees_distribute(ctx: Context<MarketFeesDistribute>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Pays the protocol's accrued share.
    pub fn fees_claim(ctx: Context<FeesClaim>) -> Result<()> {
        ctx.accounts.handle()
    }
}
