//! What the journal refuses.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use super::{JobState, Key};

/// SQLite's primary result codes: a locked file, a damaged one, one that is no database at all.
const SQLITE_BUSY: i32 = 5;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_NOTADB: i32 = 26;

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
    /// The file is not what was written to it.
    #[error(
        "{path}: the journal is damaged ({source}); stop the service, keep a copy, and recover it with `sqlite3 FILE .recover`. Or move it, its -wal and its -shm away, wait two minutes until nothing that was signed can land any more, and start with a new one: `modchains request finalize` settles results that are on chain already"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: sqlx::Error,
    },
    /// A statement failed.
    #[error("journal: {0}; the step was not recorded, {remedy}", remedy = remedy(.0))]
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
            Self::Damaged { .. } => "journal_damaged",
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
        match primary_code(&source) {
            Some(SQLITE_BUSY) => Self::InUse { path },
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => Self::Damaged { path, source },
            _ => Self::Unusable { path, source },
        }
    }
}

fn remedy(error: &sqlx::Error) -> &'static str {
    match primary_code(error) {
        Some(SQLITE_CORRUPT | SQLITE_NOTADB) => "the file is damaged: restart the service, which says what to do",
        _ => "check free space",
    }
}

/// The low byte of SQLite's result code, wherever in the chain of causes it is; the other bytes say more about it.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let database = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
        if let Some(code) = database.and_then(|error| error.code()) {
            return code.parse::<i32>().ok().map(|code| code & 0xff);
        }
        cause = error.source();
    }
    None
}
