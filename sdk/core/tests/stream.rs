//! Laws of streamed revenue.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    stream::{STREAM_SECONDS_DEFAULT, Stream},
};
use proptest::prelude::*;

use common::any_atoms;

const WEEK: u32 = STREAM_SECONDS_DEFAULT;
const HOLDERS: usize = 4;

#[derive(Debug, Clone, Copy)]
enum Op {
    Wait(u32),
    Deposit(u64),
    Stake { who: usize, atoms: u64 },
    Unstake { who: usize, part: u64 },
    Claim { who: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let amount = || any_atoms().prop_map(|atoms| atoms >> 8);
    prop_oneof![
        4 => (0u32..200_000).prop_map(Op::Wait),
        2 => amount().prop_map(Op::Deposit),
        2 => (0..HOLDERS, amount()).prop_map(|(who, atoms)| Op::Stake { who, atoms }),
        1 => (0..HOLDERS, any::<u64>()).prop_map(|(who, part)| Op::Unstake { who, part }),
        1 => (0..HOLDERS).prop_map(|who| Op::Claim { who }),
    ]
}

#[derive(Debug, Clone, Copy, Default)]
struct Position {
    staked_atoms: u64,
    checkpoint_q64: u128,
    received_atoms: u64,
}

/// A vault in miniature: every change settles first.
#[derive(Debug, Clone)]
struct Vault {
    stream: Stream,
    positions: [Position; HOLDERS],
    now_seconds: i64,
    settlements: u64,
}

impl Vault {
    fn new() -> Self {
        Self { stream: Stream::new(0), positions: Default::default(), now_seconds: 0, settlements: 0 }
    }

    fn staked_atoms(&self) -> u64 {
        self.positions.iter().map(|position| position.staked_atoms).sum()
    }

    fn advance(&mut self) {
        self.stream = self.stream.advance(self.now_seconds, self.staked_atoms()).unwrap();
    }

    fn settle(&mut self, who: usize) {
        self.advance();
        let position = &mut self.positions[who];
        let claimable = self.stream.claimable(position.staked_atoms, position.checkpoint_q64).unwrap();
        self.stream = self.stream.claim(claimable).unwrap();
        position.received_atoms += claimable;
        position.checkpoint_q64 = self.stream.acc_per_share_q64;
        self.settlements += 1;
    }

    fn stake(&mut self, who: usize, atoms: u64) {
        self.settle(who);
        if self.staked_atoms().checked_add(atoms).is_some() {
            self.positions[who].staked_atoms += atoms;
        }
    }

    fn unstake(&mut self, who: usize, atoms: u64) {
        self.settle(who);
        self.positions[who].staked_atoms -= atoms;
    }

    fn deposit(&mut self, atoms: u64) {
        let staked = self.staked_atoms();
        if let Ok(stream) = self.stream.deposit(atoms, self.now_seconds, staked, WEEK) {
            self.stream = stream;
        }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Wait(seconds) => self.now_seconds += i64::from(seconds),
            Op::Deposit(atoms) => self.deposit(atoms),
            Op::Stake { who, atoms } => self.stake(who, atoms),
            Op::Unstake { who, part } => self.unstake(who, part % (self.positions[who].staked_atoms + 1)),
            Op::Claim { who } => self.settle(who),
        }
    }

    fn claimable(&self, who: usize) -> u64 {
        self.stream.claimable(self.positions[who].staked_atoms, self.positions[who].checkpoint_q64).unwrap()
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn what_was_deposited_is_claimed_claimable_unstreamed_or_dust(ops in prop::collection::vec(op(), 1..120)) {
        let mut vault = Vault::new();
        let mut deposited = 0u64;
        for op in ops {
            let before = vault.stream.deposited_atoms;
            vault.apply(op);
            deposited += vault.stream.deposited_atoms - before;
            prop_assert_eq!(vault.stream.invariant(), Ok(()));
            let claimable: u64 = (0..HOLDERS).map(|who| vault.claimable(who)).sum();
            let accounted = vault.stream.claimed_atoms + claimable + vault.stream.unstreamed_atoms;
            prop_assert!(accounted <= deposited);
            let dust = deposited - accounted;
            // Less than one atom per settlement and open position, and one that waits in the remainder.
            prop_assert!(dust <= vault.settlements + HOLDERS as u64 + 1, "{dust} atoms of dust");
            prop_assert_eq!(vault.stream.claimed_atoms, vault.positions.iter().map(|position| position.received_atoms).sum::<u64>());
        }
    }

    #[test]
    fn a_flash_stake_earns_nothing(ops in prop::collection::vec(op(), 0..60), stake in any_atoms(), gift in any_atoms()) {
        let mut vault = Vault::new();
        ops.into_iter().for_each(|op| vault.apply(op));
        let last = HOLDERS - 1;
        vault.settle(last);
        let (received, staked) = (vault.positions[last].received_atoms, vault.positions[last].staked_atoms);
        vault.stake(last, stake >> 8);
        vault.deposit(gift >> 8);
        let bought = vault.positions[last].staked_atoms - staked;
        vault.unstake(last, bought);
        prop_assert_eq!(vault.positions[last].received_atoms, received);
    }

    #[test]
    fn time_with_nothing_staked_streams_nothing(deposit in 1u64..1 << 60, idle in 1u32..10_000_000, stake in 1u64..1 << 60) {
        let mut vault = Vault::new();
        vault.deposit(deposit);
        vault.now_seconds += i64::from(idle);
        vault.stake(0, stake);
        vault.settle(0);
        prop_assert_eq!((vault.stream.unstreamed_atoms, vault.stream.remaining_seconds), (deposit, WEEK));
        prop_assert_eq!(vault.positions[0].received_atoms, 0, "no backlog for the next staker");
        vault.now_seconds += i64::from(WEEK);
        vault.settle(0);
        prop_assert!(deposit - vault.positions[0].received_atoms <= 1);
    }

    #[test]
    fn revenue_flows_in_proportion_to_time_however_often_it_is_moved(
        deposit in 1u64..1 << 56, steps in prop::collection::vec(1u32..40_000, 1..40),
    ) {
        let mut stream = Stream::new(0).deposit(deposit, 0, 1, WEEK).unwrap();
        let mut now = 0;
        for step in &steps {
            now += i64::from(*step);
            stream = stream.advance(now, 1).unwrap();
        }
        let due = u128::from(deposit) * u128::from(now.min(i64::from(WEEK)) as u64) / u128::from(WEEK);
        let streamed = u128::from(deposit - stream.unstreamed_atoms);
        prop_assert!(streamed <= due && due - streamed <= steps.len() as u128, "{streamed} of {due}");
    }

    #[test]
    fn a_deposit_delays_the_rest_by_at_most_its_share(
        first in 1u64..1 << 60, second in 1u64..1 << 60, elapsed in 0u32..WEEK,
    ) {
        let stream = Stream::new(0).deposit(first, 0, 1, WEEK).unwrap().advance(i64::from(elapsed), 1).unwrap();
        let mixed = stream.deposit(second, i64::from(elapsed), 1, WEEK).unwrap();
        let delay = u128::from(mixed.remaining_seconds - stream.remaining_seconds);
        let share = u128::from(WEEK) * u128::from(second) / u128::from(mixed.unstreamed_atoms);
        prop_assert!(mixed.remaining_seconds <= WEEK && delay <= share);
    }

    #[test]
    fn any_stream_gives_a_value_or_an_error(
        accs in prop::array::uniform2(any::<u128>()), parts in prop::array::uniform5(any_atoms()), remaining: u32, times in prop::array::uniform2(any::<i64>()), seconds: u32,
    ) {
        let [remainder_q64, deposited_atoms, claimed_atoms, unstreamed_atoms, amount] = parts;
        let stream = Stream {
            acc_per_share_q64: accs[0], remainder_q64, deposited_atoms, claimed_atoms, unstreamed_atoms,
            remaining_seconds: remaining, updated_at_seconds: times[0],
        };
        if let Ok(after) = stream.advance(times[1], amount) {
            prop_assert!(after.acc_per_share_q64 >= stream.acc_per_share_q64 && after.unstreamed_atoms <= unstreamed_atoms);
        }
        if let Ok(after) = stream.deposit(amount, times[1], 1, seconds) {
            prop_assert_eq!(after.deposited_atoms, deposited_atoms + amount);
        }
        prop_assert_eq!(stream.claimable(0, accs[1]).is_ok(), accs[1] <= accs[0]);
        if let Ok(after) = stream.claim(amount) {
            prop_assert_eq!(after.claimed_atoms, claimed_atoms + amount);
        }
    }
}

#[test]
fn a_large_stake_moved_often_loses_no_fraction() {
    let staked = (1 << 61) + 1;
    let mut stream = Stream::new(0).deposit(100_000, 0, staked, 1_000).unwrap();
    for now in 1..=1_000 {
        stream = stream.advance(now, staked).unwrap();
    }
    assert!(stream.claimable(staked, 0).unwrap() >= 99_999, "{:?}", stream.claimable(staked, 0));
}

#[test]
fn dust_deposits_every_second_do_not_delay_the_stream() {
    let mut stream = Stream::new(0).deposit(1_000_000_000, 0, 5, 10_000).unwrap();
    for now in 1..=10_000 {
        stream = stream.deposit(1, now, 5, 10_000).unwrap();
    }
    assert!(stream.unstreamed_atoms <= 10_000, "{} left", stream.unstreamed_atoms);
}

#[test]
fn refused_acts_say_why() {
    let stream = Stream::new(100);
    assert_eq!(stream.deposit(0, 100, 1, WEEK), Err(CoreError::AmountZero));
    assert_eq!(stream.deposit(1, 100, 1, 0), Err(CoreError::DivisionByZero));
    assert_eq!(stream.advance(99, 1), Err(CoreError::ClockWentBack));
    assert_eq!(stream.claim(1), Err(CoreError::InsufficientRevenue));
    let full = stream.deposit(u64::MAX, 100, 1, WEEK).unwrap();
    assert_eq!(full.deposit(1, 100, 1, WEEK), Err(CoreError::Overflow));
    assert_eq!(full.claim(1), Err(CoreError::InsufficientRevenue), "nothing has streamed yet");
    let streamed = full.advance(100 + i64::from(WEEK), 1).unwrap();
    assert_eq!(streamed.claimable(1, 0), Ok(u64::MAX), "the whole range passes through one staked atom");
    assert_eq!(streamed.claimable(1, u128::MAX), Err(CoreError::RevenueNotConserved));
}
