//! What stakers send as a whole: revenue that is put to stake again. Claims of many pools are in [`super::claim`].

use modchains_exchange::state::{MarketTradeArgs, QuoteTerms, TradeAmount};
use modchains_vault::instructions::StakeArgs;
use solana_instruction::Instruction;

use super::{
    Token,
    exchange::{TradeRoute, market_buy},
    token::{create_account, unwrap_sol},
    trade::TraderAccounts,
    vault::{PoolPlace, RevenueMints, revenue_claim, stake},
};
use crate::Pubkey;

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
    /// The vault's rules that were looked at.
    pub rules_counter: u64,
    /// Until when, and up to which epoch of the market's parameters.
    pub terms: QuoteTerms,
    /// What else the trade names.
    pub route: TradeRoute,
}

impl Compound<'_> {
    /// The claim of the first pool, the buy, the stake. With more than six shares it exceeds a transaction without a lookup
    /// table; then claim and buy go first and the stake follows.
    pub fn instructions(&self) -> [Instruction; 3] {
        let Self { owner, model, quote, token_atoms, rules_counter, .. } = self;
        let amount = TradeAmount::ExactOut { atoms_out: *token_atoms, max_atoms_in: self.max_quote_atoms_in };
        [
            revenue_claim(owner, model, quote, PoolPlace::First),
            market_buy(owner, model, quote, MarketTradeArgs { amount, terms: self.terms }, self.route),
            stake(owner, model, self.revenue, StakeArgs { token_atoms: *token_atoms, rules_counter: *rules_counter }),
        ]
    }

    /// Everything that makes it one transaction, in order: accounts that `found` says are missing are created around
    /// [`Self::instructions`], and what is left of SOL is unwrapped, unless the owner had wrapped SOL before: then it joins that.
    pub fn transaction(&self, found: TraderAccounts) -> Vec<Instruction> {
        let owner = &self.owner;
        let missing = [
            found.quote_atoms.is_none().then_some(self.quote),
            found.token_atoms.is_none().then(|| Token::of_model(&self.model)),
        ];
        let creations = missing.iter().flatten().map(|token| create_account(owner, owner, token));
        let unwraps = self.quote.is_wrapped_sol() && found.quote_atoms.is_none();
        creations.chain(self.instructions()).chain(unwraps.then(|| unwrap_sol(owner))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        instruction::budget::{COMPUTE_UNITS_MAX, compute_limit, compute_price},
        pack::{TRANSACTION_BYTES_MAX, transaction_bytes},
    };

    fn tokens(count: usize) -> Vec<Token> {
        (0..count).map(|_| Token { mint: Pubkey::new_unique(), program: Pubkey::new_unique() }).collect()
    }

    const HELD: TraderAccounts = TraderAccounts { quote_atoms: Some(5), token_atoms: Some(0) };
    const MISSING: TraderAccounts = TraderAccounts { quote_atoms: None, token_atoms: None };

    fn compound(shares: &[Pubkey]) -> Compound<'_> {
        Compound {
            owner: Pubkey::new_unique(),
            model: Pubkey::new_unique(),
            quote: Token::WRAPPED_SOL,
            revenue: RevenueMints { first: Token::WRAPPED_SOL.mint, shares },
            token_atoms: 1,
            max_quote_atoms_in: 2,
            rules_counter: 3,
            terms: QuoteTerms { deadline_seconds: 1, max_epoch: 1 },
            route: TradeRoute { referrer: None, launch: false },
        }
    }

    #[test]
    fn putting_revenue_to_stake_fits_a_transaction_with_six_shares_or_with_four_where_accounts_are_missing() {
        for (shares, found) in [(6, HELD), (4, MISSING)] {
            let shares: Vec<Pubkey> = tokens(shares).iter().map(|token| token.mint).collect();
            let compound = compound(&shares);
            let budget = [compute_limit(COMPUTE_UNITS_MAX), compute_price(u64::MAX)];
            let bytes = transaction_bytes(&[&budget[..], &compound.transaction(found)].concat(), &compound.owner);
            assert!(bytes <= TRANSACTION_BYTES_MAX, "{bytes}");
        }
    }

    #[test]
    fn sol_that_is_left_is_unwrapped_only_where_none_was_wrapped_before() {
        let compound = compound(&[]);
        assert_eq!(compound.transaction(HELD), compound.instructions());
        let owner = &compound.owner;
        let created =
            [compound.quote, Token::of_model(&compound.model)].map(|token| create_account(owner, owner, &token));
        let expected = [&created[..], &compound.instructions(), &[unwrap_sol(owner)]].concat();
        assert_eq!(compound.transaction(MISSING), expected);
    }
}
