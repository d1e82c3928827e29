//! Wires the tasks, waits for the end, and ends them in order.

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use futures_util::future::join_all;
use modchains_sdk::Pubkey;
use tokio::{
    sync::{Notify, mpsc},
    task::{JoinError, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    context::{Context, Report, StatisticsFile},
    error::ServiceError,
    intake, jobs, poll, post, ready,
    settle::{self, Outlets},
    start, stop, track, watch,
};
use crate::{
    chain::{self, Recent},
    config::{Config, JobSettings},
};

/// Requests and keys that each queue holds.
const QUEUE: usize = 1_024;
/// How often the statistics file is written.
const STATISTICS_PERIOD: Duration = Duration::from_secs(1);
/// How long answers under way may take to arrive after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(2);
/// How long the workers may take to end after that.
const WORKERS_END: Duration = Duration::from_millis(2_300);

/// What a run does besides what its configuration says.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Where figures are written when the service is ready, every second and at the end, as JSON.
    pub stats_file: Option<PathBuf>,
}

/// Runs the service until it is told to stop, and returns what it did.
///
/// # Errors
/// When something needed is not in order at the start, or a task fails.
pub async fn run(config: &Config, options: RunOptions) -> Result<Report, ServiceError> {
    // Taken before the slow start, so that a parent that dies meanwhile is noticed.
    let parent = config.exit_with_parent.then(std::os::unix::process::parent_id);
    let stop_requested = stop::requested(parent)?;
    tokio::pin!(stop_requested);
    let started = tokio::select! {
        started = start::start(config) => started?,
        reason = &mut stop_requested => {
            tracing::info!(reason, "stopped while starting");
            return Ok(Report::default());
        }
    };
    let (context, sender) = started;
    let context = Arc::new(context);
    let file = Arc::new(StatisticsFile::new(options.stats_file));
    let tokens = Tokens { stop: CancellationToken::new(), abandon: CancellationToken::new() };
    let mut tasks = spawn(&context, config.jobs.clone(), sender, &tokens, Arc::clone(&file));
    let outcome = tokio::select! {
        reason = &mut stop_requested => {
            tracing::info!(reason, "stopping");
            Ok(())
        }
        Some(ended) = tasks.join_next() => Err(ended_early(ended)),
    };
    end(tasks, &tokens).await;
    let report = finish(context, &file).await;
    outcome.map(|()| report)
}

struct Tokens {
    /// Take nothing new.
    stop: CancellationToken,
    /// Leave what has not arrived to the journal.
    abandon: CancellationToken,
}

type Tasks = JoinSet<&'static str>;

fn spawn(
    context: &Arc<Context>,
    settings: JobSettings,
    sender: tokio::sync::watch::Sender<Recent>,
    tokens: &Tokens,
    file: Arc<StatisticsFile>,
) -> Tasks {
    let (announced, announced_queue) = mpsc::channel(QUEUE);
    let (ready, ready_queue) = mpsc::channel(QUEUE);
    let (in_flight, in_flight_queue) = mpsc::channel(QUEUE);
    let (named, named_queue) = mpsc::channel(QUEUE);
    let (unfinal, unfinal_queue) = mpsc::channel(QUEUE);
    let outlets = Outlets {
        announced: announced.downgrade(),
        ready: ready.downgrade(),
        in_flight: in_flight.downgrade(),
        unfinal,
    };
    let connected = Arc::new(Notify::new());
    let shared = || Arc::clone(context);
    let stop = || tokens.stop.clone();
    let mut tasks = Tasks::new();
    let operators: Vec<Pubkey> = context.models.iter().map(|served| served.operator).collect();
    name(&mut tasks, "recent", chain::run(Arc::clone(&context.chain), sender, operators, stop()));
    name(&mut tasks, "ready", ready::run(shared(), stop()));
    name(&mut tasks, "watch", watch::run(shared(), announced.clone(), Arc::clone(&connected), stop()));
    name(&mut tasks, "poll", poll::run(shared(), announced, connected, stop()));
    name(&mut tasks, "intake", intake::run(shared(), announced_queue, ready, named.clone(), stop()));
    name(&mut tasks, "post", post::run(shared(), ready_queue, in_flight));
    let abandon = || tokens.abandon.clone();
    name(&mut tasks, "track", track::run(shared(), in_flight_queue, named.clone(), abandon()));
    name(&mut tasks, "settle", settle::run(shared(), named_queue, outlets, abandon()));
    name(&mut tasks, "jobs", jobs::run(shared(), settings, unfinal_queue, named, stop()));
    name(&mut tasks, "statistics", write_statistics(shared(), file, stop()));
    tasks
}

fn name(tasks: &mut Tasks, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
    tasks.spawn(async move {
        task.await;
        name
    });
}

fn ended_early(ended: Result<&'static str, JoinError>) -> ServiceError {
    match ended {
        Ok(task) => ServiceError::TaskEnded { task, reason: "it returned".to_owned() },
        Err(error) => ServiceError::TaskEnded { task: "unknown", reason: error.to_string() },
    }
}

/// Lets answers under way arrive, then ends what is left.
async fn end(mut tasks: Tasks, tokens: &Tokens) {
    tokens.stop.cancel();
    let drained = async { while tasks.join_next().await.is_some() {} };
    if timeout(DRAIN, drained).await.is_err() {
        tokens.abandon.cancel();
        let drained = async { while tasks.join_next().await.is_some() {} };
        if timeout(Duration::from_millis(200), drained).await.is_err() {
            tracing::warn!("some tasks did not end in time; the journal has what they left");
            tasks.shutdown().await;
        }
    }
}

async fn write_statistics(context: Arc<Context>, file: Arc<StatisticsFile>, stop: CancellationToken) {
    // The file says that the service is ready.
    if stop.run_until_cancelled(context.sight.opened()).await.is_none() {
        return;
    }
    let mut ticks = tokio::time::interval(STATISTICS_PERIOD);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        file.write(&context.statistics);
    }
}

/// Ends the workers, closes the journal and says what was done.
async fn finish(context: Arc<Context>, file: &StatisticsFile) -> Report {
    let report = context.statistics.report();
    file.write(&context.statistics);
    // Whatever still holds the context is being dropped; workers then end with their pipes.
    if let Ok(context) = Arc::try_unwrap(context) {
        let pools = context.models.into_iter().map(|served| served.pool.shutdown());
        if timeout(WORKERS_END, join_all(pools)).await.is_err() {
            tracing::warn!("workers did not end in time and are killed");
        }
        context.journal.close().await;
    }
    tracing::info!(
        seen = report.seen,
        answered = report.answered,
        posted = report.posted,
        finalized = report.finalized,
        not_ours = report.not_ours.values().sum::<u64>(),
        failed = report.failed.values().sum::<u64>(),
        overhead_p50_us = report.overhead.p50_us,
        overhead_p99_us = report.overhead.p99_us,
        "stopped"
    );
    report
}
