//! Operators and their bonds: what must be at stake, what holds it, and when it may leave.

use modchains_oracle::{
    events::OperatorClosed,
    instructions::{
        BondDepositArgs, BondWithdrawStartArgs, ConfigChangeQueueArgs, OperatorRegisterArgs, RequestCreateArgs,
    },
    state::{Operator, OracleParams},
};
use modchains_sdk::{
    address,
    instruction::{Payee, Token, oracle, token},
};
use modchains_tests::{
    chain::{TOKEN, key},
    world::{
        CHALLENGE_SECONDS, COOLDOWN_SECONDS, FEE_ATOMS, PURSE_ATOMS, QUOTE, Side, TIMELOCK_SECONDS, World, claim_args,
        claim_instruction, finalize_instruction, oracle_params, post_instruction, quote, request_args, result_args,
    },
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::oracle::requests::{SIDE, create};

fn register_args(bond_atoms: u64) -> OperatorRegisterArgs {
    OperatorRegisterArgs { bond_atoms, cooldown_max_seconds: COOLDOWN_SECONDS }
}

fn register(role: &str, bond_atoms: u64) -> Instruction {
    oracle::operator_register(&SIDE.person(role), &SIDE.service(), &quote(), register_args(bond_atoms))
}

fn deposit(bond_atoms: u64) -> Instruction {
    let args = BondDepositArgs { bond_atoms };
    oracle::bond_deposit(&SIDE.person("operator"), &SIDE.service(), &quote(), args)
}

fn start_withdrawal(bond_atoms: u64) -> Instruction {
    oracle::bond_withdraw_start(&SIDE.person("operator"), &SIDE.service(), BondWithdrawStartArgs { bond_atoms })
}

fn withdraw() -> Instruction {
    oracle::bond_withdraw(&SIDE.person("operator"), &SIDE.service(), &quote())
}

fn claim_earnings() -> Instruction {
    oracle::earnings_claim(&SIDE.person("operator"), &SIDE.service(), &quote())
}

fn close() -> Instruction {
    oracle::operator_close(&SIDE.person("operator"), &SIDE.service())
}

/// The operator account of the trader, registered with the smallest bond there is.
fn smallest_operator(world: &mut World) -> Operator {
    world.chain.must(&[register("trader", QUOTE)]);
    world.chain.state(&address::oracle::operator(&SIDE.service(), &SIDE.person("trader")))
}

/// Claims and answers request 1 as the trader.
fn by_trader(world: &World) -> [Instruction; 2] {
    let (trader, service, request) = (SIDE.person("trader"), SIDE.service(), SIDE.request(1));
    [
        oracle::request_claim(&trader, &service, &request, claim_args(world, SIDE, 1)),
        oracle::result_post(&trader, &service, &request, result_args(world, SIDE, 1)),
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
    let other = Token { mint: key("unlisted").pubkey(), program: TOKEN };
    world.chain.put_mint(other.mint, TOKEN, 9);
    let trader = SIDE.person("trader");
    world.chain.put_tokens(other.account_of(&trader), TOKEN, other.mint, trader, PURSE_ATOMS);
    let args = register_args(10 * QUOTE);
    let register = oracle::operator_register(&trader, &SIDE.service(), &other, args);
    world.must_refuse(&[register], "token: custom program error: 0x3");
}

#[test]
fn an_authority_has_one_seat_at_a_service_whose_bond_lies_in_the_escrow() {
    let mut world = World::ready();
    world.must_refuse(&[register("operator", QUOTE)], "system: custom program error: 0x0");
    let (trader, before) = (SIDE.person("trader"), world.service(SIDE));
    let seat = address::oracle::operator(&SIDE.service(), &trader);
    world.must_change(
        &[register("trader", QUOTE)],
        &[
            ("operator", seat),
            ("service", SIDE.service()),
            ("escrow", SIDE.escrow()),
            ("trader", trader),
            ("trader's account", SIDE.quote_account("trader")),
        ],
    );
    let operator: Operator = world.chain.state(&seat);
    assert_eq!((operator.bond_atoms, operator.locked_atoms, operator.earned_atoms), (QUOTE, 0, 0));
    assert_eq!((operator.service, operator.cooldown_seconds), (SIDE.service(), COOLDOWN_SECONDS));
    let service = world.service(SIDE);
    assert_eq!(service.bonded_atoms, before.bonded_atoms + QUOTE);
    assert_eq!(world.chain.token_atoms(&SIDE.escrow()), service.held_atoms);
}

#[test]
fn a_cooldown_is_the_one_that_the_operator_registered_under() {
    let mut world = World::ready();
    let longer = OracleParams { cooldown_seconds: 30 * 86_400, ..oracle_params() };
    let admin = key("admin").pubkey();
    world.chain.must(&[oracle::config_change_queue(&admin, ConfigChangeQueueArgs { params: longer })]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.chain.must(&[oracle::config_change_apply(), start_withdrawal(QUOTE)]);
    assert_eq!(world.operator(SIDE).cooling_until_seconds, world.chain.now() + i64::from(COOLDOWN_SECONDS));
    // Nor does one that looked at the shorter cooldown register under the longer.
    world.must_refuse(&[register("trader", QUOTE)], "CooldownAboveLimit");
    let register = |cooldown_max_seconds| {
        let args = OperatorRegisterArgs { cooldown_max_seconds, ..register_args(QUOTE) };
        oracle::operator_register(&SIDE.person("trader"), &SIDE.service(), &quote(), args)
    };
    world.must_refuse(&[register(30 * 86_400 - 1)], "CooldownAboveLimit");
    world.chain.must(&[register(30 * 86_400)]);
    let seat = address::oracle::operator(&SIDE.service(), &SIDE.person("trader"));
    assert_eq!(world.chain.state::<Operator>(&seat).cooldown_seconds, 30 * 86_400);
}

#[test]
fn nobody_else_adds_the_atom_that_would_have_to_cool_before_an_operator_could_close() {
    let mut world = World::ready();
    world.empty_operator(SIDE);
    let trader = SIDE.person("trader");
    let mut by_stranger = deposit(1);
    (by_stranger.accounts[0].pubkey, by_stranger.accounts[1].pubkey) = (trader, quote().account_of(&trader));
    world.must_refuse(&[by_stranger], "NotOperatorAuthority");
    world.chain.must(&[close()]);
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
    world.must_refuse(&[claim_earnings()], "NothingEarned");
}

#[test]
fn a_claim_needs_the_free_bond_of_its_result() {
    let mut world = World::ready();
    let bond = world.operator(SIDE).bond_atoms;
    world.request(SIDE, 1);
    world.chain.must(&[start_withdrawal(bond - QUOTE + 1)]);
    world.must_refuse(&[claim_instruction(&world, SIDE, 1)], "FreeBondTooSmall");
    world.chain.must(&[deposit(1), claim_instruction(&world, SIDE, 1)]);
    world.request(SIDE, 2);
    world.must_refuse(&[claim_instruction(&world, SIDE, 2)], "FreeBondTooSmall");
    // What was claimed can be kept, whatever else happens.
    world.must_refuse(&[start_withdrawal(1)], "FreeBondTooSmall");
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
}

#[test]
fn a_claim_needs_a_bond_of_what_its_result_could_cost() {
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
        if needed > operator.bond_atoms {
            world.must_refuse(std::slice::from_ref(&claim), "FreeBondTooSmall");
            let args = BondDepositArgs { bond_atoms: needed - operator.bond_atoms };
            let trader = SIDE.person("trader");
            world.chain.must(&[oracle::bond_deposit(&trader, &SIDE.service(), &quote(), args)]);
        }
        world.chain.must(&[claim]);
        let seat = address::oracle::operator(&SIDE.service(), &SIDE.person("trader"));
        assert_eq!(world.chain.state::<Operator>(&seat).locked_atoms, needed);
        world.chain.must(&[post]);
        assert_eq!(world.chain.state::<Operator>(&seat).locked_atoms, needed);
    }
}

#[test]
fn a_value_at_risk_beyond_all_bonds_costs_nobody_a_claim_bond() {
    let mut world = World::ready();
    world.chain.must(&[create(RequestCreateArgs { value_at_risk_atoms: u64::MAX, ..request_args(1) })]);
    world.must_refuse(&[claim_instruction(&world, SIDE, 1)], "FreeBondTooSmall");
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
    assert_eq!(locked, QUOTE);
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
                ("service", SIDE.service()),
                ("escrow", SIDE.escrow()),
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
    world.must_change(
        &[claim_earnings()],
        &[
            ("operator", SIDE.operator()),
            ("service", SIDE.service()),
            ("escrow", SIDE.escrow()),
            ("authority's account", SIDE.quote_account("operator")),
        ],
    );
    assert_eq!(world.quote_atoms(SIDE, "operator"), before + operator.earned_atoms);
    let service = world.service(SIDE);
    assert_eq!((service.bonded_atoms, service.earned_atoms), (operator.bond_atoms, 0));
    world.must_refuse(&[claim_earnings()], "NothingEarned");
}

#[test]
fn nobody_moves_the_bond_of_another() {
    let mut world = World::ready();
    world.chain.must(&[start_withdrawal(QUOTE)]);
    world.chain.advance(COOLDOWN_SECONDS.into());
    let thief = SIDE.person("trader");
    for mut claim in [withdraw(), start_withdrawal(QUOTE), close()] {
        claim.accounts[0].pubkey = thief;
        world.must_refuse(&[claim], "NotOperatorAuthority");
    }
    // The authority itself cannot send it elsewhere by mistake either.
    let mut astray = withdraw();
    astray.accounts[4].pubkey = quote().account_of(&thief);
    world.must_refuse(&[astray], "ConstraintTokenOwner");
}

#[test]
fn anybody_has_earnings_paid_to_the_authoritys_associated_account_and_only_it_chooses_another() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    let (authority, thief, chosen) = (SIDE.person("operator"), SIDE.person("trader"), key("chosen account").pubkey());
    world.chain.put_tokens(chosen, quote().program, quote().mint, authority, 0);
    let to_chosen = oracle::earnings_claim(Payee::signing(&authority, &chosen), &SIDE.service(), &quote());
    let mut by_thief = to_chosen.clone();
    by_thief.accounts[0].pubkey = thief;
    world.must_refuse(&[by_thief], "NotOperatorAuthority");
    let mut by_nobody = to_chosen.clone();
    by_nobody.accounts[0] = claim_earnings().accounts[0].clone();
    world.must_refuse(&[by_nobody], "AccountNotAssociatedTokenAccount");
    let mut astray = claim_earnings();
    astray.accounts[4].pubkey = quote().account_of(&thief);
    world.must_refuse(&[astray], "ConstraintTokenOwner");
    let earned = world.operator(SIDE).earned_atoms;
    world.chain.must(&[to_chosen]);
    assert_eq!(world.chain.token_atoms(&chosen), earned);
    assert!(claim_earnings().accounts.iter().all(|meta| !meta.is_signer));
}

#[test]
fn tokens_sent_to_an_escrow_change_no_account_of_ours() {
    let mut world = World::ready();
    world.answer(SIDE, 1);
    let (trader, from) = (SIDE.person("trader"), SIDE.quote_account("trader"));
    let transfer = anchor_spl::token::spl_token::instruction::transfer;
    let gift = transfer(&TOKEN, &from, &SIDE.escrow(), &trader, &[], 5 * QUOTE).unwrap();
    world.must_change(&[gift], &[("escrow", SIDE.escrow()), ("trader's account", from)]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    let (operator, service) = (world.operator(SIDE), world.service(SIDE));
    assert_eq!(service.bonded_atoms, operator.bond_atoms + operator.cooling_atoms);
    assert_eq!(service.earned_atoms, operator.earned_atoms);
    assert_eq!(world.chain.token_atoms(&SIDE.escrow()), service.held_atoms + 5 * QUOTE);
}

#[test]
fn a_seat_at_one_service_is_none_at_another() {
    let mut world = World::ready();
    world.request(Side::B, 1);
    let (operator, request) = (SIDE.person("operator"), Side::B.request(1));
    let claim = claim_args(&world, Side::B, 1);
    let foreign = oracle::request_claim(&operator, &SIDE.service(), &request, claim);
    world.must_refuse(&[foreign], "OperatorOfOtherService");
    // Nor is one operator's result another's.
    world.claim(Side::B, 1);
    world.chain.must(&[post_instruction(&world, Side::B, 1)]);
    world.chain.advance(CHALLENGE_SECONDS.into());
    let finalize = oracle::result_finalize(&Side::B.model(), &request, &Side::B.operator());
    let diverted = oracle::result_finalize(&Side::B.model(), &request, &SIDE.operator());
    world.must_refuse(&[diverted], "ClaimOfOtherOperator");
    world.chain.must(&[finalize]);
    assert_eq!((world.operator(SIDE).results_final, world.operator(Side::B).results_final), (0, 1));
}

#[test]
fn an_operator_closes_when_nothing_of_its_own_is_left() {
    let mut world = World::ready();
    let lamports = |world: &World| world.chain.raw(&SIDE.person("operator")).unwrap().lamports;
    world.must_refuse(&[close()], "OperatorNotEmpty");
    world.serve(SIDE, 1);
    let bond_atoms = world.operator(SIDE).bond_atoms;
    world.chain.must(&[start_withdrawal(bond_atoms)]);
    world.must_refuse(&[close()], "OperatorNotEmpty");
    world.chain.advance(COOLDOWN_SECONDS.into());
    world.chain.must(&[withdraw()]);
    world.must_refuse(&[close()], "OperatorNotEmpty");
    world.chain.must(&[claim_earnings()]);
    let (before, rent) = (lamports(&world), world.chain.raw(&SIDE.operator()).unwrap().lamports);
    // In the transaction that closes it nobody can use it again.
    let revive = token::transfer_sol(&SIDE.person("operator"), &SIDE.operator(), QUOTE);
    world.must_refuse(&[close(), revive, deposit(1)], "AccountOwnedByWrongProgram");
    let changed = [("operator", SIDE.operator()), ("authority", SIDE.person("operator")), ("service", SIDE.service())];
    let event: OperatorClosed = world.must_change(&[close()], &changed).event();
    assert_eq!((event.service, event.results_final), (SIDE.service(), 1));
    assert_eq!(lamports(&world), before + rent);
    assert!(world.chain.raw(&SIDE.operator()).is_none());
    world.chain.must(&[register("operator", QUOTE)]);
    assert_eq!(world.operator(SIDE).results_final, 0);
}
