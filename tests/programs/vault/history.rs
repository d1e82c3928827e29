//! Random histories of a vault with two stakers and two pools: not an atom of stake or revenue goes missing, and nobody's
//! part depends on the order of claims.

use modchains_sdk::{
    Pubkey, address,
    client::claimable_atoms,
    instruction::{
        Token,
        vault::{self, PoolPlace},
    },
};
use modchains_tests::{
    staking::{both_mints, further, gift, with_second_pool},
    world::{STREAM_SECONDS, World, quote, stake_args},
};
use modchains_vault::{
    instructions::{RevenueDepositArgs, TreasuryDepositArgs, UnstakeArgs},
    state::{RevenuePool, Share},
};
use proptest::prelude::*;
use solana_instruction::Instruction;

use crate::vault::staking::{SIDE, withdraw};

/// One step in the life of a vault with two stakers and two pools.
#[derive(Debug, Clone, Copy)]
enum Step {
    Stake(usize, u32),
    Unstake(usize, u32),
    Withdraw(usize),
    Claim(usize, usize),
    Subscribe(usize),
    Unsubscribe(usize),
    Deposit(usize, u64),
    Give(usize, u64),
    Sweep(usize, u64),
    Wait(u32),
}

const STAKERS: [&str; 2] = ["staker", "trader"];

fn any_step() -> impl Strategy<Value = Step> {
    let (who, pool, part) = (0_usize..2, 0_usize..2, 1_u32..=1_000_000);
    let atoms = || (0_u32..40).prop_map(|bits| 1_u64 << bits);
    prop_oneof![
        3 => (who.clone(), part.clone()).prop_map(|(who, part)| Step::Stake(who, part)),
        3 => (who.clone(), part).prop_map(|(who, part)| Step::Unstake(who, part)),
        1 => who.clone().prop_map(Step::Withdraw),
        4 => (who.clone(), pool.clone()).prop_map(|(who, pool)| Step::Claim(who, pool)),
        2 => who.clone().prop_map(Step::Subscribe),
        1 => who.prop_map(Step::Unsubscribe),
        3 => (pool.clone(), atoms()).prop_map(|(pool, atoms)| Step::Deposit(pool, atoms)),
        1 => (pool.clone(), atoms()).prop_map(|(pool, atoms)| Step::Give(pool, atoms)),
        1 => (pool, atoms()).prop_map(|(pool, atoms)| Step::Sweep(pool, atoms)),
        5 => (0_u32..21).prop_map(|bits| Step::Wait(1 << bits)),
    ]
}

fn token(pool: usize) -> Token {
    [quote(), further()][pool]
}

fn pool_address(pool: usize) -> Pubkey {
    [SIDE.pool(), SIDE.further_pool()][pool]
}

fn claim(who: usize, pool: usize) -> Instruction {
    let place = [PoolPlace::First, PoolPlace::Further][pool];
    vault::revenue_claim(&SIDE.person(STAKERS[who]), &SIDE.model(), &token(pool), place)
}

/// The share of a staker in the second pool.
fn share(world: &World, who: usize) -> Option<Share> {
    let position = address::vault::position(&SIDE.vault(), &SIDE.person(STAKERS[who]));
    let address = address::vault::share(&position, &SIDE.further_pool());
    world.chain.raw(&address).filter(|account| !account.data.is_empty())?;
    Some(world.chain.state(&address))
}

fn stake(world: &World, who: usize, token_atoms: u64) -> Instruction {
    let shares = [further().mint];
    let shares = if share(world, who).is_some() { &shares[..] } else { &[] };
    let (owner, args) = (SIDE.person(STAKERS[who]), stake_args(token_atoms));
    vault::stake(&owner, &SIDE.model(), both_mints(shares), args)
}

fn unstake(world: &World, who: usize, token_atoms: u64) -> Instruction {
    let shares = [further().mint];
    let shares = if share(world, who).is_some() { &shares[..] } else { &[] };
    let (owner, args) = (SIDE.person(STAKERS[who]), UnstakeArgs { token_atoms });
    vault::unstake(&owner, &SIDE.model(), both_mints(shares), args)
}

impl Step {
    fn instructions(self, world: &World) -> Vec<Instruction> {
        let part = |atoms: u64, ppm: u32| (u128::from(atoms) * u128::from(ppm) / 1_000_000) as u64;
        let (model, giver) = (SIDE.model(), SIDE.person("creator"));
        match self {
            Self::Stake(who, ppm) => vec![stake(world, who, part(world.model_atoms(SIDE, STAKERS[who]), ppm))],
            Self::Unstake(who, ppm) => {
                vec![unstake(world, who, part(world.position(SIDE, STAKERS[who]).staked_atoms, ppm))]
            }
            Self::Withdraw(who) => vec![withdraw(STAKERS[who])],
            Self::Claim(who, pool) => vec![claim(who, pool)],
            Self::Subscribe(who) => {
                vec![vault::pool_subscribe(&SIDE.person(STAKERS[who]), &model, &further().mint)]
            }
            Self::Unsubscribe(who) => {
                vec![vault::pool_unsubscribe(&SIDE.person(STAKERS[who]), &model, &further().mint)]
            }
            Self::Deposit(pool, revenue_atoms) => {
                vec![vault::revenue_deposit(&giver, &model, &token(pool), RevenueDepositArgs { revenue_atoms })]
            }
            Self::Give(pool, revenue_atoms) => {
                vec![vault::treasury_deposit(&giver, &model, &token(pool), TreasuryDepositArgs { revenue_atoms })]
            }
            Self::Sweep(pool, atoms) => {
                let to = address::vault::pool_tokens(&pool_address(pool));
                vec![gift(&token(pool), &giver, to, atoms), vault::revenue_sweep(&model, &token(pool).mint)]
            }
            Self::Wait(_) => Vec::new(),
        }
    }

    /// Revenue that the step brings in for the stakers, by pool.
    const fn deposits(self) -> Option<(usize, u64)> {
        match self {
            Self::Deposit(pool, atoms) | Self::Sweep(pool, atoms) => Some((pool, atoms)),
            _ => None,
        }
    }
}

/// A history with what it must add up to.
#[derive(Clone)]
struct History {
    world: World,
    purses: [[u64; 2]; 2],
    deposited: [u64; 2],
    given: [u64; 2],
    settlements: u64,
}

impl History {
    fn new() -> Self {
        let mut world = with_second_pool();
        let trader = SIDE.person("trader");
        world.chain.must(&[vault::position_open(&trader, &SIDE.model())]);
        let purses = purses(&world);
        Self { world, purses, deposited: [0; 2], given: [0; 2], settlements: 0 }
    }

    fn take(&mut self, step: Step) {
        if let Step::Wait(seconds) = step {
            self.world.chain.advance(seconds.into());
        }
        let instructions = step.instructions(&self.world);
        // A step that has nothing to work on is refused; that is no part of the law.
        if !instructions.is_empty() && self.world.chain.send(&instructions).is_ok() {
            if let Some((pool, atoms)) = step.deposits() {
                self.deposited[pool] += atoms;
            }
            if let Step::Give(pool, atoms) = step {
                self.given[pool] += atoms;
            }
        }
        self.settlements += 1;
        self.assert_conserved();
    }

    /// What has been paid out of a pool since the start.
    fn paid(&self, pool: usize) -> u64 {
        let now = purses(&self.world);
        (0..2).map(|who| now[who][pool] - self.purses[who][pool]).sum()
    }

    /// `deposited = claimed + claimable + unstreamed + dust`, to the atom, and every token account holds what it must.
    fn assert_conserved(&self) {
        let world = &self.world;
        let vault = world.vault(SIDE);
        let positions = STAKERS.map(|role| world.position(SIDE, role));
        assert_eq!(vault.staked_atoms, positions.iter().map(|position| position.staked_atoms).sum::<u64>());
        assert_eq!(vault.cooling_atoms, positions.iter().map(|position| position.cooling_atoms).sum::<u64>());
        assert_eq!(world.chain.token_atoms(&SIDE.stake_tokens()), vault.staked_atoms + vault.cooling_atoms);
        vault.invariant().unwrap();
        for index in 0..2 {
            let pool: RevenuePool = world.chain.state(&pool_address(index));
            pool.invariant().unwrap();
            let (mut claimable, mut staked) = (0, 0);
            for (who, position) in positions.iter().enumerate() {
                let share = share(world, who).map(|share| share.earnings);
                let earnings = if index == 0 { Some(position.earnings) } else { share };
                let Some(earnings) = earnings else { continue };
                claimable += claimable_atoms(&pool, &earnings, position.staked_atoms, world.chain.now());
                staked += position.staked_atoms;
            }
            assert_eq!(pool.staked_atoms, staked);
            let stream = pool.stream().advance(world.chain.now(), pool.staked_atoms).unwrap();
            let dust = self.deposited[index] - self.paid(index) - claimable - stream.unstreamed_atoms;
            assert!(dust <= 2 * self.settlements + 3, "{dust} atoms of dust after {} steps", self.settlements);
            let held = world.chain.token_atoms(&pool.tokens);
            assert_eq!(held, self.deposited[index] - self.paid(index) + self.given[index]);
            assert_eq!(held, pool.held_atoms().unwrap());
            assert_eq!(pool.treasury_atoms, self.given[index]);
        }
    }

    /// Everybody claims everything, in an order.
    fn end(&mut self, order: [(usize, usize); 4]) -> [[u64; 2]; 2] {
        self.world.chain.advance(2 * i64::from(STREAM_SECONDS));
        for (who, pool) in order {
            let _nothing = self.world.chain.send(&[claim(who, pool)]);
            self.assert_conserved();
        }
        purses(&self.world)
    }
}

/// What each staker has of each revenue token.
fn purses(world: &World) -> [[u64; 2]; 2] {
    STAKERS.map(|role| [0, 1].map(|pool| world.chain.token_atoms(&token(pool).account_of(&SIDE.person(role)))))
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(12))]

    #[test]
    fn revenue_is_conserved_over_any_history_and_no_part_depends_on_the_order_of_claims(
        steps in prop::collection::vec(any_step(), 20..70),
        order in Just([(0, 0), (0, 1), (1, 0), (1, 1)]).prop_shuffle(),
    ) {
        let mut history = History::new();
        steps.into_iter().for_each(|step| history.take(step));
        let mut other = history.clone();
        let in_order = history.end([(0, 0), (0, 1), (1, 0), (1, 1)]);
        prop_assert_eq!(in_order, other.end(order));
    }
}
