use modchains_sdk::instruction::vault::{pool_close, pool_open, revenue_sweep};

use super::place::{AnyPool, FurtherPool, POOL, Place, pool_address, unaccounted_atoms};
use crate::{
    amount::Amount,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

impl FurtherPool {
    pub(super) async fn open(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let vault = connection.client.vault(&model).await?.value;
        if vault.quote_mint == self.mint {
            let what = format!("the vault's first {POOL} is in {} already", self.mint);
            return Err(CliError::unfit(what, "every position earns from it; name another mint for a further one"));
        }
        let revenue = connection.token(&self.mint).await?;
        let is_allowed = connection.client.exchange_config().await?.value.allows(&self.mint);
        let report = Report::new()
            .text("model", model)
            .text("pool", pool_address(&model, &self.mint))
            .text("revenue_mint", self.mint)
            .flag("stakers_subscribe_by_default", is_allowed);
        let open = pool_open(&signer.pubkey(), &model, &revenue.token);
        let receipt = connection.ask_and_send("Opening the pool", &report, &[open], signer).await?;
        Ok(report.receipt(&receipt))
    }

    pub(super) async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let payer = signer.pubkey();
        let place = Place::load(connection, &self.model, Some(self.mint)).await?;
        if place.pool.value.is_first == 1 {
            let what = format!("the {POOL} in {} is the vault's first", self.mint);
            return Err(CliError::unfit(what, "it closes with the vault: see `modchains vault close`"));
        }
        place.require_paid_by(&payer)?;
        let close = pool_close(&payer, &place.model, &place.revenue.token);
        let instructions = place.closing(connection, &payer, close);
        let rent_lamports = place.rent_lamports(connection).await?;
        let report = place.report().amount("rent", Amount::sol(rent_lamports), "SOL");
        let report = report.amount("dust", place.revenue.amount(place.dust_atoms()), &place.revenue.symbol);
        let receipt = connection.ask_and_send("Closing the pool", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }
}

impl AnyPool {
    /// Streams what was sent to it directly.
    pub(super) async fn sweep(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let place = Place::load(connection, &self.model, self.mint).await?;
        let pool = &place.pool.value;
        let held_atoms = pool.held_atoms().ok();
        let atoms = unaccounted_atoms(connection, &pool.tokens, "token account of the pool", held_atoms).await?;
        if atoms == 0 {
            let what = "nothing was sent to the pool's token account directly";
            return Err(CliError::unfit(what, "there is nothing to sweep"));
        }
        let report = place.report().amount("swept", place.revenue.amount(atoms), &place.revenue.symbol);
        let sweep = revenue_sweep(&place.model, &pool.revenue_mint);
        let receipt = connection.ask_and_send("Sweeping", &report, &[sweep], signer).await?;
        Ok(report.receipt(&receipt))
    }
}
