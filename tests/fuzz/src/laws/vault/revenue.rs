//! The revenue that streams to stakers.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use modchains_vault::state::{Earnings, Position, RevenuePool, Share};
use num_bigint::BigUint;

use super::stream::{q64, rise, risen, streamed_atoms};
use crate::laws::law::{Law, Sight, Verdict, big, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_pool_counts_who_earns_from_it",
        sentence: "What a pool counts as staked is the stake of everybody in the vault, or for a further pool of who has a share.",
        check: a_pool_counts_who_earns_from_it,
    },
    Law {
        name: "revenue_is_conserved",
        sentence: "Deposited = claimed + claimable + unstreamed + dust, the dust less than an atom for each settlement.",
        check: revenue_is_conserved,
    },
    Law {
        name: "revenue_streams_with_time_alone",
        sentence: "A pool releases the elapsed part of what it streams, nothing in the same second, nothing without a stake.",
        check: revenue_streams_with_time_alone,
    },
    Law {
        name: "a_deposit_delays_by_its_part",
        sentence: "A deposit makes the remaining time the mean of what remained and of the whole stream, weighted by atoms.",
        check: a_deposit_delays_by_its_part,
    },
    Law {
        name: "a_position_earns_its_part",
        sentence: "A position is credited its stake times what the accumulator rose by since it was last settled, rounded down.",
        check: a_position_earns_its_part,
    },
    Law {
        name: "a_share_begins_with_nothing",
        sentence: "A share earns what is streamed after its opening.",
        check: a_share_begins_with_nothing,
    },
];

/// Stakes and earnings of everybody who earns from a pool.
fn earners(sight: &Sight, address: &Pubkey, pool: &RevenuePool) -> Vec<(u64, Earnings)> {
    let ledger = &sight.setup.ledger;
    if pool.is_first == 1 {
        let here = ledger.positions.values().filter(|position| position.vault == pool.vault);
        return here.map(|position| (position.staked_atoms, position.earnings)).collect();
    }
    let shares = ledger.shares.values().filter(|share| share.pool == *address);
    let staked = |share: &Share| ledger.positions.get(&share.position).map_or(0, |position| position.staked_atoms);
    shares.map(|share| (staked(share), share.earnings)).collect()
}

fn a_pool_counts_who_earns_from_it(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<RevenuePool>() {
        let Some(pool) = change.after else { continue };
        let earners = earners(sight, &change.address, &pool);
        let staked: u128 = earners.iter().map(|(atoms, _)| u128::from(*atoms)).sum();
        hold!(u128::from(pool.staked_atoms) == staked, "{} staked, counted {}", staked, pool.staked_atoms);
        let shares = if pool.is_first == 1 { 0 } else { earners.len() };
        hold!(pool.share_count as usize == shares, "{shares} shares, counted {}", pool.share_count);
        facts += 1;
    }
    Ok(facts)
}

fn revenue_is_conserved(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<RevenuePool>() {
        let Some(pool) = change.after else { continue };
        let mut claimable = BigUint::default();
        let earners = earners(sight, &change.address, &pool);
        let mut settled_claimable = 0_u128;
        for (staked, earnings) in &earners {
            claimable += (big(*staked) * risen(earnings.checkpoint_q64, &q64(pool.acc_per_share_q64))) >> 64_u32;
            settled_claimable += u128::from(earnings.claimable_atoms);
        }
        let settled = u128::from(pool.settled_atoms);
        hold!(settled == settled_claimable, "settled {settled}, positions have {settled_claimable}");
        let left = [pool.settled_atoms, pool.unsettled_atoms, pool.unstreamed_atoms];
        let left: u128 = left.into_iter().map(u128::from).sum();
        let unclaimed = u128::from(pool.deposited_atoms.wrapping_sub(pool.claimed_atoms));
        hold!(left == unclaimed, "{left} left of {unclaimed} deposited and not claimed");
        hold!(claimable <= big(pool.unsettled_atoms), "{claimable} owed of {} unsettled", pool.unsettled_atoms);
        let dust = big(pool.unsettled_atoms) - claimable;
        let settlements = sight.setup.memory.settlements.get(&change.address).copied().unwrap_or(0);
        let most = settlements + earners.len() as u64 + 1;
        hold!(dust <= big(most), "{dust} atoms of dust after {settlements} settlements");
        facts += 1;
    }
    Ok(facts)
}

fn revenue_streams_with_time_alone(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<RevenuePool>() {
        let deposited = after.deposited_atoms.wrapping_sub(before.deposited_atoms);
        let held = u128::from(before.unstreamed_atoms) + u128::from(deposited);
        let streamed = held.checked_sub(after.unstreamed_atoms.into());
        let streamed = streamed.ok_or_else(|| format!("{} to stream of {held}", after.unstreamed_atoms))?;
        let due = streamed_atoms(&before, sight.seen.now);
        let touched = after.updated_at_seconds == sight.seen.now;
        hold!(streamed == due || (!touched && streamed == 0), "streamed {streamed}, due were {due}");
        let accumulator = q64(after.acc_per_share_q64);
        let found = risen(before.acc_per_share_q64, &accumulator);
        let expected = if touched { rise(&before, sight.seen.now) } else { BigUint::default() };
        hold!(found == expected, "the accumulator rose by {found}, not by {expected}");
        facts += 1;
    }
    Ok(facts)
}

fn a_deposit_delays_by_its_part(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<RevenuePool>() {
        let left = u128::from(before.unstreamed_atoms) - streamed_atoms(&before, sight.seen.now);
        let elapsed = if before.staked_atoms > 0 { (sight.seen.now - before.updated_at_seconds).max(0) } else { 0 };
        let remained = u128::from(before.remaining_seconds).saturating_sub(elapsed.unsigned_abs().into());
        let remained = if left == 0 { 0 } else { remained };
        let added = u128::from(after.deposited_atoms.wrapping_sub(before.deposited_atoms));
        let whole = sight.setup.ledger.vaults.get(&after.vault).map_or(0, |vault| vault.stream_seconds);
        let expected = match added {
            0 => remained,
            _ => ((left * remained + added * u128::from(whole)) / (left + added)).max(1),
        };
        let touched = after.updated_at_seconds == sight.seen.now;
        let found = u128::from(after.remaining_seconds);
        hold!(found == expected || !touched, "{found} s remain after {added} on {left}, not {expected}");
        facts += u64::from(added > 0);
    }
    Ok(facts)
}

fn a_position_earns_its_part(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let positions: BTreeMap<Pubkey, (Position, Option<Position>)> = sight
        .seen
        .changes::<Position>()
        .filter_map(|change| Some((change.address, (change.before?, change.after))))
        .collect();
    for (pool_address, pool_before, pool) in sight.seen.kept::<RevenuePool>() {
        // Stake before, earnings before and after; those of a share that ends were claimed before.
        let mut earning: Vec<(u64, Earnings, Earnings)> = Vec::new();
        if pool.is_first == 1 {
            let here = positions.values().filter(|(position, _)| position.vault == pool.vault);
            let kept =
                here.filter_map(|(before, after)| Some((before.staked_atoms, before.earnings, (*after)?.earnings)));
            earning.extend(kept);
        }
        for (_, before, after) in sight.seen.kept::<Share>().filter(|(_, share, _)| share.pool == pool_address) {
            let staked = positions.get(&before.position).map_or(0, |(position, _)| position.staked_atoms);
            earning.push((staked, before.earnings, after.earnings));
        }
        for (staked, was, is) in earning {
            let claimed = pool.claimed_atoms.wrapping_sub(pool_before.claimed_atoms);
            let credited = u128::from(is.claimable_atoms) + u128::from(claimed);
            let credited = credited.checked_sub(was.claimable_atoms.into()).ok_or("a claim without a payout")?;
            let earned = match was.checkpoint_q64 == is.checkpoint_q64 {
                true => BigUint::default(),
                false => (big(staked) * risen(was.checkpoint_q64, &q64(pool.acc_per_share_q64))) >> 64_u32,
            };
            hold!(BigUint::from(credited) == earned, "{credited} credited, {earned} earned");
            facts += 1;
        }
    }
    Ok(facts)
}

fn a_share_begins_with_nothing(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Share>() {
        let (None, Some(share)) = (change.before, change.after) else { continue };
        let pool = sight.setup.ledger.pools.get(&share.pool).ok_or("a share of no pool")?;
        let position = sight.setup.ledger.positions.get(&share.position).ok_or("a share of no position")?;
        hold!(sight.seen.signers.contains(&position.owner), "{} did not open a share", position.owner);
        let begins = share.earnings.claimable_atoms == 0 && share.earnings.checkpoint_q64 == pool.acc_per_share_q64;
        hold!(begins && pool.vault == position.vault, "a share begins with {:?}", share.earnings);
        facts += 1;
    }
    Ok(facts)
}
