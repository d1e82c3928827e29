//! Following what was sent until it is known how it ended. Once the endpoint may have taken a transaction, no fault of
//! the endpoint is reported as a failure of the transaction.

use std::time::Duration;

use solana_rpc_client_api::request::RpcRequest;
use solana_signature::Signature;
use tokio::time::{Instant, sleep};

use super::{Client, Confirmation, SignedTransaction};
use crate::{Pubkey, Result, SdkError};

/// The pause between two looks at a transaction doubles from the first to the last of these.
const POLL_PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(400)];
/// How often the same bytes are sent again until they are confirmed.
const RESEND_PERIOD: Duration = Duration::from_secs(2);
/// How often a transaction is looked for after its blockhash has lapsed: one node may lag behind another.
const LAST_LOOKS: usize = 3;

impl Client {
    /// Sends a signed transaction, again and again while it is valid, until a block that is settled enough holds it.
    ///
    /// # Errors
    /// The endpoint's refusal to take it. [`SdkError::Expired`] once no block can hold it any more, and
    /// [`SdkError::OutcomeUnknown`] when the endpoint does not say. That the transaction itself failed is no error here.
    pub async fn confirm(&self, signed: &SignedTransaction) -> Result<Confirmation> {
        let sent_at = Instant::now();
        let mut trouble = match self.send_signed(&signed.bytes).await {
            Ok(()) => None,
            // The endpoint may have taken it, and its answer was lost.
            Err(error) if error.is_transient() => Some(error),
            Err(refusal) => return Err(refusal),
        };
        let [mut pause, longest_pause] = POLL_PAUSES;
        let mut handed_over_at = sent_at;
        loop {
            sleep(pause).await;
            pause = (pause * 2).min(longest_pause);
            match self.settled(&signed.signature).await {
                Ok(Some(confirmation)) => return Ok(confirmation),
                Ok(None) => {}
                Err(error) => trouble = Some(error),
            }
            if handed_over_at.elapsed() < RESEND_PERIOD {
                continue;
            }
            match self.settled_block_height().await {
                Ok(height) if height > signed.last_valid_block_height => return self.last_looks(signed, trouble).await,
                Ok(_) => {}
                Err(error) => trouble = Some(error),
            }
            if sent_at.elapsed() >= self.outcome_wait {
                return Err(unknown(signed, trouble));
            }
            // A refusal says nothing any more: the endpoint may have taken the same bytes before.
            if let Err(error) = self.send_signed(&signed.bytes).await {
                trouble = Some(error);
            }
            handed_over_at = Instant::now();
        }
    }

    /// Waits until a block that is settled enough holds a transaction that somebody else signed; none when that takes
    /// longer than `wait`.
    pub async fn await_settled(&self, signature: &Signature, wait: Duration) -> Option<Confirmation> {
        let deadline = Instant::now() + wait;
        let [mut pause, longest_pause] = POLL_PAUSES;
        loop {
            // What the endpoint does not say now it may say at the next look.
            if let Ok(Some(confirmation)) = self.settled(signature).await {
                return Some(confirmation);
            }
            if Instant::now() >= deadline {
                return None;
            }
            sleep(pause).await;
            pause = (pause * 2).min(longest_pause);
        }
    }

    /// Asks the faucet of a local network for `lamports`. The signature is that of its transaction, which
    /// [`Self::await_settled`] waits for.
    ///
    /// # Errors
    /// When the endpoint has no faucet, refuses, or does not answer.
    pub async fn request_airdrop(&self, to: &Pubkey, lamports: u64) -> Result<Signature> {
        let parameters = serde_json::json!([to.to_string(), lamports, self.commitment()]);
        let signature: String = self.ask_once(RpcRequest::RequestAirdrop, parameters).await?;
        signature.parse().map_err(|_| self.unexpected(RpcRequest::RequestAirdrop, "an invalid signature"))
    }

    /// Looks for a transaction whose blockhash has lapsed: it may have landed in the last block. `earlier` is what kept
    /// the endpoint from taking it, if anything did.
    async fn last_looks(&self, signed: &SignedTransaction, earlier: Option<SdkError>) -> Result<Confirmation> {
        let mut trouble = None;
        let mut is_unsettled = false;
        for look in 0..LAST_LOOKS {
            if look > 0 {
                sleep(POLL_PAUSES[1]).await;
            }
            match self.status_in_history(&signed.signature).await {
                Ok(Some(confirmation)) if self.is_settled(&confirmation) => return Ok(confirmation),
                Ok(found) => is_unsettled |= found.is_some(),
                Err(error) => trouble = Some(error),
            }
        }
        if trouble.is_some() || is_unsettled {
            return Err(unknown(signed, trouble));
        }
        let SignedTransaction { signature, last_valid_block_height, .. } = *signed;
        let reason = earlier.map_or_else(|| "no block holds it".to_owned(), |error| error.to_string());
        Err(SdkError::Expired { signature, last_valid_block_height, reason })
    }
}

fn unknown(signed: &SignedTransaction, trouble: Option<SdkError>) -> SdkError {
    let reason = trouble.map_or_else(|| "no block that is settled holds it yet".to_owned(), |error| error.to_string());
    SdkError::OutcomeUnknown { signature: signed.signature, reason }
}
