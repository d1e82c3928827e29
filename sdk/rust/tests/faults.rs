//! The client loses nothing: whatever an endpoint does between a question and its answer, what was sent is found again,
//! nothing waits for longer than it may, and no secret is shown. On a local network, through a proxy that fails.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use modchains_sdk::{
    Keypair, Pubkey, Result, SdkError, Signer,
    client::{Client, ClientOptions},
    decode::Receipt,
    instruction::token::transfer_sol,
};
use modchains_test_faults::{Fault, FaultProxy, Lag, LocalNetwork, Rule};
use serde_json::json;

/// One SOL.
const SOL: u64 = 1_000_000_000;
/// What the payments of these tests pay.
const PAID: u64 = SOL / 10;
/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_secs(60);
/// A block height that is never reached.
const FAR_AHEAD: u64 = 1 << 40;

static NETWORK: LazyLock<LocalNetwork> = LazyLock::new(LocalNetwork::start);

/// Somebody with SOL who pays somebody new through a proxy.
struct Payment {
    proxy: FaultProxy,
    client: Client,
    payer: Keypair,
    to: Pubkey,
}

impl Payment {
    async fn new() -> Self {
        Self::with(ClientOptions::default()).await
    }

    async fn with(options: ClientOptions) -> Self {
        let proxy = FaultProxy::start(NETWORK.url());
        let client = Client::connect_with(&proxy.url(), &options).await.unwrap();
        let payer = Keypair::new();
        let airdrop = client.request_airdrop(&payer.pubkey(), SOL).await.unwrap();
        assert!(client.await_settled(&airdrop, PATIENCE).await.is_some_and(|settled| settled.error.is_none()));
        Self { proxy, client, payer, to: Pubkey::new_unique() }
    }

    async fn pay(&self) -> Result<Receipt> {
        let transfer = transfer_sol(&self.payer.pubkey(), &self.to, PAID);
        self.client.send(&[transfer], &[&self.payer]).await
    }

    async fn paid(&self) -> u64 {
        self.proxy.clear();
        self.client.lamports(&self.to).await.unwrap()
    }

    /// Everything that was handed over, each once.
    fn transactions(&self) -> Vec<serde_json::Value> {
        let sent = self.proxy.calls().into_iter().filter(|call| call.method == "sendTransaction");
        let mut sent: Vec<_> = sent.map(|call| call.params[0].clone()).collect();
        sent.dedup();
        sent
    }
}

fn refusal(code: i64, message: &str) -> Fault {
    Fault::Error { code, message: message.to_owned() }
}

#[tokio::test]
async fn faults_after_sending_lose_nothing_and_pay_once() {
    let faults = [
        Fault::status(503),
        Fault::status(502),
        Fault::Drop,
        Fault::Answer(json!(null)),
        Fault::Answer(json!("nonsense")),
        refusal(-32_005, "node is behind"),
        refusal(-32_603, "Internal error"),
        Fault::too_many_requests(100),
    ];
    let methods = ["sendTransaction", "getSignatureStatuses", "getTransaction", "getBlockHeight"];
    for fault in &faults {
        for method in methods {
            let payment = Payment::new().await;
            // More often than a question is repeated.
            payment.proxy.add(Rule::on(method, fault.clone()).after("simulateTransaction").forwarding().times(5));
            let receipt = payment.pay().await.unwrap_or_else(|error| panic!("{method} {fault:?}: {error}"));
            assert_eq!(receipt.error, None);
            assert_eq!(payment.transactions().len(), 1, "{method} {fault:?}: the same bytes every time");
            assert_eq!(payment.paid().await, PAID, "{method} {fault:?}");
        }
    }
}

#[tokio::test]
async fn what_the_endpoint_never_got_is_sent_again_while_it_is_valid() {
    let payment = Payment::new().await;
    payment.proxy.add(Rule::on("sendTransaction", Fault::status(503)).times(2));
    payment.pay().await.unwrap();
    assert_eq!((payment.proxy.count("sendTransaction") >= 3, payment.transactions().len()), (true, 1));
    assert_eq!(payment.paid().await, PAID);
}

#[tokio::test]
async fn an_outcome_that_the_endpoint_does_not_tell_is_unknown_and_names_the_signature() {
    let payment = Payment::new().await;
    payment.proxy.add(Rule::on("getSignatureStatuses", Fault::status(503)).after("sendTransaction"));
    payment.proxy.add(Rule::on("getBlockHeight", Fault::Answer(json!(FAR_AHEAD))));
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(error, SdkError::OutcomeUnknown { .. }), "{error}");
    let signature = *error.sent_signature().unwrap();
    assert!(error.to_string().starts_with(&format!("sent, outcome unknown: {signature}")), "{error}");
    assert_eq!(payment.paid().await, PAID, "it was paid all the same");
    assert!(payment.client.transaction(&signature).await.unwrap().is_some());
}

#[tokio::test]
async fn an_endpoint_that_goes_silent_is_given_up_in_time() {
    let options = ClientOptions {
        timeout: Duration::from_secs(1),
        outcome_wait: Duration::from_secs(3),
        ..ClientOptions::default()
    };
    let payment = Payment::with(options).await;
    for method in ["getSignatureStatuses", "getBlockHeight"] {
        payment.proxy.add(Rule::on(method, Fault::Hang(PATIENCE)).after("sendTransaction"));
    }
    let asked_at = Instant::now();
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(error, SdkError::OutcomeUnknown { .. }), "{error}");
    assert!(asked_at.elapsed() < PATIENCE, "{:?}", asked_at.elapsed());
}

#[tokio::test]
async fn a_success_without_a_record_is_no_failure() {
    let payment = Payment::new().await;
    payment.proxy.add(Rule::on("getTransaction", Fault::Answer(json!(null))));
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(error, SdkError::Unrecorded { .. }), "{error}");
    assert!(error.sent_signature().is_some() && error.to_string().contains("do not send it again"), "{error}");
    assert_eq!(payment.paid().await, PAID);
}

#[tokio::test]
async fn what_lapsed_without_landing_is_told_from_what_is_unknown() {
    let payment = Payment::new().await;
    // Taken, and lost before any leader saw it.
    let taken = Fault::Answer(json!(modchains_sdk::Signature::default().to_string()));
    payment.proxy.add(Rule::on("sendTransaction", taken));
    payment.proxy.add(Rule::on("getBlockHeight", Fault::Answer(json!(FAR_AHEAD))));
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(error, SdkError::Expired { .. }), "{error}");
    assert_eq!(payment.paid().await, 0);
}

/// An internal error says nothing of the transaction: a provider answers it also when its node took the bytes.
#[tokio::test]
async fn an_internal_error_is_waited_out_and_told_if_it_stays() {
    let payment = Payment::new().await;
    payment.proxy.add(Rule::on("sendTransaction", refusal(-32_603, "the node behind us is gone")));
    payment.proxy.add(Rule::on("getBlockHeight", Fault::Answer(json!(FAR_AHEAD))));
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(error, SdkError::Expired { .. }), "nothing can land any more: {error}");
    assert!(error.to_string().contains("the node behind us is gone"), "{error}");
    assert_eq!(payment.paid().await, 0);
    // A question is asked three times and no more, and what asks for something once.
    for (method, times) in [("getAccountInfo", 3), ("getLatestBlockhash", 3), ("requestAirdrop", 1)] {
        payment.proxy.clear();
        payment.proxy.add(Rule::on(method, refusal(-32_603, "Internal error")));
        let before = payment.proxy.count(method);
        let refused = match method {
            "getAccountInfo" => payment.client.lamports(&payment.to).await.unwrap_err(),
            "getLatestBlockhash" => payment.client.latest_blockhash().await.unwrap_err(),
            _ => payment.client.request_airdrop(&payment.to, SOL).await.unwrap_err(),
        };
        assert!(matches!(&refused, SdkError::RpcRefused { code: Some(-32_603), .. }), "{method}: {refused}");
        assert_eq!(payment.proxy.count(method) - before, times, "{method}");
    }
}

#[tokio::test]
async fn a_transaction_that_the_endpoint_refuses_was_not_sent() {
    let payment = Payment::new().await;
    payment.proxy.add(Rule::on("sendTransaction", refusal(-32_602, "invalid transaction")));
    let error = payment.pay().await.unwrap_err();
    assert!(matches!(&error, SdkError::RpcRefused { reason, .. } if reason == "invalid transaction"), "{error}");
    assert_eq!((payment.proxy.count("sendTransaction"), payment.paid().await), (1, 0));
}

#[tokio::test]
async fn one_fault_stops_no_question_and_a_refusal_is_not_repeated() {
    let payment = Payment::new().await;
    let internal = refusal(-32_603, "Internal error");
    let faults = [Fault::status(503), Fault::Drop, Fault::Answer(json!(null)), Fault::too_many_requests(100), internal];
    for fault in faults {
        payment.proxy.clear();
        payment.proxy.add(Rule::on("getAccountInfo", fault.clone()).times(1));
        let asked_at = Instant::now();
        assert_eq!(payment.client.lamports(&payment.payer.pubkey()).await.unwrap(), SOL, "{fault:?}");
        assert!(asked_at.elapsed() < PATIENCE, "nobody waits for as long as the endpoint likes");
    }
    payment.proxy.clear();
    payment.proxy.add(Rule::on("getAccountInfo", refusal(-32_602, "no")));
    let before = payment.proxy.count("getAccountInfo");
    assert!(payment.client.lamports(&payment.to).await.is_err());
    assert_eq!(payment.proxy.count("getAccountInfo") - before, 1);
}

#[tokio::test]
async fn every_question_is_bounded_whatever_the_endpoint_asks_for() {
    let timeout = Duration::from_secs(2);
    let payment = Payment::with(ClientOptions { timeout, ..ClientOptions::default() }).await;
    for fault in [Fault::too_many_requests(100), Fault::Hang(PATIENCE), Fault::status(503)] {
        payment.proxy.clear();
        payment.proxy.add(Rule::on("*", fault.clone()));
        let asked_at = Instant::now();
        assert!(payment.client.latest_blockhash().await.unwrap_err().is_transient(), "{fault:?}");
        assert!(payment.pay().await.is_err());
        // Two questions, with room for a machine that is busy.
        assert!(asked_at.elapsed() < PATIENCE / 2, "{fault:?} took {:?}", asked_at.elapsed());
    }
}

#[tokio::test]
async fn a_transaction_counts_once_what_is_read_afterwards_shows_it() {
    let payment = Payment::new().await;
    let lag = Duration::from_secs(2);
    payment.proxy.lag(Lag { confirmed: lag, finalized: PATIENCE });
    let sent_at = Instant::now();
    payment.pay().await.unwrap();
    assert!(sent_at.elapsed() >= lag, "processed is not confirmed");
    assert_eq!(payment.client.lamports(&payment.to).await.unwrap(), PAID);
    let airdrop = payment.client.request_airdrop(&payment.to, SOL).await.unwrap();
    assert!(payment.client.await_settled(&airdrop, PATIENCE).await.is_some());
    assert_eq!(payment.client.lamports(&payment.to).await.unwrap(), SOL + PAID);
}

#[tokio::test]
async fn no_error_shows_more_of_an_endpoint_than_its_host() {
    const SECRET: &str = "SECRET-KEY-OF-THE-ENDPOINT";
    let proxy = FaultProxy::start("http://127.0.0.1:1");
    let port_of_nobody = "http://127.0.0.1:1";
    let faults = [
        Fault::status(401),
        Fault::status(503),
        Fault::Drop,
        Fault::Answer(json!(null)),
        refusal(-32_602, &format!("the key {SECRET} is unknown at http://h/?api-key={SECRET}")),
        Fault::Http { status: 200, headers: Vec::new(), body: format!("<a href=http://h/{SECRET}>") },
    ];
    for fault in faults {
        proxy.clear();
        proxy.add(Rule::on("*", fault.clone()));
        for base in [proxy.url(), port_of_nobody.to_owned()] {
            let host = base.strip_prefix("http://").unwrap();
            for url in [
                format!("{base}/?api-key={SECRET}"),
                format!("{base}/{SECRET}/v2"),
                format!("http://user:{SECRET}@{host}"),
            ] {
                let Err(error) = Client::connect(&url).await else { panic!("connected to {url}") };
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(SECRET), "{fault:?}: {shown}");
                assert!(shown.contains("127.0.0.1") || error.label() == "rpc_refused", "{fault:?}: {shown}");
            }
        }
    }
}
