//! Stakes, what they earn, and what stakers decide.

mod closes;
mod decisions;
mod grants;
mod positions;
mod proposals;
mod revenue;
pub mod standing;
pub mod stream;
mod treasury;

use super::law::Law;

/// The laws.
pub const LAWS: &[&[Law]] =
    &[positions::LAWS, revenue::LAWS, treasury::LAWS, proposals::LAWS, decisions::LAWS, grants::LAWS, closes::LAWS];
