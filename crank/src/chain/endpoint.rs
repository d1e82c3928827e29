//! Whether the endpoint answers, and what it refuses. Each change is logged once.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use modchains_sdk::SdkError;

/// State of the RPC endpoint.
#[derive(Default)]
pub struct Endpoint(Mutex<Failing>);

/// What could not be read the last time it was tried.
#[derive(Default)]
struct Failing {
    unreachable: BTreeSet<&'static str>,
    refused: BTreeSet<&'static str>,
}

impl Endpoint {
    /// Notes the outcome of reading `what`. That the endpoint does not answer is logged once, until all that failed
    /// works again: one method that works says nothing about another that is held back. A method that it refuses is named
    /// once, with `remedy`.
    pub fn note_read<T>(&self, what: &'static str, remedy: &'static str, outcome: &Result<T, SdkError>) {
        let mut failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(_) => {
                if failing.unreachable.remove(what) && failing.unreachable.is_empty() {
                    tracing::info!("the RPC endpoint is back");
                }
                if failing.refused.remove(what) {
                    tracing::info!("{what}: the endpoint answers again");
                }
            }
            Err(error) if error.is_transient() => {
                let was_up = failing.unreachable.is_empty();
                if failing.unreachable.insert(what) && was_up {
                    tracing::warn!(%error, "the RPC endpoint is down, trying again ({what})");
                }
            }
            Err(error @ SdkError::RpcRefused { .. }) => {
                if failing.refused.insert(what) {
                    tracing::warn!(%error, remedy, "{what}: refused, trying again");
                }
            }
            Err(_) => {}
        }
    }

    #[cfg(test)]
    fn is_down(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).unreachable.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_refusal_nor_another_method_brings_back_what_is_down() {
        let endpoint = Endpoint::default();
        let unreachable = SdkError::RpcUnreachable { url: "http://x".to_owned().into(), reason: "nothing".to_owned() };
        let (method, reason) = ("getProgramAccounts".to_owned(), "disabled".to_owned());
        let refused = SdkError::RpcRefused { method, reason, code: Some(-32_601) };
        endpoint.note_read("blockhash", "", &Err::<(), _>(unreachable));
        endpoint.note_read("blockhash", "", &Err::<(), _>(refused));
        endpoint.note_read("accounts", "", &Ok(()));
        assert!(endpoint.is_down());
        endpoint.note_read("blockhash", "", &Ok(()));
        assert!(!endpoint.is_down());
    }
}
