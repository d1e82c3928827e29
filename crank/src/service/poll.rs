//! Lists open requests: what notifications may have missed.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use modchains_sdk::{SdkError, oracle::state::RequestStatus};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::context::{Announced, Context};

/// While notifications come, the list is read this many times less often.
const RELAXED: u32 = 10;

const REMEDY: &str = "requests made while the websocket is down are missed; set rpc_url to an endpoint that serves \
                      getProgramAccounts for the oracle program";

/// Pause until the next look.
fn pause(interval: Duration, has_notifications: bool) -> Duration {
    if has_notifications { interval * RELAXED } else { interval }
}

/// Announces what is open, now and then and whenever `connected` is notified, until `stop`.
pub async fn run(
    context: Arc<Context>,
    announced: mpsc::Sender<Announced>,
    connected: Arc<Notify>,
    stop: CancellationToken,
) {
    let interval = Duration::from_millis(context.chain.settings.poll_interval_ms);
    loop {
        let listed = stop.run_until_cancelled(list(&context, &announced)).await;
        let Some(listed) = listed else { return };
        context.chain.endpoint.note_read("open requests", REMEDY, &listed);
        context.sight.set_listed(listed.is_ok());
        if let Err(error) = listed {
            tracing::debug!(%error, "open requests not listed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = connected.notified() => {}
            () = tokio::time::sleep(pause(interval, !context.chain.websocket.is_down())) => {}
        }
    }
}

async fn list(context: &Context, announced: &mpsc::Sender<Announced>) -> Result<(), SdkError> {
    let mut open = HashSet::new();
    for (model, served) in context.models.iter().enumerate() {
        for request in context.chain.client.requests(&served.service, Some(RequestStatus::Open)).await? {
            open.insert(request.request.address);
            // Fails only when the service stops.
            announced.send(Announced { model, request, seen_at: Instant::now() }).await.ok();
        }
    }
    context.known.prune(&open);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_notifications_the_list_is_read_at_the_configured_pace() {
        let interval = Duration::from_millis(500);
        assert_eq!(pause(interval, false), interval);
        assert_eq!(pause(interval, true), Duration::from_secs(5));
    }
}
