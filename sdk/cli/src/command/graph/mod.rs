//! The graphs of provable models.

mod check;
mod cost;
mod folder;

use clap::Subcommand;

use crate::{error::Result, output::Report};

/// Check the graphs of provable models, and what they cost.
#[derive(Debug, Subcommand)]
pub enum GraphCommand {
    /// Say whether a graph is accepted, what is wrong with it if not, and its root. Nothing is sent.
    Check(check::CheckArgs),
    /// Show what running a graph and disputing its results cost at most. Nothing is sent.
    Cost(cost::CostArgs),
}

impl GraphCommand {
    /// Reads the files.
    pub fn run(&self) -> Result<Report> {
        match self {
            Self::Check(args) => args.run(),
            Self::Cost(args) => args.run(),
        }
    }
}
