//! A market: what it is, how it opens, what time and deposits do to it.

use crate::{
    Refusal,
    exact::{amount, ceil, floor},
};

const PPM: u128 = 1_000_000;
const DEPTH_BOUNDS: (u128, u128) = (1_000_000_000, 100_000_000_000_000_000);
const VIRTUAL_BOUNDS: (u128, u128) = (1_000_000, 1_000_000_000_000_000_000);

/// What is fixed when a market opens, and the pause. Basis points, parts per million, seconds, unix seconds, atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// reason: the names are those of the core's parameters and launch terms, which say more.
#[allow(missing_docs)]
pub struct Terms {
    pub fee_bps: u128,
    pub vault_bps: u128,
    pub creator_bps: u128,
    pub protocol_bps: u128,
    pub referral_bps: u128,
    pub step_max_ppm: u128,
    pub absorb_max_ppm: u128,
    pub drift_max_ppm: u128,
    pub premium_min_ppm: u128,
    pub premium_max_ppm: u128,
    pub epoch_seconds: u128,
    pub supply_half_life_seconds: u128,
    pub pricing_half_life_seconds: u128,
    pub usage_stale_seconds: u128,
    pub launch_fee_max_bps: u128,
    pub launch_seconds: u128,
    pub launch_cap_ppm: u128,
    pub opened_at: i128,
    pub depth_opening: u128,
    pub paused_until: i128,
}

/// The state of a market, in atoms and unix seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
// reason: the names are those of the core's state, which says more.
#[allow(missing_docs)]
pub struct Market {
    pub terms: Terms,
    pub reserve: u128,
    pub circulating: u128,
    pub depth: u128,
    pub virtual_quote: u128,
    pub supply_floor: u128,
    pub waiting: u128,
    pub expected: u128,
    pub observed_at: i128,
    pub supply_seconds: u128,
    /// Integral of the logarithm to base 2 of the price.
    pub log_seconds: f64,
    pub peak: u128,
    pub last_peak: u128,
    pub window_start: i128,
    pub short_average: u128,
    pub long_average: u128,
    pub drift_up_ppm: u128,
    pub drift_down_ppm: u128,
    pub drift_at: i128,
    pub settled: u128,
    pub standing: u128,
    pub synced_at: i128,
    pub vault_due: u128,
    pub creator_due: u128,
    pub protocol_due: u128,
    pub launch_word: u64,
    pub launch_bought: u128,
    pub is_first_buy_open: bool,
    pub parameter_epoch: u128,
}

impl Market {
    /// Opens with nothing sold.
    pub fn open(terms: Terms, virtual_quote: u128, opening_word: u64) -> Result<Self, Refusal> {
        let depth = terms.depth_opening;
        let is_within = |atoms: u128, (least, most): (u128, u128)| (least..=most).contains(&atoms);
        if !is_within(depth, DEPTH_BOUNDS) || !is_within(virtual_quote, VIRTUAL_BOUNDS) {
            return Err(Refusal::CurveOutOfBounds);
        }
        let market = Self {
            terms,
            reserve: 0,
            circulating: 0,
            depth,
            virtual_quote,
            supply_floor: 0,
            waiting: 0,
            expected: 0,
            observed_at: terms.opened_at,
            supply_seconds: 0,
            log_seconds: 0.0,
            peak: 0,
            last_peak: 0,
            window_start: terms.opened_at,
            short_average: 0,
            long_average: 0,
            drift_up_ppm: 0,
            drift_down_ppm: 0,
            drift_at: terms.opened_at,
            settled: 0,
            standing: 0,
            synced_at: terms.opened_at,
            vault_due: 0,
            creator_due: 0,
            protocol_due: 0,
            launch_word: opening_word,
            launch_bought: 0,
            is_first_buy_open: terms.launch_seconds > 0,
            parameter_epoch: 0,
        };
        Ok(Self { supply_floor: market.floor_of(depth), ..market })
    }

    /// Takes in what no trade paid: to the reserve, to the creator, and split like a fee.
    pub fn deposit(&mut self, reserve: u128, creator: u128, split: u128) -> Result<(), Refusal> {
        let legs = self.terms.split(split, false);
        let mut after = *self;
        let paid = amount(reserve + legs.reserve)?;
        let left = after.take_in(paid)?;
        after.waiting = amount(after.waiting + left)?;
        after.expected = after.expected.saturating_sub(reserve);
        after.vault_due = amount(after.vault_due + legs.vault)?;
        after.creator_due = amount(after.creator_due + legs.creator)?;
        after.protocol_due = amount(after.protocol_due + legs.protocol)?;
        after.creator_due = amount(after.creator_due + creator)?;
        *self = after;
        Ok(())
    }

    /// Real quote takes the place of virtual quote but for one atom; returns what found no room.
    pub(crate) fn take_in(&mut self, paid: u128) -> Result<u128, Refusal> {
        let replaced = paid.min(self.virtual_quote.saturating_sub(1));
        self.virtual_quote -= replaced;
        self.reserve = amount(self.reserve + replaced)?;
        Ok(paid - replaced)
    }

    /// `A = R + V`.
    pub(crate) fn quote(&self) -> u128 {
        self.reserve + self.virtual_quote
    }

    /// `y = Y - C`.
    pub(crate) fn tokens(&self) -> u128 {
        self.depth - self.circulating
    }

    /// `Cf = ceil(Y (premium_min - 1) / premium_min)`.
    pub(crate) fn floor_of(&self, depth: u128) -> u128 {
        let premium = self.terms.premium_min_ppm;
        ceil(depth, premium - PPM, premium).max(1)
    }

    /// `Ro`: below the floor `floor(R C / Cf)`.
    fn owned(&self) -> u128 {
        if self.circulating < self.supply_floor {
            floor(self.reserve, self.circulating, self.supply_floor)
        } else {
            self.reserve
        }
    }

    /// `A_b = max(A, floor((Ro + D) Y / Ce))`.
    pub(crate) fn ask(&self) -> Result<u128, Refusal> {
        let due = amount(self.waiting + self.expected)?;
        let counted = self.circulating.max(self.supply_floor);
        let owned = self.owned() + due;
        amount(self.quote().max(floor(owned, self.depth, counted)))
    }

    /// `B = floor(Ro (Y - Ce) / Ce)`.
    pub(crate) fn boundary(&self) -> u128 {
        let counted = self.circulating.max(self.supply_floor);
        floor(self.owned(), self.depth - counted, counted)
    }

    /// The time that the market has stood as it is.
    pub(crate) fn observe(&mut self, now: i128) {
        let elapsed = u128::try_from(now - self.observed_at).unwrap_or(0);
        if elapsed > 0 {
            self.observed_at = now;
            self.supply_seconds += self.circulating * elapsed;
            self.log_seconds += ((self.quote() as f64).log2() - (self.tokens() as f64).log2()) * elapsed as f64;
        }
    }

    /// A window of two epochs that is over makes room for the next, which begins with the supply it finds.
    pub(crate) fn roll_windows(&mut self, now: i128) {
        let window = 2 * self.terms.epoch_seconds;
        let elapsed = u128::try_from(now - self.window_start).unwrap_or(0);
        if elapsed >= window {
            let last = if elapsed < 2 * window { self.peak } else { 0 };
            (self.last_peak, self.peak, self.window_start) = (last.max(self.circulating), self.circulating, now);
        }
    }
}
