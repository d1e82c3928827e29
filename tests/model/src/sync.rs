//! What a sync does: it looks, takes in what waits, absorbs, and makes one step at most.

use crate::{
    Market, Refusal,
    exact::{MOST, ceil, floor},
    power_of_half_q32,
    step::Step,
};

const PPM: u128 = 1_000_000;
const DAY_SECONDS: u128 = 86_400;

/// What the oracle says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// The paid net, quote atoms.
    pub net: u128,
    /// On its way to the reserve, quote atoms.
    pub due: u128,
    /// When it was written, unix seconds.
    pub rolled_at: i128,
}

/// What a sync was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// Of the day's drift, signed, parts per million.
    pub step_ppm: i128,
    /// Virtual quote that absorption added, atoms.
    pub absorbed: u128,
    /// Called as in the core's `SyncReason`.
    pub reason: &'static str,
}

impl Market {
    /// Syncs, or is left as it was.
    pub fn sync(&mut self, signal: &Signal, now: i128) -> Result<Synced, Refusal> {
        let Ok(age) = u128::try_from(now - signal.rolled_at) else { return Err(Refusal::ClockWentBack) };
        if now < self.synced_at + self.terms.epoch_seconds as i128 {
            return Err(Refusal::EpochNotOver);
        }
        let before = *self;
        self.observe(now);
        if now < self.terms.paused_until {
            return Ok(Synced { step_ppm: 0, absorbed: 0, reason: "Paused" });
        }
        if age > self.terms.usage_stale_seconds {
            return Ok(Synced { step_ppm: 0, absorbed: 0, reason: "OracleStale" });
        }
        self.average((now - self.synced_at) as u128, now);
        self.drain(now);
        self.synced_at = now;
        self.supply_seconds = 0;
        let waiting = std::mem::take(&mut self.waiting);
        match self.take_in(waiting) {
            Ok(left) => self.waiting = left,
            Err(refusal) => {
                *self = before;
                return Err(refusal);
            }
        }
        self.expected = signal.due;
        let absorbed = self.absorb();
        let Step { step_ppm, reason } = self.step(signal.net);
        self.supply_floor = self.floor_of(self.depth);
        let curve = |market: &Self| (market.reserve, market.depth, market.virtual_quote);
        if curve(self) != curve(&before) {
            self.parameter_epoch += 1;
        }
        let reason = if reason == "Unchanged" && absorbed > 0 { "Absorbed" } else { reason };
        Ok(Synced { step_ppm, absorbed, reason })
    }

    /// Both averages go toward the mean supply since the last sync, rounded up. After a clock went back some seconds count
    /// twice; no mean exceeds the depth.
    fn average(&mut self, elapsed: u128, now: i128) {
        let mean = self.supply_seconds.div_ceil(elapsed).min(self.depth);
        let toward = |average: u128, half_life| {
            let kept_q32 = power_of_half_q32(elapsed, half_life);
            if average > mean {
                mean + ceil(average - mean, kept_q32, 1 << 32)
            } else {
                mean - floor(mean - average, kept_q32, 1 << 32)
            }
        };
        self.short_average = toward(self.short_average, self.terms.supply_half_life_seconds);
        self.long_average = toward(self.long_average, self.terms.pricing_half_life_seconds);
        self.roll_windows(now);
    }

    /// Half of the day's drift each way, and half of it drains in a day; the time that drained nothing whole is kept.
    fn drain(&mut self, now: i128) {
        let elapsed = (now - self.drift_at) as u128;
        let capacity = self.terms.drift_max_ppm / 2;
        if elapsed >= DAY_SECONDS || (self.drift_up_ppm, self.drift_down_ppm) == (0, 0) {
            (self.drift_up_ppm, self.drift_down_ppm, self.drift_at) = (0, 0, now);
            return;
        }
        let drained = elapsed * capacity / DAY_SECONDS;
        if drained > 0 {
            self.drift_up_ppm = self.drift_up_ppm.saturating_sub(drained);
            self.drift_down_ppm = self.drift_down_ppm.saturating_sub(drained);
            self.drift_at += (drained * DAY_SECONDS).div_ceil(capacity).min(elapsed) as i128;
        }
    }

    /// `V' = max(V, min(V + floor(A k), B))`, as far as `R + V'` is an amount.
    fn absorb(&mut self) -> u128 {
        let before = self.virtual_quote;
        let grown = before + floor(self.quote(), self.terms.absorb_max_ppm, PPM);
        let most = self.boundary().min(MOST - self.reserve);
        self.virtual_quote = before.max(most.min(grown));
        self.virtual_quote - before
    }
}
