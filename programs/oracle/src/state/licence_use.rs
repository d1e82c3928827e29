use anchor_lang::prelude::*;
use modchains_core::{
    licence::{Admission, LicenceSource, RateWindow, RateWindows},
    window,
};

use crate::errors::{OracleError, ensure};

/// How many requests to a model a requester has made lately. There is one such account for each model and requester, and
/// only where a licence limits their rate. Requests under the model's default terms and under a grant are counted apart:
/// a short window of the one must not end a long window of the other.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug, PartialEq, Eq)]
pub struct LicenceUse {
    /// The model, an account of the exchange.
    pub model: Pubkey,
    /// Who asks; paid the rent and gets it back.
    pub requester: Pubkey,
    /// When the present windows of the rates began, unix seconds: under the default terms, under a grant.
    pub started_at_seconds: [i64; 2],
    /// Requests in those windows.
    pub count: [u32; 2],
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

impl LicenceUse {
    /// A counter without any request.
    pub fn new(model: Pubkey, requester: Pubkey, bump: u8) -> Self {
        Self { model, requester, bump, ..bytemuck::Zeroable::zeroed() }
    }

    /// Requires the counter of `requester` at `model`.
    pub fn require_of(&self, model: &Pubkey, requester: &Pubkey) -> Result<()> {
        ensure(self.model == *model && self.requester == *requester, OracleError::LicenceUseMismatch)
    }

    /// The present windows, in the form the core's rules take.
    pub fn windows(&self) -> RateWindows {
        let [default, granted] = [0, 1]
            .map(|place| RateWindow { started_at_seconds: self.started_at_seconds[place], count: self.count[place] });
        RateWindows { granted, default }
    }

    /// Keeps the window of a request that was admitted.
    pub fn store(&mut self, admission: &Admission) {
        let place = usize::from(admission.source == LicenceSource::Granted);
        self.started_at_seconds[place] = admission.window.started_at_seconds;
        self.count[place] = admission.window.count;
    }

    /// Requires that none of the counted requests can count against a rate any more.
    pub fn require_forgotten(&self, now_seconds: i64) -> Result<()> {
        let RateWindows { granted, default } = self.windows();
        let forgotten_at_seconds = granted.forgotten_at_seconds().max(default.forgotten_at_seconds());
        ensure(!window::is_open(now_seconds, forgotten_at_seconds), OracleError::LicenceUseStillCounts)
    }
}

#[cfg(test)]
mod tests {
    use modchains_core::licence::{LicenceTerms, RATE_WINDOW_SECONDS_MAX};

    use super::*;
    use crate::test_support::refusal;

    const MODEL: Pubkey = Pubkey::new_from_array([1; 32]);
    const REQUESTER: Pubkey = Pubkey::new_from_array([2; 32]);

    #[test]
    fn a_counter_is_for_one_model_and_one_requester() {
        let counter = LicenceUse::new(MODEL, REQUESTER, 255);
        assert!(counter.require_of(&MODEL, &REQUESTER).is_ok());
        assert_eq!(refusal(counter.require_of(&REQUESTER, &REQUESTER)), OracleError::LicenceUseMismatch);
        assert_eq!(refusal(counter.require_of(&MODEL, &MODEL)), OracleError::LicenceUseMismatch);
    }

    #[test]
    fn each_source_has_a_window_of_its_own() {
        let terms = LicenceTerms { uses: 1, price_atoms: 0, rate_max: 2, rate_window_seconds: 60 };
        let window = RateWindow { started_at_seconds: 1_000, count: 2 };
        let mut counter = LicenceUse::new(MODEL, REQUESTER, 255);
        counter.store(&Admission { terms, source: LicenceSource::Granted, window });
        assert_eq!(counter.windows(), RateWindows { granted: window, default: RateWindow::default() });
        let other = RateWindow { started_at_seconds: 2_000, count: 1 };
        counter.store(&Admission { terms, source: LicenceSource::Default, window: other });
        assert_eq!(counter.windows(), RateWindows { granted: window, default: other });
    }

    #[test]
    fn a_counter_is_forgotten_with_the_later_of_its_windows() {
        let terms = LicenceTerms { uses: 1, price_atoms: 0, rate_max: 2, rate_window_seconds: 60 };
        let mut counter = LicenceUse::new(MODEL, REQUESTER, 255);
        assert!(counter.require_forgotten(i64::MIN).is_ok());
        for (source, started_at_seconds) in [(LicenceSource::Granted, 2_000), (LicenceSource::Default, 1_000)] {
            counter.store(&Admission { terms, source, window: RateWindow { started_at_seconds, count: 1 } });
        }
        let forgotten = 2_000 + i64::from(RATE_WINDOW_SECONDS_MAX);
        assert_eq!(refusal(counter.require_forgotten(forgotten - 1)), OracleError::LicenceUseStillCounts);
        assert!(counter.require_forgotten(forgotten).is_ok());
    }
}
