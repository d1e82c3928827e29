//! A whole trade: token accounts, wrapping, the trade itself, unwrapping, in one transaction.

use modchains_exchange::state::{MarketTradeArgs, TradeAmount};
use solana_instruction::Instruction;

use super::{
    Token,
    exchange::{TradeRoute, market_buy, market_sell},
    token::{create_account, unwrap_sol, wrap_sol},
};
use crate::{Pubkey, quote::TradeSide};

/// A trade between the associated accounts of `trader`, who signs and pays.
#[derive(Debug, Clone, Copy)]
pub struct Trade {
    /// Who trades.
    pub trader: Pubkey,
    /// Whose token.
    pub model: Pubkey,
    /// What it trades against.
    pub quote: Token,
    /// Which way.
    pub side: TradeSide,
    /// How much, and when not.
    pub args: MarketTradeArgs,
    /// What else it names.
    pub route: TradeRoute,
}

/// Atoms in the trader's associated accounts before a trade; none where there is no account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TraderAccounts {
    /// In quote tokens.
    pub quote_atoms: Option<u64>,
    /// In model tokens.
    pub token_atoms: Option<u64>,
}

/// Where the SOL of a trade against SOL comes from and goes to. Other quote tokens need nothing of this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wrapping {
    /// Plain SOL, both ways. Wrapped SOL that was there before is there afterwards, to the atom.
    #[default]
    AsFound,
    /// Plain SOL, and all wrapped SOL of the trader is unwrapped too.
    Close,
    /// Wrapped SOL, both ways: the trader must have what it gives.
    Wrapped,
}

impl Trade {
    /// The trade's own instruction.
    pub fn instruction(&self) -> Instruction {
        match self.side {
            TradeSide::Buy => market_buy(&self.trader, &self.model, &self.quote, self.args, self.route),
            TradeSide::Sell => market_sell(&self.trader, &self.model, &self.quote, self.args, self.route),
        }
    }

    /// Everything that makes the trade one transaction, in order. Accounts that `found` says are missing are created, and
    /// SOL is wrapped before and unwrapped after. A buy of an exact amount of tokens wraps its limit; what it does not
    /// spend comes back.
    pub fn instructions(&self, found: TraderAccounts, wrapping: Wrapping) -> Vec<Instruction> {
        let (trader, token) = (&self.trader, Token::of_model(&self.model));
        let wraps = self.quote.is_wrapped_sol() && wrapping != Wrapping::Wrapped;
        let mut all = Vec::new();
        match self.side {
            TradeSide::Buy => {
                if wraps {
                    all.extend(wrap_sol(trader, self.most_in()));
                }
                all.extend(found.token_atoms.is_none().then(|| create_account(trader, trader, &token)));
            }
            TradeSide::Sell => {
                all.extend(found.quote_atoms.is_none().then(|| create_account(trader, trader, &self.quote)));
            }
        }
        all.push(self.instruction());
        if wraps {
            all.extend(self.unwrap(found, wrapping));
        }
        all
    }

    /// Makes the wrapped account what it was, or closes it.
    fn unwrap(&self, found: TraderAccounts, wrapping: Wrapping) -> Vec<Instruction> {
        let spends_all = self.side == TradeSide::Buy && matches!(self.args.amount, TradeAmount::ExactIn { .. });
        match found.quote_atoms {
            Some(_) if spends_all && wrapping == Wrapping::AsFound => Vec::new(),
            Some(held_atoms) if wrapping == Wrapping::AsFound => {
                // A wrapped account gives out all its lamports or none, so what was there is wrapped again.
                [vec![unwrap_sol(&self.trader)], wrap_sol(&self.trader, held_atoms).to_vec()].concat()
            }
            _ => vec![unwrap_sol(&self.trader)],
        }
    }

    /// Most atoms that the trader gives.
    pub const fn most_in(&self) -> u64 {
        match self.args.amount {
            TradeAmount::ExactIn { atoms_in, .. } => atoms_in,
            TradeAmount::ExactOut { max_atoms_in, .. } => max_atoms_in,
        }
    }
}
