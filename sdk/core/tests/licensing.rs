//! Laws of grants and a model's default terms: which of them hold is nobody's choice.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::{
    CoreError,
    licence::{
        Grant, LicenceKind, LicenceSource, LicenceTerms, Licensing, RATE_WINDOW_SECONDS_MAX, RateWindow, RateWindows,
        USE_COMMERCIAL, USE_PERSONAL, USES_ALL, effective,
    },
};
use proptest::prelude::*;

const FEE_ATOMS: u64 = 100;
const EMPTY: RateWindow = RateWindow { started_at_seconds: 0, count: 0 };
const TERMS: LicenceTerms = LicenceTerms { uses: USE_PERSONAL, price_atoms: 300, rate_max: 0, rate_window_seconds: 0 };
const GRANT: Grant = Grant {
    terms: LicenceTerms { uses: USE_PERSONAL | USE_COMMERCIAL, price_atoms: 200, ..TERMS },
    expires_at_seconds: 0,
    revoked_at_seconds: 0,
};
/// A paid model at which the requester was granted a lower price and commercial use.
const GRANTED: Licensing = Licensing {
    kind: LicenceKind::Paid,
    default_terms: TERMS,
    content_fee_atoms: 0,
    grant: Some(GRANT),
    windows: RateWindows { granted: EMPTY, default: EMPTY },
    now_seconds: 1_000,
};

/// Whether it is the grant, whether it is counted, and the fee.
fn admitted(licensing: Licensing, uses: u16) -> Result<(bool, bool, u64), CoreError> {
    let admission = licensing.admit(uses)?;
    let is_granted = admission.source == LicenceSource::Granted;
    Ok((is_granted, admission.is_counted(), admission.terms.fee_atoms(FEE_ATOMS)))
}

#[test]
fn a_grant_replaces_the_default_terms_whichever_are_better() {
    assert_eq!(admitted(GRANTED, USE_PERSONAL), Ok((true, false, 200)));
    assert_eq!(admitted(Licensing { kind: LicenceKind::Public, ..GRANTED }, USE_PERSONAL), Ok((true, false, 200)));
    assert_eq!(admitted(GRANTED, USE_COMMERCIAL), Ok((true, false, 200)));
    assert_eq!(admitted(Licensing { grant: None, ..GRANTED }, USE_PERSONAL), Ok((false, false, 300)));
}

#[test]
fn a_grant_that_is_over_gives_nothing_not_even_the_default() {
    for (grant, rule) in [
        (Grant { expires_at_seconds: 1_000, ..GRANT }, CoreError::LicenceExpired),
        (Grant { revoked_at_seconds: 999, ..GRANT }, CoreError::LicenceRevoked),
    ] {
        for kind in [LicenceKind::Public, LicenceKind::Paid, LicenceKind::GrantOnly] {
            let over = Licensing { kind, grant: Some(grant), ..GRANTED };
            assert_eq!(admitted(over, USE_PERSONAL), Err(rule));
            assert_eq!(admitted(over, USE_COMMERCIAL), Err(rule));
        }
    }
    let in_force = Licensing { grant: Some(Grant { expires_at_seconds: 1_001, ..GRANT }), ..GRANTED };
    assert_eq!(admitted(in_force, USE_COMMERCIAL), Ok((true, false, 200)));
}

#[test]
fn without_a_grant_the_default_terms_say_why_not() {
    let stranger = Licensing { grant: None, ..GRANTED };
    assert_eq!(admitted(stranger, USE_COMMERCIAL), Err(CoreError::LicenceUseNotGranted));
    assert_eq!(admitted(stranger, 0), Err(CoreError::LicenceUseNotGranted));
    let closed = Licensing { kind: LicenceKind::GrantOnly, ..stranger };
    assert_eq!(admitted(closed, USE_PERSONAL), Err(CoreError::LicenceRequired));
}

#[test]
fn a_full_window_refuses_until_it_ends() {
    let rated = LicenceTerms { rate_max: 2, rate_window_seconds: 60, ..TERMS };
    let windows = RateWindows { granted: EMPTY, default: RateWindow { started_at_seconds: 950, count: 2 } };
    let full = Licensing { grant: None, default_terms: rated, windows, ..GRANTED };
    assert_eq!(admitted(full, USE_PERSONAL), Err(CoreError::LicenceRateExceeded));
    assert_eq!(full.next_window_at_seconds(), 1_010);
    assert_eq!(admitted(Licensing { now_seconds: 1_010, ..full }, USE_PERSONAL), Ok((false, true, 300)));
    // A grant without a rate is not counted, and serves where the default terms are used up.
    assert_eq!(admitted(Licensing { grant: Some(GRANT), ..full }, USE_PERSONAL), Ok((true, false, 200)));
    // Neither does a grant with a rate of its own fill up by requests under the default terms.
    let grant = Grant { terms: LicenceTerms { price_atoms: 200, ..rated }, ..GRANT };
    assert_eq!(admitted(Licensing { grant: Some(grant), ..full }, USE_PERSONAL), Ok((true, true, 200)));
}

#[test]
fn a_window_is_forgotten_when_no_rate_could_count_it_any_more() {
    let window = RateWindow { started_at_seconds: 950, count: 1 };
    let longest = LicenceTerms { rate_max: 1, rate_window_seconds: RATE_WINDOW_SECONDS_MAX, ..TERMS };
    let forgotten = window.forgotten_at_seconds();
    assert_eq!(window.record(&longest, forgotten - 1), Err(CoreError::LicenceRateExceeded));
    assert_eq!(window.record(&longest, forgotten).map(|next| next.count), Ok(1));
    assert_eq!(EMPTY.forgotten_at_seconds(), i64::MIN);
}

fn any_terms() -> impl Strategy<Value = LicenceTerms> {
    (1..=USES_ALL, 0u64..1_000, 0u32..3).prop_map(|(uses, price_atoms, rate_max)| {
        let rate_window_seconds = if rate_max == 0 { 0 } else { 60 };
        LicenceTerms { uses, price_atoms, rate_max, rate_window_seconds }
    })
}

fn any_licensing() -> impl Strategy<Value = Licensing> {
    let kind = prop::sample::select(vec![LicenceKind::Public, LicenceKind::Paid, LicenceKind::GrantOnly]);
    let times = (prop::sample::select(vec![0i64, 999, 1_001]), prop::sample::select(vec![0i64, 0, 900]));
    let grant = (any_terms(), times).prop_map(|(terms, (expires_at_seconds, revoked_at_seconds))| Grant {
        terms,
        expires_at_seconds,
        revoked_at_seconds,
    });
    let window =
        || (900i64..1_000, 0u32..3).prop_map(|(started_at_seconds, count)| RateWindow { started_at_seconds, count });
    (kind, any_terms(), prop::option::of(grant), window(), window()).prop_map(
        |(kind, default_terms, grant, granted, default)| Licensing {
            kind,
            default_terms,
            content_fee_atoms: 0,
            grant,
            windows: RateWindows { granted, default },
            now_seconds: 1_000,
        },
    )
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn an_admission_keeps_every_rule_and_counts_one_request(licensing in any_licensing(), uses in 0..=USES_ALL) {
        let Licensing { kind, default_terms, grant, windows, now_seconds, .. } = licensing;
        let in_force = effective(kind, &default_terms, grant.as_ref(), now_seconds);
        let allowed = in_force.and_then(|terms| terms.check_uses(uses).map(|()| terms));
        match licensing.admit(uses) {
            Ok(admission) => {
                prop_assert_eq!(allowed, Ok(admission.terms));
                prop_assert_eq!(admission.source == LicenceSource::Granted, grant.is_some());
                let window = windows.of(admission.source);
                prop_assert_eq!(window.record(&admission.terms, now_seconds), Ok(admission.window));
                prop_assert_eq!(admission.is_counted(), admission.window != window);
            }
            Err(CoreError::LicenceRateExceeded) => prop_assert!(allowed.is_ok_and(|terms| terms.rate_max > 0)),
            Err(rule) => prop_assert_eq!(allowed, Err(rule)),
        }
    }
}
