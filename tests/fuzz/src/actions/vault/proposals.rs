//! Stakers propose, vote and decide; anybody executes.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::{
    address,
    instruction::governance::{proposal_close, proposal_open, proposal_vote},
};
use modchains_vault::{
    instructions::ProposalVoteArgs,
    state::{Grant, GrantMilestone, GrantSchedule, Position, Proposal, ProposalAction, ProposalContent, Vault},
};

use super::choose::position;
use crate::{
    actions::action::{Action, Expect, Plan, expect, short},
    laws::vault::standing::{self, Standing},
    pick::Pick,
    setup::Setup,
};

pub const ACTIONS: &[Action] = &[
    Action { name: "proposal_open", weight: 13, build: open },
    Action { name: "proposal_vote", weight: 60, build: vote },
    Action { name: "proposal_close", weight: 10, build: close },
];

/// Proposals that may be voted on at a time; with more, none would find its quorum.
const VOTES_MAX: usize = 3;
/// Two windows before a proposal: what was added then may not count in its votes.
const UNCERTAIN_SECONDS: i64 = 12 * 86_400;

fn has_proposal(setup: &Setup, position: &Position) -> bool {
    let is_own = |proposal: &Proposal| proposal.vault == position.vault && proposal.proposer == position.owner;
    setup.ledger.proposals.values().any(is_own)
}

fn open(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let least = |vault: &Vault| (u128::from(vault.staked_atoms) * 50).div_ceil(10_000).max(1);
    let weight = |position: &Pubkey| u128::from(setup.memory.stakers.smallest_stake(position, now));
    let running = setup.ledger.proposals.values().filter(|proposal| now < proposal.end_seconds);
    if running.count() >= VOTES_MAX {
        return None;
    }
    // Mostly where enough is staked for a quorum, a 25th of all tokens.
    let can_pass = |vault: &Vault| {
        let supply = setup.market_of(&vault.model).map_or(0, |market| u128::from(market.circulating_atoms));
        u128::from(vault.staked_atoms) * 20 > supply
    };
    let (address, position, vault) = position(setup, pick, |address, position| {
        let vault = setup.ledger.vaults.get(&position.vault);
        let may = vault.is_some_and(|vault| can_pass(vault) && weight(address) >= least(vault));
        may && !has_proposal(setup, position)
    })?;
    let action = action(setup, &position.vault, &vault, pick)?;
    let content = ProposalContent {
        action,
        text_sha256: [pick.below(256) as u8; 32],
        uri: "https://models.example/proposal".repeat(if pick.percent(97) { 1 } else { 4 }),
    };
    let is_long = content.uri.len() > 96;
    let owner = setup.mostly(position.owner, pick);
    let index = vault.last_proposal_index + u64::from(pick.percent(2));
    let what = format!("{} proposes {action:?}", short(&owner));
    let plan = Plan::one(proposal_open(&owner, &vault.model, index, content), what);
    if owner != position.owner {
        return Some(plan);
    }
    let is_in_force = action == ProposalAction::TreasuryShare { treasury_bps: vault.treasury_bps };
    let reasons = [
        (!standing::is_bounded(&action), "it is out of bounds"),
        (is_in_force, "it is so already"),
        (is_long, "the address of its text is too long"),
        (index != vault.last_proposal_index, "it has another number"),
        (has_proposal(setup, &position), "another proposal of the owner exists"),
        (weight(&address) < least(&vault), "the owner has less than half a percent"),
    ];
    let stakers = &setup.memory.stakers;
    let certain = match stakers.has_grown(&address, now) {
        true => stakers.smallest_stake(&address, now - UNCERTAIN_SECONDS),
        false => position.staked_atoms,
    };
    let expect = match expect(&reasons, "the owner has half a percent") {
        Expect::Accepted(_) if u128::from(certain) < least(&vault) => Expect::Either,
        expect => expect,
    };
    Some(Plan { expect, ..plan })
}

/// Something to decide about, mostly within its bounds and the treasury.
pub fn action(setup: &Setup, vault_address: &Pubkey, vault: &Vault, pick: &mut Pick) -> Option<ProposalAction> {
    // A grant that runs on when it can be stopped.
    let later = setup.chain.now() + 10 * 86_400;
    let runs_on = |grant: &Grant| standing::granted_atoms(grant) > standing::released_atoms(grant, later);
    let fits = |grant: &Grant| grant.vault == *vault_address && grant.stopped_at_seconds == 0 && runs_on(grant);
    let running = setup.ledger.grants.iter().find(|(_, grant)| fits(grant));
    if let Some((grant, _)) = running.filter(|_| pick.percent(60)) {
        return Some(ProposalAction::GrantStop { grant: *grant });
    }
    Some(match pick.below(12) {
        0 => ProposalAction::Signal,
        1..=4 => {
            let pools = setup.ledger.pools.iter().filter(|(_, pool)| pool.vault == *vault_address);
            let full = pools.clone().filter(|(_, pool)| pool.treasury_atoms > 0).collect::<Vec<_>>();
            let pools = if full.is_empty() { pools.collect() } else { full };
            let (pool, state) = *pick.one(&pools)?;
            let schedule = schedule(state.treasury_atoms, pick);
            ProposalAction::Grant { pool: *pool, payee: setup.anybody(pick), schedule }
        }
        5 => {
            let grants: Vec<_> = setup.ledger.grants.iter().collect();
            let (grant, _) = *pick.one(&grants)?;
            ProposalAction::GrantStop { grant: *grant }
        }
        6..=8 => {
            let pool = setup.ledger.pools.get(&address::vault::pool(vault_address, &vault.quote_mint))?;
            let part = if pick.percent(90) { pool.treasury_atoms / 2 } else { pick.amount(pool.treasury_atoms) };
            ProposalAction::ReserveDeposit { reserve_atoms: pick.affordable(part) }
        }
        9 => {
            let most = if pick.percent(90) { 5_001 } else { 10_002 };
            ProposalAction::TreasuryShare { treasury_bps: pick.below(most) as u16 }
        }
        _ => {
            let present = setup.ledger.services.get(&address::oracle::service(&vault.model))?.fee_atoms;
            let fee_atoms = match pick.below(8) {
                0 => present.saturating_mul(2).saturating_add(1),
                1 => (present / 2).saturating_sub(1),
                _ => present.div_ceil(2).saturating_add(pick.below(present.saturating_add(1))),
            };
            ProposalAction::ServiceFee { fee_atoms }
        }
    })
}

fn schedule(treasury_atoms: u64, pick: &mut Pick) -> GrantSchedule {
    let most = if pick.percent(80) { treasury_atoms / 3 } else { treasury_atoms.saturating_mul(2) };
    if pick.percent(65) {
        // Most run on when a later vote can stop them.
        let days = 86_400 * (30 + pick.below(200));
        let seconds = if pick.percent(75) { days } else { pick.magnitude(100_000_000) };
        return GrantSchedule::Stream { atoms: pick.affordable(most), seconds: seconds as u32 };
    }
    let mut milestones = [GrantMilestone::default(); 4];
    let (count, mut after_seconds) = (1 + pick.below(4) as usize, pick.below(1_000) as u32);
    for milestone in milestones.iter_mut().take(count) {
        *milestone = GrantMilestone { atoms: pick.affordable(most / 4), after_seconds };
        // Two of the same second are out of order.
        after_seconds += pick.below(25 * 86_400) as u32;
    }
    GrantSchedule::Milestones { milestones }
}

/// A proposal that stands as wished, or now and then any, with its address and its vault.
pub fn proposal(
    setup: &Setup,
    pick: &mut Pick,
    fits: impl Fn(Standing, &Proposal) -> bool,
) -> Option<(Pubkey, Proposal, Vault, Standing)> {
    let careless = pick.percent(4);
    let now = setup.chain.now();
    let here = setup.ledger.proposals.iter().filter_map(|(address, proposal)| {
        let vault = setup.ledger.vaults.get(&proposal.vault)?;
        Some((*address, *proposal, *vault, standing::of(proposal, vault.rules_counter, now)))
    });
    let proposals: Vec<_> = here.filter(|(_, proposal, _, stands)| careless || fits(*stands, proposal)).collect();
    pick.one(&proposals).copied()
}

fn vote(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let now = setup.chain.now();
    let decided = pick.percent(50);
    let (address, proposal, vault, stands) = proposal(setup, pick, |stands, proposal| {
        stands == Standing::Voting && (decided || !standing::is_approved(proposal))
    })?;
    let stakers = &setup.memory.stakers;
    let has_voted = |position: &Pubkey| stakers.ballots.contains(&(address, *position));
    let weight = |position: &Pubkey, since: i64| stakers.smallest_stake(position, since);
    let opened = proposal.opened_at_seconds;
    let may = |address: &Pubkey, position: &Position| position.vault == proposal.vault && !has_voted(address);
    let voters = setup.ledger.positions.iter().filter(|(address, position)| may(address, position));
    let heaviest = voters.map(|(address, _)| weight(address, opened)).max().unwrap_or(0);
    // Mostly those whose votes matter.
    let least = if pick.percent(75) { heaviest / 2 } else { 0 };
    let (position_address, position, _) =
        position(setup, pick, |address, position| may(address, position) && weight(address, opened) > least)?;
    let owner = setup.mostly(position.owner, pick);
    // Some are disputed: whoever votes mostly turns the outcome.
    let favour = match (proposal.index % 3, standing::is_approved(&proposal)) {
        (0, true) => 15,
        (0, false) => 70,
        _ => 90,
    };
    let mut args = ProposalVoteArgs { payload_sha256: proposal.payload_sha256, is_for: pick.percent(favour) };
    let is_swapped = pick.percent(3);
    args.payload_sha256[0] ^= u8::from(is_swapped);
    let what = format!("{} votes {} {}", short(&owner), if args.is_for { "for" } else { "against" }, short(&address));
    let plan = Plan::one(proposal_vote(&owner, &vault.model, proposal.index, args), what);
    if owner != position.owner || position.vault != proposal.vault {
        return Some(plan);
    }
    let reasons = [
        (is_swapped, "it is another payload"),
        (now >= proposal.end_seconds, "the vote has ended"),
        (stands == Standing::Stale, "the rules have changed"),
        (has_voted(&position_address), "it has voted"),
        (weight(&position_address, opened) == 0, "it had no stake before"),
    ];
    let expect = match expect(&reasons, "it had a stake before") {
        // What was added shortly before may not count.
        Expect::Accepted(_) if weight(&position_address, opened - UNCERTAIN_SECONDS) == 0 => Expect::Either,
        expect => expect,
    };
    Some(Plan { expect, ..plan })
}

fn close(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let (address, proposal, vault, stands) = proposal(setup, pick, |stands, _| stands.is_settled())?;
    let proposer = setup.mostly(proposal.proposer, pick);
    let what = format!("the proposal {} is closed", short(&address));
    let plan = Plan::one(proposal_close(&vault.model, proposal.index, &proposer), what);
    let reasons =
        [(proposer != proposal.proposer, "another paid the rent"), (!stands.is_settled(), "it can still be executed")];
    Some(Plan { expect: expect(&reasons, "it is settled"), ..plan })
}
