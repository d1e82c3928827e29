//! From announced requests to computed answers.

use std::sync::Arc;

use futures_util::future::join_all;
use modchains_sdk::Pubkey;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, info_span};

use super::context::{Announced, Bonds, Context, Timing, Verdict, Work, consider, wall_seconds};
use crate::{
    journal::{Answer, JobState, JournalError, Key, NewJob},
    worker::{Inferred, WorkerError},
};

/// Most requests taken from the queue at once.
const BATCH_MAX: usize = 128;

/// Takes requests up until `stop`, then waits for the answers under way.
pub async fn run(
    context: Arc<Context>,
    mut announced: mpsc::Receiver<Announced>,
    ready: mpsc::Sender<Work>,
    settle: mpsc::Sender<Vec<Pubkey>>,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while let Some(1..) = stop.run_until_cancelled(announced.recv_many(&mut batch, BATCH_MAX)).await {
        let mut accepted: Vec<Vec<Accepted>> = context.models.iter().map(|_| Vec::new()).collect();
        for announced in batch.drain(..) {
            let model = announced.model;
            accepted[model].extend(accept(&context, announced));
        }
        for group in accepted.into_iter().filter(|group| !group.is_empty()) {
            tasks.spawn(answer(Arc::clone(&context), group, ready.clone(), settle.clone()));
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// A request to answer.
struct Accepted {
    announced: Announced,
    claim: bool,
    span: tracing::Span,
}

fn accept(context: &Context, announced: Announced) -> Option<Accepted> {
    let (address, served) = (announced.request.request.address, &context.models[announced.model]);
    if !context.known.begin(address) {
        return None;
    }
    match consider(&announced.request, &served.offer, &served.operator, context.chain.now_seconds()) {
        Verdict::Answer { claim } => {
            let bond_atoms = Bonds::needed_atoms(&announced.request.request.value, claim);
            if !context.bonds.reserve(served.operator, address, bond_atoms) {
                context.known.forget(&address);
                return None;
            }
            context.statistics.count(|counts| counts.seen += 1);
            let span = info_span!("request", address = %address);
            Some(Accepted { announced, claim, span })
        }
        Verdict::NotOurs(reason) => {
            context.known.skip(address);
            context.statistics.not_ours(reason.label());
            tracing::warn!(request = %address, label = reason.label(), %reason, "request is not ours");
            None
        }
        Verdict::Leave => {
            context.known.forget(&address);
            None
        }
    }
}

/// Looks requests of one model up in the journal while its workers compute them, and hands the results on.
async fn answer(
    context: Arc<Context>,
    group: Vec<Accepted>,
    ready: mpsc::Sender<Work>,
    settle: mpsc::Sender<Vec<Pubkey>>,
) {
    let requests: Vec<Key> =
        group.iter().map(|accepted| accepted.announced.request.request.address.to_bytes()).collect();
    let computed = join_all(group.iter().map(|accepted| {
        let pool = &context.models[accepted.announced.model].pool;
        pool.infer(accepted.announced.request.input.clone()).instrument(accepted.span.clone())
    }));
    let (states, outcomes) = tokio::join!(context.journal.states(&requests), computed);
    let states = match states {
        Ok(states) => states,
        Err(error) => {
            tracing::error!(%error, label = error.label(), "journal not read, requests left for the next look");
            return group.iter().for_each(|accepted| give_back(&context, accepted));
        }
    };
    for ((accepted, state), outcome) in group.into_iter().zip(states).zip(outcomes) {
        let request = accepted.announced.request.request.address;
        match (state, outcome) {
            (None | Some(JobState::Seen), Ok(inferred)) => {
                let work = work(&context, accepted, inferred);
                // The poster outlives this task.
                ready.send(work).await.ok();
            }
            (None | Some(JobState::Seen), Err(error)) => unanswered(&context, &accepted, &error).await,
            (Some(JobState::Finalized | JobState::Failed), _) => {
                context.bonds.release(&request);
                context.known.skip(request);
            }
            // It was answered before: the recorded answer stands.
            (_, _) => {
                settle.send(vec![request]).await.ok();
            }
        }
    }
}

fn new_job(context: &Context, announced: &Announced) -> NewJob {
    let request = &announced.request.request;
    NewJob {
        request: request.address.to_bytes(),
        model: context.models[announced.model].model.to_bytes(),
        input_hash: request.value.input_hash,
        answer_by_seconds: request.value.deadline_seconds,
    }
}

fn work(context: &Context, accepted: Accepted, inferred: Inferred) -> Work {
    let Accepted { announced, claim, span } = accepted;
    let job = new_job(context, &announced);
    let request = &announced.request.request;
    let timing = Timing { seen_at: announced.seen_at, forward: inferred.forward, batch: inferred.batch };
    Work {
        model: announced.model,
        request: request.address,
        created_at_seconds: request.value.created_at_seconds,
        job,
        claim,
        alone: false,
        asked: context.models[announced.model].offer.asked(&announced.request.input),
        answer: Answer::new(inferred.output, &request.value.salt),
        timing: Some(timing),
        span,
    }
}

fn give_back(context: &Context, accepted: &Accepted) {
    let request = accepted.announced.request.request.address;
    context.bonds.release(&request);
    context.known.forget(&request);
}

async fn unanswered(context: &Context, accepted: &Accepted, error: &WorkerError) {
    let request = accepted.announced.request.request.address;
    if matches!(error, WorkerError::Overloaded { .. } | WorkerError::ShuttingDown) {
        tracing::debug!(%request, %error, "left for the next look");
        return give_back(context, accepted);
    }
    tracing::error!(%request, %error, label = error.label(), "no result");
    context.statistics.failed(error.label());
    context.bonds.release(&request);
    let job = new_job(context, &accepted.announced);
    if let Err(error) = journal_failure(context, &job, error.label()).await {
        tracing::error!(%request, %error, label = error.label(), "failure not journaled");
    }
}

async fn journal_failure(context: &Context, job: &NewJob, label: &str) -> Result<(), JournalError> {
    context.journal.record_seen(std::slice::from_ref(job), wall_seconds()).await?;
    context.journal.record_failed(&job.request, label, wall_seconds()).await
}
