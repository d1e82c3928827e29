//! From answers to sent transactions.

use std::{sync::Arc, time::Instant};

use modchains_sdk::{
    Instruction, Pubkey, SdkError,
    client::SignedTransaction,
    instruction::oracle::{request_claim, result_post},
    oracle::instructions::{RequestClaimArgs, ResultPostArgs},
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::context::{AnswerTimes, Context, InFlight, Work, wall_seconds};
use crate::{
    chain::{Signer, TRANSACTION_BYTES_MAX, pack, transaction_bytes},
    journal::{JournalError, Key, Posting, SignedTransaction as Recorded},
};

/// Most answers taken from the queue at once.
const BATCH_MAX: usize = 64;
/// Compute units that the budget instructions of a transaction may use.
pub const BUDGET_UNITS: u32 = 1_000;
/// Compute units that one claim may use, with room to spare.
const CLAIM_UNITS: u32 = 20_000;
/// Compute units that one result may use, with room to spare.
const POST_UNITS: u32 = 20_000;

/// Sends answers until the queue is closed and empty.
pub async fn run(context: Arc<Context>, mut ready: mpsc::Receiver<Work>, in_flight: mpsc::Sender<InFlight>) {
    let tasks = TaskTracker::new();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while ready.recv_many(&mut batch, BATCH_MAX).await != 0 {
        let works = journal_answers(&context, std::mem::take(&mut batch)).await;
        for parcel in sign_and_journal(&context, works).await {
            tasks.spawn(send(Arc::clone(&context), parcel, in_flight.clone()));
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Answers with the transaction that carries them.
struct Parcel {
    signed: SignedTransaction,
    works: Vec<Work>,
}

/// The answers that are recorded as what this operator stands for.
async fn journal_answers(context: &Context, works: Vec<Work>) -> Vec<Work> {
    let answers: Vec<_> = works.iter().map(|work| (work.job, work.answer.clone())).collect();
    match context.journal.record_answered(&answers, wall_seconds()).await {
        Ok(outcomes) => {
            let recorded = works.into_iter().zip(outcomes).filter_map(|(work, outcome)| match outcome {
                Ok(()) => Some(work),
                Err(error) => {
                    refuse(context, &work.request, &error);
                    None
                }
            });
            recorded.collect()
        }
        Err(error) => {
            works.iter().for_each(|work| refuse(context, &work.request, &error));
            Vec::new()
        }
    }
}

/// Packs, signs and journals; what the journal refuses is left out.
async fn sign_and_journal(context: &Context, mut works: Vec<Work>) -> Vec<Parcel> {
    while !works.is_empty() {
        // When the service stops before there is a fresh blockhash, the journal has the answers.
        let Some(signer) = context.chain.signer().await else { return Vec::new() };
        let parcels = sign_all(context, &signer, works);
        let recorded: Vec<_> = parcels.iter().map(to_record).collect();
        match context.journal.record_signed(&recorded, context.chain.block_height(), wall_seconds()).await {
            Ok(()) => return parcels,
            Err(error) => {
                let refused = request_of(&error);
                works = parcels.into_iter().flat_map(|parcel| parcel.works).collect();
                works.retain(|work| {
                    let keep = refused.is_some_and(|request| request != work.request.to_bytes());
                    if !keep {
                        refuse(context, &work.request, &error);
                    }
                    keep
                });
            }
        }
    }
    Vec::new()
}

fn sign_all(context: &Context, signer: &Signer, works: Vec<Work>) -> Vec<Parcel> {
    let payer = context.chain.payer.address();
    let (alone, together): (Vec<_>, Vec<_>) = works.into_iter().partition(|work| work.alone);
    let mut groups =
        pack(together, |group| transaction_bytes(&instructions(context, group), &payer) <= TRANSACTION_BYTES_MAX);
    groups.extend(alone.into_iter().map(|work| vec![work]));
    let parcels = groups.into_iter().filter_map(|works| match signer.sign(&instructions(context, &works)) {
        Ok(signed) => Some(Parcel { signed, works }),
        Err(error) => {
            works.iter().for_each(|work| {
                tracing::error!(request = %work.request, %error, label = error.label(), "answer cannot be signed");
                context.bonds.release(&work.request);
            });
            None
        }
    });
    parcels.collect()
}

/// Claims and results of a group, under a fixed compute limit.
fn instructions(context: &Context, group: &[Work]) -> Vec<Instruction> {
    let authority = context.chain.payer.address();
    let mut units = BUDGET_UNITS;
    let mut all = Vec::with_capacity(2 * group.len());
    for work in group {
        let served = &context.models[work.model];
        if work.claim {
            units += CLAIM_UNITS;
            // The result goes with it: claimed in time is answered in time.
            let land_until_seconds = work.job.answer_by_seconds;
            let args = RequestClaimArgs { created_at_seconds: work.created_at_seconds, land_until_seconds };
            all.push(request_claim(&authority, &served.service, &work.request, args));
        }
        units += POST_UNITS;
        let args = ResultPostArgs {
            created_at_seconds: work.created_at_seconds,
            numeric_class: served.offer.numeric_class,
            trace_root: [0; 32],
            output: work.answer.output.clone(),
        };
        all.push(result_post(&authority, &served.service, &work.request, args));
    }
    context.chain.payer.budgeted(units, all)
}

fn to_record(parcel: &Parcel) -> (Recorded, Vec<Posting>) {
    let signed = Recorded {
        signature: parcel.signed.signature.into(),
        bytes: parcel.signed.bytes.clone(),
        last_valid_block_height: parcel.signed.last_valid_block_height,
        dead: false,
    };
    let posting = |work: &Work| Posting { request: work.request.to_bytes(), output_hash: work.answer.output_hash };
    (signed, parcel.works.iter().map(posting).collect())
}

/// The request that an error of the journal is about.
fn request_of(error: &JournalError) -> Option<Key> {
    match error {
        JournalError::UnknownRequest { request }
        | JournalError::Transition { request, .. }
        | JournalError::DifferentResult { request, .. }
        | JournalError::StillValid { request, .. } => Some(*request),
        _ => None,
    }
}

/// Leaves an answer to the periodic comparison of journal and chain.
fn refuse(context: &Context, request: &Pubkey, error: &JournalError) {
    match error {
        JournalError::StillValid { .. } => tracing::debug!(%request, %error, "already on its way"),
        _ => tracing::error!(%request, %error, label = error.label(), "answer not sent"),
    }
    if matches!(error, JournalError::DifferentResult { .. }) {
        context.statistics.failed(error.label());
    }
}

/// Sends a transaction and hands it to the tracker, whatever the endpoint says: it may have taken it all the same.
async fn send(context: Arc<Context>, parcel: Parcel, in_flight: mpsc::Sender<InFlight>) {
    let sent_at = Instant::now();
    let outcome = context.chain.client.send_signed(&parcel.signed.bytes).await;
    log_sent(&context, &parcel, sent_at, outcome.as_ref().err());
    let requests: Vec<Pubkey> = parcel.works.iter().map(|work| work.request).collect();
    let keys: Vec<Key> = requests.iter().map(Pubkey::to_bytes).collect();
    if let Err(error) = context.journal.record_sent(&keys, wall_seconds()).await {
        // The tracker may have been faster.
        tracing::debug!(%error, label = error.label(), "sending not journaled");
    }
    // The tracker outlives this task.
    in_flight.send(InFlight { signed: parcel.signed, requests }).await.ok();
}

fn log_sent(context: &Context, parcel: &Parcel, sent_at: Instant, error: Option<&SdkError>) {
    let accepted_at = Instant::now();
    context.statistics.count(|counts| counts.result_transactions += 1);
    for work in &parcel.works {
        let _entered = work.span.enter();
        if let Some(error) = error {
            tracing::warn!(%error, label = error.label(), "endpoint did not take the result, trying again");
        }
        let offer = &context.models[work.model].offer;
        let (model, answer) = (&offer.name, offer.answered(&work.answer.output));
        let Some(timing) = work.timing else {
            tracing::info!(model, asked = work.asked, answer, signature = %parcel.signed.signature, "result sent again");
            continue;
        };
        let times = AnswerTimes {
            seen_to_sent: sent_at.duration_since(timing.seen_at),
            seen_to_accepted: accepted_at.duration_since(timing.seen_at),
            forward: timing.forward,
            batch: timing.batch,
        };
        context.statistics.answered(&times);
        context.statistics.count(|counts| counts.answered += 1);
        tracing::info!(
            model,
            asked = work.asked,
            answer,
            seen_to_sent_us = times.seen_to_sent.as_micros() as u64,
            forward_us = times.forward.as_micros() as u64,
            batch = times.batch,
            together = parcel.works.len(),
            signature = %parcel.signed.signature,
            "result sent"
        );
    }
}
