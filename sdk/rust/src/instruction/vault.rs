//! Instructions of the vault program.

use modchains_vault::{
    ID, accounts, instruction as data,
    instructions::{RevenueDepositArgs, StakeArgs, TreasuryDepositArgs, UnstakeArgs, VaultOpenArgs},
};
use solana_instruction::{AccountMeta, Instruction};

use super::{Token, instruction};
use crate::{
    Pubkey,
    address::{
        SYSTEM_PROGRAM, exchange,
        vault::{EVENT_AUTHORITY, pool, pool_tokens, position, share, stake_tokens, vault},
    },
};

/// Opens a model's vault with its first pool, for revenue in `quote`, which the model's market trades against. The payer
/// signs: anybody on the default terms, the model's creator on others.
pub fn vault_open(payer: &Pubkey, model: &Pubkey, quote: &Token, args: VaultOpenArgs) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let pool = pool(&vault, &quote.mint);
    let accounts = accounts::VaultOpen {
        payer: *payer,
        model: *model,
        market: exchange::market(model),
        mint: token.mint,
        vault,
        stake_tokens: stake_tokens(&vault),
        revenue_mint: quote.mint,
        pool,
        pool_tokens: pool_tokens(&pool),
        token_program: token.program,
        revenue_token_program: quote.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::VaultOpen { args })
}

/// Closes a vault that nobody uses, with its first pool. Who paid the rent signs and gets it back; the pool's dust goes to
/// its associated account, which must exist if there is any.
pub fn vault_close(payer: &Pubkey, model: &Pubkey, quote: &Token) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let pool = pool(&vault, &quote.mint);
    let accounts = accounts::VaultClose {
        payer: *payer,
        vault,
        stake_tokens: stake_tokens(&vault),
        pool,
        pool_tokens: pool_tokens(&pool),
        payer_tokens: quote.account_of(payer),
        token_program: token.program,
        revenue_token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::VaultClose {})
}

/// Opens a further pool, for revenue in `revenue`. The payer signs.
pub fn pool_open(payer: &Pubkey, model: &Pubkey, revenue: &Token) -> Instruction {
    let vault = vault(model);
    let pool = pool(&vault, &revenue.mint);
    let accounts = accounts::PoolOpen {
        payer: *payer,
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

/// Closes a further pool. Who paid the rent signs and gets it back; dust goes where [`vault_close`] sends it.
pub fn pool_close(payer: &Pubkey, model: &Pubkey, revenue: &Token) -> Instruction {
    let pool = pool(&vault(model), &revenue.mint);
    let accounts = accounts::PoolClose {
        payer: *payer,
        pool,
        pool_tokens: pool_tokens(&pool),
        payer_tokens: revenue.account_of(payer),
        token_program: revenue.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PoolClose {})
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

/// Closes the position of `owner` in a model's vault. The owner signs and gets the rent back.
pub fn position_close(owner: &Pubkey, model: &Pubkey) -> Instruction {
    let accounts = accounts::PositionClose {
        owner: *owner,
        position: position(&vault(model), owner),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PositionClose {})
}

/// Has the owner's position earn from a further pool, for revenue in `mint`. The owner signs and pays.
pub fn pool_subscribe(owner: &Pubkey, model: &Pubkey, mint: &Pubkey) -> Instruction {
    let vault = vault(model);
    let (position, pool) = (position(&vault, owner), pool(&vault, mint));
    let accounts = accounts::PoolSubscribe {
        owner: *owner,
        position,
        pool,
        share: share(&position, &pool),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PoolSubscribe {})
}

/// Has the owner's position earn from a further pool no more. The owner signs and gets the rent back.
pub fn pool_unsubscribe(owner: &Pubkey, model: &Pubkey, mint: &Pubkey) -> Instruction {
    let vault = vault(model);
    let (position, pool) = (position(&vault, owner), pool(&vault, mint));
    let accounts = accounts::PoolUnsubscribe {
        owner: *owner,
        position,
        pool,
        share: share(&position, &pool),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::PoolUnsubscribe {})
}

/// What a position earns in: a change of its stake must pass all of it.
#[derive(Debug, Clone, Copy)]
pub struct RevenueMints<'a> {
    /// Mint of the vault's first pool.
    pub first: Pubkey,
    /// Mints of the further pools that the position has a share of, in any order.
    pub shares: &'a [Pubkey],
}

/// Stakes tokens from the owner's associated account. The owner signs; its position must exist.
pub fn stake(owner: &Pubkey, model: &Pubkey, revenue: RevenueMints, args: StakeArgs) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let position = position(&vault, owner);
    let accounts = accounts::Stake {
        owner: *owner,
        vault,
        position,
        owner_tokens: token.account_of(owner),
        stake_tokens: stake_tokens(&vault),
        pool: pool(&vault, &revenue.first),
        token_program: token.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    with_shares(instruction(ID, &accounts, &data::Stake { args }), &vault, &position, revenue.shares)
}

/// Starts the cooldown of staked tokens. The owner signs.
pub fn unstake(owner: &Pubkey, model: &Pubkey, revenue: RevenueMints, args: UnstakeArgs) -> Instruction {
    let vault = vault(model);
    let position = position(&vault, owner);
    let accounts = accounts::Unstake {
        owner: *owner,
        vault,
        position,
        pool: pool(&vault, &revenue.first),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    with_shares(instruction(ID, &accounts, &data::Unstake { args }), &vault, &position, revenue.shares)
}

fn with_shares(mut instruction: Instruction, vault: &Pubkey, position: &Pubkey, mints: &[Pubkey]) -> Instruction {
    for mint in mints {
        let pool = pool(vault, mint);
        instruction.accounts.extend([share(position, &pool), pool].map(|key| AccountMeta::new(key, false)));
    }
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

/// Adds tokens from the depositor's associated account to a vault's treasury. The depositor signs.
pub fn treasury_deposit(depositor: &Pubkey, model: &Pubkey, revenue: &Token, args: TreasuryDepositArgs) -> Instruction {
    let pool = pool(&vault(model), &revenue.mint);
    let accounts = accounts::TreasuryDeposit {
        depositor: *depositor,
        depositor_tokens: revenue.account_of(depositor),
        pool,
        pool_tokens: pool_tokens(&pool),
        token_program: revenue.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::TreasuryDeposit { args })
}

/// Deposits what was sent to a pool's token account directly. Nobody signs.
pub fn revenue_sweep(model: &Pubkey, mint: &Pubkey) -> Instruction {
    let vault = vault(model);
    let pool = pool(&vault, mint);
    let accounts = accounts::RevenueSweep {
        vault,
        pool,
        pool_tokens: pool_tokens(&pool),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RevenueSweep {})
}

/// Deposits model tokens that were sent to the vault's token account directly into its pool for the model's own token,
/// which must exist. Nobody signs.
pub fn stake_sweep(model: &Pubkey) -> Instruction {
    let (vault, token) = (vault(model), Token::of_model(model));
    let pool = pool(&vault, &token.mint);
    let accounts = accounts::StakeSweep {
        vault,
        stake_tokens: stake_tokens(&vault),
        pool,
        pool_tokens: pool_tokens(&pool),
        token_program: token.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::StakeSweep {})
}

/// Which of a vault's pools one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolPlace {
    /// The first, from which every position earns.
    First,
    /// Another, from which a position with a share earns.
    Further,
}

/// Pays what a position earned in `revenue` to the owner's associated account, which must exist. The owner signs.
pub fn revenue_claim(owner: &Pubkey, model: &Pubkey, revenue: &Token, place: PoolPlace) -> Instruction {
    let vault = vault(model);
    let (position, pool) = (position(&vault, owner), pool(&vault, &revenue.mint));
    let accounts = accounts::RevenueClaim {
        owner: *owner,
        position,
        pool,
        pool_tokens: pool_tokens(&pool),
        owner_tokens: revenue.account_of(owner),
        token_program: revenue.program,
        share: (place == PoolPlace::Further).then(|| share(&position, &pool)),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RevenueClaim {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_share_follows_with_its_pool_and_writable() {
        let (owner, model) = (Pubkey::new_unique(), Pubkey::new_unique());
        let shares = [Pubkey::new_unique(), Pubkey::new_unique()];
        let revenue = RevenueMints { first: Pubkey::new_unique(), shares: &shares };
        let stake = stake(&owner, &model, revenue, StakeArgs { token_atoms: 1, rules_counter: 2 });
        let vault = vault(&model);
        let position = position(&vault, &owner);
        let last_four = &stake.accounts[stake.accounts.len() - 4..];
        for (pair, mint) in last_four.chunks(2).zip(shares) {
            let pool = pool(&vault, &mint);
            assert_eq!(pair, [share(&position, &pool), pool].map(|key| AccountMeta::new(key, false)));
        }
    }
}
