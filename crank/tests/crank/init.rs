//! `init`, against a stand-in for a cluster.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use modchains_crank::config::Config;
use modchains_sdk::{Hash, address};

use crate::{
    cluster::{Cluster, model},
    command_line::write_key,
    fixture::{fixture, program, scratch},
};

/// Runs `init` in a folder and returns whether it went well and what it printed.
fn init(cluster: &Cluster, dir: &Path, bundle: &Path) -> (bool, String) {
    let output = Command::new(program())
        .args(["init", "--keypair", "key.json", "--url", &cluster.url, "--model", &model().to_string(), "--bundle"])
        .arg(bundle)
        .current_dir(dir)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&printed).into_owned())
}

#[test]
fn what_is_written_is_checked_and_never_replaced() {
    let bundle = &fixture().exact;
    let cluster = Cluster::start(bundle);
    let scratch = scratch();
    write_key(&scratch.path().join("key.json"), 0o600);
    let (went_well, printed) = init(&cluster, scratch.path(), bundle.dir());
    assert!(went_well && printed.contains("modchains-crank run --config"), "{printed}");
    assert!(!printed.contains("before it can run"), "{printed}");
    let path = scratch.path().join("crank.toml");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let config = Config::load(&path).unwrap();
    config.check().unwrap();
    assert_eq!(config.chain.genesis_hash, Some(Hash::new_from_array([3; 32]).to_string()));
    assert_eq!((config.bundles.len(), &config.bundles[0].model), (1, &model().to_string()));
    assert!(config.journal.ends_with("journal.db") && config.journal.is_absolute());

    let written = fs::read(&path).unwrap();
    let (went_well, printed) = init(&cluster, scratch.path(), bundle.dir());
    assert!(!went_well && printed.contains("exists already"), "{printed}");
    assert_eq!(fs::read(&path).unwrap(), written);
}

#[test]
fn what_the_operator_still_has_to_do_is_listed() {
    let bundle = &fixture().exact;
    let cluster = Cluster::start(bundle);
    cluster.fund(5);
    let service = address::oracle::service(&model());
    let operator = address::oracle::operator(&service, &crate::cluster::operator_address());
    cluster.state().accounts.remove(&operator.to_string());
    let scratch = scratch();
    write_key(&scratch.path().join("key.json"), 0o600);
    let (went_well, printed) = init(&cluster, scratch.path(), bundle.dir());
    assert!(went_well && scratch.path().join("crank.toml").exists(), "{printed}");
    assert!(printed.contains("holds 5") && printed.contains("modchains operator register"), "{printed}");
}

#[test]
fn another_version_than_the_services_is_refused_and_nothing_is_written() {
    let cluster = Cluster::start(&fixture().exact);
    let scratch = scratch();
    write_key(&scratch.path().join("key.json"), 0o600);
    let (went_well, printed) = init(&cluster, scratch.path(), fixture().unproven.dir());
    assert!(!went_well && printed.contains("load the bundle of that version"), "{printed}");
    assert!(!scratch.path().join("crank.toml").exists());
}
