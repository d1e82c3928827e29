//! Who opens a vault and its pools, and on which terms.

use modchains_sdk::instruction::{Token, vault};
use modchains_tests::{
    chain::{TOKEN, key},
    staking::{subscribed, with_second_pool},
    world::{QUOTE, Side, World, quote},
};
use modchains_vault::{
    instructions::VaultOpenArgs,
    state::{Vault, VaultTerms},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::staking::{SIDE, claim, deposit, stake, unstake};

/// A model after the first `steps` of its listing, and two people who can pay.
fn listed(steps: usize) -> World {
    let mut world = World::configured();
    for role in ["creator", "trader"] {
        world.enrol(SIDE.person(role));
    }
    for instruction in world.listing(SIDE).into_iter().take(steps) {
        world.chain.must(&[instruction]);
    }
    world
}

fn open(role: &str, terms: Option<(u32, u32)>) -> Instruction {
    let terms = terms.map(|(cooldown_seconds, stream_seconds)| VaultTerms { cooldown_seconds, stream_seconds });
    vault::vault_open(&SIDE.person(role), &SIDE.model(), &quote(), VaultOpenArgs { terms })
}

#[test]
fn anybody_opens_a_vault_on_the_default_terms_and_the_creator_alone_on_others() {
    let world = listed(3);
    let VaultTerms { cooldown_seconds, stream_seconds } = VaultTerms::default();
    let default = (cooldown_seconds, stream_seconds);
    let other = (cooldown_seconds, stream_seconds + 1);
    world.clone().must_refuse(&[open("trader", Some(other))], "NotCreator");
    for (role, terms, expected) in [
        ("trader", None, default),
        ("trader", Some(default), default),
        ("creator", None, default),
        ("creator", Some(other), other),
    ] {
        let mut world = world.clone();
        world.chain.must(&[open(role, terms)]);
        let vault: Vault = world.vault(SIDE);
        assert_eq!((vault.cooldown_seconds, vault.stream_seconds), expected);
        assert_eq!((vault.payer, vault.quote_mint), (SIDE.person(role), quote().mint));
        assert_eq!((world.pool(SIDE).is_first, world.pool(SIDE).payer), (1, SIDE.person(role)));
    }
}

#[test]
fn terms_of_a_vault_out_of_bounds_are_refused() {
    let mut world = listed(3);
    let day = 86_400;
    for cooldown in [0, 9, 30 * day + 1, u32::MAX] {
        world.must_refuse(&[open("creator", Some((cooldown, 60)))], "CooldownOutOfBounds");
    }
    for stream in [0, 59, 90 * day + 1, u32::MAX] {
        world.must_refuse(&[open("creator", Some((10, stream)))], "StreamOutOfBounds");
    }
    for terms in [(10, 60), (30 * day, 90 * day)] {
        world.clone().chain.must(&[open("creator", Some(terms))]);
    }
}

#[test]
fn a_vault_opens_with_a_pool_in_the_mint_of_its_models_market_alone() {
    let mut without_market = listed(2);
    without_market.must_refuse(&[open("creator", None)], "AccountOwnedByWrongProgram");
    let mut world = listed(3);
    let junk = Token { mint: key("junk").pubkey(), program: TOKEN };
    world.chain.put_mint(junk.mint, junk.program, 6);
    for role in ["creator", "trader"] {
        let args = VaultOpenArgs { terms: None };
        let on_junk = vault::vault_open(&SIDE.person(role), &SIDE.model(), &junk, args);
        world.must_refuse(&[on_junk], "MarketMismatch");
    }
    world.chain.must(&[open("trader", None)]);
    world.must_refuse(&[open("creator", None)], "system: custom program error: 0x0");
}

#[test]
fn junk_pools_of_a_stranger_change_nothing_for_anybody() {
    let mut world = World::ready();
    let mut crowded = world.clone();
    for index in 0..20 {
        let junk = Token { mint: key(&format!("junk {index}")).pubkey(), program: TOKEN };
        crowded.chain.put_mint(junk.mint, junk.program, 6);
        crowded.chain.must(&[vault::pool_open(&SIDE.person("trader"), &SIDE.model(), &junk)]);
    }
    let steps = [deposit(QUOTE), stake("staker", 1_000), claim("staker"), unstake("staker", 1_000)];
    for step in steps {
        for world in [&mut world, &mut crowded] {
            world.chain.advance(3_600);
        }
        let step = std::slice::from_ref(&step);
        assert_eq!(world.chain.must(step).compute_units, crowded.chain.must(step).compute_units);
    }
    assert_eq!(bytemuck::bytes_of(&world.pool(SIDE)), bytemuck::bytes_of(&crowded.pool(SIDE)));
}

#[test]
fn a_pool_opens_once_for_each_mint() {
    let mut world = with_second_pool();
    for role in ["creator", "trader"] {
        let again = vault::pool_open(&SIDE.person(role), &SIDE.model(), &modchains_tests::staking::further());
        world.must_refuse(&[again], "system: custom program error: 0x0");
        let first = vault::pool_open(&SIDE.person(role), &SIDE.model(), &quote());
        world.must_refuse(&[first], "system: custom program error: 0x0");
    }
}

#[test]
fn a_pool_may_take_the_models_own_token() {
    let mut world = subscribed();
    let own = Token::of_model(&Side::A.model());
    world.chain.must(&[vault::pool_open(&SIDE.person("trader"), &SIDE.model(), &own)]);
}
