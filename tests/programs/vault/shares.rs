//! Shares of further pools: what a change of stake must pass, and from when to when they earn.

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
    staking::{both_mints, further, subscribed, with_second_pool},
    world::{QUOTE, STREAM_SECONDS, Side, World, quote, stake_args},
};
use modchains_vault::{
    instructions::{RevenueDepositArgs, UnstakeArgs},
    state::{Position, RevenuePool, Share},
};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use super::staking::{SIDE, claim, stake, unstake};

fn deposit(revenue_atoms: u64) -> Instruction {
    let args = RevenueDepositArgs { revenue_atoms };
    vault::revenue_deposit(&SIDE.person("trader"), &SIDE.model(), &further(), args)
}

fn claim_further(role: &str) -> Instruction {
    vault::revenue_claim(&SIDE.person(role), &SIDE.model(), &further(), PoolPlace::Further)
}

fn subscribe(role: &str, mint: &Pubkey) -> Instruction {
    vault::pool_subscribe(&SIDE.person(role), &SIDE.model(), mint)
}

fn unsubscribe(role: &str, mint: &Pubkey) -> Instruction {
    vault::pool_unsubscribe(&SIDE.person(role), &SIDE.model(), mint)
}

fn further_atoms(world: &World, role: &str) -> u64 {
    world.chain.token_atoms(&further().account_of(&SIDE.person(role)))
}

fn further_pool(world: &World) -> RevenuePool {
    world.chain.state(&SIDE.further_pool())
}

#[test]
fn a_change_of_stake_takes_every_share_once_with_its_pool_in_any_order() {
    let mut world = subscribed();
    let third = Token { mint: key("third revenue mint").pubkey(), program: TOKEN };
    world.chain.put_mint(third.mint, third.program, 6);
    let opened = vault::pool_open(&SIDE.person("creator"), &SIDE.model(), &third);
    world.chain.must(&[opened, subscribe("staker", &third.mint)]);
    let third_pool = address::vault::pool(&SIDE.vault(), &third.mint);
    let one = [SIDE.share(), SIDE.further_pool()];
    let two = [address::vault::share(&SIDE.position(), &third_pool), third_pool];
    let foreign = [Side::B.share(), Side::B.further_pool()];
    let attempts: [(Vec<Pubkey>, &str); 12] = [
        (vec![], "SharesIncomplete"),
        (one.to_vec(), "SharesIncomplete"),
        (two.to_vec(), "SharesIncomplete"),
        ([one, one].concat(), "SharesIncomplete"),
        ([one, two, one].concat(), "SharesIncomplete"),
        ([&one[..], &two[..1]].concat(), "SharesIncomplete"),
        ([&one[..], &two[..], &one[..1]].concat(), "SharesIncomplete"),
        (vec![one[0], two[1], two[0], one[1]], "ShareOfAnotherPosition"),
        ([one, foreign].concat(), "ShareOfAnotherPosition"),
        (vec![one[1], one[0], two[0], two[1]], "AccountDiscriminatorMismatch"),
        (vec![one[0], SIDE.pool(), two[0], two[1]], "ShareOfAnotherPosition"),
        (vec![one[0], SIDE.market(), two[0], two[1]], "AccountOwnedByWrongProgram"),
    ];
    for plain in [stake("staker", 1_000), unstake("staker", 1_000)] {
        let with = |accounts: &[Pubkey]| {
            let mut instruction = plain.clone();
            instruction.accounts.extend(accounts.iter().map(|key| AccountMeta::new(*key, false)));
            instruction
        };
        for (accounts, error) in &attempts {
            world.must_refuse(&[with(accounts)], error);
        }
        let place = plain.accounts.iter().position(|meta| meta.pubkey == SIDE.pool()).unwrap();
        let mut second_as_first = with(&[one, two].concat());
        second_as_first.accounts[place].pubkey = SIDE.further_pool();
        world.must_refuse(&[second_as_first], "PoolIsNotFirst");
        let mut foreign_first = with(&[one, two].concat());
        foreign_first.accounts[place].pubkey = Side::B.pool();
        world.must_refuse(&[foreign_first], "PoolOfAnotherVault");
        world.clone().chain.must(&[with(&[one, two].concat())]);
        world.chain.must(&[with(&[two, one].concat())]);
    }
    let staked = world.position(SIDE, "staker").staked_atoms;
    for pool in [SIDE.pool(), SIDE.further_pool(), third_pool] {
        assert_eq!(world.chain.state::<RevenuePool>(&pool).staked_atoms, staked);
    }
}

#[test]
fn a_share_earns_from_its_opening_on_and_gets_no_backlog() {
    let mut world = with_second_pool();
    world.chain.must(&[deposit(1_000_000)]);
    world.chain.advance(10 * i64::from(STREAM_SECONDS));
    assert_eq!(further_pool(&world).staked_atoms, 0);
    world.chain.must(&[subscribe("staker", &further().mint)]);
    world.must_refuse(&[claim_further("staker")], "NothingClaimable");
    let (pool, before) = (further_pool(&world), further_atoms(&world, "staker"));
    assert_eq!((pool.unstreamed_atoms, pool.remaining_seconds), (1_000_000, STREAM_SECONDS));
    world.chain.advance(i64::from(STREAM_SECONDS) / 4);
    world.chain.must(&[claim_further("staker")]);
    let earned = further_atoms(&world, "staker") - before;
    assert!((249_999..=250_000).contains(&earned), "{earned}");
}

#[test]
fn revenue_of_a_further_pool_follows_the_stake_of_its_subscribers() {
    let mut world = subscribed();
    let (trader, model) = (SIDE.person("trader"), SIDE.model());
    let shares = [further().mint];
    let staked = world.position(SIDE, "staker").staked_atoms;
    // The trader stakes three times as much, half of the stream later.
    world.chain.must(&[
        vault::position_open(&trader, &model),
        subscribe("trader", &further().mint),
        deposit(1_000_000),
    ]);
    world.chain.advance(i64::from(STREAM_SECONDS) / 2);
    let most = world.model_atoms(SIDE, "trader").min(3 * staked);
    world.chain.must(&[vault::stake(&trader, &model, both_mints(&shares), stake_args(most))]);
    world.chain.advance(i64::from(STREAM_SECONDS) / 2);
    let before = ["staker", "trader"].map(|role| further_atoms(&world, role));
    world.chain.must(&[claim_further("staker"), claim_further("trader")]);
    let [staker, trader_earned] = ["staker", "trader"].map(|role| further_atoms(&world, role));
    let (staker, trader_earned) = (staker - before[0], trader_earned - before[1]);
    let part = (500_000 * u128::from(staked) / u128::from(staked + most)) as u64;
    assert!((500_000 + part - 2..=500_000 + part).contains(&staker), "{staker}");
    assert!((999_997..=1_000_000).contains(&(staker + trader_earned)), "{staker} {trader_earned}");
    // What cools earns nothing there either.
    let leave = UnstakeArgs { token_atoms: most };
    world.chain.must(&[vault::unstake(&trader, &model, both_mints(&shares), leave), deposit(1_000_000)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    world.must_refuse(&[claim_further("trader")], "NothingClaimable");
}

#[test]
fn no_share_is_opened_in_the_first_pool_another_vaults_or_twice() {
    let mut world = subscribed();
    world.must_refuse(&[subscribe("staker", &quote().mint)], "PoolIsFirst");
    world.must_refuse(&[subscribe("staker", &further().mint)], "system: custom program error: 0x0");
    let mut foreign = subscribe("staker", &further().mint);
    let pool = foreign.accounts.iter().position(|meta| meta.pubkey == SIDE.further_pool()).unwrap();
    foreign.accounts[pool].pubkey = Side::B.further_pool();
    foreign.accounts[pool + 1].pubkey = address::vault::share(&SIDE.position(), &Side::B.further_pool());
    world.must_refuse(&[foreign], "PoolOfAnotherVault");
}

#[test]
fn a_position_has_room_for_eight_shares_and_a_place_that_is_given_back_is_free() {
    let mut world = World::ready();
    let mints: Vec<Pubkey> = (0..9).map(|index| key(&format!("mint {index}")).pubkey()).collect();
    for mint in &mints {
        world.chain.put_mint(*mint, TOKEN, 6);
        let revenue = Token { mint: *mint, program: TOKEN };
        world.chain.must(&[vault::pool_open(&SIDE.person("trader"), &SIDE.model(), &revenue)]);
    }
    for mint in &mints[..8] {
        world.chain.must(&[subscribe("staker", mint)]);
    }
    world.must_refuse(&[subscribe("staker", &mints[8])], "SharePlacesTaken");
    let full = vault::stake(&SIDE.person("staker"), &SIDE.model(), both_mints(&mints[..8]), stake_args(1));
    world.chain.must(&[full]);
    world.chain.must(&[unsubscribe("staker", &mints[3]), subscribe("staker", &mints[8])]);
    let share: Share =
        world.chain.state(&address::vault::share(&SIDE.position(), &address::vault::pool(&SIDE.vault(), &mints[8])));
    assert_eq!((share.place, world.position(SIDE, "staker").share_places), (3, u8::MAX));
}

#[test]
fn a_share_ends_once_nothing_is_due_and_its_rent_goes_back() {
    let mut world = subscribed();
    world.chain.must(&[deposit(1_000_000)]);
    world.chain.advance(i64::from(STREAM_SECONDS) / 2);
    let mint = further().mint;
    world.must_refuse(&[unsubscribe("staker", &mint)], "RevenueUnclaimed");
    let staker = SIDE.person("staker");
    let lamports = |world: &World, address: &Pubkey| world.chain.raw(address).map_or(0, |account| account.lamports);
    let (rent, before) = (lamports(&world, &SIDE.share()), lamports(&world, &staker));
    world.chain.must(&[claim_further("staker"), unsubscribe("staker", &mint)]);
    assert_eq!(lamports(&world, &staker), before + rent);
    assert_eq!(lamports(&world, &SIDE.share()), 0);
    let position: Position = world.position(SIDE, "staker");
    let pool = further_pool(&world);
    assert_eq!((position.share_places, pool.staked_atoms, pool.share_count), (0, 0, 0));
    // From now on the stake changes without it, and what is unstreamed waits for others.
    world.chain.must(&[stake("staker", 1)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    world.chain.must(&[subscribe("staker", &mint)]);
    world.must_refuse(&[claim_further("staker")], "NothingClaimable");
    assert_eq!(further_pool(&world).unstreamed_atoms, pool.unstreamed_atoms);
}

#[test]
fn a_claim_takes_the_share_that_belongs_to_its_pool() {
    let mut world = subscribed();
    world.chain.must(&[deposit(1_000_000), super::staking::deposit(QUOTE)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    let model = SIDE.model();
    let staker = SIDE.person("staker");
    let without = vault::revenue_claim(&staker, &model, &further(), PoolPlace::First);
    world.must_refuse(&[without], "PoolIsNotFirst");
    let mut with_foreign = claim_further("staker");
    let place = with_foreign.accounts.iter().position(|meta| meta.pubkey == SIDE.share()).unwrap();
    with_foreign.accounts[place].pubkey = Side::B.share();
    world.must_refuse(&[with_foreign], "ShareOfAnotherPosition");
    let mut first_with_share = claim("staker");
    first_with_share.accounts[place] = AccountMeta::new(SIDE.share(), false);
    world.must_refuse(&[first_with_share], "ShareOfAnotherPosition");
    world.chain.must(&[claim("staker"), claim_further("staker")]);
}
