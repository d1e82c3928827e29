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
use crate::{
    memory::{self, MarketPast},
    seen::Seen,
    shadow_ledger::State,
    traded::traded,
};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_sync_waits_for_its_epoch",
        sentence: "The curve moves at most once in the seconds of an epoch, and not in the first one.",
        check: |sight| every(sight, a_sync_waits_for_its_epoch),
    },
    Law {
        name: "a_sync_moves_by_at_most_a_step",
        sentence: "The step is within the market's largest, and the price moves by no more than the step, the right way.",
        check: |sight| every(sight, a_sync_moves_by_at_most_a_step),
    },
    Law {
        name: "depth_moves_by_the_high_water_mark",
        sentence: "The depth moves by at most the step times what it exceeds the highest supply of two epochs by.",
        check: |sight| every(sight, depth_moves_by_the_high_water_mark),
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
        name: "a_step_up_is_paid_for",
        sentence: "A step up times the reserve is at most the growth's part of the usage fees lost since the last move.",
        check: |sight| every(sight, a_step_up_is_paid_for),
    },
    Law {
        name: "a_sync_needs_a_signal",
        sentence: "Stale figures, a pause and too few tokens move nothing; use that grew never moves down, nor the reverse.",
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
        let market = market.and_then(|change| change.before).ok_or("an event names no market")?;
        hold!(event.at_seconds == sight.seen.now, "the event tells another time");
        if event.before == event.after {
            continue;
        }
        let mut past = sight.setup.memory.markets.get(&event.market).cloned().unwrap_or_default();
        // What trades of the same transaction reached before the move counts too.
        let trades = traded(sight.seen).into_iter().filter(|trade| trade.market == event.market);
        past.supplies.extend(trades.map(|trade| (sight.seen.now, trade.before.circulating_atoms)));
        past.supplies.push((sight.seen.now, event.before.circulating_atoms));
        facts += check(&Moved { seen: sight.seen, event, market, past })?;
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
    let absorbs = event.after.depth_atoms == event.before.depth_atoms;
    let most = if absorbs { params.absorb_max_ppm.max(1) } else { params.step_max_ppm };
    let size = moved.size_ppm();
    hold!(size <= u64::from(most), "a step of {size} ppm, at most {most} are allowed: {:?}", shape(event));
    let ((quote, tokens), (quote_after, tokens_after)) = (price(&event.before), price(&event.after));
    let (million, factor) = (big(1_000_000), big(1_000_000 + size));
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
    let same = (event.before.reserve_atoms, event.before.circulating_atoms);
    hold!(same == (event.after.reserve_atoms, event.after.circulating_atoms), "a sync moved money: {:?}", shape(event));
    Ok(1)
}

fn shape(event: &CurveMoved) -> (i32, u32, CurveState, CurveState) {
    (event.step_ppm, event.reason, event.before, event.after)
}

fn depth_moves_by_the_high_water_mark(moved: &Moved) -> Verdict {
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
            moved.market.high_water_mark_atoms,
            moved.market.high_water_peak_atoms,
            moved.market.high_water_last_peak_atoms,
            moved.event.before.circulating_atoms,
        ];
        let high = marks.into_iter().max().unwrap_or(0);
        let room = big(depth.saturating_sub(high)) * big(u64::from(params.premium_min_ppm) - 1_000_000);
        hold!(room <= big(high) * big(1_000_000), "the premium is below its bound: depth {depth}, supply {high}");
    }
    Ok(1)
}

fn a_step_up_is_paid_for(moved: &Moved) -> Verdict {
    if !moved.is_up() {
        return Ok(0);
    }
    let paid = memory::lost_fees(moved.seen, &moved.market.model) - moved.past.fees_seen_atoms;
    let worth = big(moved.size_ppm()) * big(moved.event.before.reserve_atoms);
    let (recent, usual) = uses(&usage(moved)?);
    let growth = if recent > usual { &recent - &usual } else { BigUint::default() };
    // The formulas keep 31 bits of the averages; a thousandth is more than that loses.
    let most = big(paid) * growth * big(1_001_000);
    hold!(worth * recent <= most, "{paid} atoms paid for {:?}", shape(&moved.event));
    Ok(1)
}

/// The usage figures that the sync went by.
fn usage(moved: &Moved) -> Result<Usage, String> {
    let mut usages = moved.seen.touched.iter().filter_map(|account| account.after.as_ref().and_then(State::of));
    let found = usages.find(|usage: &Usage| usage.model == moved.market.model);
    found.ok_or_else(|| "a sync without usage".to_owned())
}

/// Recent use weighed by quality, and usual use, in one scale.
fn uses(usage: &Usage) -> (BigUint, BigUint) {
    let recent = big(usage.ema_fast.min(usage.ema_mid)) * big(usage.quality_ppm.into());
    (recent, big(usage.ema_slow) * big(1_000_000))
}

fn a_sync_needs_a_signal(moved: &Moved) -> Verdict {
    let (now, params, event) = (moved.seen.now, &moved.market.params, &moved.event);
    let usage = usage(moved)?;
    let age = now - usage.rolled_at_seconds;
    hold!(age <= i64::from(params.usage_stale_seconds), "moved on figures of {age} s ago");
    hold!(now >= moved.market.paused_until_seconds, "moved while paused");
    let least = big(moved.market.depth_opening_atoms) * big(params.circulating_min_ppm.into());
    let circulating = big(event.before.circulating_atoms) * big(1_000_000);
    hold!(circulating >= least && event.before.circulating_atoms > 0, "moved with too few tokens: {:?}", shape(event));
    let (recent, usual) = uses(&usage);
    hold!(!moved.is_up() || recent > usual, "a step up on use that did not grow");
    hold!(!moved.is_down() || recent < usual, "a step down on use that did not fall");
    Ok(1)
}
