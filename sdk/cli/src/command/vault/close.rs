use modchains_sdk::{
    instruction::{
        Token,
        vault::{stake_sweep, vault_close},
    },
    vault::state::{RevenuePool, Vault},
};

use super::ShowArgs;
use crate::{
    amount::Amount,
    command::{
        pool::{Place, unaccounted_atoms},
        staking::Staking,
    },
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

impl ShowArgs {
    /// Closes the vault with its first pool.
    pub(super) async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let payer = signer.pubkey();
        let place = Place::load(connection, &self.model, None).await?;
        place.require_paid_by(&payer)?;
        let vault = connection.client.vault(&place.model).await?;
        let close = vault_close(&payer, &place.model, &place.revenue.token);
        let instructions = place.closing(connection, &payer, close);
        let vault_lamports = connection.client.lamports(&vault.value.stake_tokens).await?;
        let vault_lamports = vault_lamports.saturating_add(vault.lamports);
        let rent_lamports = place.rent_lamports(connection).await?.saturating_add(vault_lamports);
        let report = Report::new()
            .text("model", place.model)
            .text("vault", vault.address)
            .amount("rent", Amount::sol(rent_lamports), "SOL")
            .amount("dust", place.revenue.amount(place.dust_atoms()), &place.revenue.symbol);
        let receipt = connection.ask_and_send("Closing the vault", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }

    /// Streams model tokens that were sent to the vault directly.
    pub(super) async fn sweep(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let staking = Staking::load(connection, &self.model.address(connection).await?).await?;
        let (model, vault, token): (_, &Vault, _) = (*staking.model(), &staking.vault.value, &staking.token);
        let (tokens, held_atoms) = (&vault.stake_tokens, vault.held_atoms().ok());
        let atoms = unaccounted_atoms(connection, tokens, "token account of the vault", held_atoms).await?;
        if atoms == 0 {
            let what = "no tokens of the model were sent to the vault directly";
            return Err(CliError::unfit(what, "there is nothing to sweep"));
        }
        let mint = Token::of_model(&model).mint;
        let is_own = |pool: &RevenuePool| pool.revenue_mint == mint;
        if !staking.pools.iter().any(|pool| is_own(&pool.value)) {
            let what =
                format!("the vault has no pool for the model's own token {mint}, in which they would be streamed");
            return Err(CliError::unfit(what, "open it first with `modchains pool open MODEL --mint`; anyone may"));
        }
        let report = Report::new().text("model", model).text("vault", staking.vault.address);
        let report = report.amount("swept", token.amount(atoms), &token.symbol);
        let receipt = connection.ask_and_send("Sweeping", &report, &[stake_sweep(&model)], signer).await?;
        Ok(report.receipt(&receipt))
    }
}
