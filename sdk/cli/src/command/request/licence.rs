//! What licence a request is made under, and why it allows none.

use modchains_sdk::{
    Pubkey, SdkError,
    client::not_licensed,
    core::{
        CoreError,
        licence::{Admission, Grant, LicenceSource, Licensing},
    },
};

use crate::{
    argument::uses::names,
    connection::Connection,
    error::{CliError, Result},
};

impl Connection {
    /// What a request of `requester` with `uses` turns on, and the licence that lets it in; or the rule that refuses it, by its
    /// name, with what the licence says.
    pub async fn licence(&self, model: &Pubkey, requester: &Pubkey, uses: u16) -> Result<(Licensing, Admission)> {
        let licensing = self.client.licensing(model, requester).await?;
        let admission = licensing.admit(uses).map_err(|rule| CliError::Sdk(explain(&licensing, uses, rule)))?;
        Ok((licensing, admission))
    }
}

/// The refusal by `rule`, with what the licence says about the request.
fn explain(licensing: &Licensing, uses: u16, rule: CoreError) -> SdkError {
    let subject = match licensing.source() {
        LicenceSource::Granted => "the licence granted to you",
        LicenceSource::Default => "the model's default licence",
    };
    match not_licensed(rule) {
        SdkError::NotLicensed { name, remedy, .. } => {
            let reason = format!("{subject} {}", verdict(licensing, uses, rule));
            SdkError::NotLicensed { name, reason, remedy }
        }
        other => other,
    }
}

/// What the licence says about a request that `rule` refuses.
fn verdict(licensing: &Licensing, uses: u16, rule: CoreError) -> String {
    let terms = licensing.terms();
    let ago = |at_seconds: fn(&Grant) -> i64| {
        licensing.grant.map_or(0, |grant| licensing.now_seconds.saturating_sub(at_seconds(&grant)))
    };
    match rule {
        CoreError::LicenceRequired => "allows nobody: the model is for grants alone".to_owned(),
        CoreError::LicenceUseNotGranted => {
            format!("allows {} alone, not {}", names(terms.uses), names(uses & !terms.uses))
        }
        CoreError::LicenceExpired => format!("expired {} s ago", ago(|grant| grant.expires_at_seconds)),
        CoreError::LicenceRevoked => format!("was revoked {} s ago", ago(|grant| grant.revoked_at_seconds)),
        CoreError::LicenceRateExceeded => {
            let seconds = licensing.next_window_at_seconds().saturating_sub(licensing.now_seconds);
            let (most, window) = (terms.rate_max, terms.rate_window_seconds);
            format!(
                "allows {most} requests in {window} s, and all of them are made; the next window begins in {seconds} s"
            )
        }
        other => format!("refuses it: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use modchains_sdk::core::licence::{
        LicenceKind, LicenceTerms, RateWindow, RateWindows, USE_COMMERCIAL, USE_PERSONAL, USE_RESEARCH,
    };

    use super::*;

    const TERMS: LicenceTerms =
        LicenceTerms { uses: USE_PERSONAL | USE_RESEARCH, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };
    const GRANT: Grant = Grant {
        terms: LicenceTerms { uses: USE_COMMERCIAL, price_atoms: 7, rate_max: 2, rate_window_seconds: 60 },
        expires_at_seconds: 0,
        revoked_at_seconds: 0,
    };
    const FULL: RateWindow = RateWindow { started_at_seconds: 975, count: 2 };
    const LICENSING: Licensing = Licensing {
        kind: LicenceKind::Public,
        default_terms: TERMS,
        content_fee_atoms: 0,
        grant: Some(GRANT),
        windows: RateWindows { granted: FULL, default: FULL },
        now_seconds: 1_000,
    };

    fn refusal(licensing: Licensing, uses: u16) -> (String, String) {
        let rule = licensing.admit(uses).err();
        match explain(&licensing, uses, rule.unwrap_or(CoreError::Overflow)) {
            SdkError::NotLicensed { name, reason, .. } => (name, reason),
            other => (String::new(), other.to_string()),
        }
    }

    #[test]
    fn a_refusal_names_the_rule_and_what_the_licence_says() {
        let (name, reason) = refusal(LICENSING, USE_COMMERCIAL);
        assert_eq!(name, "LicenceRateExceeded");
        assert_eq!(
            reason,
            "the licence granted to you allows 2 requests in 60 s, and all of them are made; the next window begins in 35 s"
        );
        let (name, reason) = refusal(LICENSING, USE_PERSONAL);
        assert_eq!(name, "LicenceUseNotGranted");
        assert_eq!(reason, "the licence granted to you allows commercial alone, not personal");
        let revoked = Licensing { grant: Some(Grant { revoked_at_seconds: 990, ..GRANT }), ..LICENSING };
        let (name, reason) = refusal(revoked, USE_COMMERCIAL);
        assert_eq!(
            (name.as_str(), reason.as_str()),
            ("LicenceRevoked", "the licence granted to you was revoked 10 s ago")
        );
        let expired = Licensing { grant: Some(Grant { expires_at_seconds: 1_000, ..GRANT }), ..LICENSING };
        let (name, reason) = refusal(expired, USE_COMMERCIAL);
        assert_eq!((name.as_str(), reason.as_str()), ("LicenceExpired", "the licence granted to you expired 0 s ago"));
    }

    #[test]
    fn whoever_was_granted_nothing_is_told_what_the_model_says() {
        let closed = Licensing { kind: LicenceKind::GrantOnly, grant: None, ..LICENSING };
        let (name, reason) = refusal(closed, USE_PERSONAL);
        assert_eq!(name, "LicenceRequired");
        assert_eq!(reason, "the model's default licence allows nobody: the model is for grants alone");
    }
}
