//! For every instruction a chain on which it is valid, for both sides.

mod authority;
mod base;
mod oracle;

use modchains_exchange::{instructions::MarketDepositArgs, state::FeeBeneficiary as TradeBeneficiary};
use modchains_sdk::instruction::{exchange, oracle as instructions};
use solana_instruction::Instruction;

pub(crate) use self::base::traded;
use self::base::{enrolled, referred, registered, with_requests};
use crate::{
    idl::Program,
    registry,
    row::{Build, Row, both},
    staking::{self, governance},
    world::{EPOCH_SECONDS, QUOTE, Side, World, quote, version_args},
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
    /// Whether the payee signs a payout that anybody may send.
    pub is_signed: bool,
}

/// Every instruction of the three programs.
pub fn all() -> Vec<Scenario> {
    let exchange = exchange_builds()
        .into_iter()
        .chain(authority::exchange_builds())
        .chain(registry::builds())
        .map(|build| (Program::Exchange, build));
    let vault = staking::builds().into_iter().chain(governance::builds()).map(|build| (Program::Vault, build));
    let oracle = oracle::builds().into_iter().chain(governance::oracle_builds()).map(|build| (Program::Oracle, build));
    exchange
        .chain(vault)
        .chain(oracle)
        .map(|(program, (name, base, build))| scenario(program, name, base, build))
        .collect()
}

/// The payouts that anybody may send, signed by the payee, who names another account of its own.
pub fn signed() -> Vec<Scenario> {
    let signed = |(name, base, build)| Scenario { is_signed: true, ..scenario(Program::Oracle, name, base, build) };
    oracle::signed_builds().into_iter().map(signed).collect()
}

fn scenario(program: Program, name: &'static str, base: fn() -> World, build: Build) -> Scenario {
    let mut world = base();
    let [instruction, sibling] = build(&mut world);
    Scenario { program, name, world, instruction, sibling, is_signed: false }
}

fn exchange_builds() -> Vec<Row> {
    vec![
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
                world.chain.must(&[instructions::usage_roll(&side.model())]);
            });
            both(|side| exchange::market_sync(&side.model()))
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
        ("referral_close", referred, |_| {
            both(|side| {
                let staker = side.person("staker");
                exchange::referral_close(&staker, &side.model(), &staker)
            })
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
