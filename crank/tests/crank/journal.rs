//! What the journal records and refuses.

use modchains_crank::journal::{Answer, JobState, Journal, JournalError, NewJob, Posting, SignedTransaction};

use crate::fixture::scratch;

const REQUEST: [u8; 32] = [1; 32];

fn new_job(request: [u8; 32]) -> NewJob {
    NewJob { request, model: [2; 32], input_hash: [3; 32], answer_by_seconds: 1000 }
}

fn answer(hash: u8) -> Answer {
    Answer { output: vec![hash; 41], salt: vec![9; 16], output_hash: [hash; 32] }
}

fn signed(signature: u8, last_valid_block_height: u64) -> SignedTransaction {
    SignedTransaction { signature: [signature; 64], bytes: vec![signature; 300], last_valid_block_height, dead: false }
}

/// A journal whose only job has a result.
async fn answered(path: &std::path::Path) -> Journal {
    let journal = Journal::open(path).await.unwrap();
    journal.record_seen(&[new_job(REQUEST)], 10).await.unwrap();
    record_answer(&journal, REQUEST, 5).await.unwrap();
    journal
}

async fn record_answer(journal: &Journal, request: [u8; 32], hash: u8) -> Result<(), JournalError> {
    journal.record_answered(&[(new_job(request), answer(hash))], 12).await.unwrap().remove(0)
}

/// Signs one result in a transaction of its own.
async fn record_signed(
    journal: &Journal,
    hash: u8,
    signed: SignedTransaction,
    block_height: u64,
) -> Result<(), JournalError> {
    let postings = vec![Posting { request: REQUEST, output_hash: [hash; 32] }];
    journal.record_signed(&[(signed, postings)], block_height, 14).await
}

#[tokio::test]
async fn a_second_different_result_is_refused_in_every_state() {
    let scratch = scratch();
    let journal = answered(&scratch.path().join("j.db")).await;
    let refused = async || {
        let error = record_answer(&journal, REQUEST, 6).await.unwrap_err();
        assert!(
            matches!(error, JournalError::DifferentResult { recorded, offered, .. }
            if recorded == [5; 32] && offered == [6; 32]),
            "{error}"
        );
        // The same result again changes nothing.
        record_answer(&journal, REQUEST, 5).await.unwrap();
        assert_eq!(journal.job(&REQUEST).await.unwrap().unwrap().answer, Some(answer(5)));
    };
    refused().await;
    let error = record_signed(&journal, 6, signed(1, 100), 50).await.unwrap_err();
    assert_eq!(error.label(), "journal_different_result");
    record_signed(&journal, 5, signed(1, 100), 50).await.unwrap();
    refused().await;
    journal.record_sent(&[REQUEST], 15).await.unwrap();
    refused().await;
    journal.record_posted(&[REQUEST], 16).await.unwrap();
    refused().await;
    journal.record_finalized(&[REQUEST], 17).await.unwrap();
    refused().await;
}

#[tokio::test]
async fn a_refused_answer_leaves_the_others_of_its_batch_recorded() {
    let scratch = scratch();
    let journal = answered(&scratch.path().join("j.db")).await;
    journal.record_seen(&[new_job([2; 32]), new_job([4; 32])], 10).await.unwrap();
    journal.record_failed(&[4; 32], "model failed", 11).await.unwrap();
    let batch =
        [([2; 32], 7), (REQUEST, 6), ([4; 32], 8), ([3; 32], 9)].map(|(key, hash)| (new_job(key), answer(hash)));
    let outcomes = journal.record_answered(&batch, 12).await.unwrap();
    let labels: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().err().map(JournalError::label)).collect();
    assert_eq!(labels, [None, Some("journal_different_result"), Some("journal_transition"), None]);
    // The last one was not recorded as seen before.
    assert_eq!(journal.job(&[3; 32]).await.unwrap().unwrap().answer, Some(answer(9)));
    let states = journal.states(&[[3; 32], [5; 32], REQUEST, [4; 32]]).await.unwrap();
    assert_eq!(states, [Some(JobState::Answered), None, Some(JobState::Answered), Some(JobState::Failed)]);
}

#[tokio::test]
async fn signing_several_results_is_recorded_whole_or_not_at_all() {
    let scratch = scratch();
    let journal = answered(&scratch.path().join("j.db")).await;
    journal.record_seen(&[new_job([2; 32])], 10).await.unwrap();
    record_answer(&journal, [2; 32], 7).await.unwrap();
    let posting = |request, hash| Posting { request, output_hash: [hash; 32] };
    let wrong = vec![posting(REQUEST, 5), posting([2; 32], 8)];
    assert!(journal.record_signed(&[(signed(1, 100), wrong)], 50, 14).await.is_err());
    assert_eq!(journal.transactions(&REQUEST).await.unwrap(), []);
    assert_eq!(journal.job(&REQUEST).await.unwrap().unwrap().state, JobState::Answered);
    let right = vec![posting(REQUEST, 5), posting([2; 32], 7)];
    journal.record_signed(&[(signed(1, 100), right)], 50, 14).await.unwrap();
    for request in [REQUEST, [2; 32]] {
        assert_eq!(journal.transactions(&request).await.unwrap(), [signed(1, 100)]);
    }
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_result_and_the_loss_of_an_open_job() {
    let scratch = scratch();
    let path = scratch.path().join("j.db");
    answered(&path).await.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for (statement, reason) in [
        ("UPDATE jobs SET output_hash = zeroblob(32)", "a request has one result"),
        ("UPDATE jobs SET output = x'00'", "a request has one result"),
        ("DELETE FROM jobs", "an open job is kept"),
    ] {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_new_transaction_needs_the_old_one_to_have_expired_or_failed() {
    let scratch = scratch();
    let journal = answered(&scratch.path().join("j.db")).await;
    record_signed(&journal, 5, signed(1, 100), 50).await.unwrap();
    journal.record_sent(&[REQUEST], 21).await.unwrap();
    let error = record_signed(&journal, 5, signed(2, 200), 100).await.unwrap_err();
    assert!(
        matches!(error, JournalError::StillValid { last_valid_block_height: 100, block_height: 100, .. }),
        "{error}"
    );
    assert_eq!(journal.transactions(&REQUEST).await.unwrap(), [signed(1, 100)]);
    record_signed(&journal, 5, signed(2, 200), 101).await.unwrap();
    assert_eq!(journal.transactions(&REQUEST).await.unwrap(), [signed(1, 100), signed(2, 200)]);
    assert_eq!(journal.job(&REQUEST).await.unwrap().unwrap().state, JobState::Signed);

    assert!(record_signed(&journal, 5, signed(3, 300), 150).await.is_err());
    journal.record_dead(&[2; 64]).await.unwrap();
    let dead: Vec<bool> = journal.transactions(&REQUEST).await.unwrap().iter().map(|signed| signed.dead).collect();
    assert_eq!(dead, [false, true]);
    record_signed(&journal, 5, signed(3, 300), 150).await.unwrap();
}

#[test]
fn the_hash_of_an_answer_covers_salt_then_output() {
    let hash = modchains_sdk::bundle::sha256(b"salt, 16 bytes..output");
    assert_eq!(Answer::new(b"output".to_vec(), b"salt, 16 bytes..").output_hash, hash);
}

#[tokio::test]
async fn steps_out_of_order_are_refused_and_repeated_steps_change_nothing() {
    let scratch = scratch();
    let journal = Journal::open(&scratch.path().join("j.db")).await.unwrap();
    assert_eq!(journal.record_sent(&[REQUEST], 1).await.unwrap_err().label(), "journal_unknown_request");
    journal.record_seen(&[new_job(REQUEST)], 1).await.unwrap();
    for error in [
        record_signed(&journal, 5, signed(1, 9), 1).await.unwrap_err(),
        journal.record_sent(&[REQUEST], 2).await.unwrap_err(),
        journal.record_posted(&[REQUEST], 2).await.unwrap_err(),
        journal.record_finalized(&[REQUEST], 2).await.unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::Transition { from: JobState::Seen, .. }), "{error}");
    }
    record_answer(&journal, REQUEST, 5).await.unwrap();
    let once = journal.job(&REQUEST).await.unwrap();
    assert_eq!(
        journal.record_seen(&[new_job(REQUEST), new_job([2; 32])], 4).await.unwrap(),
        [JobState::Answered, JobState::Seen]
    );
    record_answer(&journal, REQUEST, 5).await.unwrap();
    assert_eq!(journal.job(&REQUEST).await.unwrap(), once);
    journal.record_failed(&REQUEST, "deadline passed", 5).await.unwrap();
    let failed = journal.job(&REQUEST).await.unwrap().unwrap();
    assert_eq!((failed.state, failed.failure.as_deref()), (JobState::Failed, Some("deadline passed")));
    assert_eq!(record_signed(&journal, 5, signed(1, 9), 1).await.unwrap_err().label(), "journal_transition");
}

#[tokio::test]
async fn open_jobs_survive_a_restart_most_urgent_first() {
    let scratch = scratch();
    let path = scratch.path().join("j.db");
    let journal = answered(&path).await;
    journal.record_seen(&[NewJob { answer_by_seconds: 500, ..new_job([8; 32]) }], 1).await.unwrap();
    journal.record_seen(&[new_job([9; 32])], 1).await.unwrap();
    journal.record_failed(&[9; 32], "model failed", 2).await.unwrap();
    journal.close().await;
    let journal = Journal::open(&path).await.unwrap();
    let open: Vec<_> = journal.open_jobs().await.unwrap().iter().map(|job| (job.seen.request[0], job.state)).collect();
    assert_eq!(open, [(8, JobState::Seen), (1, JobState::Answered)]);
    let counts = journal.counts().await.unwrap();
    assert_eq!(counts, [(JobState::Answered, 1), (JobState::Failed, 1), (JobState::Seen, 1)]);
}

#[tokio::test]
async fn a_second_owner_and_a_foreign_file_are_refused() {
    let scratch = scratch();
    let path = scratch.path().join("j.db");
    let journal = answered(&path).await;
    assert_eq!(Journal::open(&path).await.unwrap_err().label(), "journal_in_use");
    journal.close().await;
    assert!(Journal::open(&path).await.is_ok());
    let foreign = scratch.path().join("foreign.db");
    std::fs::write(&foreign, "not a database, and long enough to be looked at".repeat(100)).unwrap();
    assert_eq!(Journal::open(&foreign).await.unwrap_err().label(), "journal_damaged");
    assert_eq!(Journal::open(&scratch.path().join("no/j.db")).await.unwrap_err().label(), "journal_unusable");
}

#[tokio::test]
async fn a_damaged_journal_is_called_one_with_the_remedy() {
    let scratch = scratch();
    let path = scratch.path().join("journal.db");
    answered(&path).await.close().await;
    let sound = std::fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[4_096..].fill(0xa5);
    let mut headless = sound.clone();
    headless[..16].copy_from_slice(b"not a database!!");
    for damaged in [&headless[..], &torn, b"These are no jobs, but a text of some length that somebody put here."] {
        std::fs::write(&path, damaged).unwrap();
        let error = Journal::open(&path).await.unwrap_err();
        assert_eq!(error.label(), "journal_damaged", "{error}");
        let text = error.to_string();
        assert!(text.contains("sqlite3 FILE .recover") && text.contains("wait two minutes"), "{text}");
    }
    std::fs::write(&path, sound).unwrap();
    assert!(Journal::open(&path).await.is_ok());
}
