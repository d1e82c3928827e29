//! What anyone may do and this service does: results made final, usage rolled, markets synced, fees paid on.
//!
//! Each job is `should_run` (pure: state and time to a decision), `build` (instructions) and a common [`submit`]. One
//! look at the chain serves all of them.

mod distribute;
mod finalize;
mod roll;
mod submit;
mod sync;

use std::{sync::Arc, time::Duration};

use finalize::Finalizer;
use modchains_sdk::{
    Pubkey, SdkError, address,
    decode::decode,
    exchange::state::Market,
    oracle::state::{Operator, Service, Usage},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::context::{Context, Unfinal};
use crate::config::JobSettings;

/// The accounts of one model as they are now.
pub struct Snapshot {
    /// Its service.
    pub service: Service,
    /// Its usage.
    pub usage: Usage,
    /// Its market.
    pub market: Market,
}

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
    let mut snapshots = snapshots(context).await?;
    let now_seconds = context.chain.now_seconds();
    if finalizer.run(context, now_seconds).await {
        // Finalizing accrues fees and may have closed the epoch.
        snapshots = self::snapshots(context).await?;
    }
    for ((served, snapshot), memory) in context.models.iter().zip(&snapshots).zip(memories) {
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

/// Reads service, usage, market and operator of every model, and takes over the free bonds.
async fn snapshots(context: &Context) -> Result<Vec<Snapshot>, SdkError> {
    let addresses: Vec<[Pubkey; 4]> = context
        .models
        .iter()
        .map(|served| {
            let (usage, market) = (address::oracle::usage(&served.model), address::exchange::market(&served.model));
            [served.service, usage, market, served.operator]
        })
        .collect();
    let (named, payer) = (addresses.concat(), context.chain.payer.address());
    let client = &context.chain.client;
    let (read, lamports) = tokio::join!(client.accounts(&named), client.lamports(&payer));
    if let Ok(lamports) = lamports {
        context.chain.payer.set_lamports(lamports);
    }
    context.chain.endpoint.note_read("accounts", "name an endpoint that serves getMultipleAccounts", &read);
    let (_, accounts) = read?;
    let mut snapshots = Vec::with_capacity(addresses.len());
    for (of_model, accounts) in addresses.iter().zip(accounts.chunks(4)) {
        let account = |index: usize| {
            let missing = SdkError::AccountMissing { what: "account of a configured model", address: of_model[index] };
            accounts.get(index).and_then(Option::as_ref).ok_or(missing)
        };
        let operator: Operator = decode(&of_model[3], account(3)?)?;
        context.bonds.update(of_model[3], operator.free_bond_atoms().unwrap_or_default());
        snapshots.push(Snapshot {
            service: decode(&of_model[0], account(0)?)?,
            usage: decode(&of_model[1], account(1)?)?,
            market: decode(&of_model[2], account(2)?)?,
        });
    }
    Ok(snapshots)
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use modchains_sdk::{
        exchange::state::Market,
        oracle::state::{Service, Usage},
    };

    use super::Snapshot;

    /// A model with nothing due and epochs of 60 seconds, in epoch 10.
    pub fn snapshot() -> Snapshot {
        let mut snapshot = Snapshot { service: Service::zeroed(), usage: Usage::zeroed(), market: Market::zeroed() };
        (snapshot.usage.epoch_seconds, snapshot.usage.epoch) = (60, 10);
        snapshot.market.params.epoch_seconds = 60;
        snapshot.market.synced_at_seconds = 600;
        snapshot
    }
}
