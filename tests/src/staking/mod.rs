//! Instructions of the vault: for each a chain on which it succeeds, and what its tests share.

pub mod governance;

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::{
        Token,
        vault::{self, PoolPlace, RevenueMints},
    },
};
use modchains_vault::{
    instructions::{RevenueDepositArgs, TreasuryDepositArgs, UnstakeArgs, VaultOpenArgs},
    state::VaultTerms,
};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use crate::{
    chain::{TOKEN, key},
    row::{Row, both},
    scenario::traded,
    world::{COOLDOWN_SECONDS, QUOTE, STREAM_SECONDS, Side, World, quote, revenue_mints, stake_args},
};

/// What a crowd has staked together, token atoms.
const CROWD_ATOMS: u64 = 1_000_000_000_000;

/// The token of a second revenue pool.
pub fn further() -> Token {
    Token { mint: key("second revenue mint").pubkey(), program: TOKEN }
}

impl Side {
    /// This side's second pool, once it is open.
    pub fn further_pool(self) -> Pubkey {
        address::vault::pool(&self.vault(), &further().mint)
    }

    /// The staker's share of the second pool, once it is open.
    pub fn share(self) -> Pubkey {
        address::vault::share(&self.position(), &self.further_pool())
    }
}

/// Both sides complete, with a second pool in each vault and everybody able to pay and be paid in its mint.
pub fn with_second_pool() -> World {
    let mut world = World::ready();
    let revenue = further();
    world.chain.put_mint(revenue.mint, revenue.program, 6);
    for side in Side::BOTH {
        for role in ["creator", "trader", "staker"] {
            let person = side.person(role);
            world.chain.put_tokens(revenue.account_of(&person), revenue.program, revenue.mint, person, QUOTE);
        }
        world.chain.must(&[vault::pool_open(&side.person("trader"), &side.model(), &revenue)]);
    }
    world
}

/// The same with a share of the staker's in the second pool.
pub fn subscribed() -> World {
    let mut world = with_second_pool();
    Side::BOTH.into_iter().for_each(|side| drop(world.chain.must(&[subscribe(side)])));
    world
}

/// The same with revenue in both pools, all of it streamed.
fn earned() -> World {
    let mut world = subscribed();
    for side in Side::BOTH {
        world.chain.must(&[deposit(side, &quote(), QUOTE), deposit(side, &further(), QUOTE / 2)]);
    }
    world.chain.advance(STREAM_SECONDS.into());
    world
}

/// Side A's vault with so many positions beside the staker's, which together have the same stake whatever their number, and
/// with revenue that streams.
pub fn crowded(positions: u64) -> World {
    let mut world = World::ready();
    let side = Side::A;
    let mut account = world.chain.raw(&side.position()).expect("the staker has a position");
    let mut position = world.position(side, "staker");
    position.staked_atoms = CROWD_ATOMS / positions;
    for _ in 0..positions {
        position.owner = Pubkey::new_unique();
        account.data[8..].copy_from_slice(bytemuck::bytes_of(&position));
        world.chain.svm.set_account(Pubkey::new_unique(), account.clone()).expect("the account can be set");
    }
    let (mut vault, mut pool) = (world.vault(side), world.pool(side));
    vault.staked_atoms += CROWD_ATOMS;
    pool.staked_atoms += CROWD_ATOMS;
    for (address, bytes) in [(side.vault(), bytemuck::bytes_of(&vault)), (side.pool(), bytemuck::bytes_of(&pool))] {
        let mut account = world.chain.raw(&address).expect("it exists");
        account.data[8..].copy_from_slice(bytes);
        world.chain.svm.set_account(address, account).expect("the account can be set");
    }
    let program = Token::of_model(&side.model()).program;
    world.chain.put_tokens(side.stake_tokens(), program, side.mint(), side.vault(), vault.staked_atoms);
    world.chain.must(&[deposit(side, &quote(), QUOTE)]);
    world.chain.advance(3_600);
    world
}

/// Vaults that everybody has left, with an atom of dust in the first pool.
fn unused() -> World {
    let mut world = World::ready();
    for side in Side::BOTH {
        world.chain.must(&[deposit(side, &quote(), QUOTE)]);
    }
    world.chain.advance(STREAM_SECONDS.into());
    for side in Side::BOTH {
        let (staker, token_atoms) = (side.person("staker"), world.position(side, "staker").staked_atoms);
        let claim = vault::revenue_claim(&staker, &side.model(), &quote(), PoolPlace::First);
        let leave = vault::unstake(&staker, &side.model(), revenue_mints(), UnstakeArgs { token_atoms });
        world.chain.must(&[claim, leave]);
    }
    world.chain.advance(COOLDOWN_SECONDS.into());
    for side in Side::BOTH {
        world.chain.must(&[vault::unstake_withdraw(&side.person("staker"), &side.model())]);
    }
    world
}

/// A second pool with an atom of dust and nobody who earns from it.
fn left() -> World {
    let mut world = earned();
    for side in Side::BOTH {
        let leave = vault::pool_unsubscribe(&side.person("staker"), &side.model(), &further().mint);
        world.chain.must(&[claim_further(side), leave]);
    }
    world
}

/// What the staker earns in, given a share of the second pool.
pub fn both_mints(shares: &[Pubkey]) -> RevenueMints<'_> {
    RevenueMints { first: quote().mint, shares }
}

/// A plain transfer of tokens from the associated account of `giver` to the token account `to`.
pub fn gift(token: &Token, giver: &Pubkey, to: Pubkey, atoms: u64) -> Instruction {
    let mut data = vec![3];
    data.extend_from_slice(&atoms.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(token.account_of(giver), false),
        AccountMeta::new(to, false),
        AccountMeta::new_readonly(*giver, true),
    ];
    Instruction { program_id: token.program, accounts, data }
}

fn subscribe(side: Side) -> Instruction {
    vault::pool_subscribe(&side.person("staker"), &side.model(), &further().mint)
}

fn deposit(side: Side, revenue: &Token, revenue_atoms: u64) -> Instruction {
    vault::revenue_deposit(&side.person("trader"), &side.model(), revenue, RevenueDepositArgs { revenue_atoms })
}

fn claim_further(side: Side) -> Instruction {
    vault::revenue_claim(&side.person("staker"), &side.model(), &further(), PoolPlace::Further)
}

fn unstake(side: Side) -> Instruction {
    vault::unstake(&side.person("staker"), &side.model(), revenue_mints(), UnstakeArgs { token_atoms: 1_000_000 })
}

/// Rows of [`crate::scenario`].
pub(crate) fn builds() -> Vec<Row> {
    let mut rows = vault_builds();
    rows.extend(position_builds());
    rows.extend(revenue_builds());
    rows
}

fn vault_builds() -> Vec<Row> {
    vec![
        ("vault_open", traded, |_| {
            let terms = VaultTerms { cooldown_seconds: COOLDOWN_SECONDS, stream_seconds: 2 * STREAM_SECONDS };
            let args = VaultOpenArgs { terms: Some(terms) };
            both(|side| vault::vault_open(&side.person("creator"), &side.model(), &quote(), args))
        }),
        ("vault_close", unused, |_| both(|side| vault::vault_close(&side.person("creator"), &side.model(), &quote()))),
        ("pool_open", World::ready, |world| {
            world.chain.put_mint(further().mint, further().program, 6);
            both(|side| vault::pool_open(&side.person("trader"), &side.model(), &further()))
        }),
        ("pool_close", left, |_| both(|side| vault::pool_close(&side.person("trader"), &side.model(), &further()))),
    ]
}

fn position_builds() -> Vec<Row> {
    vec![
        ("position_open", World::ready, |_| both(|side| vault::position_open(&side.person("trader"), &side.model()))),
        ("position_close", World::ready, |world| {
            both(|side| {
                let (trader, model) = (side.person("trader"), side.model());
                world.chain.must(&[vault::position_open(&trader, &model)]);
                vault::position_close(&trader, &model)
            })
        }),
        ("pool_subscribe", with_second_pool, |_| both(subscribe)),
        ("pool_unsubscribe", subscribed, |_| {
            both(|side| vault::pool_unsubscribe(&side.person("staker"), &side.model(), &further().mint))
        }),
        ("stake", World::ready, |_| {
            both(|side| vault::stake(&side.person("staker"), &side.model(), revenue_mints(), stake_args(1_000_000)))
        }),
        ("unstake", World::ready, |_| both(unstake)),
        ("unstake_withdraw", World::ready, |world| {
            Side::BOTH.into_iter().for_each(|side| drop(world.chain.must(&[unstake(side)])));
            world.chain.advance(COOLDOWN_SECONDS.into());
            both(|side| vault::unstake_withdraw(&side.person("staker"), &side.model()))
        }),
    ]
}

fn revenue_builds() -> Vec<Row> {
    vec![
        ("revenue_deposit", World::ready, |_| both(|side| deposit(side, &quote(), QUOTE))),
        ("treasury_deposit", World::ready, |_| {
            let args = TreasuryDepositArgs { revenue_atoms: QUOTE };
            both(|side| vault::treasury_deposit(&side.person("trader"), &side.model(), &quote(), args))
        }),
        ("revenue_sweep", World::ready, |world| {
            both(|side| {
                world.chain.put_tokens(side.pool_tokens(), TOKEN, quote().mint, side.pool(), QUOTE);
                vault::revenue_sweep(&side.model(), &quote().mint)
            })
        }),
        ("stake_sweep", World::ready, |world| {
            both(|side| {
                let (trader, token) = (side.person("trader"), Token::of_model(&side.model()));
                let gift = gift(&token, &trader, side.stake_tokens(), 1_000);
                world.chain.must(&[vault::pool_open(&trader, &side.model(), &token), gift]);
                vault::stake_sweep(&side.model())
            })
        }),
        ("revenue_claim", earned, |_| both(claim_further)),
    ]
}
