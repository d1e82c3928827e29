//! Laws of licences, of their rates and of contributors' shares.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    licence::{
        Grant, LicenceKind, LicenceTerms, RateWindow, USE_COMMERCIAL, USE_CONTENT, USE_DERIVATIVE, USE_PERSONAL,
        USE_RESEARCH, USES_ALL, effective,
    },
    shares::{Distribution, SHARES_MAX, Share, owed_atoms, share_atoms, validate_shares},
};
use proptest::prelude::*;

use common::any_atoms;

const UNLIMITED: LicenceTerms = LicenceTerms { uses: USES_ALL, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };
const KINDS: [LicenceKind; 3] = [LicenceKind::Public, LicenceKind::Paid, LicenceKind::GrantOnly];

fn terms() -> impl Strategy<Value = LicenceTerms> {
    (1..=USES_ALL, any_atoms(), 0u32..20, 1u32..=2_592_000).prop_map(|(uses, price_atoms, rate_max, window)| {
        let rate_window_seconds = if rate_max == 0 { 0 } else { window };
        LicenceTerms { uses, price_atoms, rate_max, rate_window_seconds }
    })
}

/// Shares that a creator may queue.
fn shares() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(1u16..=10_000, 0..=SHARES_MAX).prop_map(|mut shares| {
        let mut left = 10_000;
        shares.retain_mut(|bps| {
            *bps = (*bps).min(left);
            left -= *bps;
            *bps > 0
        });
        shares
    })
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_request_pays_at_least_the_licence_price_and_the_services_fee(terms in terms(), service_fee in any_atoms()) {
        let fee = terms.fee_atoms(service_fee);
        prop_assert!(fee >= terms.price_atoms && fee >= service_fee);
        prop_assert!(fee == terms.price_atoms || fee == service_fee);
    }

    #[test]
    fn a_grant_replaces_the_default_until_its_second(
        default in terms(), granted in terms(), expires in 2i64..i64::MAX, revoked in 1i64..i64::MAX,
    ) {
        prop_assert_eq!((default.validate(), granted.validate()), (Ok(()), Ok(())));
        for kind in KINDS {
            let lasting = Grant { terms: granted, expires_at_seconds: 0, revoked_at_seconds: 0 };
            prop_assert_eq!(effective(kind, &default, Some(&lasting), i64::MAX), Ok(granted));
            let ending = Grant { expires_at_seconds: expires, ..lasting };
            prop_assert_eq!(effective(kind, &default, Some(&ending), expires - 1), Ok(granted));
            prop_assert_eq!(effective(kind, &default, Some(&ending), expires), Err(CoreError::LicenceExpired));
            let gone = Grant { revoked_at_seconds: revoked, ..ending };
            prop_assert_eq!(effective(kind, &default, Some(&gone), 1), Err(CoreError::LicenceRevoked));
            prop_assert_eq!(effective(kind, &default, Some(&gone), expires), Err(CoreError::LicenceRevoked));
        }
        prop_assert_eq!(effective(LicenceKind::Paid, &default, None, expires), Ok(default));
        let free = LicenceTerms { price_atoms: 0, ..default };
        prop_assert_eq!(effective(LicenceKind::Public, &default, None, expires), Ok(free));
        prop_assert_eq!(effective(LicenceKind::GrantOnly, &default, None, expires), Err(CoreError::LicenceRequired));
    }

    #[test]
    fn a_rate_admits_its_number_per_window_and_refuses_nobody_below_it(
        rate_max in 1u32..8, window in 1u32..1_000, waits in prop::collection::vec(0i64..400, 1..200), start in 0i64..1 << 40,
    ) {
        let terms = LicenceTerms { rate_max, rate_window_seconds: window, ..UNLIMITED };
        let (mut used, mut now) = (RateWindow::default(), start);
        let mut admitted: Vec<i64> = Vec::new();
        for wait in waits {
            now += wait;
            let lately = |from: i64| admitted.iter().filter(|at| **at > from).count();
            match used.record(&terms, now) {
                Ok(next) => {
                    prop_assert!(lately(now - i64::from(window)) < 2 * rate_max as usize);
                    prop_assert!(next.count <= rate_max);
                    prop_assert_eq!(next.count as usize, 1 + admitted.iter().filter(|at| **at >= next.started_at_seconds && next.count > 1).count());
                    prop_assert!(next.started_at_seconds > now - i64::from(window));
                    used = next;
                    admitted.push(now);
                }
                Err(error) => {
                    prop_assert_eq!(error, CoreError::LicenceRateExceeded);
                    prop_assert!(lately(now - i64::from(window)) >= rate_max as usize);
                }
            }
        }
        prop_assert_eq!(used.record(&UNLIMITED, now), Ok(used), "nothing is counted without a rate");
    }

    #[test]
    fn shares_never_add_up_to_more_than_there_is_and_the_remainder_is_the_creators(
        shares in shares(), total_atoms in any_atoms(),
    ) {
        prop_assert_eq!(validate_shares(&shares), Ok(()));
        let paid: u128 = shares.iter().map(|bps| u128::from(share_atoms(total_atoms, *bps).unwrap())).sum();
        let rest_bps = 10_000 - shares.iter().map(|bps| u128::from(*bps)).sum::<u128>();
        let rest = u128::from(total_atoms).checked_sub(paid).unwrap();
        prop_assert!(rest * 10_000 >= u128::from(total_atoms) * rest_bps);
        // Each share rounds down by less than an atom.
        prop_assert!(rest * 10_000 <= u128::from(total_atoms) * rest_bps + 9_999 * shares.len() as u128);
    }

    #[test]
    fn what_everybody_is_owed_adds_up_to_what_was_owed_and_came_in(
        shares in shares(), debts in prop::array::uniform16(0u64..1 << 50), creator in 0u64..1 << 50, more in 0u64..1 << 50,
    ) {
        let list = |beneficiary: Option<usize>| {
            let shares = shares.clone().into_iter().zip(debts).enumerate();
            shares.map(move |(index, (bps, owed_atoms))| Share { is_beneficiary: beneficiary == Some(index), bps, owed_atoms })
        };
        let of = |beneficiary, creator| owed_atoms(more, list(beneficiary), creator).unwrap();
        let contributors: Vec<u64> = (0..shares.len()).map(|index| of(Some(index), None)).collect();
        let before = creator + debts[..shares.len()].iter().sum::<u64>();
        prop_assert_eq!(contributors.iter().sum::<u64>() + of(None, Some(creator)), before + more);
        // One at a time, as the program shares out, it is the same.
        let mut distribution = Distribution::of(more);
        for (index, (bps, debt)) in shares.iter().zip(debts).enumerate() {
            prop_assert_eq!(distribution.credit(*bps, debt), Ok(contributors[index]));
        }
        prop_assert_eq!(distribution.credit_creator(creator), Ok(of(None, Some(creator))));
        prop_assert_eq!(of(None, None), 0, "strangers are owed nothing");
        if !shares.is_empty() {
            prop_assert_eq!(of(Some(0), Some(creator)), contributors[0] + of(None, Some(creator)), "both in one");
        }
    }

    #[test]
    fn shares_accrued_in_parts_pay_at_most_what_they_pay_at_once(
        share_bps in 1u16..=10_000, parts in prop::collection::vec(0u64..1 << 50, 1..20),
    ) {
        let at_once = share_atoms(parts.iter().sum(), share_bps).unwrap();
        let in_parts: u64 = parts.iter().map(|atoms| share_atoms(*atoms, share_bps).unwrap()).sum();
        prop_assert!(in_parts <= at_once && at_once < in_parts + parts.len() as u64);
    }
}

#[test]
fn a_declared_use_is_allowed_exactly_when_every_bit_of_it_is_granted() {
    let known = [USE_PERSONAL, USE_RESEARCH, USE_COMMERCIAL, USE_DERIVATIVE, USE_CONTENT];
    // Every set of the five uses and of one bit that means nothing.
    for uses in 0..64 {
        for declared in 0..64_u16 {
            let mut bits = (0..16).map(|bit| 1 << bit).filter(|bit| declared & bit != 0);
            let granted = declared != 0 && bits.all(|bit| known.contains(&bit) && uses & bit != 0);
            let expected = if granted { Ok(()) } else { Err(CoreError::LicenceUseNotGranted) };
            assert_eq!(LicenceTerms { uses, ..UNLIMITED }.check_uses(declared), expected, "{declared:b} of {uses:b}");
        }
    }
    assert_eq!(UNLIMITED.check_uses(1 << 15), Err(CoreError::LicenceUseNotGranted));
}

#[test]
fn a_window_begins_with_the_first_request_after_the_last_one() {
    let terms = LicenceTerms { rate_max: 2, rate_window_seconds: 60, ..UNLIMITED };
    let first = RateWindow::default().record(&terms, 10).unwrap();
    assert_eq!(first, RateWindow { started_at_seconds: 10, count: 1 });
    let second = first.record(&terms, 10).unwrap();
    assert_eq!(second, RateWindow { started_at_seconds: 10, count: 2 });
    assert_eq!(second.record(&terms, 69), Err(CoreError::LicenceRateExceeded));
    assert_eq!(second.record(&terms, 0), Err(CoreError::LicenceRateExceeded), "the clock went back");
    assert_eq!(second.record(&terms, 70), Ok(RateWindow { started_at_seconds: 70, count: 1 }));
    let last = RateWindow { started_at_seconds: i64::MAX, count: 1 };
    assert_eq!(last.record(&terms, i64::MAX), Err(CoreError::Overflow));
}

#[test]
fn licence_terms_out_of_bounds_are_refused() {
    let rated = LicenceTerms { rate_max: 1, rate_window_seconds: 2_592_000, ..UNLIMITED };
    for valid in [UNLIMITED, rated, LicenceTerms { rate_window_seconds: 1, ..rated }] {
        assert_eq!(valid.validate(), Ok(()), "{valid:?}");
    }
    for invalid in [
        LicenceTerms { uses: 0, ..UNLIMITED },
        LicenceTerms { uses: 32, ..UNLIMITED },
        LicenceTerms { uses: USES_ALL + 1, ..UNLIMITED },
        LicenceTerms { rate_window_seconds: 1, ..UNLIMITED },
        LicenceTerms { rate_window_seconds: 0, ..rated },
        LicenceTerms { rate_window_seconds: 2_592_001, ..rated },
    ] {
        assert_eq!(invalid.validate(), Err(CoreError::LicenceTermsInvalid), "{invalid:?}");
    }
    for kind in KINDS {
        assert_eq!(LicenceKind::from_code(kind as u8), Ok(kind));
    }
    assert_eq!(LicenceKind::from_code(3), Err(CoreError::LicenceTermsInvalid));
}

#[test]
fn shares_that_are_empty_too_many_or_more_than_the_whole_are_refused() {
    assert_eq!(validate_shares(&[]), Ok(()));
    assert_eq!(validate_shares(&[10_000]), Ok(()));
    assert_eq!(validate_shares(&[625; 16]), Ok(()));
    for invalid in [vec![0], vec![5_000, 0, 1], vec![10_001], vec![5_000, 5_001], vec![1; 17], vec![u16::MAX; 200]] {
        assert_eq!(validate_shares(&invalid), Err(CoreError::SharesInvalid), "{invalid:?}");
    }
    let mut overfull = Distribution::of(10);
    assert_eq!((overfull.credit(6_000, 0), overfull.credit(6_000, 0)), (Ok(6), Err(CoreError::SharesInvalid)));
    assert_eq!(share_atoms(9_999, 1), Ok(0));
    assert_eq!(share_atoms(10_000, 1), Ok(1));
    assert_eq!(share_atoms(u64::MAX, 10_000), Ok(u64::MAX));
}
