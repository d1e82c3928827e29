//! Faults of the endpoint that a command which follows something waits out.

use std::time::Duration;

use modchains_sdk::{SdkError, terminal};
use tokio::time::Instant;

use crate::error::{CliError, Result};

/// A time in which the endpoint does not answer. Each is told once, on standard error.
#[derive(Debug)]
pub struct Outage {
    longest: Duration,
    began_at: Option<Instant>,
}

impl Outage {
    /// None yet. One that lasts for `longest` is not waited out.
    pub const fn none(longest: Duration) -> Self {
        Self { longest, began_at: None }
    }

    /// Goes on after a fault that may pass; one that will not, or has lasted too long, is returned.
    pub fn endure(&mut self, fault: CliError) -> Result<()> {
        // A node that lags behind the one that confirmed an account has not seen it yet.
        let may_pass = matches!(&fault, CliError::Sdk(error) if error.is_transient() || matches!(error, SdkError::AccountMissing { .. }));
        let is_new = self.began_at.is_none();
        let began_at = *self.began_at.get_or_insert_with(Instant::now);
        if !may_pass || began_at.elapsed() >= self.longest {
            return Err(fault);
        }
        if is_new {
            terminal::print_error(terminal::escaped(&format!("{fault}; trying again")));
        }
        Ok(())
    }

    /// The endpoint has answered.
    pub const fn end(&mut self) {
        self.began_at = None;
    }
}
