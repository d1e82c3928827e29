//! What the client says of endpoints that are down, wrong, or on another cluster.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use modchains_sdk::{
    Hash, Pubkey, SdkError, address,
    client::{Client, ClientOptions},
};

const GENESIS: &str = "5XGt6Ce4MVQWrvtqgSJsKsQsKrArNWVCB6zdwUTfUorH";

/// Serves `answer(method)` as the body of every request, on a free loopback port, until the test ends.
fn endpoint(answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that hangs up ends its own connection only.
            thread::spawn(move || serve(connection, answer).ok());
        }
    });
    url
}

fn serve(mut connection: TcpStream, answer: fn(&str) -> String) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let method = body.split("\"method\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let reply = answer(method);
        write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{reply}", reply.len())?;
    }
}

fn result(value: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":0,"result":{value}}}"#)
}

/// A cluster on which nothing exists but one foreign account at every address whose request is for a single one.
fn cluster(method: &str) -> String {
    match method {
        "getGenesisHash" => result(&format!("\"{GENESIS}\"")),
        "getAccountInfo" => result(
            r#"{"context":{"slot":7},"value":{"lamports":1,"data":["AAAA","base64"],"owner":"11111111111111111111111111111111","executable":false,"rentEpoch":0,"space":3}}"#,
        ),
        _ => r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"Method not found"}}"#.to_owned(),
    }
}

fn empty_cluster(method: &str) -> String {
    match method {
        "getAccountInfo" => result(r#"{"context":{"slot":7},"value":null}"#),
        other => cluster(other),
    }
}

async fn refused(url: &str, options: &ClientOptions) -> SdkError {
    match Client::connect_with(url, options).await {
        Ok(_) => panic!("connected to {url}"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let error = refused(&url, &ClientOptions::default()).await;
    assert_eq!(error.label(), "rpc_unreachable");
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test]
async fn something_that_is_no_endpoint_is_refused() {
    let url = endpoint(|_| "<html>hello</html>".to_owned());
    let label = refused(&url, &ClientOptions::default()).await.label();
    assert!(["rpc_refused", "rpc_unreachable"].contains(&label), "{label}");
    assert_eq!(refused("no url", &ClientOptions::default()).await.label(), "rpc_unreachable");
}

#[tokio::test]
async fn another_cluster_is_refused_and_the_expected_one_is_not() {
    let url = endpoint(cluster);
    let expecting = |hash| ClientOptions { genesis_hash: Some(hash), ..ClientOptions::default() };
    let error = refused(&url, &expecting(Hash::default())).await;
    assert!(matches!(&error, SdkError::WrongCluster { found, .. } if found == GENESIS), "{error}");
    assert!(Client::connect_with(&url, &expecting(GENESIS.parse().unwrap())).await.is_ok());
}

#[tokio::test]
async fn a_missing_account_is_told_from_a_foreign_one_and_from_silence() {
    let model = Pubkey::new_unique();
    let client = Client::connect(&endpoint(empty_cluster)).await.unwrap();
    let error = client.market(&model).await.unwrap_err();
    let market = address::exchange::market(&model);
    assert!(matches!(error, SdkError::AccountMissing { what: "market", address } if address == market));
    assert_eq!(client.lamports(&model).await.unwrap(), 0);

    let client = Client::connect(&endpoint(cluster)).await.unwrap();
    let error = client.market(&model).await.unwrap_err();
    assert!(matches!(error, SdkError::NotOwned { what: "market", owner, .. } if owner == address::SYSTEM_PROGRAM));

    let error = client.accounts(&[model]).await.unwrap_err();
    assert!(matches!(&error, SdkError::RpcRefused { method, .. } if method == "getMultipleAccounts"), "{error}");
}
