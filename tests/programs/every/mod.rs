//! What holds of every program.

mod authority;
mod clock;
mod compute_units;
mod freeze;
mod interfaces;
mod isolation;
mod prefunded;
mod program_metadata;
mod refusals;
