//! Which requests have been looked at, so that each is taken up once however often it is announced.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use modchains_sdk::Pubkey;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Working,
    Skipped,
}

/// The requests being worked on and those skipped.
#[derive(Default)]
pub struct Known(Mutex<HashMap<Pubkey, Standing>>);

impl Known {
    /// Takes a request up; false when that was done before.
    pub fn begin(&self, request: Pubkey) -> bool {
        self.map(|map| match map.entry(request) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Standing::Working);
                true
            }
        })
    }

    /// Notes that a request is not for this operator.
    pub fn skip(&self, request: Pubkey) {
        self.map(|map| map.insert(request, Standing::Skipped));
    }

    /// Forgets a request: it is done, or to be looked at again.
    pub fn forget(&self, request: &Pubkey) {
        self.map(|map| map.remove(request));
    }

    /// Forgets skipped requests that are no longer open.
    pub fn prune(&self, open: &HashSet<Pubkey>) {
        self.map(|map| map.retain(|request, standing| *standing == Standing::Working || open.contains(request)));
    }

    fn map<T>(&self, act: impl FnOnce(&mut HashMap<Pubkey, Standing>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_up_once_until_it_is_forgotten() {
        let (known, request) = (Known::default(), Pubkey::new_unique());
        assert!(known.begin(request));
        assert!(!known.begin(request));
        known.forget(&request);
        assert!(known.begin(request));
    }

    #[test]
    fn only_skipped_requests_that_are_gone_are_pruned() {
        let known = Known::default();
        let [working, open, gone] = [Pubkey::new_unique(), Pubkey::new_unique(), Pubkey::new_unique()];
        assert!(known.begin(working));
        known.skip(open);
        known.skip(gone);
        known.prune(&HashSet::from([open]));
        assert!(!known.begin(working) && !known.begin(open));
        assert!(known.begin(gone));
    }
}
