//! Moves of the curve.

use anchor_lang::{Discriminator, prelude::Pubkey};
use modchains_exchange::{
    events::{CurveMoved, CurveState},
    instruction::MarketSync,
    state::Market,
};
use modchains_oracle::state::Usage;
use num_bigint::BigUint;

use super::law::{Law, Sight, Verdict, big, hold};
use crate::{memory::MarketPast, seen::Seen, shadow_ledger::State, traded::traded};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_sync_waits_for_its_epoch",
        sentence: "The curve moves at most once in the seconds of an epoch, and not in the first one.",
        check: |sight| every(sight, a_sync_waits_for_its_epoch),
    },
    Law {
        name: "a_sync_moves_by_at_most_a_step",
        sentence: "A sync absorbs at most its part, then moves the price by no more than a step, the right way.",
        check: |sight| every(sight, a_sync_moves_by_at_most_a_step),
    },
    Law {
        name: "a_sync_moves_no_money",
        sentence: "A sync takes in what waits, as far as virtual quote makes room, and mints, burns and pays nothing.",
        check: |sight| every(sight, a_sync_moves_no_money),
    },
    Law {
        name: "depth_moves_by_the_highest_supply",
        sentence: "The depth moves by at most the step times what it exceeds the highest supply of two epochs by.",
        check: |sight| every(sight, depth_moves_by_the_highest_supply),
    },
    Law {
        name: "drift_is_bounded",
        sentence: "The steps of any 24 hours add up to at most the market's drift bound, each way.",
        check: |sight| every(sight, drift_is_bounded),
    },
    Law {
        name: "premium_is_bounded",
        sentence: "A step up leaves the premium below its upper bound, a step down above its lower one.",
        check: |sight| every(sight, premium_is_bounded),
    },
    Law {
        name: "a_step_is_paid_for",
        sentence: "The most that anybody could gain by a step is paid by the net, up or down, and settled; no fall ends above the opening.",
        check: |sight| every(sight, a_step_is_paid_for),
    },
    Law {
        name: "a_sync_needs_a_signal",
        sentence: "Stale figures and a pause move nothing, too few tokens no step; a net that rose never moves down, nor the reverse.",
        check: |sight| every(sight, a_sync_needs_a_signal),
    },
];

/// Whether the transaction has a sync of the market.
pub fn is_synced(seen: &Seen, market: &Pubkey) -> bool {
    let mut syncs = seen.calls(modchains_exchange::ID, MarketSync::DISCRIMINATOR);
    syncs.any(|sent| sent.accounts.iter().any(|meta| meta.pubkey == *market))
}

/// One move.
struct Moved<'a> {
    seen: &'a Seen,
    event: CurveMoved,
    /// The market before the transaction.
    market: Market,
    /// The market after it.
    after: Market,
    /// Its past.
    past: MarketPast,
}

impl Moved<'_> {
    fn size_ppm(&self) -> u64 {
        self.event.step_ppm.unsigned_abs().into()
    }

    fn is_up(&self) -> bool {
        self.event.after.depth_atoms < self.event.before.depth_atoms
    }

    fn is_down(&self) -> bool {
        self.event.after.depth_atoms > self.event.before.depth_atoms
    }
}

fn every(sight: &Sight, check: fn(&Moved) -> Verdict) -> Verdict {
    let mut facts = 0;
    for event in sight.seen.events::<CurveMoved>() {
        let market = sight.seen.changes::<Market>().find(|change| change.address == event.market);
        let (market, after) =
            market.and_then(|change| change.before.zip(change.after)).ok_or("an event names no market")?;
        hold!(event.at_seconds == sight.seen.now, "the event tells another time");
        if event.before == event.after {
            continue;
        }
        let mut past = sight.setup.memory.markets.get(&event.market).cloned().unwrap_or_default();
        // What trades of the same transaction reached before the move counts too.
        let trades = traded(sight.seen).into_iter().filter(|trade| trade.market == event.market);
        past.supplies.extend(trades.map(|trade| (sight.seen.now, trade.before.circulating_atoms)));
        past.supplies.push((sight.seen.now, event.before.circulating_atoms));
        facts += check(&Moved { seen: sight.seen, event, market, after, past })?;
    }
    Ok(facts)
}

fn a_sync_waits_for_its_epoch(moved: &Moved) -> Verdict {
    let last = moved.past.moved_at_seconds.unwrap_or(moved.past.opened_at_seconds);
    let epoch = i64::from(moved.market.params.epoch_seconds);
    let waited = moved.seen.now - last;
    hold!(waited >= epoch, "moved again after {waited} s, an epoch has {epoch}");
    Ok(1)
}

fn price(curve: &CurveState) -> (BigUint, BigUint) {
    (big(curve.reserve_atoms) + big(curve.virtual_atoms), big(curve.depth_atoms - curve.circulating_atoms))
}

fn a_sync_moves_by_at_most_a_step(moved: &Moved) -> Verdict {
    let (event, params) = (&moved.event, &moved.market.params);
    let ((quote, tokens), (quote_after, tokens_after)) = (price(&event.before), price(&event.after));
    let (million, size) = (big(1_000_000), moved.size_ppm());
    let (absorbed, most) = (big(event.absorbed_atoms), &quote * big(params.absorb_max_ppm.into()));
    hold!(&absorbed * &million <= most, "{absorbed} absorbed: {:?}", shape(event));
    hold!(size <= u64::from(params.step_max_ppm), "a step of {size} ppm: {:?}", shape(event));
    // What waited took the place of virtual quote, so absorption alone came before the step.
    let quote = quote + absorbed;
    let factor = big(1_000_000 + size);
    let (was, is) = (&quote * &tokens_after, &quote_after * &tokens);
    if moved.is_down() {
        hold!(is <= was, "a step down raised the price: {:?}", shape(event));
        // The quote side rounds down by less than an atom.
        let least = (&quote_after + 1_u32) * &tokens * factor;
        hold!(least >= was * million, "the price fell by more than {size} ppm: {:?}", shape(event));
    } else {
        hold!(is >= was, "a step up lowered the price: {:?}", shape(event));
        hold!(is * million <= was * factor, "the price rose by more than {size} ppm: {:?}", shape(event));
    }
    Ok(1)
}

fn a_sync_moves_no_money(moved: &Moved) -> Verdict {
    let (event, waited) = (&moved.event, u128::from(moved.market.reserve_waiting_atoms));
    let is_alone = moved.seen.instructions.len() <= 2 && traded(moved.seen).is_empty();
    let taken = u128::from(event.after.reserve_atoms) - u128::from(event.before.reserve_atoms);
    let room = u128::from(event.before.virtual_atoms) - 1;
    let waits = u128::from(moved.after.reserve_waiting_atoms);
    let is_told = taken == waited.min(room) && waits == waited - taken;
    hold!(is_told || !is_alone, "{taken} of {waited} taken in, {waits} wait: {:?}", shape(event));
    let same = event.before.circulating_atoms == event.after.circulating_atoms;
    hold!(same, "a sync minted or burned: {:?}", shape(event));
    Ok(1)
}

fn shape(event: &CurveMoved) -> (i32, u32, CurveState, CurveState) {
    (event.step_ppm, event.reason, event.before, event.after)
}

fn depth_moves_by_the_highest_supply(moved: &Moved) -> Verdict {
    let (before, after) = (moved.event.before.depth_atoms, moved.event.after.depth_atoms);
    let high = moved.past.highest_supply(moved.seen.now, moved.market.params.epoch_seconds);
    let room = before.saturating_sub(high);
    let most = big(room) * big(moved.market.params.step_max_ppm.into());
    let change = big(before.abs_diff(after)) * big(1_000_000);
    hold!(change <= most, "depth {before} became {after}, though {high} tokens circulated within two epochs");
    Ok(1)
}

fn drift_is_bounded(moved: &Moved) -> Verdict {
    let upward = !moved.is_down();
    let used = moved.past.drift_ppm(moved.seen.now, upward) + i64::from(moved.event.step_ppm.unsigned_abs());
    let most = i64::from(moved.market.params.drift_max_ppm);
    hold!(used <= most, "{used} ppm in a day, at most {most} are allowed (upward: {upward})");
    Ok(1)
}

fn premium_is_bounded(moved: &Moved) -> Verdict {
    let params = &moved.market.params;
    let depth = moved.event.after.depth_atoms;
    // The premium at a supply C is Y / (Y - C): bounded by p exactly when (Y - C) * (p - 1) is at least C.
    if moved.is_up() {
        let high = moved.past.highest_supply(moved.seen.now, params.epoch_seconds);
        hold!(depth > high, "depth {depth} is below {high}, which circulated within two epochs");
        let room = big(depth - high) * big(u64::from(params.premium_max_ppm) - 1_000_000);
        hold!(room >= big(high) * big(1_000_000), "the premium exceeds its bound: depth {depth}, supply {high}");
    } else if moved.is_down() {
        let marks = [
            moved.after.supply_short_average_atoms,
            moved.after.supply_peak_atoms,
            moved.after.supply_last_peak_atoms,
            moved.event.before.circulating_atoms,
        ];
        let high = marks.into_iter().max().unwrap_or(0);
        let room = big(depth.saturating_sub(high)) * big(u64::from(params.premium_min_ppm) - 1_000_000);
        hold!(room <= big(high) * big(1_000_000), "the premium is below its bound: depth {depth}, supply {high}");
    }
    Ok(1)
}

fn a_step_is_paid_for(moved: &Moved) -> Verdict {
    let event = &moved.event;
    let (net, before, after) = (event.paid_net_atoms, event.settled_net_before_atoms, event.settled_net_after_atoms);
    // What is settled goes towards the net and never past it.
    hold!((before..=net).contains(&after) || (net..=before).contains(&after), "{before} settled, {after} after: {net}");
    if !moved.is_up() && !moved.is_down() {
        return Ok(0);
    }
    let (depth, depth_after) = (event.before.depth_atoms, event.after.depth_atoms);
    let (small, large) = (depth.min(depth_after), depth.max(depth_after));
    let supply = event.before.circulating_atoms;
    // Of all parts of the supply, the half-way one gains most: less than R c C / (4 (Y' - C) Y').
    let gain = big(event.after.reserve_atoms) * big(large - small) * big(supply);
    let paid = big(before.abs_diff(after)) * big(4) * big(small - supply) * big(small);
    hold!(gain <= paid, "{before} settled, {after} after, that does not pay for {:?}", shape(event));
    let opening = moved.market.depth_opening_atoms;
    hold!(!moved.is_down() || depth_after <= opening, "a fall to {depth_after}, above the opening's {opening}");
    let (stood, stands) = (event.standing_net_before_atoms, event.standing_net_after_atoms);
    hold!(!moved.is_up() || stands > stood, "a rise that stands for nothing: {stood}, {stands}");
    hold!(!moved.is_down() || stands < stood, "a fall of nothing that stands: {stood}, {stands}");
    Ok(1)
}

/// The usage figures that the sync went by.
fn usage(moved: &Moved) -> Result<Usage, String> {
    let mut usages = moved.seen.touched.iter().filter_map(|account| account.after.as_ref().and_then(State::of));
    let found = usages.find(|usage: &Usage| usage.model == moved.market.model);
    found.ok_or_else(|| "a sync without usage".to_owned())
}

fn a_sync_needs_a_signal(moved: &Moved) -> Verdict {
    let (now, params, event) = (moved.seen.now, &moved.market.params, &moved.event);
    let usage = usage(moved)?;
    let age = now - usage.rolled_at_seconds;
    hold!(age <= i64::from(params.usage_stale_seconds), "moved on figures of {age} s ago");
    hold!(now >= moved.market.paused_until_seconds(), "moved while paused");
    hold!(event.paid_net_atoms == usage.paid_net_atoms, "moved by a net of {}", event.paid_net_atoms);
    if !moved.is_up() && !moved.is_down() {
        return Ok(1);
    }
    // The premium is at its lower bound where Y / (Y - C) is.
    let room = big(event.before.depth_atoms - event.before.circulating_atoms) * big(params.premium_min_ppm.into());
    let is_small = room >= big(event.before.depth_atoms) * big(1_000_000);
    hold!(!is_small, "a step with too few tokens: {:?}", shape(event));
    let (net, settled) = (event.paid_net_atoms, event.settled_net_before_atoms);
    hold!(!moved.is_up() || net > settled, "a step up on a net that did not rise: {net}, {settled}");
    hold!(!moved.is_down() || net < settled, "a step down on a net that did not fall: {net}, {settled}");
    Ok(1)
}
