//! The client library of ModChains: addresses, instruction builders, account and event decoding, quotes and sending.
//!
//! Every account, argument, event and error type is the program's own, re-exported from its crate, and every quote is
//! the formula the program runs. Nothing about a layout is written down twice.
//!
//! ```no_run
//! use modchains_sdk::{Signer, address, client::Client, instruction::{self, Token}, keys};
//!
//! # async fn example() -> Result<(), modchains_sdk::SdkError> {
//! let trader = keys::load("trader.json".as_ref())?;
//! let client = Client::connect("http://127.0.0.1:8899").await?;
//! let model = address::exchange::model(&trader.pubkey(), "digits");
//! let market = client.market(&model).await?;
//! let offer = client.quote_buy(&market.value, 1_000_000_000, 100).await?;
//! let buy = instruction::exchange::market_buy(&trader.pubkey(), &model, &Token::WRAPPED_SOL, offer.args);
//! let receipt = client.send(&[buy], &[&trader]).await?;
//! println!("{} in slot {}", receipt.signature, receipt.slot);
//! # Ok(())
//! # }
//! ```

pub mod address;
pub mod client;
pub mod decode;
mod error;
pub mod instruction;
pub mod keys;

pub use error::{Refusal, Result, SdkError, program_error};

pub use anchor_lang;
pub use modchains_core as core;
pub use modchains_exchange as exchange;
pub use modchains_oracle as oracle;
pub use modchains_vault as vault;
pub use solana_account::Account;
pub use solana_commitment_config::CommitmentConfig;
pub use solana_hash::Hash;
pub use solana_instruction::{AccountMeta, Instruction};
pub use solana_keypair::Keypair;
pub use solana_rpc_client::nonblocking::rpc_client::RpcClient;
pub use solana_signature::Signature;
pub use solana_signer::Signer;

/// A Solana address.
pub type Pubkey = anchor_lang::prelude::Pubkey;
