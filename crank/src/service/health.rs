//! Whether the endpoint answers, logged once per change.

use std::sync::atomic::{AtomicBool, Ordering};

use modchains_sdk::SdkError;

/// State of one connection.
pub struct Health {
    what: &'static str,
    is_down: AtomicBool,
}

impl Health {
    /// A connection that is up.
    pub fn new(what: &'static str) -> Self {
        Self { what, is_down: AtomicBool::new(false) }
    }

    /// Notes the outcome of a request. Refusals mean that the endpoint is there.
    pub fn note<T>(&self, outcome: &Result<T, SdkError>) {
        match outcome {
            Err(error @ SdkError::RpcUnreachable { .. }) => self.down(error),
            _ => self.up(),
        }
    }

    /// Notes that the connection failed.
    pub fn down(&self, error: &dyn std::fmt::Display) {
        if !self.is_down.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "{} is down, trying again until it is back", self.what);
        }
    }

    /// Notes that the connection works.
    pub fn up(&self) {
        if self.is_down.swap(false, Ordering::Relaxed) {
            tracing::info!("{} is back", self.what);
        }
    }

    /// Whether the last attempt failed.
    pub fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }
}
