//! Whether requests are seen when they are made: listed, notified, or both. Without either the service is not ready,
//! whatever else works.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::context::Context;

/// How requests are seen, as far as it was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ways {
    listed: Option<bool>,
    notified: Option<bool>,
}

/// Whether requests are seen.
#[derive(Default)]
pub struct Sight(watch::Sender<Ways>);

impl Sight {
    /// Notes whether open requests could be listed.
    pub fn set_listed(&self, works: bool) {
        self.set(|ways| &mut ways.listed, works);
    }

    /// Notes whether notifications come.
    pub fn set_notified(&self, works: bool) {
        self.set(|ways| &mut ways.notified, works);
    }

    /// Whether requests are seen; none before anything was tried.
    #[cfg(test)]
    fn is_open(&self) -> Option<bool> {
        is_open(*self.0.borrow())
    }

    /// Resolves as soon as requests are seen.
    pub async fn opened(&self) {
        // The sender lives as long as this.
        self.0.subscribe().wait_for(|ways| is_open(*ways) == Some(true)).await.ok();
    }

    fn set(&self, way: impl FnOnce(&mut Ways) -> &mut Option<bool>, works: bool) {
        self.0.send_if_modified(|ways| way(ways).replace(works) != Some(works));
    }
}

fn is_open(ways: Ways) -> Option<bool> {
    match (ways.listed, ways.notified) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// Logs each change, until `stop`.
pub async fn run(context: Arc<Context>, stop: CancellationToken) {
    let mut ways = context.sight.0.subscribe();
    let (mut was_open, mut was_ready) = (None, false);
    loop {
        let now = is_open(*ways.borrow_and_update());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_way_is_enough_and_without_both_requests_are_not_seen() {
        let sight = Sight::default();
        assert_eq!(sight.is_open(), None);
        sight.set_listed(false);
        assert_eq!(sight.is_open(), None, "notifications were not tried yet");
        sight.set_notified(false);
        assert_eq!(sight.is_open(), Some(false));
        sight.set_notified(true);
        assert_eq!(sight.is_open(), Some(true));
        sight.set_notified(false);
        sight.set_listed(true);
        assert_eq!(sight.is_open(), Some(true));
    }
}
