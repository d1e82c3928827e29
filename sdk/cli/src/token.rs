//! What a mint says about its token.

use anchor_spl::{
    token_2022::spl_token_2022::{
        extension::{BaseStateWithExtensions, StateWithExtensions},
        state::Mint,
    },
    token_interface::spl_token_metadata_interface::state::TokenMetadata,
};
use modchains_sdk::{Account, Pubkey, SdkError, address, instruction::Token};

use crate::{
    amount::{Amount, Decimal, DecimalOrAll, SOL_DECIMALS},
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
}

impl TokenView {
    /// SOL, wrapped or not.
    pub fn sol() -> Self {
        let symbol = "SOL".to_owned();
        Self { token: Token::WRAPPED_SOL, decimals: SOL_DECIMALS, symbol, name: None, uri: None }
    }

    /// Reads a mint.
    ///
    /// # Errors
    /// When the account is no mint.
    pub fn decode(mint: &Pubkey, account: &Account) -> Result<Self> {
        if !address::TOKEN_PROGRAMS.contains(&account.owner) {
            let (owner, expected) = (account.owner, address::TOKEN_PROGRAM);
            return Err(SdkError::NotOwned { what: "mint", address: *mint, owner, expected }.into());
        }
        let reason = "it is another kind of token account";
        let state = StateWithExtensions::<Mint>::unpack(&account.data);
        let state = state.map_err(|_| SdkError::NotDecoded { what: "mint", address: *mint, reason })?;
        let metadata = state.get_variable_len_extension::<TokenMetadata>().ok();
        let symbol = match &metadata {
            Some(metadata) => metadata.symbol.clone(),
            None => mint.to_string().chars().take(4).collect(),
        };
        let (name, uri) = metadata.map(|metadata| (metadata.name, metadata.uri)).unzip();
        let token = Token { mint: *mint, program: account.owner };
        Ok(Self { token, decimals: state.base.decimals, symbol, name, uri })
    }

    /// Atoms of this token.
    pub const fn amount(&self, atoms: u64) -> Amount {
        Amount { atoms, decimals: self.decimals }
    }

    /// Atoms of this token with its symbol.
    pub fn show(&self, atoms: u64) -> String {
        format!("{} {}", self.amount(atoms), self.symbol)
    }
}

impl Connection {
    /// The token of a mint.
    ///
    /// # Errors
    /// When there is no such mint.
    pub async fn token(&self, mint: &Pubkey) -> Result<TokenView> {
        if *mint == address::WRAPPED_SOL_MINT {
            return Ok(TokenView::sol());
        }
        let (_, account) = self.client.account(mint).await?;
        TokenView::decode(mint, &account.ok_or(SdkError::AccountMissing { what: "mint", address: *mint })?)
    }

    /// The token of a model.
    ///
    /// # Errors
    /// When there is no such model.
    pub async fn model_token(&self, model: &Pubkey) -> Result<TokenView> {
        let mint = self.client.model(model).await?.value.mint;
        self.token(&mint).await
    }

    /// The atoms of `owner` to be spent: `asked`, or all there are.
    ///
    /// # Errors
    /// When `owner` has less, has nothing at all, or the amount does not fit the token.
    pub async fn held_atoms(&self, owner: &Pubkey, token: &TokenView, asked: &DecimalOrAll) -> Result<u64> {
        let has_atoms = self.client.token_atoms(&token.token.account_of(owner)).await?.unwrap_or(0);
        spendable_atoms(owner, token, asked, has_atoms)
    }
}

/// The part of `has_atoms` that is asked for.
///
/// # Errors
/// When there is less, nothing at all, or the amount does not fit the token.
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
///
/// # Errors
/// When it is zero or does not fit the token.
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
    fn what_is_no_mint_is_refused() {
        let mint = Pubkey::new_unique();
        let foreign = Account { data: vec![0; 82], ..Account::default() };
        assert!(matches!(TokenView::decode(&mint, &foreign), Err(CliError::Sdk(SdkError::NotOwned { .. }))));
        let holder = Account { data: vec![0; 165], owner: address::TOKEN_PROGRAM, ..Account::default() };
        assert!(matches!(TokenView::decode(&mint, &holder), Err(CliError::Sdk(SdkError::NotDecoded { .. }))));
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
