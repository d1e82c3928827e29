//! What this operator has promised on chain, durable before it acts.
//!
//! ```text
//! seen -> claimed -> answered -> signed -> sent -> posted -> finalized
//!                                 ^  \______________^          (landed before the sending was noted)
//!                                 |_________|                  (signed again, once the old one cannot land)
//! every state but finalized -> failed
//! ```
//!
//! Each step is one SQLite transaction in WAL mode with full synchronisation: when a call returns, neither `kill -9`
//! nor a power cut undoes it. A request has one result: recording a second, different one is refused here and again by
//! the database itself. Recording the same step twice changes nothing, so a restarted service may simply repeat itself.
//!
//! One process owns the journal. A second one is refused, because two services would each sign what they computed.

mod error;
mod state;

pub use error::JournalError;
pub use state::{Answer, Job, JobState, NewJob, SignedTransaction};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};
use std::path::Path;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a second process waits for the first to let go.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The 32 bytes of an account's address or of a hash.
pub type Key = [u8; 32];

/// The journal of one operator.
#[derive(Debug, Clone)]
pub struct Journal {
    pool: SqlitePool,
}

impl Journal {
    /// Opens the journal, making or upgrading the file as needed.
    ///
    /// # Errors
    /// [`JournalError::InUse`] while another process has it open, [`JournalError::Unusable`] otherwise.
    pub async fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::opening(path, source);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(LOCK_TIMEOUT);
        // One connection, kept for good: closing it would let go of the exclusive lock.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(failed)?;
        MIGRATIONS.run(&pool).await.map_err(|error| failed(error.into()))?;
        Ok(Self { pool })
    }

    /// Notes a request that fits this operator.
    ///
    /// # Errors
    /// [`JournalError::Database`].
    pub async fn record_seen(&self, job: &NewJob, now_seconds: i64) -> Result<(), JournalError> {
        sqlx::query(
            "INSERT INTO jobs (request, model, input_hash, answer_by_seconds, state, updated_at_seconds)
             VALUES (?, ?, ?, ?, 'seen', ?) ON CONFLICT (request) DO NOTHING",
        )
        .bind(&job.request[..])
        .bind(&job.model[..])
        .bind(&job.input_hash[..])
        .bind(job.answer_by_seconds)
        .bind(now_seconds)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that the request is claimed by this operator.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_claimed(&self, request: &Key, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(request, JobState::Claimed, None, now_seconds).await
    }

    /// Notes the result this operator will stand for, before anything is signed.
    ///
    /// # Errors
    /// [`JournalError::DifferentResult`] when another result is recorded already, whatever the state.
    pub async fn record_answered(&self, request: &Key, answer: &Answer, now_seconds: i64) -> Result<(), JournalError> {
        let mut transaction = self.begin().await?;
        let job = require_job(&mut transaction, request).await?;
        if let Some(recorded) = job.answer {
            return same_result(request, &recorded.output_hash, &answer.output_hash);
        }
        job.state.require_step(request, JobState::Answered)?;
        sqlx::query(
            "UPDATE jobs SET state = 'answered', output = ?, output_salt = ?, output_hash = ?, updated_at_seconds = ?
             WHERE request = ?",
        )
        .bind(&answer.output)
        .bind(&answer.salt)
        .bind(&answer.output_hash[..])
        .bind(now_seconds)
        .bind(&request[..])
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes a signed transaction that posts the result with this hash. Nothing may be sent before this returns.
    ///
    /// # Errors
    /// [`JournalError::DifferentResult`] for another result than the recorded one, [`JournalError::StillValid`] while
    /// an earlier transaction may land at `block_height`.
    pub async fn record_signed(
        &self,
        request: &Key,
        output_hash: &Key,
        signed: &SignedTransaction,
        block_height: u64,
        now_seconds: i64,
    ) -> Result<(), JournalError> {
        let mut transaction = self.begin().await?;
        let job = require_job(&mut transaction, request).await?;
        if let Some(recorded) = &job.answer {
            same_result(request, &recorded.output_hash, output_hash)?;
        }
        if let Some(earlier) = last_transaction(&mut transaction, request).await? {
            if earlier.signature == signed.signature {
                return Ok(());
            }
            if block_height <= earlier.last_valid_block_height {
                let last_valid_block_height = earlier.last_valid_block_height;
                return Err(JournalError::StillValid { request: *request, last_valid_block_height, block_height });
            }
        }
        job.state.require_step(request, JobState::Signed)?;
        let height = i64::try_from(signed.last_valid_block_height)
            .map_err(|_| JournalError::BlockHeight(signed.last_valid_block_height))?;
        sqlx::query(
            "INSERT INTO transactions (signature, request, bytes, last_valid_block_height, signed_at_seconds)
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&signed.signature[..])
        .bind(&request[..])
        .bind(&signed.bytes)
        .bind(height)
        .bind(now_seconds)
        .execute(&mut *transaction)
        .await?;
        set_state(&mut transaction, request, JobState::Signed, None, now_seconds).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that the last signed transaction was handed to the network.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_sent(&self, request: &Key, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(request, JobState::Sent, None, now_seconds).await
    }

    /// Notes that the chain shows this operator's result.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_posted(&self, request: &Key, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(request, JobState::Posted, None, now_seconds).await
    }

    /// Notes that the result is final and its bond is free.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_finalized(&self, request: &Key, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(request, JobState::Finalized, None, now_seconds).await
    }

    /// Notes that nothing more will be done for this request, and why.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_failed(&self, request: &Key, reason: &str, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(request, JobState::Failed, Some(reason), now_seconds).await
    }

    /// The job of a request.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn job(&self, request: &Key) -> Result<Option<Job>, JournalError> {
        let row = sqlx::query("SELECT * FROM jobs WHERE request = ?").bind(&request[..]).fetch_optional(&self.pool);
        row.await?.as_ref().map(Job::from_row).transpose()
    }

    /// All jobs that are neither finalized nor failed, most urgent first: what a restarted service takes up again.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn open_jobs(&self) -> Result<Vec<Job>, JournalError> {
        let query = "SELECT * FROM jobs WHERE state NOT IN ('finalized', 'failed') ORDER BY answer_by_seconds, request";
        sqlx::query(query).fetch_all(&self.pool).await?.iter().map(Job::from_row).collect()
    }

    /// Every transaction signed for a request, oldest first.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn transactions(&self, request: &Key) -> Result<Vec<SignedTransaction>, JournalError> {
        let query = "SELECT * FROM transactions WHERE request = ? ORDER BY last_valid_block_height";
        let rows = sqlx::query(query).bind(&request[..]).fetch_all(&self.pool).await?;
        rows.iter().map(SignedTransaction::from_row).collect()
    }

    /// Number of jobs in each state that has any, for metrics.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn counts(&self) -> Result<Vec<(JobState, u64)>, JournalError> {
        let rows = sqlx::query("SELECT state, count(*) AS jobs FROM jobs GROUP BY state").fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((JobState::from_row(row)?, row.try_get::<i64, _>("jobs")?.unsigned_abs()))).collect()
    }

    /// Closes the file and lets go of its lock.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Takes the write lock at once, so that what is read stays true until the commit.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, JournalError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    async fn advance(
        &self,
        request: &Key,
        next: JobState,
        failure: Option<&str>,
        now_seconds: i64,
    ) -> Result<(), JournalError> {
        let mut transaction = self.begin().await?;
        let job = require_job(&mut transaction, request).await?;
        if job.state == next {
            return Ok(());
        }
        job.state.require_step(request, next)?;
        set_state(&mut transaction, request, next, failure, now_seconds).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn require_job(transaction: &mut Transaction<'static, Sqlite>, request: &Key) -> Result<Job, JournalError> {
    let query = sqlx::query("SELECT * FROM jobs WHERE request = ?").bind(&request[..]);
    let row: Option<SqliteRow> = query.fetch_optional(&mut **transaction).await?;
    row.as_ref().map_or(Err(JournalError::UnknownRequest { request: *request }), Job::from_row)
}

async fn last_transaction(
    transaction: &mut Transaction<'static, Sqlite>,
    request: &Key,
) -> Result<Option<SignedTransaction>, JournalError> {
    let query = "SELECT * FROM transactions WHERE request = ? ORDER BY last_valid_block_height DESC LIMIT 1";
    let row: Option<SqliteRow> = sqlx::query(query).bind(&request[..]).fetch_optional(&mut **transaction).await?;
    row.as_ref().map(SignedTransaction::from_row).transpose()
}

async fn set_state(
    transaction: &mut Transaction<'static, Sqlite>,
    request: &Key,
    state: JobState,
    failure: Option<&str>,
    now_seconds: i64,
) -> Result<(), JournalError> {
    sqlx::query("UPDATE jobs SET state = ?, failure = ?, updated_at_seconds = ? WHERE request = ?")
        .bind(state.as_str())
        .bind(failure)
        .bind(now_seconds)
        .bind(&request[..])
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn same_result(request: &Key, recorded: &Key, offered: &Key) -> Result<(), JournalError> {
    if recorded == offered {
        return Ok(());
    }
    Err(JournalError::DifferentResult { request: *request, recorded: *recorded, offered: *offered })
}
