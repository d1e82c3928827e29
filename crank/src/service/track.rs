//! Follows sent transactions until they are settled, failed or expired.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use modchains_sdk::{CommitmentConfig, Pubkey, SdkError, Signature, client::Confirmation};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::context::{Context, InFlight};

/// How often statuses are asked for while anything is in flight.
const PERIOD: Duration = Duration::from_millis(150);
/// How often the same bytes are sent again.
const RESEND_PERIOD: Duration = Duration::from_secs(2);
/// Signatures that one question may name.
const STATUSES_MAX: usize = 256;

/// What the chain says about a transaction in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    /// On chain, settled enough.
    Landed,
    /// On chain, but it changed nothing and never will.
    Failed(String),
    /// It can no longer land.
    Expired,
    /// Not known yet.
    Open,
}

/// Decides from the status of a transaction, none when no block holds it.
fn fate(
    status: Option<&Confirmation>,
    commitment: CommitmentConfig,
    block_height: u64,
    last_valid_block_height: u64,
) -> Fate {
    let Some(status) = status else {
        return if block_height > last_valid_block_height { Fate::Expired } else { Fate::Open };
    };
    match &status.error {
        _ if !status.is_settled(commitment) => Fate::Open,
        Some(error) => Fate::Failed(error.to_string()),
        None => Fate::Landed,
    }
}

struct Tracked {
    in_flight: InFlight,
    sent_at: Instant,
}

/// Follows transactions until the queue is closed and empty, or `abandon`.
pub async fn run(
    context: Arc<Context>,
    mut in_flight: mpsc::Receiver<InFlight>,
    settle: mpsc::Sender<Vec<Pubkey>>,
    abandon: CancellationToken,
) {
    let mut tracked: HashMap<Signature, Tracked> = HashMap::new();
    let mut is_closed = false;
    while !(is_closed && tracked.is_empty()) {
        tokio::select! {
            () = abandon.cancelled() => break,
            next = in_flight.recv(), if !is_closed => match next {
                Some(next) => {
                    let signature = next.signed.signature;
                    tracked.entry(signature).or_insert(Tracked { in_flight: next, sent_at: Instant::now() });
                }
                None => is_closed = true,
            },
            () = tokio::time::sleep(PERIOD), if !tracked.is_empty() => {
                let looked = look(&context, &mut tracked, &settle).await;
                context.chain.endpoint.note_read("transactions", "name an endpoint that serves getSignatureStatuses", &looked);
                if let Err(error) = looked {
                    tracing::debug!(%error, "transactions not looked at");
                }
            }
        }
    }
    if !tracked.is_empty() {
        tracing::warn!(transactions = tracked.len(), "left in flight; the journal has them for the next start");
    }
}

async fn look(
    context: &Context,
    tracked: &mut HashMap<Signature, Tracked>,
    settle: &mpsc::Sender<Vec<Pubkey>>,
) -> Result<(), SdkError> {
    let signatures: Vec<Signature> = tracked.keys().copied().collect();
    for part in signatures.chunks(STATUSES_MAX) {
        let height = context.chain.block_height();
        let statuses = context.chain.client.statuses(part).await?;
        for (signature, status) in part.iter().zip(statuses) {
            let Some(entry) = tracked.get_mut(signature) else { continue };
            let last_valid = entry.in_flight.signed.last_valid_block_height;
            let fate = fate(status.as_ref(), context.chain.client.commitment(), height, last_valid);
            if fate != Fate::Open {
                conclude(context, entry, &fate).await;
                // A full queue drops the keys; the periodic comparison finds them.
                settle.try_send(entry.in_flight.requests.clone()).ok();
                tracked.remove(signature);
            } else if entry.sent_at.elapsed() >= RESEND_PERIOD {
                entry.sent_at = Instant::now();
                // Taken or not, its status decides.
                context.chain.client.send_signed(&entry.in_flight.signed.bytes).await.ok();
            }
        }
    }
    Ok(())
}

async fn conclude(context: &Context, entry: &Tracked, fate: &Fate) {
    let signed = &entry.in_flight.signed;
    match fate {
        Fate::Open | Fate::Landed => return,
        Fate::Expired => {
            let remedy = context.chain.payer.lapse_remedy();
            tracing::warn!(signature = %signed.signature, remedy, "results expired before they landed, signing again");
        }
        Fate::Failed(reason) => {
            tracing::warn!(signature = %signed.signature, %reason, "results were refused, looking at each");
            if let Err(error) = context.journal.record_dead(&signed.signature.into()).await {
                tracing::error!(%error, label = error.label(), "refusal not journaled");
            }
        }
    }
    context.statistics.count(|counts| counts.result_transactions_lost += 1);
}

#[cfg(test)]
mod tests {
    use solana_transaction_status_client_types::TransactionConfirmationStatus;

    use super::*;

    fn status(settled: TransactionConfirmationStatus, is_error: bool) -> Confirmation {
        let error = is_error.then_some(solana_transaction_error::TransactionError::AccountNotFound);
        Confirmation { slot: 1, settled, error }
    }

    #[test]
    fn a_transaction_counts_once_it_is_settled_enough() {
        use TransactionConfirmationStatus::{Confirmed, Finalized, Processed};
        let at = |settled, commitment| fate(Some(&status(settled, false)), commitment, 999, 1);
        assert_eq!(at(Processed, CommitmentConfig::confirmed()), Fate::Open);
        assert_eq!(at(Confirmed, CommitmentConfig::confirmed()), Fate::Landed);
        assert_eq!(at(Confirmed, CommitmentConfig::finalized()), Fate::Open);
        assert_eq!(at(Finalized, CommitmentConfig::finalized()), Fate::Landed);
        assert_eq!(at(Processed, CommitmentConfig::processed()), Fate::Landed);
    }

    #[test]
    fn a_failure_counts_only_once_it_cannot_be_undone() {
        let processed = status(TransactionConfirmationStatus::Processed, true);
        assert_eq!(fate(Some(&processed), CommitmentConfig::confirmed(), 0, 1), Fate::Open);
        let confirmed = status(TransactionConfirmationStatus::Confirmed, true);
        assert!(matches!(fate(Some(&confirmed), CommitmentConfig::confirmed(), 0, 1), Fate::Failed(_)));
    }

    #[test]
    fn an_unknown_transaction_expires_after_its_last_block() {
        assert_eq!(fate(None, CommitmentConfig::confirmed(), 100, 100), Fate::Open);
        assert_eq!(fate(None, CommitmentConfig::confirmed(), 101, 100), Fate::Expired);
    }
}
