use clap::Args;
use modchains_sdk::{Pubkey, address, decode::Fetched, vault::state::Position};

use super::{Assembly, NumberedArgs};
use crate::{argument::ModelArg, connection::Connection, error::Result, output::Report};

/// Whose vote is weighed.
#[derive(Debug, Args)]
struct VoterArgs {
    /// Whose vote to weigh [default: the key of --keypair, if there is one].
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Pubkey>,
}

impl VoterArgs {
    /// The position that would vote, if there is one.
    async fn position(&self, connection: &Connection, assembly: &Assembly) -> Result<Option<Fetched<Position>>> {
        // Proposals are anybody's to read, also without a key.
        let Ok(owner) = connection.address_or_own(self.owner) else { return Ok(None) };
        let position = address::vault::position(&assembly.staking.vault.address, &owner);
        Ok(connection.client.find_state(&position).await?)
    }
}

/// Arguments of `proposal list`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "What passes has more for it than against it, and its quorum for it. The weight is what a vote of yours would add: the
stake that was there before the proposal and has stayed; 0 once you have voted."
)]
pub struct ListArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    voter: VoterArgs,
}

impl ListArgs {
    /// Lists them, the latest first.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let assembly = Assembly::load(connection, &self.model.address(connection).await?).await?;
        let position = self.voter.position(connection, &assembly).await?;
        let (model, vault) = (assembly.staking.model(), &assembly.staking.vault.value);
        let listed = connection.client.proposals(model, assembly.now_seconds).await?;
        let position = position.as_ref().map(|position| &position.value);
        let entries = listed.iter().map(|listed| assembly.report(listed, position)).collect();
        const COLUMNS: &[&str] =
            &["proposal", "does", "status", "for", "against", "quorum", "weight", "ends", "executable_from"];
        Ok(Report::new()
            .text("model", model)
            .share_bps("treasury_share", vault.treasury_bps)
            .amounts("treasury", &assembly.treasury())
            .table("proposals", COLUMNS, entries))
    }
}

/// Arguments of `proposal show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    proposal: NumberedArgs,
    #[command(flatten)]
    voter: VoterArgs,
}

impl ShowArgs {
    /// Shows it.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let (assembly, listed) = self.proposal.load(connection).await?;
        let position = self.voter.position(connection, &assembly).await?;
        Ok(assembly.report(&listed, position.as_ref().map(|position| &position.value)))
    }
}
