//! The steps, in order. Numbers are never reused.

mod deploy_programs;
mod exchange_config;
mod oracle_config;
mod outcome;
mod quote_mints;

use std::time::{Duration, Instant};

use serde::Serialize;

pub use self::outcome::Outcome;
use crate::{MigrateError, Result, context::Context};

/// One of the things a chain must have before anything can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Programs are deployed and equal the local files.
    DeployPrograms,
    /// The exchange has a configuration.
    ExchangeConfig,
    /// The oracle has a configuration.
    OracleConfig,
    /// Both allow the quote mints.
    QuoteMints,
}

/// A step's outcome with its time.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// How long it took.
    pub seconds: f64,
    /// What it found or did.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 4] = [Self::DeployPrograms, Self::ExchangeConfig, Self::OracleConfig, Self::QuoteMints];

    /// From 1, never used again for another step.
    pub const fn number(self) -> u32 {
        match self {
            Self::DeployPrograms => 1,
            Self::ExchangeConfig => 2,
            Self::OracleConfig => 3,
            Self::QuoteMints => 4,
        }
    }

    /// As reports and `--only` say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeployPrograms => "deploy_programs",
            Self::ExchangeConfig => "exchange_config",
            Self::OracleConfig => "oracle_config",
            Self::QuoteMints => "quote_mints",
        }
    }

    /// The step with this number.
    ///
    /// # Errors
    /// When there is none.
    pub fn by_number(number: u32) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|step| step.number() == number);
        found.ok_or_else(|| {
            let names: Vec<String> =
                Self::ALL.iter().map(|step| format!("{} {}", step.number(), step.name())).collect();
            MigrateError::StepUnknown { number, steps: names.join(", ") }
        })
    }

    /// Brings the chain to what the step is for. Does nothing when it is there already.
    ///
    /// # Errors
    /// See [`MigrateError`].
    pub async fn run(self, context: &Context) -> Result<StepReport> {
        let started = Instant::now();
        let outcome = match self {
            Self::DeployPrograms => deploy_programs::run(context).await,
            Self::ExchangeConfig => exchange_config::run(context).await,
            Self::OracleConfig => oracle_config::run(context).await,
            Self::QuoteMints => quote_mints::run(context).await,
        };
        Ok(self.report(outcome?, started.elapsed()))
    }

    /// Looks whether the step has been done. Changes nothing.
    ///
    /// # Errors
    /// When the endpoint does not answer or the chain has something else in its place.
    pub async fn status(self, context: &Context) -> Result<StepReport> {
        let started = Instant::now();
        let outcome = match self {
            Self::DeployPrograms => deploy_programs::status(context).await,
            Self::ExchangeConfig => exchange_config::status(context).await,
            Self::OracleConfig => oracle_config::status(context).await,
            Self::QuoteMints => quote_mints::status(context).await,
        };
        Ok(self.report(outcome?, started.elapsed()))
    }

    fn report(self, outcome: Outcome, elapsed: Duration) -> StepReport {
        StepReport { number: self.number(), name: self.name(), seconds: elapsed.as_secs_f64(), outcome }
    }
}
