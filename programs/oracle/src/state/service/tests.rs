use bytemuck::Zeroable;
use modchains_core::fees::SPLIT_TIMELOCK_SECONDS;

use super::*;
use crate::{state::params::tests::PARAMS, test_support::refusal};

const MODEL: Pubkey = Pubkey::new_from_array([1; 32]);
const MINT: Pubkey = Pubkey::new_from_array([2; 32]);
const NOW_SECONDS: i64 = 1_000;
const BOND_MINT: BondMint =
    BondMint { mint: MINT, min_bond_atoms: 500, claim_bond_atoms: 10, requester_cap_atoms: 10_000 };
const TERMS: ServiceTerms = ServiceTerms {
    fee_atoms: 1_000,
    max_wait_min_seconds: 10,
    max_wait_max_seconds: 600,
    input_bytes_max: 64,
    output_bytes_max: 32,
    split: None,
};

fn version(model: Pubkey) -> ModelVersion {
    ModelVersion { model, manifest_sha256: [5; 32], ..ModelVersion::zeroed() }
}

fn configure(service: &mut Service, terms: &ServiceTerms) -> Result<()> {
    service.configure(terms, &PARAMS, Some(&BOND_MINT), (Pubkey::default(), &version(MODEL)), NOW_SECONDS)
}

/// An open service that charges 1,000 atoms.
pub(crate) fn service() -> Service {
    let mut service = Service { model: MODEL, quote_mint: MINT, ..Service::zeroed() };
    configure(&mut service, &TERMS).unwrap();
    service
}

#[test]
fn terms_out_of_bounds_are_refused() {
    let changes: [fn(&mut ServiceTerms); 8] = [
        |terms| terms.fee_atoms = 0,
        |terms| terms.max_wait_min_seconds = 0,
        |terms| terms.max_wait_min_seconds = terms.max_wait_max_seconds + 1,
        |terms| terms.max_wait_max_seconds = PERIOD_SECONDS_MAX + 1,
        |terms| terms.input_bytes_max = 0,
        |terms| terms.input_bytes_max = INPUT_BYTES_MAX + 1,
        |terms| terms.output_bytes_max = 0,
        |terms| terms.output_bytes_max = OUTPUT_BYTES_MAX + 1,
    ];
    for corrupt in changes {
        let mut terms = TERMS;
        corrupt(&mut terms);
        assert_eq!(refusal(configure(&mut service(), &terms)), OracleError::ParameterOutOfBounds, "{terms:?}");
    }
}

#[test]
fn a_split_below_the_configured_minimum_is_refused() {
    let greedy = UsageSplit { protocol_bps: 0, creator_bps: 1_300, ..PARAMS.split };
    let terms = ServiceTerms { split: Some(greedy), ..TERMS };
    assert_eq!(refusal(configure(&mut service(), &terms)), OracleError::FeeSplitInvalid);
}

#[test]
fn a_version_of_another_model_is_refused() {
    let foreign = version(Pubkey::new_from_array([9; 32]));
    let refused = service().configure(&TERMS, &PARAMS, Some(&BOND_MINT), (Pubkey::default(), &foreign), NOW_SECONDS);
    assert_eq!(refusal(refused), OracleError::VersionOfOtherModel);
}

#[test]
fn every_atom_of_a_final_price_is_owed_to_somebody_and_paid_once() {
    let mut service = service();
    service.admit(1_000).unwrap();
    let legs = modchains_core::fees::UsageFeeSplit::from(service.split).split(1_000).unwrap();
    service.accrue(1_000, &legs).unwrap();
    assert_eq!((service.held_atoms, service.escrowed_atoms, service.earned_atoms), (1_000, 0, 700));
    assert_eq!(service.take_vault_share().unwrap(), 120);
    assert_eq!(service.take_market_shares().unwrap(), MarketShares { creator_atoms: 80, reserve_atoms: 50 });
    assert_eq!(service.take_protocol_fees().unwrap(), 50);
    service.pay_earnings(700).unwrap();
    assert_eq!(service.held_atoms, 0);
}

#[test]
fn nothing_is_paid_twice() {
    let mut service = service();
    assert_eq!(refusal(service.take_vault_share()), OracleError::NothingToDistribute);
    assert_eq!(refusal(service.take_market_shares()), OracleError::NothingToDistribute);
    assert_eq!(refusal(service.take_protocol_fees()), OracleError::NothingToClaim);
}

#[test]
fn a_lapsed_claim_moves_its_bond_to_the_requester_and_holds_no_more_or_less() {
    let mut service = service();
    service.admit(1_050).unwrap();
    service.take_bond(500).unwrap();
    service.forfeit(10).unwrap();
    assert_eq!((service.held_atoms, service.bonded_atoms, service.escrowed_atoms), (1_550, 490, 1_060));
    service.release(1_060).unwrap();
    service.return_bond(490).unwrap();
    assert_eq!(service.held_atoms, 0);
}

#[test]
fn every_seat_and_every_request_is_counted_until_it_closes() {
    let mut service = service();
    service.seat_operator(500).unwrap();
    service.admit(1_000).unwrap();
    assert_eq!((service.operator_count, service.request_count), (1, 1));
    service.drop_request(1_000).unwrap();
    service.return_bond(500).unwrap();
    service.unseat_operator().unwrap();
    assert_eq!((service.operator_count, service.request_count, service.held_atoms), (0, 0, 0));
    assert_eq!(refusal(service.drop_request(0)), OracleError::StateInconsistent);
    assert_eq!(refusal(service.unseat_operator()), OracleError::StateInconsistent);
    assert_eq!(refusal(service.seat_operator(499)), OracleError::BondBelowMinimum);
}

#[test]
fn nobody_is_paid_from_what_is_owed_to_others() {
    let mut service = service();
    service.admit(7).unwrap();
    service.take_bond(5).unwrap();
    assert_eq!(refusal(service.release(8)), OracleError::StateInconsistent);
    let refused: [fn(&mut Service) -> Result<()>; 3] =
        [|service| service.return_bond(6), |service| service.forfeit(6), |service| service.pay_earnings(1)];
    for act in refused {
        assert_eq!(refusal(act(&mut service.clone())), OracleError::StateInconsistent);
    }
    assert_eq!(refusal(service.clone().admit(u64::MAX)), OracleError::AmountTooLarge);
    assert_eq!(refusal(service.clone().take_bond(u64::MAX)), OracleError::AmountTooLarge);
}

#[test]
fn what_is_owed_is_what_is_held() {
    let owed: [fn(&mut Service) -> &mut u64; 7] = [
        |service| &mut service.escrowed_atoms,
        |service| &mut service.bonded_atoms,
        |service| &mut service.earned_atoms,
        |service| &mut service.accrued_vault_atoms,
        |service| &mut service.accrued_creator_atoms,
        |service| &mut service.accrued_reserve_atoms,
        |service| &mut service.accrued_protocol_atoms,
    ];
    for field in owed {
        let mut service = service();
        *field(&mut service) += 1;
        assert_eq!(refusal(service.invariant()), OracleError::StateInconsistent);
        service.held_atoms += 1;
        assert!(service.invariant().is_ok());
    }
}

/// The present split with `bps` less for stakers and more for `operator`s.
fn lower(service: &Service, bps: u16) -> UsageSplit {
    let UsageSplit { operator_bps, vault_bps, .. } = service.split;
    UsageSplit { operator_bps: operator_bps + bps, vault_bps: vault_bps - bps, ..service.split }
}

#[test]
fn a_split_that_gives_less_waits_and_one_that_does_not_replaces_it() {
    let mut service = service();
    let first = service.split;
    let less = ServiceTerms { split: Some(lower(&service, 100)), ..TERMS };
    assert_eq!(refusal(service.apply_split(NOW_SECONDS)), OracleError::NoChangeQueued);
    configure(&mut service, &less).unwrap();
    // Other terms leave it queued.
    configure(&mut service, &TERMS).unwrap();
    let ripe_seconds = NOW_SECONDS + i64::from(SPLIT_TIMELOCK_SECONDS);
    assert_eq!((service.split, service.pending_split_at_seconds), (first, ripe_seconds));
    assert_eq!(refusal(service.apply_split(ripe_seconds - 1)), OracleError::TimelockRunning);
    let mut applied = service;
    applied.apply_split(ripe_seconds).unwrap();
    assert_eq!((Some(applied.split), applied.pending_split_at_seconds), (less.split, 0));
    assert_eq!(refusal(applied.apply_split(i64::MAX)), OracleError::NoChangeQueued);
    // Back up at once; what was queued is gone.
    configure(&mut applied, &ServiceTerms { split: Some(first), ..TERMS }).unwrap();
    assert_eq!(applied.split, first);
    configure(&mut service, &ServiceTerms { split: Some(first), ..TERMS }).unwrap();
    assert_eq!((service.split, service.pending_split_at_seconds), (first, 0));
}

#[test]
fn every_change_is_counted() {
    let mut service = service();
    assert_eq!(service.terms_counter, 1);
    let less = lower(&service, 1);
    configure(&mut service, &ServiceTerms { split: Some(less), ..TERMS }).unwrap();
    assert_eq!(service.terms_counter, 2);
    service.apply_split(service.pending_split_at_seconds).unwrap();
    assert_eq!((service.terms_counter, service.offer().terms_counter), (3, 3));
}

#[test]
fn a_service_whose_mint_was_delisted_keeps_its_amounts() {
    let mut service = service();
    let version = version(MODEL);
    service.configure(&TERMS, &PARAMS, None, (Pubkey::default(), &version), NOW_SECONDS).unwrap();
    assert_eq!(service.min_bond_atoms, BOND_MINT.min_bond_atoms);
    let mut unlisted = Service { model: MODEL, quote_mint: MINT, ..Service::zeroed() };
    let refused = unlisted.configure(&TERMS, &PARAMS, None, (Pubkey::default(), &version), NOW_SECONDS);
    assert_eq!(refusal(refused), OracleError::StateInconsistent);
}

#[test]
fn a_decided_price_moves_by_a_factor_of_two_at_most_is_counted_and_kept_for_thirty_days() {
    let mut service = service();
    for fee_atoms in [0, 499, 2_001, u64::MAX] {
        assert_eq!(refusal(service.govern(fee_atoms, NOW_SECONDS)), OracleError::ParameterOutOfBounds);
    }
    service.govern(2_000, NOW_SECONDS).unwrap();
    assert_eq!((service.fee_atoms, service.terms_counter), (2_000, 2));
    // NOW_SECONDS is within the thirty days.
    assert_eq!(refusal(configure(&mut service, &TERMS)), OracleError::FeeKept);
    let kept = ServiceTerms { fee_atoms: 2_000, max_wait_max_seconds: 60, ..TERMS };
    configure(&mut service, &kept).unwrap();
    let until_seconds = NOW_SECONDS + 30 * 24 * 3_600;
    let at = |service: &mut Service, now_seconds| {
        service.configure(&TERMS, &PARAMS, Some(&BOND_MINT), (Pubkey::default(), &version(MODEL)), now_seconds)
    };
    assert_eq!(refusal(at(&mut service, until_seconds - 1)), OracleError::FeeKept);
    at(&mut service, until_seconds).unwrap();
    assert_eq!(service.fee_atoms, TERMS.fee_atoms);
}
