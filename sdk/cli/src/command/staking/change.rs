use clap::Args;
use modchains_sdk::{
    address,
    client::subscribable,
    instruction::vault::{self as instruction, RevenueMints, pool_subscribe, position_open, unstake_withdraw},
    vault::{
        instructions::{StakeArgs as Stake, UnstakeArgs as Unstake},
        state::Position,
    },
};

use super::vault::Staking;
use crate::{
    amount::DecimalOrAll,
    argument::ModelArg,
    command::proposal::vote_first,
    connection::{Connection, spendable_atoms},
    error::Result,
    output::Report,
};

/// Arguments of `stake`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Opens your position first if you have none, and shares of the vault's further pools in mints that the exchange
allows, as far as there is room for eight: they earn from then on.

Example:
  modchains stake all MODEL"
)]
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
        let mut shares = Vec::new();
        let mut warning = Report::new();
        if let Some(position) = connection.client.find_state::<Position>(&position).await? {
            shares = connection.client.holding(staking.model(), &owner).await?.share_mints();
            let now_seconds = connection.client.now_seconds().await?;
            warning = vote_warning(connection, &staking, &position.value, token_atoms, now_seconds).await?;
        } else {
            instructions.push(position_open(&owner, staking.model()));
        }
        let vault = &staking.vault.value;
        let revenue = RevenueMints { first: vault.quote_mint, shares: &shares };
        let args = Stake { token_atoms, rules_counter: vault.rules_counter };
        instructions.push(instruction::stake(&owner, staking.model(), revenue, args));
        let config = connection.client.exchange_config().await?.value;
        let more = subscribable(&staking.pools, &config, &shares);
        instructions.extend(more.iter().map(|mint| pool_subscribe(&owner, staking.model(), mint)));
        let about = staking.about("stake", token_atoms).and(warning.clone());
        Ok(staking.show(&connection.ask_and_send("Staking", &about, &instructions, signer).await?).and(warning))
    }
}

/// A warning where adding `token_atoms` to a position takes weight from votes that it could still give; else nothing.
pub async fn vote_warning(
    connection: &Connection,
    staking: &Staking,
    position: &Position,
    token_atoms: u64,
    now_seconds: i64,
) -> Result<Report> {
    if staking.vault.value.proposal_count == 0 {
        return Ok(Report::new());
    }
    let proposals = connection.client.proposals(staking.model(), now_seconds).await?;
    let warned = vote_first(&proposals, position, token_atoms, now_seconds);
    Ok(warned.map_or_else(Report::new, |warned| Report::new().text("warning", warned)))
}

/// Arguments of `unstake`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Unstaked tokens earn nothing and cool for the vault's cooldown; `modchains withdraw` takes them out after it. The
cooldown starts again for everything that is cooling already."
)]
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
        let holding = connection.client.holding(staking.model(), &owner).await?;
        let staked_atoms = holding.position.value.staked_atoms;
        let token_atoms = spendable_atoms(&owner, &staking.token, &self.amount, staked_atoms)?;
        let shares = holding.share_mints();
        let revenue = holding.revenue_mints(&shares);
        let start = instruction::unstake(&owner, staking.model(), revenue, Unstake { token_atoms });
        let about = staking.about("unstake", token_atoms);
        let about = about.number("cooldown_seconds", staking.vault.value.cooldown_seconds);
        Ok(staking.show(&connection.ask_and_send("Unstaking", &about, &[start], signer).await?))
    }
}

/// Arguments of `withdraw`.
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
