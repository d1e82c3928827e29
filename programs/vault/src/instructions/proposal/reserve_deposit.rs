use anchor_lang::prelude::*;
use modchains_program_interface::exchange::{self, Market, MarketDeposit};
use modchains_program_kit::{account, cpi, keys::same};

use super::execution::{ProposalExecuteArgs, execute};
use crate::{
    errors::{VaultError, ensure},
    events::{self, ReserveDeposited},
    state::{Proposal, ProposalAction, RevenuePool, Vault},
};

/// Executes an approved deposit into the reserve of the model's market. It lifts what backs every token without a trade, so
/// nobody can trade around it. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct ReserveDeposit<'info> {
    /// The vault.
    pub vault: AccountLoader<'info, Vault>,
    /// The proposal.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// The vault's pool of the mint that the market trades against.
    #[account(mut)]
    pub pool: AccountLoader<'info, RevenuePool>,
    /// CHECK: named by the pool.
    #[account(mut)]
    pub pool_tokens: UncheckedAccount<'info>,
    /// CHECK: viewed as the model's market, checked by owner, type and model.
    #[account(mut)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses it unless it is the market's token account.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses it unless it owns the two token accounts.
    pub token_program: UncheckedAccount<'info>,
    /// CHECK: the exchange refuses any other.
    pub exchange_event_authority: UncheckedAccount<'info>,
    /// CHECK: the exchange, which is called by its address.
    pub exchange_program: UncheckedAccount<'info>,
}

impl<'info> ReserveDeposit<'info> {
    /// Takes the atoms off the treasury, then deposits them.
    pub fn handle(&mut self, args: ProposalExecuteArgs, now_seconds: i64) -> Result<()> {
        let (action, executed) = execute(&self.vault, &self.proposal, &args, now_seconds)?;
        let ProposalAction::ReserveDeposit { reserve_atoms } = action else {
            return Err(VaultError::ActionMismatch.into());
        };
        let deposited = self.spend(reserve_atoms)?;
        self.deposit(&deposited)?;
        events::emit_fixed(&self.event_authority, &deposited)?;
        events::emit_fixed(&self.event_authority, &executed)
    }

    fn spend(&self, reserve_atoms: u64) -> Result<ReserveDeposited> {
        let mut pool = self.pool.load_mut()?;
        ensure(same(&pool.vault, self.vault.as_ref().key), VaultError::PoolOfAnotherVault)?;
        ensure(same(&pool.tokens, self.pool_tokens.key), VaultError::TokenAccountMismatch)?;
        let market = account::view::<Market>(&self.market)?;
        let fits = market.model == self.vault.load()?.model && market.quote_mint == pool.revenue_mint;
        ensure(fits, VaultError::MarketMismatch)?;
        let treasury_before = pool.treasury_atoms;
        pool.spend_treasury(reserve_atoms)?;
        Ok(ReserveDeposited {
            vault: pool.vault,
            pool: self.pool.key(),
            market: self.market.key(),
            reserve_atoms,
            treasury_atoms_before: treasury_before,
            treasury_atoms_after: pool.treasury_atoms,
        })
    }

    fn deposit(&self, deposited: &ReserveDeposited) -> Result<()> {
        let deposit = MarketDeposit {
            depositor: self.pool.as_ref(),
            depositor_tokens: &self.pool_tokens,
            market: &self.market,
            quote_vault: &self.quote_vault,
            token_program: &self.token_program,
            event_authority: &self.exchange_event_authority,
            program: &self.exchange_program,
            reserve_atoms: deposited.reserve_atoms,
            creator_atoms: 0,
        };
        let (vault, revenue_mint, bump) = {
            let pool = self.pool.load()?;
            (pool.vault, pool.revenue_mint, [pool.bump])
        };
        let signer_seeds = RevenuePool::signer_seeds(&vault, &revenue_mint, &bump);
        cpi::call(&exchange::ID, &deposit.parties(), &deposit.data(), &[&signer_seeds])
    }
}
