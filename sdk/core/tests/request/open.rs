//! What a service takes, and for how much.

use modchains_core::{
    CoreError,
    fees::USAGE_FEE_SPLIT_DEFAULT,
    licence::{
        Grant, LicenceKind, LicenceTerms, Licensing, RateWindow, RateWindows, USE_COMMERCIAL, USE_CONTENT,
        USE_RESEARCH, USES_ALL,
    },
    request::{RequestError, RequestOrder, RequestState, RequestStatus, ServiceOffer},
};
use proptest::prelude::*;

const LICENCE: LicenceTerms = LicenceTerms { uses: USES_ALL, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };

const OFFER: ServiceOffer = ServiceOffer {
    is_open: true,
    fee_atoms: 1_000,
    min_bond_atoms: 500,
    claim_bond_atoms: 10,
    bond_multiple_bps: 20_000,
    max_wait_min_seconds: 10,
    max_wait_max_seconds: 3_600,
    challenge_window_seconds: 60,
    claim_seconds: 30,
    split: USAGE_FEE_SPLIT_DEFAULT,
    input_bytes_max: 64,
    output_bytes_max: 32,
    numeric_class: 0,
    terms_counter: 3,
};

const ORDER: RequestOrder = RequestOrder {
    terms_counter: 3,
    fee_max_atoms: 1_000,
    content_fee_max_atoms: 0,
    tip_atoms: 50,
    value_at_risk_atoms: 0,
    max_wait_seconds: 100,
    uses: USE_RESEARCH,
    input_bytes: 64,
};

/// Any amount, small ones as likely as the rest.
fn any_atoms() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0u64..2_000, Just(u64::MAX)]
}

#[test]
fn the_service_decides_what_it_takes() {
    type Corrupt = fn(&mut ServiceOffer, &mut RequestOrder);
    let refusals: [(Corrupt, RequestError); 13] = [
        (|offer, _| offer.is_open = false, RequestError::ServiceClosed),
        (|_, order| order.fee_max_atoms = 999, RequestError::FeeAboveLimit),
        (|_, order| order.max_wait_seconds = 9, RequestError::WaitOutOfBounds),
        (|_, order| order.max_wait_seconds = 3_601, RequestError::WaitOutOfBounds),
        (|_, order| order.input_bytes = 0, RequestError::InputEmpty),
        (|_, order| order.input_bytes = 65, RequestError::InputTooLong),
        (|_, order| order.input_bytes = (1 << 16) + 1, RequestError::InputTooLong),
        (|_, order| order.uses = 0, RequestError::Formula(CoreError::LicenceUseNotGranted)),
        (|_, order| order.uses = 1 << 15, RequestError::Formula(CoreError::LicenceUseNotGranted)),
        (|_, order| order.tip_atoms = u64::MAX, RequestError::Formula(CoreError::Overflow)),
        (
            |offer, order| (offer.fee_atoms, order.fee_max_atoms) = (u64::MAX, u64::MAX),
            RequestError::Formula(CoreError::Overflow),
        ),
        (|offer, _| (offer.fee_atoms, offer.is_open) = (1_001, false), RequestError::ServiceClosed),
        (|offer, _| offer.claim_bond_atoms = 2_001, RequestError::StateInconsistent),
    ];
    for (corrupt, error) in refusals {
        let (mut offer, mut order) = (OFFER, ORDER);
        corrupt(&mut offer, &mut order);
        assert_eq!(offer.terms(&LICENCE, &order, 0), Err(error), "{offer:?} {order:?}");
    }
    assert_eq!(OFFER.terms(&LICENCE, &ORDER, i64::MAX), Err(RequestError::Formula(CoreError::Overflow)));
}

#[test]
fn a_new_request_is_open_and_nothing_is_due() {
    let terms = OFFER.terms(&LICENCE, &ORDER, 5).unwrap();
    let state = RequestState::new(terms);
    assert_eq!((state.status, state.operator, state.requester_due_atoms), (RequestStatus::Open, None, 0));
    assert_eq!((terms.created_at_seconds, terms.deadline_seconds), (5, 105));
    assert_eq!((state.invariant(), terms.price_atoms()), (Ok(()), Ok(1_050)));
}

/// The order of the rules is part of what a program does: the first one that refuses is the one that is named.
#[test]
fn what_was_seen_comes_first_then_the_licence_then_the_service_then_the_rate() {
    let full = RateWindow { started_at_seconds: 100, count: 1 };
    let rated = LicenceTerms { rate_max: 1, rate_window_seconds: 60, ..LICENCE };
    let grant = Grant { terms: rated, expires_at_seconds: 110, revoked_at_seconds: 0 };
    let licensing = Licensing {
        kind: LicenceKind::Paid,
        default_terms: LICENCE,
        content_fee_atoms: 0,
        grant: Some(grant),
        windows: RateWindows { granted: full, default: RateWindow::default() },
        now_seconds: 110,
    };
    let closed = ServiceOffer { is_open: false, ..OFFER };
    let accept = |licensing: &Licensing, offer: &ServiceOffer| offer.accept(licensing, &ORDER).map(drop);
    let formula = |error| Err(RequestError::Formula(error));
    for terms_counter in [0, 2, 4, u32::MAX] {
        let changed = ServiceOffer { terms_counter, ..closed };
        assert_eq!(accept(&licensing, &changed), Err(RequestError::TermsChanged));
    }
    assert_eq!(accept(&licensing, &closed), formula(CoreError::LicenceExpired));
    let in_force = Licensing { now_seconds: 109, ..licensing };
    assert_eq!(accept(&in_force, &closed), Err(RequestError::ServiceClosed));
    assert_eq!(accept(&in_force, &OFFER), formula(CoreError::LicenceRateExceeded));
    let stranger = Licensing { grant: None, ..in_force };
    let opening = OFFER.accept(&stranger, &ORDER).unwrap();
    assert_eq!(opening.terms, OFFER.terms(&LICENCE, &ORDER, 109).unwrap());
    assert_eq!(Ok(opening.admission), stranger.admit(ORDER.uses));
    let idle = Licensing { windows: RateWindows::default(), ..in_force };
    assert_eq!(OFFER.accept(&idle, &ORDER).unwrap().admission.window.count, 1);
    let narrow = Licensing { default_terms: LicenceTerms { uses: USE_COMMERCIAL, ..LICENCE }, ..stranger };
    assert_eq!(accept(&narrow, &OFFER), formula(CoreError::LicenceUseNotGranted));
}

#[test]
fn a_dearer_content_fee_is_refused_where_content_is_asked_for_and_nowhere_else() {
    let licensing = Licensing {
        kind: LicenceKind::Public,
        default_terms: LICENCE,
        content_fee_atoms: 70,
        grant: None,
        windows: RateWindows::default(),
        now_seconds: 0,
    };
    for (uses, content_fee_max_atoms, refused) in [
        (USE_CONTENT, 69, Err(RequestError::ContentFeeAboveLimit)),
        (USES_ALL, 0, Err(RequestError::ContentFeeAboveLimit)),
        (USE_CONTENT, 70, Ok(())),
        (USES_ALL, u64::MAX, Ok(())),
        (USES_ALL & !USE_CONTENT, 0, Ok(())),
    ] {
        let order = RequestOrder { uses, content_fee_max_atoms, ..ORDER };
        assert_eq!(OFFER.accept(&licensing, &order).map(drop), refused, "{uses} {content_fee_max_atoms}");
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_fee_is_the_larger_of_service_and_licence_and_never_above_the_limit(
        service_fee in any_atoms(), licence_price in any_atoms(), limit in any_atoms(),
    ) {
        let offer = ServiceOffer { fee_atoms: service_fee, bond_multiple_bps: 1, ..OFFER };
        let licence = LicenceTerms { price_atoms: licence_price, ..LICENCE };
        let order = RequestOrder { fee_max_atoms: limit, tip_atoms: 0, ..ORDER };
        let accepted = offer.terms(&licence, &order, 0);
        let fee = service_fee.max(licence_price);
        if limit < service_fee {
            prop_assert_eq!(accepted, Err(RequestError::FeeAboveLimit));
        } else if limit < fee {
            prop_assert_eq!(accepted, Err(RequestError::LicencePriceAboveLimit));
        } else {
            prop_assert_eq!(accepted.map(|terms| terms.fee_atoms), Ok(fee));
        }
    }

    #[test]
    fn the_result_bond_covers_minimum_multiple_and_value_at_risk(
        fee in 1u64..1 << 50, min in 1u64..1 << 50, at_risk in 0u64..1 << 50, multiple_bps in 10_000u32..1_000_000,
    ) {
        let bonds = ServiceOffer { min_bond_atoms: min, claim_bond_atoms: 1, bond_multiple_bps: multiple_bps, ..OFFER };
        let offer = ServiceOffer { fee_atoms: fee, ..bonds };
        let order = RequestOrder { fee_max_atoms: fee, value_at_risk_atoms: at_risk, ..ORDER };
        let terms = offer.terms(&LICENCE, &order, 0).unwrap();
        let multiple = (u128::from(fee) * u128::from(multiple_bps)).div_ceil(10_000);
        prop_assert_eq!(u128::from(terms.result_bond_atoms), multiple.max(min.into()).max(at_risk.into()));
    }
}
