//! The steps of jobs, each for many requests at once.

use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteRow};

use super::{Answer, Job, JobState, Journal, JournalError, Key, NewJob, Posting, SignedTransaction};

impl Journal {
    /// Notes requests that fit this operator and returns where each stands: `Seen`, or further if it was known.
    ///
    /// # Errors
    /// [`JournalError::Database`].
    pub async fn record_seen(&self, jobs: &[NewJob], now_seconds: i64) -> Result<Vec<JobState>, JournalError> {
        let mut transaction = self.begin().await?;
        let mut states = Vec::with_capacity(jobs.len());
        for job in jobs {
            let inserted = sqlx::query(
                "INSERT INTO jobs (request, model, input_hash, answer_by_seconds, state, updated_at_seconds)
                 VALUES (?, ?, ?, ?, 'seen', ?) ON CONFLICT (request) DO NOTHING",
            )
            .bind(&job.request[..])
            .bind(&job.model[..])
            .bind(&job.input_hash[..])
            .bind(job.answer_by_seconds)
            .bind(now_seconds)
            .execute(&mut *transaction)
            .await?;
            states.push(match inserted.rows_affected() {
                0 => require_job(&mut transaction, &job.request).await?.state,
                _ => JobState::Seen,
            });
        }
        transaction.commit().await?;
        Ok(states)
    }

    /// Notes the results this operator will stand for, before anything is signed; the requests need not have been
    /// recorded as seen. One answer's refusal leaves the others recorded.
    ///
    /// # Errors
    /// Outside: nothing was recorded. Inside: [`JournalError::DifferentResult`] when another result is recorded
    /// already, whatever the state; [`JournalError::Transition`].
    pub async fn record_answered(
        &self,
        answers: &[(NewJob, Answer)],
        now_seconds: i64,
    ) -> Result<Vec<Result<(), JournalError>>, JournalError> {
        let mut transaction = self.begin().await?;
        let mut outcomes = Vec::with_capacity(answers.len());
        for (job, answer) in answers {
            let recorded = sqlx::query(
                "INSERT INTO jobs (request, model, input_hash, answer_by_seconds, state, output, output_salt,
                 output_hash, updated_at_seconds) VALUES (?, ?, ?, ?, 'answered', ?, ?, ?, ?)
                 ON CONFLICT (request) DO UPDATE SET state = excluded.state, output = excluded.output,
                 output_salt = excluded.output_salt, output_hash = excluded.output_hash,
                 updated_at_seconds = excluded.updated_at_seconds WHERE state = 'seen'",
            )
            .bind(&job.request[..])
            .bind(&job.model[..])
            .bind(&job.input_hash[..])
            .bind(job.answer_by_seconds)
            .bind(&answer.output)
            .bind(&answer.salt)
            .bind(&answer.output_hash[..])
            .bind(now_seconds)
            .execute(&mut *transaction)
            .await?;
            outcomes.push(match recorded.rows_affected() {
                0 => already_answered(&mut transaction, &job.request, answer).await,
                _ => Ok(()),
            });
        }
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// Notes signed transactions with the results they post, and waits for the disk. Nothing may be sent before this
    /// returns.
    ///
    /// # Errors
    /// Nothing was recorded. [`JournalError::DifferentResult`] for another result than the recorded one,
    /// [`JournalError::StillValid`] while an earlier transaction for the same request may land at `block_height`.
    pub async fn record_signed(
        &self,
        signed: &[(SignedTransaction, Vec<Posting>)],
        block_height: u64,
        now_seconds: i64,
    ) -> Result<(), JournalError> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for (signed, postings) in signed {
            insert_transaction(&mut transaction, signed, now_seconds).await?;
            for posting in postings {
                if require_signable(&mut transaction, posting, signed, block_height).await? {
                    insert_posting(&mut transaction, &posting.request, signed).await?;
                    set_state(&mut transaction, &posting.request, JobState::Signed, None, now_seconds).await?;
                }
            }
        }
        transaction.commit().await?;
        // After an error above the next steps wait for the disk too, until one gets here.
        sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *connection).await?;
        Ok(())
    }

    /// Notes that the chain recorded a transaction as failed, so that it can never land again.
    ///
    /// # Errors
    /// [`JournalError::Database`].
    pub async fn record_dead(&self, signature: &[u8; 64]) -> Result<(), JournalError> {
        let query = sqlx::query("UPDATE transactions SET dead = 1 WHERE signature = ?").bind(&signature[..]);
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Notes that the last signed transactions of these requests were handed to the network.
    ///
    /// # Errors
    /// Nothing was recorded: [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_sent(&self, requests: &[Key], now_seconds: i64) -> Result<(), JournalError> {
        self.advance(requests, JobState::Sent, None, now_seconds).await
    }

    /// Notes that the chain shows this operator's results.
    ///
    /// # Errors
    /// Nothing was recorded: [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_posted(&self, requests: &[Key], now_seconds: i64) -> Result<(), JournalError> {
        self.advance(requests, JobState::Posted, None, now_seconds).await
    }

    /// Notes that the results are final and their bonds are free.
    ///
    /// # Errors
    /// Nothing was recorded: [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_finalized(&self, requests: &[Key], now_seconds: i64) -> Result<(), JournalError> {
        self.advance(requests, JobState::Finalized, None, now_seconds).await
    }

    /// Notes that nothing more will be done for this request, and why.
    ///
    /// # Errors
    /// [`JournalError::UnknownRequest`] or [`JournalError::Transition`].
    pub async fn record_failed(&self, request: &Key, reason: &str, now_seconds: i64) -> Result<(), JournalError> {
        self.advance(&[*request], JobState::Failed, Some(reason), now_seconds).await
    }

    async fn advance(
        &self,
        requests: &[Key],
        next: JobState,
        failure: Option<&str>,
        now_seconds: i64,
    ) -> Result<(), JournalError> {
        let mut transaction = self.begin().await?;
        for request in requests {
            let job = require_job(&mut transaction, request).await?;
            if job.state != next {
                job.state.require_step(request, next)?;
                set_state(&mut transaction, request, next, failure, now_seconds).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn require_job(connection: &mut SqliteConnection, request: &Key) -> Result<Job, JournalError> {
    let query = sqlx::query("SELECT * FROM jobs WHERE request = ?").bind(&request[..]);
    let row: Option<SqliteRow> = query.fetch_optional(&mut *connection).await?;
    row.as_ref().map_or(Err(JournalError::UnknownRequest { request: *request }), Job::from_row)
}

/// For an answer to a request that is not waiting for one: right if it is the recorded one.
async fn already_answered(
    connection: &mut SqliteConnection,
    request: &Key,
    answer: &Answer,
) -> Result<(), JournalError> {
    let job = require_job(connection, request).await?;
    match job.answer {
        Some(recorded) => same_result(request, &recorded.output_hash, &answer.output_hash),
        None => job.state.require_step(request, JobState::Answered),
    }
}

/// Whether a posting is to be recorded; false when it is already.
async fn require_signable(
    connection: &mut SqliteConnection,
    posting: &Posting,
    signed: &SignedTransaction,
    block_height: u64,
) -> Result<bool, JournalError> {
    let request = &posting.request;
    let query = "SELECT jobs.state, jobs.output_hash, live.signature, live.last_valid_block_height FROM jobs
                 LEFT JOIN (postings JOIN transactions USING (signature)) AS live
                 ON live.request = jobs.request AND NOT live.dead
                 WHERE jobs.request = ? ORDER BY live.last_valid_block_height DESC LIMIT 1";
    let row: Option<SqliteRow> = sqlx::query(query).bind(&request[..]).fetch_optional(&mut *connection).await?;
    let row = row.ok_or(JournalError::UnknownRequest { request: *request })?;
    if let Some(recorded) = row.try_get::<Option<Vec<u8>>, _>("output_hash")?
        && recorded != posting.output_hash
    {
        let recorded = Key::try_from(recorded).unwrap_or_default();
        return Err(JournalError::DifferentResult { request: *request, recorded, offered: posting.output_hash });
    }
    if let Some(live_signature) = row.try_get::<Option<Vec<u8>>, _>("signature")? {
        if live_signature == signed.signature {
            return Ok(false);
        }
        let last_valid_block_height = row.try_get::<i64, _>("last_valid_block_height")?.unsigned_abs();
        if block_height <= last_valid_block_height {
            return Err(JournalError::StillValid { request: *request, last_valid_block_height, block_height });
        }
    }
    JobState::from_row(&row)?.require_step(request, JobState::Signed)?;
    Ok(true)
}

async fn insert_transaction(
    connection: &mut SqliteConnection,
    signed: &SignedTransaction,
    now_seconds: i64,
) -> Result<(), JournalError> {
    let height = i64::try_from(signed.last_valid_block_height)
        .map_err(|_| JournalError::BlockHeight(signed.last_valid_block_height))?;
    sqlx::query(
        "INSERT INTO transactions (signature, bytes, last_valid_block_height, signed_at_seconds)
         VALUES (?, ?, ?, ?) ON CONFLICT (signature) DO NOTHING",
    )
    .bind(&signed.signature[..])
    .bind(&signed.bytes)
    .bind(height)
    .bind(now_seconds)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

async fn insert_posting(
    connection: &mut SqliteConnection,
    request: &Key,
    signed: &SignedTransaction,
) -> Result<(), JournalError> {
    sqlx::query("INSERT INTO postings (request, signature) VALUES (?, ?)")
        .bind(&request[..])
        .bind(&signed.signature[..])
        .execute(&mut *connection)
        .await?;
    Ok(())
}

async fn set_state(
    connection: &mut SqliteConnection,
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
        .execute(&mut *connection)
        .await?;
    Ok(())
}

fn same_result(request: &Key, recorded: &Key, offered: &Key) -> Result<(), JournalError> {
    if recorded == offered {
        return Ok(());
    }
    Err(JournalError::DifferentResult { request: *request, recorded: *recorded, offered: *offered })
}
