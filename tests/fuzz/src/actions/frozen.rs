//! The issuer of a quote mint freezes somebody's account for a while.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::instruction::Token;
use solana_instruction::{AccountMeta, Instruction};

use super::action::{Action, Expect, Plan, short};
use crate::{
    pick::Pick,
    seen::Tokens,
    setup::{Setup, issuer},
};

pub const ACTIONS: &[Action] = &[
    Action { name: "account_freeze", weight: 2, build: freeze },
    Action { name: "account_thaw", weight: 6, build: thaw },
];

/// Tags of the token programs' instructions.
const FREEZE: u8 = 10;
const THAW: u8 = 11;

fn accounts(setup: &Setup, is_frozen: bool) -> Vec<(Token, Pubkey)> {
    let of_people =
        setup.quotes.iter().flat_map(|quote| setup.people.iter().map(|person| (*quote, quote.account_of(person))));
    let stands = |account: &Pubkey| setup.chain.raw(account).as_ref().and_then(Tokens::of).map(|held| held.is_frozen);
    of_people.filter(|(_, account)| stands(account) == Some(is_frozen)).collect()
}

fn freeze(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    send(FREEZE, *pick.one(&accounts(setup, false))?, "freezes")
}

fn thaw(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    send(THAW, *pick.one(&accounts(setup, true))?, "thaws")
}

fn send(tag: u8, (token, account): (Token, Pubkey), does: &str) -> Option<Plan> {
    let accounts = vec![
        AccountMeta::new(account, false),
        AccountMeta::new_readonly(token.mint, false),
        AccountMeta::new_readonly(issuer(), true),
    ];
    let instruction = Instruction { program_id: token.program, accounts, data: vec![tag] };
    let plan = Plan::one(instruction, format!("the issuer {does} {}", short(&account)));
    Some(Plan { expect: Expect::Accepted("the issuer may"), ..plan })
}
