//! What anyone may do and this service does: results made final, usage rolled, markets synced, fees paid on.
//!
//! Each job is `should_run` (pure: state and time to a decision), `build` (instructions) and a common [`submit`]. One
//! look at the chain serves all of them.

mod distribute;
mod finalize;
mod roll;
mod snapshot;
mod submit;
mod sync;

use std::{sync::Arc, time::Duration};

use modchains_sdk::{Pubkey, SdkError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::{finalize::Finalizer, snapshot::snapshots};
use super::context::{Context, Unfinal};
use crate::config::JobSettings;

/// Does what is due at every look, until `stop`.
pub async fn run(
    context: Arc<Context>,
    jobs: JobSettings,
    mut unfinal: mpsc::Receiver<Unfinal>,
    settle: mpsc::Sender<Vec<Pubkey>>,
    stop: CancellationToken,
) {
    let interval = Duration::from_millis(context.chain.settings.poll_interval_ms);
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut finalizer = Finalizer::new(settle);
    let mut memories: Vec<Memory> = context.models.iter().map(|_| Memory::default()).collect();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            next = unfinal.recv() => match next {
                Some(next) => finalizer.add(next),
                None => return,
            },
            _ = ticks.tick() => {
                let Some(looked) = stop.run_until_cancelled(look(&context, &jobs, &mut finalizer, &mut memories)).await else {
                    return;
                };
                if let Err(error) = looked {
                    tracing::debug!(%error, "housekeeping waits");
                }
            }
        }
    }
}

/// What was done for a model and need not be tried again soon.
#[derive(Debug, Default)]
struct Memory {
    /// The usage epoch that the market was last synced to.
    synced_epoch: Option<u64>,
    /// When fees were last paid on, unix seconds.
    distributed_at_seconds: Option<i64>,
}

async fn look(
    context: &Context,
    jobs: &JobSettings,
    finalizer: &mut Finalizer,
    memories: &mut [Memory],
) -> Result<(), SdkError> {
    let mut models = snapshots(context).await?;
    let now_seconds = context.chain.now_seconds();
    if finalizer.run(context, now_seconds).await {
        // Finalizing accrues fees and may have closed the epoch.
        models = snapshots(context).await?;
    }
    for ((served, snapshot), memory) in context.models.iter().zip(&models).zip(memories) {
        if jobs.roll_usage && roll::should_run(&snapshot.usage, now_seconds) {
            roll::run(context, served).await;
        } else if jobs.sync_market && sync::should_run(snapshot, memory.synced_epoch, now_seconds) {
            memory.synced_epoch = Some(snapshot.usage.epoch);
            sync::run(context, served).await;
        }
        let interval_seconds = jobs.distribute_interval_seconds;
        let due = distribute::should_run(snapshot, memory.distributed_at_seconds, interval_seconds, now_seconds);
        if jobs.distribute_fees && due.any() {
            memory.distributed_at_seconds = Some(now_seconds);
            distribute::run(context, served, due).await;
        }
    }
    Ok(())
}
