//! One method for each account type. A missing account is an error that names it.

use anchor_lang::Discriminator;
use modchains_exchange::state::{ExchangeConfig, Market, Model, ModelVersion};
use modchains_oracle::state::{Operator, OracleConfig, Request, RequestStatus, Service, Usage};
use modchains_vault::state::{Position, RevenuePool, Vault};
use serde_json::json;
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
    request::RpcRequest,
    response::{OptionalContext, RpcKeyedAccount},
};

use super::Client;
use crate::{
    Pubkey, Result, SdkError,
    address::{exchange, oracle, vault},
    decode::{Fetched, FetchedRequest, State, decode},
};

/// Where a request names its service.
const REQUEST_SERVICE: usize = 8 + std::mem::offset_of!(Request, service);
/// Where a request's status lies.
const REQUEST_STATUS: usize = 8 + std::mem::offset_of!(Request, status);

impl Client {
    /// A state at an address.
    ///
    /// # Errors
    /// [`SdkError::AccountMissing`], [`SdkError::NotOwned`], [`SdkError::NotDecoded`], or no answer.
    pub async fn state<T: State>(&self, address: &Pubkey) -> Result<Fetched<T>> {
        let missing = SdkError::AccountMissing { what: T::NAME, address: *address };
        self.find_state(address).await?.ok_or(missing)
    }

    /// A state at an address, or none when nothing is there.
    ///
    /// # Errors
    /// [`SdkError::NotOwned`], [`SdkError::NotDecoded`], or no answer.
    pub async fn find_state<T: State>(&self, address: &Pubkey) -> Result<Option<Fetched<T>>> {
        let (slot, account) = self.account(address).await?;
        let Some(account) = account else { return Ok(None) };
        let value = decode(address, &account)?;
        Ok(Some(Fetched { address: *address, value, lamports: account.lamports, slot }))
    }

    /// The exchange's configuration. Errors as [`Self::state`].
    pub async fn exchange_config(&self) -> Result<Fetched<ExchangeConfig>> {
        self.state(&exchange::config()).await
    }

    /// A model by its address. Errors as [`Self::state`].
    pub async fn model(&self, model: &Pubkey) -> Result<Fetched<Model>> {
        self.state(model).await
    }

    /// Version `index` of a model. Errors as [`Self::state`].
    pub async fn version(&self, model: &Pubkey, index: u32) -> Result<Fetched<ModelVersion>> {
        self.state(&exchange::version(model, index)).await
    }

    /// The market of a model. Errors as [`Self::state`].
    pub async fn market(&self, model: &Pubkey) -> Result<Fetched<Market>> {
        self.state(&exchange::market(model)).await
    }

    /// The vault of a model. Errors as [`Self::state`].
    pub async fn vault(&self, model: &Pubkey) -> Result<Fetched<Vault>> {
        self.state(&vault::vault(model)).await
    }

    /// The pool of a model's vault for revenue in `mint`. Errors as [`Self::state`].
    pub async fn pool(&self, model: &Pubkey, mint: &Pubkey) -> Result<Fetched<RevenuePool>> {
        self.state(&vault::pool(&vault::vault(model), mint)).await
    }

    /// What `owner` has in a model's vault. Errors as [`Self::state`].
    pub async fn position(&self, model: &Pubkey, owner: &Pubkey) -> Result<Fetched<Position>> {
        self.state(&vault::position(&vault::vault(model), owner)).await
    }

    /// The oracle's configuration. Errors as [`Self::state`].
    pub async fn oracle_config(&self) -> Result<Fetched<OracleConfig>> {
        self.state(&oracle::config()).await
    }

    /// The operator account of `authority` in `mint`. Errors as [`Self::state`].
    pub async fn operator(&self, authority: &Pubkey, mint: &Pubkey) -> Result<Fetched<Operator>> {
        self.state(&oracle::operator(authority, mint)).await
    }

    /// The service of a model. Errors as [`Self::state`].
    pub async fn service(&self, model: &Pubkey) -> Result<Fetched<Service>> {
        self.state(&oracle::service(model)).await
    }

    /// The usage of a model. Errors as [`Self::state`].
    pub async fn usage(&self, model: &Pubkey) -> Result<Fetched<Usage>> {
        self.state(&oracle::usage(model)).await
    }

    /// A request with its input and output. Errors as [`Self::state`].
    pub async fn request(&self, address: &Pubkey) -> Result<FetchedRequest> {
        let (slot, account) = self.account(address).await?;
        let missing = SdkError::AccountMissing { what: Request::NAME, address: *address };
        FetchedRequest::decode(address, &account.ok_or(missing)?, slot)
    }

    /// All requests of a service, or those in one status.
    ///
    /// # Errors
    /// When the endpoint does not answer, or refuses to list a program's accounts.
    pub async fn requests(&self, service: &Pubkey, status: Option<RequestStatus>) -> Result<Vec<FetchedRequest>> {
        let matches = |offset, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes));
        let mut filters = vec![matches(0, Request::DISCRIMINATOR), matches(REQUEST_SERVICE, service.as_ref())];
        filters.extend(status.map(|status| matches(REQUEST_STATUS, &[status as u8])));
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(self.commitment()),
                ..RpcAccountInfoConfig::default()
            },
            with_context: Some(true),
            ..RpcProgramAccountsConfig::default()
        };
        let method = RpcRequest::GetProgramAccounts;
        let parameters = json!([modchains_oracle::ID.to_string(), config]);
        let answer: OptionalContext<Vec<RpcKeyedAccount>> = self.ask(self.rpc().send(method, parameters)).await?;
        let (slot, accounts) = match answer {
            OptionalContext::Context(answer) => (answer.context.slot, answer.value),
            OptionalContext::NoContext(accounts) => (0, accounts),
        };
        accounts
            .into_iter()
            .map(|found| {
                let address = found.pubkey.parse().map_err(|_| self.unexpected(method, "an invalid address"))?;
                FetchedRequest::decode(&address, &self.decoded(method, &found.account)?, slot)
            })
            .collect()
    }
}
