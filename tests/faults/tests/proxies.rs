//! What the proxies do, seen by a client that knows nothing of them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use modchains_test_faults::{Fault, FaultProxy, Lag, Rule, WebsocketProxy};
use serde_json::{Value, json};

/// Sends one call and returns status, headers and body; nothing when the connection ends without an answer.
fn call(url: &str, method: &str, params: &Value) -> Option<(u16, String, Value)> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string();
    let head = format!("POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, head.to_lowercase(), serde_json::from_str(body).unwrap_or_default()))
}

fn result(url: &str, method: &str, params: &Value) -> Value {
    call(url, method, params).unwrap().2["result"].clone()
}

/// Answers every method with a result of its own.
fn node() -> FaultProxy {
    let node = FaultProxy::start("http://127.0.0.1:1");
    node.add(Rule::on("sendTransaction", Fault::Answer(json!("sent"))));
    node.add(Rule::on("requestAirdrop", Fault::Answer(json!("airdrop"))));
    let status = json!({ "slot": 5, "confirmationStatus": "finalized", "err": null });
    node.add(Rule::on("getSignatureStatuses", Fault::Answer(json!({ "value": [status] }))));
    node.add(Rule::on("getTransaction", Fault::Answer(json!({ "slot": 5 }))));
    // The first look is the proxy's own, before it passes an airdrop on.
    let accounts = |lamports: u64| Fault::Answer(json!({ "value": [{ "lamports": lamports }] }));
    node.add(Rule::on("getMultipleAccounts", accounts(1)).times(1));
    node.add(Rule::on("getMultipleAccounts", accounts(2)));
    node.add(Rule::on("getBalance", Fault::Answer(json!({ "value": 2 }))));
    node
}

#[test]
fn faults_befall_the_calls_that_rules_name_and_no_others() {
    let node = node();
    let proxy = FaultProxy::start(&node.url());
    proxy.add(Rule::on("getBalance", Fault::too_many_requests(100)).times(1));
    proxy.add(Rule::on("getBalance", Fault::Error { code: -5, message: "no".to_owned() }).skip(1).times(1));
    proxy.add(Rule::on("sendTransaction", Fault::Drop).forwarding().times(1));
    let (status, head, _) = call(&proxy.url(), "getBalance", &json!([])).unwrap();
    assert!(status == 429 && head.contains("retry-after: 100"), "{head}");
    assert_eq!(call(&proxy.url(), "getBalance", &json!([])).unwrap().2["error"]["code"], -5);
    assert_eq!(result(&proxy.url(), "getBalance", &json!([])), json!({ "value": 2 }));
    assert!(call(&proxy.url(), "sendTransaction", &json!([])).is_none());
    assert_eq!(node.count("sendTransaction"), 1, "the endpoint got what was lost on its way back");
    assert_eq!(result(&proxy.url(), "sendTransaction", &json!([])), "sent");
    let faulty: Vec<bool> = proxy.calls().iter().map(|call| call.is_faulty).collect();
    assert_eq!(faulty, [true, true, false, true, false]);
}

#[test]
fn an_endpoint_that_is_down_is_a_bad_gateway_and_one_that_hangs_answers_late() {
    let node = node();
    assert_eq!(call(&node.url(), "unknown", &json!([])).unwrap().0, 502);
    let proxy = FaultProxy::start(&node.url());
    proxy.add(Rule::on("*", Fault::Hang(Duration::from_millis(300))));
    let asked_at = Instant::now();
    assert_eq!(result(&proxy.url(), "getBalance", &json!([])), json!({ "value": 2 }));
    assert!(asked_at.elapsed() >= Duration::from_millis(300));
    proxy.clear();
    assert_eq!(result(&proxy.url(), "requestAirdrop", &json!(["a", 1])), "airdrop");
}

#[test]
fn what_was_sent_is_processed_long_before_it_is_confirmed() {
    let node = node();
    let proxy = FaultProxy::start(&node.url());
    let hour = Duration::from_secs(3_600);
    proxy.lag(Lag { confirmed: hour, finalized: hour });
    assert_eq!(result(&proxy.url(), "requestAirdrop", &json!(["somebody", 1])), "airdrop");
    let status = || result(&proxy.url(), "getSignatureStatuses", &json!([["airdrop"]]))["value"][0].clone();
    let balance = |level: &str| {
        result(&proxy.url(), "getBalance", &json!(["somebody", { "commitment": level }]))["value"].clone()
    };
    let record = |level: &str| result(&proxy.url(), "getTransaction", &json!(["airdrop", { "commitment": level }]));
    assert_eq!(status()["confirmationStatus"], "processed");
    assert_eq!((balance("processed"), balance("confirmed")), (json!(2), json!(1)));
    assert!(record("confirmed").is_null());
    proxy.lag(Lag { confirmed: Duration::ZERO, finalized: hour });
    assert_eq!(status()["confirmationStatus"], "confirmed");
    assert_eq!((balance("confirmed"), balance("finalized")), (json!(2), json!(1)));
    assert_eq!(record("confirmed"), json!({ "slot": 5 }));
    assert!(record("finalized").is_null());
}

#[test]
fn a_websocket_falls_silent_without_closing_and_speaks_again() {
    let echo = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = WebsocketProxy::start(&echo.local_addr().unwrap().to_string());
    thread::spawn(move || {
        for mut stream in echo.incoming().flatten() {
            let mut byte = [0];
            while stream.read_exact(&mut byte).and_then(|()| stream.write_all(&byte)).is_ok() {}
        }
    });
    let address = proxy.url().trim_start_matches("ws://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let mut echoed = |wait: Duration| {
        let mut byte = [0];
        stream.set_read_timeout(Some(wait)).unwrap();
        stream.write_all(b"x").and_then(|()| stream.read_exact(&mut byte)).map(|()| byte)
    };
    assert_eq!(echoed(Duration::from_secs(60)).unwrap(), *b"x");
    proxy.silence();
    let silence = echoed(Duration::from_millis(300)).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence:?}");
    proxy.speak();
    assert_eq!(echoed(Duration::from_secs(60)).unwrap(), *b"x");
    assert_eq!(proxy.connections(), 1);
}
