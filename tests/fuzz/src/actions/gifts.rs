//! What the token programs allow anybody: sending tokens where nobody asked for them, and burning one's own.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{address, instruction::Token};
use solana_instruction::{AccountMeta, Instruction};

use super::action::{Action, Plan, short};
use crate::{
    pick::Pick,
    seen::{BURN, TRANSFER},
    setup::Setup,
};

/// What can be done.
pub const ACTIONS: &[Action] = &[
    Action { name: "donate", weight: 4, build: donate },
    Action { name: "hand_over", weight: 6, build: hand_over },
    Action { name: "burn", weight: 2, build: burn },
];

/// Sends tokens to an account that a program keeps.
fn donate(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let ledger = &setup.ledger;
    let mut vaults: Vec<(Token, Pubkey)> =
        ledger.markets.values().map(|market| (setup.quote_of(market), market.quote_vault)).collect();
    vaults.extend(ledger.services.values().map(|service| (setup.quote(&service.quote_mint), service.escrow)));
    vaults.extend(ledger.pools.values().map(|pool| (setup.token(&pool.revenue_mint), pool.tokens)));
    vaults.extend(ledger.vaults.values().map(|vault| (Token::of_model(&vault.model), vault.stake_tokens)));
    let (token, vault) = *pick.one(&vaults)?;
    let giver = setup.anybody(pick);
    let atoms = pick.affordable(setup.atoms(&token.account_of(&giver)).min(1_000_000_000));
    let what = format!("{} sends {atoms} to {}", short(&giver), short(&vault));
    Some(Plan::one(transfer(&token, token.account_of(&giver), vault, giver, atoms), what))
}

/// One person gives model tokens to another.
fn hand_over(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let models: Vec<_> = setup.ledger.models.keys().copied().collect();
    let token = Token::of_model(pick.one(&models)?);
    let (giver, taker) = (setup.anybody(pick), setup.anybody(pick));
    let atoms = pick.affordable(setup.atoms(&token.account_of(&giver)));
    let what = format!("{} gives {atoms} tokens to {}", short(&giver), short(&taker));
    Some(Plan::one(transfer(&token, token.account_of(&giver), token.account_of(&taker), giver, atoms), what))
}

/// A holder destroys model tokens without selling them.
fn burn(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let models: Vec<_> = setup.ledger.models.keys().copied().collect();
    let token = Token::of_model(pick.one(&models)?);
    let holder = setup.anybody(pick);
    let atoms = pick.magnitude(setup.atoms(&token.account_of(&holder)) / 100);
    let accounts = vec![
        AccountMeta::new(token.account_of(&holder), false),
        AccountMeta::new(token.mint, false),
        AccountMeta::new_readonly(holder, true),
    ];
    let instruction = Instruction { program_id: address::TOKEN_2022_PROGRAM, accounts, data: data(BURN, atoms) };
    Some(Plan::one(instruction, format!("{} burns {atoms}", short(&holder))))
}

/// Moves `atoms` from one token account to another; their owner signs.
pub fn transfer(token: &Token, from: Pubkey, to: Pubkey, owner: Pubkey, atoms: u64) -> Instruction {
    let accounts =
        vec![AccountMeta::new(from, false), AccountMeta::new(to, false), AccountMeta::new_readonly(owner, true)];
    Instruction { program_id: token.program, accounts, data: data(TRANSFER, atoms) }
}

fn data(tag: u8, atoms: u64) -> Vec<u8> {
    let mut data = vec![tag];
    data.extend_from_slice(&atoms.to_le_bytes());
    data
}
