//! Why the service does not start, or ends.

use std::path::PathBuf;

use modchains_sdk::{Pubkey, SdkError, bundle::BundleError};

use crate::{config::ConfigProblems, journal::JournalError, worker::WorkerError};

/// Why the service does not start. Each names the thing and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Settings that mean nothing sensible.
    #[error(transparent)]
    Config(#[from] ConfigProblems),
    /// The chain, or the key file.
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A worker.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// A setting that is no address.
    #[error("{setting}: {text:?} is not an address; copy it as the tool that made it printed it")]
    Address {
        /// The setting.
        setting: String,
        /// What it says.
        text: String,
    },
    /// Nothing to run at a program's address.
    #[error(
        "the {program} program is not deployed at {address} on this cluster; check rpc_url, or deploy it with `modchains-migrate`"
    )]
    ProgramMissing {
        /// Its name.
        program: &'static str,
        /// Its address.
        address: Pubkey,
    },
    /// The key is not registered.
    #[error(
        "{authority} is not an operator of the model {model}; run `modchains operator register` with a bond of at least {needed_atoms} atoms"
    )]
    OperatorMissing {
        /// The operator's key.
        authority: Pubkey,
        /// The model whose service it is not registered at.
        model: Pubkey,
        /// Smallest bond that one result needs.
        needed_atoms: u64,
    },
    /// The bond does not cover one result.
    #[error(
        "the bond of {operator} is {bond_atoms} atoms, one result for {service} needs {needed_atoms}; deposit at least {} more with `modchains operator bond-deposit`",
        needed_atoms.saturating_sub(*bond_atoms)
    )]
    BondTooSmall {
        /// The operator account.
        operator: Pubkey,
        /// The service.
        service: Pubkey,
        /// What is at stake.
        bond_atoms: u64,
        /// What one result needs.
        needed_atoms: u64,
    },
    /// The service asks for another version.
    #[error(
        "the service of {model} asks for the version {asked}, {dir} is {loaded}; load the bundle of that version, or have the creator configure the service",
        dir = dir.display()
    )]
    OtherVersion {
        /// The model.
        model: Pubkey,
        /// The bundle's folder.
        dir: PathBuf,
        /// Manifest hash of the service, hex.
        asked: String,
        /// Manifest hash of the bundle, hex.
        loaded: String,
    },
    /// The service's limits leave no room for the model.
    #[error(
        "the service of {model} takes {setting} {allowed}, the bundle has {needed}; have the creator configure the service"
    )]
    ServiceUnfit {
        /// The model.
        model: Pubkey,
        /// What does not fit.
        setting: &'static str,
        /// What the service allows.
        allowed: u64,
        /// What the bundle has.
        needed: u64,
    },
    /// A task ended by itself: a fault of this program.
    #[error(
        "the task {task} ended by itself ({reason}); this is a fault of the program, please report it with the log"
    )]
    TaskEnded {
        /// The task.
        task: &'static str,
        /// How.
        reason: String,
    },
    /// Something of the system.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ServiceError {
    /// Stable label for metrics and scripts.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Sdk(error) => error.label(),
            Self::Journal(error) => error.label(),
            Self::Bundle(error) => error.label(),
            Self::Worker(error) => error.label(),
            Self::Address { .. } => "config_address",
            Self::ProgramMissing { .. } => "program_missing",
            Self::OperatorMissing { .. } => "operator_missing",
            Self::BondTooSmall { .. } => "bond_too_small",
            Self::OtherVersion { .. } => "other_version",
            Self::ServiceUnfit { .. } => "service_unfit",
            Self::TaskEnded { .. } => "task_ended",
            Self::System { .. } => "system",
        }
    }
}
