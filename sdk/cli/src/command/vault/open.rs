use clap::Args;
use modchains_sdk::{
    Pubkey, address,
    core::stream::STREAM_SECONDS_DEFAULT,
    decode::Fetched,
    exchange::state::Market,
    instruction::vault::vault_open,
    vault::{
        instructions::VaultOpenArgs,
        state::{RevenuePool, VaultTerms},
    },
};

use super::staking::Staking;
use crate::{
    argument::{ModelArg, parse_seconds},
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Cooldown of a new vault unless told otherwise: one day.
pub const COOLDOWN_SECONDS_DEFAULT: u32 = 24 * 3_600;

/// Arguments of `vault open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Time between starting an unstake and withdrawing it, 10s to 30d.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds, default_value_t = COOLDOWN_SECONDS_DEFAULT)]
    cooldown: u32,
    /// Time over which a deposit reaches the stakers, 60s to 90d.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds, default_value_t = STREAM_SECONDS_DEFAULT)]
    stream: u32,
    /// Mint of the first revenue pool [default: what the model's market trades against, else SOL].
    #[arg(long, value_name = "MINT")]
    revenue_mint: Option<Pubkey>,
}

impl OpenArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let market: Option<Fetched<Market>> = connection.client.find_state(&address::exchange::market(&model)).await?;
        let quote_mint = market.map_or(address::WRAPPED_SOL_MINT, |market| market.value.quote_mint);
        let revenue = connection.token(&self.revenue_mint.unwrap_or(quote_mint)).await?;
        let terms = VaultTerms { cooldown_seconds: self.cooldown, stream_seconds: self.stream };
        let report = Report::new()
            .text("model", model)
            .text("revenue_mint", revenue.token.mint)
            .number("cooldown_seconds", terms.cooldown_seconds)
            .number("stream_seconds", terms.stream_seconds);
        let open = vault_open(&signer.pubkey(), &model, &revenue.token, VaultOpenArgs { terms });
        let receipt = connection.ask_and_send("Opening the vault", &report, &[open], signer).await?;
        Ok(report.text("vault", address::vault::vault(&model)).receipt(&receipt))
    }
}

/// Arguments of `vault show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ShowArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let (vault, token) = (&staking.vault.value, &staking.token);
        let mut pools = Vec::with_capacity(staking.pools.len());
        for pool in &staking.pools {
            pools.push(pool_report(&pool.value, &connection.token(&pool.value.revenue_mint).await?));
        }
        Ok(Report::new()
            .text("model", vault.model)
            .text("vault", staking.vault.address)
            .amount("staked", token.amount(vault.staked_atoms), &token.symbol)
            .amount("cooling", token.amount(vault.cooling_atoms), &token.symbol)
            .number("cooldown_seconds", vault.cooldown_seconds)
            .number("stream_seconds", vault.stream_seconds)
            .list("pools", pools))
    }
}

fn pool_report(pool: &RevenuePool, revenue: &TokenView) -> Report {
    Report::new()
        .number("index", pool.index)
        .text("revenue_mint", pool.revenue_mint)
        .amount("deposited", revenue.amount(pool.deposited_atoms), &revenue.symbol)
        .amount("unstreamed", revenue.amount(pool.unstreamed_atoms), &revenue.symbol)
        .amount("claimed", revenue.amount(pool.claimed_atoms), &revenue.symbol)
        .number("remaining_seconds", pool.remaining_seconds)
}
