//! Reading journal and chain, and doing what was decided.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBuilder};
use modchains_sdk::{Pubkey, client::SignedTransaction as Signed, decode::FetchedRequest};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::decide::{Sent, Step, next_step};
use crate::{
    journal::{Job, JobState, JournalError, SignedTransaction},
    service::{
        context::{Announced, Bonds, Context, InFlight, Unfinal, Work, wall_seconds},
        error::ServiceError,
    },
};

/// How often everything open in the journal is compared with the chain.
const SWEEP_PERIOD: Duration = Duration::from_secs(10);
/// Every so many sweeps results under challenge windows are looked at too.
const FULL_SWEEPS: u32 = 30;
/// Jobs whose last step is younger than this are left to whoever made it.
const SWEEP_AGE_SECONDS: i64 = 5;
/// Pauses after an endpoint did not answer.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// Where requests go next. Weak, so that the queues close one after the other when the service stops.
pub struct Outlets {
    /// To be computed.
    pub announced: mpsc::WeakSender<Announced>,
    /// To be signed and sent.
    pub ready: mpsc::WeakSender<Work>,
    /// To be followed.
    pub in_flight: mpsc::WeakSender<InFlight>,
    /// To be made final.
    pub unfinal: mpsc::Sender<Unfinal>,
}

/// Settles requests as they are named, and sweeps the journal, until the queue is closed and empty, or `abandon`.
pub async fn run(
    context: Arc<Context>,
    mut named: mpsc::Receiver<Vec<Pubkey>>,
    outlets: Outlets,
    abandon: CancellationToken,
) {
    let mut ticks = tokio::time::interval(SWEEP_PERIOD);
    let mut sweep = 0_u32;
    loop {
        let requests = tokio::select! {
            () = abandon.cancelled() => break,
            requests = named.recv() => match requests {
                Some(requests) => requests,
                None => break,
            },
            _ = ticks.tick() => {
                let age_seconds = if sweep == 0 { 0 } else { SWEEP_AGE_SECONDS };
                let is_full = sweep.is_multiple_of(FULL_SWEEPS);
                sweep = sweep.wrapping_add(1);
                open_requests(&context, age_seconds, is_full).await
            }
        };
        if !requests.is_empty() {
            abandon.run_until_cancelled(settle_all(&context, requests, &outlets)).await;
        }
    }
}

async fn open_requests(context: &Context, age_seconds: i64, is_full: bool) -> Vec<Pubkey> {
    match context.journal.open_jobs().await {
        Ok(jobs) => {
            let old_enough = |job: &&Job| job.updated_at_seconds <= wall_seconds() - age_seconds;
            let is_due = |job: &&Job| is_full || job.state != JobState::Posted;
            jobs.iter().filter(old_enough).filter(is_due).map(|job| job.seen.request.into()).collect()
        }
        Err(error) => {
            tracing::error!(%error, label = error.label(), "journal not read");
            Vec::new()
        }
    }
}

/// Tries until endpoint and journal answer.
async fn settle_all(context: &Context, requests: Vec<Pubkey>, outlets: &Outlets) {
    let [shortest, longest] = PAUSES;
    let builder = ExponentialBuilder::new().with_min_delay(shortest).with_max_delay(longest).without_max_times();
    let mut pauses = builder.with_jitter().build();
    loop {
        match settle_once(context, &requests, outlets).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "not compared with the chain, trying again"),
        }
        tokio::time::sleep(pauses.next().unwrap_or(longest)).await;
    }
}

async fn settle_once(context: &Context, requests: &[Pubkey], outlets: &Outlets) -> Result<(), ServiceError> {
    let read = context.chain.client.accounts(requests).await;
    context.chain.endpoint.note_read("accounts", "name an endpoint that serves getMultipleAccounts", &read);
    let (slot, accounts) = read?;
    let mut done = HashSet::new();
    for (address, account) in requests.iter().zip(accounts) {
        if !done.insert(*address) {
            continue;
        }
        let Some(job) = context.journal.job(&address.to_bytes()).await? else {
            context.known.forget(address);
            continue;
        };
        let request = account.map(|account| FetchedRequest::decode(address, &account, slot)).transpose()?;
        let transactions = context.journal.transactions(&address.to_bytes()).await?;
        if let Err(error) = settle_one(context, &job, request, &transactions, outlets).await {
            tracing::error!(request = %address, %error, label = error.label(), "step not journaled");
        }
    }
    Ok(())
}

async fn settle_one(
    context: &Context,
    job: &Job,
    request: Option<FetchedRequest>,
    transactions: &[SignedTransaction],
    outlets: &Outlets,
) -> Result<(), JournalError> {
    let address = Pubkey::from(job.seen.request);
    if matches!(job.state, JobState::Finalized | JobState::Failed) {
        context.known.skip(address);
        return Ok(());
    }
    let model = context.models.iter().position(|served| served.model.to_bytes() == job.seen.model);
    let Some(model) = model else {
        tracing::warn!(request = %address, "open job of a model that is not configured, left as it is");
        return Ok(());
    };
    let sent = Sent { transactions, block_height: context.chain.block_height() };
    let step = next_step(job, request.as_ref(), sent, &context.models[model].operator, context.chain.now_seconds());
    tracing::debug!(request = %address, state = %job.state, ?step, "settled");
    match step {
        Step::Finalize { posted: state } => {
            posted(context, job, &address).await?;
            let unfinal = Unfinal { model, request: address, posted: state };
            note_full(outlets.unfinal.try_send(unfinal).is_ok());
        }
        Step::Finalized => {
            posted(context, job, &address).await?;
            context.journal.record_finalized(&[job.seen.request], wall_seconds()).await?;
            context.statistics.count(|counts| counts.finalized += 1);
            context.known.forget(&address);
            tracing::info!(request = %address, "result final");
        }
        Step::GiveUp(label) => give_up(context, job, &address, label).await?,
        Step::Wait => context.bonds.release(&address),
        Step::Track(signed) => track(context, &address, signed, outlets),
        Step::Infer | Step::Post { .. } => again(context, job, model, request, step, outlets),
    }
    Ok(())
}

/// The chain shows the result; counts it once.
async fn posted(context: &Context, job: &Job, address: &Pubkey) -> Result<(), JournalError> {
    context.bonds.lock(address);
    if job.state != JobState::Posted {
        context.journal.record_posted(&[job.seen.request], wall_seconds()).await?;
        context.statistics.count(|counts| counts.posted += 1);
    }
    Ok(())
}

async fn give_up(context: &Context, job: &Job, address: &Pubkey, label: &'static str) -> Result<(), JournalError> {
    context.bonds.release(address);
    context.journal.record_failed(&job.seen.request, label, wall_seconds()).await?;
    context.statistics.failed(label);
    context.known.skip(*address);
    tracing::warn!(request = %address, label, "request given up");
    Ok(())
}

fn track(context: &Context, address: &Pubkey, signed: SignedTransaction, outlets: &Outlets) {
    context.known.begin(*address);
    let SignedTransaction { signature, bytes, last_valid_block_height, .. } = signed;
    let signed = Signed { signature: signature.into(), bytes, last_valid_block_height };
    offer(&outlets.in_flight, InFlight { signed, requests: vec![*address] });
}

/// Sends the request through computing or signing, if its bond is free.
fn again(context: &Context, job: &Job, model: usize, request: Option<FetchedRequest>, step: Step, outlets: &Outlets) {
    let Some(request) = request else { return };
    let address = request.request.address;
    match (step, &job.answer) {
        (Step::Post { claim, alone }, Some(answer)) => {
            let bond_atoms = Bonds::needed_atoms(&request.request.value, claim);
            if !context.bonds.reserve(context.models[model].operator, address, bond_atoms) {
                return;
            }
            context.known.begin(address);
            let span = tracing::info_span!("request", address = %address);
            let (job, answer) = (job.seen, answer.clone());
            let created_at_seconds = request.request.value.created_at_seconds;
            let asked = context.models[model].offer.asked(&request.input);
            let timing = None;
            let work =
                Work { model, request: address, created_at_seconds, job, claim, alone, asked, answer, timing, span };
            offer(&outlets.ready, work);
        }
        _ => {
            context.bonds.release(&address);
            context.known.forget(&address);
            offer(&outlets.announced, Announced { model, request, seen_at: Instant::now() });
        }
    }
}

/// Hands an item on without waiting.
fn offer<T>(outlet: &mpsc::WeakSender<T>, item: T) {
    note_full(outlet.upgrade().is_some_and(|outlet| outlet.try_send(item).is_ok()));
}

/// A queue that is full drops the request: the next sweep brings it back.
fn note_full(is_sent: bool) {
    if !is_sent {
        tracing::debug!("queue full or closed, left to the next sweep");
    }
}
