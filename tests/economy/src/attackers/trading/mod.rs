//! Attackers who trade around syncs and deposits that others bring about.

mod around;
mod dust;
mod momentum;

pub use around::{Flash, Whale};
pub use dust::Dust;
pub use momentum::Momentum;
