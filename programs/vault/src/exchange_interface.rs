//! What this program reads of the exchange, by declared layout. The programs share no code.

use anchor_lang::prelude::*;
use modchains_core::ids;
use modchains_program_kit::account::read_foreign;

/// The exchange program, the only one that can write a model.
pub const EXCHANGE_ID: Pubkey = Pubkey::from_str_const(ids::EXCHANGE);
/// First eight bytes of `sha256("account:Model")`.
pub const MODEL_DISCRIMINATOR: [u8; 8] = [152, 221, 247, 122, 185, 125, 223, 151];
/// Where the creator lies in a model's data after the discriminator.
const CREATOR: core::ops::Range<usize> = 0..32;
/// Where the token's mint lies in a model's data after the discriminator.
const MINT: core::ops::Range<usize> = 32..64;

/// What a vault needs to know of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// Opens vault and pools.
    pub creator: Pubkey,
    /// The model's token.
    pub mint: Pubkey,
}

/// Reads a model, or fails unless the exchange owns the account and it is one.
pub fn read_model(account: &AccountInfo) -> Result<Model> {
    let data = read_foreign(account, &EXCHANGE_ID, &MODEL_DISCRIMINATOR)?;
    Ok(Model { creator: key_at(&data, CREATOR)?, mint: key_at(&data, MINT)? })
}

fn key_at(data: &[u8], range: core::ops::Range<usize>) -> Result<Pubkey> {
    let bytes = data.get(range).ok_or(ErrorCode::AccountDidNotDeserialize)?;
    Ok(Pubkey::try_from(bytes).map_err(|_| ErrorCode::AccountDidNotDeserialize)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_program_kit::hash::sha256;

    use super::*;

    fn read(data: &mut [u8], owner: &Pubkey) -> Result<Model> {
        let (key, mut lamports) = (Pubkey::new_unique(), 1);
        read_model(&AccountInfo::new(&key, false, false, &mut lamports, data, owner, false))
    }

    fn model_data() -> Vec<u8> {
        let mut data = sha256(&[b"account:Model"])[..8].to_vec();
        data.extend_from_slice(&[1; 32]);
        data.extend_from_slice(&[2; 32]);
        data
    }

    #[test]
    fn a_model_shows_its_creator_and_mint() {
        let model = read(&mut model_data(), &EXCHANGE_ID).unwrap();
        assert_eq!(model, Model { creator: [1; 32].into(), mint: [2; 32].into() });
    }

    #[test]
    fn a_model_of_another_program_is_refused() {
        let refused = read(&mut model_data(), &crate::ID).unwrap_err();
        assert_eq!(refused, ErrorCode::AccountOwnedByWrongProgram.into());
    }

    #[test]
    fn another_account_of_the_exchange_is_refused() {
        let mut data = model_data();
        data[0] ^= 1;
        assert_eq!(read(&mut data, &EXCHANGE_ID).unwrap_err(), ErrorCode::AccountDiscriminatorMismatch.into());
    }

    #[test]
    fn a_model_cut_short_is_refused() {
        let mut data = model_data();
        data.pop();
        assert_eq!(read(&mut data, &EXCHANGE_ID).unwrap_err(), ErrorCode::AccountDidNotDeserialize.into());
    }
}
