//! What every task shares.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use modchains_sdk::{
    Instruction, Keypair, Pubkey, SdkError, Signer,
    client::{Client, SignedTransaction, sign},
    core::request::RequestState,
    decode::FetchedRequest,
    instruction::budget::{compute_limit, compute_price},
};
use tokio::sync::watch;
use tracing::Span;

use super::{bonds::Bonds, health::Health, known::Known, recent::Recent, served::Served, statistics::Statistics};
use crate::{
    config::{ChainSettings, JobSettings},
    journal::{Answer, Journal, NewJob},
};

/// What every task shares.
pub struct Context {
    /// The endpoint.
    pub client: Client,
    /// Where notifications come from.
    pub websocket_url: String,
    /// Signs and pays.
    pub authority: Keypair,
    /// The models, in the order of the configuration.
    pub models: Vec<Served>,
    /// What was promised.
    pub journal: Journal,
    /// Blockhash, heights and clock.
    pub recent: watch::Receiver<Recent>,
    /// Free bonds.
    pub bonds: Bonds,
    /// Requests looked at.
    pub known: Known,
    /// Figures.
    pub statistics: Statistics,
    /// Whether the endpoint answers.
    pub rpc_health: Health,
    /// Whether notifications come.
    pub websocket_health: Health,
    /// Sending and watching.
    pub settings: ChainSettings,
    /// What to do besides answering.
    pub jobs: JobSettings,
    /// Price of a compute unit, in micro-lamports.
    pub price_microlamports: AtomicU64,
}

/// A request that was announced.
pub struct Announced {
    /// Position of its model in [`Context::models`].
    pub model: usize,
    /// The request as announced.
    pub request: FetchedRequest,
    /// When it arrived here.
    pub seen_at: Instant,
}

/// An answer on its way to the chain.
pub struct Work {
    /// Position of its model in [`Context::models`].
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
    /// Position of its model in [`Context::models`].
    pub model: usize,
    /// Address of the request.
    pub request: Pubkey,
    /// How it stood when it was last looked at.
    pub posted: RequestState,
}

impl Context {
    /// The chain's time, unix seconds.
    pub fn now_seconds(&self) -> i64 {
        self.recent.borrow().now_seconds()
    }

    /// The present block.
    pub fn block_height(&self) -> u64 {
        self.recent.borrow().block_height
    }

    /// Position of the model with this service.
    pub fn model_of(&self, service: &Pubkey) -> Option<usize> {
        self.models.iter().position(|served| served.service == *service)
    }

    /// Sets the price that transactions offer from now on.
    pub fn set_price(&self, microlamports: u64) {
        self.price_microlamports.store(microlamports, Ordering::Relaxed);
    }

    /// Budget instructions in front of those of a transaction.
    pub fn budgeted(&self, units: u32, instructions: impl IntoIterator<Item = Instruction>) -> Vec<Instruction> {
        let price = self.price_microlamports.load(Ordering::Relaxed);
        let mut all = vec![compute_limit(units)];
        all.extend((price > 0).then(|| compute_price(price)));
        all.extend(instructions);
        all
    }

    /// Signs with the blockhash at hand.
    ///
    /// # Errors
    /// When the transaction is too large.
    pub fn sign(&self, instructions: &[Instruction]) -> Result<SignedTransaction, SdkError> {
        let recent = *self.recent.borrow();
        sign(instructions, &[&self.authority], recent.blockhash, recent.last_valid_block_height)
    }

    /// Who signs and pays.
    pub fn payer(&self) -> Pubkey {
        self.authority.pubkey()
    }
}

/// Unix seconds of this machine's clock, for the journal.
pub fn wall_seconds() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}
