//! When the service is to end.

use std::{future::Future, os::unix::process::parent_id, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use super::error::ServiceError;

/// How often the parent is looked for. The kernel's death signal is of no use here: it fires when the parent's thread
/// ends, and test runners start children from threads that end early.
const PARENT_PERIOD: Duration = Duration::from_millis(200);

/// Resolves with the reason at the first SIGTERM, SIGINT or SIGHUP, or when `parent` is no longer this process's parent.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn requested(parent: Option<u32>) -> Result<impl Future<Output = &'static str>, ServiceError> {
    let install = |kind, what| signal(kind).map_err(|source| ServiceError::System { what, source });
    let mut terminate = install(SignalKind::terminate(), "cannot watch for SIGTERM")?;
    let mut interrupt = install(SignalKind::interrupt(), "cannot watch for SIGINT")?;
    let mut hang_up = match is_hang_up_ignored() {
        true => None,
        false => Some(install(SignalKind::hangup(), "cannot watch for SIGHUP")?),
    };
    Ok(async move {
        let hung_up = async {
            match &mut hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hung_up => "SIGHUP",
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            () = parent_ended(parent) => "the parent process ended",
        }
    })
}

/// Whether this process was started to outlive its terminal, as `nohup` does. A handler would undo that.
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    // Bit 0 is signal 1, which is SIGHUP.
    mask & 1 == 1
}

async fn parent_ended(parent: Option<u32>) {
    let Some(parent) = parent else {
        return std::future::pending().await;
    };
    while parent_id() == parent {
        tokio::time::sleep(PARENT_PERIOD).await;
    }
}
