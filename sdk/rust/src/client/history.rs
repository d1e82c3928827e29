//! Looking up transactions that were sent, by this client or by others.

use std::time::Duration;

use serde_json::{Value, json};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::{config::RpcTransactionConfig, request::RpcRequest};
use solana_signature::Signature;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, TransactionConfirmationStatus, TransactionStatus, UiTransactionEncoding,
};
use tokio::time::sleep;

use super::Client;
use crate::{Result, decode::Receipt};

/// The newest transaction version that is read.
const TRANSACTION_VERSION_MAX: u8 = 1;
/// How often a confirmed transaction is asked for until the node has its record.
const RECORD_TRIES: u32 = 20;
/// The pause between two such questions.
const RECORD_PAUSE: Duration = Duration::from_millis(400);

/// Where a sent transaction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The block it is in.
    pub slot: u64,
    /// How settled that block is.
    pub settled: TransactionConfirmationStatus,
    /// Why it failed, if it did.
    pub error: Option<TransactionError>,
}

impl Client {
    /// Where a transaction stands; none when no block the node knows holds it.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn status(&self, signature: &Signature) -> Result<Option<Confirmation>> {
        Ok(self.statuses(std::slice::from_ref(signature)).await?.pop().flatten())
    }

    /// Where transactions stand, up to 256 at once, in their order.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn statuses(&self, signatures: &[Signature]) -> Result<Vec<Option<Confirmation>>> {
        let answer = self.ask(self.rpc().get_signature_statuses(signatures)).await?;
        let confirmation = |status: TransactionStatus| Confirmation {
            slot: status.slot,
            settled: status.confirmation_status(),
            error: status.err,
        };
        Ok(answer.value.into_iter().map(|status| status.map(confirmation)).collect())
    }

    /// As [`Self::status`], but only once a block that is settled enough for this client holds the transaction.
    pub(super) async fn settled(&self, signature: &Signature) -> Result<Option<Confirmation>> {
        let settled_enough = |confirmation: &Confirmation| match confirmation.settled {
            TransactionConfirmationStatus::Finalized => true,
            TransactionConfirmationStatus::Confirmed => !self.commitment().is_finalized(),
            TransactionConfirmationStatus::Processed => self.commitment().is_processed(),
        };
        Ok(self.status(signature).await?.filter(settled_enough))
    }

    /// A transaction of any version up to 1 with its events; none when the node does not know it.
    ///
    /// # Errors
    /// When the endpoint does not answer or sends what cannot be decoded.
    pub async fn transaction(&self, signature: &Signature) -> Result<Option<Receipt>> {
        let at_least_confirmed =
            if self.commitment().is_finalized() { self.commitment() } else { CommitmentConfig::confirmed() };
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(at_least_confirmed),
            max_supported_transaction_version: Some(TRANSACTION_VERSION_MAX),
        };
        let method = RpcRequest::GetTransaction;
        let answer: Value = self.ask(self.rpc().send(method, json!([signature.to_string(), config]))).await?;
        if answer.is_null() {
            return Ok(None);
        }
        let answer: EncodedConfirmedTransactionWithStatusMeta =
            serde_json::from_value(answer).map_err(|error| self.unexpected(method, &error.to_string()))?;
        let receipt = Receipt::decode(*signature, answer);
        Ok(Some(receipt.ok_or_else(|| self.unexpected(method, "a transaction without its effects"))?))
    }

    /// As [`Self::transaction`], for one that was just confirmed: nodes can lag behind themselves.
    pub(super) async fn record(&self, signature: &Signature) -> Result<Receipt> {
        for _ in 0..RECORD_TRIES {
            if let Some(receipt) = self.transaction(signature).await? {
                return Ok(receipt);
            }
            sleep(RECORD_PAUSE).await;
        }
        Err(self.unexpected(RpcRequest::GetTransaction, "no record of a transaction that it confirmed"))
    }
}
