//! The exchange.

mod closes;
mod config;
mod content;
mod contributors;
mod hostile_mints;
mod licences;
mod listing;
mod mint_lengths;
mod pause;
mod payees;
mod sync;
mod trade_laws;
mod trades;
mod transfer;
