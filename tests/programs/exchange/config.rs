//! Who configures the exchange, when a change takes effect, and what no change reaches.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{
    events::{ConfigChangeApplied, ConfigChangeQueued},
    instructions::{ConfigInitializeArgs, MarketOpenArgs},
    state::{ExchangeConfig, FeeBeneficiary, MarketParams},
};
use modchains_program_kit::timelock::{TIMELOCK_SECONDS_MAX, TIMELOCK_SECONDS_MIN};
use modchains_sdk::{address, instruction::exchange};
use modchains_tests::{
    chain::key,
    idl::Program,
    world::{QUOTE, Side, TIMELOCK_SECONDS, World, market_params, open_args, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

fn initialize(args: ConfigInitializeArgs) -> Instruction {
    exchange::config_initialize(&key("admin").pubkey(), args)
}

fn initial() -> ConfigInitializeArgs {
    let treasury = key("treasury").pubkey();
    ConfigInitializeArgs { treasury, timelock_seconds: TIMELOCK_SECONDS, params: market_params() }
}

fn queue(params: MarketParams) -> Instruction {
    exchange::config_change_queue(&key("admin").pubkey(), params)
}

fn config(world: &World) -> ExchangeConfig {
    world.chain.state(&address::exchange::config())
}

/// Each way to make valid parameters invalid, and how it is refused.
fn invalid_params() -> Vec<(MarketParams, &'static str)> {
    let valid = market_params();
    let out_of_bounds = |params| (params, "ParamsOutOfBounds");
    // What leaves a share moves to the vault's, so that the sum stays right.
    let shares = |reserve_bps: u16, protocol_bps: u16| MarketParams {
        reserve_bps,
        protocol_bps,
        vault_bps: 10_000 - reserve_bps - protocol_bps - valid.creator_bps,
        ..valid
    };
    vec![
        out_of_bounds(MarketParams { fee_bps: 0, ..valid }),
        out_of_bounds(MarketParams { fee_bps: 24, ..valid }),
        out_of_bounds(MarketParams { fee_bps: 501, ..valid }),
        out_of_bounds(MarketParams { fee_bps: u16::MAX, ..valid }),
        out_of_bounds(MarketParams { vault_bps: valid.vault_bps + 1, ..valid }),
        out_of_bounds(MarketParams { creator_bps: valid.creator_bps - 1, ..valid }),
        out_of_bounds(MarketParams { reserve_bps: u16::MAX, ..valid }),
        out_of_bounds(shares(999, 2_000)),
        out_of_bounds(shares(4_000, 499)),
        out_of_bounds(shares(4_000, 4_001)),
        out_of_bounds(MarketParams { referral_bps: 5_001, ..valid }),
        (MarketParams { step_max_ppm: valid.step_max_ppm + 100, ..valid }, "StepExceedsLostFee"),
        (MarketParams { step_max_ppm: u32::MAX, ..valid }, "StepExceedsLostFee"),
        (MarketParams { absorb_max_ppm: 1_600, ..valid }, "StepExceedsLostFee"),
        (MarketParams { absorb_max_ppm: u32::MAX, ..valid }, "StepExceedsLostFee"),
        out_of_bounds(MarketParams { drift_max_ppm: 1, ..valid }),
        out_of_bounds(MarketParams { drift_max_ppm: 250_001, ..valid }),
        out_of_bounds(MarketParams { premium_min_ppm: 1_009_999, ..valid }),
        out_of_bounds(MarketParams { premium_max_ppm: valid.premium_min_ppm, ..valid }),
        out_of_bounds(MarketParams { epoch_seconds: 4, ..valid }),
        out_of_bounds(MarketParams { epoch_seconds: 86_401, supply_half_life_seconds: u32::MAX, ..valid }),
        out_of_bounds(MarketParams { supply_half_life_seconds: 24 * valid.epoch_seconds - 1, ..valid }),
        out_of_bounds(MarketParams { pricing_half_life_seconds: 24 * valid.epoch_seconds - 1, ..valid }),
        out_of_bounds(MarketParams { usage_stale_seconds: 0, ..valid }),
        out_of_bounds(MarketParams { usage_stale_seconds: 7 * 86_400 + 1, ..valid }),
    ]
}

#[test]
fn a_stranger_cannot_configure_the_exchange_first() {
    let mut world = World::blank();
    world.chain.fund(&key("stranger").pubkey());
    let attempt = exchange::config_initialize(&key("stranger").pubkey(), initial());
    world.must_refuse(&[attempt], "NotUpgradeAuthority");
}

#[test]
fn nobody_configures_a_program_that_can_no_longer_be_upgraded() {
    let mut world = World::blank();
    let address = Program::Exchange.data_address();
    let mut data = world.chain.raw(&address).unwrap();
    data.data[12] = 0;
    world.chain.svm.set_account(address, data).unwrap();
    world.must_refuse(&[initialize(initial())], "NotUpgradeAuthority");
}

#[test]
fn the_upgrade_authority_of_another_program_is_not_enough() {
    let mut world = World::blank();
    let mut attempt = initialize(initial());
    attempt.accounts[2].pubkey = Program::Vault.data_address();
    world.must_refuse(&[attempt], "AccountNotProgramData");
}

#[test]
fn the_exchange_is_configured_once() {
    let mut world = World::configured();
    world.must_refuse(&[initialize(initial())], "system: custom program error: 0x0");
}

#[test]
fn parameters_out_of_bounds_are_refused_at_first_and_later() {
    let (mut blank, mut configured) = (World::blank(), World::configured());
    for (params, error) in invalid_params() {
        blank.must_refuse(&[initialize(ConfigInitializeArgs { params, ..initial() })], error);
        configured.must_refuse(&[queue(params)], error);
    }
    for timelock_seconds in [0, 1, TIMELOCK_SECONDS_MIN - 1, TIMELOCK_SECONDS_MAX + 1] {
        let refused = ConfigInitializeArgs { timelock_seconds, ..initial() };
        blank.must_refuse(&[initialize(refused)], "TimelockOutOfBounds");
    }
    for timelock_seconds in [TIMELOCK_SECONDS_MIN, TIMELOCK_SECONDS_MAX] {
        blank.clone().chain.must(&[initialize(ConfigInitializeArgs { timelock_seconds, ..initial() })]);
    }
}

#[test]
fn a_stranger_queues_nothing_and_allows_nothing() {
    let mut world = World::configured();
    let stranger = key("stranger").pubkey();
    world.must_refuse(&[exchange::config_change_queue(&stranger, market_params())], "NotAdmin");
    world.must_refuse(&[exchange::quote_mint_allow(&stranger, &quote().mint)], "NotAdmin");
}

#[test]
fn a_queued_change_applies_when_its_timelock_is_over_and_not_a_second_sooner() {
    let mut world = World::configured();
    let dearer = MarketParams { fee_bps: 200, ..market_params() };
    world.must_refuse(&[exchange::config_change_apply()], "NoChangeQueued");
    let queued_at = world.chain.now();
    let event: ConfigChangeQueued =
        world.must_change(&[queue(dearer)], &[("config", address::exchange::config())]).event();
    let ripe = queued_at + i64::from(TIMELOCK_SECONDS);
    assert_eq!((event.params, event.effective_at_seconds), (dearer, ripe));
    for early in [queued_at, ripe - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[exchange::config_change_apply()], "TimelockRunning");
        assert_eq!(config(&world).params, market_params());
    }
    world.chain.set_time(ripe);
    let applied: ConfigChangeApplied = world.chain.must(&[exchange::config_change_apply()]).event();
    assert_eq!((applied.params, config(&world).params), (dearer, dearer));
    world.must_refuse(&[exchange::config_change_apply()], "NoChangeQueued");
}

#[test]
fn queueing_again_starts_the_timelock_again() {
    let mut world = World::configured();
    world.chain.must(&[queue(MarketParams { fee_bps: 200, ..market_params() })]);
    world.chain.advance(i64::from(TIMELOCK_SECONDS) - 1);
    let second = MarketParams { fee_bps: 300, ..market_params() };
    world.chain.must(&[queue(second)]);
    world.chain.advance(1);
    world.must_refuse(&[exchange::config_change_apply()], "TimelockRunning");
    world.chain.advance(i64::from(TIMELOCK_SECONDS) - 1);
    world.chain.must(&[exchange::config_change_apply()]);
    assert_eq!(config(&world).params, second);
}

#[test]
fn a_change_reaches_markets_opened_later_and_no_market_that_is_open() {
    let mut world = World::configured();
    for side in Side::BOTH {
        world.enrol(side.person("creator"));
    }
    let list = |world: &mut World, side| {
        for instruction in world.listing(side).into_iter().take(3) {
            world.chain.must(&[instruction]);
        }
    };
    list(&mut world, Side::A);
    let dearer = MarketParams { fee_bps: 200, step_max_ppm: 1_000, ..market_params() };
    let config = [("config", address::exchange::config())];
    world.must_change(&[queue(dearer)], &config);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.must_change(&[exchange::config_change_apply()], &config);
    list(&mut world, Side::B);
    assert_eq!(world.market(Side::A).params, market_params());
    assert_eq!(world.market(Side::B).params, dearer);
}

/// What the admin applies between the creator's look and the creator's signature is refused with the opening.
#[test]
fn a_market_opens_with_the_parameters_that_its_creator_saw_or_not_at_all() {
    let mut world = World::configured();
    world.enrol(Side::A.person("creator"));
    let listing = world.listing(Side::A);
    world.chain.must(&listing[..1]);
    let dearer = MarketParams { fee_bps: 200, ..market_params() };
    world.chain.must(&[queue(dearer)]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.chain.must(&[exchange::config_change_apply()]);
    world.must_refuse(&[listing[2].clone()], "MarketParamsChanged");
    let (creator, model) = (Side::A.person("creator"), Side::A.model());
    for params in [market_params(), MarketParams { usage_stale_seconds: 1, ..dearer }] {
        let args = MarketOpenArgs { params, ..open_args() };
        world.must_refuse(&[exchange::market_open(&creator, &model, &quote(), args)], "MarketParamsChanged");
    }
    let args = MarketOpenArgs { params: dearer, ..open_args() };
    world.chain.must(&[exchange::market_open(&creator, &model, &quote(), args)]);
    assert_eq!(world.market(Side::A).params, dearer);
}

#[test]
fn protocol_fees_go_to_the_treasury_and_creator_fees_to_the_creator_alone() {
    let mut world = World::ready();
    let (model, treasury) = (Side::A.model(), key("treasury").pubkey());
    world.enrol(treasury);
    let claim = |owner: &Pubkey, beneficiary| exchange::fees_claim(&model, &quote(), owner, beneficiary);
    let (admin, creator) = (key("admin").pubkey(), Side::A.person("creator"));
    world.enrol(admin);
    for thief in [admin, creator, Side::A.person("trader")] {
        world.must_refuse(&[claim(&thief, FeeBeneficiary::Protocol)], "BeneficiaryMismatch");
    }
    for thief in [admin, treasury, Side::B.person("creator")] {
        world.must_refuse(&[claim(&thief, FeeBeneficiary::Creator)], "BeneficiaryMismatch");
    }
    let due = world.market(Side::A).protocol_due_atoms;
    let before = world.chain.token_atoms(&quote().account_of(&treasury));
    assert!(due > QUOTE / 100, "two buys paid fees");
    world.must_change(
        &[claim(&treasury, FeeBeneficiary::Protocol)],
        &[
            ("market", Side::A.market()),
            ("quote vault", Side::A.quote_vault()),
            ("treasury", quote().account_of(&treasury)),
        ],
    );
    assert_eq!(world.chain.token_atoms(&quote().account_of(&treasury)), before + due);
    world.must_refuse(&[claim(&treasury, FeeBeneficiary::Protocol)], "NothingAccrued");
}
