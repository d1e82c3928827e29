//! What the oracle knows of the exchange program: fields of three accounts and one instruction.

use anchor_lang::{
    prelude::*,
    solana_program::{instruction::Instruction, program::invoke_signed},
};
use modchains_program_kit::account::read_foreign;

/// The exchange program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::EXCHANGE);
/// First eight bytes of SHA-256 of `account:Model`.
pub const MODEL_DISCRIMINATOR: [u8; 8] = [152, 221, 247, 122, 185, 125, 223, 151];
/// First eight bytes of SHA-256 of `account:ModelVersion`.
pub const MODEL_VERSION_DISCRIMINATOR: [u8; 8] = [22, 236, 9, 80, 24, 101, 127, 43];
/// First eight bytes of SHA-256 of `account:Market`.
pub const MARKET_DISCRIMINATOR: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
/// First eight bytes of SHA-256 of `global:reserve_deposit`.
pub const RESERVE_DEPOSIT_DISCRIMINATOR: [u8; 8] = [96, 91, 44, 186, 138, 35, 50, 123];

/// What requests copy of a model version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionFacts {
    /// The model it is a version of.
    pub model: Pubkey,
    /// SHA-256 of its manifest.
    pub manifest_sha256: [u8; 32],
    /// How its results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
}

/// What a service needs to know of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketFacts {
    /// The model it trades.
    pub model: Pubkey,
    /// What it trades against.
    pub quote_mint: Pubkey,
}

/// Creator of `model`.
pub fn read_model_creator(model: &AccountInfo) -> Result<Pubkey> {
    let data = read_foreign(model, &ID, &MODEL_DISCRIMINATOR)?;
    Ok(Pubkey::from(bytes_at(&data, 0)?))
}

/// Facts of a model version.
pub fn read_version(version: &AccountInfo) -> Result<VersionFacts> {
    let data = read_foreign(version, &ID, &MODEL_VERSION_DISCRIMINATOR)?;
    let [numeric_class] = bytes_at(&data, 177)?;
    Ok(VersionFacts { model: Pubkey::from(bytes_at(&data, 0)?), manifest_sha256: bytes_at(&data, 32)?, numeric_class })
}

/// Facts of a market.
pub fn read_market(market: &AccountInfo) -> Result<MarketFacts> {
    let data = read_foreign(market, &ID, &MARKET_DISCRIMINATOR)?;
    Ok(MarketFacts { model: Pubkey::from(bytes_at(&data, 0)?), quote_mint: Pubkey::from(bytes_at(&data, 64)?) })
}

/// `N` bytes at `offset`, counted from the end of the discriminator.
fn bytes_at<const N: usize>(data: &[u8], offset: usize) -> Result<[u8; N]> {
    let bytes = data.get(offset..).and_then(|rest| rest.first_chunk());
    Ok(*bytes.ok_or(ErrorCode::AccountDidNotDeserialize)?)
}

/// `reserve_deposit` of the exchange, accounts in its order.
pub struct ReserveDeposit<'a, 'info> {
    /// Owner of the tokens; signs.
    pub depositor: &'a AccountInfo<'info>,
    /// Where the tokens come from.
    pub depositor_tokens: &'a AccountInfo<'info>,
    /// The market.
    pub market: &'a AccountInfo<'info>,
    /// The market's quote tokens.
    pub quote_vault: &'a AccountInfo<'info>,
    /// The mint's token program.
    pub token_program: &'a AccountInfo<'info>,
    /// The exchange's event authority.
    pub event_authority: &'a AccountInfo<'info>,
    /// The exchange.
    pub program: &'a AccountInfo<'info>,
}

impl ReserveDeposit<'_, '_> {
    /// Deposits `atoms`, signed by the depositor's address with `signer_seeds`.
    pub fn invoke(&self, atoms: u64, signer_seeds: &[&[u8]]) -> Result<()> {
        let mut data = RESERVE_DEPOSIT_DISCRIMINATOR.to_vec();
        data.extend_from_slice(&atoms.to_le_bytes());
        let accounts = vec![
            AccountMeta::new_readonly(*self.depositor.key, true),
            AccountMeta::new(*self.depositor_tokens.key, false),
            AccountMeta::new(*self.market.key, false),
            AccountMeta::new(*self.quote_vault.key, false),
            AccountMeta::new_readonly(*self.token_program.key, false),
            AccountMeta::new_readonly(*self.event_authority.key, false),
            AccountMeta::new_readonly(*self.program.key, false),
        ];
        let infos = [
            self.depositor.clone(),
            self.depositor_tokens.clone(),
            self.market.clone(),
            self.quote_vault.clone(),
            self.token_program.clone(),
            self.event_authority.clone(),
            self.program.clone(),
        ];
        invoke_signed(&Instruction { program_id: ID, accounts, data }, &infos, &[signer_seeds])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::discriminator;

    #[test]
    fn discriminators_are_what_anchor_computes() {
        assert_eq!(MODEL_DISCRIMINATOR, discriminator("account:Model"));
        assert_eq!(MODEL_VERSION_DISCRIMINATOR, discriminator("account:ModelVersion"));
        assert_eq!(MARKET_DISCRIMINATOR, discriminator("account:Market"));
        assert_eq!(RESERVE_DEPOSIT_DISCRIMINATOR, discriminator("global:reserve_deposit"));
    }
}
