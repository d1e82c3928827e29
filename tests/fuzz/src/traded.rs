//! Trades and orders of a transaction, as its events and instructions tell them.

use anchor_lang::{AnchorDeserialize, Discriminator, prelude::Pubkey};
use modchains_exchange::{
    events::{CurveState, TokensBought, TokensSold, TradeFee},
    instruction::{MarketBuy, MarketSell},
    state::{Market, MarketTradeArgs},
};

use crate::seen::{Seen, decode};

/// A trade, whichever way.
#[derive(Debug, Clone, Copy)]
pub struct Traded {
    /// Whether tokens were bought.
    pub is_buy: bool,
    /// Where.
    pub market: Pubkey,
    /// By whom.
    pub trader: Pubkey,
    /// Who gets the referrer's leg.
    pub referrer: Pubkey,
    /// Paid by a buyer, fee included; paid to a seller, fee deducted.
    pub quote: u64,
    /// Minted or burned.
    pub tokens: u64,
    /// What a buyer paid above the curve's own price.
    pub spread: u64,
    /// The fee's legs.
    pub fee: TradeFee,
    /// The fee's rate.
    pub fee_bps: u64,
    /// The parameters' epoch.
    pub parameter_epoch: u64,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When.
    pub at_seconds: i64,
}

impl Traded {
    fn bought(event: &TokensBought) -> Self {
        Self {
            is_buy: true,
            market: event.market,
            trader: event.trader,
            referrer: event.referrer,
            quote: event.quote_atoms_in,
            tokens: event.token_atoms_out,
            spread: event.spread_atoms,
            fee: event.fee,
            fee_bps: event.fee_bps,
            parameter_epoch: event.parameter_epoch,
            before: event.before,
            after: event.after,
            at_seconds: event.at_seconds,
        }
    }

    fn sold(event: &TokensSold) -> Self {
        Self {
            is_buy: false,
            market: event.market,
            trader: event.trader,
            referrer: event.referrer,
            quote: event.quote_atoms_out,
            tokens: event.token_atoms_in,
            spread: 0,
            fee: event.fee,
            fee_bps: event.fee_bps,
            parameter_epoch: event.parameter_epoch,
            before: event.before,
            after: event.after,
            at_seconds: event.at_seconds,
        }
    }

    /// The whole fee.
    pub fn fee_atoms(&self) -> u128 {
        let fee = &self.fee;
        let legs = [fee.reserve_atoms, fee.vault_atoms, fee.creator_atoms, fee.protocol_atoms, fee.referrer_atoms];
        legs.into_iter().map(u128::from).sum()
    }

    /// The amount that the fee is part of.
    pub fn gross(&self) -> u128 {
        if self.is_buy { u128::from(self.quote) } else { u128::from(self.quote) + self.fee_atoms() }
    }
}

/// The trades of a transaction, in order.
pub fn traded(seen: &Seen) -> Vec<Traded> {
    let Ok(outcome) = &seen.result else { return Vec::new() };
    let one = |data: &Vec<u8>| {
        let bought = decode::<TokensBought>(data).map(|event| Traded::bought(&event));
        bought.or_else(|| decode::<TokensSold>(data).map(|event| Traded::sold(&event)))
    };
    outcome.events.iter().filter_map(one).collect()
}

/// The orders of a transaction, in order: whether it buys, where, and the trader's arguments.
pub fn orders(seen: &Seen) -> Vec<(bool, Pubkey, MarketTradeArgs)> {
    let of_exchange = seen.instructions.iter().filter(|sent| sent.program_id == modchains_exchange::ID);
    let one = |sent: &solana_instruction::Instruction| {
        let market = sent.accounts.get(1)?.pubkey;
        for (is_buy, tag) in [(true, MarketBuy::DISCRIMINATOR), (false, MarketSell::DISCRIMINATOR)] {
            if let Some(mut arguments) = sent.data.strip_prefix(tag) {
                return Some((is_buy, market, MarketTradeArgs::deserialize(&mut arguments).ok()?));
            }
        }
        None
    };
    of_exchange.filter_map(one).collect()
}

/// The market of a trade, as it was before the transaction or, when that opened it, as it is now.
pub fn market_of(seen: &Seen, address: &Pubkey) -> Result<Market, String> {
    let found = seen.changes::<Market>().find(|change| change.address == *address);
    found
        .and_then(|change| change.before.or(change.after))
        .ok_or_else(|| format!("an event names {address}, no market"))
}

/// Whether the transaction opened the market.
pub fn is_new(seen: &Seen, address: &Pubkey) -> bool {
    seen.changes::<Market>().any(|change| change.address == *address && change.before.is_none())
}
