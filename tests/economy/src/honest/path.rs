use std::f64::consts::TAU;

use super::DAY;

/// A course of use; the figure is of dollars a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Ten times as much within 30 days, then flat.
    Growth(u32),
    Flat(u32),
    /// Flat, but two days of the week at 40 %, the others at 124 %, and each day with a peak.
    Weekends(u32),
    /// Flat, of a model that was never used before.
    First(u32),
    /// Ends at once.
    Death(u32),
    /// One request of 0.15 $ on a model that was never used.
    OneRequest,
}

impl Path {
    /// What use has long been when the path begins, dollars a day.
    pub fn settled_dollars(self) -> f64 {
        match self {
            Self::Growth(dollars) | Self::Flat(dollars) | Self::Weekends(dollars) | Self::Death(dollars) => {
                f64::from(dollars)
            }
            Self::First(_) | Self::OneRequest => 0.0,
        }
    }

    /// Dollars of each hour.
    pub fn hours(self, hours: usize) -> Vec<f64> {
        (0..hours).map(|hour| self.at(hour)).collect()
    }

    fn at(self, hour: usize) -> f64 {
        let days = hour as f64 / DAY as f64;
        match self {
            Self::Growth(dollars) => f64::from(dollars) / DAY as f64 * 10_f64.powf(days.min(30.0) / 30.0),
            Self::Flat(dollars) | Self::First(dollars) => steady(f64::from(dollars)),
            Self::Weekends(dollars) => week(f64::from(dollars), hour),
            Self::Death(_) => 0.0,
            Self::OneRequest => f64::from(u8::from(hour == 0)) * 0.15,
        }
    }

    /// In the names of figures.
    pub fn name(self) -> String {
        match self {
            Self::Growth(dollars) => format!("growth_{dollars}"),
            Self::Flat(dollars) => format!("flat_{dollars}"),
            Self::Weekends(dollars) => format!("weekends_{dollars}"),
            Self::First(dollars) => format!("first_{dollars}"),
            Self::Death(dollars) => format!("death_{dollars}"),
            Self::OneRequest => "one_request".to_owned(),
        }
    }

    /// In tables.
    pub fn title(self) -> String {
        match self {
            Self::Growth(dollars) => format!("{dollars} $ a day grows tenfold in 30 days, then flat"),
            Self::Flat(dollars) => format!("flat {dollars} $ a day"),
            Self::Weekends(dollars) => format!("{dollars} $ a day, weekends at 40 %"),
            Self::First(dollars) => format!("first use ever, flat {dollars} $ a day"),
            Self::Death(dollars) => format!("{dollars} $ a day dies at once"),
            Self::OneRequest => "one request of 0.15 $ ever".to_owned(),
        }
    }
}

/// An hour of flat use.
pub fn steady(dollars_a_day: f64) -> f64 {
    dollars_a_day / DAY as f64
}

/// An hour of a week with a quiet weekend.
pub fn week(dollars_a_day: f64, hour: usize) -> f64 {
    let of_day = if (hour / DAY) % 7 >= 5 { 0.4 } else { 1.24 };
    steady(dollars_a_day) * of_day * (1.0 + 0.5 * (TAU * (hour % DAY) as f64 / DAY as f64).sin())
}
