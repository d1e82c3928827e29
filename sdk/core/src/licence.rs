//! Licences: what a model's answers may be used for, at what price and how often.
//!
//! A model has default terms and a kind that says who may use them. A grant to one address replaces the default terms
//! for that address, whatever the kind; a grant that was revoked or has expired gives nothing, not even the default.

use crate::{
    CoreError, Result,
    window::{end_seconds, is_open},
};

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
    /// From when no rate counts these requests any more, unix seconds: after the longest window that there can be, because
    /// the terms may get a longer one at any time. `i64::MIN` when there are none.
    pub fn forgotten_at_seconds(self) -> i64 {
        let forgotten_at_seconds = self.started_at_seconds.saturating_add(RATE_WINDOW_SECONDS_MAX.into());
        if self.count == 0 { i64::MIN } else { forgotten_at_seconds }
    }

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

/// Whose terms hold for a request. The requester has no choice: what the creator granted it, or took from it, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenceSource {
    /// Those of the licence that the model's creator granted the requester.
    Granted,
    /// Those that the model has for everybody.
    Default,
}

/// What the requests of one address to a model turn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Licensing {
    /// Who may use the model without a grant.
    pub kind: LicenceKind,
    /// Terms of those who have no grant.
    pub default_terms: LicenceTerms,
    /// What the model asks for minting an answer as a token, quote atoms.
    pub content_fee_atoms: u64,
    /// What the requester was granted, whether it is in force or not.
    pub grant: Option<Grant>,
    /// The requests that were counted lately, apart for each source: a short window of the one must not end a long
    /// window of the other.
    pub windows: RateWindows,
    /// The cluster's time, unix seconds.
    pub now_seconds: i64,
}

/// Counted requests by source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateWindows {
    /// Those under a grant.
    pub granted: RateWindow,
    /// Those under the default terms.
    pub default: RateWindow,
}

impl RateWindows {
    /// The requests that count against the rate of one source's terms.
    pub const fn of(&self, source: LicenceSource) -> RateWindow {
        match source {
            LicenceSource::Granted => self.granted,
            LicenceSource::Default => self.default,
        }
    }
}

/// One more request that a licence allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The terms it is made under.
    pub terms: LicenceTerms,
    /// Whose terms they are.
    pub source: LicenceSource,
    /// The requests of that source with this one.
    pub window: RateWindow,
}

impl Admission {
    /// Whether the request counts against a rate.
    pub const fn is_counted(&self) -> bool {
        self.terms.rate_max > 0
    }
}

impl Licensing {
    /// Whose terms hold for the requester: a grant replaces the default terms, also when it is over.
    #[inline(always)]
    pub const fn source(&self) -> LicenceSource {
        if self.grant.is_some() { LicenceSource::Granted } else { LicenceSource::Default }
    }

    /// The terms that hold for the requester, whether they allow anything now or not.
    #[inline(always)]
    pub fn terms(&self) -> LicenceTerms {
        self.grant.map_or(self.default_terms, |grant| grant.terms)
    }

    /// One more request for `uses` now. Fails with the first rule that refuses it.
    pub fn admit(&self, uses: u16) -> Result<Admission> {
        let terms = self.in_force()?;
        terms.check_uses(uses)?;
        self.count(terms)
    }

    /// The terms that hold for the requester, if they let it in now.
    #[inline(always)]
    pub(crate) fn in_force(&self) -> Result<LicenceTerms> {
        effective(self.kind, &self.default_terms, self.grant.as_ref(), self.now_seconds)
    }

    /// Counts one request under `terms`, those in force.
    #[inline(always)]
    pub(crate) fn count(&self, terms: LicenceTerms) -> Result<Admission> {
        let source = self.source();
        let window = self.windows.of(source).record(&terms, self.now_seconds)?;
        Ok(Admission { terms, source, window })
    }

    /// From when a request is counted in a new window, unix seconds.
    pub fn next_window_at_seconds(&self) -> i64 {
        let window = self.windows.of(self.source());
        window.started_at_seconds.saturating_add(self.terms().rate_window_seconds.into())
    }
}
