//! Attackers at a launch, and of what stakers earn.

mod crowd;
mod sniper;
mod staker;

pub use crowd::launch_spread;
pub use sniper::{LAUNCH, Sniper, VIRTUAL, wallets_share};
pub use staker::Staker;
