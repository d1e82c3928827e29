//! Who configures the oracle, when a change takes effect, and what no change reaches.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::{
    events::ConfigChangeQueued,
    instructions::{
        BondMintAllowArgs, ConfigChangeQueueArgs, ConfigInitializeArgs, ServiceConfigureArgs, ServiceOpenArgs,
    },
    state::{OracleConfig, OracleParams, ServiceTerms, UsageSplit},
};
use modchains_sdk::{address, instruction::oracle};
use modchains_tests::{
    chain::key,
    idl::Program,
    world::{Side, TIMELOCK_SECONDS, World, oracle_params, quote, service_terms},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn initialize(params: OracleParams) -> Instruction {
    let args = ConfigInitializeArgs { treasury: key("treasury").pubkey(), params };
    oracle::config_initialize(&key("admin").pubkey(), args)
}

fn queue(params: OracleParams) -> Instruction {
    oracle::config_change_queue(&key("admin").pubkey(), ConfigChangeQueueArgs { params })
}

fn configure(terms: ServiceTerms) -> Instruction {
    let args = ServiceConfigureArgs { terms, open: true };
    oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)
}

fn config(world: &World) -> OracleConfig {
    world.chain.state(&address::oracle::config())
}

/// Each way to make valid parameters invalid, and how it is refused.
fn invalid_params() -> Vec<(OracleParams, &'static str)> {
    let valid = oracle_params();
    let day = 86_400;
    let out_of_bounds = [
        OracleParams { challenge_window_seconds: 0, ..valid },
        OracleParams { challenge_window_seconds: valid.cooldown_seconds + 1, ..valid },
        OracleParams { challenge_window_seconds: 30 * day + 1, cooldown_seconds: 30 * day + 1, ..valid },
        OracleParams { claim_seconds: 0, ..valid },
        OracleParams { claim_seconds: day + 1, ..valid },
        OracleParams { cooldown_seconds: valid.challenge_window_seconds - 1, ..valid },
        OracleParams { cooldown_seconds: 30 * day + 1, ..valid },
        OracleParams { epoch_seconds: 4, ..valid },
        OracleParams { epoch_seconds: day + 1, ..valid },
        OracleParams { bond_multiple_bps: 9_999, ..valid },
        OracleParams { bond_multiple_bps: 1_000_001, ..valid },
        OracleParams { timelock_seconds: 0, ..valid },
        OracleParams { timelock_seconds: day - 1, ..valid },
        OracleParams { timelock_seconds: 30 * day + 1, ..valid },
    ];
    let split = |operator_bps: u16, reserve_bps: u16, protocol_bps: u16| OracleParams {
        split: UsageSplit {
            operator_bps,
            reserve_bps,
            protocol_bps,
            creator_bps: 0,
            vault_bps: 10_000 - operator_bps - reserve_bps - protocol_bps,
        },
        ..valid
    };
    let bad_splits = [
        OracleParams { split: UsageSplit { vault_bps: valid.split.vault_bps + 1, ..valid.split }, ..valid },
        OracleParams { split: UsageSplit { vault_bps: u16::MAX, ..valid.split }, ..valid },
        OracleParams { operator_min_bps: valid.split.operator_bps + 1, ..valid },
        split(4_999, 1_000, 1_000),
        split(6_000, 299, 1_000),
        split(6_000, 1_000, 299),
        OracleParams { operator_min_bps: 0, ..split(2_999, 1_000, 1_000) },
    ];
    let bounds = out_of_bounds.into_iter().map(|params| (params, "ParameterOutOfBounds"));
    bounds.chain(bad_splits.into_iter().map(|params| (params, "FeeSplitInvalid"))).collect()
}

#[test]
fn a_stranger_cannot_configure_the_oracle_first_nor_anybody_twice() {
    let mut world = World::blank();
    world.chain.fund(&key("stranger").pubkey());
    let args = ConfigInitializeArgs { treasury: key("stranger").pubkey(), params: oracle_params() };
    let attempt = oracle::config_initialize(&key("stranger").pubkey(), args);
    world.must_refuse(&[attempt], "NotUpgradeAuthority");
    let mut elsewhere = initialize(oracle_params());
    elsewhere.accounts[2].pubkey = Program::Exchange.data_address();
    world.must_refuse(&[elsewhere], "AccountNotProgramData");
    world.chain.must(&[initialize(oracle_params())]);
    world.must_refuse(&[initialize(oracle_params())], "system: custom program error: 0x0");
}

#[test]
fn parameters_out_of_bounds_are_refused_at_first_and_later() {
    let (mut blank, mut configured) = (World::blank(), World::configured());
    for (params, error) in invalid_params() {
        blank.must_refuse(&[initialize(params)], error);
        configured.must_refuse(&[queue(params)], error);
    }
}

#[test]
fn a_stranger_queues_nothing_and_allows_nothing() {
    let mut world = World::configured();
    let stranger = key("stranger").pubkey();
    let change = ConfigChangeQueueArgs { params: oracle_params() };
    world.must_refuse(&[oracle::config_change_queue(&stranger, change)], "NotAdmin");
    let bond = BondMintAllowArgs { min_bond_atoms: 1, claim_bond_atoms: 1, requester_cap_atoms: 1 };
    world.must_refuse(&[oracle::bond_mint_allow(&stranger, &quote().mint, bond)], "NotAdmin");
}

#[test]
fn amounts_of_a_bond_mint_that_make_no_sense_are_refused() {
    let mut world = World::configured();
    for (min_bond_atoms, claim_bond_atoms, requester_cap_atoms) in [(10, 0, 1), (10, 11, 1), (10, 1, 0), (0, 0, 1)] {
        let args = BondMintAllowArgs { min_bond_atoms, claim_bond_atoms, requester_cap_atoms };
        let allow = oracle::bond_mint_allow(&key("admin").pubkey(), &quote().mint, args);
        world.must_refuse(&[allow], "ParameterOutOfBounds");
    }
}

#[test]
fn a_queued_change_applies_when_its_timelock_is_over_and_not_a_second_sooner() {
    let mut world = World::configured();
    let longer = OracleParams { challenge_window_seconds: 1_200, timelock_seconds: 86_400, ..oracle_params() };
    world.must_refuse(&[oracle::config_change_apply()], "NoChangeQueued");
    let ripe = world.chain.now() + i64::from(TIMELOCK_SECONDS);
    let event: ConfigChangeQueued =
        world.must_change(&[queue(longer)], &[("config", address::oracle::config())]).event();
    assert_eq!((event.params, event.effective_at_seconds), (longer, ripe));
    for early in [world.chain.now(), ripe - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[oracle::config_change_apply()], "TimelockRunning");
    }
    // A change that shortens the timelock waits for the long one.
    assert_eq!(config(&world).params.timelock_seconds, TIMELOCK_SECONDS);
    world.chain.set_time(ripe);
    world.chain.must(&[oracle::config_change_apply()]);
    assert_eq!(config(&world).params, longer);
    world.must_refuse(&[oracle::config_change_apply()], "NoChangeQueued");
}

#[test]
fn a_change_reaches_a_service_only_when_its_creator_configures_it() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    let longer = OracleParams { challenge_window_seconds: 1_200, claim_seconds: 7, ..oracle_params() };
    let config = [("config", address::oracle::config())];
    world.must_change(&[queue(longer)], &config);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.must_change(&[oracle::config_change_apply()], &config);
    assert_eq!(world.service(SIDE).challenge_window_seconds, oracle_params().challenge_window_seconds);
    world.must_change(&[configure(service_terms())], &[("service", SIDE.service())]);
    let service = world.service(SIDE);
    assert_eq!((service.challenge_window_seconds, service.claim_seconds), (1_200, 7));
    let request = world.request_state(SIDE, 1);
    let old = oracle_params();
    let kept = (old.challenge_window_seconds, old.claim_seconds);
    assert_eq!((request.challenge_window_seconds, request.claim_seconds), kept);
}

#[test]
fn terms_of_a_service_out_of_bounds_are_refused() {
    let mut world = World::ready();
    let valid = service_terms();
    let month = 30 * 86_400;
    let invalid = [
        ServiceTerms { fee_atoms: 0, ..valid },
        ServiceTerms { max_wait_min_seconds: 0, ..valid },
        ServiceTerms { max_wait_min_seconds: valid.max_wait_max_seconds + 1, ..valid },
        ServiceTerms { max_wait_max_seconds: month + 1, ..valid },
        ServiceTerms { input_bytes_max: 0, ..valid },
        ServiceTerms { input_bytes_max: 701, ..valid },
        ServiceTerms { output_bytes_max: 0, ..valid },
        ServiceTerms { output_bytes_max: 1_025, ..valid },
    ];
    for terms in invalid {
        world.must_refuse(&[configure(terms)], "ParameterOutOfBounds");
    }
    let greedy =
        UsageSplit { operator_bps: 4_999, vault_bps: 500, creator_bps: 3_901, reserve_bps: 300, protocol_bps: 300 };
    let unfair = [
        greedy,
        UsageSplit { operator_bps: 5_000, reserve_bps: 299, ..greedy },
        UsageSplit { operator_bps: 5_000, protocol_bps: 299, ..greedy },
        UsageSplit { operator_bps: 5_000, vault_bps: 499, ..greedy },
        UsageSplit { operator_bps: 5_001, ..greedy },
    ];
    for split in unfair {
        world.must_refuse(&[configure(ServiceTerms { split: Some(split), ..valid })], "FeeSplitInvalid");
    }
    let fair = UsageSplit { operator_bps: 5_000, creator_bps: 3_900, ..greedy };
    world.chain.must(&[configure(ServiceTerms { split: Some(fair), ..valid })]);
    assert_eq!(world.service(SIDE).pending_split, fair);
}

#[test]
fn a_service_opens_once_and_only_by_the_models_creator() {
    let mut world = World::ready();
    let open = |creator| {
        let args = ServiceOpenArgs { terms: service_terms() };
        oracle::service_open(creator, &SIDE.model(), 1, &quote(), args)
    };
    world.must_refuse(&[open(&SIDE.person("creator"))], "system: custom program error: 0x0");
    let stranger = SIDE.person("trader");
    let args = ServiceConfigureArgs { terms: service_terms(), open: false };
    let attempt = oracle::service_configure(&stranger, &SIDE.model(), 1, args);
    world.must_refuse(&[attempt], "NotModelCreator");
}

#[test]
fn the_protocols_share_of_usage_fees_goes_to_the_treasury_alone() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    let treasury = key("treasury").pubkey();
    world.enrol(treasury);
    let claim = |owner: &Pubkey| oracle::fees_claim(&SIDE.model(), &quote(), owner);
    for role in ["creator", "operator", "requester"] {
        world.must_refuse(&[claim(&SIDE.person(role))], "NotTreasury");
    }
    let due = world.service(SIDE).accrued_protocol_atoms;
    let account = quote().account_of(&treasury);
    let before = world.chain.token_atoms(&account);
    world.must_change(
        &[claim(&treasury)],
        &[("service", SIDE.service()), ("escrow", SIDE.escrow()), ("treasury's account", account)],
    );
    assert_eq!(world.chain.token_atoms(&account), before + due);
    world.must_refuse(&[claim(&treasury)], "NothingToClaim");
}
