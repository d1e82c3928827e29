//! The program as a process, without a network: exit codes, where output goes, and errors that name thing and remedy.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

/// A port that nothing listens on: loopback's discard port.
const NOBODY: &str = "http://127.0.0.1:9";
const MODEL: &str = "So11111111111111111111111111111111111111112";

fn modchains(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modchains"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("MODCHAINS_URL", NOBODY)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_generated_key_is_private_and_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("key.json");
    let path_text = path.to_str().unwrap();
    let made = modchains(home.path(), &["--json", "keygen", path_text]);
    assert!(made.status.success(), "{made:?}");
    let report: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(report["path"], path_text);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let key = fs::read(&path).unwrap();
    let again = modchains(home.path(), &["keygen", path_text]);
    assert_eq!(again.status.code(), Some(1));
    assert!(stderr(&again).contains(path_text), "{again:?}");
    assert_eq!(fs::read(&path).unwrap(), key);
}

#[test]
fn a_dead_endpoint_is_one_line_with_a_remedy_and_exit_code_1() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [&["model", "list"][..], &["balance", MODEL], &["market", "show", MODEL]] {
        let failed = modchains(home.path(), arguments);
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(failed.stdout.is_empty());
        assert_eq!(stderr(&failed).lines().count(), 1);
        assert!(stderr(&failed).contains(NOBODY) && stderr(&failed).contains("check the URL"), "{failed:?}");
    }
}

#[test]
fn errors_are_json_on_standard_error_when_json_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    for url in [NOBODY, "not a url", "http://"] {
        let failed = modchains(home.path(), &["--json", "--url", url, "market", "show", MODEL]);
        assert_eq!(failed.status.code(), Some(1), "{url}");
        assert!(failed.stdout.is_empty());
        let report: serde_json::Value = serde_json::from_slice(&failed.stderr).unwrap();
        assert_eq!(report["error"]["label"], "rpc_unreachable", "{url}");
    }
}

#[test]
fn misuse_has_an_exit_code_of_its_own_and_names_the_argument() {
    let home = tempfile::tempdir().unwrap();
    let cases = [
        (&["market", "buy", "-1", MODEL][..], "negative"),
        (&["market", "buy", "", MODEL], "empty"),
        (&["market", "buy", "1e9", MODEL], "not an amount"),
        (&["vault", "open", MODEL, "--cooldown", "soon"], "--cooldown"),
        (&["model", "version", MODEL, "--bundle-manifest-sha256", "12"], "64"),
        (&["model", "show"], "MODEL"),
        (&["model", "show", "nobody"], "nobody"),
        (&["request", "new", MODEL], "--input-hex"),
    ];
    for (arguments, named) in cases {
        let misused = modchains(home.path(), arguments);
        assert_eq!(misused.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&misused).contains(named), "{arguments:?}: {}", stderr(&misused));
    }
}

#[test]
fn help_of_every_group_works_without_a_network() {
    let home = tempfile::tempdir().unwrap();
    for group in ["model", "market", "vault", "operator", "service", "request", "usage", "fees"] {
        let help = modchains(home.path(), &[group, "--help"]);
        assert!(help.status.success() && !help.stdout.is_empty(), "{group}");
    }
    let examples = modchains(home.path(), &["--help"]);
    assert!(String::from_utf8(examples.stdout).unwrap().contains("Examples:"));
}
