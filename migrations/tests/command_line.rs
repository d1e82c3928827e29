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
fn an_error_without_a_reader_is_an_exit_code_and_no_panic() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut failing = Command::new(env!("CARGO_BIN_EXE_modchains-migrate"));
    let failed = failing.args(["--only", "9999"]).stderr(writer).status().unwrap();
    assert_eq!(failed.code(), Some(1));
}
