//! From a bundle to an answer that a person can read.

use std::path::Path;

use serde_json::Value;

use crate::{
    bundle::Bundle,
    listed,
    network::{NETWORK, Person, atoms, eventually, serve_manifest},
};

fn launch<'a>(bundle: &'a Bundle, uri: &'a str) -> Vec<&'a str> {
    let terms =
        ["--symbol", "NUM", "--uri", "https://modchains.example/n.json", "--virtual-reserve", "30", "--fee", "0.05"];
    [&["launch", bundle.path(), "--bundle-uri", uri][..], &terms].concat()
}

fn states(report: &Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect()
}

fn fees(report: &Value) -> u64 {
    report["transactions"].as_array().unwrap().iter().map(|sent| atoms(&sent["network_fee"])).sum()
}

fn sol(person: &Person) -> u64 {
    atoms(&person.json(&["balance"])["sol"])
}

#[test]
fn a_launch_costs_what_it_says_and_is_done_once() {
    let creator = NETWORK.person("launcher", 5);
    let bundle = Bundle::write("launched");
    let line = launch(&bundle, "https://modchains.example/launched/");
    assert_eq!(creator.refused_unasked(&line).0, "not_confirmed");
    let before = sol(&creator);
    let launched = creator.json(&line);
    assert_eq!(states(&launched), ["to do"; 5]);
    let rent: u64 = launched["steps"].as_array().unwrap().iter().map(|step| atoms(&step["rent"])).sum();
    assert_eq!(sol(&creator), before - rent - fees(&launched), "{launched}");
    assert!(before - sol(&creator) <= atoms(&launched["cost_at_most"]));

    let model = launched["model"].as_str().unwrap();
    let shown = creator.json(&["model", "show", model]);
    let version = &shown["versions"][0];
    assert_eq!(version["bundle_manifest_sha256"], bundle.manifest_sha256.as_str());
    assert_eq!(version["graph_root"], bundle.graph_root.as_str());
    for key in ["market", "vault", "service"] {
        assert_eq!(shown[key], launched[key], "{key}");
    }
    let service = creator.json(&["service", "show", model]);
    assert_eq!((service["input_bytes_max"].as_u64(), service["output_bytes_max"].as_u64()), (Some(4), Some(16)));

    let before = sol(&creator);
    let again = creator.json(&line);
    assert_eq!((states(&again), again.get("transactions")), (vec!["done before".to_owned(); 5], None));
    assert_eq!(sol(&creator), before);
}

#[test]
fn a_launch_goes_on_where_it_was_stopped() {
    let creator = NETWORK.person("stopper", 5);
    let bundle = Bundle::write("stopped");
    let line = launch(&bundle, "https://modchains.example/stopped/");
    let mut running = creator.command(&line).args(["--yes"]).spawn().unwrap();
    eventually("the first step", || {
        let shown = creator.command(&["model", "show", "--name", "stopped"]).output().unwrap();
        shown.status.success()
    });
    running.kill().unwrap();
    running.wait().unwrap();
    // What was under way may still land, so that a step is done that was looked for too early.
    eventually("the rest", || creator.command(&line).arg("--yes").output().unwrap().status.success());
    let done = creator.json(&line);
    assert_eq!(states(&done), ["done before"; 5]);
    assert_eq!(creator.json(&["model", "show", "--name", "stopped"])["versions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_launch_that_cannot_end_does_not_begin() {
    let bundle = Bundle::write("unlaunched");
    let poor = NETWORK.person("poor", 1);
    poor.json(&["wrap", "0.98"]);
    let uri = "https://modchains.example/unlaunched/";
    let before = sol(&poor);
    let (label, message) = poor.refused(&launch(&bundle, uri));
    assert_eq!(label, "balance_too_small", "{message}");
    let creator = NETWORK.person("unlucky", 5);
    for (from, to) in [("30", "0.0000001"), ("0.05", "0"), ("NUM", "A SYMBOL TOO LONG"), (uri, "a\u{202e}b")] {
        let line: Vec<&str> =
            launch(&bundle, uri).into_iter().map(|word| if word == from { to } else { word }).collect();
        let (label, message) = creator.refused(&line);
        assert_eq!(label, "unfit", "{message}");
    }
    bundle.edit("CARD.md", "unlaunched", "damaged!!!");
    assert_eq!(creator.refused(&launch(&bundle, uri)).0, "bundle_hash_mismatch");
    assert_eq!((sol(&poor), sol(&creator)), (before, 5_000_000_000));
}

#[test]
fn a_version_takes_its_hashes_from_a_bundle_that_is_checked() {
    let (creator, model) = listed("versioned");
    let bundle = Bundle::write("versioned");
    let uri = ["--uri", "https://modchains.example/versioned/"];
    let publish = [&["model", "publish", &model, "--bundle", bundle.path()][..], &uri].concat();
    let published = creator.json(&publish);
    let shown = creator.json(&["model", "show", &model]);
    let version = &shown["versions"].as_array().unwrap()[1];
    assert_eq!(published["index"], version["index"]);
    assert_eq!(version["bundle_manifest_sha256"], bundle.manifest_sha256.as_str());
    assert_eq!(
        (version["graph_root"].as_str(), version["numeric_class"].as_str()),
        (Some(&*bundle.graph_root), Some("exact"))
    );

    let refused = |label: &str| {
        let (found, message) = creator.refused(&publish);
        assert_eq!(found, label, "{message}");
        assert!(!message.contains('\u{1b}'), "{message}");
    };
    bundle.edit("model.toml", "version = \"1.0\"", "version = \"1.0\\u001b[2K\"");
    refused("bundle_manifest_invalid");
    bundle.edit("model.toml", "version = \"1.0\\u001b[2K\"", "version = \"1.0\"");
    let root = bundle.graph_root.clone();
    bundle.edit("model.toml", &root, &"ab".repeat(32));
    refused("bundle_graph_root_mismatch");
    bundle.edit("model.toml", &"ab".repeat(32), &root);
    let both = [&publish[..], &["--graph-root", &root]].concat();
    assert_eq!(creator.command(&both).output().unwrap().status.code(), Some(2));
    assert_eq!(creator.json(&["model", "show", &model])["versions"].as_array().unwrap().len(), 2);
}

#[test]
fn an_answer_is_a_label_and_how_sure_the_model_is() {
    let bundle = Bundle::write("answered");
    // Two looks fetch it: one for people and one for scripts.
    let uri = serve_manifest(Path::new(bundle.path()), 2);
    let creator = NETWORK.person("answerer", 20);
    let operator = NETWORK.person("answering", 20);
    let launched = creator.json(&launch(&bundle, &uri));
    let model = launched["model"].as_str().unwrap();
    operator.json(&["operator", "register", "10", model]);
    let asked = creator.json(&["request", "new", model, "--input-hex", "00010203"]);
    let request = asked["request"].as_str().unwrap();
    let output = [1, -500, 1_500, 500].map(i32::to_le_bytes).concat();
    operator.answer(model, request, &output);

    let text = creator.text(&["request", "show", request]);
    assert!(text.contains("eight (66.5 % sure)") && text.contains(&hex::encode(&output)), "{text}");
    let shown = creator.json(&["request", "show", request]);
    assert_eq!(
        (shown["answer"]["label"].as_str(), shown["answer"]["confidence"]["ppm"].as_u64()),
        (Some("eight"), Some(665_241))
    );
    // The server is gone: the answer is still shown, and why it cannot be read.
    let unread = creator.json(&["request", "show", request]);
    assert_eq!(unread["answer"], Value::Null);
    assert!(unread["answer_not_read_because"].as_str().unwrap().contains("--bundle"), "{unread}");
    let raw = creator.json(&["request", "show", request, "--raw"]);
    assert_eq!((raw.get("answer"), &raw["output_hex"]), (None, &unread["output_hex"]));
    let local = creator.json(&["request", "show", request, "--bundle", bundle.path()]);
    assert_eq!(local["answer"], shown["answer"]);
    let other = Bundle::write("another");
    let (label, _) = creator.refused(&["request", "show", request, "--bundle", other.path()]);
    assert_eq!(label, "bundle_address_mismatch");
}
