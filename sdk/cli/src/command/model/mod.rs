//! Models: registering, publishing versions, handing over, sharing fees, licensing.

mod content;
mod contributors;
mod licence;
mod new;
mod show;
mod transfer;
pub mod version;

use clap::Subcommand;

pub use contributors::owed_atoms;
pub use show::numeric_class;

use crate::{connection::Connection, error::Result, output::Report};

/// Register models, publish versions, share fees, license and hand over.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Register a model and create its token. The key becomes the creator and pays the rent.
    New(new::NewArgs),
    /// Publish a version of a model and make it current. Only the creator may.
    Publish(version::VersionArgs),
    /// Show a model, its token, its licence and its versions.
    Show(show::ShowArgs),
    /// List models.
    List(show::ListArgs),
    /// Hand a model over to another creator, in two steps.
    #[command(subcommand)]
    Transfer(transfer::TransferCommand),
    /// Share the creator's fees with contributors.
    #[command(subcommand)]
    Contributors(contributors::ContributorsCommand),
    /// Say who may use a model for what, and at which price.
    #[command(subcommand)]
    Licence(licence::LicenceCommand),
    /// Mint what a model generated.
    #[command(subcommand)]
    Content(content::ContentCommand),
}

impl ModelCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::New(args) => args.run(connection).await,
            Self::Publish(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::List(args) => args.run(connection).await,
            Self::Transfer(command) => command.run(connection).await,
            Self::Contributors(command) => command.run(connection).await,
            Self::Licence(command) => command.run(connection).await,
            Self::Content(command) => command.run(connection).await,
        }
    }
}
