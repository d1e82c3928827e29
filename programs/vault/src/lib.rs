//! The vault program: a model's token is staked, and what the model earns is streamed to the stakers.
//!
//! Revenue comes from anyone, by CPI from the exchange (trade fees) and the oracle (inference fees), in up to four
//! mints. It is streamed over time, so staking around a deposit earns nothing. A stake on its way out earns nothing.

#![allow(missing_docs, reason = "Anchor derives public items without documentation")]

use anchor_lang::prelude::*;
use modchains_program_kit::clock::now_seconds;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!(modchains_program_interface::vault::ID);

modchains_program_kit::security_contact!("ModChains vault");

/// Instructions of the vault program.
#[cfg(feature = "lean-entry")]
modchains_program_kit::entrypoint!(try_entry, EVENT_AUTHORITY_AND_BUMP.0);

#[program]
pub mod vault {
    use super::*;

    /// Opens a model's vault with its first revenue pool. The model's creator signs.
    pub fn vault_open(ctx: Context<VaultOpen>, args: VaultOpenArgs) -> Result<()> {
        ctx.accounts.handle(args, &ctx.bumps, now_seconds()?)
    }

    /// Opens a further revenue pool, for another mint. The model's creator signs.
    pub fn pool_open(ctx: Context<PoolOpen>) -> Result<()> {
        ctx.accounts.handle(&ctx.bumps, now_seconds()?)
    }

    /// Opens the signer's position in a vault.
    pub fn position_open(ctx: Context<PositionOpen>) -> Result<()> {
        ctx.accounts.handle(ctx.bumps.position)
    }

    /// Stakes model tokens. Pools beyond the first follow as remaining accounts, writable, in the order of their indices.
    pub fn stake<'info>(ctx: Context<'info, Stake<'info>>, args: StakeArgs) -> Result<()> {
        ctx.accounts.handle(ctx.remaining_accounts, args, now_seconds()?)
    }

    /// Starts the cooldown of staked tokens, and restarts it for what was cooling already. Pools as in `stake`.
    pub fn unstake<'info>(ctx: Context<'info, Unstake<'info>>, args: UnstakeArgs) -> Result<()> {
        ctx.accounts.handle(ctx.remaining_accounts, args, now_seconds()?)
    }

    /// Pays out everything the position had cooling, from the cooldown's end second on.
    pub fn unstake_withdraw(ctx: Context<UnstakeWithdraw>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Adds revenue to a pool. Anyone may.
    pub fn revenue_deposit(ctx: Context<RevenueDeposit>, args: RevenueDepositArgs) -> Result<()> {
        ctx.accounts.handle(args, now_seconds()?)
    }

    /// Pays out what the position has earned from a pool.
    pub fn revenue_claim(ctx: Context<RevenueClaim>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }
}
