//! One file for each group of commands.

pub mod fees;
pub mod market;
pub mod model;
pub mod operator;
pub mod referral;
pub mod request;
pub mod service;
pub mod usage;
pub mod vault;
pub mod wallet;

use crate::{
    args::{Cli, Command},
    connection::Connection,
    error::Result,
    report::Report,
};

/// Does what the command line says. Connects first, unless the command needs no cluster.
///
/// # Errors
/// Whatever the command refuses.
pub async fn run(cli: &Cli) -> Result<Report> {
    if let Command::Keygen(args) = &cli.command {
        return args.run();
    }
    let connection = &Connection::connect(&cli.options).await?;
    match &cli.command {
        Command::Keygen(args) => args.run(),
        Command::Airdrop(args) => args.run(connection).await,
        Command::Balance(args) => args.run(connection).await,
        Command::Wrap(args) => args.run(connection).await,
        Command::Unwrap(args) => args.run(connection).await,
        Command::Model(command) => command.run(connection).await,
        Command::Market(command) => command.run(connection).await,
        Command::Vault(command) => command.run(connection).await,
        Command::Operator(command) => command.run(connection).await,
        Command::Service(command) => command.run(connection).await,
        Command::Request(command) => command.run(connection).await,
        Command::Usage(command) => command.run(connection).await,
        Command::Fees(command) => command.run(connection).await,
        Command::Referral(command) => command.run(connection).await,
    }
}
