//! What the journal refuses.

use std::path::{Path, PathBuf};

use super::{JobState, Key};

/// SQLite's primary result code for a locked file.
const SQLITE_BUSY: &str = "5";

/// Why a step was not recorded. Nothing changed then.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process has the journal open.
    #[error("{path}: another process uses this journal; stop the other service or give each its own journal and key")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened or upgraded.
    #[error(
        "{path}: {source}; check folder and permissions, and that the file was written by this program or an older one"
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: sqlx::Error,
    },
    /// A statement failed.
    #[error("journal: {0}; check free space, the step was not recorded")]
    Database(#[from] sqlx::Error),
    /// A row does not have the form this program writes.
    #[error("journal: column {column} is not {expected}; restore the file from a backup, it was changed from outside")]
    Corrupt {
        /// The column.
        column: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// A step for a request that was never seen.
    #[error("request {}: not in the journal; record it as seen first", hex::encode(request))]
    UnknownRequest {
        /// Address of the request.
        request: Key,
    },
    /// A step that does not follow from the present state.
    #[error("request {}: cannot become {to} from {from}; read its job again, it has moved on", hex::encode(request))]
    Transition {
        /// Address of the request.
        request: Key,
        /// Present state.
        from: JobState,
        /// State asked for.
        to: JobState,
    },
    /// A second, different result.
    #[error(
        "request {}: the result with hash {} is recorded, {} was offered; two results would cost the bond, so the first one stands",
        hex::encode(request),
        hex::encode(recorded),
        hex::encode(offered)
    )]
    DifferentResult {
        /// Address of the request.
        request: Key,
        /// Hash of the recorded result.
        recorded: Key,
        /// Hash of the one offered.
        offered: Key,
    },
    /// A second transaction while the first may still land.
    #[error(
        "request {}: an earlier transaction is valid to block height {last_valid_block_height}, now {block_height}; send that one again or wait",
        hex::encode(request)
    )]
    StillValid {
        /// Address of the request.
        request: Key,
        /// Last height at which the earlier one can land.
        last_valid_block_height: u64,
        /// Present height.
        block_height: u64,
    },
    /// A block height that no chain reaches.
    #[error("block height {0} is above 2^63; the endpoint is faulty")]
    BlockHeight(u64),
}

impl JournalError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "journal_in_use",
            Self::Unusable { .. } => "journal_unusable",
            Self::Database(_) => "journal_database",
            Self::Corrupt { .. } => "journal_corrupt",
            Self::UnknownRequest { .. } => "journal_unknown_request",
            Self::Transition { .. } => "journal_transition",
            Self::DifferentResult { .. } => "journal_different_result",
            Self::StillValid { .. } => "journal_still_valid",
            Self::BlockHeight(_) => "journal_block_height",
        }
    }

    pub(super) fn opening(path: &Path, source: sqlx::Error) -> Self {
        let path = path.to_path_buf();
        let code = source.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        if code.as_deref() == Some(SQLITE_BUSY) { Self::InUse { path } } else { Self::Unusable { path, source } }
    }
}
