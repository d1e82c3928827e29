//! What people and scripts read.

mod report;
mod sparkline;

pub use self::{report::Report, sparkline::sparkline};
