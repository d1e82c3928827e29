//! Mutants: small changes of the sources that the fuzzer must notice, or it would notice nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use comfy_table::Table;
use modchains_tests::{
    chain::Chain,
    idl::{Program, root},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    failure::Failure,
    run::{Settings, run},
    setup::Setup,
};

/// The bugs, each with the text it replaces.
const MUTANTS: &str = include_str!("../mutants.toml");

/// A bug and the program it is put into.
#[derive(Debug, Clone, Deserialize)]
pub struct Mutant {
    /// Its name.
    pub name: String,
    /// What it does wrong.
    pub what: String,
    /// The program to compile again: exchange, vault or oracle.
    pub program: String,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// A change of one file.
#[derive(Debug, Clone, Deserialize)]
pub struct Edit {
    /// The file, from the root of the repository.
    pub file: String,
    /// Text that the file has exactly once.
    pub old: String,
    /// Text that takes its place.
    pub new: String,
}

#[derive(Deserialize)]
struct Mutants {
    mutant: Vec<Mutant>,
}

/// How a mutant fared.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// How it was found; none when it was not.
    pub failure: Option<Failure>,
    /// How long the fuzzer took.
    pub seconds: f64,
    /// How long the compiler took.
    pub build_seconds: f64,
}

impl Mutant {
    /// All of them.
    pub fn all() -> Result<Vec<Self>> {
        Ok(toml::from_str::<Mutants>(MUTANTS).context("the list of mutants is no TOML")?.mutant)
    }

    /// The one of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::all()?.into_iter().find(|mutant| mutant.name == name);
        found.with_context(|| format!("no mutant is called {name}"))
    }

    /// The text of `file` with the bug in it.
    pub fn apply(&self, file: &str, text: String) -> Result<String> {
        self.edits.iter().filter(|edit| edit.file == file).try_fold(text, |text, edit| {
            let places = text.matches(&edit.old).count();
            ensure!(places == 1, "{}: {file} has {places} places like this, not one:\n{}", self.name, edit.old);
            Ok(text.replace(&edit.old, &edit.new))
        })
    }

    /// Refuses a bug whose text no longer applies.
    pub fn check(&self) -> Result<()> {
        for edit in &self.edits {
            let text = fs::read_to_string(root().join(&edit.file)).with_context(|| format!("no {}", edit.file))?;
            self.apply(&edit.file, text)?;
        }
        Ok(())
    }
}

/// The folder in which copies with bugs are compiled. A copy is a checkout of its own: nobody else ever gets a program with
/// a bug in it.
fn folder() -> Result<PathBuf> {
    let output = Command::new("sh").arg("xtask/checkout.sh").arg("fuzz").current_dir(root()).output();
    let output = output.context("cannot start a shell")?;
    ensure!(output.status.success(), "xtask/checkout.sh failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim_end().into())
}

/// Files of the repository that a build of the programs may read.
fn sources() -> Result<Vec<String>> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(arguments).current_dir(root()).output().context("git does not run")?;
    ensure!(listed.status.success(), "git ls-files failed");
    let paths = String::from_utf8(listed.stdout)?.lines().map(str::to_owned).collect::<Vec<_>>();
    Ok(paths.into_iter().filter(|path| root().join(path).is_file()).collect())
}

/// Copies what differs, so that cargo compiles only that again, and removes what is no longer there.
fn copy(mutant: &Mutant) -> Result<PathBuf> {
    let (tree, list) = (folder()?.join("tree"), folder()?.join("copied"));
    let sources = sources()?;
    remove_others(&tree, &list, &sources)?;
    for path in &sources {
        let path = path.as_str();
        let mut content = fs::read(root().join(path)).with_context(|| format!("cannot read {path}"))?;
        if mutant.edits.iter().any(|edit| edit.file == path) {
            content = mutant.apply(path, String::from_utf8(content)?)?.into_bytes();
        }
        write_if_changed(&tree.join(path), &content)?;
    }
    Ok(tree)
}

/// Removes what an earlier copy, of which `list` tells, left in `tree` and `sources` no longer have.
fn remove_others(tree: &Path, list: &Path, sources: &[String]) -> Result<()> {
    match fs::read_to_string(list) {
        Ok(copied) => {
            for path in copied.lines().filter(|path| !sources.iter().any(|source| source == path)) {
                let gone = tree.join(path);
                if gone.exists() {
                    fs::remove_file(&gone).with_context(|| format!("cannot remove {}", gone.display()))?;
                }
            }
        }
        Err(_) if tree.exists() => {
            fs::remove_dir_all(tree).with_context(|| format!("cannot remove {}", tree.display()))?
        }
        Err(_) => {}
    }
    fs::write(list, sources.join("\n")).with_context(|| format!("cannot write {}", list.display()))
}

fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// What a mutant is made from, in one hash: its sources and the bug.
fn fingerprint(mutant: &Mutant) -> Result<String> {
    let mut hasher = Sha256::new();
    let matters = |path: &String| {
        ["programs/", "sdk/core/", "xtask/"].iter().any(|folder| path.starts_with(folder))
            || path == "Cargo.toml"
            || path == "Cargo.lock"
    };
    for path in sources()?.into_iter().filter(matters) {
        hasher.update(path.as_bytes());
        hasher.update(Sha256::digest(fs::read(root().join(&path))?));
    }
    hasher.update(format!("{:?}", (&mutant.program, &mutant.edits)));
    Ok(hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

/// The compiled program with the bug in it, from the cache if it was compiled before.
fn build(mutant: &Mutant) -> Result<Vec<u8>> {
    mutant.check()?;
    let kept = folder()?.join("mutants").join(format!("{}-{}.so", mutant.name, fingerprint(mutant)?));
    if let Ok(binary) = fs::read(&kept) {
        return Ok(binary);
    }
    let tree = copy(mutant)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["xtask", "build-sbf", &mutant.program]).current_dir(&tree);
    // Cargo tells this process which package it runs; the one it starts there must find its own.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_TARGET_DIR", folder()?.join("target"));
    let done = cargo.env_remove("CARGO_MANIFEST_DIR").output().context("cargo does not run")?;
    if !done.status.success() {
        bail!("{} does not compile:\n{}", mutant.name, String::from_utf8_lossy(&done.stderr));
    }
    let binary = fs::read(tree.join("target/deploy").join(format!("modchains_{}.so", mutant.program)))?;
    write_if_changed(&kept, &binary)?;
    Ok(binary)
}

/// A chain on which one of the programs has the bug.
pub fn chain(mutant: &Mutant) -> Result<Chain> {
    let binary = build(mutant)?;
    let name = format!("modchains_{}", mutant.program);
    let changed = Program::ALL.into_iter().find(|program| program.name() == name);
    let changed = changed.with_context(|| format!("there is no program {}", mutant.program))?;
    Ok(Chain::with(|program| if program == changed { binary.clone() } else { program.bytes() }))
}

/// Compiles each mutant and fuzzes it until it is found, or for `transactions`.
pub fn search(mutants: &[Mutant], transactions: u64, seed: u64) -> Result<Vec<Outcome>> {
    mutants.iter().try_for_each(Mutant::check)?;
    let mut outcomes = Vec::new();
    for mutant in mutants {
        let began = Instant::now();
        let chain = chain(mutant)?;
        let build_seconds = began.elapsed().as_secs_f64();
        let settings = Settings {
            seed,
            transactions,
            episode_steps: Settings::EPISODE_STEPS,
            time_limit: Some(Duration::from_secs(600)),
            workers: Settings::all_cores(),
        };
        let began = Instant::now();
        let report = run(&Setup::new(chain), &settings);
        let seconds = began.elapsed().as_secs_f64();
        let found = report.failure.as_ref().map_or("nothing", |failure| failure.broken.law);
        eprintln!("{}: {found} ({build_seconds:.1} s to compile, {seconds:.1} s to find)", mutant.name);
        outcomes.push(Outcome { name: mutant.name.clone(), failure: report.failure, seconds, build_seconds });
    }
    Ok(outcomes)
}

/// How the mutants fared, for people.
pub fn table(outcomes: &[Outcome]) -> Table {
    let mut table = crate::report::table(["mutant", "found by", "transactions", "seconds", "compiled in"]);
    for outcome in outcomes {
        let (law, transactions) = match &outcome.failure {
            Some(failure) => (failure.broken.law, failure.transactions.to_string()),
            None => ("not found", "-".to_owned()),
        };
        let (seconds, build) = (format!("{:.1}", outcome.seconds), format!("{:.1} s", outcome.build_seconds));
        table.add_row([outcome.name.as_str(), law, &transactions, &seconds, &build]);
    }
    table
}
