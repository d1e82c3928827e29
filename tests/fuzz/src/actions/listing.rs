//! Configuration, models, versions, markets, and what the admin may do to them.

use anchor_lang::prelude::Pubkey;
use bytemuck::Zeroable;
use modchains_exchange::{
    instructions::{MarketDepositArgs, MarketOpenArgs, ModelRegisterArgs},
    state::{FeeBeneficiary, LaunchArgs, MarketParams, PauseBudget},
};
use modchains_oracle::{
    instructions::{ServiceConfigureArgs, ServiceOpenArgs},
    state::{ServiceTerms, UsageSplit},
};
use modchains_sdk::{
    address,
    instruction::{exchange, oracle, vault},
};
use modchains_tests::fixture::{market_params, register_args, service_terms, version_args};
use modchains_vault::{instructions::VaultOpenArgs, state::VaultTerms};
use solana_instruction::Instruction;

use super::action::{Action, Expect, Plan, expect, short};
use crate::{pick::Pick, setup::Setup};

/// What can be done.
pub const ACTIONS: &[Action] = &[
    Action { name: "config_change_queue", weight: 3, build: config_queue },
    Action { name: "config_change_apply", weight: 3, build: config_apply },
    Action { name: "model_register", weight: 3, build: register },
    Action { name: "model_version_publish", weight: 6, build: publish },
    Action { name: "market_open", weight: 6, build: open },
    Action { name: "service_open", weight: 6, build: open_service },
    Action { name: "service_configure", weight: 4, build: configure },
    Action { name: "service_split_apply", weight: 4, build: split_apply },
    Action { name: "market_deposit", weight: 14, build: deposit },
    Action { name: "market_pause", weight: 5, build: pause },
    Action { name: "fees_distribute", weight: 16, build: distribute },
    Action { name: "fees_claim", weight: 20, build: claim },
];

/// Models that may be listed in the course of an episode.
const MODELS_MAX: usize = 7;

/// How a market opens.
pub struct Shape {
    depth_atoms: u64,
    virtual_atoms: u64,
    launch: LaunchArgs,
    quote: usize,
}

const NO_LAUNCH: LaunchArgs = LaunchArgs { fee_max_bps: 0, duration_seconds: 0, cap_ppm: 0 };

/// The three markets of every episode: an everyday one; the smallest there may be, where every atom counts, under a
/// launch; and one near the largest.
pub const SHAPES: [Shape; 3] = [
    Shape { depth_atoms: 1_000_000_000_000_000, virtual_atoms: 30_000_000_000, launch: NO_LAUNCH, quote: 0 },
    Shape {
        depth_atoms: 1_000_000_000,
        virtual_atoms: 1_000_000,
        launch: LaunchArgs { fee_max_bps: 5_000, duration_seconds: 3_600, cap_ppm: 20_000 },
        quote: 1,
    },
    Shape {
        depth_atoms: 100_000_000_000_000_000,
        virtual_atoms: 1_000_000_000_000_000_000,
        launch: NO_LAUNCH,
        quote: 0,
    },
];

/// A market in which little happens.
pub const QUIET: Shape =
    Shape { depth_atoms: 1_000_000_000_000, virtual_atoms: 1_000_000_000, launch: NO_LAUNCH, quote: 1 };

/// Everything from registration to an open service with an operator, for the listing of index `index`.
pub fn complete(setup: &Setup, index: usize) -> Vec<Instruction> {
    let (shape, creator) = (&SHAPES[index], setup.people[index]);
    let mut service = service_terms();
    service.max_wait_max_seconds = 7_200;
    service.fee_atoms = [50_000_000, 997, 1_000_000_000][index];
    let mut instructions = listed(setup, &creator, named(index), shape, service);
    let model = address::exchange::model(&creator, &named(index).name);
    instructions.push(exchange::referral_open(&creator, &model, &setup.people[4]));
    instructions.push(oracle_operator(setup, index, setup.quotes[shape.quote]));
    instructions
}

/// Everything from registration to an open service.
pub fn listed(
    setup: &Setup,
    creator: &Pubkey,
    args: ModelRegisterArgs,
    shape: &Shape,
    service: ServiceTerms,
) -> Vec<Instruction> {
    let model = address::exchange::model(creator, &args.name);
    let quote = setup.quotes[shape.quote];
    let open = MarketOpenArgs {
        depth_atoms: shape.depth_atoms,
        virtual_atoms: shape.virtual_atoms,
        launch: shape.launch,
        params: setup.params(),
    };
    let terms = VaultTerms { cooldown_seconds: 3_600, stream_seconds: 86_400 };
    vec![
        exchange::model_register(creator, args),
        exchange::model_version_publish(creator, &model, 1, version_args()),
        exchange::market_open(creator, &model, &quote, open),
        vault::vault_open(creator, &model, &quote, VaultOpenArgs { terms: Some(terms) }),
        oracle::service_open(creator, &model, 1, &quote, ServiceOpenArgs { terms: service }),
    ]
}

fn oracle_operator(setup: &Setup, index: usize, quote: modchains_sdk::instruction::Token) -> Instruction {
    let args = modchains_oracle::instructions::OperatorRegisterArgs {
        bond_atoms: 10_000_000_000_000,
        cooldown_max_seconds: u32::MAX,
    };
    let model = address::exchange::model(&setup.people[index], &named(index).name);
    oracle::operator_register(&setup.people[3 + index], &address::oracle::service(&model), &quote, args)
}

/// What the listing of index `index` is called.
pub fn named(index: usize) -> ModelRegisterArgs {
    register_args(&format!("Model {index}"))
}

/// One of the models with its creator, or now and then somebody else in the creator's place.
fn model(setup: &Setup, pick: &mut Pick) -> Option<(Pubkey, Pubkey)> {
    let models: Vec<_> = setup.ledger.models.iter().collect();
    let (address, model) = pick.one(&models)?;
    Some((**address, setup.mostly(model.creator, pick)))
}

/// Parameters that may or may not be sound.
fn any_params(pick: &mut Pick) -> MarketParams {
    let mut params = market_params();
    params.fee_bps = 25 + pick.below(500) as u16;
    params.epoch_seconds = [60, 600, 3_600, 86_400][pick.below(4) as usize];
    params.supply_half_life_seconds = (24 * params.epoch_seconds).max(3_600 + pick.below(604_800) as u32);
    params.pricing_half_life_seconds = (24 * params.epoch_seconds).max(3_600 + pick.below(7_776_000) as u32);
    params.usage_stale_seconds = 3 * params.epoch_seconds;
    let fees = params.trade_fees();
    params.step_max_ppm = MarketParams::largest_step_ppm(&fees).unwrap_or(0);
    params.absorb_max_ppm = MarketParams::largest_absorption_ppm(&fees).unwrap_or(0);
    params.drift_max_ppm = 2 + pick.below(250_000) as u32;
    if pick.percent(20) {
        params.step_max_ppm += pick.below(3) as u32;
        params.reserve_bps = pick.below(10_001) as u16;
    }
    params
}

fn config_queue(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let signer = setup.mostly(setup.exchange_config().admin, pick);
    let what = format!("{} queues market parameters", short(&signer));
    Some(Plan::one(exchange::config_change_queue(&signer, any_params(pick)), what))
}

fn config_apply(setup: &Setup, _: &mut Pick) -> Option<Plan> {
    let config = setup.ledger.exchange_configs.values().next()?;
    let reasons = [
        (config.pending_at_seconds == 0, "nothing is queued"),
        (setup.chain.now() < config.pending_at_seconds, "the timelock runs"),
    ];
    let what = "queued market parameters are applied".to_owned();
    Some(Plan { expect: expect(&reasons, "the timelock is over"), ..Plan::one(exchange::config_change_apply(), what) })
}

fn register(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    if setup.ledger.models.len() >= MODELS_MAX {
        return None;
    }
    let creator = setup.anybody(pick);
    let mut args = named(pick.below(20) as usize);
    if pick.percent(10) {
        args.symbol = String::new();
    }
    let what = format!("{} registers {}", short(&creator), args.name);
    Some(Plan::one(exchange::model_register(&creator, args), what))
}

fn publish(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let count = setup.ledger.models.get(&model)?.version_count;
    let index = if pick.percent(92) { count + 1 } else { pick.below(5) as u32 };
    let mut args = version_args();
    args.parent = if pick.percent(90) { count } else { count + 1 };
    args.manifest_sha256 = [pick.below(256) as u8; 32];
    let what = format!("{} publishes version {index} of {}", short(&creator), short(&model));
    Some(Plan::one(exchange::model_version_publish(&creator, &model, index, args), what))
}

fn open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    if setup.market_of(&model).is_some() && !pick.percent(10) {
        return None;
    }
    let quote = *pick.one(&setup.quotes)?;
    let launch = if pick.percent(50) {
        NO_LAUNCH
    } else {
        LaunchArgs {
            fee_max_bps: 525 + pick.below(4_600) as u16,
            duration_seconds: 1 + pick.below(3_700) as u32,
            cap_ppm: 100 + pick.magnitude(1_000_000) as u32,
        }
    };
    let args = MarketOpenArgs {
        depth_atoms: 990_000_000 + pick.magnitude(100_000_000_000_000_000),
        virtual_atoms: 990_000 + pick.magnitude(1_000_000_000_000_000_000),
        launch,
        params: if pick.percent(95) { setup.params() } else { MarketParams::DEFAULT },
    };
    let what = format!("{} opens the market of {}", short(&creator), short(&model));
    let mut plan = Plan::one(exchange::market_open(&creator, &model, &quote, args), what);
    if pick.percent(50) {
        plan.instructions.push(super::trades::first_buy(&creator, &model, &quote, setup, pick));
    }
    Some(plan)
}

fn open_service(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (model, creator) = model(setup, pick)?;
    let quote = setup.quote_of(setup.market_of(&model)?);
    if setup.ledger.services.contains_key(&address::oracle::service(&model)) && pick.percent(95) {
        return None;
    }
    let mut terms = service_terms();
    terms.max_wait_max_seconds = 7_200;
    terms.fee_atoms = pick.magnitude(1_000_000_000);
    let instruction = oracle::service_open(&creator, &model, 1, &quote, ServiceOpenArgs { terms });
    Some(Plan::one(instruction, format!("{} opens the service of {}", short(&creator), short(&model))))
}

fn configure(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let services: Vec<_> = setup.ledger.services.values().collect();
    let model = pick.one(&services)?.model;
    let creator = setup.mostly(setup.ledger.models.get(&model)?.creator, pick);
    let version = 1 + pick.below(2) as u32;
    let mut terms = service_terms();
    terms.max_wait_max_seconds = 7_200;
    terms.fee_atoms = pick.amount(10_000_000_000);
    terms.split = pick.percent(40).then(|| split(pick));
    // One that nobody works for is often shut, so that it can close.
    let is_left = setup.ledger.services.get(&address::oracle::service(&model))?.operator_count == 0;
    let args = ServiceConfigureArgs { terms, open: pick.percent(if is_left { 50 } else { 90 }) };
    let what = format!("{} changes the service of {}", short(&creator), short(&model));
    Some(Plan::one(oracle::service_configure(&creator, &model, version, args), what))
}

/// A split that mostly adds up and keeps the minima.
fn split(pick: &mut Pick) -> UsageSplit {
    let operator_bps = 4_990 + pick.below(2_000) as u16;
    let vault_bps = 490 + pick.below(1_500) as u16;
    let (reserve_bps, protocol_bps) = (295 + pick.below(700) as u16, 295 + pick.below(300) as u16);
    let creator_bps = 10_000_u16.saturating_sub(operator_bps + vault_bps + reserve_bps + protocol_bps);
    UsageSplit { operator_bps, vault_bps, creator_bps, reserve_bps, protocol_bps }
}

fn split_apply(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(10);
    let now = setup.chain.now();
    let is_ripe = |at_seconds: i64| at_seconds != 0 && now >= at_seconds;
    let services = setup.ledger.services.values();
    let waiting: Vec<_> = services.filter(|service| careless || is_ripe(service.pending_split_at_seconds)).collect();
    let service = pick.one(&waiting)?;
    let lapses_at_seconds = service.pending_split_at_seconds + 14 * 86_400;
    let reasons =
        [(!is_ripe(service.pending_split_at_seconds), "nothing is due"), (now >= lapses_at_seconds, "it has lapsed")];
    let what = format!("the queued split of {} is applied", short(&service.model));
    let instruction = oracle::service_split_apply(&service.model);
    Some(Plan { expect: expect(&reasons, "its 31 days are over"), ..Plan::one(instruction, what) })
}

fn deposit(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.values().collect();
    let market = pick.one(&markets)?;
    let (quote, depositor) = (setup.quote_of(market), setup.anybody(pick));
    let held = setup.atoms(&quote.account_of(&depositor));
    // Mostly what there is room for; what is more waits.
    let room = if pick.percent(80) { market.virtual_atoms } else { market.virtual_atoms.saturating_mul(4) };
    let mut part = || if pick.percent(50) { 0 } else { pick.amount(held.min(room)) };
    let args = MarketDepositArgs { reserve_atoms: part(), creator_atoms: part(), split_atoms: part() };
    let total = u128::from(args.reserve_atoms) + u128::from(args.creator_atoms) + u128::from(args.split_atoms);
    let reasons = [(total == 0, "nothing is deposited"), (total > u128::from(held), "the depositor has less")];
    // Within what anybody owns nothing overflows, so every other deposit is welcome.
    let what = format!("{} pays {args:?} into {}", short(&depositor), short(&market.model));
    let instruction = exchange::market_deposit(&depositor, &market.model, &quote, args);
    Some(Plan { expect: expect(&reasons, "anybody may"), ..Plan::one(instruction, what) })
}

fn pause(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.values().collect();
    let market = pick.one(&markets)?;
    let admin = setup.exchange_config().admin;
    let signer = setup.mostly(admin, pick);
    let now = setup.chain.now();
    let until = match pick.below(10) {
        0..=2 => 0,
        3..=6 => now + 1 + pick.below(2_000) as i64,
        7 => now + 86_400 * (3 + pick.below(4) as i64),
        8 => now + 7 * 86_400 + pick.below(2) as i64,
        _ => i64::MAX,
    };
    let budget =
        setup.ledger.pause_budgets.get(&address::exchange::pause_budget(&address::exchange::market(&market.model)));
    let mut budget = budget.copied().unwrap_or_else(PauseBudget::zeroed);
    let is_spent = budget.order(market.rules().paused_until_seconds, until, now).is_err();
    let reasons = [
        (signer != admin, "only the admin may"),
        (until > now + 7 * 86_400, "nobody may pause for longer than a week"),
        (is_spent, "it was paused for 14 days of the last 90"),
    ];
    let what = format!("{} pauses {} until {until}", short(&signer), short(&market.model));
    let instruction = exchange::market_pause(&signer, &market.model, until);
    Some(Plan { expect: expect(&reasons, "the admin may"), ..Plan::one(instruction, what) })
}

fn distribute(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.values().collect();
    let market = pick.one(&markets)?;
    let instruction = exchange::fees_distribute(&market.model, &setup.quote_of(market));
    let has_vault = setup.ledger.vaults.contains_key(&address::vault::vault(&market.model));
    let reasons = [(market.vault_due_atoms == 0, "nothing is due"), (!has_vault, "there is no vault")];
    let what = format!("stakers' fees of {} move on", short(&market.model));
    Some(Plan { expect: expect(&reasons, "it is due"), ..Plan::one(instruction, what) })
}

fn claim(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let markets: Vec<_> = setup.ledger.markets.values().collect();
    let market = **pick.one(&markets)?;
    let model = setup.ledger.models.get(&market.model)?;
    let for_creator = pick.percent(50);
    let (owner, beneficiary, due) = if for_creator {
        (model.creator, FeeBeneficiary::Creator, market.creator_due_atoms)
    } else {
        (setup.exchange_config().treasury, FeeBeneficiary::Protocol, market.protocol_due_atoms)
    };
    let receiver = setup.mostly(owner, pick);
    let instruction = exchange::fees_claim(&market.model, &setup.quote_of(&market), &receiver, beneficiary);
    let reasons = [
        (due == 0, "nothing is due"),
        (receiver != owner, "it is another's"),
        (for_creator && model.has_contributors == 1, "contributors share in it"),
    ];
    let what = format!("{} is paid {beneficiary:?} fees of {}", short(&receiver), short(&market.model));
    let expect =
        if reasons.iter().any(|(holds, _)| *holds) { expect(&reasons, "") } else { Expect::Accepted("it is due") };
    Some(Plan { expect, ..Plan::one(instruction, what) })
}
