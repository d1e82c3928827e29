//! Whether a thing works, logged once per change.

use std::{
    fmt::Display,
    sync::atomic::{AtomicBool, Ordering},
};

/// State of one thing that may fail and come back.
pub struct Health {
    is_down: AtomicBool,
    fails: &'static str,
    works: &'static str,
}

impl Health {
    /// A thing that is up, with what to log when it fails and when it works again.
    pub fn new(fails: &'static str, works: &'static str) -> Self {
        Self { is_down: AtomicBool::new(false), fails, works }
    }

    /// Notes that it failed.
    pub fn down(&self, error: &dyn Display) {
        if !self.is_down.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "{}, trying again", self.fails);
        }
    }

    /// Notes that it works.
    pub fn up(&self) {
        if self.is_down.swap(false, Ordering::Relaxed) {
            tracing::info!("{}", self.works);
        }
    }

    /// Whether the last attempt failed.
    pub fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }
}
