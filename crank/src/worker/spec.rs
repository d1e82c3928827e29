//! What a worker is to run, and within which limits.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use modchains_sdk::bundle::{Bundle, BundleLimits};
use serde::{Deserialize, Serialize};

/// What to do where the kernel lacks a part of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    /// Refuse to run without Landlock's file rules and seccomp (Linux 5.13 or newer). The default.
    #[default]
    Required,
    /// Use what there is and log what is missing. Only for models you trust.
    BestEffort,
}

/// Limits of one worker process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most inputs in one batch.
    pub max_batch: u16,
    /// Wall-clock limit of one batch.
    pub batch_timeout: Duration,
    /// Wall-clock limit from start to ready, loading included.
    pub start_timeout: Duration,
    /// Private memory of the process, in bytes.
    pub memory_bytes: u64,
    /// Processor time over the life of the process, in seconds; it is renewed when half is used.
    pub cpu_seconds: u64,
    /// Largest file of a bundle, in bytes.
    pub bundle_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_batch: 32,
            batch_timeout: Duration::from_secs(10),
            start_timeout: Duration::from_secs(60),
            memory_bytes: 4 << 30,
            cpu_seconds: 24 * 3600,
            bundle_file_bytes: BundleLimits::default().file_bytes,
        }
    }
}

/// Everything needed to start a worker.
#[derive(Debug, Clone)]
pub struct WorkerSpec {
    /// The binary that has the `worker` subcommand.
    pub program: PathBuf,
    /// The verified bundle; the child opens it again and compares its address.
    pub bundle: Bundle,
    /// Compute threads.
    pub threads: u16,
    /// What to do where the kernel lacks a part of the sandbox.
    pub sandbox: Sandbox,
    /// Limits of the process.
    pub limits: Limits,
}

impl WorkerSpec {
    /// A spec for the running binary with one thread and default limits.
    ///
    /// # Errors
    /// When the system cannot tell which binary is running.
    pub fn new(bundle: Bundle) -> std::io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            bundle,
            threads: 1,
            sandbox: Sandbox::default(),
            limits: Limits::default(),
        })
    }

    /// Command line of the child, as [`super::ChildArguments`] reads it.
    pub(super) fn command_line(&self) -> Vec<OsString> {
        let sandbox = match self.sandbox {
            Sandbox::Required => "required",
            Sandbox::BestEffort => "best-effort",
        };
        let options = [
            ("--manifest-sha256", hex::encode(self.bundle.manifest_sha256())),
            ("--threads", self.threads.to_string()),
            ("--sandbox", sandbox.to_owned()),
            ("--max-batch", self.limits.max_batch.to_string()),
            ("--memory-bytes", self.limits.memory_bytes.to_string()),
            ("--cpu-seconds", self.limits.cpu_seconds.to_string()),
            ("--bundle-file-bytes", self.limits.bundle_file_bytes.to_string()),
        ];
        let mut line: Vec<OsString> = vec!["worker".into(), "--bundle".into(), self.bundle.dir().into()];
        line.extend(options.into_iter().flat_map(|(name, value)| [name.into(), value.into()]));
        line
    }
}
