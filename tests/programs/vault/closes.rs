//! Closing: nothing that is due to anybody goes with it, and the rent goes back to who paid it.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::{
        Token,
        vault::{self, PoolPlace},
    },
};
use modchains_tests::{
    chain::{TOKEN, key},
    staking::{further, gift, subscribed, with_second_pool},
    world::{COOLDOWN_SECONDS, QUOTE, STREAM_SECONDS, World, quote, revenue_mints},
};
use modchains_vault::instructions::{RevenueDepositArgs, StakeArgs, TreasuryDepositArgs, VaultOpenArgs};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::staking::{SIDE, claim, deposit, stake, two_positions, unstake, withdraw};

fn lamports(world: &World, address: &Pubkey) -> u64 {
    world.chain.raw(address).map_or(0, |account| account.lamports)
}

fn close_vault(role: &str) -> Instruction {
    vault::vault_close(&SIDE.person(role), &SIDE.model(), &quote())
}

fn close_pool(role: &str) -> Instruction {
    vault::pool_close(&SIDE.person(role), &SIDE.model(), &further())
}

fn close_position(role: &str) -> Instruction {
    vault::position_close(&SIDE.person(role), &SIDE.model())
}

/// Everything that the creator paid rent for in the vault.
fn rented() -> [Pubkey; 4] {
    [SIDE.vault(), SIDE.stake_tokens(), SIDE.pool(), SIDE.pool_tokens()]
}

#[test]
fn a_vault_closes_once_nothing_is_staked_cooling_or_due_and_opens_again() {
    let mut world = two_positions();
    let staked = world.position(SIDE, "staker").staked_atoms;
    world.must_refuse(&[close_vault("trader")], "NotPayer");
    world.must_refuse(&[close_vault("creator")], "StakeNotEmpty");
    world.chain.must(&[unstake("staker", staked)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.must_refuse(&[close_vault("creator")], "StakeNotEmpty");
    world.chain.must(&[withdraw("staker"), deposit(QUOTE)]);
    world.must_refuse(&[close_vault("creator")], "RevenueUnclaimed");
    world.chain.must(&[stake("staker", staked)]);
    world.chain.advance(STREAM_SECONDS.into());
    world.chain.must(&[unstake("staker", staked)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("staker")]);
    world.must_refuse(&[close_vault("creator")], "RevenueUnclaimed");
    world.chain.must(&[claim("staker")]);
    close_and_open(&mut world, staked);
}

fn close_and_open(world: &mut World, staked: u64) {
    // What was sent directly is the stakers', not the payer's.
    let mut gifted = world.clone();
    gifted.chain.must(&[gift(&quote(), &SIDE.person("trader"), SIDE.pool_tokens(), 5)]);
    gifted.must_refuse(&[close_vault("creator")], "TokensUnswept");
    let mut gifted = world.clone();
    let own = Token::of_model(&SIDE.model());
    gifted.chain.must(&[gift(&own, &SIDE.person("trader"), SIDE.stake_tokens(), 5)]);
    gifted.must_refuse(&[close_vault("creator")], "TokensUnswept");
    gifted.chain.must(&[vault::pool_open(&SIDE.person("trader"), &SIDE.model(), &own)]);
    gifted.chain.must(&[vault::stake_sweep(&SIDE.model()), close_vault("creator")]);

    let creator = SIDE.person("creator");
    let rent: u64 = rented().iter().map(|address| lamports(world, address)).sum();
    let (before, dust) = (lamports(world, &creator), world.chain.token_atoms(&SIDE.pool_tokens()));
    let tokens = world.quote_atoms(SIDE, "creator");
    assert!(dust <= 2, "{dust} atoms of dust");
    let counter = world.vault(SIDE).rules_counter;
    world.chain.must(&[close_vault("creator")]);
    assert_eq!(lamports(world, &creator), before + rent);
    assert_eq!(world.quote_atoms(SIDE, "creator"), tokens + dust);
    assert!(rented().iter().all(|address| lamports(world, address) == 0));
    world.must_refuse(&[stake("staker", 1)], "AccountOwnedByWrongProgram");
    // A stranger opens it again; positions of before are at home in it, with nothing of the old pool's.
    let trader = SIDE.person("trader");
    let args = VaultOpenArgs { terms: None };
    let open = vault::vault_open(&trader, &SIDE.model(), &quote(), args);
    // Not within a second: the next one would have the same counter of rules, and might have others.
    world.must_refuse(&[open.clone(), close_vault("trader")], "VaultTooYoung");
    world.chain.must(&[open]);
    assert!(world.vault(SIDE).rules_counter > counter);
    world.must_refuse(&[claim("staker")], "NothingClaimable");
    // Whoever has looked at the old vault does not stake in the new one unseen.
    world.must_refuse(&[stake("staker", staked)], "VaultChanged");
    let args = StakeArgs { token_atoms: staked, rules_counter: world.vault(SIDE).rules_counter };
    let stake = vault::stake(&SIDE.person("staker"), &SIDE.model(), revenue_mints(), args);
    world.chain.must(&[stake, deposit(QUOTE)]);
    world.must_refuse(&[claim("staker")], "NothingClaimable");
    world.chain.advance(STREAM_SECONDS.into());
    let before = world.quote_atoms(SIDE, "staker");
    world.chain.must(&[claim("staker")]);
    assert!(world.quote_atoms(SIDE, "staker") - before >= QUOTE - 1);
}

#[test]
fn a_pool_closes_once_nobody_earns_from_it_and_nothing_is_due() {
    let mut world = subscribed();
    let (staker, trader, model) = (SIDE.person("staker"), SIDE.person("trader"), SIDE.model());
    world.must_refuse(&[close_pool("creator")], "NotPayer");
    world.must_refuse(&[close_pool("trader")], "SharesOpen");
    let mut first = vault::pool_close(&SIDE.person("creator"), &model, &quote());
    world.must_refuse(std::slice::from_ref(&first), "PoolIsFirst");
    first.accounts[1].pubkey = SIDE.further_pool();
    world.must_refuse(&[first], "NotPayer");
    let args = RevenueDepositArgs { revenue_atoms: 1_000_000 };
    world.chain.must(&[vault::revenue_deposit(&trader, &model, &further(), args)]);
    world.chain.advance(i64::from(STREAM_SECONDS) / 2);
    let leave = vault::pool_unsubscribe(&staker, &model, &further().mint);
    let claim = vault::revenue_claim(&staker, &model, &further(), PoolPlace::Further);
    world.chain.must(&[claim.clone(), leave.clone()]);
    world.must_refuse(&[close_pool("trader")], "RevenueUnclaimed");
    world.chain.must(&[vault::pool_subscribe(&staker, &model, &further().mint)]);
    world.chain.advance(STREAM_SECONDS.into());
    world.chain.must(&[claim, leave]);
    let pool_tokens = address::vault::pool_tokens(&SIDE.further_pool());
    for (instruction, error) in [
        (
            vault::treasury_deposit(&trader, &model, &further(), TreasuryDepositArgs { revenue_atoms: 1 }),
            "RevenueUnclaimed",
        ),
        (gift(&further(), &trader, pool_tokens, 1), "TokensUnswept"),
    ] {
        let mut world = world.clone();
        world.chain.must(&[instruction]);
        world.must_refuse(&[close_pool("trader")], error);
    }
    let rent = lamports(&world, &SIDE.further_pool()) + lamports(&world, &pool_tokens);
    let before = lamports(&world, &trader);
    world.chain.must(&[close_pool("trader")]);
    assert_eq!(lamports(&world, &trader), before + rent);
    world.chain.must(&[vault::pool_open(&trader, &model, &further())]);
}

#[test]
fn a_position_closes_once_nothing_is_left_in_it() {
    let mut world = two_positions();
    let staker = SIDE.person("staker");
    let staked = world.position(SIDE, "staker").staked_atoms;
    world.chain.must(&[deposit(QUOTE)]);
    world.chain.advance(3_600);
    world.must_refuse(&[close_position("staker")], "StakeNotEmpty");
    world.chain.must(&[unstake("staker", staked)]);
    world.must_refuse(&[close_position("staker")], "StakeNotEmpty");
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("staker")]);
    world.must_refuse(&[close_position("staker")], "RevenueUnclaimed");
    world.chain.must(&[claim("staker")]);
    let mut stolen = close_position("staker");
    stolen.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[stolen], "NotPositionOwner");
    let (rent, before) = (lamports(&world, &SIDE.position()), lamports(&world, &staker));
    world.chain.must(&[close_position("staker")]);
    assert_eq!((lamports(&world, &staker), lamports(&world, &SIDE.position())), (before + rent, 0));
    world.chain.must(&[vault::position_open(&staker, &SIDE.model()), stake("staker", staked)]);
}

#[test]
fn a_position_with_a_share_does_not_close() {
    let mut world = with_second_pool();
    let (trader, model) = (SIDE.person("trader"), SIDE.model());
    world.chain.must(&[vault::position_open(&trader, &model)]);
    world.chain.must(&[vault::pool_subscribe(&trader, &model, &further().mint)]);
    world.must_refuse(&[close_position("trader")], "SharesOpen");
    world.chain.must(&[vault::pool_unsubscribe(&trader, &model, &further().mint), close_position("trader")]);
}

#[test]
fn what_was_closed_is_not_revived_in_the_same_transaction() {
    let mut world = two_positions();
    let trader = SIDE.person("trader");
    let revive = lamports_to(&trader, &address::vault::position(&SIDE.vault(), &trader));
    world.must_refuse(&[close_position("trader"), revive, stake("trader", 1)], "AccountOwnedByWrongProgram");
    let junk = Token { mint: key("junk").pubkey(), program: TOKEN };
    world.chain.put_mint(junk.mint, junk.program, 6);
    let pool = address::vault::pool(&SIDE.vault(), &junk.mint);
    let open = vault::pool_open(&trader, &SIDE.model(), &junk);
    let close = vault::pool_close(&trader, &SIDE.model(), &junk);
    world.chain.must(&[open]);
    let revive = lamports_to(&trader, &pool);
    let subscribe = vault::pool_subscribe(&trader, &SIDE.model(), &junk.mint);
    world.must_refuse(&[close, revive, subscribe], "AccountOwnedByWrongProgram");
}

fn lamports_to(from: &Pubkey, to: &Pubkey) -> Instruction {
    modchains_sdk::instruction::token::transfer_sol(from, to, 10_000_000)
}
