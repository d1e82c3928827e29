//! Looking up transactions that were sent, by this client or by others.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use solana_commitment_config::{CommitmentConfig, CommitmentLevel};
use solana_rpc_client_api::{
    config::{RpcSignaturesForAddressConfig, RpcTransactionConfig},
    request::RpcRequest,
    response::{Response, RpcConfirmedTransactionStatusWithSignature},
};
use solana_signature::Signature;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, TransactionConfirmationStatus, TransactionStatus, UiTransactionEncoding,
};
use tokio::time::sleep;

use super::Client;
use crate::{Pubkey, Result, SdkError, decode::Receipt};

/// The newest transaction version that is read.
const TRANSACTION_VERSION_MAX: u8 = 1;
/// Signatures that one request may ask for.
const SIGNATURES_PER_REQUEST: usize = 1_000;
/// Records that are asked for at a time.
const TRANSACTIONS_AT_ONCE: usize = 8;
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

impl Confirmation {
    /// Whether its block is settled enough for everything read at this commitment to show what it did.
    pub fn is_settled(&self, commitment: CommitmentConfig) -> bool {
        match self.settled {
            TransactionConfirmationStatus::Finalized => true,
            TransactionConfirmationStatus::Confirmed => !commitment.is_finalized(),
            TransactionConfirmationStatus::Processed => commitment.is_processed(),
        }
    }
}

/// A transaction that wrote or read an address, without its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landed {
    /// Its signature.
    pub signature: Signature,
    /// The block it is in.
    pub slot: u64,
    /// When, unix seconds, if the node knows.
    pub block_time_seconds: Option<i64>,
    /// Whether it changed nothing.
    pub has_failed: bool,
}

impl Client {
    /// Transactions that name `address`, newest first, at most `count_max` of them: those older than `before` and newer
    /// than `until`. Asks as often as the endpoint's limit of 1,000 makes necessary.
    ///
    /// # Errors
    /// When the endpoint does not answer or sends what cannot be decoded.
    pub async fn landed(
        &self,
        address: &Pubkey,
        before: Option<Signature>,
        until: Option<Signature>,
        count_max: usize,
    ) -> Result<Vec<Landed>> {
        let method = RpcRequest::GetSignaturesForAddress;
        let mut found: Vec<Landed> = Vec::new();
        while found.len() < count_max {
            let config = RpcSignaturesForAddressConfig {
                before: found.last().map(|last| last.signature).or(before).map(|signature| signature.to_string()),
                until: until.map(|signature| signature.to_string()),
                limit: Some((count_max - found.len()).min(SIGNATURES_PER_REQUEST)),
                commitment: Some(self.at_least_confirmed()),
                min_context_slot: None,
            };
            let answer: Vec<RpcConfirmedTransactionStatusWithSignature> =
                self.ask(method, json!([address.to_string(), config])).await?;
            let Some(last) = answer.last().map(|last| last.signature.clone()) else { break };
            if found.iter().any(|landed| landed.signature.to_string() == last) {
                return Err(self.unexpected(method, "the same page twice"));
            }
            for status in answer {
                let signature = status.signature.parse();
                found.push(Landed {
                    signature: signature.map_err(|_| self.unexpected(method, "an invalid signature"))?,
                    slot: status.slot,
                    block_time_seconds: status.block_time,
                    has_failed: status.err.is_some(),
                });
            }
        }
        Ok(found)
    }

    /// Settled enough that a record can be had: nodes keep none of what is merely processed.
    pub(super) const fn at_least_confirmed(&self) -> CommitmentConfig {
        match self.commitment().commitment {
            CommitmentLevel::Finalized => CommitmentConfig::finalized(),
            _ => CommitmentConfig::confirmed(),
        }
    }

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
        self.ask_statuses(signatures, false).await
    }

    /// As [`Self::status`], of older transactions too.
    pub(super) async fn status_in_history(&self, signature: &Signature) -> Result<Option<Confirmation>> {
        Ok(self.ask_statuses(std::slice::from_ref(signature), true).await?.pop().flatten())
    }

    async fn ask_statuses(&self, signatures: &[Signature], in_history: bool) -> Result<Vec<Option<Confirmation>>> {
        let names: Vec<String> = signatures.iter().map(ToString::to_string).collect();
        let parameters = json!([names, { "searchTransactionHistory": in_history }]);
        let method = RpcRequest::GetSignatureStatuses;
        let answer: Response<Vec<Option<TransactionStatus>>> = self.ask(method, parameters).await?;
        if answer.value.len() != signatures.len() {
            return Err(self.unexpected(method, "another number of statuses than asked for"));
        }
        let confirmation = |status: TransactionStatus| Confirmation {
            slot: status.slot,
            settled: status.confirmation_status(),
            error: status.err,
        };
        Ok(answer.value.into_iter().map(|status| status.map(confirmation)).collect())
    }

    /// Whether a transaction is settled enough for everything that this client reads to show what it did.
    pub fn is_settled(&self, confirmation: &Confirmation) -> bool {
        confirmation.is_settled(self.commitment())
    }

    /// As [`Self::status`], but only once a block that is settled enough for this client holds the transaction.
    pub(super) async fn settled(&self, signature: &Signature) -> Result<Option<Confirmation>> {
        Ok(self.status(signature).await?.filter(|confirmation| self.is_settled(confirmation)))
    }

    /// The height of the newest block at this client's commitment.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn block_height(&self) -> Result<u64> {
        self.ask(RpcRequest::GetBlockHeight, json!([self.commitment()])).await
    }

    /// As [`Self::block_height`], of a block that a fork is unlikely to take back.
    pub(super) async fn settled_block_height(&self) -> Result<u64> {
        self.ask(RpcRequest::GetBlockHeight, json!([self.at_least_confirmed()])).await
    }

    /// A transaction of any version up to 1 with its events; none when the node does not know it.
    ///
    /// # Errors
    /// When the endpoint does not answer or sends what cannot be decoded.
    pub async fn transaction(&self, signature: &Signature) -> Result<Option<Receipt>> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.at_least_confirmed()),
            max_supported_transaction_version: Some(TRANSACTION_VERSION_MAX),
        };
        let method = RpcRequest::GetTransaction;
        let answer: Value = self.ask(method, json!([signature.to_string(), config])).await?;
        if answer.is_null() {
            return Ok(None);
        }
        let answer: EncodedConfirmedTransactionWithStatusMeta =
            serde_json::from_value(answer).map_err(|error| self.unexpected(method, &error.to_string()))?;
        let receipt = Receipt::decode(*signature, answer);
        Ok(Some(receipt.ok_or_else(|| self.unexpected(method, "a transaction without its effects"))?))
    }

    /// The records of transactions, in their order, several asked for at a time. Those that the node does not know, or no
    /// longer, are left out.
    ///
    /// # Errors
    /// As [`Self::transaction`].
    pub async fn transactions(&self, signatures: &[Signature]) -> Result<Vec<Receipt>> {
        let asked = stream::iter(signatures).map(|signature| self.transaction(signature));
        let answers: Vec<Option<Receipt>> = asked.buffered(TRANSACTIONS_AT_ONCE).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// The records of listed transactions, without the failed ones, each with the time that the list has where it has one:
    /// nodes keep that longer, and not every one puts a right time on its records.
    ///
    /// # Errors
    /// As [`Self::transaction`].
    pub async fn records(&self, landed: &[Landed]) -> Result<Vec<Receipt>> {
        let succeeded = landed.iter().filter(|landed| !landed.has_failed);
        let times: HashMap<Signature, Option<i64>> =
            succeeded.clone().map(|landed| (landed.signature, landed.block_time_seconds)).collect();
        let signatures: Vec<Signature> = succeeded.map(|landed| landed.signature).collect();
        let mut receipts = self.transactions(&signatures).await?;
        for receipt in &mut receipts {
            let listed_seconds = times.get(&receipt.signature).copied().flatten();
            receipt.block_time_seconds = listed_seconds.or(receipt.block_time_seconds);
        }
        Ok(receipts)
    }

    /// As [`Self::transactions`], but of transactions so young that the node must have a record of each: it may lag behind
    /// its own list.
    ///
    /// # Errors
    /// As [`Self::transaction`], and when a record is missing.
    pub async fn fresh_transactions(&self, signatures: &[Signature]) -> Result<Vec<Receipt>> {
        let found = self.transactions(signatures).await?;
        if found.len() == signatures.len() {
            return Ok(found);
        }
        Err(self.unexpected(RpcRequest::GetTransaction, "no record of a transaction that it lists"))
    }

    /// As [`Self::transaction`], for one that was just confirmed in `slot`: nodes can lag behind themselves, and fail.
    pub(super) async fn record(&self, signature: Signature, slot: u64) -> Result<Receipt> {
        for _ in 0..RECORD_TRIES {
            if let Ok(Some(receipt)) = self.transaction(&signature).await {
                return Ok(receipt);
            }
            sleep(RECORD_PAUSE).await;
        }
        Err(SdkError::Unrecorded { signature, slot })
    }
}
