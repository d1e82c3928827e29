//! Taking a mint off the lists.

use clap::Subcommand;
use modchains_sdk::{
    Instruction, Pubkey,
    decode::Receipt,
    instruction::{exchange, oracle},
};

use crate::{Result, context::Context};

/// Take a mint off the lists of quote mints.
#[derive(Debug, Subcommand)]
pub enum MintCommand {
    /// Take a mint off the lists of both programs. Markets and services in it go on; no new ones open.
    Delist {
        /// The mint.
        mint: Pubkey,
    },
}

/// Takes a mint off the lists of both programs, as far as it is on them, and says how many lists that were. What is open in
/// it goes on.
///
/// # Errors
/// When the key is not the admin, or as [`Context::send`].
pub async fn delist(context: &Context, mint: &Pubkey) -> Result<(usize, Option<Receipt>)> {
    let admin = context.authority_address();
    let on_exchange = context.client.exchange_config().await?.value.allows(mint);
    let on_oracle = context.client.oracle_config().await?.value.listed(mint).is_some();
    let instructions: Vec<Instruction> = [
        on_exchange.then(|| exchange::quote_mint_delist(&admin, mint)),
        on_oracle.then(|| oracle::bond_mint_delist(&admin, mint)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if instructions.is_empty() {
        return Ok((0, None));
    }
    let receipt = context.send(&instructions, &[]).await?;
    Ok((instructions.len(), Some(receipt)))
}
