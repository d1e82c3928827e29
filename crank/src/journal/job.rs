//! Jobs as they are recorded, and how they are read back.

use modchains_sdk::{
    core::commitment::{Salt, commit},
    hash::sha256,
};
use sqlx::{Row, sqlite::SqliteRow};

use super::{JobState, JournalError, Key};

/// A request that fits this operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewJob {
    /// Address of the request's account.
    pub request: Key,
    /// Address of the model's account.
    pub model: Key,
    /// Input hash named by the request.
    pub input_hash: Key,
    /// Last second at which a result is accepted, Unix time.
    pub answer_by_seconds: i64,
}

/// The result an operator stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Result bytes.
    pub output: Vec<u8>,
    /// Salt that goes into the hash; may be empty.
    pub salt: Vec<u8>,
    /// Hash that is posted.
    pub output_hash: Key,
}

impl Answer {
    /// A result with its commitment.
    #[must_use]
    pub fn new(output: Vec<u8>, salt: &Salt) -> Self {
        let output_hash = commit(sha256, salt, &output);
        Self { output, salt: salt.to_vec(), output_hash }
    }
}

/// A result that a transaction posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Address of the request's account.
    pub request: Key,
    /// Hash of the result.
    pub output_hash: Key,
}

/// A transaction that may land until its block height has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    /// The signature that identifies it on chain.
    pub signature: [u8; 64],
    /// The whole transaction as sent.
    pub bytes: Vec<u8>,
    /// Last block height at which it can land.
    pub last_valid_block_height: u64,
    /// Whether the chain recorded that it failed; then it cannot land again.
    pub dead: bool,
}

/// A job as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What was seen.
    pub seen: NewJob,
    /// Where it stands.
    pub state: JobState,
    /// The result, once computed.
    pub answer: Option<Answer>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Time of the last step, Unix time.
    pub updated_at_seconds: i64,
}

impl JobState {
    pub(super) fn require_step(self, request: &Key, to: Self) -> Result<(), JournalError> {
        if self.may_become(to) {
            return Ok(());
        }
        Err(JournalError::Transition { request: *request, from: self, to })
    }

    pub(super) fn from_row(row: &SqliteRow) -> Result<Self, JournalError> {
        let name: String = row.try_get("state")?;
        let state = Self::ALL.into_iter().find(|state| state.as_str() == name);
        state.ok_or(JournalError::Corrupt { column: "state", expected: "the name of a state" })
    }
}

impl Job {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Self, JournalError> {
        let output: Option<Vec<u8>> = row.try_get("output")?;
        let answer = match output {
            None => None,
            Some(output) => {
                Some(Answer { output, salt: row.try_get("output_salt")?, output_hash: array(row, "output_hash")? })
            }
        };
        Ok(Self {
            seen: NewJob {
                request: array(row, "request")?,
                model: array(row, "model")?,
                input_hash: array(row, "input_hash")?,
                answer_by_seconds: row.try_get("answer_by_seconds")?,
            },
            state: JobState::from_row(row)?,
            answer,
            failure: row.try_get("failure")?,
            updated_at_seconds: row.try_get("updated_at_seconds")?,
        })
    }
}

impl SignedTransaction {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Self, JournalError> {
        let column = "last_valid_block_height";
        let height: i64 = row.try_get(column)?;
        Ok(Self {
            signature: array(row, "signature")?,
            bytes: row.try_get("bytes")?,
            last_valid_block_height: u64::try_from(height)
                .map_err(|_| JournalError::Corrupt { column, expected: "a positive number" })?,
            dead: row.try_get("dead")?,
        })
    }
}

fn array<const N: usize>(row: &SqliteRow, column: &'static str) -> Result<[u8; N], JournalError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    <[u8; N]>::try_from(bytes).map_err(|_| JournalError::Corrupt { column, expected: "of the right length" })
}
