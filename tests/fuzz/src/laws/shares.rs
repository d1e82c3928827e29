//! Contributors' shares.

use modchains_exchange::state::{Contributor, Contributors, Market};

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "fees_are_shared_by_the_shares_of_their_time",
        sentence: "What a market owed until shares changed is shared by the shares until then, rounded down, the creator keeping the rest.",
        check: fees_are_shared_by_the_shares_of_their_time,
    },
    Law {
        name: "shares_wait_for_the_timelock",
        sentence: "Shares change to the queued ones, and only when their timelock is over.",
        check: shares_wait_for_the_timelock,
    },
];

fn entry(contributors: &Contributors, address: &anchor_lang::prelude::Pubkey) -> Option<Contributor> {
    contributors.entries.iter().take(contributors.count.into()).find(|entry| entry.address == *address).copied()
}

fn paid(sight: &Sight, owner: &anchor_lang::prelude::Pubkey) -> u64 {
    let gained = sight.seen.tokens().filter(|(_, tokens, before, after)| tokens.owner == *owner && after > before);
    gained.map(|(_, _, before, after)| after - before).sum()
}

fn fees_are_shared_by_the_shares_of_their_time(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Contributors>() {
        let market = sight.seen.kept::<Market>().find(|(_, market, _)| market.model == before.model);
        let Some((_, market, market_after)) = market else { continue };
        let shared = market.creator_due_atoms.saturating_sub(market_after.creator_due_atoms);
        let mut to_others = 0;
        for old in before.entries.iter().take(before.count.into()) {
            let part = u128::from(shared) * u128::from(old.bps) / 10_000;
            to_others += part;
            let owed = entry(&after, &old.address).map_or(0, |entry| entry.owed_atoms);
            let due = u128::from(old.owed_atoms) + part;
            let settled = u128::from(owed) == due || (owed == 0 && u128::from(paid(sight, &old.address)) >= due);
            hold!(settled, "{} with {} bps was owed {}, is owed {owed}", old.address, old.bps, old.owed_atoms);
            facts += 1;
        }
        let kept = u128::from(before.creator_owed_atoms) + u128::from(shared) - to_others;
        let settled = after.creator_owed_atoms == 0 || u128::from(after.creator_owed_atoms) == kept;
        hold!(settled, "the creator is owed {}, not {kept}", after.creator_owed_atoms);
        for new in after.entries.iter().take(after.count.into()) {
            let is_new = entry(&before, &new.address).is_none();
            hold!(!is_new || new.owed_atoms == 0, "{} is owed {} from before its time", new.address, new.owed_atoms);
        }
    }
    Ok(facts)
}

fn shares_wait_for_the_timelock(sight: &Sight) -> Verdict {
    let shares = |contributors: &Contributors| {
        let present = contributors.entries.iter().filter(|entry| entry.bps > 0);
        let mut shares: Vec<_> = present.map(|entry| (entry.address, entry.bps)).collect();
        shares.sort_unstable();
        shares
    };
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Contributors>() {
        facts += 1;
        if shares(&before) == shares(&after) {
            continue;
        }
        let due = before.pending_at_seconds != 0 && sight.seen.now >= before.pending_at_seconds;
        hold!(due, "shares changed before {}", before.pending_at_seconds);
        let pending = before.pending.iter().take(before.pending_count.into());
        let mut queued: Vec<_> = pending.map(|share| (share.address, share.bps)).collect();
        queued.sort_unstable();
        hold!(shares(&after) == queued, "shares are {:?}, queued were {queued:?}", shares(&after));
    }
    Ok(facts)
}
