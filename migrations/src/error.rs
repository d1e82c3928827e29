//! Why a migration stops. Each message names the thing and the remedy.

use std::path::PathBuf;

use modchains_sdk::{Pubkey, SdkError};
use thiserror::Error;

/// Result of the migrations.
pub type Result<T> = std::result::Result<T, MigrateError>;

/// Why a migration stops.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The cluster, a program or a key file.
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// No compiled program.
    #[error("there is no compiled program at {path}: {reason}; run: cargo xtask build-sbf", path = path.display())]
    ProgramFileMissing {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is no program.
    #[error("{path} is no compiled program: it does not start like an ELF file; run: cargo xtask build-sbf", path = path.display())]
    ProgramFileInvalid {
        /// The file.
        path: PathBuf,
    },
    /// The key gives another address than the one compiled in.
    #[error(
        "the key of the {program} program has the address {found}, but this release was built for {expected}; build everything again with {variable}={found}, or give the folder with the key of {expected} as --program-keypairs"
    )]
    WrongProgramKey {
        /// Which program.
        program: &'static str,
        /// Address of the key.
        found: Pubkey,
        /// Address compiled in.
        expected: Pubkey,
        /// The variable that sets it.
        variable: &'static str,
    },
    /// Public keys are for local networks.
    #[error(
        "{url} is not on this machine, and the default program keys are public; make keys of your own with `cargo xtask keys`, build with their addresses, and pass their folder as --program-keypairs"
    )]
    PublicKeysRefused {
        /// The endpoint.
        url: modchains_sdk::Endpoint,
    },
    /// Somebody else holds the program.
    #[error(
        "the {program} program at {address} differs from the local file and can only be upgraded by {authority}; run this with that key as --keypair"
    )]
    NotUpgradeAuthority {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
        /// Who may upgrade it.
        authority: Pubkey,
    },
    /// Nobody can change the program.
    #[error(
        "the {program} program at {address} differs from the local file and is immutable; deploy under another address"
    )]
    Immutable {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
    },
    /// Something else is at the program's address.
    #[error(
        "the account at {address}, the address of the {program} program, is not what the upgradeable loader makes: {reason}; deploy under another address"
    )]
    NotAProgram {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
        /// What it is.
        reason: &'static str,
    },
    /// The bytes do not arrive.
    #[error(
        "the {program} program could not be written: {left} of {chunks} parts are still missing after {rounds} rounds; the endpoint drops transactions, run this again to continue or use another one"
    )]
    WriteStalled {
        /// Which program.
        program: &'static str,
        /// Parts missing.
        left: usize,
        /// Parts in all.
        chunks: usize,
        /// How often they were sent.
        rounds: u32,
    },
    /// After the deployment the chain holds other bytes.
    #[error(
        "what the cluster runs at {address} is not the local {program} program (sha256 {expected}); somebody upgraded it meanwhile"
    )]
    NotVerified {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
        /// Hash of the local file.
        expected: String,
    },
    /// The configuration file is wrong.
    #[error("the configuration {path} cannot be used: {reason}", path = path.display())]
    ConfigInvalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file says what is in force.
    #[error(
        "the parameters of the {program} in force are those of the configuration file; change the file, or take back what is queued with `change cancel`"
    )]
    NothingToQueue {
        /// Whose configuration.
        program: &'static str,
    },
    /// No file says what to queue.
    #[error("no file says what to queue; pass --config with every value that is to hold, see `change show`")]
    ConfigMissing,
    /// Nothing waits.
    #[error("nothing is queued for the {program}; queue a change with `change queue`")]
    NothingQueued {
        /// Whose configuration.
        program: &'static str,
    },
    /// The result cannot be written.
    #[error("the result cannot be written: {0}; check free space")]
    NotPrinted(#[source] std::io::Error),
    /// There is no such step.
    #[error("there is no step {number}; the steps are {steps}")]
    StepUnknown {
        /// What was asked for.
        number: u32,
        /// What there is.
        steps: String,
    },
    /// The IDL cannot be published.
    #[error("the IDL {path} cannot be published: {reason}; run `cargo xtask idl` with the addresses of this build", path = path.display())]
    IdlUnusable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The program says nobody to tell about a weakness.
    #[error(
        "the compiled {program} program has no security contact to publish: {reason}; set MODCHAINS_PROJECT_URL and MODCHAINS_SECURITY_CONTACTS and build it again"
    )]
    ContactUnusable {
        /// Which program.
        program: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Text cannot be compressed.
    #[error("cannot compress the text: {reason}")]
    Compression {
        /// Why.
        reason: String,
    },
    /// The cluster has no Program Metadata program.
    #[error("{url} has no Program Metadata program at {address}; nothing can be published there", address = crate::metadata::program::ID)]
    MetadataProgramMissing {
        /// The endpoint.
        url: modchains_sdk::Endpoint,
    },
    /// The program is not deployed.
    #[error("the {program} program is not deployed at {address}; run modchains-migrate first")]
    NotDeployed {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
    },
    /// Somebody else publishes for the program.
    #[error(
        "only {authority}, the upgrade authority of the {program} program at {address}, can publish about it; run this with that key as --keypair"
    )]
    NotMetadataAuthority {
        /// Which program.
        program: &'static str,
        /// Its address.
        address: Pubkey,
        /// Who may.
        authority: Pubkey,
    },
    /// Published for good.
    #[error("the {kind} of the {program} program at {address} differs and was made immutable; it cannot be changed")]
    MetadataImmutable {
        /// Which program.
        program: &'static str,
        /// What about it.
        kind: &'static str,
        /// The account.
        address: Pubkey,
    },
    /// Something else is at the address, or somebody else writes there.
    #[error("the account at {address}, or its buffer, is not one that can become the {kind} of the {program} program")]
    MetadataTaken {
        /// Which program.
        program: &'static str,
        /// What about it.
        kind: &'static str,
        /// The account.
        address: Pubkey,
    },
    /// The chain does not come to say what was sent.
    #[error(
        "the {name} is not published after {looks} rounds; somebody else writes there too, or the endpoint is behind; run this again to continue"
    )]
    NotPublished {
        /// Program and kind.
        name: String,
        /// How often the chain was looked at.
        looks: usize,
    },
    /// The loader's instruction cannot be built.
    #[error("cannot build the loader's instruction: {reason}")]
    Loader {
        /// Why.
        reason: String,
    },
}

impl MigrateError {
    /// A stable name for scripts.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Sdk(error) => error.label(),
            Self::ProgramFileMissing { .. } => "program_file_missing",
            Self::ProgramFileInvalid { .. } => "program_file_invalid",
            Self::WrongProgramKey { .. } => "wrong_program_key",
            Self::PublicKeysRefused { .. } => "public_keys_refused",
            Self::NotUpgradeAuthority { .. } => "not_upgrade_authority",
            Self::Immutable { .. } => "immutable",
            Self::NotAProgram { .. } => "not_a_program",
            Self::WriteStalled { .. } => "write_stalled",
            Self::NotVerified { .. } => "not_verified",
            Self::ConfigInvalid { .. } => "config_invalid",
            Self::NothingToQueue { .. } => "nothing_to_queue",
            Self::ConfigMissing => "config_missing",
            Self::NothingQueued { .. } => "nothing_queued",
            Self::NotPrinted(_) => "not_printed",
            Self::StepUnknown { .. } => "step_unknown",
            Self::IdlUnusable { .. } => "idl_unusable",
            Self::ContactUnusable { .. } => "contact_unusable",
            Self::Compression { .. } => "compression",
            Self::MetadataProgramMissing { .. } => "metadata_program_missing",
            Self::NotDeployed { .. } => "not_deployed",
            Self::NotMetadataAuthority { .. } => "not_metadata_authority",
            Self::MetadataImmutable { .. } => "metadata_immutable",
            Self::MetadataTaken { .. } => "metadata_taken",
            Self::NotPublished { .. } => "not_published",
            Self::Loader { .. } => "loader",
        }
    }
}
