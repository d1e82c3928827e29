//! What stakers did: their stakes, votes, and what their decisions keep.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::{Discriminator, prelude::Pubkey};
use modchains_oracle::{events::ServiceGoverned, state::Service};
use modchains_vault::{
    ID as VAULT,
    instruction::Stake,
    state::{Position, Proposal},
};

use crate::seen::Seen;

/// From the opening of a proposal to the latest end of its vote: six days.
pub const VOTE_SECONDS_MAX: i64 = 6 * 86_400;
/// How long a price that a vote has set is kept: thirty days.
const PRICE_KEPT_SECONDS: i64 = 30 * 86_400;
/// Place of the position among the accounts of a stake.
const STAKE_POSITION: usize = 2;

/// The past of everybody's stakes.
#[derive(Debug, Clone, Default)]
pub struct StakersPast {
    /// Stakes by position, with the second in which each came about, the oldest first.
    stakes: BTreeMap<Pubkey, Vec<(i64, u64)>>,
    /// When something was last added to each position.
    added: BTreeMap<Pubkey, i64>,
    /// Who voted on what: proposals with positions.
    pub ballots: BTreeSet<(Pubkey, Pubkey)>,
    /// Until when a position's stake stays, by the votes that it took part in.
    pub locks: BTreeMap<Pubkey, i64>,
    /// Until when a service keeps the price that a vote has set.
    pub prices_kept: BTreeMap<Pubkey, i64>,
}

impl StakersPast {
    /// The smallest stake that a position had from right before `from` on.
    pub fn smallest_stake(&self, position: &Pubkey, from: i64) -> u64 {
        let Some(stakes) = self.stakes.get(position) else { return 0 };
        let stood = stakes.iter().rev().find(|(at, _)| *at < from).map_or(0, |(_, atoms)| *atoms);
        let later = stakes.iter().filter(|(at, _)| *at >= from).map(|(_, atoms)| *atoms);
        later.min().map_or(stood, |least| least.min(stood))
    }

    /// Whether something was added to a position's stake at `from` or later, for however short a time.
    pub fn has_grown(&self, position: &Pubkey, from: i64) -> bool {
        self.added.get(position).is_some_and(|at| *at >= from)
    }

    /// Remembers an accepted transaction.
    pub fn record(&mut self, seen: &Seen) {
        for change in seen.changes::<Position>() {
            let staked = |position: Option<Position>| position.map_or(0, |position| position.staked_atoms);
            let (before, after) = (staked(change.before), staked(change.after));
            if before != after {
                self.stakes.entry(change.address).or_default().push((seen.now, after));
            }
        }
        let added = seen.calls(VAULT, Stake::DISCRIMINATOR).filter_map(|sent| sent.accounts.get(STAKE_POSITION));
        self.added.extend(added.map(|meta| (meta.pubkey, seen.now)));
        for change in seen.changes::<Proposal>() {
            let Some(after) = change.after else { continue };
            let votes = |proposal: &Proposal| (proposal.for_atoms, proposal.against_atoms);
            let is_new = change.before.is_none();
            if !is_new && change.before.as_ref().map(votes) == Some(votes(&after)) {
                continue;
            }
            let until = after.opened_at_seconds + VOTE_SECONDS_MAX;
            for position in seen.changes::<Position>().map(|position| position.address) {
                let lock = self.locks.entry(position).or_default();
                *lock = (*lock).max(until);
                if !is_new {
                    self.ballots.insert((change.address, position));
                }
            }
        }
        if !seen.events::<ServiceGoverned>().is_empty() {
            let until = seen.now + PRICE_KEPT_SECONDS;
            self.prices_kept.extend(seen.changes::<Service>().map(|service| (service.address, until)));
        }
    }
}
