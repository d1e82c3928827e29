//! The program as a process, without a network: exit codes, where output goes, and errors that name thing and remedy.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

/// A port that nothing listens on: loopback's discard port.
const NOBODY: &str = "http://127.0.0.1:9";
const MODEL: &str = "So11111111111111111111111111111111111111112";

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modchains"));
    command.args(arguments).env_clear().env("HOME", home).env("MODCHAINS_URL", NOBODY).stdin(Stdio::null());
    command
}

fn modchains(home: &Path, arguments: &[&str]) -> Output {
    command(home, arguments).output().unwrap()
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
        (&["model", "publish", MODEL, "--bundle-manifest-sha256", "12"], "64"),
        (&["model", "show"], "MODEL"),
        (&["request", "new", MODEL], "--input-hex"),
        (&["claim"], "MODEL"),
        (&["portfolio", "--last", "0"], "--last"),
    ];
    for (arguments, named) in cases {
        let misused = modchains(home.path(), arguments);
        assert_eq!(misused.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&misused).contains(named), "{arguments:?}: {}", stderr(&misused));
    }
}

#[test]
fn misuse_is_json_when_json_is_asked_for_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let cases = [
        (&["--json", "market", "buy", "-1", MODEL][..], "negative"),
        (&["market", "buy", "-1", MODEL, "--json"], "negative"),
        (&["request", "new", MODEL, "--input-hex", "00", "--max-wait", "-5", "--json"], "not a time"),
        (&["market", "open", MODEL, "--virtual-reserve", "-30", "--json"], "negative"),
        (&["--json", "vault", "open", MODEL, "--cooldown", "-1"], "not a time"),
        (&["--json", "market", "buy", "1", MODEL, "--slippage", "-1"], "negative"),
        (&["--json", "market", "chart", MODEL, "--last", "-1"], "-1"),
        (&["--json", "model", "show"], "MODEL"),
        (&["--json", "model", "show", MODEL, "--nonsense"], "--nonsense"),
        (&["--json", "nonsense"], "nonsense"),
        (&["--json"], "subcommand"),
        (&["--json", "market"], "subcommand"),
    ];
    for (arguments, named) in cases {
        let misused = modchains(home.path(), arguments);
        assert_eq!(misused.status.code(), Some(2), "{arguments:?}");
        assert!(misused.stdout.is_empty(), "{arguments:?}");
        let report: serde_json::Value = serde_json::from_slice(&misused.stderr).unwrap();
        assert_eq!(report["error"]["label"], "misuse", "{arguments:?}");
        let message = report["error"]["message"].as_str().unwrap();
        assert!(message.contains(named) && !message.contains('\n'), "{arguments:?}: {message}");
    }
    let help = modchains(home.path(), &["--json", "market", "--help"]);
    assert!(help.status.success() && help.stderr.is_empty() && !help.stdout.is_empty());
}

#[test]
fn a_reader_that_has_gone_away_ends_a_command_quietly() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("key.json");
    for arguments in [&["keygen", path.to_str().unwrap()][..], &["--help"], &["market", "--help"]] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let ended = command(home.path(), arguments).stdout(writer).output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{arguments:?}: {ended:?}");
    }
    for (arguments, code) in [(&["model", "list"][..], 1), (&["nonsense"], 2), (&["--json", "market", "buy"], 2)] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let ended = command(home.path(), arguments).stderr(writer).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {ended:?}");
    }
}

/// Text that would erase a line, show a word backwards, and start a line of its own.
const HOSTILE: &str = "a\u{1b}[2K\u{9b}2K\u{202e}\nb";

fn assert_harmless(output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(text).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn what_an_endpoint_says_cannot_steer_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    let error = serde_json::json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": -32_000, "message": HOSTILE } });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            let body = error.to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    for more in [&[][..], &["--json"]] {
        let failed = modchains(home.path(), &[&["model", "list", "--url", &url][..], more].concat());
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(stderr(&failed).contains("[2K") && stderr(&failed).lines().count() == 1, "{failed:?}");
        assert_harmless(&failed);
    }
    asked.join().unwrap();
}

#[test]
fn a_hostile_argument_is_shown_without_its_effect() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["market", "buy", HOSTILE, MODEL][..],
        &["--json", "market", "buy", HOSTILE, MODEL],
        &["keygen", &format!("{HOSTILE}/key.json")],
        &["--url", HOSTILE, "model", "list"],
    ] {
        let failed = modchains(home.path(), arguments);
        assert!(!failed.status.success());
        assert_harmless(&failed);
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

#[test]
fn a_misused_url_is_not_told_with_its_key() {
    let home = tempfile::tempdir().unwrap();
    let url = "https://rpc.example.org/v2/SECRET-KEY?api-key=SECRET-KEY";
    for misuse in [&[url][..], &["market", "show", url, url], &["--commitment", url, "balance"], &["airdrop", url]] {
        for form in [&[][..], &["--json"]] {
            let refused = modchains(home.path(), &[misuse, form].concat());
            assert_eq!(refused.status.code(), Some(2), "{misuse:?}: {refused:?}");
            let told = stderr(&refused);
            assert!(told.contains("https://rpc.example.org") && !told.contains("SECRET"), "{misuse:?}: {told}");
        }
    }
}

/// A folder with a graph: four inputs for each unit, three sums of them.
fn graph() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let structure = r#"{"format":2,"nodes":[
{"op":"input","kind":"int8","rows":[0,1],"columns":[4,0],"encoding":"u8","low":0,"high":16,"sizes":[1,5]},
{"op":"affine","kind":"int32","inputs":[0],"rows":[0,1],"columns":[3,0],"weights":"sums"}
]}"#;
    let header = r#"{"sums":{"dtype":"I8","shape":[3,4],"data_offsets":[0,12]},"sums.bias":{"dtype":"I32","shape":[3],"data_offsets":[12,24]}}"#;
    let weights = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[7; 12], &[0; 12]].concat();
    fs::write(folder.path().join("graph.json"), structure).unwrap();
    fs::write(folder.path().join("weights.safetensors"), weights).unwrap();
    folder
}

#[test]
fn a_graph_is_checked_and_its_cost_shown_without_a_network() {
    let (home, folder) = (tempfile::tempdir().unwrap(), graph());
    let dir = folder.path().to_str().unwrap();
    let json = |command: &str| -> serde_json::Value {
        let done = modchains(home.path(), &["--json", "graph", command, dir]);
        assert!(done.status.success(), "{done:?}");
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let checked = json("check");
    assert_eq!((checked["nodes"].as_u64(), checked["numeric_class"].as_str()), (Some(2), Some("exact")));
    assert_eq!(checked["root"].as_str().map(str::len), Some(64));
    let sizes = checked["sizes"].as_array().unwrap();
    let ends = sizes.iter().map(|size| (size["input_bytes"].as_u64().unwrap(), size["output_bytes"].as_u64().unwrap()));
    assert_eq!(ends.collect::<Vec<_>>(), [(4, 12), (20, 60)]);
    let cost = json("cost");
    assert_eq!((cost["multiply_adds"].as_u64(), cost["trace_bytes"].as_u64()), (Some(80), Some(80)));
    assert_eq!((cost["weight_bytes"].as_u64(), cost["operator_moves"].as_u64()), (Some(24), Some(5)));

    let path = folder.path().join("graph.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"rows\":[0,1],\"columns\":[3,0]", "\"rows\":[0,2],\"columns\":[3,0]")).unwrap();
    let refused = modchains(home.path(), &["graph", "check", dir]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("node 1: the operation gives other rows and columns"), "{refused:?}");
    let missing = modchains(home.path(), &["graph", "cost", home.path().to_str().unwrap()]);
    assert!(stderr(&missing).contains("graph.json: cannot be read"), "{missing:?}");
}
