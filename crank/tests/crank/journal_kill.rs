//! `kill -9` at random points: nothing acknowledged is lost, and nothing is ever answered twice.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
};

use modchains_crank::journal::{Answer, JobState, Journal, NewJob, Posting, SignedTransaction};
use rand_core::RngCore;

use crate::fixture::{generator, scratch};

const PATH_VARIABLE: &str = "JOURNAL_KILL_TEST_PATH";
const START_VARIABLE: &str = "JOURNAL_KILL_TEST_START";
const KILLS: u64 = 24;

fn request(number: u32) -> [u8; 32] {
    let mut request = [0; 32];
    request[..4].copy_from_slice(&number.to_le_bytes());
    request
}

/// The child: takes up open jobs as a restarted service would, then goes on with new ones. It says what is recorded
/// after each call returns. Its results depend on `salt`, so two lives of it disagree, as faulty hardware would.
async fn live(path: &Path, salt: u32) {
    let journal = Journal::open(path).await.unwrap();
    let resumed: Vec<u32> = journal
        .open_jobs()
        .await
        .unwrap()
        .iter()
        .map(|job| u32::from_le_bytes(*job.seen.request.first_chunk().unwrap()))
        .collect();
    let fresh = salt * 10_000..salt * 10_000 + 2_000;
    for number in resumed.into_iter().chain(fresh) {
        advance(&journal, number, salt).await;
    }
}

async fn advance(journal: &Journal, number: u32, salt: u32) {
    let key = request(number);
    let job = NewJob { request: key, model: [0; 32], input_hash: [0; 32], answer_by_seconds: 0 };
    journal.record_seen(&[job], 0).await.unwrap();
    let state = async || journal.job(&key).await.unwrap().unwrap();
    let mine = Answer { output: salt.to_le_bytes().to_vec(), salt: Vec::new(), output_hash: [salt as u8; 32] };
    let recorded = match state().await.answer {
        Some(recorded) => {
            let differs = recorded.output_hash != mine.output_hash;
            let outcomes = journal.record_answered(&[(job, mine)], 0).await.unwrap();
            assert_eq!(outcomes[0].is_err(), differs);
            recorded
        }
        None => {
            journal.record_answered(&[(job, mine.clone())], 0).await.unwrap().remove(0).unwrap();
            mine
        }
    };
    println!("answered {number} {}", recorded.output_hash[0]);
    let hash = recorded.output_hash;
    let mut signature = [salt as u8; 64];
    signature[..32].copy_from_slice(&key);
    let signed =
        SignedTransaction { signature, bytes: vec![1; 200], last_valid_block_height: u64::from(salt), dead: false };
    if matches!(state().await.state, JobState::Answered | JobState::Signed) {
        // Each life is one block height further than the last, so that earlier transactions have expired.
        let postings = vec![Posting { request: key, output_hash: hash }];
        journal.record_signed(&[(signed, postings)], u64::from(salt), 0).await.unwrap();
        println!("signed {number} {}", hash[0]);
        journal.record_sent(&[key], 0).await.unwrap();
    }
    if state().await.state == JobState::Sent {
        journal.record_posted(&[key], 0).await.unwrap();
        println!("posted {number} {}", hash[0]);
    }
    journal.record_finalized(&[key], 0).await.unwrap();
}

#[test]
fn nothing_is_lost_or_answered_twice_when_the_process_is_killed_at_any_point() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Ok(path) = env::var(PATH_VARIABLE) {
        let salt = env::var(START_VARIABLE).unwrap().parse().unwrap();
        return runtime.block_on(live(Path::new(&path), salt));
    }
    let scratch = scratch();
    let path = scratch.path().join("j.db");
    let mut random = generator(modchains_test_seed::seed());
    // What any life was told is recorded: request -> result.
    let mut acknowledged: BTreeMap<u32, u8> = BTreeMap::new();
    let mut posted = 0;
    for life in 1..=KILLS {
        let lines = run_and_kill(&path, life, 1 + random.next_u32() % 40, random.next_u32() % 3_000);
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let (number, hash) = (words[1].parse().unwrap(), words[2].parse().unwrap());
            let first = *acknowledged.entry(number).or_insert(hash);
            assert_eq!(first, hash, "request {number} was answered twice, in life {life}");
            posted += u32::from(words[0] == "posted");
        }
        runtime.block_on(async {
            let journal = Journal::open(&path).await.unwrap();
            for (&number, &hash) in &acknowledged {
                let job = journal.job(&request(number)).await.unwrap().expect("an acknowledged job was lost");
                assert_eq!(job.answer.unwrap().output_hash[0], hash);
            }
            journal.close().await;
        });
    }
    assert!(posted > KILLS as u32, "the lives were too short to prove anything: {posted} results posted");
}

/// Starts a life, lets it report some lines and run a little further, kills it, and returns all it said.
fn run_and_kill(path: &Path, life: u64, lines: u32, extra_micros: u32) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("journal_kill::nothing_is_lost_or_answered_twice_when_the_process_is_killed_at_any_point")
        .env(PATH_VARIABLE, path)
        .env(START_VARIABLE, life.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    let is_report = |line: &str| ["answered ", "signed ", "posted "].iter().any(|start| line.contains(start));
    let mut reports = 0;
    while reports < lines {
        let start = said.len();
        assert_ne!(stdout.read_line(&mut said).unwrap(), 0, "the life ended by itself: {said}");
        reports += u32::from(is_report(&said[start..]));
    }
    std::thread::sleep(std::time::Duration::from_micros(extra_micros.into()));
    child.kill().unwrap();
    child.wait().unwrap();
    stdout.read_to_string(&mut said).unwrap();
    // The last line may be cut by the kill.
    let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let reports = whole.lines().filter(|line| is_report(line));
    // The test harness prints the name of the test in front of the first line.
    reports.map(|line| line.rsplit(" ... ").next().unwrap_or(line).to_owned()).collect()
}
