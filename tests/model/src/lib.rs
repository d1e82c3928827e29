//! A market a second time, from what the documentation of `sdk/core` says and not from its code: numbers without bounds
//! where the core has 64 bits, the formulas of its tables where the core has shorter ones that are equal to them.
//!
//! What both have to agree on to the atom: every field of a market after every operation, the amounts of every trade, the
//! reason of every refusal and of every sync. Only the logarithm of the price is a float here; the core's is compared with
//! the accuracy that it promises.
//!
//! It depends on nothing of ours, so whatever keeps a market, the core or a compiled program, can be held against it.

mod exact;
mod fees;
mod market;
mod power;
mod refusal;
mod step;
mod sync;
mod trade;
mod usage;

pub use self::{
    fees::Legs,
    market::{Market, Terms},
    power::power_of_half_q32,
    refusal::Refusal,
    sync::{Signal, Synced},
    trade::{Order, Trade},
    usage::{Usage, counted_share},
};
