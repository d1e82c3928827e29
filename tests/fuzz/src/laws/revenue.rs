//! Stakes and the revenue that streams to them.

use modchains_vault::state::{Position, RevenuePool, Vault};
use num_bigint::BigUint;

use super::law::{Law, Sight, Verdict, big, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "positions_add_up_to_the_vault",
        sentence: "What all positions have staked and cooling is what the vault counts.",
        check: positions_add_up_to_the_vault,
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
        name: "a_position_earns_its_part",
        sentence: "A position is credited its stake times what the accumulator rose by since it was last settled, rounded down.",
        check: a_position_earns_its_part,
    },
    Law {
        name: "a_stake_cools_before_it_leaves",
        sentence: "Tokens leave a position only once the cooldown of everything that cools is over.",
        check: a_stake_cools_before_it_leaves,
    },
];

fn positions_add_up_to_the_vault(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Vault>() {
        let Some(vault) = change.after else { continue };
        let here = || sight.setup.ledger.positions.values().filter(|position| position.vault == change.address);
        let staked: u128 = here().map(|position| u128::from(position.staked_atoms)).sum();
        let cooling: u128 = here().map(|position| u128::from(position.cooling_atoms)).sum();
        let counted = (u128::from(vault.staked_atoms), u128::from(vault.cooling_atoms));
        hold!(counted == (staked, cooling), "positions have {:?}, the vault counts {counted:?}", (staked, cooling));
        facts += 1;
    }
    Ok(facts)
}

fn q64([low, high]: [u64; 2]) -> BigUint {
    (big(high) << 64_u32) + big(low)
}

fn revenue_is_conserved(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<RevenuePool>() {
        let Some(pool) = change.after else { continue };
        let mut claimable = BigUint::default();
        let (mut positions, mut settled_claimable) = (0_u64, 0_u128);
        let of_first = |position: &&Position| pool.is_first == 1 && position.vault == pool.vault;
        for position in sight.setup.ledger.positions.values().filter(of_first) {
            let risen = q64(pool.acc_per_share_q64) - q64(position.earnings.checkpoint_q64);
            claimable += (big(position.staked_atoms) * risen) >> 64_u32;
            settled_claimable += u128::from(position.earnings.claimable_atoms);
            positions += 1;
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
        hold!(dust <= big(settlements + positions + 1), "{dust} atoms of dust after {settlements} settlements");
        facts += 1;
    }
    Ok(facts)
}

fn revenue_streams_with_time_alone(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<RevenuePool>() {
        let deposited = after.deposited_atoms.wrapping_sub(before.deposited_atoms);
        let streamed = u128::from(before.unstreamed_atoms) + u128::from(deposited) - u128::from(after.unstreamed_atoms);
        let elapsed = u128::from((sight.seen.now - before.updated_at_seconds).max(0).unsigned_abs());
        let remaining = u128::from(before.remaining_seconds);
        let due = match (before.staked_atoms, remaining) {
            (0, _) | (_, 0) => 0,
            _ if elapsed >= remaining => u128::from(before.unstreamed_atoms),
            _ => u128::from(before.unstreamed_atoms) * elapsed / remaining,
        };
        let touched = after.updated_at_seconds == sight.seen.now;
        hold!(streamed == due || (!touched && streamed == 0), "streamed {streamed} in {elapsed} s, due were {due}");
        let (acc, acc_before) = (q64(after.acc_per_share_q64), q64(before.acc_per_share_q64));
        hold!(acc >= acc_before, "the accumulator fell");
        let handed_out = (acc - acc_before) * big(before.staked_atoms);
        let most = (BigUint::from(streamed) << 64_u32) + big(before.remainder_q64);
        hold!(handed_out <= most, "the accumulator handed out more than was streamed");
        facts += 1;
    }
    Ok(facts)
}

fn a_position_earns_its_part(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Position>() {
        let (Some(before), Some(after)) = (change.before, change.after) else { continue };
        for (_, pool_before, pool) in sight.seen.kept::<RevenuePool>() {
            if pool.vault != before.vault || pool.is_first == 0 {
                continue;
            }
            let (was, is) = (before.earnings, after.earnings);
            let claimed = pool.claimed_atoms.wrapping_sub(pool_before.claimed_atoms);
            let credited = u128::from(is.claimable_atoms) + u128::from(claimed) - u128::from(was.claimable_atoms);
            if was.checkpoint_q64 == is.checkpoint_q64 {
                hold!(credited == 0, "{credited} credited without a settlement");
                continue;
            }
            let risen = q64(pool.acc_per_share_q64) - q64(was.checkpoint_q64);
            let earned = (big(before.staked_atoms) * risen) >> 64_u32;
            hold!(BigUint::from(credited) == earned, "{credited} credited, {earned} earned");
            facts += 1;
        }
    }
    Ok(facts)
}

fn a_stake_cools_before_it_leaves(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Position>() {
        let (Some(before), Some(after)) = (change.before, change.after) else { continue };
        let total = |position: &Position| u128::from(position.staked_atoms) + u128::from(position.cooling_atoms);
        if total(&after) < total(&before) {
            let cooled = sight.seen.now >= before.cooling_until_seconds && before.cooling_atoms > 0;
            hold!(cooled, "left at {}, cooling until {}", sight.seen.now, before.cooling_until_seconds);
        }
        if after.cooling_atoms > before.cooling_atoms {
            let vault = sight.setup.ledger.vaults.get(&after.vault).ok_or("a position of no vault")?;
            let until = sight.seen.now + i64::from(vault.cooldown_seconds);
            hold!(after.cooling_until_seconds == until, "cools until {}, not {until}", after.cooling_until_seconds);
        }
        facts += 1;
    }
    Ok(facts)
}
