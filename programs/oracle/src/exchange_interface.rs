//! What the oracle knows of the exchange program: fields of four accounts. It pays by `programs/kit`'s deposit.

use anchor_lang::prelude::*;
use modchains_core::licence::{Grant, LicenceKind, LicenceTerms};
use modchains_program_kit::account::read_foreign;

use crate::errors::{OracleError, ensure};

/// The exchange program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::EXCHANGE);
/// First eight bytes of SHA-256 of `account:Model`.
pub const MODEL_DISCRIMINATOR: [u8; 8] = [152, 221, 247, 122, 185, 125, 223, 151];
/// First eight bytes of SHA-256 of `account:ModelVersion`.
pub const MODEL_VERSION_DISCRIMINATOR: [u8; 8] = [22, 236, 9, 80, 24, 101, 127, 43];
/// First eight bytes of SHA-256 of `account:Market`.
pub const MARKET_DISCRIMINATOR: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
/// First eight bytes of SHA-256 of `account:Licence`.
pub const LICENCE_DISCRIMINATOR: [u8; 8] = [189, 100, 109, 91, 126, 56, 170, 241];

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

/// Who may use `model` without a grant, and on what terms.
pub fn read_default_licence(model: &AccountInfo) -> Result<(LicenceKind, LicenceTerms)> {
    let data = read_foreign(model, &ID, &MODEL_DISCRIMINATOR)?;
    let [kind] = bytes_at(&data, 108)?;
    let terms = terms_at(&data, TermOffsets { price_atoms: 72, rate: 96, uses: 104 })?;
    Ok((LicenceKind::from_code(kind).map_err(OracleError::from)?, terms))
}

/// What minting a result of `model` as content costs, in quote atoms.
pub fn read_content_fee(model: &AccountInfo) -> Result<u64> {
    let data = read_foreign(model, &ID, &MODEL_DISCRIMINATOR)?;
    Ok(u64::from_le_bytes(bytes_at(&data, 80)?))
}

/// The grant in `licence`, which must be for `model` and `grantee`. The exchange keeps one licence for each pair.
pub fn read_licence(licence: &AccountInfo, model: &Pubkey, grantee: &Pubkey) -> Result<Grant> {
    let data = read_foreign(licence, &ID, &LICENCE_DISCRIMINATOR)?;
    let (of, to) = (Pubkey::from(bytes_at(&data, 0)?), Pubkey::from(bytes_at(&data, 32)?));
    ensure(of == *model, OracleError::LicenceOfOtherModel)?;
    ensure(to == *grantee, OracleError::LicenceOfOtherRequester)?;
    Ok(Grant {
        terms: terms_at(&data, TermOffsets { price_atoms: 64, rate: 88, uses: 96 })?,
        expires_at_seconds: i64::from_le_bytes(bytes_at(&data, 72)?),
        revoked_at_seconds: i64::from_le_bytes(bytes_at(&data, 80)?),
    })
}

/// Where an account keeps licence terms; the window follows the rate.
struct TermOffsets {
    price_atoms: usize,
    rate: usize,
    uses: usize,
}

fn terms_at(data: &[u8], offsets: TermOffsets) -> Result<LicenceTerms> {
    Ok(LicenceTerms {
        uses: u16::from_le_bytes(bytes_at(data, offsets.uses)?),
        price_atoms: u64::from_le_bytes(bytes_at(data, offsets.price_atoms)?),
        rate_max: u32::from_le_bytes(bytes_at(data, offsets.rate)?),
        // arith-safety: an offset of a few bytes.
        rate_window_seconds: u32::from_le_bytes(bytes_at(data, offsets.rate + 4)?),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::discriminator;

    #[test]
    fn discriminators_are_what_anchor_computes() {
        assert_eq!(MODEL_DISCRIMINATOR, discriminator("account:Model"));
        assert_eq!(MODEL_VERSION_DISCRIMINATOR, discriminator("account:ModelVersion"));
        assert_eq!(MARKET_DISCRIMINATOR, discriminator("account:Market"));
        assert_eq!(LICENCE_DISCRIMINATOR, discriminator("account:Licence"));
    }
}
