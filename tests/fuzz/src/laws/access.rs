//! Who may: every change of an account needs the signature of the one whose it is.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::{Contributors, Licence, Market, Model, ModelTransfer, ModelVersion, Referral};
use modchains_oracle::{
    events::ServiceGoverned,
    state::{Service, UsageSplit},
};
use modchains_vault::state::Position;

use super::{
    holdings::owed_to_contributors,
    law::{Law, Sight, Verdict, hold},
};
use crate::{seen::Seen, shadow_ledger::State};

pub const LAWS: &[Law] = &[
    Law {
        name: "only_the_creator_changes_a_model",
        sentence: "A model changes by its creator's signature, or goes to whom the creator offered it, by theirs.",
        check: only_the_creator_changes_a_model,
    },
    Law {
        name: "versions_are_for_good",
        sentence: "A model's versions are only ever added, one by one, and none of them ever changes.",
        check: versions_are_for_good,
    },
    Law {
        name: "only_the_creator_disposes",
        sentence: "Markets, services, offers, licences and shares of a model come and change by its creator.",
        check: only_the_creator_disposes,
    },
    Law {
        name: "a_split_that_gives_somebody_less_waits",
        sentence: "A service's split changes by the creator's signature to one that gives nobody but operators less, or to the queued one, once 31 days are over and before 45 are.",
        check: a_split_that_gives_somebody_less_waits,
    },
    Law {
        name: "only_the_owner_moves_a_position",
        sentence: "A position changes by its owner's signature, but for the note of a proposal that ended.",
        check: only_the_owner_moves_a_position,
    },
    Law {
        name: "closed_accounts_owe_nothing",
        sentence: "Referrals, licences and contributors' accounts end by the signature of the one whose they are, and owe or allow nothing.",
        check: closed_accounts_owe_nothing,
    },
    Law { name: "markets_stay", sentence: "A market never disappears.", check: markets_stay },
];

fn bytes<T: bytemuck::NoUninit>(state: &T) -> &[u8] {
    bytemuck::bytes_of(state)
}

/// Whether `who` signed.
pub fn signed(seen: &Seen, who: &Pubkey) -> bool {
    seen.signers.contains(who)
}

/// Every account of type `T` that the transaction ended, with its address.
pub fn gone<T: State>(seen: &Seen) -> impl Iterator<Item = (Pubkey, T)> + '_ {
    seen.changes::<T>()
        .filter(|change| change.after.is_none())
        .filter_map(|change| Some((change.address, change.before?)))
}

/// The creator of `model` before the transaction.
pub fn creator(sight: &Sight, model: &Pubkey) -> Option<Pubkey> {
    let named = sight.seen.changes::<Model>().find(|change| change.address == *model);
    match named {
        Some(change) => change.before.or(change.after).map(|model| model.creator),
        None => sight.setup.ledger.models.get(model).map(|model| model.creator),
    }
}

fn only_the_creator_changes_a_model(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Model>() {
        let Some(after) = change.after else { return Err(format!("model {} is gone", change.address)) };
        let Some(before) = change.before else {
            hold!(signed(sight.seen, &after.creator), "{} did not sign a registration", after.creator);
            continue;
        };
        // Anybody may apply queued shares; that marks the model, counts as a change, and changes nothing else.
        let applied = Model { has_contributors: 1, terms_counter: before.terms_counter + 1, ..before };
        if bytes(&before) == bytes(&after) || bytes(&applied) == bytes(&after) {
            continue;
        }
        if before.creator != after.creator {
            let offers = sight.seen.changes::<ModelTransfer>().filter_map(|offer| offer.before);
            let mut offers = offers.filter(|offer| offer.model == change.address && offer.to == after.creator);
            hold!(
                offers.next().is_some() && signed(sight.seen, &after.creator),
                "{} was not offered it",
                after.creator
            );
            let handed_over = Model { creator: after.creator, ..before };
            hold!(bytes(&handed_over) == bytes(&after), "a transfer changed more than the creator");
        } else {
            hold!(signed(sight.seen, &before.creator), "{} did not sign a change", before.creator);
        }
        hold!(before.mint == after.mint, "the model's token changed");
        facts += 1;
    }
    Ok(facts)
}

fn versions_are_for_good(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<ModelVersion>() {
        match (change.before, change.after) {
            (Some(before), Some(after)) => hold!(bytes(&before) == bytes(&after), "version {} changed", change.address),
            (None, Some(after)) => {
                let counts = sight.seen.kept::<Model>().find(|(model, ..)| *model == after.model);
                let (before, now) = counts.map_or((0, 0), |(_, before, now)| (before.version_count, now.version_count));
                let next = before + 1 == after.index && now == after.index && after.parent < after.index;
                hold!(next, "version {} after {before}, of {now}", after.index);
            }
            _ => return Err(format!("version {} is gone", change.address)),
        }
        facts += 1;
    }
    for (_, before, after) in sight.seen.kept::<Model>() {
        let grown = after.version_count - before.version_count;
        hold!(after.version_count >= before.version_count && grown <= 2, "{grown} versions at once");
    }
    Ok(facts)
}

/// Fails unless the creator of the model that `model` finds signed for every account of type `T` that is new, or
/// different where `differs` says that matters.
fn by_creator<T: State>(
    sight: &Sight,
    model: impl Fn(&T) -> Option<Pubkey>,
    differs: impl Fn(&T, &T) -> bool,
) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<T>() {
        let Some(after) = &change.after else { continue };
        if change.before.as_ref().is_some_and(|before| !differs(before, after)) {
            continue;
        }
        let creator = model(after).and_then(|model| creator(sight, &model)).ok_or("it belongs to no model")?;
        let name = std::any::type_name::<T>();
        hold!(signed(sight.seen, &creator), "{creator} did not sign for {name} {}", change.address);
        facts += 1;
    }
    Ok(facts)
}

fn only_the_creator_disposes(sight: &Sight) -> Verdict {
    let offers = |before: &ModelTransfer, after: &ModelTransfer| bytes(before) != bytes(after);
    let licences = |before: &Licence, after: &Licence| bytes(before) != bytes(after);
    let queued = |before: &Contributors, after: &Contributors| {
        after.pending_at_seconds > before.pending_at_seconds || bytes(&before.pending) != bytes(&after.pending)
    };
    let terms = |service: &Service| (service.shut_at_seconds, service.version);
    Ok(by_creator::<Market>(sight, |market| Some(market.model), |_, _| false)?
        + by_creator::<Service>(
            sight,
            |service| Some(service.model),
            |before, after| {
                let priced = !sight.seen.events::<ServiceGoverned>().is_empty() || before.fee_atoms == after.fee_atoms;
                terms(before) != terms(after) || !priced
            },
        )?
        + by_creator::<ModelTransfer>(sight, |offer| Some(offer.model), offers)?
        + by_creator::<Licence>(sight, |licence| Some(licence.model), licences)?
        + by_creator::<Contributors>(sight, |shares| Some(shares.model), queued)?)
}

fn a_split_that_gives_somebody_less_waits(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Service>() {
        let others = |split: &UsageSplit| [split.vault_bps, split.creator_bps, split.reserve_bps, split.protocol_bps];
        if before.split == after.split {
            continue;
        }
        let pairs = others(&before.split).into_iter().zip(others(&after.split));
        let lowers = pairs.into_iter().any(|(before, after)| after < before);
        let is_creator = creator(sight, &after.model).is_some_and(|creator| signed(sight.seen, &creator));
        let waited = sight.seen.now - before.pending_split_at_seconds;
        let is_ripe = before.pending_split_at_seconds != 0 && (0..14 * 86_400).contains(&waited);
        let applied = is_ripe && before.pending_split == after.split;
        hold!(applied || (is_creator && !lowers), "{:?} became {:?}", before.split, after.split);
        hold!(after.split.vault_bps >= 500, "stakers get {}", after.split.vault_bps);
        facts += 1;
    }
    for (_, before, after) in sight.seen.kept::<Service>() {
        let is_queued = after.pending_split_at_seconds > before.pending_split_at_seconds;
        let waits = after.pending_split_at_seconds - sight.seen.now;
        hold!(!is_queued || waits == 31 * 86_400, "a split waits {waits} s");
    }
    Ok(facts)
}

fn only_the_owner_moves_a_position(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Position>() {
        let same = match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let ended = Position { has_proposal: 0, ..*before };
                bytes(before) == bytes(after) || bytes(&ended) == bytes(after)
            }
            _ => false,
        };
        let position = change.after.or(change.before).ok_or("a position is gone")?;
        hold!(same || signed(sight.seen, &position.owner), "{} did not sign for a position", position.owner);
        facts += 1;
    }
    Ok(facts)
}

fn closed_accounts_owe_nothing(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let by_creator = |model: &Pubkey| creator(sight, model).is_some_and(|creator| signed(sight.seen, &creator));
    for (_, referral) in gone::<Referral>(sight.seen) {
        let may = signed(sight.seen, &referral.referrer);
        hold!(may && referral.due_atoms == 0, "a referral of {} that is due {}", referral.referrer, referral.due_atoms);
        facts += 1;
    }
    for (_, licence) in gone::<Licence>(sight.seen) {
        let expires = licence.expires_at_seconds;
        let is_over = licence.revoked_at_seconds != 0 || (expires != 0 && sight.seen.now >= expires);
        hold!(is_over && by_creator(&licence.model), "the licence of {} ended", licence.grantee);
        facts += 1;
    }
    for (_, shares) in gone::<Contributors>(sight.seen) {
        let owes = owed_to_contributors(&shares) != 0 || shares.entries.iter().any(|entry| entry.bps != 0);
        hold!(!owes && by_creator(&shares.model), "the contributors of {} are gone", shares.model);
        facts += 1;
    }
    Ok(facts)
}

fn markets_stay(sight: &Sight) -> Verdict {
    for change in sight.seen.changes::<Market>() {
        hold!(change.after.is_some(), "the market {} is gone", change.address);
    }
    Ok(1)
}
