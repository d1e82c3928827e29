//! Revenue that comes in by any way and whatever happens around it: nothing is lost, nothing held up.

use anchor_lang::{Discriminator, prelude::Pubkey};
use modchains_exchange::state::QuoteTerms;
use modchains_sdk::{
    client::Holding,
    decode::Fetched,
    instruction::{
        Token, exchange,
        staking::Compound,
        vault::{self, PoolPlace},
    },
};
use modchains_tests::{
    staking::{both_mints, crowded, further, gift, subscribed},
    world::{COOLDOWN_SECONDS, QUOTE, STREAM_SECONDS, Side, World, quote, stake_args},
};
use modchains_vault::{
    events::{RevenueDeposited, TreasuryDeposited},
    instructions::{RevenueDepositArgs, TreasuryDepositArgs, UnstakeArgs},
    state::{Position, RevenuePool, Vault},
};
use solana_instruction::Instruction;

use super::staking::{SIDE, claim, deposit, stake, two_positions, unstake, withdraw};

fn sweep() -> Instruction {
    vault::revenue_sweep(&SIDE.model(), &quote().mint)
}

fn give(revenue_atoms: u64) -> Instruction {
    let args = TreasuryDepositArgs { revenue_atoms };
    vault::treasury_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), args)
}

/// Changes an account's state by hand.
fn edit<T: Discriminator + bytemuck::Pod>(world: &mut World, address: &Pubkey, change: impl FnOnce(&mut T)) {
    let mut state: T = world.chain.state(address);
    change(&mut state);
    let mut account = world.chain.raw(address).unwrap();
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&state));
    world.chain.svm.set_account(*address, account).unwrap();
}

/// What the staker gets by a claim.
fn claimed(world: &mut World) -> u64 {
    let before = world.quote_atoms(SIDE, "staker");
    world.chain.must(&[claim("staker")]);
    world.quote_atoms(SIDE, "staker") - before
}

#[test]
fn a_donation_to_pool_or_stake_tokens_changes_nothing_until_it_is_swept() {
    let mut world = World::ready();
    world.chain.must(&[deposit(QUOTE)]);
    let mut gifted = world.clone();
    let trader = SIDE.person("trader");
    let own = Token::of_model(&SIDE.model());
    gifted.chain.must(&[
        gift(&quote(), &trader, SIDE.pool_tokens(), 7 * QUOTE),
        gift(&own, &trader, SIDE.stake_tokens(), 7_777),
    ]);
    for world in [&mut world, &mut gifted] {
        world.chain.advance(3_600);
        world.chain.must(&[claim("staker"), unstake("staker", 5)]);
    }
    assert_eq!(bytemuck::bytes_of(&world.pool(SIDE)), bytemuck::bytes_of(&gifted.pool(SIDE)));
    assert_eq!(bytemuck::bytes_of(&world.vault(SIDE)), bytemuck::bytes_of(&gifted.vault(SIDE)));
    assert_eq!(world.quote_atoms(SIDE, "staker"), gifted.quote_atoms(SIDE, "staker"));
    // Swept, it streams like a deposit of the same second.
    let deposited = world.chain.must(&[deposit(7 * QUOTE)]).event::<RevenueDeposited>();
    let swept = gifted.must_change(&[sweep()], &[("pool", SIDE.pool())]).event::<RevenueDeposited>();
    assert_eq!(swept.depositor, Pubkey::default());
    assert_eq!(RevenueDeposited { depositor: deposited.depositor, ..swept }, deposited);
    assert_eq!(bytemuck::bytes_of(&world.pool(SIDE)), bytemuck::bytes_of(&gifted.pool(SIDE)));
    gifted.must_refuse(&[sweep()], "NothingToSweep");
    // The model's own tokens stream from the pool of that mint.
    let pool_open = vault::pool_open(&trader, &SIDE.model(), &own);
    gifted.chain.must(&[pool_open, vault::stake_sweep(&SIDE.model())]);
    let pool: RevenuePool = gifted.chain.state(&modchains_sdk::address::vault::pool(&SIDE.vault(), &own.mint));
    assert_eq!((pool.unstreamed_atoms, gifted.chain.token_atoms(&pool.tokens)), (7_777, 7_777));
    let vault: Vault = gifted.vault(SIDE);
    assert_eq!(gifted.chain.token_atoms(&SIDE.stake_tokens()), vault.held_atoms().unwrap());
    gifted.must_refuse(&[vault::stake_sweep(&SIDE.model())], "NothingToSweep");
}

#[test]
fn stake_tokens_are_swept_into_the_pool_of_their_mint_alone() {
    let mut world = World::ready();
    let (trader, own) = (SIDE.person("trader"), Token::of_model(&SIDE.model()));
    world.chain.must(&[vault::pool_open(&trader, &SIDE.model(), &own)]);
    world.chain.must(&[gift(&own, &trader, SIDE.stake_tokens(), 5)]);
    let mut elsewhere = vault::stake_sweep(&SIDE.model());
    elsewhere.accounts[2].pubkey = SIDE.pool();
    elsewhere.accounts[3].pubkey = SIDE.pool_tokens();
    world.must_refuse(&[elsewhere], "InvalidProgramId");
    world.chain.must(&[vault::stake_sweep(&SIDE.model())]);
}

#[test]
fn the_treasurys_part_of_every_deposit_stays_out_of_the_stream() {
    let mut world = World::ready();
    edit::<Vault>(&mut world, &SIDE.vault(), |vault| vault.treasury_bps = 2_500);
    let event = world.chain.must(&[deposit(QUOTE + 3)]).event::<RevenueDeposited>();
    assert_eq!((event.revenue_atoms, event.treasury_atoms), (QUOTE + 3, QUOTE / 4));
    let given = world.chain.must(&[give(9)]).event::<TreasuryDeposited>();
    assert_eq!((given.treasury_atoms_before, given.treasury_atoms_after), (QUOTE / 4, QUOTE / 4 + 9));
    world.must_refuse(&[give(0)], "AmountZero");
    world.chain.advance(2 * i64::from(STREAM_SECONDS));
    let earned = claimed(&mut world);
    let streamed = QUOTE + 3 - QUOTE / 4;
    assert!((streamed - 1..=streamed).contains(&earned), "{earned}");
    let pool = world.pool(SIDE);
    assert_eq!(pool.treasury_atoms, QUOTE / 4 + 9);
    assert_eq!(world.chain.token_atoms(&SIDE.pool_tokens()), pool.held_atoms().unwrap());
}

/// Whoever starts or forgets to distribute: what trades earned reaches the stakers.
#[test]
fn fees_that_nobody_distributes_for_any_time_are_not_lost() {
    for periods in [1, 10, 400] {
        let mut world = World::ready();
        let due = world.market(SIDE).vault_due_atoms;
        assert!(due > 0);
        world.chain.advance(periods * i64::from(STREAM_SECONDS));
        world.chain.must(&[exchange::fees_distribute(&SIDE.model(), &quote())]);
        world.must_refuse(&[claim("staker")], "NothingClaimable");
        // Nobody touches the pool either.
        world.chain.advance(periods * i64::from(STREAM_SECONDS));
        let earned = claimed(&mut world);
        assert!((due - 1..=due).contains(&earned), "{earned} of {due}");
    }
}

#[test]
fn an_atom_every_second_neither_delays_nor_blocks_a_stream() {
    let mut world = World::ready();
    world.chain.must(&[deposit(QUOTE)]);
    let (start, mut quiet) = (world.chain.now(), world.clone());
    for second in 1..=120 {
        world.chain.set_time(start + second);
        world.chain.must(&[deposit(1)]);
        let left = i64::from(world.pool(SIDE).remaining_seconds);
        assert_eq!(left, i64::from(STREAM_SECONDS) - second, "no second later");
    }
    quiet.chain.set_time(start + 120);
    let (with_dust, without) = (claimed(&mut world), claimed(&mut quiet));
    // Each deposit moves the stream, which rounds down by less than an atom until the next.
    assert!((without..=without + 120).contains(&(with_dust + 120)), "{with_dust} {without}");
}

#[test]
fn one_atom_of_stake_takes_its_part_and_blocks_nobody() {
    let mut world = two_positions();
    let mut alone = world.clone();
    world.chain.must(&[stake("trader", 1)]);
    for world in [&mut world, &mut alone] {
        world.chain.must(&[deposit(1_000 * QUOTE)]);
        world.chain.advance(i64::from(STREAM_SECONDS));
    }
    let (crowded, alone) = (claimed(&mut world), claimed(&mut alone));
    let staked = world.position(SIDE, "staker").staked_atoms;
    assert!(alone - crowded <= 1_000 * QUOTE / staked + 2, "{alone} {crowded}");
    world.chain.must(&[unstake("staker", staked)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("staker")]);
    // The last atom at stake keeps the stream going for itself, and a newcomer joins beside it.
    world.chain.must(&[deposit(QUOTE), stake("staker", staked)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    assert!(claimed(&mut world) >= QUOTE - QUOTE / staked - 2);
}

#[test]
fn a_frozen_pool_holds_up_its_own_claims_alone() {
    let mut world = subscribed();
    let (staker, model) = (SIDE.person("staker"), SIDE.model());
    let args = RevenueDepositArgs { revenue_atoms: QUOTE };
    world.chain.must(&[vault::revenue_deposit(&SIDE.person("trader"), &model, &further(), args), deposit(QUOTE)]);
    world.chain.advance(i64::from(STREAM_SECONDS));
    let frozen: RevenuePool = world.chain.state(&SIDE.further_pool());
    let mut account = world.chain.raw(&frozen.tokens).unwrap();
    account.data[108] = 2;
    world.chain.svm.set_account(frozen.tokens, account).unwrap();
    let claim_frozen = vault::revenue_claim(&staker, &model, &further(), PoolPlace::Further);
    world.must_refuse(&[claim_frozen], "token: custom program error: 0x11");
    let mints = [further().mint];
    let more = vault::stake(&staker, &model, both_mints(&mints), stake_args(10));
    let less = vault::unstake(&staker, &model, both_mints(&mints), UnstakeArgs { token_atoms: 20 });
    world.chain.must(&[claim("staker"), more, less]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw("staker")]);
    let earned: modchains_vault::state::Share = world.chain.state(&SIDE.share());
    assert!(earned.earnings.claimable_atoms >= QUOTE - 1, "it is still due");
}

#[test]
fn an_accumulator_at_its_end_wraps_and_pays_on() {
    let mut world = World::ready();
    let mut wrapped = world.clone();
    edit::<RevenuePool>(&mut wrapped, &SIDE.pool(), |pool| {
        pool.acc_per_share_q64 = [u64::MAX; 2];
        pool.deposited_atoms = u64::MAX - 5;
        pool.claimed_atoms = u64::MAX - 5;
    });
    edit::<Position>(&mut wrapped, &SIDE.position(), |position| {
        position.earnings.checkpoint_q64 = [u64::MAX; 2];
    });
    for world in [&mut world, &mut wrapped] {
        world.chain.must(&[deposit(QUOTE)]);
        world.chain.advance(i64::from(STREAM_SECONDS) / 3);
    }
    assert_eq!(claimed(&mut world), claimed(&mut wrapped));
    assert!(wrapped.pool(SIDE).acc_per_share_q64[1] < 1_000, "it has wrapped");
    assert!(wrapped.pool(SIDE).claimed_atoms < QUOTE);
    for world in [&mut world, &mut wrapped] {
        world.chain.advance(i64::from(STREAM_SECONDS));
        world.chain.must(&[unstake("staker", 1_000)]);
    }
    assert_eq!(claimed(&mut world), claimed(&mut wrapped));
}

#[test]
fn what_stakers_send_costs_the_same_however_many_positions_a_vault_has() {
    let (mut few, mut many) = (crowded(10), crowded(100_000));
    for step in [claim("staker"), stake("staker", 7), unstake("staker", 9)] {
        let costs = [&mut few, &mut many].map(|world| world.chain.must(std::slice::from_ref(&step)).compute_units);
        assert_eq!(costs[0], costs[1]);
    }
}

#[test]
fn nobody_claims_or_moves_what_is_anothers() {
    let mut world = two_positions();
    world.chain.must(&[deposit(QUOTE)]);
    world.chain.advance(3_600);
    let mut stolen = claim("staker");
    stolen.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[stolen], "NotPositionOwner");
    let mut foreign = claim("staker");
    for account in &mut foreign.accounts {
        if account.pubkey == SIDE.pool() {
            account.pubkey = Side::B.pool();
        } else if account.pubkey == SIDE.pool_tokens() {
            account.pubkey = Side::B.pool_tokens();
        }
    }
    world.must_refuse(&[foreign], "PositionOfAnotherVault");
}

fn fetched<T>(address: Pubkey, value: T) -> Fetched<T> {
    Fetched { address, value, lamports: 0, slot: 0 }
}

#[test]
fn revenue_is_put_to_stake_in_one_transaction_or_not_at_all() {
    let mut world = World::ready();
    world.chain.must(&[deposit(QUOTE)]);
    world.chain.advance(STREAM_SECONDS.into());
    let (market, position, now_seconds) = (world.market(SIDE), world.position(SIDE, "staker"), world.chain.now());
    let holding = Holding {
        vault: fetched(SIDE.vault(), world.vault(SIDE)),
        position: fetched(SIDE.position(), position),
        first: fetched(SIDE.pool(), world.pool(SIDE)),
        shares: Vec::new(),
    };
    let claimable = holding.claimable(now_seconds)[0].atoms;
    let compound = holding.compound(&market, quote(), &[], 10, now_seconds + 1, now_seconds).unwrap();
    let (terms, token_atoms) = (compound.terms, compound.token_atoms);
    let moved = Compound { terms: QuoteTerms { max_epoch: market.parameter_epoch.into(), ..terms }, ..compound };
    world.must_refuse(&moved.instructions(), "ParametersMoved");
    let dear = Compound { token_atoms: 2 * token_atoms, ..compound };
    world.must_refuse(&dear.instructions(), "InputAboveLimit");
    let (held, tokens) = (world.quote_atoms(SIDE, "staker"), world.model_atoms(SIDE, "staker"));
    world.chain.must(&compound.instructions());
    assert_eq!(world.position(SIDE, "staker").staked_atoms, position.staked_atoms + token_atoms);
    assert_eq!(world.model_atoms(SIDE, "staker"), tokens);
    let rest = world.quote_atoms(SIDE, "staker") - held;
    assert!(rest <= claimable / 500, "{rest} of {claimable} left");
}
