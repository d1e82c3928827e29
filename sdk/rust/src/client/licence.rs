//! Under which licence a request is allowed, by the rules that the oracle enforces.

use modchains_core::{
    CoreError,
    licence::{Grant, LicenceKind, LicenceTerms, RateWindow, effective},
};
use modchains_exchange::state::{Licence, Model};
use modchains_oracle::{errors::OracleError, state::LicenceUse};

use super::Client;
use crate::{
    Pubkey, Result, SdkError,
    address::{exchange, oracle},
    decode::decode,
    instruction::oracle::LicenceProof,
};

/// The terms that a request relies on, and what it must name for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectiveLicence {
    /// The terms.
    pub terms: LicenceTerms,
    /// What to pass to `request_create`.
    pub proof: LicenceProof,
}

/// Whose terms a request relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenceSource {
    /// Those of the licence that the model's creator granted the requester.
    Granted,
    /// Those that the model has for everybody.
    Default,
}

/// What the chain says about the requests of one address to a model.
#[derive(Debug, Clone, Copy)]
pub struct Licensing {
    /// Who may use the model without a grant.
    pub kind: LicenceKind,
    /// Terms of those who have no grant.
    pub default_terms: LicenceTerms,
    /// What the requester was granted, whether it is in force or not.
    pub grant: Option<Grant>,
    /// The requests that the oracle has counted lately: under the default terms, under the grant.
    pub windows: [RateWindow; 2],
    /// The cluster's time, unix seconds.
    pub now_seconds: i64,
}

impl Licensing {
    /// The licence of one source, if its terms allow one more request for `uses` now.
    ///
    /// # Errors
    /// The first rule that does not.
    pub fn admit(&self, source: LicenceSource, uses: u16) -> std::result::Result<EffectiveLicence, CoreError> {
        let grant = match source {
            LicenceSource::Granted => Some(self.grant.as_ref().ok_or(CoreError::LicenceRequired)?),
            LicenceSource::Default => None,
        };
        let terms = effective(self.kind, &self.default_terms, grant, self.now_seconds)?;
        terms.check_uses(uses)?;
        self.window(source).record(&terms, self.now_seconds)?;
        let proof = LicenceProof { is_granted: grant.is_some(), is_counted: terms.rate_max > 0 };
        Ok(EffectiveLicence { terms, proof })
    }

    /// The licence that allows one more request for `uses` now at the lower fee. A grant that is over does not keep its
    /// grantee from what everybody may do.
    ///
    /// # Errors
    /// When there is none: the rule that the grant breaks, or, without a grant, the default terms do.
    pub fn choose(&self, uses: u16, service_fee_atoms: u64) -> std::result::Result<EffectiveLicence, CoreError> {
        let default = self.admit(LicenceSource::Default, uses);
        if self.grant.is_none() {
            return default;
        }
        let fee_atoms = |licence: &EffectiveLicence| licence.terms.fee_atoms(service_fee_atoms);
        match (self.admit(LicenceSource::Granted, uses), default) {
            (Ok(granted), Ok(default)) if fee_atoms(&default) < fee_atoms(&granted) => Ok(default),
            (Err(_), Ok(default)) => Ok(default),
            (granted, _) => granted,
        }
    }

    /// From when a request under `terms`, those of one source, is counted in a new window, unix seconds.
    pub fn next_window_at_seconds(&self, source: LicenceSource, terms: &LicenceTerms) -> i64 {
        self.window(source).started_at_seconds.saturating_add(terms.rate_window_seconds.into())
    }

    /// The requests that count against the rate of one source's terms.
    pub fn window(&self, source: LicenceSource) -> RateWindow {
        let [default, granted] = self.windows;
        match source {
            LicenceSource::Granted => granted,
            LicenceSource::Default => default,
        }
    }
}

/// The error of a request that `rule` of a licence refuses, by the name of the oracle's error.
pub fn not_licensed(rule: CoreError) -> SdkError {
    let refusal = OracleError::from(rule);
    SdkError::NotLicensed { name: format!("{refusal:?}"), reason: refusal.to_string(), remedy: refusal.remedy() }
}

impl Client {
    /// The licences that `requester` can rely on at a model, and its requests that count against their rates.
    ///
    /// # Errors
    /// When there is no such model, or its licence is of a kind that this release does not know; else as
    /// [`Self::state`].
    pub async fn licensing(&self, model: &Pubkey, requester: &Pubkey) -> Result<Licensing> {
        let addresses = [*model, exchange::licence(model, requester), oracle::licence_use(model, requester)];
        let (_, accounts) = self.accounts(&addresses).await?;
        let [model_account, licence, counter] = accounts.as_slice() else {
            return Err(SdkError::AccountMissing { what: "model", address: *model });
        };
        let missing = SdkError::AccountMissing { what: "model", address: *model };
        let state: Model = decode(model, model_account.as_ref().ok_or(missing)?)?;
        let licence = licence.as_ref().map(|account| decode::<Licence>(&addresses[1], account)).transpose()?;
        let counter = counter.as_ref().map(|account| decode::<LicenceUse>(&addresses[2], account)).transpose()?;
        let reason = "its licence is of a kind unknown to this release";
        let kind = LicenceKind::from_code(state.licence_kind);
        Ok(Licensing {
            kind: kind.map_err(|_| SdkError::NotDecoded { what: "model", address: *model, reason })?,
            default_terms: state.licence_terms(),
            grant: licence.map(|licence| licence.grant_terms()),
            windows: counter.map_or_else(Default::default, |counter| [false, true].map(|is| counter.window(is))),
            now_seconds: self.now_seconds().await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use modchains_core::licence::{USE_COMMERCIAL, USE_PERSONAL};

    use super::*;

    const FEE_ATOMS: u64 = 100;
    const TERMS: LicenceTerms =
        LicenceTerms { uses: USE_PERSONAL, price_atoms: 300, rate_max: 0, rate_window_seconds: 0 };
    const GRANT: Grant = Grant {
        terms: LicenceTerms { uses: USE_PERSONAL | USE_COMMERCIAL, price_atoms: 200, ..TERMS },
        expires_at_seconds: 0,
        revoked_at_seconds: 0,
    };
    /// A paid model at which the requester was granted a lower price and commercial use.
    const GRANTED: Licensing = Licensing {
        kind: LicenceKind::Paid,
        default_terms: TERMS,
        grant: Some(GRANT),
        windows: [RateWindow { started_at_seconds: 0, count: 0 }; 2],
        now_seconds: 1_000,
    };

    fn choice(licensing: Licensing, uses: u16) -> std::result::Result<(bool, bool, u64), CoreError> {
        let licence = licensing.choose(uses, FEE_ATOMS)?;
        Ok((licence.proof.is_granted, licence.proof.is_counted, licence.terms.fee_atoms(FEE_ATOMS)))
    }

    #[test]
    fn the_cheaper_of_two_licences_that_allow_the_use_is_chosen() {
        assert_eq!(choice(GRANTED, USE_PERSONAL), Ok((true, false, 200)));
        assert_eq!(choice(Licensing { kind: LicenceKind::Public, ..GRANTED }, USE_PERSONAL), Ok((false, false, 100)));
        assert_eq!(choice(GRANTED, USE_COMMERCIAL), Ok((true, false, 200)));
        assert_eq!(choice(Licensing { grant: None, ..GRANTED }, USE_PERSONAL), Ok((false, false, 300)));
    }

    #[test]
    fn a_grant_that_is_over_leaves_the_default_terms_and_is_named_when_they_do_not_do() {
        for (grant, rule) in [
            (Grant { expires_at_seconds: 1_000, ..GRANT }, CoreError::LicenceExpired),
            (Grant { revoked_at_seconds: 999, ..GRANT }, CoreError::LicenceRevoked),
        ] {
            let over = Licensing { grant: Some(grant), ..GRANTED };
            assert_eq!(choice(over, USE_PERSONAL), Ok((false, false, 300)));
            assert_eq!(choice(over, USE_COMMERCIAL), Err(rule));
            assert_eq!(over.admit(LicenceSource::Granted, USE_PERSONAL), Err(rule));
        }
        let in_force = Licensing { grant: Some(Grant { expires_at_seconds: 1_001, ..GRANT }), ..GRANTED };
        assert_eq!(choice(in_force, USE_COMMERCIAL), Ok((true, false, 200)));
    }

    #[test]
    fn without_a_grant_the_default_terms_say_why_not() {
        let stranger = Licensing { grant: None, ..GRANTED };
        assert_eq!(choice(stranger, USE_COMMERCIAL), Err(CoreError::LicenceUseNotGranted));
        assert_eq!(choice(stranger, 0), Err(CoreError::LicenceUseNotGranted));
        let closed = Licensing { kind: LicenceKind::GrantOnly, ..stranger };
        assert_eq!(choice(closed, USE_PERSONAL), Err(CoreError::LicenceRequired));
        assert_eq!(closed.admit(LicenceSource::Granted, USE_PERSONAL), Err(CoreError::LicenceRequired));
        assert!(matches!(
            not_licensed(CoreError::LicenceRequired),
            SdkError::NotLicensed { name, .. } if name == "LicenceRequired"
        ));
    }

    #[test]
    fn a_full_window_refuses_until_it_ends() {
        let rated = LicenceTerms { rate_max: 2, rate_window_seconds: 60, ..TERMS };
        let windows = [RateWindow { started_at_seconds: 950, count: 2 }, RateWindow::default()];
        let full = Licensing { grant: None, default_terms: rated, windows, ..GRANTED };
        assert_eq!(choice(full, USE_PERSONAL), Err(CoreError::LicenceRateExceeded));
        assert_eq!(full.next_window_at_seconds(LicenceSource::Default, &rated), 1_010);
        assert_eq!(choice(Licensing { now_seconds: 1_010, ..full }, USE_PERSONAL), Ok((false, true, 300)));
        // A grant without a rate is not counted, and serves where the default terms are used up.
        assert_eq!(choice(Licensing { grant: Some(GRANT), ..full }, USE_PERSONAL), Ok((true, false, 200)));
        // Neither does a grant with a rate of its own fill up by requests under the default terms.
        let grant = Grant { terms: LicenceTerms { price_atoms: 200, ..rated }, ..GRANT };
        assert_eq!(choice(Licensing { grant: Some(grant), ..full }, USE_PERSONAL), Ok((true, true, 200)));
    }
}
