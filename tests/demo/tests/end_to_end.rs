//! The whole path over JSON-RPC, with network, trainer and crank as processes of their own.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use modchains_test_faults::{FaultProxy, Lag, LocalNetwork, wait_for};
use serde_json::Value;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&manifest).join("../..")
}

fn demo(output: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modchains-demo"));
    command.current_dir(root()).arg("--output").arg(output);
    command
}

fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("the report has no number at {path}"))
}

#[test]
fn everybody_is_paid_the_digits_are_right_and_the_curve_moves() {
    let output = tempfile::tempdir().expect("a temporary folder");
    // Blocks as far apart as on public clusters: whoever takes what was sent for what is there fails here.
    let run = demo(output.path()).args(["--slot-ms", "400"]).output().expect("the demo starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{stdout}\n{stderr}");

    let text = std::fs::read_to_string(output.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("the report is JSON");
    assert_eq!(number(&report, "/answers/asked"), 20.0);
    assert!(number(&report, "/answers/correct") >= 19.0, "{}", report["answers"]);
    assert!(number(&report, "/card/correct") / number(&report, "/card/held_out") >= 0.95, "{}", report["card"]);
    assert!(number(&report, "/sync/price_after") > number(&report, "/sync/price_before"), "{}", report["sync"]);
    assert!(number(&report, "/trades/price_after_trades") > number(&report, "/trades/price_at_launch"));
    let balances = report["balances"].as_array().expect("balances");
    let lamports = |name: &str| {
        let row = balances.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no balance of {name}"));
        row["quote_lamports"].as_f64().expect("a balance")
    };
    // Everybody starts with 100 SOL. The creator paid rent and got fees, the requester paid 20 fees of 0.05 SOL, the
    // operator bonded 10 SOL and earned at least half of those fees.
    assert!(lamports("creator") > 100e9, "{}", report["balances"]);
    assert!(lamports("requester") < 99e9, "{}", report["balances"]);
    assert!(lamports("operator") > 90.5e9, "{}", report["balances"]);
    for chart in ["price.svg", "weeks.svg"] {
        let svg = std::fs::read_to_string(output.path().join(chart)).expect("a chart");
        assert!(svg.contains("<svg") && svg.contains("polyline"), "{chart}");
    }
    require_weeks(&report);
}

/// Growing above steady above the start above dying, in the report, without a trade.
fn require_weeks(report: &Value) {
    let weeks = report["weeks"].as_array().expect("simulated weeks");
    let [growing, steady, dying] = ["growing", "steady", "dying"].map(|path| {
        let model = weeks.iter().find(|model| model["path"] == path).unwrap_or_else(|| panic!("no {path} model"));
        assert_eq!(number(model, "/trades"), 0.0, "{path}");
        let days = model["days"].as_array().expect("days");
        let price = |day: &Value| number(day, "/price_lamports");
        price(days.last().expect("a day")) / price(days.first().expect("a day"))
    });
    assert!(growing > steady && steady > 1.0 && 1.0 > dying, "{growing} {steady} {dying}");
}

#[test]
fn the_whole_path_works_where_what_was_sent_is_confirmed_a_while_later() {
    let network = LocalNetwork::start();
    let cluster = FaultProxy::start(network.url());
    cluster.lag(Lag { confirmed: Duration::from_millis(800), finalized: Duration::from_secs(5) });
    let output = tempfile::tempdir().expect("a temporary folder");
    let run = demo(output.path()).args(["--url", &cluster.url(), "--requests", "5"]).output().expect("the demo starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{stdout}\n{stderr}");
    let text = std::fs::read_to_string(output.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("the report is JSON");
    assert_eq!(number(&report, "/answers/asked"), 5.0);
    assert!(number(&report, "/sync/price_after") > number(&report, "/sync/price_before"), "{}", report["sync"]);
}

#[test]
fn a_failing_step_is_named_and_ends_with_exit_code_1() {
    let output = tempfile::tempdir().expect("a temporary folder");
    let empty = output.path().join("no programs here");
    let run = demo(output.path()).arg("--programs").arg(&empty).output().expect("the demo starts");
    assert_eq!(run.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(stderr.contains("migration 1") && stderr.contains("no programs here"), "{stderr}");
}

#[test]
fn an_endpoint_that_does_not_answer_is_named() {
    let output = tempfile::tempdir().expect("a temporary folder");
    let run = demo(output.path()).args(["--url", "http://127.0.0.1:9"]).output().expect("the demo starts");
    assert_eq!(run.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(stderr.contains("http://127.0.0.1:9"), "{stderr}");
}

#[test]
fn the_local_network_ends_cleanly_when_asked_to_or_when_its_terminal_closes() {
    let program = std::env::var_os("MODCHAINS_LOCALNET").expect("run `eval \"$(cargo xtask env)\"` first");
    for signal in ["-TERM", "-INT", "-HUP"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let state = folder.path().join("network.json");
        let mut network = Command::new(&program).arg("--state-file").arg(&state).spawn().expect("the network starts");
        wait_for(&state, &mut network);
        let sent = Command::new("kill").args([signal, &network.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        assert_eq!(network.wait().expect("the network ends").code(), Some(0), "{signal}");
        assert!(!state.exists(), "{signal} leaves the state file");
    }
}

#[test]
fn an_interrupted_demo_leaves_no_process_behind() {
    let output = tempfile::tempdir().expect("a temporary folder");
    let mut run = demo(output.path()).spawn().expect("the demo starts");
    let state = output.path().join("network.json");
    wait_for(&state, &mut run);
    let network: Value = serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
    let pid = network["pid"].as_u64().expect("the network's process id");
    let sent = Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(run.wait().expect("the demo ends").code(), Some(1));
    let deadline = Instant::now() + PATIENCE;
    while Path::new(&format!("/proc/{pid}")).exists() {
        assert!(Instant::now() < deadline, "the network is still there");
        sleep(Duration::from_millis(50));
    }
}
