//! Which mints are safe to keep money in.

use anchor_lang::prelude::*;
use anchor_spl::token_2022;

/// Length of a mint without extensions, and of a token account, to which a mint with extensions is padded.
const MINT_BYTES: usize = 82;
const TOKEN_ACCOUNT_BYTES: usize = 165;
/// The account type that follows the padding, for a mint.
const TYPE_MINT: u8 = 1;
/// Extensions that give nobody power over holders and take no fee: the metadata pointer and the metadata, by their
/// numbers in Token-2022.
const HARMLESS_EXTENSIONS: [u16; 2] = [18, 19];

/// The first extension of `mint` that is not known to be harmless, by its number in Token-2022; `None` when there is
/// none. A mint of the older token program has no extensions. A freeze authority is no extension and is let through: USDC
/// and its like have one, and their issuer can stop a market but take nothing from it. Whatever is not an initialised mint of either program is
/// refused.
pub fn hostile_extension(mint: &AccountInfo) -> Result<Option<u16>> {
    let data = mint.try_borrow_data()?;
    let is_mint = match data.len() {
        MINT_BYTES => *mint.owner == token_2022::ID || *mint.owner == anchor_spl::token::ID,
        length => {
            *mint.owner == token_2022::ID && length > TOKEN_ACCOUNT_BYTES && data[TOKEN_ACCOUNT_BYTES] == TYPE_MINT
        }
    };
    // Byte 45 says whether the mint is initialised.
    if !is_mint || data[45] != 1 {
        return Err(ErrorCode::AccountNotInitialized.into());
    }
    let mut rest = data.get(TOKEN_ACCOUNT_BYTES + 1..).unwrap_or_default();
    // Type, length, value; what is shorter than type and length is the unused end, and so is type zero.
    while let [type_low, type_high, length_low, length_high, values @ ..] = rest {
        let extension = u16::from_le_bytes([*type_low, *type_high]);
        if extension == 0 {
            break;
        }
        if !HARMLESS_EXTENSIONS.contains(&extension) {
            return Ok(Some(extension));
        }
        let length = u16::from_le_bytes([*length_low, *length_high]);
        rest = values.get(usize::from(length)..).ok_or(ErrorCode::AccountDidNotDeserialize)?;
    }
    Ok(None)
}
