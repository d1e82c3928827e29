//! What tasks hand each other.

use std::time::{Duration, Instant};

use modchains_sdk::{Pubkey, client::SignedTransaction, core::request::RequestState, decode::FetchedRequest};
use tracing::Span;

use crate::journal::{Answer, NewJob};

/// A request that was announced.
pub struct Announced {
    /// Position of its model in the context's models.
    pub model: usize,
    /// The request as announced.
    pub request: FetchedRequest,
    /// When it arrived here.
    pub seen_at: Instant,
}

/// An answer on its way to the chain.
pub struct Work {
    /// Position of its model in the context's models.
    pub model: usize,
    /// Address of the request.
    pub request: Pubkey,
    /// When the request was created; names it together with its address.
    pub created_at_seconds: i64,
    /// The request as the journal notes it.
    pub job: NewJob,
    /// Whether a claim must go before the result.
    pub claim: bool,
    /// Whether it goes in a transaction of its own, because one that it shared failed.
    pub alone: bool,
    /// What was asked, for the log.
    pub asked: String,
    /// The result.
    pub answer: Answer,
    /// How long it took so far; none for an answer that is sent again.
    pub timing: Option<Timing>,
    /// The request's span in the log.
    pub span: Span,
}

/// How long an answer took so far.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// When the request was seen.
    pub seen_at: Instant,
    /// Forward pass of the batch.
    pub forward: Duration,
    /// Requests in the batch.
    pub batch: usize,
}

/// A transaction with results that was sent.
pub struct InFlight {
    /// The transaction.
    pub signed: SignedTransaction,
    /// The requests it answers.
    pub requests: Vec<Pubkey>,
}

/// A result that waits for the end of its challenge window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinal {
    /// Position of its model in the context's models.
    pub model: usize,
    /// Address of the request.
    pub request: Pubkey,
    /// How it stood when it was last looked at.
    pub posted: RequestState,
}

/// Unix seconds of this machine's clock, for the journal.
pub fn wall_seconds() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}
