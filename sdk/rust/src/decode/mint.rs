//! What a mint says about its token.

use anchor_spl::{
    token_2022::spl_token_2022::{
        extension::{BaseStateWithExtensions, StateWithExtensions},
        state::Mint,
    },
    token_interface::spl_token_metadata_interface::state::TokenMetadata,
};
use solana_account::Account;

use crate::{Pubkey, Result, SdkError, address, instruction::Token};

/// A mint with what its metadata says, if it carries any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedMint {
    /// Mint and token program.
    pub token: Token,
    /// Decimals of an amount.
    pub decimals: u8,
    /// Atoms in existence.
    pub supply_atoms: u64,
    /// Who can mint more; none when nobody ever can again.
    pub mint_authority: Option<Pubkey>,
    /// What wallets show.
    pub metadata: Option<MintMetadata>,
}

/// Metadata on the mint itself, as Token-2022 keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MintMetadata {
    /// Long name.
    pub name: String,
    /// Short name.
    pub symbol: String,
    /// Where the metadata JSON lies.
    pub uri: String,
    /// Further fields in their order, `image` among them when the creator gave one.
    pub fields: Vec<(String, String)>,
}

impl MintMetadata {
    /// The value of a further field.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }
}

impl FetchedMint {
    /// Reads a mint of either token program.
    ///
    /// # Errors
    /// [`SdkError::NotOwned`] when no token program owns the account, [`SdkError::NotDecoded`] when it is no mint.
    pub fn decode(mint: &Pubkey, account: &Account) -> Result<Self> {
        if !address::TOKEN_PROGRAMS.contains(&account.owner) {
            let (owner, expected) = (account.owner, address::TOKEN_PROGRAM);
            return Err(SdkError::NotOwned { what: "mint", address: *mint, owner, expected });
        }
        let reason = "it is another kind of token account";
        let state = StateWithExtensions::<Mint>::unpack(&account.data);
        let state = state.map_err(|_| SdkError::NotDecoded { what: "mint", address: *mint, reason })?;
        let metadata = state.get_variable_len_extension::<TokenMetadata>().ok().map(|metadata| MintMetadata {
            name: metadata.name,
            symbol: metadata.symbol,
            uri: metadata.uri,
            fields: metadata.additional_metadata,
        });
        Ok(Self {
            token: Token { mint: *mint, program: account.owner },
            decimals: state.base.decimals,
            supply_atoms: state.base.supply,
            mint_authority: state.base.mint_authority.into(),
            metadata,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_plain_mint_has_decimals_and_no_metadata() {
        let mut data = vec![0; 82];
        data[36..44].copy_from_slice(&7_u64.to_le_bytes());
        (data[44], data[45]) = (6, 1);
        let mint = Pubkey::new_unique();
        let account = Account { data, owner: address::TOKEN_PROGRAM, ..Account::default() };
        let found = FetchedMint::decode(&mint, &account).unwrap();
        assert_eq!((found.decimals, found.supply_atoms, found.mint_authority, found.metadata), (6, 7, None, None));
        assert_eq!(found.token, Token { mint, program: address::TOKEN_PROGRAM });
    }

    #[test]
    fn what_is_no_mint_is_refused() {
        let mint = Pubkey::new_unique();
        let foreign = Account { data: vec![0; 82], ..Account::default() };
        assert!(matches!(FetchedMint::decode(&mint, &foreign), Err(SdkError::NotOwned { .. })));
        let holder = Account { data: vec![0; 165], owner: address::TOKEN_PROGRAM, ..Account::default() };
        assert!(matches!(FetchedMint::decode(&mint, &holder), Err(SdkError::NotDecoded { .. })));
    }

    #[test]
    fn a_field_is_found_by_its_key() {
        let fields = vec![("image".to_owned(), "ipfs://x".to_owned())];
        let metadata = MintMetadata { name: String::new(), symbol: String::new(), uri: String::new(), fields };
        assert_eq!((metadata.field("image"), metadata.field("model")), (Some("ipfs://x"), None));
    }
}
