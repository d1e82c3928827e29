//! The oracle.

mod closes;
mod config;
mod licence_handover;
mod licence_laws;
mod licence_rates;
mod licences;
mod money;
mod operators;
mod requests;
mod split;
mod usage;
mod windows;
