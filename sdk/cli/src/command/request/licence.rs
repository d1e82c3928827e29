//! Under which licence a request is made, and why none allows it.

use clap::ValueEnum;
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

/// Which licence to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LicenceChoice {
    /// The cheaper one that allows the request.
    Auto,
    /// What the model's creator granted you.
    Granted,
    /// What the model allows everybody.
    Default,
}

impl LicenceChoice {
    /// The licence of `requester` for a request with `uses`, or the rule that refuses the request, by its name, with what
    /// the licence says.
    pub async fn find(
        self,
        connection: &Connection,
        model: &Pubkey,
        requester: &Pubkey,
        uses: u16,
        service_fee_atoms: u64,
    ) -> Result<Admission> {
        let licensing = connection.client.licensing(model, requester).await?;
        self.of(&licensing, uses, service_fee_atoms).map_err(|rule| CliError::Sdk(self.explain(&licensing, uses, rule)))
    }

    fn of(self, licensing: &Licensing, uses: u16, service_fee_atoms: u64) -> std::result::Result<Admission, CoreError> {
        match self {
            Self::Auto => licensing.choose(uses, service_fee_atoms),
            Self::Granted => licensing.admit(LicenceSource::Granted, uses),
            Self::Default => licensing.admit(LicenceSource::Default, uses),
        }
    }

    /// The refusal by `rule`, with what each licence that was tried says about the request.
    fn explain(self, licensing: &Licensing, uses: u16, rule: CoreError) -> SdkError {
        let tried = match (self, licensing.grant) {
            (Self::Auto, Some(_)) => vec![LicenceSource::Granted, LicenceSource::Default],
            (Self::Granted, _) => vec![LicenceSource::Granted],
            (Self::Auto | Self::Default, _) => vec![LicenceSource::Default],
        };
        let reasons = tried.into_iter().filter_map(|source| {
            let rule = licensing.admit(source, uses).err()?;
            Some(format!("{} {}", subject(source), verdict(licensing, source, uses, rule)))
        });
        let reason = reasons.collect::<Vec<_>>().join("; ");
        match not_licensed(rule) {
            SdkError::NotLicensed { name, remedy, .. } => SdkError::NotLicensed { name, reason, remedy },
            other => other,
        }
    }
}

const fn subject(source: LicenceSource) -> &'static str {
    match source {
        LicenceSource::Granted => "the licence granted to you",
        LicenceSource::Default => "the model's default licence",
    }
}

/// What a licence says about a request that `rule` refuses.
fn verdict(licensing: &Licensing, source: LicenceSource, uses: u16, rule: CoreError) -> String {
    let terms = licensing.terms(source);
    let ago = |at_seconds: fn(&Grant) -> i64| {
        licensing.grant.map_or(0, |grant| licensing.now_seconds.saturating_sub(at_seconds(&grant)))
    };
    match rule {
        CoreError::LicenceRequired if source == LicenceSource::Granted => "does not exist".to_owned(),
        CoreError::LicenceRequired => "allows nobody: the model is for grants alone".to_owned(),
        CoreError::LicenceUseNotGranted => {
            format!("allows {} alone, not {}", names(terms.uses), names(uses & !terms.uses))
        }
        CoreError::LicenceExpired => format!("expired {} s ago", ago(|grant| grant.expires_at_seconds)),
        CoreError::LicenceRevoked => format!("was revoked {} s ago", ago(|grant| grant.revoked_at_seconds)),
        CoreError::LicenceRateExceeded => {
            let seconds = licensing.next_window_at_seconds(source).saturating_sub(licensing.now_seconds);
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
        grant: Some(GRANT),
        windows: RateWindows { granted: FULL, default: FULL },
        now_seconds: 1_000,
    };

    fn refusal(choice: LicenceChoice, licensing: Licensing, uses: u16) -> (String, String) {
        let rule = choice.of(&licensing, uses, 5).err();
        match choice.explain(&licensing, uses, rule.unwrap_or(CoreError::Overflow)) {
            SdkError::NotLicensed { name, reason, .. } => (name, reason),
            other => (String::new(), other.to_string()),
        }
    }

    #[test]
    fn the_choice_is_kept_to() {
        let idle = Licensing { windows: RateWindows::default(), ..LICENSING };
        let choose = |choice: LicenceChoice, uses| {
            choice.of(&idle, uses, 5).map(|admission| admission.source == LicenceSource::Granted)
        };
        assert_eq!(choose(LicenceChoice::Auto, USE_COMMERCIAL), Ok(true));
        assert_eq!(choose(LicenceChoice::Auto, USE_PERSONAL), Ok(false));
        assert_eq!(choose(LicenceChoice::Default, USE_COMMERCIAL), Err(CoreError::LicenceUseNotGranted));
        assert_eq!(choose(LicenceChoice::Granted, USE_PERSONAL), Err(CoreError::LicenceUseNotGranted));
    }

    #[test]
    fn a_refusal_names_the_rule_and_what_each_licence_says() {
        let (name, reason) = refusal(LicenceChoice::Auto, LICENSING, USE_COMMERCIAL);
        assert_eq!(name, "LicenceRateExceeded");
        assert_eq!(
            reason,
            "the licence granted to you allows 2 requests in 60 s, and all of them are made; the next window begins in \
             35 s; the model's default licence allows personal,research alone, not commercial"
        );
        let revoked = Licensing { grant: Some(Grant { revoked_at_seconds: 990, ..GRANT }), ..LICENSING };
        let (name, reason) = refusal(LicenceChoice::Granted, revoked, USE_COMMERCIAL);
        assert_eq!(
            (name.as_str(), reason.as_str()),
            ("LicenceRevoked", "the licence granted to you was revoked 10 s ago")
        );
        let expired = Licensing { grant: Some(Grant { expires_at_seconds: 1_000, ..GRANT }), ..LICENSING };
        let (name, reason) = refusal(LicenceChoice::Granted, expired, USE_COMMERCIAL);
        assert_eq!((name.as_str(), reason.as_str()), ("LicenceExpired", "the licence granted to you expired 0 s ago"));
    }

    #[test]
    fn whoever_was_granted_nothing_is_told_what_the_model_says() {
        let closed = Licensing { kind: LicenceKind::GrantOnly, grant: None, ..LICENSING };
        let (name, reason) = refusal(LicenceChoice::Auto, closed, USE_PERSONAL);
        assert_eq!(name, "LicenceRequired");
        assert_eq!(reason, "the model's default licence allows nobody: the model is for grants alone");
        let (_, reason) = refusal(LicenceChoice::Granted, closed, USE_PERSONAL);
        assert_eq!(reason, "the licence granted to you does not exist");
    }
}
