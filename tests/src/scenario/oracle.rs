//! The oracle's instructions.

use anchor_lang::prelude::Pubkey;
use modchains_core::{fees::SPLIT_TIMELOCK_SECONDS, licence::RATE_WINDOW_SECONDS_MAX};
use modchains_oracle::{
    instructions::{BondDepositArgs, BondWithdrawStartArgs, OperatorRegisterArgs, ServiceConfigureArgs},
    state::{ServiceTerms, UsageSplit},
};
use modchains_sdk::instruction::{Payee, oracle};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::{
    authority,
    base::{vaulted, with_requests},
};
use crate::{
    chain::key,
    row::{Row, both},
    staking::gift,
    world::{
        CHALLENGE_SECONDS, CLAIM_SECONDS, COOLDOWN_SECONDS, EPOCH_SECONDS, QUOTE, Side, WAIT_SECONDS, World,
        claim_instruction, finalize_instruction, post_instruction, quote, request_args, request_instruction,
        service_terms,
    },
};

pub(super) fn builds() -> Vec<Row> {
    let mut rows = authority::oracle_builds();
    rows.extend(operator_builds());
    rows.extend(request_builds());
    rows.extend(service_builds());
    rows
}

fn operator_builds() -> Vec<Row> {
    vec![
        ("operator_register", World::ready, |_| {
            let args = OperatorRegisterArgs { bond_atoms: 2 * QUOTE, cooldown_max_seconds: COOLDOWN_SECONDS };
            both(|side| oracle::operator_register(&side.person("trader"), &side.service(), &quote(), args.clone()))
        }),
        ("bond_deposit", World::ready, |_| {
            both(|side| {
                let args = BondDepositArgs { bond_atoms: QUOTE };
                oracle::bond_deposit(&side.person("operator"), &side.service(), &quote(), args)
            })
        }),
        ("bond_withdraw_start", World::ready, |_| both(bond_withdraw_start)),
        ("bond_withdraw", World::ready, |world| {
            with_requests(world, |world, side| {
                world.chain.must(&[bond_withdraw_start(side)]);
            });
            world.chain.advance(COOLDOWN_SECONDS.into());
            both(|side| oracle::bond_withdraw(&side.person("operator"), &side.service(), &quote()))
        }),
        ("earnings_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            both(|side| oracle::earnings_claim(&side.person("operator"), &side.service(), &quote()))
        }),
        ("operator_close", World::ready, |world| {
            with_requests(world, World::empty_operator);
            both(|side| oracle::operator_close(&side.person("operator"), &side.service()))
        }),
    ]
}

fn bond_withdraw_start(side: Side) -> Instruction {
    let args = BondWithdrawStartArgs { bond_atoms: QUOTE };
    oracle::bond_withdraw_start(&side.person("operator"), &side.service(), args)
}

fn claim_expire(side: Side) -> Instruction {
    oracle::claim_expire(&side.service(), &side.request(1), &side.operator())
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
            both(|side| post_instruction(world, side, 1))
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
                let again = [claim_instruction(world, side, 1), post_instruction(world, side, 1)];
                world.chain.must(&[&[claim_expire(side)], &again[..]].concat());
            });
            world.chain.advance(CHALLENGE_SECONDS.into());
            with_requests(world, |world, side| {
                world.chain.must(&[finalize_instruction(side, 1)]);
            });
            both(|side| oracle::request_close(&side.person("requester"), &side.service(), &side.request(1), &quote()))
        }),
    ]
}

fn service_builds() -> Vec<Row> {
    vec![
        ("service_open", vaulted, |world| both(|side| world.listing(side)[4].clone())),
        ("service_configure", World::ready, |_| {
            both(|side| {
                let args = ServiceConfigureArgs { terms: service_terms(), open: true };
                oracle::service_configure(&side.person("creator"), &side.model(), 1, args)
            })
        }),
        ("service_close", World::ready, |world| {
            // Something lies in the escrow that nobody is owed.
            with_requests(world, |world, side| {
                world.leave_service(side);
                world.chain.must(&[gift(&quote(), &side.person("trader"), side.escrow(), 5)]);
            });
            world.chain.advance(SPLIT_TIMELOCK_SECONDS.into());
            both(|side| {
                let creator = side.person("creator");
                oracle::service_close(&creator, &side.model(), &creator, &quote())
            })
        }),
        ("service_split_apply", World::ready, |world| {
            with_requests(world, |world, side| {
                let UsageSplit { operator_bps, vault_bps, .. } = world.service(side).split;
                let split = UsageSplit {
                    operator_bps: operator_bps + 1,
                    vault_bps: vault_bps - 1,
                    ..world.service(side).split
                };
                let terms = ServiceTerms { split: Some(split), ..service_terms() };
                let args = ServiceConfigureArgs { terms, open: true };
                world.chain.must(&[oracle::service_configure(&side.person("creator"), &side.model(), 1, args)]);
            });
            world.chain.advance(SPLIT_TIMELOCK_SECONDS.into());
            both(|side| oracle::service_split_apply(&side.model()))
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
        ("market_fees_distribute", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            both(|side| oracle::market_fees_distribute(&side.model(), &quote()))
        }),
        ("licence_use_close", World::ready, |world| {
            with_requests(world, World::counted_request);
            world.chain.advance(RATE_WINDOW_SECONDS_MAX.into());
            both(|side| oracle::licence_use_close(&side.person("requester"), &side.model()))
        }),
        ("fees_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            world.enrol(key("treasury").pubkey());
            both(|side| oracle::fees_claim(&side.model(), &quote(), &key("treasury").pubkey()))
        }),
    ]
}

/// An account of the quote mint that a person of a side keeps beside the associated one.
fn second_account(world: &mut World, owner: Pubkey) -> Payee {
    let account = key(&format!("second account of {owner}")).pubkey();
    world.chain.put_tokens(account, quote().program, quote().mint, owner, 0);
    Payee::signing(&owner, &account)
}

pub(super) fn signed_builds() -> Vec<Row> {
    vec![
        ("earnings_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            Side::BOTH.map(|side| {
                let operator = second_account(world, side.person("operator"));
                oracle::earnings_claim(operator, &side.service(), &quote())
            })
        }),
        ("request_refund", World::ready, |world| {
            with_requests(world, |world, side| world.request(side, 1));
            world.chain.advance(WAIT_SECONDS.into());
            Side::BOTH.map(|side| {
                let requester = second_account(world, side.person("requester"));
                oracle::request_refund(&side.service(), &side.request(1), requester, &quote())
            })
        }),
        ("fees_claim", World::ready, |world| {
            with_requests(world, |world, side| world.serve(side, 1));
            let treasury = second_account(world, key("treasury").pubkey());
            both(|side| oracle::fees_claim(&side.model(), &quote(), treasury))
        }),
    ]
}
