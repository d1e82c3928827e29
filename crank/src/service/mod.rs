//! The part that talks to the chain: `modchains-crank run`.
//!
//! ```text
//! watch --+                                                      +--> finalize, roll, sync, distribute
//!         +--> intake --> (worker pool) --> post --> track --> settle
//! poll ---+                                  ^                   |
//!                                            +-------------------+  (signed again, the same answer)
//! ```
//!
//! | task | what it does |
//! |---|---|
//! | [`watch`] | one websocket subscription per service for open requests; reconnects with growing pauses |
//! | [`poll`] | lists open requests: after every reconnect, often without a websocket, seldom with one |
//! | [`intake`] | drops what is known, refuses what does not fit, hands the rest to the model's workers |
//! | [`post`] | journals answers, packs claim and result of several requests into one transaction, sends it |
//! | [`track`] | follows sent transactions until they are settled, failed or expired |
//! | [`settle`] | compares journal and chain and decides what a request needs next; also recovers after a restart |
//! | [`jobs`] | finalizes, and does once per epoch what anyone may do: roll usage, sync the market, distribute fees |
//! | [`ready`] | says when requests are seen; without that the service is not ready |
//!
//! [`crate::chain`] keeps blockhash, block height, the chain's clock and the priority fee at hand.
//!
//! **The model runs before the claim.** Claim and result travel in one transaction, so that no confirmation lies
//! between them, and a claim bond is never at risk: either both are on chain or neither. What that costs is the
//! computation, when another operator was faster.
//!
//! Queues are bounded. Where a queue could feed itself, a full one drops the key instead of waiting, and the periodic
//! comparison with the journal brings it back.

mod context;
mod error;
mod intake;
mod jobs;
mod poll;
mod post;
mod ready;
mod settle;
mod start;
mod stop;
mod supervise;
mod track;
mod watch;

pub use context::Report;
pub use error::ServiceError;
pub use start::{Preflight, preflight};
pub use supervise::{RunOptions, run};
