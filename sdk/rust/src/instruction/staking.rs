//! What stakers send as a whole: claims of many pools, and revenue that is put to stake again.

use modchains_exchange::state::{MarketTradeArgs, QuoteTerms, TradeAmount};
use modchains_vault::instructions::StakeArgs;
use solana_instruction::Instruction;

use super::{
    Token,
    budget::{COMPUTE_UNITS_MAX, compute_limit, compute_price},
    exchange::{TradeRoute, market_buy},
    token::create_account,
    vault::{PoolPlace, RevenueMints, revenue_claim, stake},
};
use crate::{
    Pubkey,
    pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes},
};

/// Claims of any number of pools by `owner`, who signs, as few transactions as hold them. Each claim follows the creation of
/// the owner's account of that mint, which does nothing where there is one.
pub fn revenue_claims(owner: &Pubkey, model: &Pubkey, pools: &[(Token, PoolPlace)]) -> Vec<Vec<Instruction>> {
    let claim = |(revenue, place): &(Token, PoolPlace)| {
        [create_account(owner, owner, revenue), revenue_claim(owner, model, revenue, *place)]
    };
    let budget = [compute_limit(COMPUTE_UNITS_MAX), compute_price(u64::MAX)];
    let fits = |group: &[[Instruction; 2]]| {
        transaction_bytes(&[&budget[..], &group.concat()].concat(), owner) <= TRANSACTION_BYTES_MAX
    };
    pack(pools.iter().map(claim).collect(), fits).iter().map(|group| group.concat()).collect()
}

/// Revenue that buys the model's token and is put to stake: all in one transaction, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Compound<'a> {
    /// Whose position it is; signs. Has accounts of both tokens.
    pub owner: Pubkey,
    /// Whose revenue.
    pub model: Pubkey,
    /// What the market trades against and the vault's first pool pays in.
    pub quote: Token,
    /// What the position earns in.
    pub revenue: RevenueMints<'a>,
    /// What is bought and staked, token atoms.
    pub token_atoms: u64,
    /// Most that it may cost, quote atoms: what can be claimed at least. The rest stays in the owner's account.
    pub max_quote_atoms_in: u64,
    /// Until when, and up to which epoch of the market's parameters.
    pub terms: QuoteTerms,
    /// What else the trade names.
    pub route: TradeRoute,
}

impl Compound<'_> {
    /// The claim of the first pool, the buy, the stake. With more than six shares it exceeds a transaction without a lookup
    /// table; then claim and buy go first and the stake follows.
    pub fn instructions(&self) -> [Instruction; 3] {
        let Self { owner, model, quote, token_atoms, .. } = self;
        let amount = TradeAmount::ExactOut { atoms_out: *token_atoms, max_atoms_in: self.max_quote_atoms_in };
        [
            revenue_claim(owner, model, quote, PoolPlace::First),
            market_buy(owner, model, quote, MarketTradeArgs { amount, terms: self.terms }, self.route),
            stake(owner, model, self.revenue, StakeArgs { token_atoms: *token_atoms }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(count: usize) -> Vec<Token> {
        (0..count).map(|_| Token { mint: Pubkey::new_unique(), program: Pubkey::new_unique() }).collect()
    }

    #[test]
    fn claims_of_nine_pools_take_few_transactions_and_keep_their_order() {
        let (owner, model) = (Pubkey::new_unique(), Pubkey::new_unique());
        let place = |at| if at == 0 { PoolPlace::First } else { PoolPlace::Further };
        let pools: Vec<_> = tokens(9).into_iter().enumerate().map(|(at, token)| (token, place(at))).collect();
        let transactions = revenue_claims(&owner, &model, &pools);
        assert!(transactions.len() <= 3, "{}", transactions.len());
        let all = transactions.concat();
        for (at, (token, place)) in pools.iter().enumerate() {
            assert_eq!(all[2 * at], create_account(&owner, &owner, token));
            assert_eq!(all[2 * at + 1], revenue_claim(&owner, &model, token, *place));
        }
        for transaction in transactions {
            assert!(transaction_bytes(&transaction, &owner) <= TRANSACTION_BYTES_MAX);
        }
        assert!(revenue_claims(&owner, &model, &[]).is_empty());
    }

    #[test]
    fn putting_revenue_to_stake_fits_a_transaction_with_six_shares() {
        let shares: Vec<Pubkey> = tokens(6).iter().map(|token| token.mint).collect();
        let quote = Token::WRAPPED_SOL;
        let compound = Compound {
            owner: Pubkey::new_unique(),
            model: Pubkey::new_unique(),
            quote,
            revenue: RevenueMints { first: quote.mint, shares: &shares },
            token_atoms: 1,
            max_quote_atoms_in: 2,
            terms: QuoteTerms { deadline_seconds: 1, max_epoch: 1 },
            route: TradeRoute { referrer: None, launch: false },
        };
        let budget = [compute_limit(COMPUTE_UNITS_MAX), compute_price(u64::MAX)];
        let bytes = transaction_bytes(&[&budget[..], &compound.instructions()].concat(), &compound.owner);
        assert!(bytes <= TRANSACTION_BYTES_MAX, "{bytes}");
    }
}
