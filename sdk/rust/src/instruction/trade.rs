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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_exchange::state::QuoteTerms;
    use solana_hash::Hash;
    use solana_keypair::Keypair;
    use solana_signer::Signer;

    use super::*;
    use crate::{
        address::{ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM},
        client::sign,
        instruction::budget::{compute_limit, compute_price},
    };

    const EXCHANGE: Pubkey = modchains_exchange::ID;
    const EXACT_IN: TradeAmount = TradeAmount::ExactIn { atoms_in: 500, min_atoms_out: 7 };
    const EXACT_OUT: TradeAmount = TradeAmount::ExactOut { atoms_out: 7, max_atoms_in: 600 };
    const NOTHING: TraderAccounts = TraderAccounts { quote_atoms: None, token_atoms: None };
    const BOTH: TraderAccounts = TraderAccounts { quote_atoms: Some(40), token_atoms: Some(9) };

    fn trade(side: TradeSide, amount: TradeAmount) -> Trade {
        let terms = QuoteTerms { deadline_seconds: i64::MAX, max_epoch: u64::MAX };
        let (trader, model) = (Pubkey::new_unique(), Pubkey::new_unique());
        let (args, route) = (MarketTradeArgs { amount, terms }, TradeRoute::default());
        Trade { trader, model, quote: Token::WRAPPED_SOL, side, args, route }
    }

    fn programs(instructions: &[Instruction]) -> Vec<Pubkey> {
        instructions.iter().map(|instruction| instruction.program_id).collect()
    }

    /// Lamports that are transferred into wrapped accounts, in order.
    fn wrapped(instructions: &[Instruction]) -> Vec<u64> {
        let transfers = instructions.iter().filter(|instruction| instruction.program_id == SYSTEM_PROGRAM);
        transfers.map(|transfer| u64::from_le_bytes(transfer.data[4..12].try_into().unwrap())).collect()
    }

    #[test]
    fn a_first_buy_wraps_what_it_pays_and_closes_the_account() {
        let all = trade(TradeSide::Buy, EXACT_IN).instructions(NOTHING, Wrapping::AsFound);
        let create = ASSOCIATED_TOKEN_PROGRAM;
        let expected = [create, SYSTEM_PROGRAM, TOKEN_PROGRAM, create, EXCHANGE, TOKEN_PROGRAM];
        assert_eq!((programs(&all), wrapped(&all)), (expected.to_vec(), vec![500]));
        assert_eq!(all[5], unwrap_sol(&all[0].accounts[0].pubkey));
    }

    #[test]
    fn an_account_that_was_there_keeps_what_it_held() {
        let exact_in = trade(TradeSide::Buy, EXACT_IN).instructions(BOTH, Wrapping::AsFound);
        assert_eq!(programs(&exact_in).last(), Some(&EXCHANGE), "spends exactly what it wrapped");
        // What an exact-out buy or a sale leaves is not known beforehand: everything is unwrapped, the old part wrapped.
        let exact_out = trade(TradeSide::Buy, EXACT_OUT).instructions(BOTH, Wrapping::AsFound);
        assert_eq!(wrapped(&exact_out), [600, 40]);
        let sale = trade(TradeSide::Sell, EXACT_IN).instructions(BOTH, Wrapping::AsFound);
        assert_eq!(wrapped(&sale), [40]);
    }

    #[test]
    fn wrapped_sol_is_closed_or_left_alone_when_asked() {
        for (side, amount) in [(TradeSide::Buy, EXACT_IN), (TradeSide::Buy, EXACT_OUT), (TradeSide::Sell, EXACT_IN)] {
            let trade = trade(side, amount);
            let closed = trade.instructions(BOTH, Wrapping::Close);
            assert_eq!(closed.last(), Some(&unwrap_sol(&trade.trader)));
            assert_eq!(programs(&trade.instructions(BOTH, Wrapping::Wrapped)), [EXCHANGE]);
        }
    }

    #[test]
    fn other_quote_tokens_are_never_wrapped() {
        let quote = Token { mint: Pubkey::new_unique(), program: TOKEN_2022_PROGRAM };
        let sale = Trade { quote, ..trade(TradeSide::Sell, EXACT_OUT) };
        assert_eq!(programs(&sale.instructions(BOTH, Wrapping::Close)), [EXCHANGE]);
        let created = sale.instructions(NOTHING, Wrapping::AsFound);
        assert_eq!(created[0], create_account(&sale.trader, &sale.trader, &quote));
    }

    #[test]
    fn a_buy_fits_600_bytes_and_everything_around_it_fits_a_packet() {
        let payer = Keypair::new();
        let referrer = Some(Pubkey::new_unique());
        let bytes = |trade: &Trade, found, wrapping| {
            let budget = [compute_limit(100_000), compute_price(1_000)];
            let all = [&budget[..], &trade.instructions(found, wrapping)].concat();
            sign(&all, &[&payer], Hash::default(), 0).unwrap().bytes.len()
        };
        let buy = Trade { trader: payer.pubkey(), ..trade(TradeSide::Buy, EXACT_IN) };
        let bare = bytes(&buy, BOTH, Wrapping::Wrapped);
        let referred = Trade { route: TradeRoute { referrer, launch: true }, ..buy };
        let everything = bytes(&referred, NOTHING, Wrapping::AsFound);
        assert!(bare <= 600 && everything <= 800, "{bare} {everything}");
    }
}
