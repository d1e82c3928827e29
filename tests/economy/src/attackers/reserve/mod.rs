//! Attackers who want a part of what the reserve got from others.

mod backlog;
mod churner;
mod licensee;

pub use backlog::{Backlog, Distributor, WaitingGift};
pub use churner::{Churner, churn};
pub use licensee::Licensee;
