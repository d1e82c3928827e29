//! What a wallet did, out of the events of its transactions.

use solana_signature::Signature;

use crate::{
    Pubkey,
    decode::{Event, ExchangeEvent, Receipt, VaultEvent},
};

/// One event that moved a wallet's tokens or revenue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// The transaction.
    pub signature: Signature,
    /// When, unix seconds; of a claim only if the node knows.
    pub at_seconds: Option<i64>,
    /// What happened.
    pub act: Act,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Tokens were bought.
    Bought {
        /// The market.
        market: Pubkey,
        /// What came in.
        token_atoms: u64,
        /// What was paid, fee included.
        quote_atoms: u64,
    },
    /// Tokens were sold.
    Sold {
        /// The market.
        market: Pubkey,
        /// What went out.
        token_atoms: u64,
        /// What was received, after the fee.
        quote_atoms: u64,
    },
    /// Revenue was claimed.
    Claimed {
        /// The vault.
        vault: Pubkey,
        /// Mint of the revenue.
        revenue_mint: Pubkey,
        /// How much.
        revenue_atoms: u64,
    },
}

/// What `owner` did in a transaction, in order.
pub fn activities_of<'a>(receipt: &'a Receipt, owner: &'a Pubkey) -> impl Iterator<Item = Activity> + 'a {
    receipt.events.iter().filter_map(|event| {
        let (whose, at_seconds, act) = act_of(event, receipt.block_time_seconds)?;
        (whose == *owner).then_some(Activity { signature: receipt.signature, at_seconds, act })
    })
}

/// Who did what when.
fn act_of(event: &Event, block_time_seconds: Option<i64>) -> Option<(Pubkey, Option<i64>, Act)> {
    match event {
        Event::Exchange(ExchangeEvent::TokensBought(event)) => {
            let (token_atoms, quote_atoms) = (event.token_atoms_out, event.quote_atoms_in);
            let act = Act::Bought { market: event.market, token_atoms, quote_atoms };
            Some((event.trader, Some(event.at_seconds), act))
        }
        Event::Exchange(ExchangeEvent::TokensSold(event)) => {
            let (token_atoms, quote_atoms) = (event.token_atoms_in, event.quote_atoms_out);
            let act = Act::Sold { market: event.market, token_atoms, quote_atoms };
            Some((event.trader, Some(event.at_seconds), act))
        }
        Event::Vault(VaultEvent::RevenueClaimed(event)) => {
            let (revenue_mint, revenue_atoms) = (event.revenue_mint, event.revenue_atoms);
            let act = Act::Claimed { vault: event.vault, revenue_mint, revenue_atoms };
            Some((event.owner, block_time_seconds, act))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use modchains_exchange::events::{TokensBought, TokensSold};

    use super::*;

    #[test]
    fn only_what_the_owner_did_counts() {
        let (owner, market) = (Pubkey::new_unique(), Pubkey::new_unique());
        let bought = |trader| {
            let sizes = TokensBought { quote_atoms_in: 7, token_atoms_out: 9, at_seconds: 5, ..TokensBought::zeroed() };
            Event::Exchange(ExchangeEvent::TokensBought(TokensBought { market, trader, ..sizes }))
        };
        let sold = TokensSold { market, trader: owner, token_atoms_in: 4, quote_atoms_out: 3, ..TokensSold::zeroed() };
        let receipt = Receipt {
            signature: Signature::default(),
            slot: 1,
            block_time_seconds: None,
            fee_lamports: 0,
            compute_units: 0,
            error: None,
            programs: Vec::new(),
            events: vec![bought(Pubkey::new_unique()), bought(owner), Event::Exchange(ExchangeEvent::TokensSold(sold))],
            logs: Vec::new(),
        };
        let found: Vec<(Option<i64>, Act)> =
            activities_of(&receipt, &owner).map(|activity| (activity.at_seconds, activity.act)).collect();
        let expected = [
            (Some(5), Act::Bought { market, token_atoms: 9, quote_atoms: 7 }),
            (Some(0), Act::Sold { market, token_atoms: 4, quote_atoms: 3 }),
        ];
        assert_eq!(found, expected);
    }
}
