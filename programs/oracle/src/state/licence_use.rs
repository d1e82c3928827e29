use anchor_lang::prelude::*;
use modchains_core::licence::{LicenceTerms, RateWindow};

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
    /// Who asks.
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

    /// The present window of requests under a grant, or under the default terms, in the form the formulas take.
    pub fn window(&self, is_granted: bool) -> RateWindow {
        let place = usize::from(is_granted);
        RateWindow { started_at_seconds: self.started_at_seconds[place], count: self.count[place] }
    }

    /// Counts a request, if the rate of `terms`, which were granted or are the default, allows one more now.
    pub fn record(&mut self, is_granted: bool, terms: &LicenceTerms, now_seconds: i64) -> Result<()> {
        let window = self.window(is_granted).record(terms, now_seconds).map_err(OracleError::from)?;
        let place = usize::from(is_granted);
        (self.started_at_seconds[place], self.count[place]) = (window.started_at_seconds, window.count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::refusal;

    const MODEL: Pubkey = Pubkey::new_from_array([1; 32]);
    const REQUESTER: Pubkey = Pubkey::new_from_array([2; 32]);
    const TERMS: LicenceTerms = LicenceTerms { uses: 1, price_atoms: 0, rate_max: 2, rate_window_seconds: 60 };

    #[test]
    fn a_counter_is_for_one_model_and_one_requester() {
        let counter = LicenceUse::new(MODEL, REQUESTER, 255);
        assert!(counter.require_of(&MODEL, &REQUESTER).is_ok());
        assert_eq!(refusal(counter.require_of(&REQUESTER, &REQUESTER)), OracleError::LicenceUseMismatch);
        assert_eq!(refusal(counter.require_of(&MODEL, &MODEL)), OracleError::LicenceUseMismatch);
    }

    #[test]
    fn a_refused_request_is_not_counted() {
        for is_granted in [false, true] {
            let mut counter = LicenceUse::new(MODEL, REQUESTER, 255);
            for now_seconds in [1_000, 1_059] {
                counter.record(is_granted, &TERMS, now_seconds).unwrap();
            }
            let full = counter;
            assert_eq!(refusal(counter.record(is_granted, &TERMS, 1_059)), OracleError::LicenceRateExceeded);
            assert_eq!(counter, full);
            counter.record(is_granted, &TERMS, 1_060).unwrap();
            assert_eq!(counter.window(is_granted), RateWindow { started_at_seconds: 1_060, count: 1 });
            assert_eq!(counter.window(!is_granted), RateWindow::default());
        }
    }
}
