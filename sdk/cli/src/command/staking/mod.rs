//! What people do with stakes: change them, see them, claim what they earn.

mod change;
mod claim;
mod positions;
mod vault;

pub use change::{StakeArgs, UnstakeArgs, WithdrawArgs};
pub use claim::ClaimArgs;
pub use positions::{PositionsArgs, claimable};
pub use vault::Staking;
