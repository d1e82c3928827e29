//! Lists of accounts, which the client library reads one by one.

use modchains_sdk::{
    Pubkey, SdkError,
    decode::{Fetched, State, decode},
    vault::state::{RevenuePool, Vault},
};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
};

use crate::{
    connection::Connection,
    error::{CliError, Result},
};

/// Where a revenue pool names its vault.
const POOL_VAULT: usize = 8 + std::mem::offset_of!(RevenuePool, vault);

impl Connection {
    /// All accounts of a type, or those that carry an address at an offset. Their slot is not known and 0.
    ///
    /// # Errors
    /// When the endpoint refuses to list accounts, or one of them cannot be decoded.
    pub async fn list<T: State>(&self, filter: Option<(usize, &Pubkey)>) -> Result<Vec<Fetched<T>>> {
        let matches = |offset, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes));
        let mut filters = vec![matches(0, T::DISCRIMINATOR)];
        filters.extend(filter.map(|(offset, address)| matches(offset, address.as_ref())));
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(self.client.commitment()),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let answer = self.client.rpc().get_program_ui_accounts_with_config(&T::owner(), config).await;
        let found = answer.map_err(|error| SdkError::from_rpc(self.client.url(), &error))?;
        found
            .into_iter()
            .map(|(address, account)| {
                let reason = "it is not valid base64";
                let undecoded = SdkError::NotDecoded { what: T::NAME, address, reason };
                let account = account.to_account().ok_or(undecoded)?;
                Ok(Fetched { address, value: decode(&address, &account)?, lamports: account.lamports, slot: 0 })
            })
            .collect()
    }

    /// All pools of a vault, in the order in which a change of stake must pass them.
    ///
    /// # Errors
    /// As [`Self::list`], and when the endpoint has not seen all of them yet.
    pub async fn pools(&self, vault: &Fetched<Vault>) -> Result<Vec<Fetched<RevenuePool>>> {
        let mut pools: Vec<Fetched<RevenuePool>> = self.list(Some((POOL_VAULT, &vault.address))).await?;
        pools.sort_by_key(|pool| pool.value.index);
        if pools.len() == usize::from(vault.value.pool_count) {
            return Ok(pools);
        }
        let what = format!("the endpoint lists {} of the vault's {} pools", pools.len(), vault.value.pool_count);
        Err(CliError::unfit(what, "try again, or use another endpoint with --url"))
    }
}
