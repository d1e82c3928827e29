use clap::{Args, Subcommand};
use modchains_sdk::{
    client::Holding,
    core::window,
    instruction::vault::{pool_unsubscribe, position_close},
};

use crate::{
    amount::Amount,
    argument::ModelArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Close what holds your stakes.
#[derive(Debug, Subcommand)]
pub enum PositionCommand {
    /// Close your position in a model's vault, with its shares of further pools; the rent goes back to you.
    Close(CloseArgs),
}

impl PositionCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Close(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `position close`.
#[derive(Debug, Args)]
#[command(after_long_help = "Unstake, withdraw and claim everything first. A position can be opened again.

Example:
  modchains position close MODEL")]
pub struct CloseArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl CloseArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let model = self.model.address(connection).await?;
        let holding = connection.client.holding(&model, &owner).await?;
        require_empty(&holding, connection.client.now_seconds().await?)?;
        let shares = holding.share_mints();
        let unsubscribe = shares.iter().map(|mint| pool_unsubscribe(&owner, &model, mint));
        let instructions: Vec<_> = unsubscribe.chain([position_close(&owner, &model)]).collect();
        let share_lamports = holding.shares.iter().map(|held| held.share.lamports);
        let lamports = share_lamports.fold(holding.position.lamports, u64::saturating_add);
        let report = Report::new()
            .text("model", model)
            .text("position", holding.position.address)
            .number("shares", shares.len() as u64)
            .amount("rent", Amount::sol(lamports), "SOL");
        let receipt = connection.ask_and_send("Closing the position", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Refuses while anything is left in a position, with the command that takes it out.
fn require_empty(holding: &Holding, now_seconds: i64) -> Result<()> {
    let position = &holding.position.value;
    let refuse = |what: &str, remedy| Err(CliError::unfit(what, remedy));
    if position.staked_atoms > 0 {
        return refuse("something is staked", "use `modchains unstake all MODEL` first, then withdraw");
    }
    if position.cooling_atoms > 0 {
        return refuse("something is cooling", "use `modchains withdraw MODEL` once the cooldown is over");
    }
    if holding.claimable(now_seconds).iter().any(|claimable| claimable.atoms > 0) {
        return refuse("revenue is unclaimed", "use `modchains claim MODEL` first");
    }
    if position.has_proposal == 1 {
        return refuse("the position has a proposal", "use `modchains proposal close` once it is settled");
    }
    if window::is_open(now_seconds, position.locked_until_seconds) {
        return refuse("the position has voted on a proposal whose vote still runs", "wait for the end of the vote");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::{
        Pubkey,
        decode::Fetched,
        vault::state::{Earnings, Position, RevenuePool, Vault},
    };

    use super::*;

    fn fetched<T>(value: T) -> Fetched<T> {
        Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 }
    }

    fn refusal(position: Position) -> Option<String> {
        let (vault, first) = (fetched(Vault::zeroed()), fetched(RevenuePool::zeroed()));
        let holding = Holding { vault, position: fetched(position), first, shares: Vec::new() };
        require_empty(&holding, 1_000).err().map(|refused| refused.to_string())
    }

    #[test]
    fn a_position_with_anything_in_it_names_the_command_that_takes_it_out() {
        let empty = Position::zeroed();
        assert_eq!(refusal(empty), None);
        let earnings = Earnings { claimable_atoms: 1, ..Earnings::default() };
        for (position, command) in [
            (Position { staked_atoms: 1, ..empty }, "modchains unstake"),
            (Position { cooling_atoms: 1, ..empty }, "modchains withdraw"),
            (Position { earnings, ..empty }, "modchains claim"),
            (Position { has_proposal: 1, ..empty }, "modchains proposal close"),
            (Position { locked_until_seconds: 1_001, ..empty }, "end of the vote"),
        ] {
            let refused = refusal(position).unwrap();
            assert!(refused.contains(command), "{refused}");
        }
        assert_eq!(refusal(Position { locked_until_seconds: 1_000, ..empty }), None);
    }
}
