//! Which licence a request can rely on.

use modchains_core::licence::{LicenceKind, LicenceTerms, effective};
use modchains_exchange::{errors::ExchangeError, state::Licence};

use super::Client;
use crate::{Pubkey, Result, SdkError, address::exchange, decode::Fetched, instruction::oracle::LicenceProof};

/// The terms that hold for one requester, and what a request must name for them.
#[derive(Debug, Clone, Copy)]
pub struct EffectiveLicence {
    /// The terms.
    pub terms: LicenceTerms,
    /// What to pass to `request_create`.
    pub proof: LicenceProof,
}

impl Client {
    /// The licence of `requester` for a model: its grant while that is in force, else the model's default.
    ///
    /// # Errors
    /// [`SdkError::NotLicensed`] when neither lets it in; else as [`Self::state`].
    pub async fn effective_licence(&self, model: &Pubkey, requester: &Pubkey) -> Result<EffectiveLicence> {
        let state = self.model(model).await?.value;
        let now_seconds = self.now_seconds().await?;
        let address = exchange::licence(model, requester);
        let grant: Option<Fetched<Licence>> = self.find_state(&address).await?;
        let grant = grant.map(|licence| licence.value.grant_terms());
        let kind = LicenceKind::from_code(state.licence_kind).map_err(not_licensed)?;
        let default_terms = state.licence_terms();
        let granted = grant.and_then(|grant| effective(kind, &default_terms, Some(&grant), now_seconds).ok());
        let (terms, is_granted) = match granted {
            Some(terms) => (terms, true),
            None => (effective(kind, &default_terms, None, now_seconds).map_err(not_licensed)?, false),
        };
        Ok(EffectiveLicence { terms, proof: LicenceProof { is_granted, is_counted: terms.rate_max > 0 } })
    }
}

fn not_licensed(error: modchains_core::CoreError) -> SdkError {
    let error = ExchangeError::from(error);
    SdkError::NotLicensed { name: format!("{error:?}"), reason: error.to_string() }
}
