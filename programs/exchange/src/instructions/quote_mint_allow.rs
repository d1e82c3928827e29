use anchor_lang::prelude::*;
use anchor_spl::{
    token_2022::{
        self,
        spl_token_2022::{
            extension::{BaseStateWithExtensions, ExtensionType, StateWithExtensions},
            state::Mint as MintState,
        },
    },
    token_interface::Mint,
};

use crate::{errors::ExchangeError, state::ExchangeConfig};

/// Extensions that give nobody power over holders.
const HARMLESS_EXTENSIONS: [ExtensionType; 2] = [ExtensionType::MetadataPointer, ExtensionType::TokenMetadata];

/// Allows markets to open with a quote mint.
#[derive(Accounts)]
pub struct QuoteMintAllow<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ ExchangeError::NotAdmin)]
    pub config: AccountLoader<'info, ExchangeConfig>,
    pub mint: InterfaceAccount<'info, Mint>,
}

impl<'info> QuoteMintAllow<'info> {
    /// Adds the mint unless it carries an extension that could hurt holders.
    pub fn handle(&mut self) -> Result<()> {
        let mint = self.mint.to_account_info();
        if *mint.owner == token_2022::ID {
            let data = mint.try_borrow_data()?;
            let extensions = StateWithExtensions::<MintState>::unpack(&data)?.get_extension_types()?;
            let all_harmless = extensions.iter().all(|extension| HARMLESS_EXTENSIONS.contains(extension));
            require!(all_harmless, ExchangeError::QuoteMintExtensionRefused);
        }
        self.config.load_mut()?.allow(self.mint.key())
    }
}
