//! The step of a sync, paid out of the net.

use crate::{
    Market,
    exact::{MOST, ceil, floor, is_less},
};

const PPM: u128 = 1_000_000;

/// What the step was.
pub struct Step {
    pub step_ppm: i128,
    pub reason: &'static str,
}

/// What it has to go by.
struct Scale {
    high: u128,
    room: u128,
    taken: u128,
    pricing: u128,
    largest_gain: u128,
}

/// A change of depth, as large as the bounds allow and as small as the net pays for.
struct Change {
    depth_change: u128,
    gain: u128,
}

const fn none(reason: &'static str) -> Step {
    Step { step_ppm: 0, reason }
}

impl Market {
    pub(crate) fn step(&mut self, net: u128) -> Step {
        if self.circulating <= self.supply_floor {
            self.settled = net;
            return none("CirculatingTooSmall");
        }
        let scale = self.scale();
        let limit = scale.largest_gain.saturating_mul(2).min(MOST);
        let (rise, fall) = (net.saturating_sub(self.settled), self.settled.saturating_sub(net));
        if rise > limit {
            self.settled = net - limit;
        } else if fall > limit {
            let forfeited = fall - limit;
            self.settled = net + limit;
            self.standing = self.standing.min(limit).max(self.standing.saturating_sub(forfeited));
        }
        match (rise.min(limit), fall.min(limit)) {
            (0, 0) if rise == fall => none("Unchanged"),
            (0, 0) => none("MoveTooSmall"),
            (0, fall) => self.step_down(net, &scale, fall),
            (rise, _) => self.step_up(&scale, rise),
        }
    }

    fn scale(&self) -> Scale {
        let high = self.circulating.max(self.peak).max(self.last_peak).max(self.short_average);
        let pricing = self.circulating.max(self.long_average).max(self.depth / 2).min(self.depth - 1);
        let room = self.depth.saturating_sub(high);
        let largest = cut(room, self.terms.step_max_ppm);
        let taken = self.terms.depth_opening.saturating_sub(self.depth);
        Scale { high, room, taken, pricing, largest_gain: self.gain(self.depth - largest, self.depth, pricing) }
    }

    /// `G = ceil(ceil(ceil(Rp (Yb - Ys) / (Ys - Cp)) Cp / Ys) / 4)`; what does not fit is as good as endless.
    fn gain(&self, small: u128, large: u128, pricing: u128) -> u128 {
        if large == small {
            return 0;
        }
        let at_pricing = if pricing <= self.circulating {
            self.reserve
        } else {
            let whole = ceil(self.reserve, self.tokens(), self.circulating);
            ceil(whole, pricing, self.depth - pricing)
        };
        let pricing = pricing.min(small - 1);
        let moved = ceil(at_pricing, large - small, small - pricing);
        if at_pricing >= MOST || moved > MOST { MOST } else { ceil(moved, pricing, small).div_ceil(4) }
    }

    /// What `net` pays for of `asked`, if anything.
    fn affordable(&self, asked: u128, net: u128, gain: impl Fn(u128) -> u128) -> Option<Change> {
        if asked == 0 {
            return None;
        }
        let whole = gain(asked);
        if whole <= net {
            return Some(Change { depth_change: asked, gain: whole });
        }
        let part = floor(asked, net.saturating_sub(2), whole);
        let gain = gain(part);
        (part > 0 && gain <= net).then_some(Change { depth_change: part, gain })
    }

    fn step_up(&mut self, scale: &Scale, rise: u128) -> Step {
        let terms = self.terms;
        let size = terms.step_max_ppm.min((terms.drift_max_ppm / 2).saturating_sub(self.drift_up_ppm));
        if size == 0 {
            return none("DriftExhausted");
        }
        let lowest = ceil(scale.high, PPM, terms.premium_max_ppm - PPM);
        let sized = cut(scale.room, size).min(scale.room.saturating_sub(lowest));
        if sized == 0 {
            return none("PremiumAtBound");
        }
        let is_rationed = scale.taken > 0 && self.standing > scale.largest_gain;
        let fair = if is_rationed { floor(2 * scale.taken, rise, self.standing).min(MOST) } else { MOST };
        let gain = |cut: u128| self.gain(self.depth - cut, self.depth, scale.pricing);
        let Some(change) = self.affordable(sized.min(fair), rise, gain) else {
            return none("NetTooSmall");
        };
        let uses_all = fair < sized && change.depth_change == fair;
        let spent = if uses_all { rise } else { change.gain };
        let used = ceil(size, change.depth_change, sized);
        let depth = self.depth - change.depth_change;
        let quote = floor(self.quote(), depth, self.depth);
        let falls = is_less(quote, self.tokens(), self.quote(), depth - self.circulating);
        if quote <= self.reserve || falls {
            return none("MoveTooSmall");
        }
        (self.depth, self.virtual_quote) = (depth, quote - self.reserve);
        self.settled += spent;
        self.standing += spent;
        self.drift_up_ppm += used;
        Step { step_ppm: used as i128, reason: "SteppedUp" }
    }

    fn step_down(&mut self, net: u128, scale: &Scale, fall: u128) -> Step {
        let terms = self.terms;
        if scale.taken == 0 || self.standing == 0 {
            (self.settled, self.standing) = (net, 0);
            return none("AtRest");
        }
        let size = terms.step_max_ppm.min((terms.drift_max_ppm / 2).saturating_sub(self.drift_down_ppm));
        if size == 0 {
            return none("DriftExhausted");
        }
        let highest = floor(scale.high, PPM, terms.premium_min_ppm - PPM).min(MOST);
        let sized = floor(scale.room, size, PPM).min(highest.saturating_sub(scale.room));
        if sized == 0 {
            return none("PremiumAtBound");
        }
        let given_back = floor(scale.taken, fall.min(self.standing), self.standing);
        let gain = |added: u128| self.gain(self.depth, self.depth + added, scale.pricing);
        let Some(change) = self.affordable(sized.min(given_back), fall, gain) else {
            return none("NetTooSmall");
        };
        let share = ceil(self.standing, change.depth_change, scale.taken);
        let spent = fall.min(change.gain.max(share));
        let used = ceil(size, change.depth_change, sized);
        let depth = self.depth + change.depth_change;
        let quote = floor(self.quote(), depth, self.depth).min(MOST);
        if quote <= self.reserve {
            return none("MoveTooSmall");
        }
        (self.depth, self.virtual_quote) = (depth, quote - self.reserve);
        self.settled -= spent;
        self.standing = self.standing.saturating_sub(spent);
        self.drift_down_ppm += used;
        Step { step_ppm: -(used as i128), reason: "SteppedDown" }
    }
}

/// `floor(room s / (1 + s))`.
fn cut(room: u128, size_ppm: u128) -> u128 {
    floor(room, size_ppm, PPM + size_ppm)
}
