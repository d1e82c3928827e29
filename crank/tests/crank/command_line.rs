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

/// Writes a key file.
pub fn write_key(path: &Path, mode: u32) {
    fs::write(path, format!("{:?}", Keypair::new_from_array([7; 32]).to_bytes())).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a key file and a configuration with `extra` settings in front.
pub fn write_config(dir: &Path, key_mode: u32, extra: &str) -> String {
    write_key(&dir.join("key.json"), key_mode);
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
        "mode 0644",
        "chmod 600 ",
        "[key_file_permissions]",
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

#[test]
fn variables_are_read_by_the_type_of_their_setting() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let checked = |name: &str, text: &str| {
        let mut command = Command::new(program());
        command.args(["check-config", "--config", &config]).env(format!("MODCHAINS_CRANK_{name}"), text);
        command.current_dir(scratch.path()).output().unwrap()
    };
    for (name, text) in [("JOURNAL", "20261126"), ("EXIT_WITH_PARENT", "1"), ("LOG__FILTER", "1")] {
        let passed = checked(name, text);
        assert!(passed.status.success(), "{name}: {}", String::from_utf8_lossy(&passed.stderr));
    }
    let refused = checked("EXIT_WITH_PARENT", "perhaps");
    let report = String::from_utf8_lossy(&refused.stderr);
    assert!(report.contains("MODCHAINS_CRANK_EXIT_WITH_PARENT is \"perhaps\", expected true or false"), "{report}");
}

#[test]
fn relative_paths_follow_the_file_wherever_it_is_read_from() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace(&format!("{}/", scratch.path().display()), "")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let checked = Command::new(program())
        .args(["check-config", "--config", &config])
        .current_dir(elsewhere.path())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn a_folder_in_place_of_a_key_is_called_one() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    fs::remove_file(scratch.path().join("key.json")).unwrap();
    fs::create_dir(scratch.path().join("key.json")).unwrap();
    let refused = run(&["check-config", "--config", &config]);
    let report = String::from_utf8_lossy(&refused.stderr);
    assert!(report.contains("not a file") && !report.contains("chmod"), "{report}");
}

#[test]
fn the_endpoints_key_is_never_printed() {
    let scratch = scratch();
    let config = write_config(scratch.path(), 0o600, "");
    let text = fs::read_to_string(&config).unwrap();
    let shown = |command: &mut Command| {
        let output = command.output().unwrap();
        let report = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!report.contains("SECRET") && !report.is_empty(), "{command:?}: {report}");
    };
    let with_url = |url: &str| fs::write(&config, text.replace("http://127.0.0.1:8899", url)).unwrap();
    with_url("https://SECRET@127.0.0.1:99x/");
    shown(Command::new(program()).args(["check-config", "--config", &config]));
    // Nobody listens there.
    let url = "http://SECRET@127.0.0.1:1/v2/SECRET?api-key=SECRET";
    with_url(url);
    for arguments in [&["check-config"][..], &["run", "--check-config"], &["run"]] {
        shown(Command::new(program()).args(arguments).args(["--config", &config]));
    }
    let (bundle, key) = (fixture().exact.dir().to_str().unwrap(), scratch.path().join("key.json"));
    let init = ["init", "--model", "11111111111111111111111111111111", "--bundle", bundle, "--url", url, "--keypair"];
    shown(Command::new(program()).args(init).arg(key).current_dir(scratch.path()).args(["--config", "other.toml"]));
    // Where nobody expects it: in text that is no TOML, in other settings, variables and arguments.
    for line in ["rpc_ur = 'URL'", "programs = 'URL'", "ws_url = URL", "ws_url = 'URL"] {
        fs::write(&config, format!("{}\n{text}", line.replace("URL", url))).unwrap();
        shown(Command::new(program()).args(["check-config", "--config", &config]));
    }
    fs::write(&config, &text).unwrap();
    for name in ["RPC_URL", "BUNDLES", "EXIT_WITH_PARENT", "CHAIN__RPC_URL"] {
        let variable = format!("MODCHAINS_CRANK_{name}");
        shown(Command::new(program()).args(["check-config", "--config", &config]).env(variable, url));
    }
    shown(Command::new(program()).args(["run", "--help"]).env("MODCHAINS_CRANK_RPC_URL", url));
    for misuse in [&[url][..], &["check-config", url], &["init", "--model", url]] {
        shown(Command::new(program()).args(misuse));
    }
}

#[test]
fn a_cause_is_told_once() {
    let scratch = scratch();
    let absent = scratch.path().join("absent.toml");
    let refused = run(&["check-config", "--config", absent.to_str().unwrap()]);
    let report = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(report.matches("No such file").count(), 1, "{report}");
    let refused = run(&["bundle", "verify", scratch.path().to_str().unwrap()]);
    let report = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(report.matches("No such file").count(), 1, "{report}");
}
