//! Whether the endpoint answers, what it fails at, and what it refuses. Each change is logged once.

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

/// What a failed reading says of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It does not answer.
    Unreachable,
    /// It answers with an error that may pass, such as an internal one. Providers also answer that for good to a method
    /// which they do not serve.
    Failing,
    /// It refuses the question.
    Refused,
}

impl Failure {
    /// Of an error that is the endpoint's.
    fn of(error: &SdkError) -> Option<Self> {
        match error {
            SdkError::RpcRefused { .. } if error.is_transient() => Some(Self::Failing),
            SdkError::RpcRefused { .. } => Some(Self::Refused),
            _ => error.is_transient().then_some(Self::Unreachable),
        }
    }
}

impl Endpoint {
    /// Notes the outcome of reading `what`. That the endpoint does not answer is logged once, until all that failed
    /// works again: one method that works says nothing about another that is held back. A method that it refuses, or
    /// answers with an error that may pass or not, is named once, with `remedy`.
    pub fn note_read<T>(&self, what: &'static str, remedy: &'static str, outcome: &Result<T, SdkError>) {
        let mut failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let error = match outcome {
            Ok(_) => {
                if failing.unreachable.remove(what) && failing.unreachable.is_empty() {
                    tracing::info!("the RPC endpoint is back");
                }
                if failing.refused.remove(what) {
                    tracing::info!("{what}: the endpoint answers again");
                }
                return;
            }
            Err(error) => error,
        };
        let Some(failure) = Failure::of(error) else { return };
        let was_up = failing.unreachable.is_empty();
        let is_new = match failure {
            Failure::Unreachable => failing.unreachable.insert(what) && was_up,
            Failure::Failing | Failure::Refused => failing.refused.insert(what),
        };
        if !is_new {
            return;
        }
        match failure {
            Failure::Unreachable => tracing::warn!(%error, "the RPC endpoint is down, trying again ({what})"),
            Failure::Failing => {
                tracing::warn!(%error, remedy, "{what}: the endpoint fails at it, trying again; see the remedy if this goes on");
            }
            Failure::Refused => tracing::warn!(%error, remedy, "{what}: refused, trying again"),
        }
    }

    #[cfg(test)]
    fn is_down(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).unreachable.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::{
        io::{self, Write},
        sync::Arc,
    };

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged when a question is answered with these codes in a row.
    fn logged(codes: &[i64]) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let endpoint = Endpoint::default();
            for code in codes {
                let (method, reason) = ("getProgramAccounts".to_owned(), "no".to_owned());
                let refused = SdkError::RpcRefused { method, reason, code: Some(*code) };
                endpoint.note_read("open requests", "name another endpoint", &Err::<(), _>(refused));
            }
        });
        let text = log.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_method_that_fails_for_good_is_named_once_with_the_remedy_whatever_the_code() {
        for codes in [[-32_603; 3], [429; 3], [-32_601; 3]] {
            let logged = logged(&codes);
            assert_eq!(logged.matches("name another endpoint").count(), 1, "{logged}");
            assert!(logged.contains("open requests") && !logged.contains("endpoint is down"), "{logged}");
        }
    }

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
