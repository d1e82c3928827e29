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
fn every_atom_of_a_final_price_is_paid_or_accrued() {
    let mut service = service();
    service.admit(1_050).unwrap();
    let legs = modchains_core::fees::UsageFeeSplit::from(service.split).split(1_000).unwrap();
    service.accrue(1_050, &legs).unwrap();
    let shares = service.take_shares().unwrap();
    assert_eq!(shares, AccruedShares { vault_atoms: 120, creator_atoms: 80, reserve_atoms: 50 });
    let protocol_atoms = service.take_protocol_fees().unwrap();
    assert_eq!((protocol_atoms, service.escrowed_atoms), (50, 0));
    let paid_on = shares.vault_atoms + shares.creator_atoms + shares.reserve_atoms + protocol_atoms;
    assert_eq!(legs.operator + paid_on, 1_000);
}

#[test]
fn nothing_is_paid_twice() {
    let mut service = service();
    assert_eq!(refusal(service.take_shares()), OracleError::NothingToDistribute);
    assert_eq!(refusal(service.take_protocol_fees()), OracleError::NothingToClaim);
}

#[test]
fn more_than_is_held_cannot_be_released() {
    let mut service = service();
    service.hold(7).unwrap();
    assert_eq!(refusal(service.release(8)), OracleError::StateInconsistent);
    assert_eq!(refusal(service.hold(u64::MAX)), OracleError::AmountTooLarge);
}
