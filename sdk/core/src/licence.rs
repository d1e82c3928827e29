//! Licences: what a model's answers may be used for, at what price and how often.
//!
//! A model has default terms and a kind that says who may use them. A grant to one address replaces the default terms
//! for that address, whatever the kind; a grant that was revoked or has expired gives nothing, not even the default.

use crate::window::{end_seconds, is_open};
use crate::{CoreError, Result};

/// Use by a person for themselves.
pub const USE_PERSONAL: u16 = 1;
/// Use in published research.
pub const USE_RESEARCH: u16 = 2;
/// Use for money.
pub const USE_COMMERCIAL: u16 = 4;
/// Use to train or to correct another model.
pub const USE_DERIVATIVE: u16 = 8;
/// Minting the result as a token of its own.
pub const USE_CONTENT: u16 = 16;
/// Every use there is.
pub const USES_ALL: u16 = USE_PERSONAL | USE_RESEARCH | USE_COMMERCIAL | USE_DERIVATIVE | USE_CONTENT;

/// Longest window of a rate: 30 days.
pub const RATE_WINDOW_SECONDS_MAX: u32 = 30 * 24 * 60 * 60;

/// Who may use a model without a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum LicenceKind {
    /// Everybody, for the fee of the service alone: the licence price does not apply.
    Public = 0,
    /// Everybody, for the licence price or the fee of the service, whichever is more.
    Paid = 1,
    /// Nobody.
    GrantOnly = 2,
}

impl LicenceKind {
    /// The kind that an account stores as `code`. Fails with `LicenceTermsInvalid` for a code that means nothing.
    pub const fn from_code(code: u8) -> Result<Self> {
        match code {
            0 => Ok(Self::Public),
            1 => Ok(Self::Paid),
            2 => Ok(Self::GrantOnly),
            _ => Err(CoreError::LicenceTermsInvalid),
        }
    }
}

/// What is allowed, for how much and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LicenceTerms {
    /// Allowed uses, a set of the `USE_` bits.
    pub uses: u16,
    /// Least that a request pays, quote atoms; zero leaves the fee to the service.
    pub price_atoms: u64,
    /// Most requests of one window; zero means any number.
    pub rate_max: u32,
    /// Length of the window that requests are counted in; zero without a rate.
    pub rate_window_seconds: u32,
}

impl LicenceTerms {
    /// Requires at least one use and no unknown one, and either no rate at all or a window of one second to
    /// [`RATE_WINDOW_SECONDS_MAX`].
    pub fn validate(&self) -> Result<()> {
        let window_fits = if self.rate_max == 0 {
            self.rate_window_seconds == 0
        } else {
            (1..=RATE_WINDOW_SECONDS_MAX).contains(&self.rate_window_seconds)
        };
        if self.uses == 0 || self.uses & !USES_ALL != 0 || !window_fits {
            return Err(CoreError::LicenceTermsInvalid);
        }
        Ok(())
    }

    /// Requires `uses`, what a request declares, to be allowed: at least one, and none outside these terms. A use
    /// that does not exist is never allowed.
    pub fn check_uses(&self, uses: u16) -> Result<()> {
        if uses == 0 || uses & !(self.uses & USES_ALL) != 0 {
            return Err(CoreError::LicenceUseNotGranted);
        }
        Ok(())
    }

    /// Fee of a request, quote atoms: the licence price or the fee of the service, whichever is more.
    pub fn fee_atoms(&self, service_fee_atoms: u64) -> u64 {
        self.price_atoms.max(service_fee_atoms)
    }
}

/// Terms for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What the address may do.
    pub terms: LicenceTerms,
    /// From this second on the grant is over; zero means never.
    pub expires_at_seconds: i64,
    /// When the grant was revoked; zero means that it was not.
    pub revoked_at_seconds: i64,
}

/// The terms that hold for an address with `grant`, or without one. Fails with `LicenceRevoked`, `LicenceExpired`, or
/// `LicenceRequired` when the model is for grants alone and there is none.
pub fn effective(
    kind: LicenceKind,
    default_terms: &LicenceTerms,
    grant: Option<&Grant>,
    now_seconds: i64,
) -> Result<LicenceTerms> {
    match (grant, kind) {
        (Some(grant), _) if grant.revoked_at_seconds != 0 => Err(CoreError::LicenceRevoked),
        (Some(grant), _) if grant.expires_at_seconds != 0 && !is_open(now_seconds, grant.expires_at_seconds) => {
            Err(CoreError::LicenceExpired)
        }
        (Some(grant), _) => Ok(grant.terms),
        (None, LicenceKind::Public) => Ok(LicenceTerms { price_atoms: 0, ..*default_terms }),
        (None, LicenceKind::Paid) => Ok(*default_terms),
        (None, LicenceKind::GrantOnly) => Err(CoreError::LicenceRequired),
    }
}

/// How many requests one address made of one model lately. Fixed windows: one begins with the first request after the
/// last one ended, so any span as long as a window holds at most twice the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateWindow {
    /// When the present window began.
    pub started_at_seconds: i64,
    /// Requests in it; zero means that there was none yet.
    pub count: u32,
}

impl RateWindow {
    /// Counts one request, or fails with `LicenceRateExceeded`. Without a rate nothing is counted. A clock that went
    /// back stays in the present window.
    pub fn record(self, terms: &LicenceTerms, now_seconds: i64) -> Result<Self> {
        if terms.rate_max == 0 {
            return Ok(self);
        }
        let end_seconds = end_seconds(self.started_at_seconds, terms.rate_window_seconds)?;
        if self.count == 0 || !is_open(now_seconds, end_seconds) {
            return Ok(Self { started_at_seconds: now_seconds, count: 1 });
        }
        if self.count >= terms.rate_max {
            return Err(CoreError::LicenceRateExceeded);
        }
        Ok(Self { count: self.count.checked_add(1).ok_or(CoreError::Overflow)?, ..self })
    }
}
