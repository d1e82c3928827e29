//! Laws of launch protection.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    fees::{TRADE_FEE_MAX_BPS, TRADE_FEE_MIN_BPS, TradeFees},
    launch::{LAUNCH_FEE_MAX_BPS, LAUNCH_SECONDS_MAX, LaunchTerms, check_cap},
    trade::Sides,
};
use proptest::prelude::*;

use common::{any_atoms, sides, trade_fees};

/// The whole fee: the base and what the launch adds.
fn rate_bps(terms: &LaunchTerms, base_bps: u16, opened: i64, now: i64) -> u16 {
    base_bps + terms.added_fee_bps(base_bps, opened, now).unwrap()
}

/// A base fee and launch terms that go with it.
fn terms() -> impl Strategy<Value = (u16, LaunchTerms)> {
    (TRADE_FEE_MIN_BPS..=TRADE_FEE_MAX_BPS, 1..=LAUNCH_SECONDS_MAX, 100u32..=1_000_000).prop_flat_map(
        |(base_bps, duration_seconds, cap_ppm)| {
            (base_bps..=LAUNCH_FEE_MAX_BPS)
                .prop_map(move |fee_max_bps| (base_bps, LaunchTerms { fee_max_bps, duration_seconds, cap_ppm }))
        },
    )
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_launch_fee_is_the_line_from_its_maximum_to_the_base_fee_rounded_up(
        (base_bps, terms) in terms(), opened in -1i64 << 40..1 << 40, elapsed in 0u32..=LAUNCH_SECONDS_MAX,
    ) {
        prop_assert_eq!(terms.validate(base_bps), Ok(()));
        let fee_bps = rate_bps(&terms, base_bps, opened, opened + i64::from(elapsed));
        // In units of 1 / duration, so that nothing is rounded.
        let duration = i128::from(terms.duration_seconds);
        let line = (i128::from(terms.fee_max_bps) - i128::from(base_bps)) * (duration - i128::from(elapsed)).max(0);
        let above_base = (i128::from(fee_bps) - i128::from(base_bps)) * duration;
        prop_assert!(line <= above_base && above_base < line + duration, "{fee_bps}");
    }

    #[test]
    fn the_launch_fee_never_rises_with_time_nor_leaves_its_bounds(
        (base_bps, terms) in terms(), opened in -1i64 << 40..1 << 40, first in -100i64..4_000, later in 0i64..4_000,
    ) {
        let fee_bps = |at: i64| rate_bps(&terms, base_bps, opened, opened + at);
        prop_assert!(fee_bps(first + later) <= fee_bps(first));
        prop_assert!((base_bps..=terms.fee_max_bps).contains(&fee_bps(first)));
        prop_assert_eq!(fee_bps(first) == terms.fee_max_bps, first <= 0 || fee_bps(0) == fee_bps(first));
        prop_assert_eq!(fee_bps(i64::from(terms.duration_seconds)), base_bps);
        prop_assert_eq!(terms.is_on(opened, opened + first), first < i64::from(terms.duration_seconds));
    }

    #[test]
    fn any_launch_and_any_clock_add_at_most_what_lies_between_both_fees(
        fee_max_bps: u16, duration_seconds: u32, cap_ppm: u32, base_bps: u16, opened: i64, now: i64,
    ) {
        let terms = LaunchTerms { fee_max_bps, duration_seconds, cap_ppm };
        let added_bps = terms.added_fee_bps(base_bps, opened, now).unwrap();
        prop_assert!(added_bps <= fee_max_bps.saturating_sub(base_bps));
        prop_assert!(terms.is_on(opened, now) || added_bps == 0);
    }

    #[test]
    fn a_launch_fee_gives_fewer_tokens_and_pays_a_seller_less_and_leaves_no_more_in_the_curve(
        sides in sides(), fees in trade_fees(), launch_bps in 1u16..=4_500, amount in any_atoms(),
    ) {
        let launch = TradeFees { launch_bps, ..fees };
        let buy = |fees, sides: &Sides| sides.buy_exact_in(fees, amount, false);
        if let (Ok(dear), Ok(cheap)) = (buy(&launch, &sides), buy(&fees, &sides)) {
            prop_assert!(dear.token_atoms_out <= cheap.token_atoms_out && dear.fee_atoms >= cheap.fee_atoms);
            prop_assert_eq!(dear.legs.reserve, cheap.legs.reserve);
            prop_assert!(dear.curve_after.quote_atoms().unwrap() <= cheap.curve_after.quote_atoms().unwrap());
        }
        let sell = |fees| sides.sell_exact_in(fees, amount, false);
        if let (Ok(dear), Ok(cheap)) = (sell(&launch), sell(&fees)) {
            prop_assert!(dear.quote_atoms_out <= cheap.quote_atoms_out);
            prop_assert_eq!(dear.curve_after, cheap.curve_after);
        }
    }

    #[test]
    fn the_purchases_of_a_transaction_stay_within_the_cap_however_they_are_split(
        (_, terms) in terms(), depth_atoms in any_atoms(), buys in prop::collection::vec(any_atoms(), 1..20),
    ) {
        let cap_atoms = terms.cap_atoms(depth_atoms).unwrap();
        let exact = u128::from(depth_atoms) * u128::from(terms.cap_ppm) / 1_000_000;
        prop_assert_eq!(u128::from(cap_atoms), exact.max(1));
        let mut bought_atoms = 0_u64;
        for buying_atoms in buys.iter().map(|atoms| atoms % (cap_atoms / 4).max(2)) {
            let total = u128::from(bought_atoms) + u128::from(buying_atoms);
            match check_cap(cap_atoms, bought_atoms, buying_atoms) {
                Ok(after) => {
                    prop_assert!(total <= u128::from(cap_atoms));
                    prop_assert_eq!(u128::from(after), total);
                    bought_atoms = after;
                }
                Err(error) => {
                    prop_assert_eq!(error, CoreError::LaunchCapExceeded);
                    prop_assert!(total > u128::from(cap_atoms));
                }
            }
        }
    }
}

#[test]
fn a_fee_of_half_decays_to_one_percent_in_ten_minutes() {
    let terms = LaunchTerms { fee_max_bps: 5_000, duration_seconds: 600, cap_ppm: 10_000 };
    let fee_bps = |elapsed: i64| rate_bps(&terms, 100, 1_000, 1_000 + elapsed);
    // 4,900 * 599 / 600 = 4,891.8; half of 4,900; 4,900 / 600 = 8.2.
    assert_eq!([-5, 0, 1, 300, 599, 600, 601].map(fee_bps), [5_000, 5_000, 4_992, 2_550, 109, 100, 100]);
    assert_eq!([-5, 0, 599, 600].map(|elapsed| terms.is_on(1_000, 1_000 + elapsed)), [true, true, true, false]);
    assert_eq!(terms.cap_atoms(1_000_000_000), Ok(10_000_000), "one percent");
    assert_eq!(terms.cap_atoms(99), Ok(1), "dust rounds to one atom");
    assert_eq!(check_cap(10, 4, 6), Ok(10));
    assert_eq!(check_cap(10, 4, 7), Err(CoreError::LaunchCapExceeded));
    assert_eq!(check_cap(u64::MAX, u64::MAX, 1), Err(CoreError::LaunchCapExceeded));
    assert_eq!(terms.added_fee_bps(5_001, 1_000, 1_000), Ok(0), "a base fee above the launch fee holds");
}

#[test]
fn a_market_without_protection_charges_the_base_fee_at_once() {
    let none = LaunchTerms::default();
    assert_eq!(none.validate(100), Ok(()));
    assert!(!none.is_on(1_000, 1_000) && !none.is_on(1_000, 0));
    assert_eq!(none.added_fee_bps(100, 1_000, 1_000), Ok(0));
}

#[test]
fn launch_terms_out_of_bounds_are_refused() {
    let terms = LaunchTerms { fee_max_bps: 5_000, duration_seconds: 3_600, cap_ppm: 1_000_000 };
    for valid in [
        terms,
        LaunchTerms { fee_max_bps: 100, ..terms },
        LaunchTerms { duration_seconds: 1, ..terms },
        LaunchTerms { cap_ppm: 100, ..terms },
    ] {
        assert_eq!(valid.validate(100), Ok(()), "{valid:?}");
    }
    let none = LaunchTerms::default();
    for invalid in [
        LaunchTerms { fee_max_bps: 5_001, ..terms },
        LaunchTerms { fee_max_bps: 99, ..terms },
        LaunchTerms { duration_seconds: 3_601, ..terms },
        LaunchTerms { cap_ppm: 99, ..terms },
        LaunchTerms { cap_ppm: 1_000_001, ..terms },
        LaunchTerms { fee_max_bps: 100, ..none },
        LaunchTerms { cap_ppm: 100, ..none },
        LaunchTerms { duration_seconds: 0, ..terms },
    ] {
        assert_eq!(invalid.validate(100), Err(CoreError::LaunchTermsInvalid), "{invalid:?}");
    }
}
