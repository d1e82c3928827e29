//! The economy around one market: honest use and what it does to the price, attackers and what they gain, and the searches
//! that look for the cleverest of them. Everything is moved by the library's own formulas.
//!
//! The laws about it stand in `sdk/core/tests`; the benchmarks print [`figures`].

// reason: a simulation that cannot go on ends the test or the benchmark that runs it.
#![allow(clippy::unwrap_used, missing_docs)]

pub mod attackers;
pub mod figures;
pub mod honest;
pub mod search;
pub mod world;
