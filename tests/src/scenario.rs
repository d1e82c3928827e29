//! For every instruction a chain on which it is valid, for both sides.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::{instructions::MarketDepositArgs, state::FeeBeneficiary as TradeBeneficiary};
use modchains_oracle::instructions::{
    BondDepositArgs, BondMintAllowArgs, BondWithdrawStartArgs, ConfigChangeQueueArgs, ServiceConfigureArgs,
};
use modchains_sdk::instruction::{Token, exchange, oracle, vault};
use modchains_vault::instructions::{RevenueDepositArgs, StakeArgs, UnstakeArgs};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{
    chain::{TOKEN, key},
    idl::Program,
    registry,
    row::{Build, Row, both},
    world::{
        CHALLENGE_SECONDS, CLAIM_SECONDS, COOLDOWN_SECONDS, EPOCH_SECONDS, QUOTE, Side, TIMELOCK_SECONDS, WAIT_SECONDS,
        World, claim_instruction, finalize_instruction, market_params, oracle_params, post_instruction, quote,
        request_args, request_instruction, revenue_mints, service_terms, version_args,
    },
};

/// One instruction on a chain where it succeeds.
pub struct Scenario {
    /// Its program.
    pub program: Program,
    /// Its name in the IDL.
    pub name: &'static str,
    /// The chain.
    pub world: World,
    /// The instruction for side A.
    pub instruction: Instruction,
    /// The same for side B, or the very same where there is only one.
    pub sibling: Instruction,
}

/// Every instruction of the three programs.
pub fn all() -> Vec<Scenario> {
    let exchange = exchange_builds().into_iter().chain(registry::builds()).map(|build| (Program::Exchange, build));
    let vault = vault_builds().into_iter().map(|build| (Program::Vault, build));
    let oracle = oracle_builds().into_iter().map(|build| (Program::Oracle, build));
    exchange
        .chain(vault)
        .chain(oracle)
        .map(|(program, (name, base, build))| scenario(program, name, base, build))
        .collect()
}

fn scenario(program: Program, name: &'static str, base: fn() -> World, build: Build) -> Scenario {
    let mut world = base();
    let [instruction, sibling] = build(&mut world);
    Scenario { program, name, world, instruction, sibling }
}

fn one(instruction: Instruction) -> [Instruction; 2] {
    [instruction.clone(), instruction]
}

fn admin() -> Pubkey {
    key("admin").pubkey()
}

/// Each side's request 1 in the state that `prepare` leaves it in.
fn with_requests(world: &mut World, prepare: impl Fn(&mut World, Side)) {
    Side::BOTH.into_iter().for_each(|side| prepare(world, side));
}

fn exchange_builds() -> Vec<Row> {
    vec![
        ("config_initialize", World::blank, |world| {
            let [exchange, oracle, ..] = <[_; 4]>::try_from(world.configuration()).expect("four instructions");
            [exchange, oracle]
        }),
        ("config_change_queue", World::configured, |_| one(exchange::config_change_queue(&admin(), market_params()))),
        ("config_change_apply", World::configured, |world| {
            world.chain.must(&[exchange::config_change_queue(&admin(), market_params())]);
            world.chain.advance(TIMELOCK_SECONDS.into());
            one(exchange::config_change_apply())
        }),
        ("quote_mint_allow", World::configured, |world| {
            let mints = [key("second quote mint").pubkey(), key("third quote mint").pubkey()];
            mints.map(|mint| {
                world.chain.put_mint(mint, TOKEN, 6);
                exchange::quote_mint_allow(&admin(), &mint)
            })
        }),
        ("model_register", enrolled, |world| both(|side| world.listing(side)[0].clone())),
        ("model_version_publish", World::ready, |_| {
            both(|side| exchange::model_version_publish(&side.person("creator"), &side.model(), 2, version_args()))
        }),
        ("market_open", registered, |world| both(|side| world.listing(side)[2].clone())),
        ("market_buy", referred, |world| both(|side| world.referred_buy_instruction(side))),
        ("market_sell", referred, |world| both(|side| world.referred_sell_instruction(side))),
        ("market_sync", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            world.chain.advance(EPOCH_SECONDS.into());
            Side::BOTH.into_iter().for_each(|side| {
                world.chain.must(&[oracle::usage_roll(&side.model())]);
            });
            both(|side| exchange::market_sync(&side.model()))
        }),
        ("market_pause", World::ready, |world| {
            let until_seconds = world.chain.now() + 60;
            both(|side| exchange::market_pause(&admin(), &side.model(), until_seconds))
        }),
        ("market_deposit", World::ready, |_| {
            let args = MarketDepositArgs { reserve_atoms: QUOTE, creator_atoms: QUOTE, split_atoms: QUOTE };
            both(|side| exchange::market_deposit(&side.person("trader"), &side.model(), &quote(), args))
        }),
        ("referral_open", World::ready, |_| {
            both(|side| exchange::referral_open(&side.person("staker"), &side.model(), &side.person("requester")))
        }),
        ("referral_claim", referred, |world| {
            with_requests(world, |world, side| {
                let buy = world.referred_buy_instruction(side);
                world.chain.must(&[buy]);
            });
            both(|side| exchange::referral_claim(&side.model(), &quote(), &side.person("staker")))
        }),
        ("fees_distribute", World::ready, |_| both(|side| exchange::fees_distribute(&side.model(), &quote()))),
        ("fees_claim", World::ready, |_| {
            both(|side| {
                let creator = side.person("creator");
                exchange::fees_claim(&side.model(), &quote(), &creator, TradeBeneficiary::Creator)
            })
        }),
    ]
}

/// Everything, and stakers who refer traders.
fn referred() -> World {
    let mut world = World::ready();
    for side in Side::BOTH {
        let staker = side.person("staker");
        world.chain.must(&[exchange::referral_open(&staker, &side.model(), &staker)]);
    }
    world
}

/// People, but nothing listed.
fn enrolled() -> World {
    let mut world = World::configured();
    Side::BOTH.into_iter().for_each(|side| world.enrol(side.person("creator")));
    world
}

/// Models with a version, but no market.
fn registered() -> World {
    listed(2)
}

/// Everything but vault and service.
fn traded() -> World {
    listed(3)
}

/// Everything but the service.
fn vaulted() -> World {
    listed(4)
}

fn listed(steps: usize) -> World {
    let mut world = enrolled();
    for side in Side::BOTH {
        for instruction in world.listing(side).into_iter().take(steps) {
            world.chain.must(&[instruction]);
        }
    }
    world
}

fn vault_builds() -> Vec<Row> {
    vec![
        ("vault_open", traded, |world| both(|side| world.listing(side)[3].clone())),
        ("pool_open", World::ready, |world| {
            let revenue = Token { mint: key("second revenue mint").pubkey(), program: TOKEN };
            world.chain.put_mint(revenue.mint, TOKEN, 6);
            both(|side| vault::pool_open(&side.person("creator"), &side.model(), &revenue))
        }),
        ("position_open", World::ready, |_| both(|side| vault::position_open(&side.person("trader"), &side.model()))),
        ("stake", World::ready, |_| {
            let args = StakeArgs { token_atoms: 1_000_000 };
            both(|side| vault::stake(&side.person("staker"), &side.model(), revenue_mints(), args.clone()))
        }),
        ("unstake", World::ready, |_| both(unstake)),
        ("unstake_withdraw", World::ready, |world| {
            with_requests(world, |world, side| {
                world.chain.must(&[unstake(side)]);
            });
            world.chain.advance(COOLDOWN_SECONDS.into());
            both(|side| vault::unstake_withdraw(&side.person("staker"), &side.model()))
        }),
        ("revenue_deposit", World::ready, |_| both(revenue_deposit)),
        ("revenue_claim", World::ready, |world| {
            with_requests(world, |world, side| {
                world.chain.must(&[revenue_deposit(side)]);
            });
            world.chain.advance(3_600);
            both(|side| vault::revenue_claim(&side.person("staker"), &side.model(), &quote()))
        }),
    ]
}

fn unstake(side: Side) -> Instruction {
    vault::unstake(&side.person("staker"), &side.model(), revenue_mints(), UnstakeArgs { token_atoms: 1_000_000 })
}

fn revenue_deposit(side: Side) -> Instruction {
    let args = RevenueDepositArgs { revenue_atoms: QUOTE };
    vault::revenue_deposit(&side.person("trader"), &side.model(), &quote(), args)
}

fn oracle_builds() -> Vec<Row> {
    let mut rows = operator_builds();
    rows.extend(request_builds());
    rows
}

fn operator_builds() -> Vec<Row> {
    vec![
        ("config_initialize", World::blank, |world| {
            let [exchange, oracle, ..] = <[_; 4]>::try_from(world.configuration()).expect("four instructions");
            [oracle, exchange]
        }),
        ("config_change_queue", World::configured, |_| {
            one(oracle::config_change_queue(&admin(), ConfigChangeQueueArgs { params: oracle_params() }))
        }),
        ("config_change_apply", World::configured, |world| {
            world
                .chain
                .must(&[oracle::config_change_queue(&admin(), ConfigChangeQueueArgs { params: oracle_params() })]);
            world.chain.advance(TIMELOCK_SECONDS.into());
            one(oracle::config_change_apply())
        }),
        ("bond_mint_allow", World::configured, |_| {
            let args = BondMintAllowArgs { min_bond_atoms: 2, claim_bond_atoms: 1, requester_cap_atoms: 1 };
            one(oracle::bond_mint_allow(&admin(), &quote().mint, args))
        }),
        ("operator_register", World::ready, |_| {
            let args = modchains_oracle::instructions::OperatorRegisterArgs { bond_atoms: 2 * QUOTE };
            both(|side| oracle::operator_register(&side.person("trader"), &quote(), args.clone()))
        }),
        ("bond_deposit", World::ready, |_| {
            both(|side| {
                let args = BondDepositArgs { bond_atoms: QUOTE };
                oracle::bond_deposit(&side.person("trader"), &side.person("operator"), &quote(), args)
            })
        }),
        ("bond_withdraw_start", World::ready, |_| both(bond_withdraw_start)),
        ("bond_withdraw", World::ready, |world| {
            with_requests(world, |world, side| {
                world.chain.must(&[bond_withdraw_start(side)]);
            });
            world.chain.advance(COOLDOWN_SECONDS.into());
            both(|side| oracle::bond_withdraw(&side.person("operator"), &quote()))
        }),
        ("earnings_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            both(|side| oracle::earnings_claim(&side.person("operator"), &quote()))
        }),
        ("service_open", vaulted, |world| both(|side| world.listing(side)[4].clone())),
        ("service_configure", World::ready, |_| {
            both(|side| {
                let args = ServiceConfigureArgs { terms: service_terms(), open: true };
                oracle::service_configure(&side.person("creator"), &side.model(), 1, args)
            })
        }),
    ]
}

fn bond_withdraw_start(side: Side) -> Instruction {
    let args = BondWithdrawStartArgs { bond_atoms: QUOTE };
    oracle::bond_withdraw_start(&side.person("operator"), &quote().mint, args)
}

fn claim_expire(side: Side) -> Instruction {
    oracle::claim_expire(&side.service(), &side.request(1), &side.operator(), &quote().program)
}

fn request_builds() -> Vec<Row> {
    vec![
        ("request_create", World::ready, |_| {
            both(|side| request_instruction(&side.person("requester"), &side.model(), request_args(1)))
        }),
        ("request_claim", World::ready, |world| {
            with_requests(world, |world, side| world.request(side, 1));
            both(|side| claim_instruction(world, side, 1))
        }),
        ("claim_expire", World::ready, |world| {
            with_requests(world, |world, side| {
                world.request(side, 1);
                world.claim(side, 1);
            });
            world.chain.advance(CLAIM_SECONDS.into());
            both(claim_expire)
        }),
        ("result_post", World::ready, |world| {
            with_requests(world, |world, side| {
                world.request(side, 1);
                world.claim(side, 1);
            });
            both(|side| post_instruction(side, 1))
        }),
        ("result_finalize", World::ready, |world| {
            with_requests(world, |world, side| world.answer(side, 1));
            world.chain.advance(CHALLENGE_SECONDS.into());
            both(|side| finalize_instruction(side, 1))
        }),
        ("request_refund", World::ready, |world| {
            with_requests(world, |world, side| world.request(side, 1));
            world.chain.advance(WAIT_SECONDS.into());
            both(|side| oracle::request_refund(&side.service(), &side.request(1), &side.person("requester"), &quote()))
        }),
        ("request_close", World::ready, |world| {
            // A claim lapsed on the way, so that something is due to the requester.
            with_requests(world, |world, side| {
                world.request(side, 1);
                world.claim(side, 1);
            });
            world.chain.advance(CLAIM_SECONDS.into());
            with_requests(world, |world, side| {
                world.chain.must(&[claim_expire(side), claim_instruction(world, side, 1), post_instruction(side, 1)]);
            });
            world.chain.advance(CHALLENGE_SECONDS.into());
            with_requests(world, |world, side| {
                world.chain.must(&[finalize_instruction(side, 1)]);
            });
            both(|side| oracle::request_close(&side.person("requester"), &side.service(), &side.request(1), &quote()))
        }),
        ("usage_roll", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            world.chain.advance(EPOCH_SECONDS.into());
            both(|side| oracle::usage_roll(&side.model()))
        }),
        ("fees_distribute", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            both(|side| oracle::fees_distribute(&side.model(), &quote()))
        }),
        ("fees_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            world.enrol(key("treasury").pubkey());
            both(|side| oracle::fees_claim(&side.model(), &quote(), &key("treasury").pubkey()))
        }),
    ]
}
