//! Which mints are safe to keep money in.

use anchor_lang::prelude::*;
use anchor_spl::token_2022::{
    self,
    spl_token_2022::{
        extension::{BaseStateWithExtensions, ExtensionType, StateWithExtensions},
        state::Mint,
    },
};

/// Extensions that give nobody power over holders and take no fee.
const HARMLESS_EXTENSIONS: [ExtensionType; 2] = [ExtensionType::MetadataPointer, ExtensionType::TokenMetadata];

/// Whether `mint`, a mint of either token program, carries no extension but harmless ones: no transfer fee or hook, no
/// permanent delegate, no pause, no frozen accounts by default, no close authority.
pub fn only_harmless_extensions(mint: &AccountInfo) -> Result<bool> {
    if *mint.owner != token_2022::ID {
        return Ok(true);
    }
    let data = mint.try_borrow_data()?;
    let extensions = StateWithExtensions::<Mint>::unpack(&data)?.get_extension_types()?;
    Ok(extensions.iter().all(|extension| HARMLESS_EXTENSIONS.contains(extension)))
}
