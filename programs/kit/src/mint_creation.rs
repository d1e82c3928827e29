//! Creating Token-2022 mints that carry their own metadata, where wallets look for it.
//!
//! The instructions are encoded here byte by byte: the builders of the token crates encode every instruction there is,
//! which would add tens of kilobytes to a program. A test holds the bytes to what those crates write.

use anchor_lang::prelude::*;
use modchains_program_interface::{Party, readonly, writable};

use crate::{account, cpi};

/// Tags of Token-2022's instructions.
const INITIALIZE_MINT_2: u8 = 20;
/// Sets the authority to mint (0) to nobody (0).
const REMOVE_MINT_AUTHORITY: [u8; 3] = [6, 0, 0];
const METADATA_POINTER_EXTENSION: [u8; 2] = [39, 0];
/// First bytes of the token metadata interface's instructions.
const METADATA_INITIALIZE: [u8; 8] = [210, 225, 30, 162, 88, 184, 77, 141];
const METADATA_UPDATE_FIELD: [u8; 8] = [221, 233, 49, 45, 181, 202, 220, 200];
const METADATA_UPDATE_AUTHORITY: [u8; 8] = [215, 228, 166, 228, 84, 100, 86, 123];
/// A field that is neither name nor symbol nor URI: the variant that carries its key.
const FIELD_KEY: u8 = 3;
/// Type and length before each extension.
const EXTENSION_HEADER_BYTES: usize = 4;
/// A mint padded to the length of a token account, its account type, and the metadata pointer: authority and address.
const MINT_BYTES: usize = 165 + 1 + EXTENSION_HEADER_BYTES + 64;
/// Length of a multisig. Token-2022 tells it by its length and gives no other account the same: what would be as long gets
/// [`MULTISIG_PADDING_BYTES`] more.
const MULTISIG_BYTES: usize = 355;
const MULTISIG_PADDING_BYTES: usize = 2;
/// What the metadata takes besides texts: update authority, mint, the number of further fields.
const METADATA_BYTES: usize = EXTENSION_HEADER_BYTES + 32 + 32 + 4;

/// A mint to be created at a program-derived address, with metadata in the mint's own account. It gets no freeze
/// authority, and no extension but the metadata and the pointer to it.
pub struct MintCreation<'a, 'info> {
    /// Pays the rent; signs.
    pub payer: &'a AccountInfo<'info>,
    /// The program-derived address to create.
    pub mint: &'a AccountInfo<'info>,
    /// May mint and change the metadata; a program-derived address too. Nobody can move the pointer to the metadata.
    pub authority: &'a AccountInfo<'info>,
    /// Token-2022.
    pub token_program: &'a AccountInfo<'info>,
    /// Decimals of the token.
    pub decimals: u8,
    /// Its name, its symbol, and the URI of its metadata JSON.
    pub texts: [&'a str; 3],
    /// Further fields of the metadata: key and value.
    pub fields: &'a [(&'a str, &'a str)],
}

impl MintCreation<'_, '_> {
    /// Creates the mint, which `mint_seeds`, with the bump, are the seeds of; the authority signs with
    /// `authority_seeds`.
    pub fn invoke(&self, mint_seeds: &[&[u8]], authority_seeds: &[&[u8]]) -> Result<()> {
        let (mint, authority) = (self.mint, self.authority);
        let program = self.token_program.key;
        let final_bytes = account_bytes(MINT_BYTES + self.metadata_bytes());
        account::create_to_grow(self.payer, self.mint, MINT_BYTES, final_bytes, program, mint_seeds)?;
        self.call(&[writable(mint)], &metadata_pointer(mint.key), &[])?;
        self.call(&[writable(mint)], &initialize_mint(self.decimals, authority.key), &[])?;
        let signer = readonly(authority).signing();
        let parties = [writable(mint), readonly(authority), readonly(mint), signer];
        self.call(&parties, &metadata(&self.texts), authority_seeds)?;
        for (key, value) in self.fields {
            self.call(&[writable(mint), signer], &metadata_field(key, value), authority_seeds)?;
        }
        Ok(())
    }

    /// Takes every authority away: nobody mints more, or changes the metadata.
    pub fn seal(&self, authority_seeds: &[&[u8]]) -> Result<()> {
        let parties = [writable(self.mint), readonly(self.authority).signing()];
        self.call(&parties, &REMOVE_MINT_AUTHORITY, authority_seeds)?;
        self.call(&parties, &metadata_without_authority(), authority_seeds)
    }

    /// Length of the metadata extension in the mint's account.
    fn metadata_bytes(&self) -> usize {
        let pairs = self.fields.iter().map(|(key, value)| text_bytes(key) + text_bytes(value));
        METADATA_BYTES + self.texts.iter().map(|text| text_bytes(text)).chain(pairs).sum::<usize>()
    }

    fn call(&self, parties: &[Party<&AccountInfo>], data: &[u8], signer_seeds: &[&[u8]]) -> Result<()> {
        cpi::call(self.token_program.key, parties, data, &[signer_seeds])
    }
}

/// Length that Token-2022 gives an account in which it uses `used_bytes`.
const fn account_bytes(used_bytes: usize) -> usize {
    if used_bytes == MULTISIG_BYTES { MULTISIG_BYTES + MULTISIG_PADDING_BYTES } else { used_bytes }
}

/// A text as the metadata stores it: length and bytes.
fn text_bytes(text: &str) -> usize {
    4 + text.len()
}

fn metadata_pointer(mint: &Pubkey) -> Vec<u8> {
    // The zero key says that there is no authority.
    [&METADATA_POINTER_EXTENSION, Pubkey::default().as_ref(), mint.as_ref()].concat()
}

fn initialize_mint(decimals: u8, authority: &Pubkey) -> Vec<u8> {
    // The last byte says that there is no freeze authority.
    [&[INITIALIZE_MINT_2, decimals], authority.as_ref(), &[0]].concat()
}

fn metadata(texts: &[&str]) -> Vec<u8> {
    let mut data = METADATA_INITIALIZE.to_vec();
    texts.iter().for_each(|text| push_text(&mut data, text));
    data
}

fn metadata_field(key: &str, value: &str) -> Vec<u8> {
    let mut data = METADATA_UPDATE_FIELD.to_vec();
    data.push(FIELD_KEY);
    push_text(&mut data, key);
    push_text(&mut data, value);
    data
}

fn metadata_without_authority() -> Vec<u8> {
    [&METADATA_UPDATE_AUTHORITY, Pubkey::default().as_ref()].concat()
}

fn push_text(data: &mut Vec<u8>, text: &str) {
    // arith-safety: texts come out of a transaction, which is shorter than 2^32 bytes.
    data.extend_from_slice(&(text.len() as u32).to_le_bytes());
    data.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use anchor_spl::{
        token_2022::spl_token_2022::{
            ID,
            extension::{ExtensionType, metadata_pointer::instruction::initialize as initialize_pointer},
            instruction::{AuthorityType, initialize_mint2, set_authority},
            state::Mint,
        },
        token_2022_extensions::spl_token_metadata_interface::{
            instruction::{initialize, update_authority, update_field},
            state::{Field, TokenMetadata},
        },
    };

    use super::*;

    const TEXTS: [&str; 3] = ["Ziffern 🧠", "DIGIT", "https://models.example/digits.json"];

    #[test]
    fn instructions_are_encoded_as_the_token_crates_do() {
        let (mint, authority) = (Pubkey::new_unique(), Pubkey::new_unique());
        let pointer = initialize_pointer(&ID, &mint, None, Some(mint)).unwrap();
        assert_eq!(metadata_pointer(&mint), pointer.data);
        let expected = set_authority(&ID, &mint, None, AuthorityType::MintTokens, &authority, &[]).unwrap();
        assert_eq!(REMOVE_MINT_AUTHORITY[..], expected.data);
        let without = update_authority(&ID, &mint, &authority, Default::default());
        assert_eq!(metadata_without_authority(), without.data);
        for decimals in [0, 6] {
            let expected = initialize_mint2(&ID, &mint, &authority, None, decimals).unwrap();
            assert_eq!(initialize_mint(decimals, &authority), expected.data);
        }
        let [name, symbol, uri] = TEXTS.map(str::to_owned);
        let expected = initialize(&ID, &mint, &authority, &mint, &authority, name, symbol, uri);
        assert_eq!(metadata(&TEXTS), expected.data);
        for (key, value) in [("image", "https://models.example/digits.png"), ("", "")] {
            let expected = update_field(&ID, &mint, &authority, Field::Key(key.to_owned()), value.to_owned());
            assert_eq!(metadata_field(key, value), expected.data);
        }
    }

    #[test]
    fn the_rent_covers_exactly_what_the_mint_becomes() {
        let space = ExtensionType::try_calculate_account_len::<Mint>(&[ExtensionType::MetadataPointer]).unwrap();
        assert_eq!(MINT_BYTES, space);
        let fields = [("image", "https://models.example/digits.png"), ("royalty_bps", "250")];
        let [name, symbol, uri] = TEXTS.map(str::to_owned);
        let additional_metadata = fields.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let stored = TokenMetadata { name, symbol, uri, additional_metadata, ..TokenMetadata::default() };
        let (key, owner, mut lamports, mut data) = (Pubkey::new_unique(), ID, 0, []);
        let account = AccountInfo::new(&key, false, false, &mut lamports, &mut data, &owner, false);
        let creation = MintCreation {
            payer: &account,
            mint: &account,
            authority: &account,
            token_program: &account,
            decimals: 6,
            texts: TEXTS,
            fields: &fields,
        };
        // The interface's own header has a type of eight bytes and a length of four.
        assert_eq!(creation.metadata_bytes(), stored.tlv_size_of().unwrap() - 12 + EXTENSION_HEADER_BYTES);
    }
}
