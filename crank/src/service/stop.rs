//! When the service is to end.

use std::{future::Future, os::unix::process::parent_id, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use super::error::ServiceError;

/// How often the parent is looked for. The kernel's death signal is of no use here: it fires when the parent's thread
/// ends, and test runners start children from threads that end early.
const PARENT_PERIOD: Duration = Duration::from_millis(200);

/// Resolves with the reason at the first SIGTERM or SIGINT, or when `parent` is no longer this process's parent.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn requested(parent: Option<u32>) -> Result<impl Future<Output = &'static str>, ServiceError> {
    let install = |kind, what| signal(kind).map_err(|source| ServiceError::System { what, source });
    let mut terminate = install(SignalKind::terminate(), "cannot watch for SIGTERM")?;
    let mut interrupt = install(SignalKind::interrupt(), "cannot watch for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            () = parent_ended(parent) => "the parent process ended",
        }
    })
}

async fn parent_ended(parent: Option<u32>) {
    let Some(parent) = parent else {
        return std::future::pending().await;
    };
    while parent_id() == parent {
        tokio::time::sleep(PARENT_PERIOD).await;
    }
}
