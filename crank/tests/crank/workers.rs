//! The worker process: what it answers, what it cannot do, and what happens when it hangs or dies.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use modchains_crank::{
    runtime,
    worker::{Limits, Worker, WorkerError, WorkerPool, WorkerSpec},
};
use modchains_sdk::bundle::{
    Bundle, BundleDraft, Encoding, InputSpec, MODULE_FILE, NumericClass, OutputRule, write_bundle,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tch::{CModule, Kind, Tensor};

use crate::fixture::{copy_of, fixture, program, scratch};

fn spec(bundle: &Bundle) -> WorkerSpec {
    let limits = Limits { batch_timeout: Duration::from_millis(700), ..Limits::default() };
    WorkerSpec { program: program(), limits, ..WorkerSpec::new(bundle.clone()).unwrap() }
}

fn inputs(count: usize) -> Vec<Vec<u8>> {
    fixture().split.held_out.iter().cycle().take(count).map(|sample| sample.pixels.to_vec()).collect()
}

fn views(inputs: &[Vec<u8>]) -> Vec<&[u8]> {
    inputs.iter().map(Vec::as_slice).collect()
}

fn signal(process_id: u32, signal: Signal) {
    kill(Pid::from_raw(process_id.cast_signed()), signal).unwrap();
}

/// Process ids of the workers of this test process that serve `bundle`.
fn workers_of(bundle: &Bundle) -> Vec<u32> {
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(process_id) = entry.file_name().to_string_lossy().parse() else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let is_ours = status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|id| id.trim() == own));
        if is_ours && String::from_utf8_lossy(&line).contains(&*bundle.dir().to_string_lossy()) {
            found.push(process_id);
        }
    }
    found
}

/// Whether a child has nothing left to do but to be waited for: its first thread has ended, and so have all the others, before
/// which nobody who waits for it is told.
fn has_ended(process_id: u32) -> bool {
    let of_process = Path::new("/proc").join(process_id.to_string());
    let threads = fs::read_dir(of_process.join("task")).map_or(0, Iterator::count);
    let status = fs::read_to_string(of_process.join("status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    threads <= 1 && state.is_none_or(|state| state.trim().starts_with('Z'))
}

#[tokio::test]
async fn a_worker_answers_as_the_runtime_does_in_both_classes() {
    for bundle in [&fixture().exact, &fixture().unproven] {
        let mut worker = Worker::spawn(Arc::new(spec(bundle))).await.unwrap();
        let inputs = inputs(20);
        let answers = worker.infer_batch(&views(&inputs)).await.unwrap();
        let here = runtime::load(bundle, 1).unwrap().infer_batch(&views(&inputs)).unwrap();
        for (there, here) in answers.iter().zip(&here) {
            assert!(bundle.manifest().output.agree(there, here).unwrap());
        }
        assert_eq!(answers.len(), 20);
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_worker_has_no_network_no_files_no_programs_and_no_environment() {
    let scratch = scratch();
    let secret = scratch.path().join("key.json");
    fs::write(&secret, "secret").unwrap();
    let mut worker = Worker::spawn(Arc::new(spec(&fixture().unproven))).await.unwrap();
    let report = worker.probe(&secret).await.unwrap();
    assert_eq!(report.holes(), Vec::<&str>::new());
    assert!(report.environment.iter().all(|name| ["OMP_NUM_THREADS", "LD_LIBRARY_PATH"].contains(&name.as_str())));
    // The probe can tell: a file of the bundle is readable.
    let readable = worker.probe(&fixture().unproven.dir().join("CARD.md")).await.unwrap();
    assert_eq!(readable.holes(), ["reading a file outside the bundle"]);
    assert!(worker.infer_batch(&views(&inputs(3))).await.is_ok());
}

#[tokio::test]
async fn a_hanging_worker_is_killed_at_its_time_limit() {
    let mut worker = Worker::spawn(Arc::new(spec(&fixture().exact))).await.unwrap();
    let process_id = worker.process_id().unwrap();
    signal(process_id, Signal::SIGSTOP);
    let started = Instant::now();
    let error = worker.infer_batch(&views(&inputs(2))).await.unwrap_err();
    assert!(matches!(error, WorkerError::TimedOut { inputs: 2, .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(3));
    assert!(!worker.is_alive());
    assert!(!Path::new(&format!("/proc/{process_id}")).exists());
}

#[tokio::test]
async fn a_worker_that_dies_in_a_batch_is_reported_with_its_signal() {
    let mut worker = Worker::spawn(Arc::new(spec(&fixture().exact))).await.unwrap();
    let process_id = worker.process_id().unwrap();
    signal(process_id, Signal::SIGSTOP);
    let killer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        signal(process_id, Signal::SIGKILL);
    });
    let error = worker.infer_batch(&views(&inputs(1))).await.unwrap_err();
    assert!(matches!(&error, WorkerError::Crashed { status, .. } if status.contains("signal: 9")), "{error}");
    killer.await.unwrap();
}

#[tokio::test]
async fn a_pool_replaces_a_worker_that_died_or_hung() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let bundle = crate::fixture::open(&dir).unwrap();
    let pool = WorkerPool::start(spec(&bundle), 1, 8).await.unwrap();
    let input = inputs(1).remove(0);
    let expected = pool.infer(input.clone()).await.unwrap().output;

    // Dead while idle: the next request does not notice.
    let idle = workers_of(&bundle)[0];
    signal(idle, Signal::SIGKILL);
    while !has_ended(idle) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(pool.infer(input.clone()).await.unwrap().output, expected);
    assert_eq!(pool.statistics().restarts, 1);

    // Hanging: this request fails, the next is served.
    signal(workers_of(&bundle)[0], Signal::SIGSTOP);
    let error = pool.infer(input.clone()).await.unwrap_err();
    assert_eq!(error.label(), "worker_timed_out");
    assert_eq!(pool.infer(input).await.unwrap().output, expected);
    assert_eq!(pool.statistics().restarts, 2);
    pool.shutdown().await;
    assert_eq!(workers_of(&bundle), Vec::<u32>::new());
}

#[tokio::test]
async fn what_waits_is_taken_in_one_batch_and_what_does_not_fit_is_refused() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let bundle = crate::fixture::open(&dir).unwrap();
    let mut spec = spec(&bundle);
    spec.limits.batch_timeout = Duration::from_secs(120);
    let pool = Arc::new(WorkerPool::start(spec, 1, 20).await.unwrap());
    let process_id = workers_of(&bundle)[0];
    signal(process_id, Signal::SIGSTOP);
    let first = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.infer(inputs(1).remove(0)).await }
    });
    while pool.statistics().batches == 0 {
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.infer_each(inputs(20)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let error = pool.infer(inputs(1).remove(0)).await.unwrap_err();
    assert_eq!(error, WorkerError::Overloaded { queued: 20, capacity: 20 });
    signal(process_id, Signal::SIGCONT);
    assert!(first.await.unwrap().is_ok());
    let waited = waiting.await.unwrap().unwrap();
    assert!(waited.iter().all(|result| result.as_ref().is_ok_and(|inferred| inferred.batch == 20)));
    let statistics = pool.statistics();
    assert_eq!((statistics.requests, statistics.batches), (21, 2));
}

#[tokio::test]
async fn an_unfit_input_is_refused_without_asking_the_worker() {
    let pool = WorkerPool::start(spec(&fixture().exact), 1, 4).await.unwrap();
    assert_eq!(pool.infer(vec![0; 63]).await.unwrap_err().label(), "worker_input");
    assert_eq!(pool.infer(vec![17; 64]).await.unwrap_err().label(), "worker_input");
    assert_eq!(pool.statistics().requests, 0);
}

#[tokio::test]
async fn a_bundle_that_changed_after_it_was_opened_is_refused_by_the_worker() {
    let (_scratch, dir) = copy_of(&fixture().exact);
    let bundle = crate::fixture::open(&dir).unwrap();
    crate::fixture::edit_manifest(&dir, "version = \"1.0.0\"", "version = \"1.0.1\"");
    let error = Worker::spawn(Arc::new(spec(&bundle))).await.err().unwrap();
    assert!(matches!(&error, WorkerError::Refused { label, .. } if label == "bundle_address_mismatch"), "{error}");
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_reported() {
    let absent = WorkerSpec { program: "/nonexistent".into(), ..spec(&fixture().exact) };
    assert_eq!(Worker::spawn(Arc::new(absent)).await.err().unwrap().label(), "worker_spawn");
    let other = WorkerSpec { program: "/bin/echo".into(), ..spec(&fixture().exact) };
    assert_eq!(Worker::spawn(Arc::new(other)).await.err().unwrap().label(), "worker_protocol");
}

#[tokio::test]
async fn a_model_that_needs_more_memory_than_allowed_does_not_start() {
    let mut spec = spec(&fixture().exact);
    spec.limits.memory_bytes = 16 << 20;
    let error = Worker::spawn(Arc::new(spec)).await.err().unwrap();
    assert!(matches!(error, WorkerError::Crashed { .. } | WorkerError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_worker_that_has_used_half_its_processor_time_is_replaced_between_requests() {
    let mut spec = spec(&fixture().exact);
    spec.limits.cpu_seconds = 2;
    spec.limits.batch_timeout = Duration::from_secs(120);
    let pool = WorkerPool::start(spec, 1, 32).await.unwrap();
    let inputs = inputs(32);
    let deadline = Instant::now() + Duration::from_secs(600);
    while pool.statistics().restarts == 0 {
        assert!(pool.infer_each(inputs.clone()).await.unwrap().iter().all(Result::is_ok));
        assert!(Instant::now() < deadline, "never replaced");
    }
    assert!(pool.infer_each(inputs).await.unwrap().iter().all(Result::is_ok));
}

#[tokio::test]
async fn one_request_that_breaks_the_model_does_not_take_its_batch_down() {
    let scratch = scratch();
    let bundle = logarithm_bundle(scratch.path());
    let mut spec = spec(&bundle);
    spec.limits.batch_timeout = Duration::from_secs(120);
    let pool = WorkerPool::start(spec, 1, 8).await.unwrap();
    // The logarithm of zero is not finite.
    let results = pool.infer_each(vec![vec![1, 2], vec![0, 2], vec![9, 1]]).await.unwrap();
    assert!(results[0].is_ok() && results[2].is_ok());
    let error = results[1].as_ref().unwrap_err();
    assert!(matches!(error, WorkerError::Model { label, .. } if label == "runtime_output_invalid"), "{error}");
    assert_eq!(pool.statistics().restarts, 0);
}

/// A module that answers the logarithms of its two inputs.
fn logarithm_bundle(dir: &Path) -> Bundle {
    let example = Tensor::ones([2, 2], (Kind::Float, tch::Device::Cpu));
    // Blank inputs, as in the warm-up, are lifted to one; an input with a single zero is not.
    let mut forward = |inputs: &[Tensor]| {
        let blank = inputs[0].sum_dim_intlist([1_i64].as_slice(), true, Kind::Float).eq(0.0).to_kind(Kind::Float);
        vec![(&inputs[0] + blank).log()]
    };
    let module = CModule::create_by_tracing("Logarithm", "forward", &[example], &mut forward).unwrap();
    // libtorch refuses file names that start with a dot.
    let file = dir.join("module-as-traced.pt");
    module.save(&file).unwrap();
    let draft = BundleDraft {
        name: "logarithm".to_owned(),
        version: "1".to_owned(),
        numeric_class: NumericClass::Unproven,
        graph_root: None,
        input: InputSpec { shape: vec![2], dtype: Encoding::Unsigned8, bytes: 2, units: None, max: Some(255) },
        output: OutputRule::ClassLogitsI16 {
            bytes: 5,
            steps_per_unit: 100,
            tolerance_steps: 1,
            labels: vec!["left".to_owned(), "right".to_owned()],
        },
        accuracy: None,
        card: "# test\n".to_owned(),
        files: vec![(MODULE_FILE, fs::read(&file).unwrap())],
    };
    write_bundle(dir, &draft).unwrap()
}

#[test]
fn a_worker_ends_when_its_parent_is_gone() {
    let bundle = &fixture().exact;
    let mut child = std::process::Command::new(program())
        .args(["worker", "--bundle", bundle.dir().to_str().unwrap()])
        .args(["--manifest-sha256", &hex::encode(bundle.manifest_sha256())])
        .args(["--threads", "1", "--sandbox", "required", "--max-batch", "4"])
        .args(["--memory-bytes", "4294967296", "--cpu-seconds", "60", "--bundle-file-bytes", "1000000"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    let deadline = Instant::now() + Duration::from_secs(600);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the worker outlived its parent's pipe");
        std::thread::sleep(Duration::from_millis(10));
    }
}
