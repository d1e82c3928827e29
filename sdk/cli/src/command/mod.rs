//! One file for each group of commands.

pub mod fees;
pub mod market;
pub mod model;
pub mod operator;
pub mod request;
pub mod service;
pub mod usage;
pub mod vault;
pub mod wallet;

use crate::{
    args::{Cli, Command},
    error::Result,
    report::Report,
    session::Session,
};

/// Does what the command line says. Connects first, unless the command needs no cluster.
///
/// # Errors
/// Whatever the command refuses.
pub async fn run(cli: &Cli) -> Result<Report> {
    if let Command::Keygen(args) = &cli.command {
        return args.run();
    }
    let session = &Session::connect(&cli.options).await?;
    match &cli.command {
        Command::Keygen(args) => args.run(),
        Command::Airdrop(args) => args.run(session).await,
        Command::Balance(args) => args.run(session).await,
        Command::Wrap(args) => args.run(session).await,
        Command::Unwrap(args) => args.run(session).await,
        Command::Model(command) => command.run(session).await,
        Command::Market(command) => command.run(session).await,
        Command::Vault(command) => command.run(session).await,
        Command::Operator(command) => command.run(session).await,
        Command::Service(command) => command.run(session).await,
        Command::Request(command) => command.run(session).await,
        Command::Usage(command) => command.run(session).await,
        Command::Fees(command) => command.run(session).await,
    }
}
