//! What the accounts of a listing weigh, in bytes: what they cost is the cluster's rent for each.

use modchains_exchange::state::{Market, Model, ModelVersion};
use modchains_oracle::state::{Service, Usage};
use modchains_vault::state::{RevenuePool, Vault};

use crate::instruction::token::TOKEN_ACCOUNT_BYTES;

/// Bytes before each state that say what it is.
const DISCRIMINATOR_BYTES: usize = 8;
/// A version.
pub const VERSION_BYTES: [usize; 1] = [state::<ModelVersion>()];
/// A market and its account of quote tokens.
pub const MARKET_BYTES: [usize; 2] = [state::<Market>(), TOKEN_ACCOUNT_BYTES];
/// A vault with its account of staked tokens, and its first pool of revenue with the pool's tokens.
pub const VAULT_BYTES: [usize; 4] =
    [state::<Vault>(), TOKEN_ACCOUNT_BYTES, state::<RevenuePool>(), TOKEN_ACCOUNT_BYTES];
/// A service with its escrow and its usage.
pub const SERVICE_BYTES: [usize; 3] = [state::<Service>(), TOKEN_ACCOUNT_BYTES, state::<Usage>()];

/// A mint with the pointer to its metadata, and its metadata without texts.
const MINT_BYTES: usize = 165 + 1 + (4 + 64) + (4 + 32 + 32 + 4);
/// The length before each text.
const TEXT_LENGTH_BYTES: usize = 4;
/// The length of a multisig account, which Token-2022 gives no other account.
const MULTISIG_BYTES: usize = 355;
/// Key of the metadata's field for an image.
const IMAGE_KEY: &str = "image";

const fn state<T>() -> usize {
    DISCRIMINATOR_BYTES + size_of::<T>()
}

/// A model and its mint, whose metadata has these texts; an empty image is none.
pub fn model_bytes(name: &str, symbol: &str, uri: &str, image: &str) -> [usize; 2] {
    let image = if image.is_empty() { Vec::new() } else { vec![IMAGE_KEY, image] };
    let texts = [name, symbol, uri].into_iter().chain(image);
    let mint_bytes = MINT_BYTES + texts.map(|text| TEXT_LENGTH_BYTES + text.len()).sum::<usize>();
    [state::<Model>(), if mint_bytes == MULTISIG_BYTES { MULTISIG_BYTES + 2 } else { mint_bytes }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mint_pays_for_its_texts_and_is_never_as_long_as_a_multisig() {
        let bytes = |uri: usize, image: &str| model_bytes("digits", "DIGIT", &"u".repeat(uri), image)[1];
        assert_eq!(bytes(20, ""), 306 + 12 + 6 + 5 + 20);
        assert_eq!(bytes(20, "abc"), bytes(20, "") + 4 + 5 + 4 + 3);
        assert_eq!((bytes(25, ""), bytes(26, ""), bytes(27, "")), (354, 357, 356));
    }
}
