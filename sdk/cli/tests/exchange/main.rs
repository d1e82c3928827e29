//! The exchange from a shell, over JSON-RPC, on a local network with the compiled programs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed expectation is a failed test")]

mod authority;
mod bundle;
mod consent;
mod faults;
mod instructions;
mod launch;
mod market;
mod names;
mod network;
mod portfolio;
mod refusals;
mod registry;
mod requests;
mod vault;
mod wallet;

use network::{NETWORK, Person};

/// A digest that stands for a file's.
const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A creator with 50 SOL who has registered `name` with a version, and the model's address.
fn registered(name: &str) -> (Person, String) {
    let creator = NETWORK.person(name, 50);
    let uri = "https://modchains.example/model.json";
    let image = "https://modchains.example/model.png";
    let made = creator.json(&["model", "new", "--name", name, "--symbol", "TOK", "--uri", uri, "--image", image]);
    let model = made["model"].as_str().unwrap().to_owned();
    let hashes = ["--bundle-manifest-sha256", HASH, "--weights-sha256", HASH, "--graph-root", HASH];
    let version = [&["model", "publish", &model, "--numeric-class", "exact", "--uri", uri][..], &hashes].concat();
    creator.json(&version);
    (creator, model)
}

/// As [`registered`], with an open market against SOL that has no launch protection.
fn listed(name: &str) -> (Person, String) {
    let (creator, model) = registered(name);
    creator.json(&["market", "open", &model, "--virtual-reserve", "30"]);
    (creator, model)
}
