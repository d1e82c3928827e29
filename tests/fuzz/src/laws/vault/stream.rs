//! What a pool streams and owes, in numbers without bounds.

use modchains_vault::state::{Earnings, RevenuePool};
use num_bigint::BigUint;

use crate::laws::law::big;

/// A number in two halves, the low one first.
pub fn q64([low, high]: [u64; 2]) -> BigUint {
    (big(high) << 64_u32) + big(low)
}

/// By how much an accumulator, which counts modulo 2^128, has risen.
pub fn risen(from: [u64; 2], to: &BigUint) -> BigUint {
    let whole = BigUint::from(1_u32) << 128_u32;
    ((to + &whole) - q64(from)) % whole
}

/// What the pool has streamed by `now` since it was last moved.
pub fn streamed_atoms(pool: &RevenuePool, now: i64) -> u128 {
    let elapsed = u128::from((now - pool.updated_at_seconds).max(0).unsigned_abs());
    let (unstreamed, remaining) = (u128::from(pool.unstreamed_atoms), u128::from(pool.remaining_seconds));
    match (pool.staked_atoms, remaining) {
        (0, _) | (_, 0) => 0,
        _ if elapsed >= remaining => unstreamed,
        _ => unstreamed * elapsed / remaining,
    }
}

/// By how much a move of the accumulator at `now` raises it: by what is streamed, and what the last division left, which
/// may have been that of a larger stake.
pub fn rise(pool: &RevenuePool, now: i64) -> BigUint {
    if now <= pool.updated_at_seconds || pool.staked_atoms == 0 || pool.unstreamed_atoms == 0 {
        return BigUint::default();
    }
    ((BigUint::from(streamed_atoms(pool, now)) << 64_u32) + big(pool.remainder_q64)) / big(pool.staked_atoms)
}

/// What is due at `now` to a position of `staked_atoms` that earns from `pool`.
pub fn due(pool: &RevenuePool, staked_atoms: u64, earnings: &Earnings, now: i64) -> u64 {
    let accumulator = q64(pool.acc_per_share_q64) + rise(pool, now);
    let whole = BigUint::from(1_u32) << 128_u32;
    let earned = (big(staked_atoms) * risen(earnings.checkpoint_q64, &(accumulator % whole))) >> 64_u32;
    u64::try_from(earned + big(earnings.claimable_atoms)).unwrap_or(u64::MAX)
}
