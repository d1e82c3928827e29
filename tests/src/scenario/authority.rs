//! Instructions of upgrade authority, admins and treasuries: for each a chain on which it succeeds.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::Role;
use modchains_oracle::instructions::{BondMintAllowArgs, ConfigChangeQueueArgs};
use modchains_sdk::instruction::{exchange, oracle};
use solana_signer::Signer;

use super::base::{admin, one};
use crate::{
    chain::{TOKEN, key},
    row::{Row, both},
    world::{Side, TIMELOCK_SECONDS, World, market_params, oracle_params, quote},
};

fn heir() -> Pubkey {
    key("new admin").pubkey()
}

/// Configured, with the admin's roles offered.
fn offered() -> World {
    let mut world = World::configured();
    let (admin, to) = (admin(), heir());
    world.chain.fund(&to);
    let offers = [
        exchange::role_transfer_offer(&admin, Role::Admin, &to),
        oracle::role_transfer_offer(&admin, Role::Admin, &to),
    ];
    world.chain.must(&offers);
    world
}

pub(super) fn exchange_builds() -> Vec<Row> {
    vec![
        ("config_initialize", World::blank, |world| {
            let [exchange, oracle, ..] = <[_; 4]>::try_from(world.configuration()).expect("four instructions");
            [exchange, oracle]
        }),
        ("config_change_queue", World::configured, |_| one(exchange::config_change_queue(&admin(), market_params()))),
        ("config_change_apply", World::configured, |world| {
            world.chain.must(&[exchange::config_change_queue(&admin(), market_params())]);
            world.chain.advance(TIMELOCK_SECONDS.into());
            one(exchange::config_change_apply())
        }),
        ("quote_mint_allow", World::configured, |world| {
            let mints = [key("second quote mint").pubkey(), key("third quote mint").pubkey()];
            mints.map(|mint| {
                world.chain.put_mint(mint, TOKEN, 6);
                exchange::quote_mint_allow(&admin(), &mint)
            })
        }),
        ("quote_mint_delist", World::configured, |_| one(exchange::quote_mint_delist(&admin(), &quote().mint))),
        ("role_transfer_offer", World::configured, |_| {
            one(exchange::role_transfer_offer(&admin(), Role::Admin, &heir()))
        }),
        ("role_transfer_accept", offered, |_| one(exchange::role_transfer_accept(&heir(), Role::Admin))),
        ("role_transfer_cancel", offered, |_| one(exchange::role_transfer_cancel(&admin(), Role::Admin))),
        ("market_pause", World::ready, |world| {
            let until_seconds = world.chain.now() + 60;
            both(|side| exchange::market_pause(&admin(), &side.model(), until_seconds))
        }),
        ("pause_budget_close", World::ready, |world| {
            let now = world.chain.now();
            for side in Side::BOTH {
                world.chain.must(&[exchange::market_pause(&admin(), &side.model(), now + 60)]);
            }
            world.chain.advance(16 * 7 * 86_400);
            both(|side| exchange::pause_budget_close(&side.model(), &admin()))
        }),
    ]
}

pub(super) fn oracle_builds() -> Vec<Row> {
    vec![
        ("config_initialize", World::blank, |world| {
            let [exchange, oracle, ..] = <[_; 4]>::try_from(world.configuration()).expect("four instructions");
            [oracle, exchange]
        }),
        ("config_change_queue", World::configured, |_| {
            one(oracle::config_change_queue(&admin(), ConfigChangeQueueArgs { params: oracle_params() }))
        }),
        ("config_change_apply", World::configured, |world| {
            world
                .chain
                .must(&[oracle::config_change_queue(&admin(), ConfigChangeQueueArgs { params: oracle_params() })]);
            world.chain.advance(TIMELOCK_SECONDS.into());
            one(oracle::config_change_apply())
        }),
        ("bond_mint_allow", World::configured, |_| {
            let args = BondMintAllowArgs { min_bond_atoms: 2, claim_bond_atoms: 1, requester_cap_atoms: 1 };
            one(oracle::bond_mint_allow(&admin(), &quote().mint, args))
        }),
        ("bond_mint_delist", World::configured, |_| one(oracle::bond_mint_delist(&admin(), &quote().mint))),
        ("role_transfer_offer", World::configured, |_| {
            one(oracle::role_transfer_offer(&admin(), Role::Admin, &heir()))
        }),
        ("role_transfer_accept", offered, |_| one(oracle::role_transfer_accept(&heir(), Role::Admin))),
        ("role_transfer_cancel", offered, |_| one(oracle::role_transfer_cancel(&admin(), Role::Admin))),
    ]
}
