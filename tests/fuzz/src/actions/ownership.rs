//! Models change hands; creators set terms, licences and contributors' shares.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::USES_ALL;
use modchains_exchange::{
    instructions::ModelTransferAcceptArgs,
    state::{ContributorShare, LicenceGrantArgs, ModelTerms},
};
use modchains_sdk::instruction::registry::{self, contributor_claim, contributors_apply, contributors_queue};

use super::action::{Action, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[
    Action { name: "model_terms_set", weight: 5, build: terms },
    Action { name: "model_transfer_offer", weight: 5, build: offer },
    Action { name: "model_transfer_accept", weight: 5, build: accept },
    Action { name: "model_transfer_cancel", weight: 2, build: cancel },
    Action { name: "licence_grant", weight: 6, build: grant },
    Action { name: "licence_revoke", weight: 3, build: revoke },
    Action { name: "contributors_queue", weight: 5, build: queue },
    Action { name: "contributors_apply", weight: 8, build: apply },
    Action { name: "contributor_claim", weight: 18, build: claim },
];

/// One of the models with its creator, or now and then somebody else in the creator's place.
fn model(setup: &Setup, pick: &mut Pick) -> Option<(Pubkey, Pubkey)> {
    let models: Vec<_> = setup.ledger.models.iter().collect();
    let (address, model) = pick.one(&models)?;
    Some((**address, setup.mostly(model.creator, pick)))
}

/// A rate that may or may not make sense, mostly none.
fn rate(pick: &mut Pick) -> (u32, u32) {
    match pick.below(10) {
        0..=6 => (0, 0),
        7 | 8 => (1 + pick.below(4) as u32, 1 + pick.below(7_200) as u32),
        _ => (pick.below(2) as u32, pick.below(5_000_000) as u32),
    }
}

fn terms(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let (licence_rate_max, licence_rate_window_seconds) = rate(pick);
    let terms = ModelTerms {
        licence_kind: [0, 0, 0, 1, 1, 2, 3][pick.below(7) as usize],
        licence_uses: if pick.percent(80) { USES_ALL } else { pick.below(40) as u16 },
        licence_price_atoms: pick.magnitude(100_000_000) - 1,
        licence_rate_max,
        licence_rate_window_seconds,
        content_fee_atoms: if pick.percent(90) { pick.magnitude(1_000_000) - 1 } else { pick.amount(u64::MAX) },
        content_royalty_bps: pick.below(1_010) as u16,
    };
    let what = format!("{} sets {terms:?} of {}", short(&creator), short(&model));
    Some(Plan::one(registry::model_terms_set(&creator, &model, terms), what))
}

fn offer(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let to = setup.anybody(pick);
    let what = format!("{} offers {} to {}", short(&creator), short(&model), short(&to));
    Some(Plan::one(registry::model_transfer_offer(&creator, &model, &to), what))
}

fn accept(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let offers: Vec<_> = setup.ledger.transfers.values().collect();
    let offer = pick.one(&offers)?;
    let to = setup.mostly(offer.to, pick);
    let seen = setup.ledger.models.get(&offer.model)?.terms_counter;
    let terms_counter = if pick.percent(90) { seen } else { seen.wrapping_sub(1) };
    let args = ModelTransferAcceptArgs { terms_counter };
    let instruction = registry::model_transfer_accept(&to, &offer.model, &offer.offered_by, args);
    let reasons = [
        (to != offer.to, "it was offered to another"),
        (terms_counter != seen, "its terms have changed since they were looked at"),
    ];
    let what = format!("{} accepts {}", short(&to), short(&offer.model));
    Some(Plan { expect: expect(&reasons, "it was offered"), ..Plan::one(instruction, what) })
}

fn cancel(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let offers: Vec<_> = setup.ledger.transfers.values().collect();
    let offer = pick.one(&offers)?;
    let creator = setup.mostly(offer.offered_by, pick);
    let reasons = [(creator != offer.offered_by, "another offered it")];
    let what = format!("{} takes back the offer of {}", short(&creator), short(&offer.model));
    let instruction = registry::model_transfer_cancel(&creator, &offer.model);
    Some(Plan { expect: expect(&reasons, "the creator may"), ..Plan::one(instruction, what) })
}

fn grant(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let (rate_max, rate_window_seconds) = rate(pick);
    let now = setup.chain.now();
    let args = LicenceGrantArgs {
        grantee: setup.anybody(pick),
        price_atoms: pick.magnitude(100_000_000) - 1,
        expires_at_seconds: if pick.percent(50) { 0 } else { now + pick.below(20_000) as i64 },
        rate_max,
        rate_window_seconds,
        uses: if pick.percent(80) { USES_ALL } else { pick.below(40) as u16 },
        revocable: pick.percent(80),
    };
    let what = format!("{} grants {args:?} of {}", short(&creator), short(&model));
    Some(Plan::one(registry::licence_grant(&creator, &model, args), what))
}

fn revoke(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let licences: Vec<_> = setup.ledger.licences.values().collect();
    let licence = pick.one(&licences)?;
    let owner = setup.ledger.models.get(&licence.model)?.creator;
    let creator = setup.mostly(owner, pick);
    let instruction = registry::licence_revoke(&creator, &licence.model, &licence.grantee);
    let reasons = [
        (creator != owner, "only the creator may"),
        (licence.revocable == 0, "it was granted for good"),
        (licence.revoked_at_seconds != 0, "it is revoked already"),
    ];
    let what = format!("{} revokes the licence of {}", short(&creator), short(&licence.grantee));
    Some(Plan { expect: expect(&reasons, "it is revocable"), ..Plan::one(instruction, what) })
}

fn queue(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let count = pick.below(6);
    let first = pick.below(setup.people.len() as u64) as usize;
    let most = if pick.percent(85) { 10_000 / count.max(1) } else { 10_001 };
    let shares: Vec<ContributorShare> = (0..count as usize)
        .map(|index| ContributorShare {
            address: setup.people[(first + index) % setup.people.len()],
            bps: pick.magnitude(most) as u16,
        })
        .collect();
    let what = format!("{} queues {count} contributors of {}", short(&creator), short(&model));
    Some(Plan::one(contributors_queue(&creator, &model, shares), what))
}

fn apply(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(10);
    let now = setup.chain.now();
    let is_due = |pending: i64| pending != 0 && now >= pending;
    let all = setup.ledger.contributors.iter();
    let waiting: Vec<_> = all.filter(|(_, shares)| careless || is_due(shares.pending_at_seconds)).collect();
    let (address, shares) = pick.one(&waiting)?;
    setup.market_of(&shares.model)?;
    let creator = setup.ledger.models.get(&shares.model).map(|model| model.creator);
    let reasons = [
        (!is_due(shares.pending_at_seconds), "nothing is due"),
        (setup.memory.queued_by.get(address).copied() != creator, "a former creator queued them"),
    ];
    let what = format!("queued contributors of {} are applied", short(&shares.model));
    Some(Plan {
        expect: expect(&reasons, "the timelock is over"),
        ..Plan::one(contributors_apply(&shares.model), what)
    })
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let all: Vec<_> = setup.ledger.contributors.values().collect();
    let shares = pick.one(&all)?;
    let market = setup.market_of(&shares.model)?;
    let mut owners: Vec<Pubkey> =
        shares.entries.iter().take(shares.count.into()).map(|contributor| contributor.address).collect();
    owners.push(setup.ledger.models.get(&shares.model)?.creator);
    let owner = *pick.one(&owners)?;
    let owner = setup.mostly(owner, pick);
    let instruction = contributor_claim(&shares.model, &setup.quote_of(market), &owner);
    Some(Plan::one(instruction, format!("{} is paid as contributor to {}", short(&owner), short(&shares.model))))
}
