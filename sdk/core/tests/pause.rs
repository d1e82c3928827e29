//! Laws of the budget of pauses.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::{
    CoreError,
    market::{self, PAUSE_SECONDS_MAX},
    pause::{PAUSE_BUDGET_SECONDS, PauseBudget},
};
use proptest::prelude::*;

const DAY: i64 = 24 * 3_600;
const WEEK: i64 = PAUSE_SECONDS_MAX as i64;
const QUARTER: i64 = 90 * DAY;
const BUDGET: i64 = PAUSE_BUDGET_SECONDS as i64;
const START: i64 = 1_800_000_000;

/// A market that is paused and resumed, with the spans in which it was.
struct Paused {
    budget: PauseBudget,
    until: i64,
    spans: Vec<(i64, i64)>,
}

impl Paused {
    fn new() -> Self {
        Self { budget: PauseBudget::default(), until: 0, spans: Vec::new() }
    }

    /// Orders a pause until `until`, or a resumption with 0.
    fn order(&mut self, until: i64, now: i64) -> Result<(), CoreError> {
        let accepted = market::pause(until, now)?;
        self.budget = self.budget.order(self.until, until, now)?;
        if let Some((_, end)) = self.spans.last_mut() {
            *end = (*end).min(now);
        }
        if accepted > now {
            self.spans.push((now, accepted));
        }
        self.until = accepted;
        Ok(())
    }

    /// Seconds paused in the 90 days from `from` on.
    fn in_quarter(&self, from: i64) -> i64 {
        let overlap = |(start, end): &(i64, i64)| ((*end).min(from + QUARTER) - (*start).max(from)).max(0);
        self.spans.iter().map(overlap).sum()
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn no_ninety_days_see_more_than_fourteen_days_of_pauses(
        steps in prop::collection::vec((0i64..20 * DAY, 0i64..=WEEK), 1..80),
    ) {
        let (mut market, mut now) = (Paused::new(), START);
        for (wait, length) in steps {
            now += wait;
            let resumes = length < DAY / 2;
            let outcome = market.order(if resumes { 0 } else { now + length }, now);
            prop_assert!(!resumes || outcome.is_ok(), "a pause can always be ended");
            prop_assert!(matches!(outcome, Ok(()) | Err(CoreError::PauseBudgetSpent)), "{outcome:?}");
        }
        // The most is seen from the beginning of a pause, or up to the end of one.
        let spans = market.spans.clone();
        for from in spans.iter().flat_map(|(start, end)| [*start, end - QUARTER]) {
            prop_assert!(market.in_quarter(from) <= BUDGET, "{} from {from}", market.in_quarter(from));
        }
    }

    #[test]
    fn what_was_used_is_free_again_after_fifteen_weeks(now in START..START + WEEK, length in 1i64..=WEEK) {
        let mut market = Paused::new();
        market.order(now + length, now).unwrap();
        prop_assert_eq!(market.budget.used_seconds(now), Ok(length as u64));
        prop_assert_eq!(market.budget.used_seconds(now + QUARTER), Ok(length as u64));
        prop_assert_eq!(market.budget.used_seconds(now + length + 15 * WEEK), Ok(0));
    }
}

#[test]
fn the_whole_budget_can_be_used_and_not_a_second_more() {
    let mut market = Paused::new();
    market.order(START + WEEK, START).unwrap();
    market.order(START + 2 * WEEK, START + WEEK).unwrap();
    for later in [2 * WEEK, 3 * WEEK, QUARTER] {
        assert_eq!(market.order(START + later + 1, START + later), Err(CoreError::PauseBudgetSpent), "{later}");
    }
    let later = START + 17 * WEEK;
    assert_eq!(market.order(later + WEEK, later), Ok(()));
}

#[test]
fn a_pause_that_ends_sooner_gives_back_what_it_did_not_use() {
    let mut market = Paused::new();
    market.order(START + WEEK, START).unwrap();
    market.order(0, START + DAY).unwrap();
    assert_eq!(market.budget.used_seconds(START + DAY), Ok(DAY as u64));
    // Longer or shorter while it runs: the same pause, counted once.
    market.order(START + 2 * DAY, START + DAY).unwrap();
    market.order(START + 4 * DAY, START + DAY).unwrap();
    market.order(START + 3 * DAY, START + 2 * DAY).unwrap();
    assert_eq!(market.budget.used_seconds(START + 3 * DAY), Ok(3 * DAY as u64));
}

#[test]
fn ten_weeks_of_renewals_are_cut_off_after_two() {
    let mut market = Paused::new();
    let accepted = (0..10).filter(|week| market.order(START + (week + 1) * WEEK, START + week * WEEK).is_ok());
    assert_eq!(accepted.count(), 2);
}

#[test]
fn a_time_before_unix_time_is_refused() {
    assert_eq!(PauseBudget::default().order(0, i64::MIN, i64::MIN), Err(CoreError::ClockWentBack));
}
