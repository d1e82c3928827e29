use bytemuck::Zeroable;

use super::*;
use crate::{state::params::tests::PARAMS, test_support::refusal};

const MODEL: Pubkey = Pubkey::new_from_array([1; 32]);
const MINT: Pubkey = Pubkey::new_from_array([2; 32]);
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
    service.configure(terms, &PARAMS, &BOND_MINT, Pubkey::default(), &version(MODEL))
}

/// An open service that charges 1,000 atoms.
pub(crate) fn service() -> Service {
    let mut service = Service { model: MODEL, quote_mint: MINT, open: 1, ..Service::zeroed() };
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
    let refused = service().configure(&TERMS, &PARAMS, &BOND_MINT, Pubkey::default(), &foreign);
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

#[test]
fn every_change_of_terms_is_counted() {
    let mut service = service();
    assert_eq!(service.terms_counter, 1);
    configure(&mut service, &TERMS).unwrap();
    assert_eq!((service.terms_counter, service.offer().terms_counter), (2, 2));
}
