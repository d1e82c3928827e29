//! The vault program: a model's token is staked, and what the model earns is streamed to the stakers.
//!
//! Revenue comes from anyone, by CPI from the exchange (trade fees) and the oracle (inference fees), in any number of
//! mints: a position earns from the vault's first pool, and from any other that it has a share of. Revenue is streamed over
//! time, so staking around a deposit earns nothing. A stake on its way out earns nothing.

#![allow(missing_docs, reason = "Anchor derives public items without documentation")]

use anchor_lang::prelude::*;
use modchains_program_kit::clock::now_seconds;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;
use state::ProposalContent;

declare_id!(modchains_program_interface::vault::ID);

modchains_program_kit::security_contact!("ModChains vault");

/// Instructions of the vault program.
#[cfg(feature = "lean-entry")]
modchains_program_kit::entrypoint!(try_entry, EVENT_AUTHORITY_AND_BUMP.0);

#[program]
pub mod vault {
    use super::*;

    // Instructions are looked up in this order, so those that stakers send most come first.

    /// Pays out what the position has earned from a pool.
    pub fn revenue_claim(ctx: Context<RevenueClaim>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Stakes model tokens. The position's shares follow as remaining accounts, each with its pool after it.
    pub fn stake<'info>(ctx: Context<'info, Stake<'info>>, args: StakeArgs) -> Result<()> {
        ctx.accounts.handle(ctx.remaining_accounts, args, now_seconds()?)
    }

    /// Starts the cooldown of staked tokens, and restarts it for what was cooling already. Shares as in `stake`.
    pub fn unstake<'info>(ctx: Context<'info, Unstake<'info>>, args: UnstakeArgs) -> Result<()> {
        ctx.accounts.handle(ctx.remaining_accounts, args, now_seconds()?)
    }

    /// Adds revenue to a pool. Anyone may.
    pub fn revenue_deposit(ctx: Context<RevenueDeposit>, args: RevenueDepositArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Votes on a proposal with the stake that was there before it and has stayed.
    pub fn proposal_vote(ctx: Context<ProposalVote>, args: ProposalVoteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Pays out everything the position had cooling, from the cooldown's end second on.
    pub fn unstake_withdraw(ctx: Context<UnstakeWithdraw>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Opens a model's vault with its first revenue pool. Anyone may on the default terms, the model's creator on others.
    pub fn vault_open(ctx: Context<VaultOpen>, args: VaultOpenArgs) -> Result<()> {
        ctx.accounts.handle(args, &ctx.bumps, now_seconds()?)
    }

    /// Closes a vault that nobody uses, with its first pool; who paid the rent only.
    pub fn vault_close(ctx: Context<VaultClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Opens a further revenue pool, for another mint. Anyone may.
    pub fn pool_open(ctx: Context<PoolOpen>) -> Result<()> {
        ctx.accounts.handle(&ctx.bumps, now_seconds()?)
    }

    /// Closes a further pool that owes nobody anything; who paid the rent only.
    pub fn pool_close(ctx: Context<PoolClose>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Opens the signer's position in a vault.
    pub fn position_open(ctx: Context<PositionOpen>) -> Result<()> {
        ctx.accounts.handle(ctx.bumps.position)
    }

    /// Closes the signer's position once nothing is left in it.
    pub fn position_close(ctx: Context<PositionClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Has a position earn from a further pool.
    pub fn pool_subscribe(ctx: Context<PoolSubscribe>) -> Result<()> {
        ctx.accounts.handle(ctx.bumps.share, now_seconds()?)
    }

    /// Has a position earn from a further pool no more, once nothing is due from it.
    pub fn pool_unsubscribe(ctx: Context<PoolUnsubscribe>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Deposits what was sent to a pool's tokens directly. Anyone may.
    pub fn revenue_sweep(ctx: Context<RevenueSweep>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Deposits model tokens that were sent to the vault's tokens directly. Anyone may.
    pub fn stake_sweep(ctx: Context<StakeSweep>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Adds tokens to the treasury. Anyone may.
    pub fn treasury_deposit(ctx: Context<TreasuryDeposit>, args: TreasuryDepositArgs) -> Result<()> {
        ctx.accounts.handle(args)
    }

    /// Opens a proposal; the owner of a position with 0.5 % of the stake.
    pub fn proposal_open(ctx: Context<ProposalOpen>, content: ProposalContent) -> Result<()> {
        ctx.accounts.handle(content, now_seconds()?)
    }

    /// Executes an approved signal, or change of the treasury's share. Anyone may.
    pub fn proposal_execute(ctx: Context<ProposalExecute>, args: ProposalExecuteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Starts an approved grant. Anyone may.
    pub fn grant_start(ctx: Context<GrantStart>, args: ProposalExecuteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Stops a grant as decided. Anyone may.
    pub fn grant_stop(ctx: Context<GrantStop>, args: ProposalExecuteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Moves a part of the treasury into the market's reserve, as decided. Anyone may.
    pub fn reserve_deposit(ctx: Context<ReserveDeposit>, args: ProposalExecuteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Sets the fee of the model's service, as decided. Anyone may.
    pub fn service_fee_set(ctx: Context<ServiceFeeSet>, args: ProposalExecuteArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Closes a proposal that is settled. Anyone may.
    pub fn proposal_close(ctx: Context<ProposalClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Pays what a grant has released. Anyone may.
    pub fn grant_claim(ctx: Context<GrantClaim>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Closes a grant of which nothing is left. Anyone may.
    pub fn grant_close(ctx: Context<GrantClose>) -> Result<()> {
        ctx.accounts.handle()
    }
}
