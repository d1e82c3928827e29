//! What lies behind every episode, because it takes weeks: a model that everybody has left, and a vault whose stakers have
//! decided.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::{MarketTradeArgs, TradeAmount};
use modchains_oracle::{
    instructions::{
        BondWithdrawStartArgs, OperatorRegisterArgs, RequestClaimArgs, ResultPostArgs, ServiceConfigureArgs,
    },
    state::{ServiceTerms, UsageSplit},
};
use modchains_sdk::{
    address,
    instruction::{
        Token,
        exchange::{TradeRoute, market_buy},
        governance::{proposal_close, proposal_execute, proposal_open, proposal_vote},
        oracle::{self, LicenceProof},
        vault::{self, RevenueMints},
    },
};
use modchains_tests::fixture::{register_args, request_args, service_terms};
use modchains_vault::{
    instructions::{ProposalVoteArgs, StakeArgs, TreasuryDepositArgs, UnstakeArgs},
    state::{GrantSchedule, Proposal, ProposalAction, ProposalContent},
};
use solana_instruction::Instruction;

use crate::{
    actions::listing::{QUIET, listed, named},
    setup::Setup,
};

const DAY_SECONDS: i64 = 86_400;
/// From a proposal to the time at which it may be executed: six days of voting and two of waiting.
const DECISION_SECONDS: i64 = 8 * DAY_SECONDS;

/// Of a fee of 14 atoms the protocol gets three, which count as use, and the stakers none.
const FEE_ATOMS: u64 = 14;
const SPLIT: UsageSplit =
    UsageSplit { operator_bps: 5_000, vault_bps: 500, creator_bps: 0, reserve_bps: 2_250, protocol_bps: 2_250 };

/// Lists a model that is used once and left. When episodes begin, its service has been shut for 35 days, has to forget use of
/// three atoms for another twelve and owes the protocol as many; in its vault is nothing but a proposal that was rejected.
pub fn abandon(setup: &mut Setup) {
    let creator = setup.people[6];
    let args = register_args("Abandoned model");
    let model = address::exchange::model(&creator, &args.name);
    let terms = ServiceTerms { fee_atoms: FEE_ATOMS, split: Some(SPLIT), ..service_terms() };
    for instruction in listed(setup, &creator, args, &QUIET, terms) {
        setup.must(vec![instruction]);
    }
    use_once(setup, &model, terms);
    buy_and_stake(setup, &model, &creator, 100_000_000);
    setup.chain.advance(1);
    propose(setup, &model, &creator, ProposalAction::Signal);
    setup.chain.advance(DECISION_SECONDS);
    leave(setup, &model, &creator);
}

/// One request, answered by an operator who leaves; then the creator shuts the service.
fn use_once(setup: &mut Setup, model: &Pubkey, terms: ServiceTerms) {
    let (creator, operator, requester) = (setup.people[6], setup.people[3], setup.people[4]);
    let (service, quote) = (address::oracle::service(model), quote_of(setup, model));
    let seat = OperatorRegisterArgs { bond_atoms: 10_000_000, cooldown_max_seconds: u32::MAX };
    setup.must(vec![oracle::operator_register(&operator, &service, &quote, seat)]);
    let mut order = request_args(0);
    order.terms_counter = setup.ledger.services[&service].terms_counter;
    (order.fee_max_atoms, order.tip_atoms) = (terms.fee_atoms, 0);
    let ask = oracle::request_create(&requester, model, &quote, LicenceProof { is_counted: false }, order);
    setup.must(vec![ask]);
    let (request, created_at_seconds) = (*setup.ledger.requests.keys().next().expect("it is there"), setup.chain.now());
    let claim = RequestClaimArgs { created_at_seconds, land_until_seconds: i64::MAX };
    let result = ResultPostArgs { created_at_seconds, numeric_class: 0, trace_root: [0; 32], output: vec![9] };
    setup.must(vec![oracle::request_claim(&operator, &service, &request, claim)]);
    setup.must(vec![oracle::result_post(&operator, &service, &request, result)]);
    setup.chain.advance(DAY_SECONDS);
    let seat = address::oracle::operator(&service, &operator);
    setup.must(vec![oracle::result_finalize(model, &request, &seat)]);
    setup.must(vec![oracle::request_close(&requester, &service, &request, &quote)]);
    setup.must(vec![oracle::market_fees_distribute(model, &quote)]);
    setup.must(vec![oracle::earnings_claim(&operator, &service, &quote)]);
    let bond_atoms = setup.ledger.operators[&seat].bond_atoms;
    setup.must(vec![oracle::bond_withdraw_start(&operator, &service, BondWithdrawStartArgs { bond_atoms })]);
    let shut = ServiceConfigureArgs { terms: ServiceTerms { split: None, ..terms }, open: false };
    setup.must(vec![oracle::service_configure(&creator, model, 1, shut)]);
    setup.chain.advance(11 * DAY_SECONDS);
    setup.must(vec![oracle::bond_withdraw(&operator, &service, &quote)]);
    setup.must(vec![oracle::operator_close(&operator, &service)]);
}

/// Takes all that `owner` has staked out of a vault.
fn leave(setup: &mut Setup, model: &Pubkey, owner: &Pubkey) {
    let vault = address::vault::vault(model);
    let token_atoms = setup.ledger.positions[&address::vault::position(&vault, owner)].staked_atoms;
    let revenue = RevenueMints { first: quote_of(setup, model).mint, shares: &[] };
    setup.must(vec![vault::unstake(owner, model, revenue, UnstakeArgs { token_atoms })]);
    setup.chain.advance(DAY_SECONDS);
    setup.must(vec![vault::unstake_withdraw(owner, model)]);
}

/// Lets the stakers of the first model decide: a grant runs; that it stops and what the service costs is decided, and may soon
/// be done.
pub fn decide(setup: &mut Setup) {
    let model = address::exchange::model(&setup.people[0], &named(0).name);
    let quote = quote_of(setup, &model);
    let (vault, stakers) = (address::vault::vault(&model), [setup.people[5], setup.people[6], setup.people[7]]);
    for staker in &stakers {
        buy_and_stake(setup, &model, staker, 1_000_000_000);
    }
    let gift = TreasuryDepositArgs { revenue_atoms: 1_000_000_000_000 };
    setup.must(vec![vault::treasury_deposit(&stakers[2], &model, &quote, gift)]);
    setup.chain.advance(1);
    let pool = address::vault::pool(&vault, &quote.mint);
    let schedule = GrantSchedule::Stream { atoms: 300_000_000_000, seconds: 200 * 86_400 };
    let granted = propose(setup, &model, &stakers[0], ProposalAction::Grant { pool, payee: setup.people[1], schedule });
    vote(setup, &model, &granted, &stakers);
    setup.chain.advance(DECISION_SECONDS);
    let decided = setup.ledger.proposals[&granted];
    let execute = proposal_execute(&stakers[0], &model, &decided, &quote, Some(pool)).expect("a known action");
    setup.must(vec![execute]);
    setup.must(vec![proposal_close(&model, decided.index, &decided.proposer)]);
    let grant = address::vault::grant(&granted);
    let stop = propose(setup, &model, &stakers[0], ProposalAction::GrantStop { grant });
    let price = propose(setup, &model, &stakers[1], ProposalAction::ServiceFee { fee_atoms: 60_000_000 });
    vote(setup, &model, &stop, &stakers);
    vote(setup, &model, &price, &stakers);
    setup.chain.advance(DECISION_SECONDS - DAY_SECONDS);
}

fn quote_of(setup: &Setup, model: &Pubkey) -> Token {
    setup.quote(&setup.ledger.vaults[&address::vault::vault(model)].quote_mint)
}

fn buy_and_stake(setup: &mut Setup, model: &Pubkey, owner: &Pubkey, quote_atoms: u64) {
    let quote = quote_of(setup, model);
    let amount = TradeAmount::ExactIn { atoms_in: quote_atoms, min_atoms_out: 0 };
    let args = MarketTradeArgs { amount, terms: crate::actions::open_terms(setup.chain.now()) };
    let route = TradeRoute { referrer: None, launch: false };
    setup.must(vec![market_buy(owner, model, &quote, args, route)]);
    setup.must(vec![vault::position_open(owner, model)]);
    let token_atoms = setup.atoms(&Token::of_model(model).account_of(owner));
    let rules_counter = setup.ledger.vaults[&address::vault::vault(model)].rules_counter;
    let revenue = RevenueMints { first: quote.mint, shares: &[] };
    setup.must(vec![vault::stake(owner, model, revenue, StakeArgs { token_atoms, rules_counter })]);
}

/// Opens a proposal and returns its address.
fn propose(setup: &mut Setup, model: &Pubkey, owner: &Pubkey, action: ProposalAction) -> Pubkey {
    let vault = address::vault::vault(model);
    let last = setup.ledger.vaults[&vault].last_proposal_index;
    let content = ProposalContent { action, text_sha256: [1; 32], uri: "https://models.example/proposal".to_owned() };
    setup.must(vec![proposal_open(owner, model, last, content)]);
    address::vault::proposal(&vault, last + 1)
}

/// All of `voters` vote for a proposal.
fn vote(setup: &mut Setup, model: &Pubkey, proposal: &Pubkey, voters: &[Pubkey]) {
    let Proposal { index, payload_sha256, .. } = setup.ledger.proposals[proposal];
    let args = || ProposalVoteArgs { payload_sha256, is_for: true };
    let votes: Vec<Instruction> = voters.iter().map(|voter| proposal_vote(voter, model, index, args())).collect();
    for vote in votes {
        setup.must(vec![vote]);
    }
}
