//! Ways in which a model is used.

use serde::Serialize;

/// Hours until growth is over.
const GROWTH_HOURS: u32 = 30 * 24;
/// How much more the use is then.
const GROWTH: f64 = 10.0;
/// Hours until use ends.
const DEATH_HOURS: u32 = 14 * 24;
/// Requests in an hour of a weekday, before any growth.
const WEEKDAY_REQUESTS: f64 = 1.0;
/// What weekends see of that.
const WEEKEND_PART: f64 = 0.4;

/// How a model is used from the start on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// More and more, then flat.
    Growing,
    /// As before.
    Steady,
    /// As before, then no more.
    Dying,
}

impl Path {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Growing, Self::Steady, Self::Dying];

    /// As tables, charts and the report call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Growing => "growing",
            Self::Steady => "steady",
            Self::Dying => "dying",
        }
    }

    /// What happens, in words.
    pub const fn used_for(self) -> &'static str {
        match self {
            Self::Growing => "use grows tenfold in 30 days, then stays there",
            Self::Steady => "use goes on as before, weekends at 40 %",
            Self::Dying => "use goes on for two weeks, then ends at once",
        }
    }

    /// Requests in the hour that begins `hour` hours after the start; on average, so not a whole number.
    pub fn requests_per_hour(self, hour: u32) -> f64 {
        let is_weekend = hour / 24 % 7 >= 5;
        let usual = if is_weekend { WEEKDAY_REQUESTS * WEEKEND_PART } else { WEEKDAY_REQUESTS };
        match self {
            Self::Growing => usual * GROWTH.powf(f64::from(hour.min(GROWTH_HOURS)) / f64::from(GROWTH_HOURS)),
            Self::Steady => usual,
            Self::Dying if hour < DEATH_HOURS => usual,
            Self::Dying => 0.0,
        }
    }
}
