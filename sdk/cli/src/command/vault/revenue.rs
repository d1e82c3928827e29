use clap::Args;
use modchains_sdk::{
    Pubkey,
    client::Claimable,
    decode::{Event, VaultEvent},
    instruction::vault::revenue_claim,
};

use super::staking::Staking;
use crate::{
    argument::ModelArg,
    connection::{Around, Connection},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `vault claim`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Revenue in SOL is unwrapped in the same transaction, with any other wrapped SOL of yours."
)]
pub struct ClaimArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Only the revenue in this mint [default: every pool that owes something].
    #[arg(long, value_name = "MINT")]
    mint: Option<Pubkey>,
}

impl ClaimArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let holding = connection.client.holding(staking.model(), &owner).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let mut around = Around::default();
        let mut claims = Vec::new();
        let mut about = Report::new().text("model", staking.model());
        for Claimable { mint, place, atoms } in holding.claimable(now_seconds) {
            let is_asked_for = self.mint.is_none_or(|asked| asked == mint);
            if is_asked_for && atoms > 0 {
                let revenue = connection.token(&mint).await?;
                about = about.amount("claimable", revenue.amount(atoms), &revenue.symbol);
                around = around.and(connection.receive(&owner, &owner, &revenue));
                claims.push(revenue_claim(&owner, staking.model(), &revenue.token, place));
            }
        }
        if claims.is_empty() {
            return Err(CliError::unfit("nothing is claimable", "wait until revenue has been streamed to the stakers"));
        }
        let receipt = connection.ask_and_send("Claiming", &about, &around.enclose(claims), signer).await?;
        let mut claimed = Vec::new();
        for event in &receipt.events {
            if let Event::Vault(VaultEvent::RevenueClaimed(event)) = event {
                let revenue = connection.token(&event.revenue_mint).await?;
                let paid = Report::new().amount("claimed", revenue.amount(event.revenue_atoms), &revenue.symbol);
                claimed.push(paid.text("mint", event.revenue_mint));
            }
        }
        Ok(Report::new().text("model", staking.model()).receipt(&receipt).list("revenue", claimed))
    }
}

/// Arguments of `vault position`.
#[derive(Debug, Args)]
pub struct PositionArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Whose position [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Pubkey>,
}

impl PositionArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let owner = connection.address_or_own(self.owner)?;
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let holding = connection.client.holding(staking.model(), &owner).await?;
        let position = &holding.position;
        let now_seconds = connection.client.now_seconds().await?;
        let mut revenue = Vec::new();
        for Claimable { mint, atoms, .. } in holding.claimable(now_seconds) {
            let token = connection.token(&mint).await?;
            revenue.push(Report::new().amount("claimable", token.amount(atoms), &token.symbol).text("mint", mint));
        }
        let (state, token) = (&position.value, &staking.token);
        Ok(Report::new()
            .text("model", staking.model())
            .text("position", position.address)
            .text("owner", owner)
            .amount("staked", token.amount(state.staked_atoms), &token.symbol)
            .amount("cooling", token.amount(state.cooling_atoms), &token.symbol)
            .time("withdrawable_from", state.cooling_until_seconds, now_seconds)
            .list("revenue", revenue))
    }
}
