//! The running service, against a stand-in for a cluster that fails in one way or another.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::{
    cluster::{Cluster, model},
    command_line::write_key,
    fixture::{fixture, program, scratch},
};

/// Longest wait for anything to happen.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running service with what it logged so far.
struct Service {
    child: Child,
    log: Arc<Mutex<String>>,
    /// Until it has been waited for.
    gathering: Option<JoinHandle<()>>,
    scratch: TempDir,
}

impl Service {
    fn start(cluster: &Cluster, ws_url: &str) -> Self {
        let scratch = scratch();
        let stats = scratch.path().join("stats.json");
        Self::start_with(cluster, ws_url, scratch, &stats, |command| command)
    }

    fn start_with(
        cluster: &Cluster,
        ws_url: &str,
        scratch: TempDir,
        stats: &Path,
        change: impl FnOnce(Command) -> Command,
    ) -> Self {
        let config = write_config(cluster, ws_url, scratch.path());
        let mut command = Command::new(program());
        command.args(["run", "--config"]).arg(config).arg("--stats-file").arg(stats);
        let mut child = change(command).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().unwrap();
        let gathering = thread::spawn({
            let log = Arc::clone(&log);
            move || gather(stderr, &log)
        });
        Self { child, log, gathering: Some(gathering), scratch }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn stats(&self) -> PathBuf {
        self.scratch.path().join("stats.json")
    }

    /// Waits until something holds.
    fn wait_for(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(self.child.try_wait().unwrap().is_none(), "ended before {what}:\n{}", self.log());
            assert!(Instant::now() < deadline, "{what} never happened:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_for_log(&mut self, text: &str) {
        self.wait_for(text, |service| service.log().contains(text));
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Ends it with a signal and returns how it ended and the whole log.
    fn end(mut self, signal: Signal) -> (ExitStatus, String) {
        self.signal(signal);
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "{signal} did not end it:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        };
        // The rest of the log is in the pipe, until its last writer is gone.
        if let Some(gathering) = self.gathering.take() {
            gathering.join().unwrap();
        }
        (status, self.log())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn gather(stderr: ChildStderr, log: &Mutex<String>) {
    for line in BufReader::new(stderr).lines() {
        let Ok(line) = line else { return };
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}

fn write_config(cluster: &Cluster, ws_url: &str, dir: &Path) -> PathBuf {
    write_key(&dir.join("key.json"), 0o600);
    let path = dir.join("crank.toml");
    let text = format!(
        "rpc_url = '{}'\nws_url = '{ws_url}'\nkeypair = 'key.json'\njournal = 'journal.db'\n\
         [[bundles]]\ndir = '{}'\nmodel = '{}'\n[chain]\npoll_interval_ms = 50\nrpc_timeout_ms = 2000\n",
        cluster.url,
        fixture().exact.dir().display(),
        model(),
    );
    fs::write(&path, text).unwrap();
    path
}

/// An address at which nothing listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("ws://{}", listener.local_addr().unwrap())
}

fn count(log: &str, text: &str) -> usize {
    log.lines().filter(|line| line.contains(text)).count()
}

#[test]
fn without_a_way_to_see_requests_it_is_not_ready_and_says_why_once() {
    let cluster = Cluster::start(&fixture().exact);
    cluster.state().refused.insert("getProgramAccounts".to_owned());
    let mut service = Service::start(&cluster, &nowhere());
    service.wait_for("ten looks", |_| cluster.calls("getProgramAccounts") >= 10);
    service.wait_for_log("not ready");
    let log = service.log();
    assert_eq!(count(&log, "getProgramAccounts"), 1, "{log}");
    let warning = log.lines().find(|line| line.contains("getProgramAccounts")).unwrap();
    assert!(warning.contains("WARN") && warning.contains("set rpc_url to an endpoint that serves"), "{log}");
    // What the endpoint said steers nobody's terminal.
    assert!(!log.contains(['\u{1b}', '\u{202e}']), "{log}");
    assert!(!log.contains(" ready ") && !service.stats().exists(), "{log}");

    // As soon as there is a way it is ready.
    cluster.state().refused.clear();
    service.wait_for("readiness", |service| service.stats().exists());
    service.wait_for_log("the endpoint answers again");
    let (status, log) = service.end(Signal::SIGTERM);
    assert!(status.success(), "{log}");
    assert_eq!(count(&log, "ready operator"), 1, "{log}");
}

#[test]
fn a_refused_list_alone_keeps_nobody_from_being_ready() {
    let cluster = Cluster::start(&fixture().exact);
    cluster.state().refused.insert("getProgramAccounts".to_owned());
    let mut service = Service::start(&cluster, &cluster.ws_url.clone());
    service.wait_for_log("ready operator");
    service.wait_for_log("requests made while the websocket is down are missed");
}

#[test]
fn a_lost_log_reader_ends_nothing() {
    let cluster = Cluster::start(&fixture().exact);
    let scratch = scratch();
    let stats = scratch.path().join("stats.json");
    let config = write_config(&cluster, &nowhere(), scratch.path());
    let mut command = Command::new(program());
    command.args(["run", "--config"]).arg(config).arg("--stats-file").arg(&stats);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    let mut service = Service { child, log: Arc::default(), gathering: None, scratch };
    service.wait_for("readiness", |service| service.stats().exists());
    // More to log, and nobody to read it.
    cluster.state().refused.insert("getProgramAccounts".to_owned());
    let before = cluster.calls("getProgramAccounts");
    service.wait_for("ten looks", |_| cluster.calls("getProgramAccounts") >= before + 10);
    cluster.state().refused.clear();
    let before = cluster.calls("getProgramAccounts");
    service.wait_for("ten looks", |_| cluster.calls("getProgramAccounts") >= before + 10);
    assert_eq!(service.end(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_hang_up_drains_like_a_termination() {
    let cluster = Cluster::start(&fixture().exact);
    let scratch = scratch();
    let stats = scratch.path().join("stats.json");
    // Whoever runs the tests under nohup would hand it on.
    let not_ignored = |command: Command| {
        let mut env = Command::new("env");
        env.arg("--default-signal=HUP").arg(command.get_program()).args(command.get_args());
        env
    };
    let mut service = Service::start_with(&cluster, &nowhere(), scratch, &stats, not_ignored);
    service.wait_for_log("ready operator");
    let (status, log) = service.end(Signal::SIGHUP);
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("SIGHUP") && log.contains("stopped"), "{log}");
}

#[test]
fn a_service_that_was_started_to_outlive_its_terminal_does() {
    let cluster = Cluster::start(&fixture().exact);
    let scratch = scratch();
    let stats = scratch.path().join("stats.json");
    let nohup = |command: Command| {
        let mut nohup = Command::new("sh");
        nohup.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
        nohup
    };
    let mut service = Service::start_with(&cluster, &nowhere(), scratch, &stats, nohup);
    service.wait_for_log("ready operator");
    service.signal(Signal::SIGHUP);
    let before = cluster.calls("getLatestBlockhash");
    service.wait_for("three more blockhashes", |_| cluster.calls("getLatestBlockhash") >= before + 3);
    assert_eq!(service.end(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_websocket_that_fell_silent_is_replaced() {
    let cluster = Cluster::start(&fixture().exact);
    let mut service = Service::start(&cluster, &cluster.ws_url.clone());
    service.wait_for_log("ready operator");
    service.wait_for("a websocket", |_| cluster.state().websockets == 1);
    cluster.state().is_silent = true;
    service.wait_for_log("the websocket is down");
    cluster.state().is_silent = false;
    service.wait_for_log("the websocket is back");
    assert!(cluster.state().websockets >= 2);
    let log = service.log();
    assert_eq!(count(&log, "the websocket is down"), 1, "{log}");
    assert!(log.contains("silent for 5 s"), "{log}");
}

#[test]
fn a_key_that_runs_out_of_lamports_is_named_once() {
    let cluster = Cluster::start(&fixture().exact);
    let mut service = Service::start(&cluster, &nowhere());
    service.wait_for_log("ready operator");
    cluster.fund(1_000);
    service.wait_for_log("running out of lamports");
    let before = cluster.calls("getMultipleAccounts");
    service.wait_for("more looks", |_| cluster.calls("getMultipleAccounts") >= before + 5);
    cluster.fund(1_000_000_000);
    service.wait_for_log("has lamports for fees again");
    let (_, log) = service.end(Signal::SIGTERM);
    assert_eq!(count(&log, "running out of lamports"), 1, "{log}");
    assert!(log.contains("holds 1000 lamports; transfer at least"), "{log}");
}

#[test]
fn a_statistics_file_that_cannot_be_written_is_warned_of_once() {
    let cluster = Cluster::start(&fixture().exact);
    let scratch = scratch();
    let stats = scratch.path().join("absent/stats.json");
    let mut service = Service::start_with(&cluster, &nowhere(), scratch, &stats, |command| command);
    service.wait_for_log("the statistics file cannot be written");
    // The file is written every second.
    thread::sleep(Duration::from_millis(2_500));
    let (status, log) = service.end(Signal::SIGTERM);
    assert!(status.success(), "{log}");
    assert_eq!(count(&log, "the statistics file"), 1, "{log}");
    assert!(log.contains("absent/stats.json") && log.contains("check folder and permissions"), "{log}");
}

#[test]
fn no_log_says_more_of_an_endpoint_than_its_host_however_much_it_says() {
    const SECRET: &str = "SECRET-KEY-OF-THE-ENDPOINT";
    for format in ["text", "json"] {
        let mut cluster = Cluster::start(&fixture().exact);
        let websockets = [cluster.ws_url.clone(), nowhere()];
        cluster.url.push_str(&format!("/v2/{SECRET}?api-key={SECRET}"));
        for websocket in websockets {
            let scratch = scratch();
            let stats = scratch.path().join("stats.json");
            let loud = |mut command: Command| {
                command.env("MODCHAINS_CRANK_LOG__FILTER", "trace").env("MODCHAINS_CRANK_LOG__FORMAT", format);
                command
            };
            let websocket = format!("{websocket}/{SECRET}?api-key={SECRET}");
            let mut service = Service::start_with(&cluster, &websocket, scratch, &stats, loud);
            service.wait_for("readiness", |service| service.stats().exists());
            for method in ["getProgramAccounts", "getLatestBlockhash"] {
                cluster.state().refused.insert(method.to_owned());
                cluster.state().busy.insert(method.to_owned());
            }
            let before = cluster.calls("getProgramAccounts");
            service.wait_for("looks that fail", |_| cluster.calls("getProgramAccounts") >= before + 5);
            let counts = fs::read_to_string(service.stats()).unwrap();
            cluster.state().refused.clear();
            cluster.state().busy.clear();
            let (status, log) = service.end(Signal::SIGTERM);
            assert!(status.success() && log.contains("TRACE") && log.contains("127.0.0.1"), "{log}");
            let line = [log, counts].concat().lines().find(|line| line.contains(SECRET)).map(str::to_owned);
            assert_eq!(line, None);
        }
    }
}

/// The blockhash of a legacy transaction with one signature.
fn blockhash_of(transaction: &[u8]) -> [u8; 32] {
    let message = &transaction[65..];
    let keys = usize::from(message[3]);
    message[4 + 32 * keys..][..32].try_into().unwrap()
}

#[test]
fn nothing_is_signed_with_an_old_blockhash_and_the_answer_is_told_in_the_terms_of_the_model() {
    let bundle = &fixture().exact;
    let cluster = Cluster::start(bundle);
    let mut service = Service::start(&cluster, &nowhere());
    service.wait_for_log("ready operator");
    cluster.state().busy.insert("getLatestBlockhash".to_owned());
    service.wait_for_log("the blockhash is too old to sign with");
    let sample = &fixture().split.held_out[0];
    cluster.ask(bundle, &sample.pixels);
    let before = cluster.calls("getProgramAccounts");
    service.wait_for("the request to be seen", |_| cluster.calls("getProgramAccounts") >= before + 20);
    assert!(cluster.state().sent.is_empty(), "sent with an old blockhash: {}", service.log());

    let fresh = [2; 32];
    {
        let mut state = cluster.state();
        state.blockhash = modchains_sdk::Hash::new_from_array(fresh);
        state.busy.clear();
    }
    service.wait_for("the answer", |_| !cluster.state().sent.is_empty());
    assert_eq!(blockhash_of(&cluster.state().sent[0]), fresh);
    service.wait_for_log("result sent");
    let (status, log) = service.end(Signal::SIGTERM);
    assert!(status.success(), "{log}");
    assert_eq!(count(&log, "the blockhash is too old to sign with"), 1, "{log}");
    let line = log.lines().find(|line| line.contains("result sent")).unwrap();
    assert!(line.contains("digits-int8 1.0.0") && line.contains("1x8x8 ["), "{line}");
    assert!(line.contains(&format!("answer=\"{} (", sample.label)) && line.contains("% sure)"), "{line}");
}
