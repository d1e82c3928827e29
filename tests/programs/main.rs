//! The compiled programs in a Solana runtime.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod compute_units;
mod exchange_config;
mod exchange_content;
mod exchange_contributors;
mod exchange_licences;
mod exchange_listing;
mod exchange_sync;
mod exchange_trade_laws;
mod exchange_trades;
mod exchange_transfer;
mod foreign_flash;
mod foreign_program;
mod hostile_mints;
mod interfaces;
mod isolation;
mod oracle_config;
mod oracle_licence_laws;
mod oracle_licence_rates;
mod oracle_licences;
mod oracle_money;
mod oracle_operators;
mod oracle_requests;
mod oracle_usage;
mod oracle_windows;
mod program_metadata;
mod refusals;
mod review_clock;
mod review_handover;
mod review_licences;
mod vault;
mod vault_history;
