//! Says when the service is ready, and when it no longer is.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::context::Context;

/// Logs each change, until `stop`.
pub async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut ways = context.sight.changes();
    let (mut was_open, mut was_ready) = (None, false);
    loop {
        let now = ways.borrow_and_update().are_open();
        if now != was_open {
            match now {
                Some(true) if was_ready => tracing::info!("requests are seen again"),
                Some(true) => {
                    was_ready = true;
                    let operator = context.chain.payer.address();
                    tracing::info!(%operator, models = context.models.len(), "ready");
                }
                Some(false) => tracing::info!("not ready: open requests can neither be listed nor are they notified"),
                None => {}
            }
            was_open = now;
        }
        match stop.run_until_cancelled(ways.changed()).await {
            Some(Ok(())) => {}
            Some(Err(_)) | None => return,
        }
    }
}
