use clap::Args;
use modchains_sdk::{
    Pubkey, address,
    instruction::vault::{self as instruction, RevenueMints, position_open, unstake_withdraw},
    vault::{
        instructions::{StakeArgs as Stake, UnstakeArgs as Unstake},
        state::Position,
    },
};

use super::staking::Staking;
use crate::{
    amount::DecimalOrAll,
    argument::ModelArg,
    connection::{Connection, spendable_atoms},
    error::{CliError, Result},
    output::Report,
};

/// The pools in the form that the instructions take.
fn in_order(mints: &[Pubkey]) -> Result<RevenueMints<'_>> {
    let (first, more) = mints
        .split_first()
        .ok_or_else(|| CliError::unfit("the vault has no revenue pool", "ask the model's creator to open one"))?;
    Ok(RevenueMints { first: *first, more })
}

/// Arguments of `vault stake`.
#[derive(Debug, Args)]
#[command(after_long_help = "Opens your position first if you have none.

Example:
  modchains vault stake all MODEL")]
pub struct StakeArgs {
    /// How many tokens, or `all`.
    #[arg(value_name = "TOKENS")]
    amount: DecimalOrAll,
    #[command(flatten)]
    model: ModelArg,
}

impl StakeArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let token_atoms = connection.held_atoms(&owner, &staking.token, &self.amount).await?;
        let position = address::vault::position(&staking.vault.address, &owner);
        let mut instructions = Vec::new();
        if connection.client.find_state::<Position>(&position).await?.is_none() {
            instructions.push(position_open(&owner, staking.model()));
        }
        let mints = staking.revenue_mints();
        instructions.push(instruction::stake(&owner, staking.model(), in_order(&mints)?, Stake { token_atoms }));
        let about = staking.about("stake", token_atoms);
        Ok(staking.show(&connection.ask_and_send("Staking", &about, &instructions, signer).await?))
    }
}

/// Arguments of `vault unstake`.
#[derive(Debug, Args)]
#[command(after_long_help = "The cooldown starts again for everything that is cooling already.")]
pub struct UnstakeArgs {
    /// How many tokens, or `all`.
    #[arg(value_name = "TOKENS")]
    amount: DecimalOrAll,
    #[command(flatten)]
    model: ModelArg,
}

impl UnstakeArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let position = connection.client.position(staking.model(), &owner).await?.value;
        let token_atoms = spendable_atoms(&owner, &staking.token, &self.amount, position.staked_atoms)?;
        let mints = staking.revenue_mints();
        let start = instruction::unstake(&owner, staking.model(), in_order(&mints)?, Unstake { token_atoms });
        let about = staking.about("unstake", token_atoms);
        let about = about.number("cooldown_seconds", staking.vault.value.cooldown_seconds);
        Ok(staking.show(&connection.ask_and_send("Unstaking", &about, &[start], signer).await?))
    }
}

/// Arguments of `vault withdraw`.
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl WithdrawArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let position = connection.client.position(staking.model(), &owner).await?.value;
        let withdraw = unstake_withdraw(&owner, staking.model());
        let instructions = connection.receive(&owner, &owner, &staking.token).enclose([withdraw]);
        let about = staking.about("withdraw", position.cooling_atoms);
        Ok(staking.show(&connection.ask_and_send("Withdrawing", &about, &instructions, signer).await?))
    }
}
