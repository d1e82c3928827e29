//! The operator service. It runs registered models with libtorch, in a process of their own without keys or network,
//! and keeps a journal that makes it impossible to answer one request with two different results.
//!
//! | module | what it is for |
//! |---|---|
//! | [`runtime`] | executes a bundle; libtorch is the default behind a trait |
//! | [`worker`] | the sandboxed child process around a runtime, and the pool that batches requests into it |
//! | [`journal`] | what was promised on chain, durable across `kill -9` |
//! | [`chain`] | one endpoint, its websocket and the key that pays, shared by all that reads or sends |
//! | [`service`] | the tasks that watch the chain, answer, and make results final |
//! | [`config`] | settings from TOML and environment, checked all at once |

pub mod chain;
pub mod config;
pub mod journal;
pub mod runtime;
pub mod service;
pub mod worker;
