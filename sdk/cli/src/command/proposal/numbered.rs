use clap::Args;
use modchains_sdk::client::ListedProposal;

use super::Assembly;
use crate::{argument::ModelArg, connection::Connection, error::Result};

/// A proposal, by its number and its model.
#[derive(Debug, Args)]
pub struct NumberedArgs {
    /// Number of the proposal, as `modchains proposal list` shows it.
    #[arg(value_name = "PROPOSAL")]
    pub index: u64,
    /// Whose proposal.
    #[command(flatten)]
    pub model: ModelArg,
}

impl NumberedArgs {
    /// The proposal and its vault.
    pub async fn load(&self, connection: &Connection) -> Result<(Assembly, ListedProposal)> {
        let assembly = Assembly::load(connection, &self.model.address(connection).await?).await?;
        let model = assembly.staking.model();
        let listed = connection.client.proposal(model, self.index, assembly.now_seconds).await?;
        Ok((assembly, listed))
    }
}
