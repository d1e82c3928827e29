//! What a mint says about its token.

use std::collections::{BTreeMap, BTreeSet};

use modchains_sdk::{Account, Pubkey, address, decode::FetchedMint, instruction::Token};

use crate::{
    amount::{Amount, Decimal, DecimalOrAll, SOL_DECIMALS, SignedAmount},
    connection::Connection,
    error::{CliError, Result},
};

/// A token with what people need to read and write its amounts.
#[derive(Debug, Clone)]
pub struct TokenView {
    /// Mint and token program.
    pub token: Token,
    /// Decimals of an amount.
    pub decimals: u8,
    /// Short name; the start of the mint's address when it has none.
    pub symbol: String,
    /// Long name, if the mint carries metadata.
    pub name: Option<String>,
    /// Where its metadata JSON lies, if the mint carries metadata.
    pub uri: Option<String>,
    /// Where its image lies, if the creator gave one.
    pub image: Option<String>,
}

impl TokenView {
    /// SOL, wrapped or not.
    pub fn sol() -> Self {
        let symbol = "SOL".to_owned();
        Self { token: Token::WRAPPED_SOL, decimals: SOL_DECIMALS, symbol, name: None, uri: None, image: None }
    }

    /// Reads a mint.
    pub fn decode(mint: &Pubkey, account: &Account) -> Result<Self> {
        Ok(Self::new(FetchedMint::decode(mint, account)?))
    }

    /// What `mint` says. Without metadata its symbol is the start of its address.
    pub fn new(mint: FetchedMint) -> Self {
        let (token, decimals) = (mint.token, mint.decimals);
        let Some(metadata) = mint.metadata else {
            let symbol = token.mint.to_string().chars().take(4).collect();
            return Self { token, decimals, symbol, name: None, uri: None, image: None };
        };
        let image = metadata.field("image").map(ToOwned::to_owned);
        Self { token, decimals, symbol: metadata.symbol, name: Some(metadata.name), uri: Some(metadata.uri), image }
    }

    /// Atoms of this token.
    pub const fn amount(&self, atoms: u64) -> Amount {
        Amount { atoms, decimals: self.decimals }
    }

    /// Atoms of this token, which may be below zero.
    pub const fn signed(&self, atoms: i128) -> SignedAmount {
        SignedAmount { atoms, decimals: self.decimals }
    }

    /// Atoms of this token with its symbol.
    pub fn show(&self, atoms: u64) -> String {
        format!("{} {}", self.amount(atoms), self.symbol)
    }
}

impl Connection {
    /// The token of a mint.
    pub async fn token(&self, mint: &Pubkey) -> Result<TokenView> {
        if *mint == address::WRAPPED_SOL_MINT {
            return Ok(TokenView::sol());
        }
        Ok(TokenView::new(self.client.mint(mint).await?))
    }

    /// The tokens of mints. One that is no mint any more is left out.
    pub async fn tokens(&self, mints: impl IntoIterator<Item = Pubkey>) -> Result<BTreeMap<Pubkey, TokenView>> {
        let mints: Vec<Pubkey> = mints.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let (_, accounts) = self.client.accounts(&mints).await?;
        let token = |(mint, account): (&Pubkey, &Option<Account>)| {
            if *mint == address::WRAPPED_SOL_MINT {
                return Some((*mint, TokenView::sol()));
            }
            Some((*mint, TokenView::decode(mint, account.as_ref()?).ok()?))
        };
        Ok(mints.iter().zip(&accounts).filter_map(token).collect())
    }

    /// Read from the model's mint account.
    pub async fn model_token(&self, model: &Pubkey) -> Result<TokenView> {
        let mint = self.client.model(model).await?.value.mint;
        self.token(&mint).await
    }

    /// The atoms of `owner` to be spent: `asked`, or all there are.
    pub async fn held_atoms(&self, owner: &Pubkey, token: &TokenView, asked: &DecimalOrAll) -> Result<u64> {
        let has_atoms = self.client.token_atoms(&token.token.account_of(owner)).await?.unwrap_or(0);
        spendable_atoms(owner, token, asked, has_atoms)
    }
}

/// The part of `has_atoms` that is asked for.
pub fn spendable_atoms(owner: &Pubkey, token: &TokenView, asked: &DecimalOrAll, has_atoms: u64) -> Result<u64> {
    let needed_atoms = match asked {
        DecimalOrAll::All => has_atoms.max(1),
        DecimalOrAll::Some(amount) => positive_atoms(amount, token)?,
    };
    if needed_atoms <= has_atoms {
        return Ok(needed_atoms);
    }
    Err(CliError::BalanceTooSmall {
        owner: *owner,
        symbol: token.symbol.clone(),
        has: token.amount(has_atoms).to_string(),
        needed: token.amount(needed_atoms).to_string(),
    })
}

/// An amount of a token that is more than zero.
pub fn positive_atoms(amount: &Decimal, token: &TokenView) -> Result<u64> {
    match amount.of_token(token.decimals)?.atoms {
        0 => Err(CliError::unfit("the amount is zero", "write more than zero")),
        atoms => Ok(atoms),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn spend(asked: &str, has_atoms: u64) -> Result<u64> {
        spendable_atoms(&Pubkey::default(), &TokenView::sol(), &asked.parse()?, has_atoms)
    }

    #[test]
    fn a_plain_mint_is_named_after_its_address() {
        let mut data = vec![0; 82];
        (data[44], data[45]) = (6, 1);
        let mint = Pubkey::new_unique();
        let account = Account { data, owner: address::TOKEN_PROGRAM, ..Account::default() };
        let view = TokenView::decode(&mint, &account).unwrap();
        assert_eq!((view.decimals, view.token.program, view.name), (6, address::TOKEN_PROGRAM, None));
        assert!(mint.to_string().starts_with(&view.symbol));
    }

    #[test]
    fn all_is_what_there_is_and_never_nothing() {
        assert_eq!(spend("all", 7).unwrap(), 7);
        assert_eq!(spend("0.000000007", 7).unwrap(), 7);
        assert!(matches!(spend("all", 0), Err(CliError::BalanceTooSmall { .. })));
        assert!(matches!(spend("1", 7), Err(CliError::BalanceTooSmall { .. })));
        assert!(matches!(spend("0", 7), Err(CliError::Unfit { .. })));
    }
}
