use modchains_sdk::{
    address,
    decode::Fetched,
    exchange::state::{Market, MarketParams, Model, ModelVersion},
    oracle::state::Service,
    vault::state::Vault,
};

use super::{step::Step, terms::Terms};
use crate::{
    amount::Amount,
    command::{market::open::show as show_market, service::show_terms},
    connection::{Connection, TokenView},
    error::{CliError, Result},
    output::Report,
};

/// What is to be done, and what it costs.
pub struct Plan {
    /// What the steps are made of.
    pub terms: Terms,
    /// The steps that are not done yet, in order.
    pub missing: Vec<Step>,
    /// What they cost at most, in lamports: rent and fees.
    pub lamports: u64,
    rents: Vec<(Step, u64)>,
    fee_lamports: u64,
    params: MarketParams,
}

impl Plan {
    /// Looks at the chain for what is missing of a launch on these terms.
    pub async fn make(connection: &Connection, mut terms: Terms, params: MarketParams) -> Result<Self> {
        let missing = look(connection, &mut terms).await?;
        let mut rents = Vec::new();
        for step in &missing {
            rents.push((*step, connection.rent_lamports(&step.sizes(&terms)).await?));
        }
        let transactions = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        let fee_lamports = connection.fee_lamports_max()?.saturating_mul(transactions);
        let lamports = rents.iter().fold(fee_lamports, |sum, (_, rent)| sum.saturating_add(*rent));
        Ok(Self { terms, missing, lamports, rents, fee_lamports, params })
    }

    /// What is there, what will be, and what that costs.
    pub fn report(&self) -> Report {
        let (terms, model) = (&self.terms, &self.terms.address);
        let quote = TokenView::sol();
        let report = Report::new()
            .text("model", model)
            .text("creator", terms.creator)
            .text("name", &terms.model.name)
            .text("symbol", &terms.model.symbol)
            .text("mint", address::exchange::mint(model))
            .number("version", terms.version_index)
            .text("bundle_manifest_sha256", hex::encode(terms.version.manifest_sha256))
            .text("market", address::exchange::market(model))
            .text("vault", address::vault::vault(model))
            .text("service", address::oracle::service(model));
        let report = if self.missing.contains(&Step::Market) {
            show_market(report, &terms.model.symbol, &quote, &self.params, &terms.market)
        } else {
            report
        };
        let report =
            if self.missing.contains(&Step::Service) { show_terms(report, &terms.service, &quote) } else { report };
        let report = report.amount("network_fees_at_most", Amount::sol(self.fee_lamports), "SOL").amount(
            "cost_at_most",
            Amount::sol(self.lamports),
            "SOL",
        );
        let steps = Step::ALL.map(|step| {
            let rent = self.rents.iter().find(|(missing, _)| *missing == step).map(|(_, lamports)| *lamports);
            let state = if rent.is_some() { "to do" } else { "done before" };
            let entry = Report::new().text("step", step.name()).text("state", state);
            entry.amount("rent", Amount::sol(rent.unwrap_or(0)), "SOL")
        });
        report.list("steps", steps.to_vec())
    }
}

/// The steps that are not done yet. Sets the index of the version that is there or comes next.
async fn look(connection: &Connection, terms: &mut Terms) -> Result<Vec<Step>> {
    let (client, model) = (&connection.client, terms.address);
    let Some(state) = client.find_state::<Model>(&model).await?.map(|model| model.value) else {
        return Ok(Step::ALL.to_vec());
    };
    if state.creator != terms.creator {
        let what = format!("the model {model} belongs to {} by now", state.creator);
        return Err(CliError::unfit(what, "launch under another --name"));
    }
    let published = find_version(connection, terms, state.version_count).await?;
    terms.version_index = published.unwrap_or_else(|| state.version_count.saturating_add(1));
    let market: Option<Fetched<Market>> = client.find_state(&address::exchange::market(&model)).await?;
    let vault: Option<Fetched<Vault>> = client.find_state(&address::vault::vault(&model)).await?;
    let service: Option<Fetched<Service>> = client.find_state(&address::oracle::service(&model)).await?;
    if service.as_ref().is_some_and(|service| service.value.manifest_sha256 != terms.version.manifest_sha256) {
        let what = format!("the service of {model} answers by another bundle");
        return Err(CliError::unfit(
            what,
            "use `modchains model publish --bundle`, then `modchains service configure`",
        ));
    }
    let done = [true, published.is_some(), market.is_some(), vault.is_some(), service.is_some()];
    Ok(Step::ALL.into_iter().zip(done).filter(|(_, is_done)| !is_done).map(|(step, _)| step).collect())
}

/// The newest version of the model that is this bundle.
async fn find_version(connection: &Connection, terms: &Terms, version_count: u32) -> Result<Option<u32>> {
    for index in (1..=version_count).rev() {
        let version: Fetched<ModelVersion> = connection.client.version(&terms.address, index).await?;
        if version.value.manifest_sha256 == terms.version.manifest_sha256 {
            return Ok(Some(index));
        }
    }
    Ok(None)
}
