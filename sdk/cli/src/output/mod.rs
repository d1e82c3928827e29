//! What people and scripts read.

pub mod clock;
mod report;
mod sparkline;

pub use self::{report::Report, sparkline::sparkline};
