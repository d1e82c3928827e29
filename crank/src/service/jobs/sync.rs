//! Moving a market's curve by the usage of an epoch that was rolled.

use modchains_sdk::{
    core::window::{end_seconds, is_open},
    instruction::exchange::market_sync,
};

use super::{
    snapshot::Snapshot,
    submit::{Outcome, submit},
};
use crate::service::context::{Context, Served};

/// Compute units that it may use, with room to spare.
const UNITS: u32 = 60_000;

/// Whether the curve may move again and has not been synced to the present usage epoch, of which `synced_epoch` was
/// the last one tried. A sync that moves nothing leaves no trace on chain, hence the memory.
pub fn should_run(snapshot: &Snapshot, synced_epoch: Option<u64>, now_seconds: i64) -> bool {
    let next = end_seconds(snapshot.market.synced_at_seconds(), snapshot.market.params.epoch_seconds);
    let may_move = next.is_ok_and(|next_seconds| !is_open(now_seconds, next_seconds));
    may_move && synced_epoch != Some(snapshot.usage.epoch)
}

/// Moves it.
pub async fn run(context: &Context, served: &Served) {
    if submit(context, "market_sync", UNITS, vec![market_sync(&served.model)]).await == Outcome::Done {
        context.statistics.count(|counts| counts.market_syncs += 1);
        tracing::info!(model = %served.model, "market synced");
    }
}

#[cfg(test)]
mod tests {
    use super::{super::snapshot::tests::snapshot, *};

    #[test]
    fn a_market_is_synced_an_epoch_after_its_last_move_and_once_per_usage_epoch() {
        let mut snapshot = snapshot();
        assert!(!should_run(&snapshot, None, 659));
        assert!(should_run(&snapshot, None, 660));
        assert!(should_run(&snapshot, Some(9), 660));
        assert!(!should_run(&snapshot, Some(10), 660));
        snapshot.market.opened_at_seconds = i64::MAX;
        assert!(!should_run(&snapshot, None, 660));
    }
}
