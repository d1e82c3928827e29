//! What the chain says about the licences of a requester; the core's rules say what it means.

use modchains_core::{
    CoreError,
    licence::{LicenceKind, Licensing, RateWindows},
    request::RequestError,
};
use modchains_exchange::state::{Licence, Model};
use modchains_oracle::{errors::OracleError, state::LicenceUse};

use super::Client;
use crate::{
    Pubkey, Result, SdkError,
    address::{exchange, oracle},
    decode::decode,
};

/// The error of a request that `rule` of a licence refuses, by the name of the oracle's error.
pub fn not_licensed(rule: CoreError) -> SdkError {
    let refusal = OracleError::from(rule);
    SdkError::NotLicensed { name: format!("{refusal:?}"), reason: refusal.to_string(), remedy: refusal.remedy() }
}

/// The error of a request, or of a step of one, that `rule` refuses, by the name of the oracle's error.
pub fn request_refused(rule: RequestError) -> SdkError {
    let refusal = OracleError::from(rule);
    SdkError::RequestRefused { name: format!("{refusal:?}"), reason: refusal.to_string(), remedy: refusal.remedy() }
}

impl Client {
    /// The licences that `requester` can rely on at a model, and its requests that count against their rates.
    ///
    /// # Errors
    /// When there is no such model, or its licence is of a kind that this release does not know; else as
    /// [`Self::state`].
    pub async fn licensing(&self, model: &Pubkey, requester: &Pubkey) -> Result<Licensing> {
        let addresses = [*model, exchange::licence(model, requester), oracle::licence_use(model, requester)];
        let (_, accounts) = self.accounts(&addresses).await?;
        let [model_account, licence, counter] = accounts.as_slice() else {
            return Err(SdkError::AccountMissing { what: "model", address: *model });
        };
        let missing = SdkError::AccountMissing { what: "model", address: *model };
        let state: Model = decode(model, model_account.as_ref().ok_or(missing)?)?;
        let licence = licence.as_ref().map(|account| decode::<Licence>(&addresses[1], account)).transpose()?;
        let counter = counter.as_ref().map(|account| decode::<LicenceUse>(&addresses[2], account)).transpose()?;
        let reason = "its licence is of a kind unknown to this release";
        let kind = LicenceKind::from_code(state.licence_kind);
        Ok(Licensing {
            kind: kind.map_err(|_| SdkError::NotDecoded { what: "model", address: *model, reason })?,
            default_terms: state.licence_terms(),
            content_fee_atoms: state.content_fee_atoms,
            grant: licence.map(|licence| licence.grant_terms()),
            windows: counter.map_or_else(RateWindows::default, |counter| counter.windows()),
            now_seconds: self.now_seconds().await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_name_that_the_oracle_gives_it() {
        assert!(matches!(
            not_licensed(CoreError::LicenceRequired),
            SdkError::NotLicensed { name, .. } if name == "LicenceRequired"
        ));
        assert!(matches!(
            request_refused(RequestError::WaitOutOfBounds),
            SdkError::RequestRefused { name, .. } if name == "WaitOutOfBounds"
        ));
    }
}
