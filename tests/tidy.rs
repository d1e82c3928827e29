//! Holds the repository to what ARCHITECTURE.md says of it.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use modchains_tests::idl::root;

/// Longest source file; a file this long should be two.
const LINES_MAX: usize = 400;

/// Which of our crates each crate may import. Tests and benchmarks may import everything.
const IMPORTS: &[(&str, &[&str])] = &[
    ("sdk/core", &[]),
    ("programs/kit", &[]),
    ("programs/exchange", &["modchains-core", "modchains-program-kit"]),
    ("programs/vault", &["modchains-core", "modchains-program-kit"]),
    ("programs/oracle", &["modchains-core", "modchains-program-kit"]),
    ("sdk/rust", &["modchains-core", "modchains-exchange", "modchains-oracle", "modchains-vault"]),
    ("sdk/cli", &["modchains-core", "modchains-sdk"]),
    ("crank", &["modchains-core", "modchains-sdk"]),
    ("migrations", &["modchains-core", "modchains-sdk"]),
    ("xtask", &[]),
];

fn tracked_files() -> Vec<String> {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git runs");
    assert!(output.status.success(), "git ls-files failed");
    let listed = String::from_utf8(output.stdout).expect("paths are UTF-8");
    listed.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect()
}

fn sources() -> impl Iterator<Item = (String, String)> {
    tracked_files().into_iter().filter(|path| path.ends_with(".rs")).map(|path| {
        let text = fs::read_to_string(root().join(&path)).expect("sources are UTF-8");
        (path, text)
    })
}

fn manifest(folder: &str) -> toml::Table {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("every crate has a manifest");
    text.parse().expect("manifests are TOML")
}

fn members() -> Vec<String> {
    let workspace = manifest("");
    let members = workspace["workspace"]["members"].as_array().expect("the workspace lists its members");
    members.iter().map(|member| member.as_str().expect("members are paths").to_owned()).collect()
}

#[test]
fn imports_go_one_way() {
    for (folder, allowed) in IMPORTS {
        let manifest = manifest(folder);
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for name in dependencies.keys().filter(|name| name.starts_with("modchains-")) {
            assert!(allowed.contains(&name.as_str()), "{folder} must not import {name}");
        }
    }
}

#[test]
fn every_crate_is_held_to_the_workspace_lints() {
    for folder in members() {
        let opted_in = manifest(&folder).get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(opted_in, Some(true), "{folder} lacks `[lints] workspace = true`");
    }
}

#[test]
fn no_source_file_is_very_long() {
    let long: Vec<_> =
        sources().map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > LINES_MAX).collect();
    assert!(long.is_empty(), "files over {LINES_MAX} lines: {long:?}");
}

#[test]
fn nothing_is_left_behind() {
    let marks = ["TO", "FIX", "XX"].iter().zip(["DO", "ME", "X"]).map(|(left, right)| format!("{left}{right}"));
    let marks: Vec<String> = marks.chain(["todo!(", "unimplemented!(", "dbg!("].map(str::to_owned)).collect();
    for (path, text) in sources().filter(|(path, _)| path != "tests/tidy.rs") {
        for (number, line) in text.lines().enumerate() {
            let found = marks.iter().find(|mark| line.contains(mark.as_str()));
            assert!(found.is_none(), "{path}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn every_source_file_is_part_of_a_crate() {
    let sources: BTreeMap<String, String> = sources().collect();
    for path in sources.keys() {
        let file = Path::new(path);
        let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("files have names");
        let folder = file.parent().expect("files lie in folders");
        let is_root =
            matches!(stem, "lib" | "main" | "build") || folder.ends_with("src/bin") || folder.ends_with("tests");
        let is_declared = path == "tests/tidy.rs" || folder.ends_with("examples") || folder.ends_with("benches");
        if is_root || is_declared {
            continue;
        }
        let (name, home) = if stem == "mod" {
            (folder.file_name().and_then(|name| name.to_str()).expect("modules have names"), folder.parent())
        } else {
            (stem, Some(folder))
        };
        let home = home.expect("modules lie in folders");
        let parents = [home.join("mod.rs"), home.join("lib.rs"), home.join("main.rs"), home.with_extension("rs")];
        let declared = parents.iter().chain(&binaries(home)).any(|parent| {
            let text = sources.get(parent.to_str().expect("paths are UTF-8"));
            text.is_some_and(|text| text.contains(&format!("mod {name};")))
        });
        assert!(declared, "{path} belongs to no crate");
    }
}

/// Binaries in `src/bin` may declare modules that lie beside `src/bin`'s own files.
fn binaries(home: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(root().join(home)).into_iter().flatten().flatten();
    entries
        .map(|entry| home.join(entry.file_name()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect()
}
