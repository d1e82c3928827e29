//! Endpoints that fail, people who send dust, and nodes that lag: a command loses nothing to any of them.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
    time::Duration,
};

use modchains_sdk::{Pubkey, address, instruction::Token, oracle::state::INPUT_BYTES_MAX};
use modchains_test_faults::{Fault, FaultProxy, Lag, Rule};
use serde_json::{Value, json};

use crate::{
    listed,
    network::{NETWORK, Person, atoms},
    registered,
};

/// A block height that is never reached.
const FAR_AHEAD: u64 = 1 << 40;
/// Fewer lamports than keep any account alive are not to be had; this many keep an empty one.
const DUST: &str = "0.001";

/// A command of `person` that talks to the network through `proxy`.
fn through(proxy: &FaultProxy, person: &Person, arguments: &[&str]) -> Command {
    let mut command = person.command(arguments);
    command.args(["--json", "--yes"]).env("MODCHAINS_URL", proxy.url());
    command
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A model with a service, and what a request costs.
fn served(name: &str) -> (Person, String) {
    let (creator, model) = listed(name);
    creator.json(&["vault", "open", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.01"]);
    (creator, model)
}

/// Sends dust to an address that nothing has been created at.
fn send_dust(stranger: &Person, address: &Pubkey) {
    stranger.json(&["airdrop", DUST, "--to", &address.to_string()]);
}

#[test]
fn dust_at_an_address_stops_nobody() {
    let (creator, model) = registered("dusty");
    let (trader, stranger) = (NETWORK.person("dusty_trader", 20), NETWORK.person("dusty_stranger", 1));
    let key = |text: &str| text.parse::<Pubkey>().unwrap();
    let (model_key, trader_key) = (key(&model), key(&trader.address));
    let vault = address::vault::vault(&model_key);
    for owner in [trader_key, key(&creator.address)] {
        send_dust(&stranger, &Token::WRAPPED_SOL.account_of(&owner));
        send_dust(&stranger, &Token::of_model(&model_key).account_of(&owner));
    }
    for future in [
        address::exchange::market(&model_key),
        address::exchange::licence(&model_key, &trader_key),
        address::exchange::model_transfer(&model_key),
        address::exchange::contributors(&model_key),
        vault,
        address::vault::position(&vault, &trader_key),
        address::oracle::service(&model_key),
        address::oracle::usage(&model_key),
        address::oracle::licence_use(&model_key, &trader_key),
        address::oracle::operator(&address::oracle::service(&model_key), &trader_key),
    ] {
        send_dust(&stranger, &future);
    }
    // Absent is what all of it still is.
    assert_eq!(trader.balance(&model).1, 0);
    for absent in [
        &["market", "show", &model][..],
        &["vault", "show", &model],
        &["service", "show", &model],
        &["model", "transfer", "show", &model],
        &["operator", "show", &model],
    ] {
        assert_eq!(trader.refused(absent).0, "account_missing", "{absent:?}");
    }
    assert!(creator.json(&["model", "show", &model])["market"].is_null());
    // And everything can be made and used.
    creator.json(&["market", "open", &model, "--virtual-reserve", "30", "--first-buy", "0.1"]);
    creator.json(&["vault", "open", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.01"]);
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["market", "sell", "10", &model]);
    trader.json(&["stake", "10", &model]);
    trader.json(&["request", "new", &model, "--input-hex", "00ff"]);
    trader.json(&["operator", "register", "1", &model]);
    creator.json(&["model", "transfer", "offer", &model, "--to", &trader.address]);
    assert_eq!(creator.json(&["model", "transfer", "show", &model])["to"], trader.address.as_str());
}

#[test]
fn one_fault_after_sending_costs_nothing_and_an_unknown_outcome_has_an_exit_code() {
    let (_, model) = listed("faulty");
    let trader = NETWORK.person("faulty_trader", 20);
    let proxy = FaultProxy::start(NETWORK.url());
    let buy = ["market", "buy", "1", &model];
    for method in ["sendTransaction", "getSignatureStatuses", "getTransaction", "getLatestBlockhash"] {
        for fault in [Fault::status(503), Fault::Drop, Fault::Answer(Value::Null)] {
            proxy.clear();
            proxy.add(Rule::on(method, fault).forwarding().times(1));
            json_of(&through(&proxy, &trader, &buy).output().unwrap());
        }
    }
    proxy.clear();
    proxy.add(Rule::on("getSignatureStatuses", Fault::status(503)));
    proxy.add(Rule::on("getBlockHeight", Fault::Answer(json!(FAR_AHEAD))));
    let (_, _, held) = trader.balance(&model);
    let unknown = through(&proxy, &trader, &buy).output().unwrap();
    assert_eq!(unknown.status.code(), Some(3), "{unknown:?}");
    let report: Value = serde_json::from_slice(&unknown.stderr).unwrap();
    assert_eq!(report["error"]["label"], "outcome_unknown");
    let signature = report["error"]["signature"].as_str().unwrap();
    assert!(report["error"]["message"].as_str().unwrap().contains(signature), "{report}");
    assert!(trader.balance(&model).2 > held, "it was bought all the same");
}

#[test]
fn a_read_that_fails_after_sending_does_not_hide_what_was_sent() {
    let (_, model) = served("unread_service");
    let operator = NETWORK.person("unread", 10);
    let proxy = FaultProxy::start(NETWORK.url());
    proxy.add(Rule::on("getAccountInfo", Fault::status(503)).after("getTransaction"));
    let registered = through(&proxy, &operator, &["operator", "register", "1", &model]).output().unwrap();
    assert_eq!(registered.status.code(), Some(3), "{registered:?}");
    let report: Value = serde_json::from_slice(&registered.stderr).unwrap();
    assert!(report["error"]["signature"].is_string(), "{report}");
    assert_eq!(atoms(&operator.json(&["operator", "show", &model])["bond"]), 1_000_000_000);
}

#[test]
fn a_request_is_named_as_soon_as_it_exists_and_waiting_survives_faults() {
    let (creator, model) = served("awaited");
    creator.json(&["operator", "register", "5", &model]);
    let requester = NETWORK.person("awaiting", 5);
    let proxy = FaultProxy::start(NETWORK.url());
    // Longer than any single question is repeated.
    proxy.add(Rule::on("getAccountInfo", Fault::status(503)).after("getTransaction").times(20));
    let mut waiting = through(&proxy, &requester, &["request", "new", &model, "--input-hex", "00ff", "--wait"]);
    let mut waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let named: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let request = named["request"].as_str().unwrap();
    assert!(waiting.try_wait().unwrap().is_none(), "it is named before anybody has answered");
    creator.answer(&model, request, &[7; 4]);
    let answered = json_of(&waiting.wait_with_output().unwrap());
    assert_eq!((&answered["request"], &answered["answer"]["output_hex"]), (&json!(request), &json!("07070707")));
}

#[test]
fn a_watch_goes_on_after_faults() {
    let (_, model) = listed("watched_through");
    let trader = NETWORK.person("watcher", 20);
    let proxy = FaultProxy::start(NETWORK.url());
    trader.json(&["market", "buy", "0.1", &model]);
    for method in ["getSignaturesForAddress", "getTransaction"] {
        proxy.add(Rule::on(method, Fault::status(503)).skip(2).times(8));
    }
    let watch = ["market", "watch", &model, "--past", "1", "--count", "2", "--interval", "200"];
    let mut watch = through(&proxy, &trader, &watch).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap()["what"].clone();
    assert_eq!(next(), "bought");
    trader.json(&["market", "sell", "1", &model]);
    assert_eq!(next(), "sold");
    assert!(watch.wait().unwrap().success());
}

#[test]
fn no_refused_request_leaves_sol_in_another_form() {
    let (_, model) = served("refusing");
    let requester = NETWORK.person("refused", 5);
    let longest = usize::from(INPUT_BYTES_MAX);
    let input = |bytes: usize| "5a".repeat(bytes);
    for (bytes, more) in [
        (longest, &["--max-wait", "2h", "--tip", "0.5"][..]),
        (longest, &["--tip", "0.5"]),
        (64, &["--max-wait", "2h", "--tip", "0.5"]),
        (longest + 1, &[]),
    ] {
        let input = input(bytes);
        let before = requester.balance(&model);
        let line = [&["request", "new", &model, "--input-hex", &input][..], more].concat();
        let (label, message) = requester.refused(&line);
        assert_eq!(requester.balance(&model), before, "{bytes} {label}: {message}");
        assert!(message.contains("; "), "no remedy in {message}");
    }
    // What leaves no room for wrapping is paid with SOL that is wrapped already.
    requester.json(&["wrap", "0.1"]);
    requester.json(&["request", "new", &model, "--input-hex", &input(longest)]);
    assert_eq!(requester.balance(&model).1, 90_000_000);
}

#[test]
fn an_airdrop_is_there_for_the_next_command_on_a_node_that_lags() {
    let person = NETWORK.person("patient", 1);
    let proxy = FaultProxy::start(NETWORK.url());
    proxy.lag(Lag { confirmed: Duration::from_secs(3), finalized: Duration::from_secs(3_600) });
    let airdrop = json_of(&through(&proxy, &person, &["airdrop", "2"]).output().unwrap());
    assert_eq!(atoms(&airdrop["balance"]), 3_000_000_000, "{airdrop}");
    let balance = json_of(&through(&proxy, &person, &["balance"]).output().unwrap());
    assert_eq!(atoms(&balance["sol"]), 3_000_000_000);
}

#[test]
fn a_secret_in_the_url_is_never_shown() {
    const SECRET: &str = "SECRET-KEY-OF-THE-ENDPOINT";
    let (_, model) = listed("secretive");
    let trader = NETWORK.person("secretive_trader", 5);
    let proxy = FaultProxy::start(NETWORK.url());
    let url = format!("{}/?api-key={SECRET}", proxy.url());
    let run = |arguments: &[&str]| {
        let output = trader.command(arguments).env("MODCHAINS_URL", &url).output().unwrap();
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).unwrap();
        assert!(!shown.contains(SECRET), "{arguments:?}: {shown}");
        shown
    };
    assert!(run(&["market", "show", &model]).contains("backing"));
    run(&["--help"]);
    run(&["market", "buy", "--help"]);
    run(&["market", "buy", "one", &model]);
    for fault in [Fault::status(401), Fault::status(503), Fault::Drop, Fault::Answer(json!(7))] {
        proxy.clear();
        proxy.add(Rule::on("*", fault));
        assert!(run(&["market", "show", &model]).contains("error: "));
        run(&["market", "show", &model, "--json"]);
    }
}
