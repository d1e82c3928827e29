//! Every token account that a program keeps holds exactly what is owed from it, and what was sent there unasked.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::{Contributors, Market, Referral};
use modchains_oracle::state::Service;
use modchains_vault::state::{RevenuePool, Vault};

use super::law::{Law, Sight, Verdict, hold};
use crate::{memory, setup::Setup, shadow_ledger::State};

/// The laws.
pub const LAWS: &[Law] = &[
    Law {
        name: "quote_vault_holds_what_is_owed",
        sentence: "A quote vault holds the reserve, what waits for it, the dues of stakers, creator, contributors, protocol and referrers, and gifts.",
        check: |sight| each(sight, quote_vaults(sight)),
    },
    Law {
        name: "stake_account_holds_every_stake",
        sentence: "A stake account holds what is staked and what cools, and gifts.",
        check: |sight| each(sight, after(sight, owed_by_vault)),
    },
    Law {
        name: "pool_account_holds_all_revenue",
        sentence: "A pool's account holds every atom deposited and not claimed, the treasury, what is granted, and gifts.",
        check: |sight| each(sight, after(sight, owed_by_pool)),
    },
    Law {
        name: "escrow_holds_what_is_owed",
        sentence: "An escrow holds the price of every unsettled request, what is due to requesters, bonds, earnings, accrued fees, and gifts.",
        check: |sight| each(sight, after(sight, owed_by_service)),
    },
];

/// A token account with what is owed from it.
type Owed = (Pubkey, u128);

fn each(sight: &Sight, owed: Vec<Owed>) -> Verdict {
    if sight.seen.result.is_err() {
        return Ok(0);
    }
    for (account, atoms) in &owed {
        let holds = u128::from(sight.setup.atoms(account));
        let before = sight.setup.memory.gifts.get(account).copied().unwrap_or(0);
        let now: u64 = memory::given(sight.seen).iter().filter(|(to, _)| to == account).map(|(_, atoms)| *atoms).sum();
        let swept = memory::swept(sight.seen).contains(account);
        let gifts = if swept { 0 } else { u128::from(before) + u128::from(now) };
        // With a wrong account somebody can be made to pay into it; nobody can be made to take out of it.
        let fits = if sight.seen.corrupted { holds >= atoms + gifts } else { holds == atoms + gifts };
        hold!(fits, "{account} holds {holds}, owes {atoms} and was given {gifts}");
    }
    Ok(owed.len() as u64)
}

/// What a token account holds beyond everything owed from it and given before: what a wrong account brought there.
pub fn surplus(setup: &Setup) -> Vec<(Pubkey, u64)> {
    let ledger = &setup.ledger;
    let mut owed: Vec<Owed> = ledger.markets.keys().filter_map(|market| owed_by_market(setup, market)).collect();
    owed.extend(ledger.vaults.values().map(owed_by_vault));
    owed.extend(ledger.pools.values().map(owed_by_pool));
    owed.extend(ledger.services.values().map(owed_by_service));
    let beyond = owed.into_iter().filter_map(|(account, atoms)| {
        let gifts = setup.memory.gifts.get(&account).copied().unwrap_or(0);
        let beyond = u128::from(setup.atoms(&account)).checked_sub(atoms + u128::from(gifts))?;
        Some((account, u64::try_from(beyond).ok()?)).filter(|(_, atoms)| *atoms > 0)
    });
    beyond.collect()
}

fn quote_vaults(sight: &Sight) -> Vec<Owed> {
    let mut markets: Vec<Pubkey> = sight.seen.changes::<Market>().map(|change| change.address).collect();
    let of_referrals =
        sight.seen.changes::<Referral>().filter_map(|change| Some(change.after.or(change.before)?.market));
    markets.extend(of_referrals);
    markets.sort_unstable();
    markets.dedup();
    markets.iter().filter_map(|market| owed_by_market(sight.setup, market)).collect()
}

/// What a market owes.
pub fn owed_by_market(setup: &Setup, address: &Pubkey) -> Option<Owed> {
    let market = setup.ledger.markets.get(address)?;
    let dues = [
        market.reserve_atoms,
        market.reserve_waiting_atoms,
        market.vault_due_atoms,
        market.creator_due_atoms,
        market.protocol_due_atoms,
    ];
    let mut owed: u128 = dues.into_iter().map(u128::from).sum();
    let referrals = setup.ledger.referrals.values().filter(|referral| referral.market == *address);
    owed += referrals.map(|referral| u128::from(referral.due_atoms)).sum::<u128>();
    let contributors = setup.ledger.contributors.values().filter(|contributors| contributors.model == market.model);
    owed += contributors.map(owed_to_contributors).sum::<u128>();
    Some((market.quote_vault, owed))
}

/// What contributors and their creator are owed already.
pub fn owed_to_contributors(contributors: &Contributors) -> u128 {
    let entries: u128 = contributors.entries.iter().map(|entry| u128::from(entry.owed_atoms)).sum();
    entries + u128::from(contributors.creator_owed_atoms)
}

fn after<T: State>(sight: &Sight, owed: fn(&T) -> Owed) -> Vec<Owed> {
    sight.seen.changes::<T>().filter_map(|change| change.after).map(|state| owed(&state)).collect()
}

fn owed_by_vault(vault: &Vault) -> Owed {
    (vault.stake_tokens, u128::from(vault.staked_atoms) + u128::from(vault.cooling_atoms))
}

fn owed_by_pool(pool: &RevenuePool) -> Owed {
    let parts = [pool.deposited_atoms.wrapping_sub(pool.claimed_atoms), pool.treasury_atoms, pool.granted_atoms];
    (pool.tokens, parts.into_iter().map(u128::from).sum())
}

/// What a service holds in its escrow, by what it is for.
pub fn parts_of_service(service: &Service) -> [u64; 7] {
    [
        service.escrowed_atoms,
        service.bonded_atoms,
        service.earned_atoms,
        service.accrued_vault_atoms,
        service.accrued_creator_atoms,
        service.accrued_reserve_atoms,
        service.accrued_protocol_atoms,
    ]
}

fn owed_by_service(service: &Service) -> Owed {
    (service.escrow, parts_of_service(service).into_iter().map(u128::from).sum())
}
