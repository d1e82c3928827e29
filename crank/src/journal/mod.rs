//! What this operator has promised on chain, durable before it acts.
//!
//! ```text
//! seen -> answered -> signed -> sent -> posted -> finalized      (a job may start as answered)
//!                      ^  \______________^          (landed before the sending was noted)
//!                      |_________|                  (signed again, once the old one cannot land)
//! every state but finalized -> failed
//! ```
//!
//! Each step is one SQLite transaction in WAL mode: when a call returns, `kill -9` does not undo it. Signing is the step
//! that lets something out of this process, so it alone waits until the disk has it, together with everything recorded
//! before: not even a power cut undoes it, and the later steps can be read from the chain again. A step takes many
//! requests at once, so that a batch costs one wait for the disk. A request has one result: recording a second, different
//! one is refused here and again by the database itself. Recording the same step twice changes nothing, so a restarted
//! service may simply repeat itself.
//!
//! One process owns the journal. A second one is refused, because two services would each sign what they computed.

mod error;
mod job;
mod state;
mod steps;

pub use error::JournalError;
pub use job::{Answer, Job, NewJob, Posting, SignedTransaction};
pub use state::{JobState, Key};

use std::{collections::HashMap, path::Path, time::Duration};

use sqlx::{
    QueryBuilder, Row, Sqlite, Transaction,
    migrate::Migrator,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a second process waits for the first to let go.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

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
            .synchronous(SqliteSynchronous::Normal)
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

    /// The job of a request.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn job(&self, request: &Key) -> Result<Option<Job>, JournalError> {
        let row = sqlx::query("SELECT * FROM jobs WHERE request = ?").bind(&request[..]).fetch_optional(&self.pool);
        row.await?.as_ref().map(Job::from_row).transpose()
    }

    /// Where requests stand, none for each that is not in the journal, in their order.
    ///
    /// # Errors
    /// [`JournalError::Database`] or [`JournalError::Corrupt`].
    pub async fn states(&self, requests: &[Key]) -> Result<Vec<Option<JobState>>, JournalError> {
        let mut query = QueryBuilder::new("SELECT request, state FROM jobs WHERE request IN (");
        let mut list = query.separated(", ");
        for request in requests {
            list.push_bind(&request[..]);
        }
        query.push(")");
        let rows = query.build().fetch_all(&self.pool).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            found.insert(row.try_get::<Vec<u8>, _>("request")?, JobState::from_row(row)?);
        }
        Ok(requests.iter().map(|request| found.get(&request[..]).copied()).collect())
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
        let query = "SELECT transactions.* FROM postings JOIN transactions USING (signature) WHERE request = ?
                     ORDER BY last_valid_block_height";
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
}
