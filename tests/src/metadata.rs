//! The metadata on a mint, read by the layout of its interface.

use anchor_lang::{AnchorDeserialize, prelude::Pubkey};
use anchor_spl::token_2022::spl_token_2022::{
    extension::{BaseStateWithExtensions, StateWithExtensions},
    state::Mint,
};

/// What wallets show of a token.
#[derive(AnchorDeserialize, Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who may change it; the zero key for nobody.
    pub update_authority: Pubkey,
    /// The mint it is of.
    pub mint: Pubkey,
    /// Name, symbol and URI.
    pub texts: [String; 3],
    /// Further fields: key and value.
    pub fields: Vec<(String, String)>,
}

impl Metadata {
    /// Type of the extension.
    const EXTENSION: u16 = 19;

    /// The metadata of a mint.
    pub fn of(mint: &StateWithExtensions<Mint>) -> Self {
        let tlv = mint.get_tlv_data();
        let at = tlv.windows(2).position(|window| window == Self::EXTENSION.to_le_bytes()).expect("metadata is there");
        Self::deserialize(&mut &tlv[at + 4..]).expect("the metadata decodes")
    }
}
