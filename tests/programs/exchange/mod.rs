//! The exchange.

mod config;
mod content;
mod contributors;
mod handover;
mod hostile_mints;
mod licences;
mod listing;
mod mint_lengths;
mod pause;
mod sync;
mod trade_laws;
mod trades;
mod transfer;
