use modchains_sdk::{
    client::ListedProposal,
    decode::{Event, VaultEvent},
    instruction::governance::{proposal_close, proposal_execute},
    vault::state::{Grant, ProposalAction},
};

use super::{Assembly, NumberedArgs};
use crate::{amount::Amount, connection::Connection, error::Result, output::Report};

impl NumberedArgs {
    /// Executes it by the instruction for its action.
    pub async fn execute(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let (assembly, listed) = self.load(connection).await?;
        let (model, proposal) = (assembly.staking.model(), &listed.proposal.value);
        let grant_pool = match listed.action {
            ProposalAction::GrantStop { grant } => Some(connection.client.state::<Grant>(&grant).await?.value.pool),
            _ => None,
        };
        let execute = proposal_execute(&signer.pubkey(), model, proposal, &assembly.quote.token, grant_pool)?;
        let about = about(&assembly, &listed);
        let receipt = connection.ask_and_send("Executing", &about, &[execute], signer).await?;
        let report = receipt.events.iter().fold(about, |report, event| match event {
            Event::Vault(VaultEvent::ProposalExecuted(executed)) => report.moment("executed", executed.at_seconds),
            _ => report,
        });
        Ok(report.receipt(&receipt))
    }

    /// Closes it for its proposer, who gets the rent whoever sends this.
    pub async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let (assembly, listed) = self.load(connection).await?;
        let proposer = listed.proposal.value.proposer;
        let about = about(&assembly, &listed).text("proposer", proposer).amount(
            "rent",
            Amount::sol(listed.proposal.lamports),
            "SOL",
        );
        let close = proposal_close(assembly.staking.model(), self.index, &proposer);
        let receipt = connection.ask_and_send("Closing the proposal", &about, &[close], signer).await?;
        Ok(about.receipt(&receipt))
    }
}

/// Which proposal it is.
fn about(assembly: &Assembly, listed: &ListedProposal) -> Report {
    let proposal = &listed.proposal.value;
    Report::new()
        .text("model", assembly.staking.model())
        .number("proposal", proposal.index)
        .and(assembly.content(&listed.action, &proposal.text_sha256, &listed.uri))
        .text("payload_sha256", hex::encode(proposal.payload_sha256))
}
