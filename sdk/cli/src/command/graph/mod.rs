//! The graphs of provable models.

mod check;
mod cost;
mod folder;
mod register;

use clap::Subcommand;

use crate::{connection::Connection, error::Result, output::Report};

/// Check and register the graphs of provable models, and show what they cost.
#[derive(Debug, Subcommand)]
pub enum GraphCommand {
    /// Say whether a graph is accepted, what is wrong with it if not, and its root. Nothing is sent.
    Check(check::CheckArgs),
    /// Show what running a graph and disputing its results cost at most. Nothing is sent.
    Cost(cost::CostArgs),
    /// Have the chain read a graph, so that results of its model can be disputed.
    Register(register::RegisterArgs),
}

impl GraphCommand {
    /// Runs what needs no cluster; none of the others.
    pub fn run_offline(&self) -> Option<Result<Report>> {
        match self {
            Self::Check(args) => Some(args.run()),
            Self::Cost(args) => Some(args.run()),
            Self::Register(_) => None,
        }
    }

    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Check(args) => args.run(),
            Self::Cost(args) => args.run(),
            Self::Register(args) => args.run(connection).await,
        }
    }
}
