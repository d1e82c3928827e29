//! Anybody executes what stakers decided.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{address, instruction::governance::proposal_execute};
use modchains_vault::state::{Proposal, ProposalAction, Vault};

use super::proposals::{action, proposal};
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    laws::vault::standing::{self, Standing},
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "proposal_execute", weight: 5, build: |setup, pick| execute(setup, pick, is_of_vault) },
    Action { name: "grant_start", weight: 9, build: |setup, pick| execute(setup, pick, is_grant) },
    Action { name: "grant_stop", weight: 6, build: |setup, pick| execute(setup, pick, is_stop) },
    Action { name: "reserve_deposit", weight: 6, build: |setup, pick| execute(setup, pick, is_reserve) },
    Action { name: "service_fee_set", weight: 5, build: |setup, pick| execute(setup, pick, is_fee) },
];

const fn is_of_vault(action: &ProposalAction) -> bool {
    matches!(action, ProposalAction::Signal | ProposalAction::TreasuryShare { .. })
}

const fn is_grant(action: &ProposalAction) -> bool {
    matches!(action, ProposalAction::Grant { .. })
}

const fn is_stop(action: &ProposalAction) -> bool {
    matches!(action, ProposalAction::GrantStop { .. })
}

const fn is_reserve(action: &ProposalAction) -> bool {
    matches!(action, ProposalAction::ReserveDeposit { .. })
}

const fn is_fee(action: &ProposalAction) -> bool {
    matches!(action, ProposalAction::ServiceFee { .. })
}

/// Whether what was decided can be done now.
fn is_possible(setup: &Setup, proposal: &Proposal, vault: &Vault, action: &ProposalAction) -> bool {
    let treasury = |pool: &Pubkey| {
        let pool = setup.ledger.pools.get(pool).filter(|pool| pool.vault == proposal.vault);
        pool.map_or(0, |pool| u128::from(pool.treasury_atoms))
    };
    match action {
        ProposalAction::Signal => true,
        ProposalAction::TreasuryShare { treasury_bps } => *treasury_bps != vault.treasury_bps,
        ProposalAction::Grant { pool, schedule, .. } => treasury(pool) >= standing::schedule_atoms(schedule),
        ProposalAction::GrantStop { grant } => setup.ledger.grants.get(grant).is_some_and(|grant| {
            let left = standing::granted_atoms(grant) > standing::released_atoms(grant, setup.chain.now());
            grant.vault == proposal.vault && grant.stopped_at_seconds == 0 && left
        }),
        ProposalAction::ReserveDeposit { reserve_atoms } => {
            treasury(&address::vault::pool(&proposal.vault, &vault.quote_mint)) >= u128::from(*reserve_atoms)
        }
        ProposalAction::ServiceFee { fee_atoms } => {
            let service = setup.ledger.services.get(&address::oracle::service(&vault.model));
            service.is_some_and(|service| standing::is_near(service.fee_atoms, *fee_atoms))
        }
    }
}

/// The pool of the grant that a proposal stops.
fn grant_pool(setup: &Setup, action: &ProposalAction) -> Option<Pubkey> {
    match action {
        ProposalAction::GrantStop { grant } => Some(setup.ledger.grants.get(grant)?.pool),
        _ => None,
    }
}

/// Executes a decision of a kind: mostly one whose time has come and that can be done, now and then before its time,
/// twice, with another payload or by the instruction for another action.
fn execute(setup: &Setup, pick: &mut Pick, is_one: fn(&ProposalAction) -> bool) -> Option<Plan> {
    let kind = |proposal: &Proposal| proposal.action().ok().filter(is_one);
    let wished = if pick.percent(15) { Standing::Waiting } else { Standing::Executable };
    let careless = pick.percent(25);
    let (address, found, vault, stands) = proposal(setup, pick, |stands, proposal| {
        let vault = setup.ledger.vaults.get(&proposal.vault).zip(kind(proposal));
        let can_be_done = careless || vault.is_some_and(|(vault, action)| is_possible(setup, proposal, vault, &action));
        stands == wished && can_be_done
    })?;
    let decided = kind(&found)?;
    let mut sent = found;
    let (is_swapped, is_other, is_twice) = (pick.percent(4), pick.percent(5), pick.percent(5));
    sent.payload_sha256[31] ^= u8::from(is_swapped);
    if is_other {
        sent.action = action(setup, &found.vault, &vault, pick)?.to_bytes().ok()?;
    }
    let pool = grant_pool(setup, &ProposalAction::from_bytes(&sent.action).ok()?);
    let pool = pool.or_else(|| setup.ledger.pools.keys().next().copied());
    let (payer, quote) = (setup.anybody(pick), setup.quote(&vault.quote_mint));
    let instruction = proposal_execute(&payer, &vault.model, &sent, &quote, pool).ok()?;
    let reasons = [
        (stands != Standing::Executable, "its time is not now"),
        (is_swapped, "it is another payload"),
        (is_twice, "it is executed once"),
        (!is_other && !is_possible(setup, &found, &vault, &decided), "it cannot be done"),
    ];
    let expect = match expect(&reasons, "it is decided") {
        Expect::Accepted(_) if is_other => Expect::Either,
        expect => expect,
    };
    let what = format!("{} executes {}: {decided:?}", short(&payer), short(&address));
    let instructions = vec![instruction; 1 + usize::from(is_twice)];
    Some(Plan { instructions, expect, what, ..Plan::default() })
}
