//! What the process owes its surroundings: the state file, signals, and its parent.

use std::{fs, future::Future, io::ErrorKind, os::unix::process::parent_id, path::Path, time::Duration};

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

/// How often the parent is looked for. The kernel's death signal is of no use here: it fires when the parent's
/// *thread* ends, and test runners start children from threads that end early.
const PARENT_PERIOD: Duration = Duration::from_millis(200);

/// Why the network is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// SIGTERM, SIGINT, or SIGHUP from a terminal that closes.
    Signal,
    /// The process that started this one is gone.
    ParentEnded,
    /// The network ended without being asked to.
    NetworkEnded,
}

/// Resolves at the first SIGTERM, SIGINT or SIGHUP, or when `parent` is no longer this process's parent.
pub fn stop_requested(parent: Option<u32>) -> Result<impl Future<Output = StopReason>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("cannot watch for SIGHUP")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => StopReason::Signal,
            _ = interrupt.recv() => StopReason::Signal,
            _ = hangup.recv() => StopReason::Signal,
            () = parent_ended(parent) => StopReason::ParentEnded,
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

/// Writes where the network listens. Readers see the whole file or none.
pub fn write_state(path: &Path, rpc_url: &str, ws_url: &str) -> Result<()> {
    let state = serde_json::json!({ "rpc_url": rpc_url, "ws_url": ws_url, "pid": std::process::id() });
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    fs::write(&partial, format!("{state}\n"))
        .and_then(|()| fs::rename(&partial, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Removes the state file, so that nobody connects to a network that has ended.
pub fn remove_state(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
