//! Whether requests are seen when they are made: listed, notified, or both. Without either the service is not ready,
//! whatever else works.

use tokio::sync::watch;

/// How requests are seen, as far as it was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
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

    /// The ways as they change.
    pub fn changes(&self) -> watch::Receiver<Ways> {
        self.0.subscribe()
    }

    /// Resolves as soon as requests are seen.
    pub async fn opened(&self) {
        // The sender lives as long as this.
        self.0.subscribe().wait_for(|ways| ways.are_open() == Some(true)).await.ok();
    }

    fn set(&self, way: impl FnOnce(&mut Ways) -> &mut Option<bool>, works: bool) {
        self.0.send_if_modified(|ways| way(ways).replace(works) != Some(works));
    }
}

impl Ways {
    /// Whether requests are seen; none before either way was tried.
    pub fn are_open(self) -> Option<bool> {
        match (self.listed, self.notified) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_way_is_enough_and_without_both_requests_are_not_seen() {
        let sight = Sight::default();
        let are_open = || sight.changes().borrow().are_open();
        assert_eq!(are_open(), None);
        sight.set_listed(false);
        assert_eq!(are_open(), None, "notifications were not tried yet");
        sight.set_notified(false);
        assert_eq!(are_open(), Some(false));
        sight.set_notified(true);
        assert_eq!(are_open(), Some(true));
        sight.set_notified(false);
        sight.set_listed(true);
        assert_eq!(are_open(), Some(true));
    }
}
