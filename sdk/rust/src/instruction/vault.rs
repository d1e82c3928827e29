//! Instructions of the vault program.

use modchains_vault::{
    ID, accounts, instruction as data,
    instructions::{RevenueDepositArgs, StakeArgs, UnstakeArgs, VaultOpenArgs},
};
use solana_instruction::{AccountMeta, Instruction};

use super::{Token, instruction};
use crate::{
    Pubkey,
    address::{
        SYSTEM_PROGRAM,
        vault::{EVENT_AUTHORITY, pool, pool_tokens, position, stake_tokens, vault},
    },
};

/// Opens a model's vault with a first pool for revenue in `revenue`. The model's creator signs and pays.
pub fn vault_open(creator: &Pubkey, model: &Pubkey, revenue: &Token, args: VaultOpenArgs) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let pool = pool(&vault, &revenue.mint);
    let accounts = accounts::VaultOpen {
        creator: *creator,
        model: *model,
        mint: token.mint,
        vault,
        stake_tokens: stake_tokens(&vault),
        revenue_mint: revenue.mint,
        pool,
        pool_tokens: pool_tokens(&pool),
        token_program: token.program,
        revenue_token_program: revenue.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::VaultOpen { args })
}

/// Opens a further pool, for revenue in `revenue`. The model's creator signs and pays.
pub fn pool_open(creator: &Pubkey, model: &Pubkey, revenue: &Token) -> Instruction {
    let vault = vault(model);
    let pool = pool(&vault, &revenue.mint);
    let accounts = accounts::PoolOpen {
        creator: *creator,
        model: *model,
        vault,
        revenue_mint: revenue.mint,
        pool,
        pool_tokens: pool_tokens(&pool),
        revenue_token_program: revenue.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PoolOpen {})
}

/// Opens the position of `owner` in a model's vault. The owner signs and pays.
pub fn position_open(owner: &Pubkey, model: &Pubkey) -> Instruction {
    let vault = vault(model);
    let accounts = accounts::PositionOpen {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PositionOpen {})
}

/// The pools that a change of stake must pass, in the order of their indices.
#[derive(Debug, Clone, Copy)]
pub struct RevenueMints<'a> {
    /// Mint of the vault's first pool.
    pub first: Pubkey,
    /// Mints of all further pools, in order.
    pub more: &'a [Pubkey],
}

/// Stakes tokens from the owner's associated account. The owner signs; its position must exist.
pub fn stake(owner: &Pubkey, model: &Pubkey, revenue: RevenueMints, args: StakeArgs) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let accounts = accounts::Stake {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        owner_tokens: token.account_of(owner),
        stake_tokens: stake_tokens(&vault),
        pool: pool(&vault, &revenue.first),
        token_program: token.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    with_pools(instruction(ID, &accounts, &data::Stake { args }), &vault, revenue.more)
}

/// Starts the cooldown of staked tokens. The owner signs.
pub fn unstake(owner: &Pubkey, model: &Pubkey, revenue: RevenueMints, args: UnstakeArgs) -> Instruction {
    let vault = vault(model);
    let accounts = accounts::Unstake {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        pool: pool(&vault, &revenue.first),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    with_pools(instruction(ID, &accounts, &data::Unstake { args }), &vault, revenue.more)
}

fn with_pools(mut instruction: Instruction, vault: &Pubkey, mints: &[Pubkey]) -> Instruction {
    instruction.accounts.extend(mints.iter().map(|mint| AccountMeta::new(pool(vault, mint), false)));
    instruction
}

/// Pays everything cooled to the owner's associated account. The owner signs.
pub fn unstake_withdraw(owner: &Pubkey, model: &Pubkey) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let accounts = accounts::UnstakeWithdraw {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        owner_tokens: token.account_of(owner),
        stake_tokens: stake_tokens(&vault),
        token_program: token.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::UnstakeWithdraw {})
}

/// Adds revenue from the depositor's associated account to a pool. The depositor signs.
pub fn revenue_deposit(depositor: &Pubkey, model: &Pubkey, revenue: &Token, args: RevenueDepositArgs) -> Instruction {
    let vault = vault(model);
    let pool = pool(&vault, &revenue.mint);
    let accounts = accounts::RevenueDeposit {
        depositor: *depositor,
        depositor_tokens: revenue.account_of(depositor),
        vault,
        pool,
        pool_tokens: pool_tokens(&pool),
        token_program: revenue.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RevenueDeposit { args })
}

/// Pays what a position earned in `revenue` to the owner's associated account, which must exist. The owner signs.
pub fn revenue_claim(owner: &Pubkey, model: &Pubkey, revenue: &Token) -> Instruction {
    let vault = vault(model);
    let pool = pool(&vault, &revenue.mint);
    let accounts = accounts::RevenueClaim {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        pool,
        pool_tokens: pool_tokens(&pool),
        owner_tokens: revenue.account_of(owner),
        token_program: revenue.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RevenueClaim {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_pools_follow_in_order_and_writable() {
        let (owner, model) = (Pubkey::new_unique(), Pubkey::new_unique());
        let more = [Pubkey::new_unique(), Pubkey::new_unique()];
        let revenue = RevenueMints { first: Pubkey::new_unique(), more: &more };
        let stake = stake(&owner, &model, revenue, StakeArgs { token_atoms: 1 });
        let last_two = &stake.accounts[stake.accounts.len() - 2..];
        for (meta, mint) in last_two.iter().zip(more) {
            assert_eq!(*meta, AccountMeta::new(pool(&vault(&model), &mint), false));
        }
    }
}
