//! Law: **the core and a model of it agree on everything**, whatever is done to a market. The model (`tests/model`) is
//! written from the documentation, with numbers that have no bound.
//!
//! Every operation is drawn from the seed: trades of every kind and size, deposits, syncs on use that comes and goes and on
//! any figures at all, pauses, sleeps of years, clocks that go back; on any parameters that the config accepts and on
//! markets up to the bounds. `MODCHAINS_LONG=1` plays twenty times as many.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod draw;
mod pair;

use std::collections::BTreeMap;

use modchains_core::{
    math::exp2_neg_q32,
    usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, counted_share_atoms, paid_net_atoms, sum_advance},
};
use modchains_test_model::{Usage, counted_share, power_of_half_q32};
use modchains_test_seed::{is_long, random};

use pair::Pair;

const OPERATIONS: u64 = 400_000;
const OPERATIONS_PER_MARKET: u64 = 400;

/// What has to happen in any search worth the name. Solvency is not among it: nothing may break it.
const SEEN: [&str; 31] = [
    "buy exact in",
    "buy exact out",
    "sell exact in",
    "sell exact out",
    "deposit",
    "AmountZero",
    "ClockWentBack",
    "DeadlinePassed",
    "EpochNotOver",
    "InputAboveLimit",
    "InsufficientReserve",
    "InsufficientSupply",
    "LaunchCapExceeded",
    "LaunchTransactionMissing",
    "MarketPaused",
    "OutputBelowLimit",
    "OutputZero",
    "Overflow",
    "ParametersMoved",
    "sync SteppedUp",
    "sync SteppedDown",
    "sync Absorbed",
    "sync Unchanged",
    "sync OracleStale",
    "sync CirculatingTooSmall",
    "sync PremiumAtBound",
    "sync DriftExhausted",
    "sync NetTooSmall",
    "sync MoveTooSmall",
    "sync Paused",
    "sync AtRest",
];

#[test]
fn every_field_and_every_refusal_is_the_models() {
    let mut random = random();
    let operations = if is_long() { 20 * OPERATIONS } else { OPERATIONS };
    let mut seen = BTreeMap::new();
    for _ in 0..operations / OPERATIONS_PER_MARKET {
        let mut pair = Pair::open(&mut random);
        for _ in 0..OPERATIONS_PER_MARKET {
            *seen.entry(pair.act(&mut random)).or_insert(0_u64) += 1;
        }
    }
    println!("{seen:#?}");
    for what in SEEN {
        assert!(seen.contains_key(what), "never: {what}");
    }
}

#[test]
fn sums_of_use_their_net_and_what_counts_are_the_models() {
    let mut random = random();
    for _ in 0..200 {
        let (mut model, mut long_q32, mut short_q32) = (Usage::default(), 0, 0);
        let epoch_seconds = draw::up_to(&mut random, 86_400).max(1) as u32;
        for _ in 0..50 {
            let [share, fees, cap] = [(); 3].map(|()| draw::any_atoms(&mut random));
            let (distinct, quality) = (draw::any_atoms(&mut random) as u32, draw::up_to(&mut random, 2_000_000) as u32);
            let counted = counted_share_atoms(share, fees, distinct, cap, quality).unwrap();
            assert_eq!(counted, counted_share(share, fees, distinct, cap, quality));
            let epochs = draw::any_atoms(&mut random);
            model.roll(counted, epochs, epoch_seconds);
            long_q32 = sum_advance(long_q32, counted, epochs, epoch_seconds, LONG_HALF_LIFE_SECONDS).unwrap();
            short_q32 = sum_advance(short_q32, counted, epochs, epoch_seconds, SHORT_HALF_LIFE_SECONDS).unwrap();
            assert_eq!((long_q32, short_q32), (model.long_q32, model.short_q32));
            assert_eq!(paid_net_atoms(long_q32, short_q32), model.net_atoms());
        }
    }
}

#[test]
fn powers_of_a_half_are_the_models() {
    let mut random = random();
    for _ in 0..20_000 {
        let (seconds, half_life) = (draw::any_atoms(&mut random), (draw::any_atoms(&mut random) as u32).max(1));
        let model = power_of_half_q32(seconds.into(), half_life.into());
        assert_eq!(exp2_neg_q32(seconds, half_life).map(u128::from), Ok(model), "{seconds} / {half_life}");
    }
}
