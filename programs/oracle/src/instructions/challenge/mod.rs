//! Instructions: challenges of results. Which side of one is right the disputes program decides, and it alone calls these;
//! but for the claim of a reward, which anybody may make.

mod challenge_open;
mod challenge_settle;
mod result_overturn;
mod reward_claim;
mod trace_set;

pub use {challenge_open::*, challenge_settle::*, result_overturn::*, reward_claim::*, trace_set::*};
