//! What configurations share: changes that wait, and roles that change hands.

pub mod handover;
pub mod timelock;
