//! What people do with stakes: change them, see them, claim what they earn.

mod change;
mod claim;
mod compound;
mod position;
mod positions;
mod vault;

pub use change::{StakeArgs, UnstakeArgs, WithdrawArgs};
pub use claim::ClaimArgs;
pub use compound::CompoundArgs;
pub use position::PositionCommand;
pub use positions::{PositionsArgs, claimable};
pub use vault::Staking;
