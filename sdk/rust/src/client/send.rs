//! Sending: simulate, sign, send, confirm. `send` does all of it; the crank takes the steps one by one, so that the
//! signed bytes can be written down before they are sent.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use solana_hash::Hash;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{Message, VersionedMessage};
use solana_rpc_client_api::{
    config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig},
    request::RpcRequest,
    response::{Response, RpcBlockhash, RpcSimulateTransactionResult},
};
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::UiTransactionEncoding;

use super::{
    Client,
    price::{price_within, priority_lamports},
    refuse::{Failure, SIGNATURE_LAMPORTS},
};
use crate::{
    Pubkey, Result, SdkError,
    decode::Receipt,
    instruction::budget::{COMPUTE_UNITS_MAX, compute_limit, compute_price as compute_price_of, limit_for},
    pack::TRANSACTION_BYTES_MAX,
};

/// How nodes refuse a transaction that they have taken before.
const ALREADY_PROCESSED: &str = "already been processed";

/// What a transaction may cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendOptions {
    /// Compute limit. None simulates first and takes what that used plus a tenth.
    pub compute_units: Option<u32>,
    /// Pay a priority fee of what recent transactions on the same accounts paid for each compute unit, but at most this,
    /// in micro-lamports. None sets no price, unless `priority_lamports_max` does.
    pub compute_price_max: Option<u64>,
    /// Pay such a priority fee, but at most this many lamports for the whole transaction. Both limits hold when both are
    /// given.
    pub priority_lamports_max: Option<u64>,
}

/// Instructions with a compute limit and a price, and what sending them will cost. Nothing is signed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Limit and price first, then the caller's.
    pub instructions: Vec<Instruction>,
    /// How many of them are not the caller's.
    budget_instructions: usize,
    /// The compute limit.
    pub compute_units: u32,
    /// Micro-lamports for each unit of the limit.
    pub compute_price: u64,
    /// The network's fee for the signatures.
    pub base_lamports: u64,
    /// The priority fee: price times limit.
    pub priority_lamports: u64,
}

/// A transaction ready to be sent, any number of times: the cluster takes it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    /// What goes over the wire.
    pub bytes: Vec<u8>,
    /// The first signature, which names it.
    pub signature: Signature,
    /// The last block that can hold it.
    pub last_valid_block_height: u64,
}

impl Client {
    /// Simulates, signs, sends and confirms. The first signer pays. Nothing is sent when the simulation fails.
    ///
    /// # Errors
    /// A typed refusal, too few funds, expiry, or no answer.
    pub async fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Receipt> {
        self.send_with(instructions, signers, &SendOptions::default()).await
    }

    /// As [`Self::send`], with options.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_with(
        &self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        options: &SendOptions,
    ) -> Result<Receipt> {
        let prepared = self.prepare(instructions, &payer_of(signers)?, options).await?;
        self.send_prepared(&prepared, signers).await
    }

    /// Simulates, unless the options give a limit, asks for the going price, and says what sending will cost.
    ///
    /// # Errors
    /// When the simulation fails or the endpoint does not answer.
    pub async fn prepare(
        &self,
        instructions: &[Instruction],
        payer: &Pubkey,
        options: &SendOptions,
    ) -> Result<Prepared> {
        let compute_units = match options.compute_units {
            Some(units) => units,
            None => limit_for(self.simulate(instructions, payer).await?),
        };
        let within_lamports = options.priority_lamports_max.map(|lamports| price_within(compute_units, lamports));
        let price_max = options.compute_price_max.into_iter().chain(within_lamports).min();
        let compute_price = match price_max {
            // Not every endpoint knows prices; without them no priority fee is paid.
            Some(price_max) => match self.compute_price(&written(instructions), price_max).await {
                Err(SdkError::RpcRefused { .. }) => 0,
                price => price?,
            },
            None => 0,
        };
        let mut budgeted = vec![compute_limit(compute_units)];
        budgeted.extend((compute_price > 0).then(|| compute_price_of(compute_price)));
        let budget_instructions = budgeted.len();
        budgeted.extend_from_slice(instructions);
        let signatures = Message::new(&budgeted, Some(payer)).header.num_required_signatures;
        Ok(Prepared {
            instructions: budgeted,
            budget_instructions,
            compute_units,
            compute_price,
            base_lamports: SIGNATURE_LAMPORTS.saturating_mul(signatures.into()),
            priority_lamports: priority_lamports(compute_units, compute_price),
        })
    }

    /// Signs, sends and confirms what was prepared. The first signer pays.
    ///
    /// # Errors
    /// A typed refusal, too few funds, or expiry. Once it was sent, no answer is [`SdkError::OutcomeUnknown`] or
    /// [`SdkError::Unrecorded`].
    pub async fn send_prepared(&self, prepared: &Prepared, signers: &[&Keypair]) -> Result<Receipt> {
        let payer = payer_of(signers)?;
        let signed = self.sign(&prepared.instructions, signers).await?;
        let confirmation = self.confirm(&signed).await?;
        let (error, logs) = match (self.record(signed.signature, confirmation.slot).await, confirmation.error) {
            (Ok(Receipt { error: Some(error), logs, .. }), _) => (error, logs),
            (Err(_), Some(error)) => (error, Vec::new()),
            (done, _) => return done,
        };
        let programs = prepared.instructions.iter().map(|instruction| instruction.program_id).collect();
        let budget_instructions = prepared.budget_instructions;
        Err(self.explain(Failure { error, programs, logs, payer, budget_instructions }).await)
    }

    /// Runs the instructions without sending them and says how many compute units they used.
    ///
    /// # Errors
    /// A typed refusal, too few funds, or no answer.
    pub async fn simulate(&self, instructions: &[Instruction], payer: &Pubkey) -> Result<u64> {
        // What is sent may carry a price too, and must fit a packet with it.
        let mut budgeted = vec![compute_limit(COMPUTE_UNITS_MAX), compute_price_of(0)];
        let budget_instructions = budgeted.len();
        budgeted.extend_from_slice(instructions);
        let message = Message::new(&budgeted, Some(payer));
        let signatures = vec![Signature::default(); message.header.num_required_signatures.into()];
        let transaction = VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) };
        let config = RpcSimulateTransactionConfig {
            replace_recent_blockhash: true,
            commitment: Some(self.commitment()),
            encoding: Some(UiTransactionEncoding::Base64),
            ..RpcSimulateTransactionConfig::default()
        };
        let parameters = json!([BASE64_STANDARD.encode(serialize(&transaction)?), config]);
        let answer: Response<RpcSimulateTransactionResult> =
            self.ask(RpcRequest::SimulateTransaction, parameters).await?;
        let logs = answer.value.logs.unwrap_or_default();
        match answer.value.err {
            None => Ok(answer.value.units_consumed.unwrap_or(COMPUTE_UNITS_MAX.into())),
            Some(error) => {
                let programs = budgeted.iter().map(|instruction| instruction.program_id).collect();
                let (error, payer) = (TransactionError::from(error), *payer);
                Err(self.explain(Failure { error, programs, logs, payer, budget_instructions }).await)
            }
        }
    }

    /// Signs instructions with a fresh blockhash. The first signer pays. Nothing is added to them.
    ///
    /// # Errors
    /// When a signer is missing, the transaction is too large, or the endpoint does not answer.
    pub async fn sign(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<SignedTransaction> {
        let (blockhash, last_valid_block_height) = self.latest_blockhash().await?;
        sign(instructions, signers, blockhash, last_valid_block_height)
    }

    /// A fresh blockhash and the last block height at which it is good.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn latest_blockhash(&self) -> Result<(Hash, u64)> {
        let method = RpcRequest::GetLatestBlockhash;
        let answer: Response<RpcBlockhash> = self.ask(method, json!([self.commitment()])).await?;
        let hash = answer.value.blockhash.parse().map_err(|_| self.unexpected(method, "an invalid blockhash"))?;
        Ok((hash, answer.value.last_valid_block_height))
    }

    /// Hands the bytes of a signed transaction to the cluster, without simulating and without waiting. Handing over what
    /// has landed already is no error.
    ///
    /// # Errors
    /// When the endpoint does not answer or does not take them.
    pub async fn send_signed(&self, bytes: &[u8]) -> Result<()> {
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            preflight_commitment: Some(self.commitment().commitment),
            encoding: Some(UiTransactionEncoding::Base64),
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        let parameters = json!([BASE64_STANDARD.encode(bytes), config]);
        match self.ask_once::<String>(RpcRequest::SendTransaction, parameters).await {
            Ok(_signature) => Ok(()),
            Err(SdkError::RpcRefused { reason, .. }) if reason.contains(ALREADY_PROCESSED) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The accounts that instructions write, each once.
fn written(instructions: &[Instruction]) -> Vec<Pubkey> {
    let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
    let mut written: Vec<Pubkey> = metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
    written.sort_unstable();
    written.dedup();
    written
}

/// Signs instructions with a known blockhash. The first signer pays.
///
/// # Errors
/// When a signer is missing or the transaction is too large.
pub fn sign(
    instructions: &[Instruction],
    signers: &[&Keypair],
    blockhash: Hash,
    last_valid_block_height: u64,
) -> Result<SignedTransaction> {
    let message = Message::new_with_blockhash(instructions, Some(&payer_of(signers)?), &blockhash);
    let transaction = VersionedTransaction::try_new(VersionedMessage::Legacy(message), signers)
        .map_err(|error| SdkError::NotSigned { reason: error.to_string() })?;
    let bytes = serialize(&transaction)?;
    let signature = transaction.signatures.first().copied();
    let signature = signature.ok_or_else(|| SdkError::NotSigned { reason: "nobody signs".into() })?;
    Ok(SignedTransaction { bytes, signature, last_valid_block_height })
}

fn payer_of(signers: &[&Keypair]) -> Result<Pubkey> {
    let payer = signers.first().ok_or_else(|| SdkError::NotSigned { reason: "nobody signs".into() })?;
    Ok(payer.pubkey())
}

fn serialize(transaction: &VersionedTransaction) -> Result<Vec<u8>> {
    let bytes = bincode::serialize(transaction).map_err(|error| SdkError::NotSigned { reason: error.to_string() })?;
    if bytes.len() > TRANSACTION_BYTES_MAX {
        return Err(SdkError::TransactionTooLarge { bytes: bytes.len(), limit: TRANSACTION_BYTES_MAX });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::instruction::token::transfer_sol;

    fn instruction_of(bytes: usize, payer: &Keypair) -> Instruction {
        let mut instruction = transfer_sol(&payer.pubkey(), &Pubkey::new_unique(), 1);
        instruction.data = vec![0; bytes];
        instruction
    }

    #[test]
    fn a_transaction_is_refused_from_the_first_byte_too_many() {
        let payer = Keypair::new();
        let sign_of = |bytes| sign(&[instruction_of(bytes, &payer)], &[&payer], Hash::default(), 9);
        let largest = (900..1_232).take_while(|bytes| sign_of(*bytes).is_ok()).last().unwrap();
        assert_eq!(sign_of(largest).unwrap().bytes.len(), TRANSACTION_BYTES_MAX);
        assert!(matches!(sign_of(largest + 1), Err(SdkError::TransactionTooLarge { bytes: 1_233, limit: 1_232 })));
    }

    #[test]
    fn each_written_account_is_named_once() {
        let (payer, to) = (Keypair::new(), Pubkey::new_unique());
        let transfer = transfer_sol(&payer.pubkey(), &to, 1);
        let mut expected = vec![payer.pubkey(), to];
        expected.sort_unstable();
        assert_eq!(written(&[transfer.clone(), transfer]), expected);
    }

    #[test]
    fn a_missing_or_superfluous_signer_is_refused() {
        let (payer, other) = (Keypair::new(), Keypair::new());
        let instruction = instruction_of(1, &payer);
        let sign_by = |signers: &[&Keypair]| sign(std::slice::from_ref(&instruction), signers, Hash::default(), 9);
        assert!(sign_by(&[&payer]).is_ok());
        for signers in [&[][..], &[&other], &[&payer, &other]] {
            assert!(matches!(sign_by(signers), Err(SdkError::NotSigned { .. })));
        }
    }
}
