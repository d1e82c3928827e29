//! The sections of the settings, with their defaults.

use std::time::Duration;

use modchains_sdk::CommitmentConfig;
use serde::{Deserialize, Serialize};

use crate::worker::{Limits, Sandbox};

/// Worker processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// Processes per bundle.
    pub processes: u16,
    /// Compute threads per process.
    pub threads: u16,
    /// Most requests in one batch.
    pub max_batch: u16,
    /// Requests that may wait per bundle; more are refused at once.
    pub queue: u16,
    /// Wall-clock limit of one batch, in milliseconds.
    pub batch_timeout_ms: u64,
    /// Wall-clock limit of starting a process, in milliseconds.
    pub start_timeout_ms: u64,
    /// Private memory of a process, in MiB.
    pub memory_mib: u64,
    /// Processor time over the life of a process, in seconds; it is replaced when half is used.
    pub cpu_seconds: u64,
    /// Largest file of a bundle, in MiB.
    pub bundle_file_mib: u64,
    /// `required` (default) or `best-effort`.
    pub sandbox: Sandbox,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        let limits = Limits::default();
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            processes: 1,
            threads: 1,
            max_batch: limits.max_batch,
            queue: 256,
            batch_timeout_ms: millis(limits.batch_timeout),
            start_timeout_ms: millis(limits.start_timeout),
            memory_mib: limits.memory_bytes >> 20,
            cpu_seconds: limits.cpu_seconds,
            bundle_file_mib: limits.bundle_file_bytes >> 20,
            sandbox: Sandbox::default(),
        }
    }
}

impl WorkerSettings {
    /// The limits of one process.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            max_batch: self.max_batch,
            batch_timeout: Duration::from_millis(self.batch_timeout_ms),
            start_timeout: Duration::from_millis(self.start_timeout_ms),
            memory_bytes: self.memory_mib << 20,
            cpu_seconds: self.cpu_seconds,
            bundle_file_bytes: self.bundle_file_mib << 20,
        }
    }
}

/// How final a chain state must be to act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Commitment {
    /// Seen by the endpoint.
    Processed,
    /// Voted on by two thirds of the stake.
    #[default]
    Confirmed,
    /// Beyond rollback.
    Finalized,
}

/// Sending and watching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainSettings {
    /// Pause between two looks at the chain when no notification arrives, in milliseconds.
    pub poll_interval_ms: u64,
    /// Longest wait for one answer of the endpoint, in milliseconds.
    pub rpc_timeout_ms: u64,
    /// State that requests are read at.
    pub commitment: Commitment,
    /// Refuse any cluster but the one with this genesis hash, base58.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genesis_hash: Option<String>,
    /// Highest priority fee, in micro-lamports per compute unit; 0 pays none.
    pub priority_fee_cap_microlamports: u64,
}

impl Default for ChainSettings {
    fn default() -> Self {
        Self {
            poll_interval_ms: 500,
            rpc_timeout_ms: 10_000,
            commitment: Commitment::default(),
            genesis_hash: None,
            priority_fee_cap_microlamports: 100_000,
        }
    }
}

impl Commitment {
    /// In the form the RPC client takes.
    #[must_use]
    pub fn config(self) -> CommitmentConfig {
        match self {
            Self::Processed => CommitmentConfig::processed(),
            Self::Confirmed => CommitmentConfig::confirmed(),
            Self::Finalized => CommitmentConfig::finalized(),
        }
    }
}

/// What the service does besides answering. Anyone may do these; several operators need not all pay for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobSettings {
    /// Close usage epochs that are over.
    pub roll_usage: bool,
    /// Move the markets' curves once per epoch.
    pub sync_market: bool,
    /// Pay accrued fees on to stakers and reserves.
    pub distribute_fees: bool,
    /// Shortest time between two payments of one model's fees, in seconds.
    pub distribute_interval_seconds: u32,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { roll_usage: true, sync_market: true, distribute_fees: true, distribute_interval_seconds: 60 }
    }
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Log output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// Form of the log.
    pub format: LogFormat,
    /// Filter as the `tracing` crates take it, such as `info` or `warn,modchains_crank=debug`.
    pub filter: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info".to_owned() }
    }
}
