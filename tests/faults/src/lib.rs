//! An endpoint that fails on purpose, for tests of whatever talks to one. Everything listens on loopback, on a port that
//! the system chooses, in a thread of its own that ends when the proxy is dropped; so it serves blocking and
//! asynchronous tests, and processes that they start.
//!
//! [`FaultProxy`] stands in front of a JSON-RPC endpoint. Without rules it passes everything on. A [`Rule`] names a
//! method and a [`Fault`]; the first rule that applies is carried out:
//!
//! ```no_run
//! use modchains_test_faults::{Fault, FaultProxy, Lag, Rule};
//! use std::time::Duration;
//!
//! let proxy = FaultProxy::start("http://127.0.0.1:8899");
//! // The node takes the transaction, and the answer is lost on its way back, twice.
//! proxy.add(Rule::on("sendTransaction", Fault::Drop).forwarding().times(2));
//! // From the first transaction on, the second and third look at its status fail.
//! proxy.add(Rule::on("getSignatureStatuses", Fault::status(503)).after("sendTransaction").skip(1).times(2));
//! // As real validators do: confirmed a while after processed.
//! proxy.lag(Lag { confirmed: Duration::from_millis(800), finalized: Duration::from_secs(5) });
//! // ... use `proxy.url()`, then:
//! assert!(proxy.count("sendTransaction") >= 2);
//! ```
//!
//! [`WebsocketProxy`] passes bytes both ways until it is told to [`WebsocketProxy::silence`]: connections stay open and
//! nothing comes. [`LocalNetwork`] is something for both to stand in front of.
//!
//! What a test cannot do without, such as a port, ends it with a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed expectation is a failed test")]

mod lag;
mod network;
mod proxy;
mod rule;
mod thread;
mod websocket;

pub use lag::Lag;
pub use network::{LocalNetwork, wait_for};
pub use proxy::{Call, FaultProxy};
pub use rule::{Fault, Rule};
pub use websocket::WebsocketProxy;
