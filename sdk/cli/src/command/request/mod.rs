//! Asking a model and reading its answers.

mod licence;
mod new;
mod reading;
mod settle;
mod show;
mod wait;

use clap::Subcommand;

pub use new::NewArgs;
pub use settle::{CloseArgs, CounterCloseArgs, FinalizeArgs, RefundArgs};
pub use show::{ListArgs, ShowArgs};

use crate::{connection::Connection, error::Result, output::Report};

/// Ask a model and read its answers.
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
    /// Ask for an inference; fee and tip go into escrow.
    New(Box<NewArgs>),
    /// Show a request with its answer.
    Show(ShowArgs),
    /// List the requests to a model.
    List(ListArgs),
    /// Make a result final whose challenge window is over. Anyone may.
    Finalize(FinalizeArgs),
    /// Take back everything after the deadline of a request that nobody answered. Anyone may send it.
    Refund(RefundArgs),
    /// Close a settled request and get its rent back. Its answer is then no longer on chain.
    Close(CloseArgs),
    /// Close the account that counts your requests to a model, and get its rent back.
    CounterClose(CounterCloseArgs),
}

impl RequestCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::New(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::List(args) => args.run(connection).await,
            Self::Finalize(args) => args.run(connection).await,
            Self::Refund(args) => args.run(connection).await,
            Self::Close(args) => args.run(connection).await,
            Self::CounterClose(args) => args.run(connection).await,
        }
    }
}
