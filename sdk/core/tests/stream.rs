//! Laws of streamed revenue.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    stream::{STREAM_SECONDS_DEFAULT, Stream, TREASURY_BPS_MAX, treasury_atoms},
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    deposited_atoms: u64,
    settlements: u64,
}

impl Vault {
    fn new() -> Self {
        Self {
            stream: Stream::new(0),
            positions: Default::default(),
            now_seconds: 0,
            deposited_atoms: 0,
            settlements: 0,
        }
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
        let earned;
        (earned, self.stream) = self.stream.settle(position.staked_atoms, position.checkpoint_q64).unwrap();
        position.received_atoms += earned;
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
            self.deposited_atoms += atoms;
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
        for op in ops {
            vault.apply(op);
            prop_assert_eq!(vault.stream.invariant(), Ok(()));
            let claimed: u64 = vault.positions.iter().map(|position| position.received_atoms).sum();
            let Stream { unstreamed_atoms, unsettled_atoms, .. } = vault.stream;
            prop_assert_eq!(vault.deposited_atoms, claimed + unsettled_atoms + unstreamed_atoms, "to the atom");
            let claimable: u64 = (0..HOLDERS).map(|who| vault.claimable(who)).sum();
            prop_assert!(claimable <= unsettled_atoms, "{claimable} of {unsettled_atoms}");
            // Less than one atom per settlement and open position, and one that waits in the remainder.
            let dust = unsettled_atoms - claimable;
            prop_assert!(dust <= vault.settlements + HOLDERS as u64 + 1, "{dust} atoms of dust");
        }
    }

    #[test]
    fn what_each_position_gets_does_not_depend_on_the_order_of_claims(
        ops in prop::collection::vec(op(), 1..60), order in Just([0, 1, 2, 3]).prop_shuffle(), wait in 0u32..WEEK,
    ) {
        let mut vault = Vault::new();
        ops.into_iter().for_each(|op| vault.apply(op));
        vault.now_seconds += i64::from(wait);
        let mut other = vault.clone();
        (0..HOLDERS).for_each(|who| vault.settle(who));
        order.into_iter().for_each(|who| other.settle(who));
        prop_assert_eq!(vault.positions, other.positions);
        prop_assert_eq!(vault.stream, other.stream);
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
    fn an_atom_more_delays_nothing_while_as_many_atoms_are_unstreamed_as_seconds_are_missing(
        atoms in 1u64..1 << 60, elapsed in 0u32..WEEK,
    ) {
        let stream = Stream::new(0).deposit(atoms, 0, 1, WEEK).unwrap().advance(i64::from(elapsed), 1).unwrap();
        let more = stream.deposit(1, i64::from(elapsed), 1, WEEK).unwrap();
        let delay = u64::from(more.remaining_seconds - stream.remaining_seconds);
        prop_assert_eq!(delay, u64::from(elapsed) / (stream.unstreamed_atoms + 1));
        prop_assert_eq!(delay == 0, stream.unstreamed_atoms >= u64::from(elapsed));
    }

    #[test]
    fn whoever_adds_an_atom_every_second_holds_up_fewer_atoms_than_a_stream_has_seconds(
        atoms in 1u64..1 << 40, stream_seconds in 60u32..3_000, longer in 0u32..3_000,
    ) {
        let mut stream = Stream::new(0).deposit(atoms, 0, 5, stream_seconds).unwrap();
        let end = i64::from(stream_seconds + longer);
        for now in 1..=end {
            stream = stream.deposit(1, now, 5, stream_seconds).unwrap();
        }
        prop_assert!(stream.unstreamed_atoms <= u64::from(stream_seconds), "{} left", stream.unstreamed_atoms);
        let rest = stream.advance(end + i64::from(stream_seconds), 5).unwrap();
        prop_assert_eq!((rest.unstreamed_atoms, rest.remaining_seconds), (0, 0));
    }

    #[test]
    fn nobody_moving_the_stream_for_any_time_loses_nothing(
        deposit in 1u64..1 << 60, periods in prop::sample::select(vec![1_i64, 10, 400]), stake in 1u64..1 << 60,
    ) {
        let mut vault = Vault::new();
        vault.stake(0, stake);
        vault.deposit(deposit);
        let mut often = vault.clone();
        vault.now_seconds += periods * i64::from(WEEK);
        vault.settle(0);
        for _ in 0..periods {
            often.now_seconds += i64::from(WEEK);
            often.settle(0);
        }
        prop_assert_eq!(vault.positions[0].received_atoms, often.positions[0].received_atoms);
        prop_assert_eq!(vault.stream.unstreamed_atoms, 0);
        prop_assert!(vault.stream.unsettled_atoms <= 1);
    }

    #[test]
    fn one_atom_of_stake_takes_its_part_and_blocks_nobody(
        deposit in 1u64..1 << 60, stake in 1u64..1 << 60, elapsed in 1u32..2 * WEEK,
    ) {
        let mut vault = Vault::new();
        vault.stake(0, stake);
        vault.deposit(deposit);
        let mut crowded = vault.clone();
        crowded.stake(1, 1);
        for vault in [&mut vault, &mut crowded] {
            vault.now_seconds += i64::from(elapsed);
            (0..2).for_each(|who| vault.settle(who));
        }
        let streamed = deposit - vault.stream.unstreamed_atoms;
        let part = streamed / (stake + 1);
        prop_assert_eq!(crowded.stream.unstreamed_atoms, vault.stream.unstreamed_atoms);
        prop_assert!(crowded.positions[1].received_atoms <= part + 1);
        prop_assert!(vault.positions[0].received_atoms - crowded.positions[0].received_atoms <= part + 2);
        crowded.unstake(0, stake);
        prop_assert_eq!(crowded.positions[0].staked_atoms, 0);
    }

    #[test]
    fn the_accumulator_may_stand_anywhere_and_wrap(
        ops in prop::collection::vec(op(), 1..80), start in any::<u128>(),
    ) {
        let mut vault = Vault::new();
        let mut shifted = Vault::new();
        shifted.stream.acc_per_share_q64 = start;
        shifted.positions.iter_mut().for_each(|position| position.checkpoint_q64 = start);
        for op in ops {
            vault.apply(op);
            shifted.apply(op);
            prop_assert_eq!(shifted.stream.acc_per_share_q64, vault.stream.acc_per_share_q64.wrapping_add(start));
            let received = |vault: &Vault| vault.positions.map(|position| position.received_atoms);
            prop_assert_eq!(received(&shifted), received(&vault));
        }
    }

    #[test]
    fn any_stream_gives_a_value_or_an_error(
        accs in prop::array::uniform2(any::<u128>()), parts in prop::array::uniform4(any_atoms()), remaining: u32, times in prop::array::uniform2(any::<i64>()), seconds: u32,
    ) {
        let [remainder_q64, unstreamed_atoms, unsettled_atoms, amount] = parts;
        let stream = Stream {
            acc_per_share_q64: accs[0], remainder_q64, unstreamed_atoms, unsettled_atoms,
            remaining_seconds: remaining, updated_at_seconds: times[0],
        };
        let held = stream.held_atoms();
        if let (Ok(after), Ok(held)) = (stream.advance(times[1], amount), held) {
            prop_assert_eq!(after.held_atoms(), Ok(held));
        }
        if let Ok(after) = stream.deposit(amount, times[1], 1, seconds) {
            prop_assert_eq!(after.held_atoms(), Ok(held.unwrap() + amount));
        }
        if let Ok((earned, after)) = stream.settle(amount, accs[1]) {
            prop_assert_eq!(after.unsettled_atoms + earned, unsettled_atoms);
        }
    }

    #[test]
    fn the_treasury_gets_its_part_and_never_all(amount in 1u64.., treasury_bps: u16) {
        let part = treasury_atoms(amount, treasury_bps).unwrap();
        let bps = u128::from(treasury_bps.min(TREASURY_BPS_MAX));
        prop_assert_eq!(u128::from(part), u128::from(amount) * bps / 10_000);
        prop_assert!(part < amount);
    }
}

#[test]
fn a_hundred_years_of_the_largest_supply_through_one_atom_of_stake_lose_nothing() {
    // Each stream brings as many atoms as a mint can have, the shortest time after the last. It leaves the state that it
    // found but for the accumulator, which goes on modulo 2^128: so a hundred years are as good as the longest wait.
    const SHORTEST: u32 = 60;
    let year = 366 * 24 * 3_600;
    let mut stream = Stream::new(0);
    let (mut checkpoint_q64, mut now) = (0, 0);
    for wait in (0..10_000).map(|_| i64::from(SHORTEST)).chain([year, 100 * year, 1_000_000 * year]) {
        stream = stream.deposit(u64::MAX, now, 1, SHORTEST).unwrap();
        assert_eq!(stream.deposit(1, now, 1, SHORTEST), Err(CoreError::Overflow), "no mint has an atom more");
        now += wait;
        stream = stream.advance(now, 1).unwrap();
        let earned;
        (earned, stream) = stream.settle(1, checkpoint_q64).unwrap();
        assert_eq!(earned, u64::MAX);
        checkpoint_q64 = stream.acc_per_share_q64;
        assert_eq!(Stream { acc_per_share_q64: 0, ..stream }, Stream::new(now));
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
fn refused_acts_say_why() {
    let stream = Stream::new(100);
    assert_eq!(stream.deposit(0, 100, 1, WEEK), Err(CoreError::AmountZero));
    assert_eq!(stream.deposit(1, 100, 1, 0), Err(CoreError::DivisionByZero));
    assert_eq!(stream.advance(99, 1), Err(CoreError::ClockWentBack));
    let full = stream.deposit(u64::MAX, 100, 1, WEEK).unwrap();
    assert_eq!(full.deposit(1, 100, 1, WEEK), Err(CoreError::Overflow));
    let streamed = full.advance(100 + i64::from(WEEK), 1).unwrap();
    assert_eq!(streamed.claimable(1, 0), Ok(u64::MAX), "the whole range passes through one staked atom");
    assert_eq!(full.settle(1, u128::MAX << 64), Err(CoreError::InsufficientRevenue), "nothing has streamed yet");
}
