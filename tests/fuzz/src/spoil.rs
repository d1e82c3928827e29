//! Wrong accounts: what somebody could put in the place of the right ones.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{address, instruction::Token};
use solana_instruction::Instruction;

use crate::{
    pick::Pick,
    stage::{Stage, treasury},
};

/// How many of a hundred transactions are sent with a wrong account.
pub const PERCENT: u64 = 6;

/// Makes one account of one instruction wrong. False when that changed nothing.
pub fn spoil(stage: &Stage, instructions: &mut [Instruction], pick: &mut Pick) -> bool {
    let index = pick.below(instructions.len() as u64) as usize;
    let before = instructions[index].clone();
    let accounts = before.accounts.len() as u64;
    if accounts == 0 {
        return false;
    }
    let wrong = candidates(stage);
    let spoiled = &mut instructions[index];
    let place = pick.below(accounts) as usize;
    match pick.below(10) {
        0 => spoiled.accounts[place].is_signer = false,
        1 => {
            let other = pick.below(accounts) as usize;
            let address = spoiled.accounts[other].pubkey;
            spoiled.accounts[place].pubkey = address;
        }
        2 => spoiled.accounts.truncate(place),
        3 | 4 => steal(stage, spoiled, pick),
        _ => {
            // Its like: an account of the same owner and size, say another market's vault.
            let like = stage.chain.raw(&spoiled.accounts[place].pubkey);
            let is_like = |address: &&Pubkey| match (&like, stage.chain.raw(address)) {
                (Some(like), Some(other)) => like.owner == other.owner && like.data.len() == other.data.len(),
                _ => false,
            };
            let likes: Vec<_> = wrong.iter().filter(is_like).collect();
            let choice =
                if pick.percent(75) { pick.one(&likes).map(|found| **found) } else { pick.one(&wrong).copied() };
            if let Some(address) = choice {
                spoiled.accounts[place].pubkey = address;
            }
        }
    }
    *spoiled != before
}

/// Somebody else signs in the place of whoever had to, with token accounts of their own.
fn steal(stage: &Stage, instruction: &mut Instruction, pick: &mut Pick) {
    let thief = stage.anybody(pick);
    let victims: Vec<_> = instruction.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
    let Some(victim) = pick.one(&victims).copied() else { return };
    let tokens = stage.quotes.iter().copied().chain(stage.book.models.keys().map(Token::of_model));
    let mut swaps: Vec<(Pubkey, Pubkey)> =
        tokens.map(|token| (token.account_of(&victim), token.account_of(&thief))).collect();
    swaps.push((victim, thief));
    for meta in &mut instruction.accounts {
        if let Some((_, own)) = swaps.iter().find(|(theirs, _)| *theirs == meta.pubkey) {
            meta.pubkey = *own;
        }
    }
}

/// Every account that could be mistaken for another.
fn candidates(stage: &Stage) -> Vec<Pubkey> {
    let book = &stage.book;
    let mut found: Vec<Pubkey> = stage.people.clone();
    for market in book.markets.values() {
        found.extend([market.model, market.mint, market.quote_vault, market.quote_mint]);
        found.extend(stage.people.iter().map(|person| Token::of_model(&market.model).account_of(person)));
    }
    for quote in &stage.quotes {
        found.extend(stage.people.iter().chain([&treasury()]).map(|person| quote.account_of(person)));
    }
    found.extend(book.markets.keys().chain(book.vaults.keys()).chain(book.pools.keys()).chain(book.positions.keys()));
    found.extend(
        book.services.keys().chain(book.usages.keys()).chain(book.operators.keys()).chain(book.requests.keys()),
    );
    found.extend(book.referrals.keys().chain(book.contributors.keys()).chain(book.licences.keys()));
    found.extend(book.versions.keys().chain(book.transfers.keys()).chain(book.exchange_configs.keys()));
    found.extend(book.vaults.values().map(|vault| vault.stake_tokens));
    found.extend(book.pools.values().map(|pool| pool.tokens));
    found.extend(book.services.values().map(|service| service.escrow));
    found.extend(book.operators.values().map(|operator| operator.tokens));
    found.extend([address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM, address::SYSTEM_PROGRAM]);
    found.extend([modchains_exchange::ID, modchains_vault::ID, modchains_oracle::ID]);
    found
}
