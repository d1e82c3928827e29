use clap::{ArgGroup, Args};
use modchains_sdk::{
    decode::{Event, VaultEvent},
    instruction::governance::proposal_vote,
    vault::instructions::ProposalVoteArgs,
};

use super::NumberedArgs;
use crate::{
    argument::{Hash, parse_hash},
    connection::Connection,
    error::Result,
    output::Report,
};

/// Arguments of `vote`.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("side").required(true).args(["is_for", "is_against"])),
    after_long_help = "The vote is for what is shown, and names its hash: nothing else can be put in its place. It weighs the stake that was
there before the proposal and has stayed, cannot be changed, and locks the stake until 6 days after the opening. Vote first,
then add to your stake: adding to a stake that is younger than 12 days takes weight from votes that it has not given.

Examples:
  modchains vote PROPOSAL MODEL --for
  modchains vote PROPOSAL MODEL --against --yes --payload-sha256 HASH"
)]
pub struct VoteArgs {
    #[command(flatten)]
    proposal: NumberedArgs,
    /// Vote for it.
    #[arg(long = "for")]
    is_for: bool,
    /// Vote against it.
    #[arg(long = "against")]
    is_against: bool,
    /// What you mean to vote on, as `proposal show` said; anything else is refused [default: what is shown now].
    #[arg(long, value_name = "HASH", value_parser = parse_hash)]
    payload_sha256: Option<Hash>,
}

impl VoteArgs {
    /// Shows what is voted on, asks, and votes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let (assembly, listed) = self.proposal.load(connection).await?;
        let (staking, proposal) = (&assembly.staking, &listed.proposal.value);
        let position = connection.client.position(staking.model(), &owner).await?.value;
        let payload_sha256 = self.payload_sha256.unwrap_or(proposal.payload_sha256);
        let args = ProposalVoteArgs { payload_sha256, is_for: self.is_for };
        let vote = proposal_vote(&owner, staking.model(), proposal.index, args);
        let amount =
            |report: Report, key, atoms| report.amount(key, staking.token.amount(atoms), &staking.token.symbol);
        let about = Report::new()
            .text("model", staking.model())
            .text("vote", if self.is_for { "for" } else { "against" })
            .and(assembly.report(&listed, Some(&position)));
        let uncounted_atoms = position.staked_atoms.saturating_sub(listed.weight_atoms(&position));
        let about = amount(about, "stake_that_came_too_late", uncounted_atoms);
        let locked_until_seconds = proposal.state().voting_window_end_seconds();
        let about = about.time("your_stake_is_locked_until", locked_until_seconds, assembly.now_seconds);
        let receipt = connection.ask_and_send("Voting", &about, &[vote], signer).await?;
        let report = Report::new().text("model", staking.model()).number("proposal", proposal.index);
        let report = receipt.events.iter().fold(report, |report, event| match event {
            Event::Vault(VaultEvent::ProposalVoted(voted)) => {
                let report = amount(report, "weight", voted.weight_atoms);
                let report = amount(report, "for", voted.for_atoms_after);
                let report = amount(report, "against", voted.against_atoms_after);
                amount(report, "quorum", proposal.quorum_atoms).moment("ends", voted.end_seconds)
            }
            _ => report,
        });
        Ok(report.moment("locked_until", locked_until_seconds).receipt(&receipt))
    }
}
