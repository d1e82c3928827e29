//! One method for each account type. A missing account is an error that names it.

use modchains_exchange::state::{
    Contributors, ExchangeConfig, Licence, Market, Model, ModelTransfer, ModelVersion, PauseBudget, Referral,
};
use modchains_oracle::state::{Operator, OracleConfig, Request, RequestStatus, Service, Usage};
use modchains_vault::state::{Position, RevenuePool, Vault};
use serde_json::json;
use solana_account::Account;
use solana_account_decoder_client_types::{UiAccountEncoding, UiDataSliceConfig};
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
    request::RpcRequest,
    response::{OptionalContext, Response, RpcKeyedAccount},
};

use super::{Client, token_atoms};
use crate::{
    Pubkey, Result, SdkError,
    address::{exchange, oracle, vault},
    decode::{Fetched, FetchedRequest, State, decode},
    instruction::Token,
};

/// Where a request names its service.
const REQUEST_SERVICE: usize = 8 + std::mem::offset_of!(Request, service);
/// Where a request's status lies.
const REQUEST_STATUS: usize = 8 + std::mem::offset_of!(Request, status);

/// Somebody's token account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenAccount {
    /// Where it is.
    pub address: Pubkey,
    /// What it holds.
    pub token: Token,
    /// How much of it.
    pub atoms: u64,
    /// The lamports that it holds: rent, and SOL that is wrapped.
    pub lamports: u64,
    /// Whether its owner may close it once it is empty: it is not frozen, and nobody else was given the right to.
    pub is_closable: bool,
}

/// Where a token account says whether it is initialised (1) or frozen (2).
const TOKEN_STATE: usize = 108;
/// Where it says whether somebody else than the owner may close it (1).
const TOKEN_HAS_CLOSER: usize = 129;

fn is_closable(token_account: &[u8]) -> bool {
    token_account.get(TOKEN_STATE) == Some(&1) && token_account.get(TOKEN_HAS_CLOSER) == Some(&0)
}

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

    /// States in the order of `addresses`; none where there is nothing, or something else.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn states<T: State>(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Fetched<T>>>> {
        let (slot, accounts) = self.accounts(addresses).await?;
        let fetched = |(address, account): (&Pubkey, Option<Account>)| {
            let account = account?;
            let value = decode(address, &account).ok()?;
            Some(Fetched { address: *address, value, lamports: account.lamports, slot })
        };
        Ok(addresses.iter().zip(accounts).map(fetched).collect())
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

    /// What pauses of a model's market have used of their time; none when it was never paused.
    ///
    /// # Errors
    /// As [`Self::find_state`].
    pub async fn pause_budget(&self, model: &Pubkey) -> Result<Option<Fetched<PauseBudget>>> {
        self.find_state(&exchange::pause_budget(&exchange::market(model))).await
    }

    /// What `referrer` has earned in a market. Errors as [`Self::state`].
    pub async fn referral(&self, market: &Pubkey, referrer: &Pubkey) -> Result<Fetched<Referral>> {
        self.state(&exchange::referral(market, referrer)).await
    }

    /// The contributors of a model. Errors as [`Self::state`].
    pub async fn contributors(&self, model: &Pubkey) -> Result<Fetched<Contributors>> {
        self.state(&exchange::contributors(model)).await
    }

    /// The licence of `grantee` for a model. Errors as [`Self::state`].
    pub async fn licence(&self, model: &Pubkey, grantee: &Pubkey) -> Result<Fetched<Licence>> {
        self.state(&exchange::licence(model, grantee)).await
    }

    /// The offer to hand a model over. Errors as [`Self::state`].
    pub async fn model_transfer(&self, model: &Pubkey) -> Result<Fetched<ModelTransfer>> {
        self.state(&exchange::model_transfer(model)).await
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

    /// The operator account of `authority` at the service of a model. Errors as [`Self::state`].
    pub async fn operator(&self, model: &Pubkey, authority: &Pubkey) -> Result<Fetched<Operator>> {
        self.state(&oracle::operator(&oracle::service(model), authority)).await
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
        let status = status.map(|status| [status as u8]);
        let mut filters = vec![(REQUEST_SERVICE, service.as_ref())];
        filters.extend(status.as_ref().map(|status| (REQUEST_STATUS, &status[..])));
        let (slot, accounts) = self.state_accounts::<Request>(&filters, None).await?;
        accounts.into_iter().map(|(address, account)| FetchedRequest::decode(&address, &account, slot)).collect()
    }

    /// All accounts of a type that carry each of `filters`: bytes at an offset, the discriminator included. Large lists
    /// are slow, and some endpoints refuse them.
    ///
    /// # Errors
    /// When the endpoint refuses to list accounts, or one of them cannot be decoded.
    pub async fn list<T: State>(&self, filters: &[(usize, &[u8])]) -> Result<Vec<Fetched<T>>> {
        let (slot, accounts) = self.state_accounts::<T>(filters, None).await?;
        let fetched = |(address, account): (Pubkey, Account)| {
            Ok(Fetched { address, value: decode(&address, &account)?, lamports: account.lamports, slot })
        };
        accounts.into_iter().map(fetched).collect()
    }

    /// The token accounts of `owner` under one token program, in the order of their addresses.
    ///
    /// # Errors
    /// When the endpoint does not answer, or sends what is no token account.
    pub async fn token_accounts(&self, owner: &Pubkey, program: &Pubkey) -> Result<Vec<TokenAccount>> {
        let method = RpcRequest::GetTokenAccountsByOwner;
        let filter = json!({ "programId": program.to_string() });
        let parameters = json!([owner.to_string(), filter, self.account_config()]);
        let answer: Response<Vec<RpcKeyedAccount>> = self.ask(method, parameters).await?;
        let mut found = Vec::with_capacity(answer.value.len());
        for keyed in &answer.value {
            let address = keyed.pubkey.parse().map_err(|_| self.unexpected(method, "an invalid address"))?;
            let account = self.decoded(method, &keyed.account)?;
            let mint = account.data.get(..32).and_then(|mint| Pubkey::try_from(mint).ok());
            let mint = mint.ok_or_else(|| self.unexpected(method, "a token account that is too short"))?;
            let atoms = token_atoms(&address, &account)?;
            let token = Token { mint, program: account.owner };
            let is_closable = is_closable(&account.data);
            found.push(TokenAccount { address, token, atoms, lamports: account.lamports, is_closable });
        }
        found.sort_unstable_by_key(|account| account.address);
        Ok(found)
    }

    /// The addresses of all accounts of a type. What the accounts hold is not sent.
    ///
    /// # Errors
    /// When the endpoint does not answer, or refuses to list a program's accounts.
    pub async fn addresses<T: State>(&self) -> Result<Vec<Pubkey>> {
        let nothing = UiDataSliceConfig { offset: 0, length: 0 };
        let (_, accounts) = self.state_accounts::<T>(&[], Some(nothing)).await?;
        Ok(accounts.into_iter().map(|(address, _)| address).collect())
    }

    /// The accounts of a type that carry each of `filters`, and the slot they were read at; 0 when that is not said.
    async fn state_accounts<T: State>(
        &self,
        filters: &[(usize, &[u8])],
        data_slice: Option<UiDataSliceConfig>,
    ) -> Result<(u64, Vec<(Pubkey, Account)>)> {
        let matches = |offset, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes));
        let mut all_filters = vec![matches(0, T::DISCRIMINATOR)];
        all_filters.extend(filters.iter().map(|(offset, bytes)| matches(*offset, bytes)));
        let config = RpcProgramAccountsConfig {
            filters: Some(all_filters),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                data_slice,
                commitment: Some(self.commitment()),
                ..RpcAccountInfoConfig::default()
            },
            with_context: Some(true),
            ..RpcProgramAccountsConfig::default()
        };
        let method = RpcRequest::GetProgramAccounts;
        let parameters = json!([T::owner().to_string(), config]);
        let answer: OptionalContext<Vec<RpcKeyedAccount>> = self.ask(method, parameters).await?;
        let (slot, found) = match answer {
            OptionalContext::Context(answer) => (answer.context.slot, answer.value),
            OptionalContext::NoContext(accounts) => (0, accounts),
        };
        let accounts: Result<Vec<_>> = found
            .into_iter()
            .map(|found| {
                let address = found.pubkey.parse().map_err(|_| self.unexpected(method, "an invalid address"))?;
                Ok((address, self.decoded(method, &found.account)?))
            })
            .collect();
        Ok((slot, accounts?))
    }
}
