//! What stakers decide: opening proposals, reading them, voting on them, and doing what was decided.

mod action;
mod assembly;
mod numbered;
mod obstacle;
mod open;
mod settle;
mod show;
mod vote;

use clap::Subcommand;

pub use assembly::{Assembly, vote_first};
pub use numbered::NumberedArgs;
pub use vote::VoteArgs;

use crate::{connection::Connection, error::Result, output::Report};

/// Propose, read and carry out what the stakers of a model decide.
#[derive(Debug, Subcommand)]
pub enum ProposalCommand {
    /// Ask the stakers of a model. Whoever has 0.5 % of the stake may; the stake is locked until the vote is over.
    Open(Box<open::OpenArgs>),
    /// List the proposals of a model with their tally, and what your vote weighs.
    List(show::ListArgs),
    /// Show a proposal: what it does, its hash, tally and times.
    Show(show::ShowArgs),
    /// Do what was approved, once its timelock is over. Anyone may.
    Execute(NumberedArgs),
    /// Close a proposal that is settled; its rent goes to who opened it. Anyone may.
    Close(NumberedArgs),
}

impl ProposalCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Open(args) => args.run(connection).await,
            Self::List(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::Execute(args) => args.execute(connection).await,
            Self::Close(args) => args.close(connection).await,
        }
    }
}
