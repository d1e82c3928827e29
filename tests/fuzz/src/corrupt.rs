//! Wrong accounts: what somebody could put in the place of the right ones.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{address, instruction::Token};
use solana_instruction::Instruction;

use crate::{
    pick::Pick,
    seen::Tokens,
    setup::{Setup, other_account, treasury},
};

/// How many of a hundred transactions are sent with a wrong account.
pub const PERCENT: u64 = 6;

/// Makes one account of one instruction wrong. False when that changed nothing.
pub fn corrupt(setup: &Setup, instructions: &mut [Instruction], pick: &mut Pick) -> bool {
    let index = pick.below(instructions.len() as u64) as usize;
    let before = instructions[index].clone();
    let accounts = before.accounts.len() as u64;
    if accounts == 0 {
        return false;
    }
    let wrong = candidates(setup);
    let corrupted = &mut instructions[index];
    let place = pick.below(accounts) as usize;
    match pick.below(10) {
        0 => corrupted.accounts[place].is_signer = false,
        1 => {
            let other = pick.below(accounts) as usize;
            let address = corrupted.accounts[other].pubkey;
            corrupted.accounts[place].pubkey = address;
        }
        2 => corrupted.accounts.truncate(place),
        3 | 4 => steal(setup, corrupted, pick),
        5 => elsewhere(setup, corrupted, pick),
        _ => {
            // Its like: an account of the same owner and size, say another market's vault.
            let like = setup.chain.raw(&corrupted.accounts[place].pubkey);
            let is_like = |address: &&Pubkey| match (&like, setup.chain.raw(address)) {
                (Some(like), Some(other)) => like.owner == other.owner && like.data.len() == other.data.len(),
                _ => false,
            };
            let likes: Vec<_> = wrong.iter().filter(is_like).collect();
            let choice =
                if pick.percent(75) { pick.one(&likes).map(|found| **found) } else { pick.one(&wrong).copied() };
            if let Some(address) = choice {
                corrupted.accounts[place].pubkey = address;
            }
        }
    }
    *corrupted != before
}

/// Somebody else signs in the place of whoever had to, with token accounts of their own.
fn steal(setup: &Setup, instruction: &mut Instruction, pick: &mut Pick) {
    let thief = setup.anybody(pick);
    let victims: Vec<_> = instruction.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
    let Some(victim) = pick.one(&victims).copied() else { return };
    let tokens = setup.quotes.iter().copied().chain(setup.ledger.models.keys().map(Token::of_model));
    let mut swaps: Vec<(Pubkey, Pubkey)> =
        tokens.map(|token| (token.account_of(&victim), token.account_of(&thief))).collect();
    swaps.push((victim, thief));
    for meta in &mut instruction.accounts {
        if let Some((_, own)) = swaps.iter().find(|(theirs, _)| *theirs == meta.pubkey) {
            meta.pubkey = *own;
        }
    }
}

/// Another token account of the same owner takes the place of somebody's.
fn elsewhere(setup: &Setup, instruction: &mut Instruction, pick: &mut Pick) {
    let tokens = |address: &Pubkey| setup.chain.raw(address).as_ref().and_then(Tokens::of);
    let other = |address: &Pubkey| {
        let found = tokens(address).filter(|found| setup.people.contains(&found.owner) || found.owner == treasury())?;
        let other = other_account(&found.owner, &found.mint);
        tokens(&other).is_some().then_some(other)
    };
    let found: Vec<_> = instruction.accounts.iter().map(|meta| other(&meta.pubkey)).enumerate().collect();
    let found: Vec<_> = found.into_iter().filter_map(|(place, other)| Some((place, other?))).collect();
    if let Some((place, other)) = pick.one(&found) {
        instruction.accounts[*place].pubkey = *other;
    }
}

/// Every account that could be mistaken for another.
fn candidates(setup: &Setup) -> Vec<Pubkey> {
    let ledger = &setup.ledger;
    let mut found: Vec<Pubkey> = setup.people.clone();
    for market in ledger.markets.values() {
        found.extend([market.model, market.mint, market.quote_vault, market.quote_mint]);
        found.extend(setup.people.iter().map(|person| Token::of_model(&market.model).account_of(person)));
    }
    for quote in &setup.quotes {
        found.extend(setup.people.iter().chain([&treasury()]).map(|person| quote.account_of(person)));
    }
    found.extend(
        ledger.markets.keys().chain(ledger.vaults.keys()).chain(ledger.pools.keys()).chain(ledger.positions.keys()),
    );
    found.extend(
        ledger.services.keys().chain(ledger.usages.keys()).chain(ledger.operators.keys()).chain(ledger.requests.keys()),
    );
    found.extend(ledger.shares.keys().chain(ledger.proposals.keys()).chain(ledger.grants.keys()));
    found.extend(ledger.referrals.keys().chain(ledger.contributors.keys()).chain(ledger.licences.keys()));
    found.extend(ledger.versions.keys().chain(ledger.transfers.keys()).chain(ledger.exchange_configs.keys()));
    found.extend(ledger.vaults.values().map(|vault| vault.stake_tokens));
    found.extend(ledger.pools.values().map(|pool| pool.tokens));
    found.extend(ledger.services.values().map(|service| service.escrow));
    found.extend([address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM, address::SYSTEM_PROGRAM]);
    found.extend([modchains_exchange::ID, modchains_vault::ID, modchains_oracle::ID]);
    found
}
