//! Operators and their bonds: what must be at stake, what holds it, and when it may leave.

use modchains_oracle::{
    instructions::{BondDepositArgs, BondWithdrawStartArgs, OperatorRegisterArgs, RequestCreateArgs},
    state::Operator,
};
use modchains_sdk::{
    address,
    instruction::{Token, oracle},
};
use modchains_tests::{
    chain::{TOKEN, key},
    world::{
        CHALLENGE_SECONDS, COOLDOWN_SECONDS, FEE_ATOMS, PURSE_ATOMS, QUOTE, Side, World, claim_args, claim_instruction,
        finalize_instruction, oracle_params, post_instruction, quote, request_args, result_args,
    },
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::oracle::requests::{SIDE, create};

fn register(role: &str, bond_atoms: u64) -> Instruction {
    oracle::operator_register(&SIDE.person(role), &quote(), OperatorRegisterArgs { bond_atoms })
}

fn deposit(bond_atoms: u64) -> Instruction {
    let args = BondDepositArgs { bond_atoms };
    oracle::bond_deposit(&SIDE.person("trader"), &SIDE.person("operator"), &quote(), args)
}

fn start_withdrawal(bond_atoms: u64) -> Instruction {
    oracle::bond_withdraw_start(&SIDE.person("operator"), &quote().mint, BondWithdrawStartArgs { bond_atoms })
}

fn withdraw() -> Instruction {
    oracle::bond_withdraw(&SIDE.person("operator"), &quote())
}

/// The operator account of the trader, registered with the smallest bond there is.
fn smallest_operator(world: &mut World) -> Operator {
    world.chain.must(&[register("trader", QUOTE)]);
    world.chain.state(&address::oracle::operator(&SIDE.person("trader"), &quote().mint))
}

/// Claims and answers request 1 as the trader.
fn by_trader(world: &World) -> [Instruction; 2] {
    let (trader, mint, request) = (SIDE.person("trader"), quote().mint, SIDE.request(1));
    [
        oracle::request_claim(&trader, &mint, &SIDE.service(), &request, claim_args(world, SIDE, 1)),
        oracle::result_post(&trader, &mint, &request, result_args()),
    ]
}

#[test]
fn a_bond_below_the_minimum_or_in_another_mint_makes_no_operator() {
    let mut world = World::ready();
    for bond_atoms in [0, 1, QUOTE - 1] {
        world.must_refuse(&[register("trader", bond_atoms)], "BondBelowMinimum");
    }
    let purse = world.quote_atoms(SIDE, "staker");
    world.must_refuse(&[register("staker", purse + 1)], "token: custom program error: 0x1");
    let unlisted = Token { mint: key("unlisted").pubkey(), program: TOKEN };
    world.chain.put_mint(unlisted.mint, TOKEN, 9);
    let trader = SIDE.person("trader");
    world.chain.put_tokens(unlisted.account_of(&trader), TOKEN, unlisted.mint, trader, PURSE_ATOMS);
    let args = OperatorRegisterArgs { bond_atoms: 10 * QUOTE };
    world.must_refuse(&[oracle::operator_register(&trader, &unlisted, args)], "BondMintNotAllowed");
}

#[test]
fn an_authority_has_one_operator_in_a_mint() {
    let mut world = World::ready();
    world.must_refuse(&[register("operator", QUOTE)], "system: custom program error: 0x0");
    let operator = smallest_operator(&mut world);
    assert_eq!((operator.bond_atoms, operator.locked_atoms, operator.earned_atoms), (QUOTE, 0, 0));
    assert_eq!(world.chain.token_atoms(&operator.tokens), QUOTE);
}

#[test]
fn amounts_of_zero_and_beyond_what_is_there_are_refused() {
    let mut world = World::ready();
    let bond = world.operator(SIDE).bond_atoms;
    world.must_refuse(&[deposit(0)], "AmountZero");
    world.must_refuse(&[deposit(u64::MAX)], "AmountTooLarge");
    world.must_refuse(&[start_withdrawal(0)], "AmountZero");
    world.must_refuse(&[start_withdrawal(bond + 1)], "FreeBondTooSmall");
    world.must_refuse(&[start_withdrawal(u64::MAX)], "FreeBondTooSmall");
    world.must_refuse(&[withdraw()], "NoWithdrawalStarted");
    world.must_refuse(&[oracle::earnings_claim(&SIDE.person("operator"), &quote())], "NothingEarned");
}

#[test]
fn a_claim_needs_a_free_bond_for_it() {
    let mut world = World::ready();
    let claim_bond = world.service(SIDE).claim_bond_atoms;
    let bond = world.operator(SIDE).bond_atoms;
    world.request(SIDE, 1);
    world.chain.must(&[start_withdrawal(bond - claim_bond + 1)]);
    world.must_refuse(&[claim_instruction(&world, SIDE, 1)], "FreeBondTooSmall");
    world.chain.must(&[deposit(1), claim_instruction(&world, SIDE, 1)]);
    world.request(SIDE, 2);
    world.must_refuse(&[claim_instruction(&world, SIDE, 2)], "FreeBondTooSmall");
}

#[test]
fn a_result_needs_a_bond_of_what_it_could_cost() {
    let params = oracle_params();
    let by_fee = FEE_ATOMS * u64::from(params.bond_multiple_bps) / 10_000;
    assert!(by_fee < QUOTE, "the minimum is what counts for small requests");
    for (value_at_risk_atoms, needed) in [(0, QUOTE), (QUOTE, QUOTE), (QUOTE + 1, QUOTE + 1), (50 * QUOTE, 50 * QUOTE)]
    {
        let mut world = World::ready();
        let operator = smallest_operator(&mut world);
        world.chain.must(&[create(RequestCreateArgs { value_at_risk_atoms, ..request_args(1) })]);
        assert_eq!(world.request_state(SIDE, 1).result_bond_atoms, needed);
        let [claim, post] = by_trader(&world);
        world.chain.must(&[claim]);
        if needed > operator.bond_atoms {
            world.must_refuse(std::slice::from_ref(&post), "FreeBondTooSmall");
            let args = BondDepositArgs { bond_atoms: needed - operator.bond_atoms };
            let trader = SIDE.person("trader");
            world.chain.must(&[oracle::bond_deposit(&trader, &trader, &quote(), args)]);
        }
        world.chain.must(&[post]);
    }
}

#[test]
fn a_value_at_risk_beyond_all_bonds_is_never_answered() {
    let mut world = World::ready();
    world.chain.must(&[create(RequestCreateArgs { value_at_risk_atoms: u64::MAX, ..request_args(1) })]);
    world.claim(SIDE, 1);
    world.must_refuse(&[post_instruction(SIDE, 1)], "FreeBondTooSmall");
}

#[test]
fn a_locked_bond_cannot_leave_before_the_result_is_final() {
    let mut world = World::ready();
    let bond = world.operator(SIDE).bond_atoms;
    world.answer(SIDE, 1);
    assert_eq!(world.operator(SIDE).locked_atoms, QUOTE);
    world.must_refuse(&[start_withdrawal(bond - QUOTE + 1)], "FreeBondTooSmall");
    world.chain.must(&[start_withdrawal(bond - QUOTE)]);
    world.must_refuse(&[start_withdrawal(1)], "FreeBondTooSmall");
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.must_refuse(&[start_withdrawal(1)], "FreeBondTooSmall");
    world.chain.must(&[finalize_instruction(SIDE, 1), start_withdrawal(QUOTE)]);
}

#[test]
fn a_claimed_requests_bond_cannot_leave_either() {
    let mut world = World::ready();
    let bond = world.operator(SIDE).bond_atoms;
    world.request(SIDE, 1);
    world.claim(SIDE, 1);
    let locked = world.operator(SIDE).locked_atoms;
    assert_eq!(locked, QUOTE / 100);
    world.must_refuse(&[start_withdrawal(bond - locked + 1)], "FreeBondTooSmall");
}

#[test]
fn withdrawn_bond_leaves_after_its_cooldown_and_not_a_second_sooner() {
    let mut world = World::ready();
    let (start, before) = (world.chain.now(), world.quote_atoms(SIDE, "operator"));
    world.must_change(&[start_withdrawal(3 * QUOTE)], &[("operator", SIDE.operator())]);
    let end = start + i64::from(COOLDOWN_SECONDS);
    for early in [start, end - 1] {
        world.chain.set_time(early);
        world.must_refuse(&[withdraw()], "CooldownRunning");
    }
    for late in [end, end + 1] {
        let mut world = world.clone();
        world.chain.set_time(late);
        world.must_change(
            &[withdraw()],
            &[
                ("operator", SIDE.operator()),
                ("operator's tokens", SIDE.operator_tokens()),
                ("authority's account", SIDE.quote_account("operator")),
            ],
        );
        assert_eq!(world.quote_atoms(SIDE, "operator"), before + 3 * QUOTE);
        world.must_refuse(&[withdraw()], "NoWithdrawalStarted");
    }
    // A further withdrawal starts the cooldown of both again.
    world.chain.must(&[start_withdrawal(1)]);
    world.chain.advance(1);
    world.must_refuse(&[withdraw()], "CooldownRunning");
}

#[test]
fn earnings_are_paid_at_once_and_bond_is_not_among_them() {
    let mut world = World::ready();
    for nonce in 1..=2 {
        world.serve(SIDE, nonce);
    }
    let (operator, before) = (world.operator(SIDE), world.quote_atoms(SIDE, "operator"));
    let split = world.service(SIDE).split.operator_bps;
    assert_eq!(operator.earned_atoms, 2 * ((FEE_ATOMS + 1_000) * u64::from(split) / 10_000));
    let claim = oracle::earnings_claim(&SIDE.person("operator"), &quote());
    world.chain.must(std::slice::from_ref(&claim));
    assert_eq!(world.quote_atoms(SIDE, "operator"), before + operator.earned_atoms);
    assert_eq!(world.chain.token_atoms(&SIDE.operator_tokens()), operator.bond_atoms);
    world.must_refuse(&[claim], "NothingEarned");
}

#[test]
fn nobody_moves_the_bond_or_earnings_of_another() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    world.chain.must(&[start_withdrawal(QUOTE)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    let thief = SIDE.person("trader");
    let claims = [oracle::earnings_claim(&SIDE.person("operator"), &quote()), withdraw(), start_withdrawal(QUOTE)];
    for mut claim in claims {
        claim.accounts[0].pubkey = thief;
        world.must_refuse(&[claim], "NotOperatorAuthority");
    }
    // The authority itself cannot send them elsewhere by mistake either.
    for mut claim in [oracle::earnings_claim(&SIDE.person("operator"), &quote()), withdraw()] {
        claim.accounts[3].pubkey = quote().account_of(&thief);
        world.must_refuse(&[claim], "ConstraintTokenOwner");
    }
}

#[test]
fn tokens_sent_to_an_operator_or_escrow_change_no_account_of_ours() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    let (trader, from) = (SIDE.person("trader"), SIDE.quote_account("trader"));
    let transfer = anchor_spl::token::spl_token::instruction::transfer;
    for (label, to) in [("operator's tokens", SIDE.operator_tokens()), ("escrow", SIDE.escrow())] {
        let gift = transfer(&TOKEN, &from, &to, &trader, &[], 5 * QUOTE).unwrap();
        world.must_change(&[gift], &[(label, to), ("trader's account", from)]);
    }
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    let (operator, service) = (world.operator(SIDE), world.service(SIDE));
    let held = operator.bond_atoms + operator.cooling_atoms + operator.earned_atoms;
    assert_eq!(world.chain.token_atoms(&SIDE.operator_tokens()), held + 5 * QUOTE);
    let accrued = service.accrued_vault_atoms
        + service.accrued_creator_atoms
        + service.accrued_reserve_atoms
        + service.accrued_protocol_atoms;
    assert_eq!(world.chain.token_atoms(&SIDE.escrow()), service.escrowed_atoms + accrued + 5 * QUOTE);
}

#[test]
fn an_operator_of_one_side_serves_the_other_with_the_same_bond() {
    let mut world = World::ready();
    world.request(Side::B, 1);
    let (operator, request) = (SIDE.person("operator"), Side::B.request(1));
    let claim = claim_args(&world, Side::B, 1);
    world.chain.must(&[
        oracle::request_claim(&operator, &quote().mint, &Side::B.service(), &request, claim),
        oracle::result_post(&operator, &quote().mint, &request, result_args()),
    ]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    let finalize = oracle::result_finalize(&Side::B.model(), &request, &SIDE.operator(), &quote().program);
    // Paying another operator than the one that answered is refused.
    let mut diverted = finalize.clone();
    for meta in &mut diverted.accounts {
        if meta.pubkey == SIDE.operator() {
            meta.pubkey = Side::B.operator();
        } else if meta.pubkey == SIDE.operator_tokens() {
            meta.pubkey = Side::B.operator_tokens();
        }
    }
    world.must_refuse(&[diverted], "ClaimOfOtherOperator");
    world.chain.must(&[finalize]);
    assert_eq!((world.operator(SIDE).results_final, world.operator(Side::B).results_final), (1, 0));
}
