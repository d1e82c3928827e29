//! The program as a process, without a network.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{io, process::Command};

#[test]
fn a_reader_that_has_gone_away_ends_the_program_quietly() {
    for arguments in [&["config"][..], &["--help"]] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let ended =
            Command::new(env!("CARGO_BIN_EXE_modchains-migrate")).args(arguments).stdout(writer).output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_key_in_a_url_is_shown_by_no_error_and_no_help() {
    const URL: &str = "http://127.0.0.1:1/v2/SECRET-KEY?api-key=SECRET-KEY";
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    modchains_sdk::keys::save(&key, &modchains_sdk::Keypair::new()).unwrap();
    let by_option = ["--url", URL];
    for (arguments, is_wrong) in [
        (&["--help"][..], false),
        (&["metadata", "publish", "--help"], false),
        (&["status"], true),
        (&["status", "--json"], true),
        (&["metadata", "publish", "--dry-run"], true),
        (&["status", URL], true),
        (&["--only", URL], true),
        (&["--genesis-hash", URL], true),
    ] {
        for by_variable in [true, false] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_modchains-migrate"));
            command.args(arguments).arg("--keypair").arg(&key).env_remove("MODCHAINS_RPC_URL");
            let ended =
                if by_variable { command.env("MODCHAINS_RPC_URL", URL) } else { command.args(by_option) }.output();
            let ended = ended.unwrap();
            let shown = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
            assert!(!shown.contains("SECRET") && !shown.is_empty(), "{arguments:?}: {shown}");
            assert_eq!(ended.status.success(), !is_wrong, "{arguments:?}: {shown}");
        }
    }
}

#[test]
fn an_error_without_a_reader_is_an_exit_code_and_no_panic() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut failing = Command::new(env!("CARGO_BIN_EXE_modchains-migrate"));
    let failed = failing.args(["--only", "9999"]).stderr(writer).status().unwrap();
    assert_eq!(failed.code(), Some(1));
}
