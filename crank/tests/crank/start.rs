//! What `run` says when it cannot start. The endpoint is a stand-in with fixed answers, one per method.

use std::{
    net::TcpListener,
    process::{Command, Output},
};

use modchains_sdk::keys::Program;
use serde_json::{Value, json};

use crate::{
    cluster::{Answer, serve_rpc},
    command_line::write_config,
    fixture::{program, scratch},
};

/// Serves `answer(method)` on a loopback port, for as long as the test runs, and returns the URL.
fn endpoint(answer: fn(&str) -> Value) -> String {
    serve_rpc(move |method, _parameters| Answer::Result(answer(method)))
}

fn genesis() -> Value {
    json!("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG")
}

fn with_context(value: Value) -> Value {
    json!({ "context": { "slot": 1 }, "value": value })
}

/// A cluster on which nothing is deployed.
fn empty_cluster(method: &str) -> Value {
    match method {
        "getGenesisHash" => genesis(),
        "getMultipleAccounts" => with_context(json!([null, null, null])),
        other => panic!("unexpected {other}"),
    }
}

/// A cluster with the programs, on which the operator's key holds nothing.
fn cluster_without_funds(method: &str) -> Value {
    let program = json!({
        "data": ["", "base64"], "executable": true, "lamports": 1, "owner": Program::Oracle.id().to_string(),
        "rentEpoch": 0, "space": 0
    });
    match method {
        "getGenesisHash" => genesis(),
        "getMultipleAccounts" => with_context(json!([program, program, program])),
        "getAccountInfo" => with_context(Value::Null),
        other => panic!("unexpected {other}"),
    }
}

/// Starts the service against `url` and returns how it failed.
fn refused(url: &str, key_mode: u32, chain: &str) -> String {
    let scratch = scratch();
    let config = write_config(scratch.path(), key_mode, "");
    let text = std::fs::read_to_string(&config).unwrap().replace("http://127.0.0.1:8899", url);
    std::fs::write(&config, format!("{text}[chain]\nrpc_timeout_ms = 2000\n{chain}\n")).unwrap();
    let output: Output = Command::new(program()).args(["run", "--config", &config]).output().unwrap();
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(!scratch.path().join("journal.db").exists(), "nothing is written before everything is checked");
    report
}

#[test]
fn an_endpoint_that_is_down_is_named() {
    let free_port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let report = refused(&format!("http://127.0.0.1:{free_port}"), 0o600, "");
    assert!(report.contains(&free_port.to_string()) && report.contains("check the URL"), "{report}");
}

#[test]
fn another_cluster_is_refused() {
    let expected = "11111111111111111111111111111112";
    let report = refused(&endpoint(empty_cluster), 0o600, &format!("genesis_hash = '{expected}'"));
    assert!(report.contains("serves another cluster") && report.contains(expected), "{report}");
}

#[test]
fn programs_that_are_not_deployed_are_named_with_the_remedy() {
    let report = refused(&endpoint(empty_cluster), 0o600, "");
    assert!(report.contains(&Program::Exchange.id().to_string()) && report.contains("modchains-migrate"), "{report}");
}

#[test]
fn a_key_without_funds_is_told_what_to_transfer() {
    let report = refused(&endpoint(cluster_without_funds), 0o600, "");
    assert!(report.contains("holds 0") && report.contains("transfer at least 3000000 lamports"), "{report}");
}

#[test]
fn a_key_that_others_can_read_is_refused_before_anything_is_asked() {
    let report = refused(&endpoint(|method| panic!("asked for {method}")), 0o644, "");
    assert!(report.contains("chmod 600 "), "{report}");
}

#[test]
fn the_configuration_can_be_checked_without_running() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let output = Command::new(program()).args(["run", "--check-config", "--config", &config]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
