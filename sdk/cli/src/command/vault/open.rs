use clap::Args;
use modchains_sdk::{
    address,
    core::stream::{COOLDOWN_SECONDS_DEFAULT, STREAM_SECONDS_DEFAULT},
    decode::Fetched,
    instruction::vault::vault_open,
    vault::{
        instructions::VaultOpenArgs,
        state::{RevenuePool, VaultTerms},
    },
};

use crate::{
    argument::{ModelArg, parse_seconds},
    command::staking::Staking,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// Arguments of `vault open`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Only the model's creator may choose the times; anybody may open a vault with the default ones."
)]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Time between starting an unstake and withdrawing it, 10s to 30d.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds, default_value_t = COOLDOWN_SECONDS_DEFAULT)]
    cooldown: u32,
    /// Time over which a deposit reaches the stakers, 60s to 90d.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds, default_value_t = STREAM_SECONDS_DEFAULT)]
    stream: u32,
}

impl OpenArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let market = connection.client.market(&model).await?;
        let revenue = connection.token(&market.value.quote_mint).await?;
        let terms = VaultTerms { cooldown_seconds: self.cooldown, stream_seconds: self.stream };
        let report = Report::new()
            .text("model", model)
            .text("revenue_mint", revenue.token.mint)
            .number("cooldown_seconds", terms.cooldown_seconds)
            .number("stream_seconds", terms.stream_seconds);
        let open = vault_open(&signer.pubkey(), &model, &revenue.token, VaultOpenArgs { terms: Some(terms) });
        let receipt = connection.ask_and_send("Opening the vault", &report, &[open], signer).await?;
        Ok(report.text("vault", address::vault::vault(&model)).receipt(&receipt))
    }
}

/// A vault, by its model.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    pub(super) model: ModelArg,
}

impl ShowArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let (vault, token) = (&staking.vault.value, &staking.token);
        // Anybody may open a pool, and close its mint afterwards.
        let tokens = connection.tokens(staking.pools.iter().map(|pool| pool.value.revenue_mint)).await?;
        let shown = |pool: &Fetched<RevenuePool>| Some(pool_report(&pool.value, tokens.get(&pool.value.revenue_mint)?));
        let pools = staking.pools.iter().filter_map(shown).collect();
        Ok(Report::new()
            .text("model", vault.model)
            .text("vault", staking.vault.address)
            .amount("staked", token.amount(vault.staked_atoms), &token.symbol)
            .amount("cooling", token.amount(vault.cooling_atoms), &token.symbol)
            .number("cooldown_seconds", vault.cooldown_seconds)
            .number("stream_seconds", vault.stream_seconds)
            .share_bps("treasury_share", vault.treasury_bps)
            .list("pools", pools))
    }
}

fn pool_report(pool: &RevenuePool, revenue: &TokenView) -> Report {
    Report::new()
        .text("revenue_mint", pool.revenue_mint)
        .amount("deposited", revenue.amount(pool.deposited_atoms), &revenue.symbol)
        .amount("unstreamed", revenue.amount(pool.unstreamed_atoms), &revenue.symbol)
        .amount("claimed", revenue.amount(pool.claimed_atoms), &revenue.symbol)
        .amount("treasury", revenue.amount(pool.treasury_atoms), &revenue.symbol)
        .number("remaining_seconds", pool.remaining_seconds)
}
