//! Disputes played to their end between operators and challengers of every kind, by the rules that the program runs.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod honest;
mod lies;
mod table;
