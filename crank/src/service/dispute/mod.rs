//! Disputes: results of this operator are defended, those of others challenged when they are wrong.
//!
//! | file | what it does |
//! |---|---|
//! | [`decide`] | which disputes and results are this operator's to act on, without side effects |
//! | [`own`] | what a graph computes for a request, from the bundle alone |
//! | [`play`] | makes the moves of a turn, and settles what is over |
//! | [`sample`] | looks at results of others, and challenges those that are wrong |
//! | [`reach`] | the endpoints, one after the other |
//!
//! Which move a side makes is the library's rule ([`modchains_sdk::dispute`]). Nothing is kept between two looks that cannot be
//! read again: where a game stands and what was shown in it lie on the chain, what is right follows from the bundle. So a
//! service that was killed, or whose journal was restored, goes on where the chain is.

mod decide;
mod fault;
mod own;
mod play;
mod reach;
mod sample;

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::{own::Library, reach::Reach, sample::Sampler};
use super::context::Context;
use crate::config::Config;

/// Looks after disputes until `stop`.
pub async fn run(context: Arc<Context>, config: Config, stop: CancellationToken) {
    let reach = Reach::new(&context, &config);
    let mut library = Library::new(&config);
    let mut sampler = Sampler::new(config.disputes.recompute_all_from_atoms);
    let mut ticks = interval(Duration::from_millis(config.disputes.poll_interval_ms));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = look(&context, &reach, &mut library, &mut sampler) => {}
        }
    }
}

async fn look(context: &Context, reach: &Reach, library: &mut Library, sampler: &mut Sampler) {
    if let Err(error) = play::all(context, reach, library).await {
        tracing::debug!(%error, "disputes not looked at");
    }
    if let Err(error) = sampler.look(context, reach, library).await {
        tracing::debug!(%error, "results of others not looked at");
    }
}
