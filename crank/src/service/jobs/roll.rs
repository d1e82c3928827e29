//! Closing usage epochs that are over.

use modchains_sdk::{core::window::epoch_index, instruction::oracle::usage_roll, oracle::state::Usage};

use super::submit::{Outcome, submit};
use crate::service::context::{Context, Served};

/// Compute units that it may use, with room to spare.
const UNITS: u32 = 20_000;

/// Whether the epoch being counted is over.
pub fn should_run(usage: &Usage, now_seconds: i64) -> bool {
    epoch_index(now_seconds, usage.epoch_seconds).is_ok_and(|epoch| epoch > usage.epoch)
}

/// Closes it.
pub async fn run(context: &Context, served: &Served) {
    if submit(context, "usage_roll", UNITS, vec![usage_roll(&served.model)]).await == Outcome::Done {
        context.statistics.count(|counts| counts.usage_rolls += 1);
        tracing::info!(model = %served.model, "usage epoch closed");
    }
}

#[cfg(test)]
mod tests {
    use super::{super::snapshot::tests::snapshot, *};

    #[test]
    fn an_epoch_is_rolled_once_it_is_over() {
        let usage = snapshot().usage;
        assert!(!should_run(&usage, 659));
        assert!(should_run(&usage, 660));
        assert!(!should_run(&usage, -1), "a clock before 1970 rolls nothing");
    }
}
