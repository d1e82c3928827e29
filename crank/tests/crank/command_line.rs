//! The commands as a user runs them.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use modchains_sdk::Keypair;

use crate::fixture::{copy_of, fixture, program, scratch};

fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn infer_names_the_digit_from_inside_the_sandbox() {
    let sample = &fixture().split.held_out[0];
    let dir = fixture().exact.dir().to_str().unwrap();
    let report = json(&run(&["infer", "--bundle", dir, "--input", &hex::encode(sample.pixels), "--json"]));
    assert_eq!(report["answers"][0]["label"], sample.label.to_string());
    assert_eq!(report["sandbox"]["seccomp"], true);

    let refused = run(&["infer", "--bundle", dir, "--input", "00ff"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the model takes 64"));
}

#[test]
fn verify_prints_the_hashes_and_fails_on_a_damaged_bundle() {
    let bundle = &fixture().exact;
    let report = json(&run(&["bundle", "verify", bundle.dir().to_str().unwrap(), "--json"]));
    assert_eq!(report["manifest_sha256"], hex::encode(bundle.manifest_sha256()));
    assert_eq!(report["graph_root"], hex::encode(bundle.graph_root().unwrap()));

    let (_scratch, dir) = copy_of(bundle);
    fs::write(dir.join("CARD.md"), "other").unwrap();
    let refused = run(&["bundle", "verify", dir.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("CARD.md"));
}

/// Writes a key file and a configuration with `extra` settings in front.
pub fn write_config(dir: &Path, key_mode: u32, extra: &str) -> String {
    let key = dir.join("key.json");
    fs::write(&key, format!("{:?}", Keypair::new_from_array([7; 32]).to_bytes())).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(key_mode)).unwrap();
    let address = "11111111111111111111111111111111";
    let (dir_text, bundle) = (dir.display(), fixture().exact.dir().display());
    let text = format!(
        "rpc_url = 'http://127.0.0.1:8899'\nkeypair = '{dir_text}/key.json'\njournal = '{dir_text}/journal.db'\n{extra}\n\
         [[bundles]]\ndir = '{bundle}'\nmodel = '{address}'\n"
    );
    let path = dir.join("crank.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_sound_configuration_passes_and_the_environment_overrides_it() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let passed = run(&["check-config", "--config", &config]);
    assert!(passed.status.success(), "{}", String::from_utf8_lossy(&passed.stderr));
    let overridden = Command::new(program())
        .args(["check-config", "--config", &config])
        .env("MODCHAINS_CRANK_WORKER__THREADS", "0")
        .output()
        .unwrap();
    assert_eq!(overridden.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&overridden.stderr).contains("worker.threads: is 0, expected 1 to 512"));
}

#[test]
fn every_problem_of_a_configuration_is_reported_at_once_and_the_key_is_not_shown() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o644, "ws_url = 'http://x/'");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("http://127.0.0.1:8899", "nonsense").replace("journal.db", "absent/journal.db");
    let other = "11111111111111111111111111111111";
    let programs = format!("[programs]\nexchange = '{other}'\nvault = '{other}'\noracle = '{other}'\n");
    fs::write(&config, format!("{text}{programs}[chain]\ngenesis_hash = 'x'\n")).unwrap();
    let refused = run(&["check-config", "--config", &config]);
    let report = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    for part in [
        "8 problems",
        "rpc_url:",
        "ws_url:",
        "programs.exchange: is 1111",
        "this binary was built for",
        "MODCHAINS_ORACLE_ID",
        "chain.genesis_hash:",
        "journal:",
        "mode is 0644",
        "run `chmod 600 ",
        "[config_keypair_permissions]",
    ] {
        assert!(report.contains(part), "{part:?} is missing in: {report}");
    }
    assert!(!report.contains("7, 7"), "{report}");
}

#[test]
fn a_reader_that_has_gone_away_ends_a_command_quietly() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let bundle = fixture().exact.dir().to_str().unwrap();
    for arguments in [
        &["bundle", "verify", bundle][..],
        &["bundle", "verify", bundle, "--json"],
        &["check-config", "--config", &config],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Command::new(program()).args(arguments).stdout(writer).output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{arguments:?}: {ended:?}");
    }
}
