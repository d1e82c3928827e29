//! Executing what was decided: in its time, once, under the rules it was decided under, and nothing else.

use modchains_core::governance::{EXECUTION_SECONDS, VOTE_SECONDS, VOTING_WINDOW_MAX_SECONDS};
use modchains_oracle::{events::ServiceGoverned, instructions::ServiceConfigureArgs, state::ServiceTerms};
use modchains_sdk::instruction::{governance, oracle};
use modchains_tests::{
    staking::governance::{EXECUTABLE_AFTER_SECONDS, at_once, govern_instruction, grant_action, stream},
    world::{FEE_ATOMS, QUOTE, Side, World, quote, service_terms},
};
use modchains_vault::{
    events::{ProposalExecuted, ReserveDeposited, TreasuryShareChanged},
    instruction as data,
    instructions::ProposalExecuteArgs,
    state::{GrantSchedule, ProposalAction},
};
use solana_instruction::Instruction;

use crate::vault::staking::{SIDE, deposit};

const SHARE: ProposalAction = ProposalAction::TreasuryShare { treasury_bps: 1_000 };
const RESERVE: ProposalAction = ProposalAction::ReserveDeposit { reserve_atoms: QUOTE };
const FEE: ProposalAction = ProposalAction::ServiceFee { fee_atoms: 2 * FEE_ATOMS };

/// One action of each kind.
fn actions() -> [ProposalAction; 5] {
    [ProposalAction::Signal, SHARE, stream(SIDE), RESERVE, FEE]
}

/// The same execution under another hash.
fn under_hash(mut execution: Instruction, payload_sha256: [u8; 32]) -> Instruction {
    execution.data[8..40].copy_from_slice(&payload_sha256);
    execution
}

#[test]
fn nothing_is_executed_early_late_or_twice() {
    let ready = World::governed();
    for action in actions() {
        let mut world = ready.clone();
        let index = world.propose(SIDE, "staker", action);
        let opened = world.proposal(SIDE, index).opened_at_seconds;
        world.vote(SIDE, "staker", index, true);
        let execute = world.execute_instruction(SIDE, index);
        let end = opened + i64::from(VOTE_SECONDS);
        let executable = opened + EXECUTABLE_AFTER_SECONDS;
        for (second, error) in [
            (opened, "VoteRunning"),
            (end - 1, "VoteRunning"),
            (end, "ProposalTimelockRunning"),
            (opened + i64::from(VOTING_WINDOW_MAX_SECONDS), "ProposalTimelockRunning"),
            (executable - 1, "ProposalTimelockRunning"),
            (executable + i64::from(EXECUTION_SECONDS), "ProposalExpired"),
        ] {
            world.chain.set_time(second);
            world.must_refuse(std::slice::from_ref(&execute), error);
        }
        for second in [executable, executable + i64::from(EXECUTION_SECONDS) - 1] {
            let mut world = world.clone();
            world.chain.set_time(second);
            world.must_refuse(&[under_hash(execute.clone(), [7; 32])], "PayloadMismatch");
            let executed: ProposalExecuted = world.chain.must(std::slice::from_ref(&execute)).event();
            assert_eq!((executed.index, executed.at_seconds), (index, second));
            assert_eq!(world.proposal(SIDE, index).executed_at_seconds, second);
            world.must_refuse(std::slice::from_ref(&execute), "ProposalExecutedAlready");
        }
    }
}

#[test]
fn without_quorum_or_majority_nothing_is_executed() {
    let ready = World::governed();
    for action in actions() {
        let mut world = ready.clone();
        let index = world.propose(SIDE, "staker", action);
        world.vote(SIDE, "staker", index, false);
        let execute = world.execute_instruction(SIDE, index);
        world.chain.advance(EXECUTABLE_AFTER_SECONDS);
        world.must_refuse(&[execute], "ProposalRejected");
        let mut world = ready.clone();
        let index = world.propose(SIDE, "staker", action);
        let execute = world.execute_instruction(SIDE, index);
        world.chain.advance(EXECUTABLE_AFTER_SECONDS);
        world.must_refuse(&[execute], "ProposalRejected");
    }
}

#[test]
fn an_approval_does_what_it_says_to_what_it_names() {
    let ready = World::governed();
    let executions: Vec<Instruction> = actions()
        .into_iter()
        .map(|action| {
            let mut world = ready.clone();
            let index = world.propose(SIDE, "staker", action);
            world.execute_instruction(SIDE, index)
        })
        .collect();
    let kinds = [0, 0, 1, 2, 3];
    for (action, kind) in actions().into_iter().zip(kinds) {
        let mut world = ready.clone();
        let index = world.approve(SIDE, action);
        let hash = world.proposal(SIDE, index).payload_sha256;
        for (other, other_kind) in executions.iter().zip(kinds) {
            if other_kind != kind {
                world.must_refuse(&[under_hash(other.clone(), hash)], "ActionMismatch");
            }
        }
    }
    // A grant out of another pool, or the stop of another grant, is something else.
    let mut world = modchains_tests::staking::with_second_pool();
    world.chain.advance(60);
    let index = world.approve(SIDE, at_once(SIDE, 1));
    let mut execute = world.execute_instruction(SIDE, index);
    execute.accounts[3].pubkey = SIDE.further_pool();
    world.must_refuse(&[execute], "ActionMismatch");
}

#[test]
fn a_market_or_a_service_of_another_model_is_refused() {
    let mut world = World::governed();
    let reserve = world.approve(SIDE, RESERVE);
    let mut execute = world.execute_instruction(SIDE, reserve);
    execute.accounts[4].pubkey = Side::B.market();
    execute.accounts[5].pubkey = Side::B.quote_vault();
    world.must_refuse(&[execute], "MarketMismatch");
    let mut world = World::governed();
    let fee = world.approve(SIDE, FEE);
    let mut execute = world.execute_instruction(SIDE, fee);
    execute.accounts[2].pubkey = Side::B.service();
    world.must_refuse(&[execute], "ServiceMismatch");
}

#[test]
fn an_approval_dies_with_the_rules_it_was_given_under() {
    let mut world = World::governed();
    let (trader, model) = (SIDE.person("trader"), SIDE.model());
    let staked = world.position(SIDE, "staker").staked_atoms;
    let open = modchains_sdk::instruction::vault::position_open(&trader, &model);
    world.chain.must(&[open, crate::vault::staking::stake("trader", staked)]);
    world.chain.advance(60);
    // Two proposals, both approved; the first changes the rules.
    let share = world.propose(SIDE, "staker", SHARE);
    let grant = world.propose(SIDE, "trader", stream(SIDE));
    for index in [share, grant] {
        world.vote(SIDE, "staker", index, true);
    }
    let times = |world: &World| {
        let proposal = world.proposal(SIDE, grant);
        (proposal.end_seconds, proposal.timelock_seconds, proposal.state().executable_at_seconds())
    };
    let before = times(&world);
    world.chain.advance(EXECUTABLE_AFTER_SECONDS);
    let changed: TreasuryShareChanged = {
        let execute = world.execute_instruction(SIDE, share);
        world.chain.must(&[execute]).event()
    };
    assert_eq!((changed.treasury_bps_before, changed.treasury_bps_after), (0, 1_000));
    assert_eq!(times(&world), before, "no decision shortens a timelock");
    let stale = world.execute_instruction(SIDE, grant);
    world.must_refuse(&[stale], "RulesChanged");
    world.chain.must(&[governance::proposal_close(&model, grant, &trader)]);
    // Nor can anybody vote on one that is still open.
    let mut world = World::governed();
    let open = modchains_sdk::instruction::vault::position_open(&trader, &model);
    world.chain.must(&[open, crate::vault::staking::stake("trader", staked)]);
    world.chain.advance(60);
    let share = world.approve(SIDE, SHARE);
    let open = world.propose(SIDE, "trader", stream(SIDE));
    let execute = world.execute_instruction(SIDE, share);
    world.chain.must(&[execute]);
    let vote = world.vote_instruction(SIDE, "trader", open, true);
    world.must_refuse(&[vote], "RulesChanged");
}

#[test]
fn a_treasury_share_takes_its_part_of_every_deposit_from_then_on() {
    let mut world = World::governed();
    let before = world.pool(SIDE).treasury_atoms;
    world.chain.must(&[deposit(QUOTE)]);
    assert_eq!(world.pool(SIDE).treasury_atoms, before);
    world.decide(SIDE, SHARE);
    world.chain.must(&[deposit(QUOTE)]);
    assert_eq!(world.pool(SIDE).treasury_atoms, before + QUOTE / 10);
    assert_eq!(world.chain.token_atoms(&SIDE.pool_tokens()), world.pool(SIDE).held_atoms().unwrap());
}

#[test]
fn a_reserve_deposit_lifts_the_backing_by_exactly_what_leaves_the_treasury() {
    let mut world = World::governed();
    let index = world.approve(SIDE, RESERVE);
    let (market, pool, supply) = (world.market(SIDE), world.pool(SIDE), world.supply(&SIDE.mint()));
    let execute = world.execute_instruction(SIDE, index);
    let outcome = world.must_change(
        &[execute],
        &[
            ("proposal", SIDE.proposal(index)),
            ("pool", SIDE.pool()),
            ("pool tokens", SIDE.pool_tokens()),
            ("market", SIDE.market()),
            ("quote vault", SIDE.quote_vault()),
        ],
    );
    let deposited: ReserveDeposited = outcome.event();
    assert_eq!(deposited.treasury_atoms_before - deposited.treasury_atoms_after, QUOTE);
    let (market_after, pool_after) = (world.market(SIDE), world.pool(SIDE));
    assert_eq!(market_after.curve().reserve_atoms, market.curve().reserve_atoms + QUOTE);
    assert_eq!(market_after.curve().circulating_atoms, market.curve().circulating_atoms);
    assert_eq!(world.supply(&SIDE.mint()), supply);
    assert_eq!(pool_after.treasury_atoms, pool.treasury_atoms - QUOTE);
    assert_eq!((pool_after.unstreamed_atoms, pool_after.settled_atoms), (pool.unstreamed_atoms, pool.settled_atoms));
    assert_eq!(world.chain.token_atoms(&SIDE.pool_tokens()), pool_after.held_atoms().unwrap());
}

#[test]
fn nobody_gains_by_trading_around_a_reserve_deposit() {
    let mut world = World::governed();
    let index = world.approve(SIDE, ProposalAction::ReserveDeposit { reserve_atoms: 10 * QUOTE });
    let before = world.quote_atoms(SIDE, "trader");
    let held = world.model_atoms(SIDE, "trader");
    let buy = world.buy_instruction(SIDE, "trader", 50 * QUOTE);
    let execute = world.execute_instruction(SIDE, index);
    world.chain.must(&[buy, execute]);
    let bought = world.model_atoms(SIDE, "trader") - held;
    let sell = world.sell_instruction(SIDE, "trader", bought);
    world.chain.must(&[sell]);
    assert!(world.quote_atoms(SIDE, "trader") < before);
}

#[test]
fn more_than_the_treasury_holds_is_not_spent() {
    let ready = World::governed();
    let too_much = ready.pool(SIDE).treasury_atoms + 1;
    let all = grant_action(SIDE, GrantSchedule::Stream { atoms: too_much, seconds: 1 });
    for action in [ProposalAction::ReserveDeposit { reserve_atoms: too_much }, all] {
        let mut world = ready.clone();
        // What the stakers earn is not the treasury's.
        world.chain.must(&[deposit(QUOTE)]);
        let index = world.approve(SIDE, action);
        let execute = world.execute_instruction(SIDE, index);
        world.must_refuse(std::slice::from_ref(&execute), "TreasuryTooSmall");
        // The approval stands until it expires: once somebody has given what is missing, it is done.
        let args = modchains_vault::instructions::TreasuryDepositArgs { revenue_atoms: 1 };
        let give =
            modchains_sdk::instruction::vault::treasury_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), args);
        world.chain.must(&[give, execute]);
    }
}

#[test]
fn a_service_fee_is_decided_within_a_factor_of_two_and_kept() {
    let ready = World::governed();
    for fee_atoms in [FEE_ATOMS / 2 - 1, 2 * FEE_ATOMS + 1] {
        let mut world = ready.clone();
        let index = world.approve(SIDE, ProposalAction::ServiceFee { fee_atoms });
        let execute = world.execute_instruction(SIDE, index);
        world.must_refuse(&[execute], "ParameterOutOfBounds");
    }
    let mut world = ready;
    let index = world.approve(SIDE, FEE);
    let execute = world.execute_instruction(SIDE, index);
    let outcome = world.must_change(&[execute], &[("proposal", SIDE.proposal(index)), ("service", SIDE.service())]);
    let governed: ServiceGoverned = outcome.event();
    assert_eq!((governed.fee.before_atoms, governed.fee.after_atoms), (FEE_ATOMS, 2 * FEE_ATOMS));
    let configure = |fee_atoms| {
        let terms = ServiceTerms { fee_atoms, ..service_terms() };
        oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, ServiceConfigureArgs { terms, open: true })
    };
    world.must_refuse(&[configure(FEE_ATOMS)], "FeeKept");
    world.chain.must(&[configure(2 * FEE_ATOMS)]);
    world.chain.set_time(governed.kept_until_seconds);
    world.chain.must(&[configure(FEE_ATOMS)]);
}

#[test]
fn only_the_models_vault_governs_its_service() {
    let mut world = World::governed();
    let mut stranger = govern_instruction(SIDE, 2 * FEE_ATOMS);
    stranger.accounts[0].pubkey = SIDE.person("creator");
    world.must_refuse(&[stranger], "ServiceMismatch");
    let mut unsigned = govern_instruction(SIDE, 2 * FEE_ATOMS);
    unsigned.accounts[0].is_signer = false;
    world.must_refuse(&[unsigned], "AccountNotSigner");
    let mut other = govern_instruction(Side::B, 2 * FEE_ATOMS);
    other.accounts[1].pubkey = SIDE.service();
    world.must_refuse(&[other], "ServiceMismatch");
}

#[test]
fn executions_carry_the_hash_first() {
    // What `under_hash` relies on.
    let args = ProposalExecuteArgs { payload_sha256: [9; 32] };
    let data = anchor_lang::InstructionData::data(&data::ProposalExecute { args });
    assert_eq!(data[8..], [9; 32]);
}
