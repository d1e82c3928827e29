use anchor_lang::prelude::*;
use modchains_core::licence::{LicenceTerms, RateWindow};

use crate::errors::{OracleError, ensure};

/// How many requests to a model a requester has made lately. There is one such account for each model and requester,
/// whatever licence the requests were made under, and only where a licence limits their rate.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug, PartialEq, Eq)]
pub struct LicenceUse {
    /// The model, an account of the exchange.
    pub model: Pubkey,
    /// Who asks.
    pub requester: Pubkey,
    /// When the present window of the rate began, unix seconds.
    pub started_at_seconds: i64,
    /// Requests in that window.
    pub count: u32,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
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

    /// The present window in the form the formulas take.
    pub fn window(&self) -> RateWindow {
        RateWindow { started_at_seconds: self.started_at_seconds, count: self.count }
    }

    /// Counts a request, if the rate of `terms` allows one more now.
    pub fn record(&mut self, terms: &LicenceTerms, now_seconds: i64) -> Result<()> {
        let window = self.window().record(terms, now_seconds).map_err(OracleError::from)?;
        (self.started_at_seconds, self.count) = (window.started_at_seconds, window.count);
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
        let mut counter = LicenceUse::new(MODEL, REQUESTER, 255);
        for now_seconds in [1_000, 1_059] {
            counter.record(&TERMS, now_seconds).unwrap();
        }
        let full = counter;
        assert_eq!(refusal(counter.record(&TERMS, 1_059)), OracleError::LicenceRateExceeded);
        assert_eq!(counter, full);
        counter.record(&TERMS, 1_060).unwrap();
        assert_eq!((counter.started_at_seconds, counter.count), (1_060, 1));
    }
}
