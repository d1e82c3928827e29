//! A typed client over JSON-RPC.

mod accounts;
mod ask;
mod confirm;
mod connect;
mod governance;
mod history;
mod holding;
mod licence;
mod price;
mod reading;
mod refuse;
mod revenue;
mod send;
mod wallet;

use std::time::Duration;

pub use accounts::TokenAccount;
pub use governance::{ListedProposal, action_of};
pub use history::{Confirmation, Landed};
pub use holding::{Claimable, HeldShare, Holding, claimable_atoms, subscribable};
pub use licence::{not_licensed, request_refused};
pub use price::{price_within, priority_lamports, upper_quartile};
pub use reading::EarlierReading;
pub use refuse::SIGNATURE_LAMPORTS;
pub use revenue::PoolRevenue;
pub use send::{Prepared, SendOptions, SignedTransaction, sign};

use serde_json::{Value, json};
use solana_account::Account;
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::CommitmentConfig;
use solana_hash::Hash;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::{config::RpcAccountInfoConfig, request::RpcRequest, response::Response};

use crate::{
    Endpoint, Pubkey, Result, SdkError,
    decode::{FetchedMint, is_absent},
    instruction::{Token, trade::TraderAccounts},
};

/// Accounts that one request may name.
const ACCOUNTS_PER_REQUEST: usize = 100;
/// The account with the cluster's clock.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Where the unix time lies in it, after slot, epoch start and two epochs.
const CLOCK_UNIX_TIME: std::ops::Range<usize> = 32..40;

/// How to connect.
#[derive(Debug, Clone, Copy)]
pub struct ClientOptions {
    /// How settled a state must be before it counts.
    pub commitment: CommitmentConfig,
    /// Refuse any cluster but the one with this genesis hash.
    pub genesis_hash: Option<Hash>,
    /// Longest wait for an answer, however often the question is repeated.
    pub timeout: Duration,
    /// How long an endpoint that does not say how a transaction ended is asked. A blockhash lapses before.
    pub outcome_wait: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            commitment: CommitmentConfig::confirmed(),
            genesis_hash: None,
            timeout: Duration::from_secs(30),
            outcome_wait: Duration::from_secs(180),
        }
    }
}

/// A connection to one endpoint. Tasks can share it by reference or `Arc`.
pub struct Client {
    rpc: RpcClient,
    url: Endpoint,
    commitment: CommitmentConfig,
    timeout: Duration,
    outcome_wait: Duration,
}

impl Client {
    /// Connects with default options. Asks the endpoint once, so that a wrong URL shows at once.
    ///
    /// # Errors
    /// [`SdkError::RpcUnreachable`].
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, &ClientOptions::default()).await
    }

    /// Connects and checks that the endpoint serves the expected cluster.
    ///
    /// # Errors
    /// [`SdkError::RpcUnreachable`], [`SdkError::WrongCluster`].
    pub async fn connect_with(url: &str, options: &ClientOptions) -> Result<Self> {
        let url = Endpoint::new(url);
        let ClientOptions { commitment, timeout, outcome_wait, .. } = *options;
        let client = Self { rpc: connect::connect(&url, timeout)?, url, commitment, timeout, outcome_wait };
        let found = client.genesis_hash().await?;
        match options.genesis_hash {
            Some(expected) if expected != found => Err(SdkError::WrongCluster {
                url: client.url,
                expected: expected.to_string(),
                found: found.to_string(),
            }),
            _ => Ok(client),
        }
    }

    /// The endpoint.
    pub const fn url(&self) -> &Endpoint {
        &self.url
    }

    /// How settled a state must be before it counts.
    pub const fn commitment(&self) -> CommitmentConfig {
        self.commitment
    }

    /// The hash that identifies the cluster.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn genesis_hash(&self) -> Result<Hash> {
        let method = RpcRequest::GetGenesisHash;
        let hash: String = self.ask(method, Value::Null).await?;
        hash.parse().map_err(|_| self.unexpected(method, "an invalid hash"))
    }

    /// The cluster's time, unix seconds.
    ///
    /// # Errors
    /// When the endpoint does not answer, or answers without a clock.
    pub async fn now_seconds(&self) -> Result<i64> {
        let (_, account) = self.account(&CLOCK).await?;
        let missing = SdkError::AccountMissing { what: "clock", address: CLOCK };
        let account = account.ok_or(missing)?;
        let bytes = account.data.get(CLOCK_UNIX_TIME).and_then(|bytes| bytes.try_into().ok());
        let reason = "it is too short";
        Ok(i64::from_le_bytes(bytes.ok_or(SdkError::NotDecoded { what: "clock", address: CLOCK, reason })?))
    }

    /// Lamports at an address; 0 when nothing is there.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn lamports(&self, address: &Pubkey) -> Result<u64> {
        Ok(self.any_account(address).await?.1.map_or(0, |account| account.lamports))
    }

    /// Atoms in a token account; none when there is no such account.
    ///
    /// # Errors
    /// When the endpoint does not answer, or the account is no token account.
    pub async fn token_atoms(&self, address: &Pubkey) -> Result<Option<u64>> {
        let (_, account) = self.account(address).await?;
        account.map(|account| token_atoms(address, &account)).transpose()
    }

    /// Lamports that make an account of `bytes` bytes exempt from rent.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn rent_lamports(&self, bytes: usize) -> Result<u64> {
        self.ask(RpcRequest::GetMinimumBalanceForRentExemption, json!([bytes])).await
    }

    /// A mint with what its metadata says.
    ///
    /// # Errors
    /// When there is no such mint.
    pub async fn mint(&self, mint: &Pubkey) -> Result<FetchedMint> {
        let (_, account) = self.account(mint).await?;
        FetchedMint::decode(mint, &account.ok_or(SdkError::AccountMissing { what: "mint", address: *mint })?)
    }

    /// What a trader has on both sides of a model's market.
    ///
    /// # Errors
    /// When the endpoint does not answer, or one of the accounts is no token account.
    pub async fn trader_accounts(&self, trader: &Pubkey, model: &Pubkey, quote: &Token) -> Result<TraderAccounts> {
        let addresses = [quote.account_of(trader), Token::of_model(model).account_of(trader)];
        let (_, accounts) = self.accounts(&addresses).await?;
        let mut atoms = [None; 2];
        for ((atoms, address), account) in atoms.iter_mut().zip(&addresses).zip(&accounts) {
            *atoms = account.as_ref().map(|account| token_atoms(address, account)).transpose()?;
        }
        Ok(TraderAccounts { quote_atoms: atoms[0], token_atoms: atoms[1] })
    }

    /// The token program that a mint belongs to.
    ///
    /// # Errors
    /// When there is no such mint.
    pub async fn token_of(&self, mint: &Pubkey) -> Result<Token> {
        Ok(self.mint(mint).await?.token)
    }

    /// An account and the slot it was read at; none when nothing but lamports is there, see [`is_absent`].
    ///
    /// # Errors
    /// When the endpoint does not answer or sends what cannot be decoded.
    pub async fn account(&self, address: &Pubkey) -> Result<(u64, Option<Account>)> {
        let (slot, account) = self.any_account(address).await?;
        Ok((slot, account.filter(|account| !is_absent(account))))
    }

    /// As [`Self::account`], also where nothing but lamports is: for whoever has to create an account in spite of them.
    ///
    /// # Errors
    /// As [`Self::account`].
    pub async fn any_account(&self, address: &Pubkey) -> Result<(u64, Option<Account>)> {
        let request = RpcRequest::GetAccountInfo;
        let answer: Response<Option<UiAccount>> =
            self.ask(request, json!([address.to_string(), self.account_config()])).await?;
        let account = answer.value.map(|account| self.decoded(request, &account)).transpose()?;
        Ok((answer.context.slot, account))
    }

    /// Accounts in the order of `addresses`, with the slot of the first read; none where nothing but lamports is, see
    /// [`is_absent`].
    ///
    /// # Errors
    /// When the endpoint does not answer or sends what cannot be decoded.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>)> {
        let request = RpcRequest::GetMultipleAccounts;
        let mut first_slot = None;
        let mut accounts = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(ACCOUNTS_PER_REQUEST) {
            let names: Vec<String> = part.iter().map(ToString::to_string).collect();
            let answer: Response<Vec<Option<UiAccount>>> =
                self.ask(request, json!([names, self.account_config()])).await?;
            if answer.value.len() != part.len() {
                return Err(self.unexpected(request, "another number of accounts than asked for"));
            }
            first_slot.get_or_insert(answer.context.slot);
            for account in &answer.value {
                let account = account.as_ref().map(|account| self.decoded(request, account)).transpose()?;
                accounts.push(account.filter(|account| !is_absent(account)));
            }
        }
        Ok((first_slot.unwrap_or_default(), accounts))
    }

    fn account_config(&self) -> Value {
        json!(RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            commitment: Some(self.commitment),
            ..RpcAccountInfoConfig::default()
        })
    }

    fn decoded(&self, request: RpcRequest, account: &UiAccount) -> Result<Account> {
        account.to_account().ok_or_else(|| self.unexpected(request, "an account that is not valid base64"))
    }

    fn unexpected(&self, request: RpcRequest, what: &str) -> SdkError {
        SdkError::RpcRefused { method: request.to_string(), reason: format!("{} sent {what}", self.url), code: None }
    }
}

/// Where the amount lies in a token account, under both programs.
const TOKEN_AMOUNT: std::ops::Range<usize> = 64..72;

fn token_atoms(address: &Pubkey, account: &Account) -> Result<u64> {
    let (what, address) = ("token account", *address);
    if !crate::address::TOKEN_PROGRAMS.contains(&account.owner) {
        let expected = crate::address::TOKEN_PROGRAM;
        return Err(SdkError::NotOwned { what, address, owner: account.owner, expected });
    }
    let bytes = account.data.get(TOKEN_AMOUNT).and_then(|bytes| bytes.try_into().ok());
    Ok(u64::from_le_bytes(bytes.ok_or(SdkError::NotDecoded { what, address, reason: "it is too short" })?))
}
