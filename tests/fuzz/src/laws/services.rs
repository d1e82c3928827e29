//! How services end, and begin again.

use anchor_lang::prelude::Pubkey;
use modchains_core::math::join_words;
use modchains_oracle::state::{Service, Usage};
use modchains_test_model as model;

use super::{
    access::{creator, gone, signed},
    holdings::parts_of_service,
    law::{Law, Sight, Verdict, hold},
};
use crate::setup::Setup;

/// The laws.
pub const LAWS: &[Law] = &[
    Law {
        name: "a_service_ends_unused",
        sentence: "A service ends by its model's creator, 31 days after it was shut, with nothing and nobody in it and no use that counts; what was sent to its escrow is the creator's.",
        check: a_service_ends_unused,
    },
    Law {
        name: "a_new_service_repeats_no_terms",
        sentence: "The count of a service's terms goes on where that of an earlier service of the model has ended.",
        check: a_new_service_repeats_no_terms,
    },
];

/// How long a service is shut before it may close: 31 days.
const NOTICE_SECONDS: i64 = 31 * 86_400;

/// What is in a service, of any kind, added up: nothing when nobody uses it.
pub fn left(service: &Service) -> u128 {
    let whole = [service.held_atoms, service.operator_count.into(), service.request_count.into()];
    whole.into_iter().chain(parts_of_service(service)).map(u128::from).sum()
}

/// Whether it has been shut for as long as it must be.
pub const fn was_shut(service: &Service, now: i64) -> bool {
    service.shut_at_seconds != 0 && now - service.shut_at_seconds >= NOTICE_SECONDS
}

/// Whether a price that a vote has set holds.
pub fn keeps_price(setup: &Setup, service: &Pubkey, now: i64) -> bool {
    setup.memory.stakers.prices_kept.get(service).is_some_and(|until| now < *until)
}

/// Whether use is not forgotten: an atom of it or more is left. Use that was not rolled yet may count without this saying so.
pub fn counts(usage: &Usage, now: i64) -> bool {
    let epochs = now.unsigned_abs() / u64::from(usage.epoch_seconds) - usage.epoch;
    let mut rolled =
        model::Usage { long_q32: join_words(usage.long_sum_q32), short_q32: join_words(usage.short_sum_q32) };
    if epochs == 0 {
        return usage.epoch_fees_atoms > 0 || rolled.long_q32 >= 1 << 32;
    }
    let (share, fees) = (usage.epoch_shares_atoms, usage.epoch_fees_atoms);
    // As of one requester, the least that can count.
    let counted = model::counted_share(share, fees, 1, usage.requester_cap_atoms, usage.quality_ppm);
    rolled.roll(counted, epochs, usage.epoch_seconds);
    rolled.long_q32 >= 1 << 32
}

fn a_service_ends_unused(sight: &Sight) -> Verdict {
    let (seen, ledger) = (sight.seen, &sight.setup.ledger);
    let mut facts = 0;
    let mut usages: Vec<_> = gone::<Usage>(seen).collect();
    for (address, service) in gone::<Service>(seen) {
        let of_model = creator(sight, &service.model).ok_or("a service of no model")?;
        hold!(signed(seen, &of_model), "{of_model} did not close its service");
        let operators = ledger.operators.values().filter(|operator| operator.service == address).count();
        let requests = ledger.requests.values().filter(|request| request.service == address).count();
        let left = left(&service);
        let is_empty = left == 0 && operators + requests == 0;
        hold!(is_empty, "{left}, {operators} operators and {requests} requests ended with a service");
        hold!(was_shut(&service, seen.now), "shut at {}, it ended at {}", service.shut_at_seconds, seen.now);
        hold!(!keeps_price(sight.setup, &address, seen.now), "a price by vote ended with a service");
        let place = usages.iter().position(|(usage, _)| *usage == service.usage).ok_or("its usage stays")?;
        let (_, usage) = usages.swap_remove(place);
        hold!(!counts(&usage, seen.now), "use that counts ended with a service: {usage:?}");
        let is_there = seen.touched.iter().any(|account| account.address == service.escrow && account.after.is_some());
        hold!(!is_there, "its escrow stays");
        let of_creator =
            seen.tokens().filter(|(_, tokens, ..)| tokens.owner == of_model && tokens.mint == service.quote_mint);
        let paid: i128 = of_creator.map(|(_, _, before, after)| i128::from(after) - i128::from(before)).sum();
        let held = -seen.token_change(&service.escrow);
        hold!(paid == held, "the creator got {paid} of {held} that were in the escrow");
        facts += 1;
    }
    hold!(usages.is_empty(), "a count of use is gone, its service is not");
    Ok(facts)
}

fn a_new_service_repeats_no_terms(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Service>() {
        let (None, Some(new)) = (change.before, change.after) else { continue };
        let last = sight.setup.memory.terms.get(&change.address).copied().unwrap_or(0);
        hold!(new.terms_counter > last, "terms {} after {last}", new.terms_counter);
        facts += 1;
    }
    Ok(facts)
}
