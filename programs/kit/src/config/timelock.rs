//! Changes that take effect after a delay, so that whoever they concern sees them coming.

use anchor_lang::{error::Error, prelude::*};
use modchains_core::{CoreError, window};

use crate::refusal::ensure;

/// Shortest delay of a change: a day, so that whoever relies on what is in force can act.
pub const TIMELOCK_SECONDS_MIN: u32 = 24 * 3_600;
/// Longest delay of a change: 30 days, so that nobody can lock a configuration for ever.
pub const TIMELOCK_SECONDS_MAX: u32 = 30 * 24 * 3_600;

/// How a program refuses what a timelock does not allow.
pub trait TimelockRefusal: Into<Error> + From<CoreError> {
    /// No change is queued.
    const NONE_QUEUED: Self;
    /// The queued change has to wait longer.
    const RUNNING: Self;
    /// The delay is shorter than [`TIMELOCK_SECONDS_MIN`] or longer than [`TIMELOCK_SECONDS_MAX`].
    const OUT_OF_BOUNDS: Self;
}

/// Refuses a delay that is too short or too long.
pub fn require_bounds<R: TimelockRefusal>(timelock_seconds: u32) -> Result<()> {
    ensure((TIMELOCK_SECONDS_MIN..=TIMELOCK_SECONDS_MAX).contains(&timelock_seconds), R::OUT_OF_BOUNDS)
}

/// From when a change that is queued now may be applied, unix seconds.
pub fn schedule<R: TimelockRefusal>(timelock_seconds: u32, now_seconds: i64) -> Result<i64> {
    window::end_seconds(now_seconds, timelock_seconds).map_err(|error| R::from(error).into())
}

/// Requires a change to be queued: one that may be applied from `pending_at_seconds` on, which is 0 when there is none.
pub fn require_queued<R: TimelockRefusal>(pending_at_seconds: i64) -> Result<()> {
    ensure(pending_at_seconds != 0, R::NONE_QUEUED)
}

/// Requires the delay of the queued change to be over.
pub fn require_over<R: TimelockRefusal>(pending_at_seconds: i64, now_seconds: i64) -> Result<()> {
    ensure(!window::is_open(now_seconds, pending_at_seconds), R::RUNNING)
}

/// Where a configuration keeps its parameters and their queued change.
pub struct Parameters<'a, P> {
    /// What accounts that open from now on copy.
    pub present: &'a mut P,
    /// The queued change; meaningless while none is queued.
    pub pending: &'a mut P,
    /// Unix second from which it may be applied; 0 when none is queued.
    pub pending_at_seconds: &'a mut i64,
}

/// A configuration whose parameters change after a timelock, for what opens later.
pub trait Config {
    /// The parameters.
    type Params: Copy;
    /// The program's refusals.
    type Refusal: TimelockRefusal;

    /// Where they are kept.
    fn parameters(&mut self) -> Parameters<'_, Self::Params>;

    /// The present delay of a change.
    fn timelock_seconds(&self) -> u32;

    /// Refuses parameters out of their bounds.
    fn validate(params: &Self::Params) -> Result<()>;

    /// What holds of the configuration at the end of every change.
    fn invariant(&self) -> Result<()>;

    /// Queues `params` to take effect after the present timelock, replacing any earlier queued change. Returns from when,
    /// unix seconds.
    fn queue(&mut self, params: Self::Params, now_seconds: i64) -> Result<i64> {
        Self::validate(&params)?;
        let at_seconds = schedule::<Self::Refusal>(self.timelock_seconds(), now_seconds)?;
        let places = self.parameters();
        (*places.pending, *places.pending_at_seconds) = (params, at_seconds);
        self.invariant()?;
        Ok(at_seconds)
    }

    /// Makes the queued change the present parameters, which it returns.
    fn apply(&mut self, now_seconds: i64) -> Result<Self::Params> {
        let places = self.parameters();
        require_queued::<Self::Refusal>(*places.pending_at_seconds)?;
        require_over::<Self::Refusal>(*places.pending_at_seconds, now_seconds)?;
        let params = *places.pending;
        (*places.present, *places.pending_at_seconds) = (params, 0);
        self.invariant()?;
        Ok(params)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Refused {
        NoneQueued,
        Running,
        OutOfBounds,
        Core(CoreError),
        Params,
    }

    impl From<CoreError> for Refused {
        fn from(error: CoreError) -> Self {
            Self::Core(error)
        }
    }

    impl From<Refused> for Error {
        fn from(refused: Refused) -> Self {
            ProgramError::Custom(code(refused)).into()
        }
    }

    fn code(refused: Refused) -> u32 {
        match refused {
            Refused::NoneQueued => 1,
            Refused::Running => 2,
            Refused::OutOfBounds => 3,
            Refused::Core(_) => 4,
            Refused::Params => 5,
        }
    }

    impl TimelockRefusal for Refused {
        const NONE_QUEUED: Self = Self::NoneQueued;
        const RUNNING: Self = Self::Running;
        const OUT_OF_BOUNDS: Self = Self::OutOfBounds;
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Fees {
        present: u32,
        pending: u32,
        pending_at_seconds: i64,
        timelock_seconds: u32,
    }

    impl Config for Fees {
        type Params = u32;
        type Refusal = Refused;

        fn parameters(&mut self) -> Parameters<'_, u32> {
            Parameters {
                present: &mut self.present,
                pending: &mut self.pending,
                pending_at_seconds: &mut self.pending_at_seconds,
            }
        }

        fn timelock_seconds(&self) -> u32 {
            self.timelock_seconds
        }

        fn validate(params: &u32) -> Result<()> {
            ensure(*params < 100, Refused::Params)
        }

        fn invariant(&self) -> Result<()> {
            require_bounds::<Refused>(self.timelock_seconds)
        }
    }

    const DAY: u32 = TIMELOCK_SECONDS_MIN;
    /// From when a change that is queued at second 1,000 may be applied.
    const RIPE: i64 = 1_000 + DAY as i64;
    const FEES: Fees = Fees { present: 7, pending: 0, pending_at_seconds: 0, timelock_seconds: DAY };

    #[track_caller]
    fn assert_refused<T: core::fmt::Debug>(result: Result<T>, expected: Refused) {
        assert_eq!(result.unwrap_err(), expected.into());
    }

    #[test]
    fn a_change_waits_to_the_second_and_is_applied_once() {
        let mut fees = FEES;
        assert_refused(fees.apply(i64::MAX), Refused::NoneQueued);
        assert_eq!(fees.queue(9, 1_000), Ok(RIPE));
        assert_eq!(fees.present, 7);
        assert_refused(fees.apply(RIPE - 1), Refused::Running);
        assert_eq!(fees.apply(RIPE), Ok(9));
        assert_eq!((fees.present, fees.pending_at_seconds), (9, 0));
        assert_refused(fees.apply(i64::MAX), Refused::NoneQueued);
    }

    #[test]
    fn a_later_change_replaces_an_earlier_one_and_waits_anew() {
        let mut fees = FEES;
        assert_eq!(fees.queue(9, 1_000), Ok(RIPE));
        assert_eq!(fees.queue(11, 1_050), Ok(RIPE + 50));
        assert_refused(fees.apply(RIPE), Refused::Running);
        assert_eq!(fees.apply(RIPE + 50), Ok(11));
    }

    #[test]
    fn parameters_out_of_bounds_and_a_time_that_never_comes_are_not_queued() {
        let mut fees = FEES;
        assert_refused(fees.queue(100, 1_000), Refused::Params);
        assert_refused(fees.queue(9, i64::MAX), Refused::Core(CoreError::Overflow));
        assert_eq!(fees, FEES);
    }

    #[test]
    fn no_delay_is_shorter_than_a_day_or_longer_than_thirty() {
        for allowed in [TIMELOCK_SECONDS_MIN, TIMELOCK_SECONDS_MAX] {
            assert_eq!(require_bounds::<Refused>(allowed), Ok(()));
        }
        for refused in [0, TIMELOCK_SECONDS_MIN - 1, TIMELOCK_SECONDS_MAX + 1, u32::MAX] {
            assert_refused(require_bounds::<Refused>(refused), Refused::OutOfBounds);
            let mut fees = Fees { timelock_seconds: refused, ..FEES };
            assert_refused(fees.queue(9, 0), Refused::OutOfBounds);
        }
    }
}
