//! `mutants`: one place of the market's formulas is changed at a time (`.cargo/mutants.toml`); a law must notice.
//!
//! Every file meets its own laws first, which takes a second each; what they miss then meets all laws.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{lock, paths, process, ui::Step};

/// Exact version of the tool.
const VERSION: &str = "27.1.0";
/// Where the formulas and their laws are.
const CORE: &str = "sdk/core";
/// Files of the formulas, below `src` and without their ending, and the test of their own laws.
const OWN_LAWS: [(&str, &str); 20] = [
    ("backing", "backing"),
    ("bps", "math"),
    ("curve", "curve"),
    ("fees", "fees"),
    ("history", "history"),
    ("launch", "launch"),
    ("licence", "licence"),
    ("market/order", "market"),
    ("market/params", "step"),
    ("market/state", "deposit"),
    ("market/sync", "market_sync"),
    ("market/trade", "market"),
    ("math", "math"),
    ("shares", "licence"),
    ("sync/drift", "step"),
    ("sync/gain", "gain"),
    ("sync/moves", "sync"),
    ("sync/supply", "supply"),
    ("trade", "trade"),
    ("usage", "usage"),
];
/// What the tool ends with when it has run to its end: all noticed, some missed, some timed out.
const RAN: [i32; 3] = [0, 2, 3];
/// Seconds that a file's own laws and all laws may take.
const OWN_TIMEOUT: &str = "60";
const ALL_TIMEOUT: &str = "120";

/// Runs every mutant and prints what was missed.
pub fn run() -> Result<()> {
    let run = Run { tool: install()?, folder: paths::results("mutants")? };
    let output = run.folder.join("mutants.out");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("cannot clear {}", output.display()))?;
    }
    let laws = laws()?;
    let tests: Vec<&str> = laws.iter().flat_map(|law| ["--test", law]).collect();
    let mut unchanged = run.command(process::cargo(), "test");
    let status = unchanged.arg("--quiet").args(&tests).status().context("cannot start cargo")?;
    ensure!(status.success(), "the laws fail on unchanged sources");

    let mut unviable = 0;
    for (file, law) in OWN_LAWS {
        run.mutate(&[file], &[law], OWN_TIMEOUT)?;
        unviable += lines(&output.join("unviable.txt"))?.len();
    }
    run.mutate(&OWN_LAWS.map(|(file, _)| file), &laws.iter().map(String::as_str).collect::<Vec<_>>(), ALL_TIMEOUT)?;
    unviable += lines(&output.join("unviable.txt"))?.len();

    let mut noticed = 0;
    for list in ["previously_caught", "caught", "timeout"] {
        noticed += lines(&output.join(list).with_extension("txt"))?.len();
    }
    let missed = lines(&output.join("missed.txt"))?;
    println!("{} changes noticed, {unviable} do not compile", noticed.saturating_sub(unviable));
    ensure!(missed.is_empty(), "these were missed:\n{}", missed.join("\n"));
    Ok(())
}

struct Run {
    tool: PathBuf,
    folder: PathBuf,
}

impl Run {
    /// Changes each place of the files in turn and runs the tests, but for what an earlier call has seen caught.
    fn mutate(&self, files: &[&str], laws: &[&str], timeout_seconds: &str) -> Result<()> {
        let mut command = self.command(Command::new(&self.tool), "mutants");
        command.arg("--output").arg(&self.folder).args([
            "--iterate",
            "--jobs",
            "1",
            "--no-times",
            "--baseline",
            "skip",
        ]);
        command.args(["--timeout", timeout_seconds]);
        command.args(files.iter().map(|file| format!("--file={CORE}/src/{file}.rs")));
        command.args(laws.iter().flat_map(|law| ["-C=--test".to_owned(), format!("-C={law}")]));
        let status = command.status().context("cannot start cargo-mutants")?;
        match status.code() {
            Some(code) if RAN.contains(&code) => Ok(()),
            _ => bail!("cargo-mutants ended with {status}"),
        }
    }

    fn command(&self, mut command: Command, subcommand: &str) -> Command {
        command.arg(subcommand).args(["--package", "modchains-core"]).current_dir(paths::repository());
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        command
    }
}

/// Every test of the formulas, a file or a folder, but the adversarial searches, which take too long.
fn laws() -> Result<Vec<String>> {
    let folder = paths::repository().join(CORE).join("tests");
    let mut laws = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_test = path.extension().is_some_and(|kind| kind == "rs") || path.join("main.rs").is_file();
        if is_test && !name.starts_with("economy") {
            laws.push(name);
        }
    }
    laws.sort();
    Ok(laws)
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The tool in the cache, built when absent.
fn install() -> Result<PathBuf> {
    let root = paths::cache()?.join("mutants").join(VERSION);
    let tool = root.join("bin/cargo-mutants");
    let _lock = lock::hold("mutants", "building cargo-mutants")?;
    if !tool.is_file() {
        let step = Step::start(format!("building cargo-mutants {VERSION}"));
        let mut command = process::cargo();
        process::clean_cargo_environment(&mut command)
            .args(["install", "--locked", "cargo-mutants", "--version", VERSION, "--root"])
            .arg(&root);
        process::run(&step, &mut command, &root.join("build.log"))?;
        step.done();
    }
    Ok(tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_and_every_test_that_is_named_exists() {
        let laws = laws().unwrap_or_default();
        for (file, law) in OWN_LAWS {
            assert!(paths::repository().join(format!("{CORE}/src/{file}.rs")).is_file(), "no {file}");
            assert!(laws.iter().any(|known| known == law), "no test {law}");
        }
    }
}
