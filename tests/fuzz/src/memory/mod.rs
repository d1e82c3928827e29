//! What the accounts do not say: the past, as the fuzzer saw it happen.

mod stakers;

use std::collections::BTreeMap;

use anchor_lang::{Discriminator, prelude::Pubkey};
use modchains_exchange::{
    events::CurveMoved,
    state::{Contributors, Market},
};
use modchains_oracle::state::Service;
use modchains_tests::chain::{TOKEN, TOKEN_2022};
use modchains_vault::{
    ID as VAULT,
    instruction::{RevenueSweep, StakeSweep},
    state::RevenuePool,
};
use solana_account::Account;
use solana_instruction::Instruction;

pub use self::stakers::{StakersPast, VOTE_SECONDS_MAX};
use crate::{
    seen::{BURN, Seen, TRANSFER, Touched},
    traded::traded,
};

/// How long moves are kept: the window in which their steps may add up to a bound.
pub const DAY_SECONDS: i64 = 86_400;

/// A move of a market's curve.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// When.
    pub at_seconds: i64,
    /// Its signed step, parts per million.
    pub step_ppm: i64,
}

/// What one market was and did before.
#[derive(Debug, Clone, Default)]
pub struct MarketPast {
    /// When it opened, unix seconds.
    pub opened_at_seconds: i64,
    /// Circulating supplies with the second each came about, the oldest first.
    pub supplies: Vec<(i64, u64)>,
    /// Moves of the last day, the oldest first.
    pub moves: Vec<Move>,
    /// When the curve last moved.
    pub moved_at_seconds: Option<i64>,
    /// The instructions of the transaction that bought last.
    pub last_buy: Vec<Instruction>,
    /// Its pauses, each from one second up to another, the oldest first.
    pub pauses: Vec<(i64, i64)>,
}

/// Everything remembered.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// By market.
    pub markets: BTreeMap<Pubkey, MarketPast>,
    /// Tokens that nobody is owed, by the token account in which they lie: sent from outside.
    pub gifts: BTreeMap<Pubkey, u64>,
    /// Model tokens that holders destroyed, by mint.
    pub burned: BTreeMap<Pubkey, u64>,
    /// The creators who queued contributors' shares, by the shares' account.
    pub queued_by: BTreeMap<Pubkey, Pubkey>,
    /// How often each pool was touched: each time may leave up to an atom of dust.
    pub settlements: BTreeMap<Pubkey, u64>,
    /// Who paid the rent of each account that a transaction created.
    pub paid_by: BTreeMap<Pubkey, Pubkey>,
    /// The last count of the terms of each service, also after its end.
    pub terms: BTreeMap<Pubkey, u32>,
    /// Stakes and votes.
    pub stakers: StakersPast,
}

impl MarketPast {
    /// The most tokens that circulated in the two epochs before `now`.
    pub fn highest_supply(&self, now: i64, epoch_seconds: u32) -> u64 {
        let since = now - 2 * i64::from(epoch_seconds);
        let stood = self.supplies.iter().rev().find(|(at, _)| *at <= since).map(|(_, supply)| *supply);
        let later = self.supplies.iter().filter(|(at, _)| *at > since).map(|(_, supply)| *supply);
        later.chain(stood).max().unwrap_or(0)
    }

    /// The sum of the steps in one direction of the day before `now`, parts per million.
    pub fn drift_ppm(&self, now: i64, upward: bool) -> i64 {
        let recent = self.moves.iter().filter(|made| made.at_seconds > now - DAY_SECONDS);
        recent.filter(|made| (made.step_ppm > 0) == upward).map(|made| made.step_ppm.abs()).sum()
    }

    /// Its pauses once one until `until_seconds` is ordered at `now`, in place of what is left of the last.
    pub fn paused(&self, until_seconds: i64, now: i64) -> Vec<(i64, i64)> {
        let mut pauses: Vec<_> = self.pauses.iter().map(|(from, until)| (*from, (*until).min(now))).collect();
        pauses.push((now, until_seconds.max(now)));
        pauses.retain(|(from, until)| from < until);
        pauses
    }

    fn forget(&mut self, now: i64, epoch_seconds: u32) {
        self.moves.retain(|made| made.at_seconds > now - DAY_SECONDS);
        let since = now - 2 * i64::from(epoch_seconds);
        let old = self.supplies.iter().filter(|(at, _)| *at <= since).count();
        self.supplies.drain(..old.saturating_sub(1));
    }
}

impl Memory {
    /// Remembers an accepted transaction.
    pub fn record(&mut self, seen: &Seen) {
        for (account, atoms) in given(seen) {
            *self.gifts.entry(account).or_default() += atoms;
        }
        for account in swept(seen) {
            self.gifts.remove(&account);
        }
        for (mint, atoms) in burned(seen) {
            *self.burned.entry(mint).or_default() += atoms;
        }
        for change in seen.changes::<Market>() {
            let Some(market) = change.after else { continue };
            self.record_market(seen, change.address, &market);
        }
        for change in seen.changes::<Contributors>() {
            let pending = |state: Option<Contributors>| state.map_or(0, |shares| shares.pending_at_seconds);
            let is_queued = pending(change.after) > pending(change.before);
            // Whoever signs a transaction that queues shares is the creator; a law sees to that.
            if let Some(creator) = seen.signers.first().filter(|_| is_queued) {
                self.queued_by.insert(change.address, *creator);
            }
        }
        for change in seen.changes::<RevenuePool>() {
            *self.settlements.entry(change.address).or_default() += 1;
        }
        for change in seen.changes::<Service>() {
            let Some(service) = change.after.or(change.before) else { continue };
            self.terms.insert(change.address, service.terms_counter);
            if change.after.is_none() {
                self.gifts.remove(&service.escrow);
            }
        }
        let (created, payer) = rent_paid(seen);
        self.paid_by.extend(created.into_iter().zip(std::iter::repeat(payer)).filter_map(|(new, by)| Some((new, by?))));
        self.stakers.record(seen);
    }

    fn record_market(&mut self, seen: &Seen, address: Pubkey, market: &Market) {
        let past = self.markets.entry(address).or_insert_with(|| MarketPast {
            opened_at_seconds: seen.now,
            supplies: vec![(seen.now, 0)],
            ..MarketPast::default()
        });
        // Supplies that stood only within the transaction count too: the program must have seen them.
        let passing: Vec<_> = traded(seen).into_iter().filter(|trade| trade.market == address).collect();
        past.supplies.extend(passing.iter().map(|trade| (seen.now, trade.after.circulating_atoms)));
        if passing.iter().any(|trade| trade.is_buy) {
            past.last_buy.clone_from(&seen.instructions);
        }
        let (until, after) =
            (market.paused_until_seconds(), seen.kept::<Market>().find(|(found, ..)| *found == address));
        if after.is_some_and(|(_, before, _)| before.paused_until_seconds() != until) {
            past.pauses = past.paused(until, seen.now);
        }
        past.forget(seen.now, market.params.epoch_seconds);
        let moved = seen.events::<CurveMoved>().into_iter().filter(|event| event.market == address);
        for event in moved.filter(|event| event.before != event.after) {
            past.moves.push(Move { at_seconds: seen.now, step_ppm: event.step_ppm.into() });
            past.moved_at_seconds = Some(seen.now);
        }
    }
}

/// Tokens that the transaction sends by plain transfers, by receiver.
pub fn given(seen: &Seen) -> Vec<(Pubkey, u64)> {
    plain(seen, TRANSFER).map(|(accounts, atoms)| (accounts[1], atoms)).collect()
}

/// Token accounts of vaults and pools of which the transaction took in everything that was sent there from outside.
pub fn swept(seen: &Seen) -> Vec<Pubkey> {
    if seen.result.is_err() {
        return Vec::new();
    }
    let place = |tag: &[u8], index: usize| -> Vec<Pubkey> {
        seen.calls(VAULT, tag).filter_map(|sent| Some(sent.accounts.get(index)?.pubkey)).collect()
    };
    [place(RevenueSweep::DISCRIMINATOR, 2), place(StakeSweep::DISCRIMINATOR, 1)].concat()
}

/// The accounts that the transaction created, and who paid for them if that is one.
fn rent_paid(seen: &Seen) -> (Vec<Pubkey>, Option<Pubkey>) {
    let is_new = |account: &&Touched| account.before.is_none() && account.after.is_some();
    let created: Vec<_> = seen.touched.iter().filter(is_new).map(|account| account.address).collect();
    let lamports = |account: &Option<Account>| account.as_ref().map_or(0, |account| account.lamports);
    let mut payers = seen.touched.iter().filter(|account| lamports(&account.after) < lamports(&account.before));
    let first = payers.next().map(|account| account.address);
    (created, first.filter(|_| payers.next().is_none()))
}

/// Tokens that the transaction destroys by plain burns, by mint.
pub fn burned(seen: &Seen) -> Vec<(Pubkey, u64)> {
    plain(seen, BURN).map(|(accounts, atoms)| (accounts[1], atoms)).collect()
}

fn plain(seen: &Seen, tag: u8) -> impl Iterator<Item = (Vec<Pubkey>, u64)> {
    let sent_to_tokens = seen.instructions.iter().filter(|sent| [TOKEN, TOKEN_2022].contains(&sent.program_id));
    sent_to_tokens.filter_map(move |sent| {
        let atoms = sent.data.strip_prefix(&[tag])?.first_chunk::<8>()?;
        let accounts: Vec<Pubkey> = sent.accounts.iter().map(|meta| meta.pubkey).collect();
        (accounts.len() > 2 && seen.result.is_ok()).then(|| (accounts, u64::from_le_bytes(*atoms)))
    })
}
