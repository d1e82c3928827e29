//! The oracle.

mod challenges;
mod closes;
mod config;
mod licence_handover;
mod licence_laws;
mod licence_rates;
mod licences;
mod money;
mod operators;
mod proofs;
mod requests;
mod split;
mod usage;
mod windows;
