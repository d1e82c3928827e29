//! The client library of ModChains: addresses, instruction builders, account and event decoding, quotes and sending.
//!
//! Every account, argument, event and error type is the program's own, re-exported from its crate, and every quote is
//! the formula the program runs. Nothing about a layout is written down twice.
//!
//! ```no_run
//! use modchains_sdk::{Signer, address, client::Client, keys};
//! use modchains_sdk::instruction::{Token, exchange::TradeRoute, trade::{Trade, Wrapping}};
//! use modchains_sdk::quote::{TradeSide, TradeSize, quote};
//!
//! # async fn example() -> Result<(), modchains_sdk::SdkError> {
//! let key = keys::load("trader.json".as_ref())?;
//! let client = Client::connect("http://127.0.0.1:8899").await?;
//! let model = address::exchange::model(&key.pubkey(), "digits");
//! let market = client.market(&model).await?;
//! let now_seconds = client.now_seconds().await?;
//! let offer = quote(&market.value, TradeSide::Buy, TradeSize::ExactIn(1_000_000_000), now_seconds)?;
//! let trade = Trade {
//!     trader: key.pubkey(),
//!     model,
//!     quote: Token::WRAPPED_SOL,
//!     side: offer.side,
//!     args: offer.args(100, now_seconds + 60)?, // 1 % of slippage, for a minute
//!     route: TradeRoute { referrer: None, launch: offer.launch_ends_at_seconds.is_some() },
//! };
//! let found = client.trader_accounts(&trade.trader, &model, &trade.quote).await?;
//! let receipt = client.send(&trade.instructions(found, Wrapping::AsFound), &[&key]).await?;
//! println!("{} in slot {}", receipt.signature, receipt.slot);
//! # Ok(())
//! # }
//! ```

pub mod address;
pub mod bundle;
pub mod client;
pub mod clock;
pub mod decode;
mod endpoint;
mod error;
pub mod hash;
pub mod instruction;
pub mod keys;
pub mod pack;
pub mod portfolio;
pub mod quote;
pub mod rent;
pub mod revenue;
pub mod terminal;
pub mod twap;

pub use endpoint::{Endpoint, without_secrets};
pub use error::{NamedError, Refusal, Result, SdkError, causes, program_error};

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
pub use solana_signature::Signature;
pub use solana_signer::Signer;

/// A Solana address.
pub type Pubkey = anchor_lang::prelude::Pubkey;
