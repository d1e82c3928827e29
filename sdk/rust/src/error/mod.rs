//! What can go wrong, each with the thing it is about and the remedy, and a label for metrics that never changes.

mod causes;
mod refusal;

use std::path::PathBuf;

use solana_rpc_client_api::{client_error::Error as RpcError, request::RpcError as RpcReply};
use solana_signature::Signature;
use thiserror::Error;

pub use causes::causes;
pub use refusal::{NamedError, Refusal, program_error};

use crate::{Endpoint, Pubkey};

/// Result of this library.
pub type Result<T> = std::result::Result<T, SdkError>;

/// Why the client could not do what was asked.
#[derive(Debug, Error)]
pub enum SdkError {
    /// The endpoint did not answer.
    #[error("no answer from the RPC endpoint {url}: {reason}; check the URL and that the network is running")]
    RpcUnreachable {
        /// The endpoint.
        url: Endpoint,
        /// What the transport said.
        reason: String,
    },
    /// The endpoint answered with an error or something unexpected.
    #[error("the RPC endpoint refused {method}: {reason}")]
    RpcRefused {
        /// The RPC method.
        method: String,
        /// What it said.
        reason: String,
        /// The code of its JSON-RPC error; none when the answer was something else.
        code: Option<i64>,
    },
    /// The endpoint serves another cluster than the configured one.
    #[error(
        "{url} serves another cluster: its genesis hash is {found}, expected {expected}; change the URL or the configured genesis hash"
    )]
    WrongCluster {
        /// The endpoint.
        url: Endpoint,
        /// What the configuration says.
        expected: String,
        /// What the endpoint says.
        found: String,
    },
    /// Nothing exists at an address.
    #[error("there is no {what} at {address}; check the address and the cluster, or create it first")]
    AccountMissing {
        /// What should be there.
        what: &'static str,
        /// Where.
        address: Pubkey,
    },
    /// The account belongs to another program.
    #[error(
        "{address} is no {what}: it belongs to {owner}, expected {expected}; check the address and the program ids this build was made for"
    )]
    NotOwned {
        /// What it should be.
        what: &'static str,
        /// The account.
        address: Pubkey,
        /// The program that owns it.
        owner: Pubkey,
        /// The program that should.
        expected: Pubkey,
    },
    /// The account is of another type, or too short.
    #[error("{address} is no {what}: {reason}; check the address and that client and program are of the same release")]
    NotDecoded {
        /// What it should be.
        what: &'static str,
        /// The account.
        address: Pubkey,
        /// What does not fit.
        reason: &'static str,
    },
    /// A program refused an instruction, in simulation or on chain.
    #[error("{0}")]
    ProgramRefused(Box<Refusal>),
    /// The transaction failed before or outside any program.
    #[error("the transaction would fail: {reason}")]
    SimulationFailed {
        /// What the runtime said.
        reason: String,
        /// The log up to there.
        logs: Vec<String>,
    },
    /// An account holds too few lamports.
    #[error("{address} needs {needed_lamports} lamports but holds {has_lamports}; transfer at least {} lamports to it", needed_lamports.saturating_sub(*has_lamports))]
    InsufficientFunds {
        /// The account that pays.
        address: Pubkey,
        /// What the act costs.
        needed_lamports: u64,
        /// What it has.
        has_lamports: u64,
    },
    /// The blockhash aged before the transaction was confirmed. It can no longer land.
    #[error(
        "transaction {signature} expired at block height {last_valid_block_height} without being confirmed ({reason}); send it again"
    )]
    Expired {
        /// The transaction.
        signature: Signature,
        /// The last block that could have held it.
        last_valid_block_height: u64,
        /// What the endpoint said last.
        reason: String,
    },
    /// The transaction was handed over, and the endpoint does not say what became of it.
    #[error("sent, outcome unknown: {signature} ({reason}); look the signature up before you send anything again")]
    OutcomeUnknown {
        /// The transaction.
        signature: Signature,
        /// What the endpoint said last.
        reason: String,
    },
    /// The transaction succeeded, and the endpoint has no record of what it did.
    #[error(
        "done, but the endpoint has no record of it yet: {signature} in slot {slot}; look the signature up, and do not send it again"
    )]
    Unrecorded {
        /// The transaction.
        signature: Signature,
        /// The block it is in.
        slot: u64,
    },
    /// The transaction does not fit a packet.
    #[error("the transaction has {bytes} bytes, more than {limit}; split it or shorten its input")]
    TransactionTooLarge {
        /// Its size.
        bytes: usize,
        /// The largest allowed.
        limit: usize,
    },
    /// A signature is missing or cannot be made.
    #[error("cannot sign the transaction: {reason}; pass the key of every signer, the payer first")]
    NotSigned {
        /// Why.
        reason: String,
    },
    /// The formula refuses the trade.
    #[error("the trade cannot be quoted: {reason}; {remedy}")]
    NotQuoted {
        /// The name of the error that the program would refuse the trade with.
        name: String,
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Neither a grant nor the model's default licence lets the requester in.
    #[error("no licence allows the request: {reason}; {remedy}")]
    NotLicensed {
        /// The name of the error that the program would refuse the request with.
        name: String,
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The oracle would refuse a request or a step of one.
    #[error("the oracle refuses it: {reason}; {remedy}")]
    RequestRefused {
        /// The name of the error that the program would refuse it with.
        name: String,
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Others can read the key file.
    #[error("the key file {path} can be read by others (mode {mode:04o}); run: chmod 600 {path}", path = path.display())]
    KeyFilePermissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error("{path} is not a key file: {reason}; expected a JSON array of 64 bytes", path = path.display())]
    KeyFileInvalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key file cannot be read or written.
    #[error("cannot access the key file {path}: {reason}; check the path and its owner", path = path.display())]
    KeyFileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl SdkError {
    /// A stable name for metrics and scripts.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::RpcUnreachable { .. } => "rpc_unreachable",
            Self::RpcRefused { .. } => "rpc_refused",
            Self::WrongCluster { .. } => "wrong_cluster",
            Self::AccountMissing { .. } => "account_missing",
            Self::NotOwned { .. } => "not_owned",
            Self::NotDecoded { .. } => "not_decoded",
            Self::ProgramRefused(_) => "program_refused",
            Self::SimulationFailed { .. } => "simulation_failed",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::Expired { .. } => "expired",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::Unrecorded { .. } => "unrecorded",
            Self::TransactionTooLarge { .. } => "transaction_too_large",
            Self::NotSigned { .. } => "not_signed",
            Self::NotQuoted { .. } => "not_quoted",
            Self::NotLicensed { .. } => "not_licensed",
            Self::RequestRefused { .. } => "request_refused",
            Self::KeyFilePermissions { .. } => "key_file_permissions",
            Self::KeyFileInvalid { .. } => "key_file_invalid",
            Self::KeyFileUnreadable { .. } => "key_file_unreadable",
        }
    }

    /// The refusal of a program, if that is what this is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::ProgramRefused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether a program refused with the error of this name, for example `EpochNotOver`.
    pub fn is_refusal(&self, name: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.name == name)
    }

    /// The transaction that was sent although this is an error: whoever sends it again may pay twice.
    pub const fn sent_signature(&self) -> Option<&Signature> {
        match self {
            Self::OutcomeUnknown { signature, .. } | Self::Unrecorded { signature, .. } => Some(signature),
            _ => None,
        }
    }

    /// Whether the same question may be answered a moment later: the endpoint did not answer, answered nonsense, or said
    /// that it is busy or behind. A refusal for what was asked is not transient.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::RpcUnreachable { .. } | Self::RpcRefused { code: None, .. } => true,
            Self::RpcRefused { code: Some(code), .. } => is_passing(*code),
            _ => false,
        }
    }

    /// Sorts an error of the RPC client into unreachable and refused. Whatever it quotes of the endpoint's URL is cut.
    pub(crate) fn from_rpc(url: &Endpoint, error: &RpcError) -> Self {
        use solana_rpc_client_api::client_error::ErrorKind;
        let method = error.request().map_or_else(|| "a request".to_owned(), ToString::to_string);
        let refused = |code, reason: &str| Self::RpcRefused { method, reason: url.scrub(reason), code };
        match error.kind() {
            ErrorKind::RpcError(RpcReply::RpcResponseError { code, message, .. }) => refused(Some(*code), message),
            ErrorKind::RpcError(other) => refused(None, &other.to_string()),
            ErrorKind::SerdeJson(error) => refused(None, &format!("unexpected answer: {error}")),
            other => Self::RpcUnreachable { url: url.clone(), reason: url.scrub(&root_cause(other)) },
        }
    }
}

/// Codes of JSON-RPC errors that pass: blocks that are not there yet, a node that is behind, an internal error, too many
/// requests. An internal error, -32603, is none of the question: nodes answer it when a store of theirs fails, providers
/// when the node behind them does, which may have taken what was sent.
const fn is_passing(code: i64) -> bool {
    matches!(code, -32_004 | -32_005 | -32_014 | -32_016 | -32_603 | -32_429 | 429)
}

/// The innermost message of an error chain: "connection refused" rather than "error sending request".
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
