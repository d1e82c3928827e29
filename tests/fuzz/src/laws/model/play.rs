//! What a transaction does to markets, by the model.

use std::collections::BTreeMap;

use anchor_lang::{AnchorDeserialize, Discriminator, prelude::Pubkey};
use bytemuck::Zeroable;
use modchains_exchange::{
    ID as EXCHANGE, instruction as exchange,
    instructions::{MarketDepositArgs, MarketOpenArgs},
    state::{ExchangeConfig, FeeBeneficiary, Market, MarketTradeArgs, Model, TradeAmount},
};
use modchains_oracle::{
    ID as ORACLE, instruction as oracle,
    state::{Request, Service, Usage},
};
use modchains_test_model as model;
use modchains_vault::{
    ID as VAULT, instruction as vault,
    state::{Proposal, ProposalAction},
};
use solana_instruction::Instruction;

use super::account::{OPENING_WORD, RUNNING_WORD, model_of, terms_of};
use crate::{laws::law::Sight, shadow_ledger::State};

/// Places of a trade's accounts.
const TRADER: usize = 0;
const REFERRAL: usize = 8;
const INSTRUCTIONS_SYSVAR: usize = 9;

/// What came of it.
#[derive(Default)]
pub struct Played {
    /// The markets that the transaction names, with those that it opens.
    pub markets: BTreeMap<Pubkey, model::Market>,
    /// The accounts they began as: where a market opens, with what is fixed there.
    pub before: BTreeMap<Pubkey, Market>,
    /// Trades in their order.
    pub trades: Vec<(Pubkey, model::Trade)>,
    /// Syncs in their order.
    pub syncs: Vec<(Pubkey, model::Synced)>,
    /// Instructions that act on markets.
    pub operations: u64,
    /// Why the model refuses the transaction.
    pub refusal: Option<model::Refusal>,
}

/// Plays the transaction up to its end or its first refusal. None when something that it needs to know is not there, as
/// with a wrong account.
pub fn play(sight: &Sight) -> Option<Played> {
    let mut played = Played::default();
    for change in sight.seen.changes::<Market>() {
        if let Some(before) = change.before {
            played.markets.insert(change.address, model_of(&before));
            played.before.insert(change.address, before);
        }
    }
    for sent in &sight.seen.instructions {
        let done = if sent.program_id == EXCHANGE {
            played.exchange(sight, sent)?
        } else if sent.program_id == ORACLE && sent.data.starts_with(oracle::MarketFeesDistribute::DISCRIMINATOR) {
            played.distribute(sight, sent)?
        } else if sent.program_id == VAULT && sent.data.starts_with(vault::ReserveDeposit::DISCRIMINATOR) {
            played.decided(sight, sent)?
        } else {
            Ok(())
        };
        if let Err(refusal) = done {
            played.refusal = Some(refusal);
            break;
        }
    }
    Some(played)
}

/// What an instruction came to; none when it cannot be told.
type Done = Option<Result<(), model::Refusal>>;

/// The account of type `T` that the instruction names first, as it was before the transaction, or after it.
fn named<T: State>(sight: &Sight, sent: &Instruction, is_after: bool) -> Option<T> {
    sent.accounts.iter().find_map(|meta| {
        let touched = sight.seen.touched.iter().find(|account| account.address == meta.pubkey)?;
        T::of(if is_after { touched.after.as_ref()? } else { touched.before.as_ref()? })
    })
}

impl Played {
    fn exchange(&mut self, sight: &Sight, sent: &Instruction) -> Done {
        let arguments = sent.data.get(8..)?;
        let is = |tag: &[u8]| sent.data.starts_with(tag);
        if is(exchange::MarketOpen::DISCRIMINATOR) {
            return self.open(sight, sent, MarketOpenArgs::deserialize(&mut &arguments[..]).ok()?);
        }
        let Some(address) = sent.accounts.iter().map(|meta| meta.pubkey).find(|key| self.markets.contains_key(key))
        else {
            return Some(Ok(()));
        };
        let now = i128::from(sight.seen.now);
        self.operations += 1;
        for (is_buy, tag) in [(true, exchange::MarketBuy::DISCRIMINATOR), (false, exchange::MarketSell::DISCRIMINATOR)]
        {
            if is(tag) {
                let order = self.order(sight, sent, address, is_buy)?;
                let traded = self.markets.get_mut(&address)?.trade(&order, now);
                return Some(traded.map(|trade| self.trades.push((address, trade))));
            }
        }
        if is(exchange::MarketSync::DISCRIMINATOR) {
            let usage: Usage = named(sight, sent, true)?;
            let service: Service = named(sight, sent, false)?;
            let signal = model::Signal {
                net: usage.paid_net_atoms.into(),
                due: service.accrued_reserve_atoms.into(),
                rolled_at: usage.rolled_at_seconds.into(),
            };
            let synced = self.markets.get_mut(&address)?.sync(&signal, now);
            return Some(synced.map(|synced| self.syncs.push((address, synced))));
        }
        let market = self.markets.get_mut(&address)?;
        if is(exchange::MarketDeposit::DISCRIMINATOR) {
            let args = MarketDepositArgs::deserialize(&mut &arguments[..]).ok()?;
            let parts = [args.reserve_atoms, args.creator_atoms, args.split_atoms].map(u128::from);
            return Some(match parts.into_iter().sum::<u128>() {
                0 => Err(model::Refusal::AmountZero),
                total if total > u128::from(u64::MAX) => Err(model::Refusal::Overflow),
                _ => market.deposit(parts[0], parts[1], parts[2]),
            });
        }
        if is(exchange::ContentMint::DISCRIMINATOR) {
            let (of_model, request): (Model, Request) = (named(sight, sent, false)?, named(sight, sent, false)?);
            let fee = of_model.content_fee_atoms.min(request.content_fee_atoms);
            return Some(market.deposit(0, 0, fee.into()));
        }
        if is(exchange::MarketPause::DISCRIMINATOR) {
            market.terms.paused_until = i64::deserialize(&mut &arguments[..]).ok()?.into();
        } else if is(exchange::FeesDistribute::DISCRIMINATOR) {
            market.vault_due = 0;
        } else if is(exchange::ContributorClaim::DISCRIMINATOR) || is(exchange::ContributorsApply::DISCRIMINATOR) {
            market.creator_due = 0;
        } else if is(exchange::FeesClaim::DISCRIMINATOR) {
            match FeeBeneficiary::deserialize(&mut &arguments[..]).ok()? {
                FeeBeneficiary::Creator => market.creator_due = 0,
                FeeBeneficiary::Protocol => market.protocol_due = 0,
            }
        } else {
            self.operations -= 1;
        }
        Some(Ok(()))
    }

    /// What a service pays into its market on the way of its fees.
    fn distribute(&mut self, sight: &Sight, sent: &Instruction) -> Done {
        let service: Service = named(sight, sent, false)?;
        let market = self.markets.get_mut(&service.market)?;
        let (reserve, creator) = (service.accrued_reserve_atoms, service.accrued_creator_atoms);
        if reserve > 0 || creator > 0 {
            self.operations += 1;
            return Some(market.deposit(reserve.into(), creator.into(), 0));
        }
        Some(Ok(()))
    }

    /// What stakers have decided to pay into the reserve.
    fn decided(&mut self, sight: &Sight, sent: &Instruction) -> Done {
        let proposal: Proposal = named(sight, sent, false)?;
        let ProposalAction::ReserveDeposit { reserve_atoms } = proposal.action().ok()? else { return None };
        let address = sent.accounts.iter().map(|meta| meta.pubkey).find(|key| self.markets.contains_key(key))?;
        self.operations += 1;
        Some(self.markets.get_mut(&address)?.deposit(reserve_atoms.into(), 0, 0))
    }

    fn open(&mut self, sight: &Sight, sent: &Instruction, args: MarketOpenArgs) -> Done {
        let config: ExchangeConfig = named(sight, sent, false)?;
        // Keys and bump of the new account are not the model's business.
        let (address, new) = sight.seen.changes::<Market>().find_map(|change| Some((change.address, change.after?)))?;
        let opened = Market {
            model: new.model,
            mint: new.mint,
            quote_mint: new.quote_mint,
            quote_vault: new.quote_vault,
            bump: new.bump,
            params: config.params,
            depth_opening_atoms: args.depth_atoms,
            launch_fee_bps: args.launch.fee_max_bps,
            launch_seconds: args.launch.duration_seconds,
            launch_cap_ppm: args.launch.cap_ppm,
            opened_at_seconds: sight.seen.now,
            ..Market::zeroed()
        };
        self.operations += 1;
        let market = model::Market::open(terms_of(&opened), args.virtual_atoms.into(), OPENING_WORD);
        Some(market.map(|market| {
            self.markets.insert(address, market);
            self.before.insert(address, opened);
        }))
    }

    fn order(&self, sight: &Sight, sent: &Instruction, address: Pubkey, is_buy: bool) -> Option<model::Order> {
        let args = MarketTradeArgs::deserialize(&mut sent.data.get(8..)?).ok()?;
        let (is_exact_in, atoms, limit) = match args.amount {
            TradeAmount::ExactIn { atoms_in, min_atoms_out } => (true, atoms_in, min_atoms_out),
            TradeAmount::ExactOut { atoms_out, max_atoms_in } => (false, atoms_out, max_atoms_in),
        };
        // An account that is left out is named as the program.
        let is_given = |place: usize| sent.accounts.get(place).is_some_and(|meta| meta.pubkey != EXCHANGE);
        let words = is_given(INSTRUCTIONS_SYSVAR).then(|| self.words(sight, sent, address));
        Some(model::Order {
            is_buy,
            is_exact_in,
            atoms: atoms.into(),
            limit: limit.into(),
            deadline: args.terms.deadline_seconds.into(),
            max_epoch: args.terms.max_epoch.into(),
            has_referrer: is_given(REFERRAL),
            transaction: if words.is_some() { words? } else { None },
        })
    }

    /// The words of the transaction: what it is told by, and that together with the trader.
    fn words(&self, sight: &Sight, sent: &Instruction, address: Pubkey) -> Option<(u64, u64)> {
        let before = self.before.get(&address)?;
        let remembered = sight.setup.memory.markets.get(&address);
        // Transactions of the same instructions count as one.
        let is_repeated = remembered.is_some_and(|past| past.last_buy == sight.seen.instructions);
        let word = if is_repeated { before.launch_transaction } else { RUNNING_WORD };
        let creator = sight.setup.ledger.models.get(&before.model).map(|model| model.creator);
        let by_creator = sent.accounts.get(TRADER).map(|meta| meta.pubkey) == creator;
        let is_opening = self.markets.get(&address)?.launch_word == OPENING_WORD;
        Some((word, if is_opening && by_creator { OPENING_WORD } else { 0 }))
    }
}
