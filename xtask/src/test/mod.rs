//! `test`: every test and check, to the end, with one line that sums them up and how to repeat each failure.

mod output;

use std::{
    io::{BufRead, BufReader},
    process::Command,
};

use anyhow::{Context, Result, bail};

use self::output::Tally;
use crate::{
    environment::Environment,
    idl,
    ids::{self, IdSource, Ids},
    paths, process, sbf, setup, tidy,
};

/// Builds what tests start as processes of their own, with the features that the tests are built with: cargo would
/// otherwise compile most dependencies twice.
const PROGRAMS: [&str; 4] = ["build", "--workspace", "--bins", "--tests"];

/// Runs everything and prints the sum.
pub fn run() -> Result<()> {
    let mut tally = Tally::default();
    check(&mut tally, "formatting", "cargo fmt --all --check", || {
        succeed(process::cargo().args(["fmt", "--all", "--check"]).current_dir(paths::repository()))
    });
    let mut environment = None;
    check(&mut tally, "programs and environment", "cargo xtask build-sbf --tests && cargo xtask env", || {
        let ids = Ids::from_source(IdSource::Environment)?;
        sbf::build(sbf::Route::Auto, &[], true, &ids)?;
        setup::minilm::ensure_minilm()?;
        environment = Some(Environment::set_up(&ids)?);
        Ok(())
    });
    if let Some(environment) = environment {
        tests(&mut tally, &environment)?;
    }
    check(&mut tally, "dialect", "cargo xtask tidy", tidy::run);
    check(&mut tally, "committed IDLs", "cargo xtask idl --check", || idl::generate(true));
    check(&mut tally, "clients that others have written", "cargo xtask idl-check", idl::check_in_node);

    conclude(&tally)
}

fn conclude(tally: &Tally) -> Result<()> {
    print!("{}", tally.report());
    match tally.failed() {
        0 => Ok(()),
        _ => bail!("not all tests passed"),
    }
}

fn tests(tally: &mut Tally, environment: &Environment) -> Result<()> {
    let build = format!("cargo {}", PROGRAMS.join(" "));
    check(tally, "programs that tests start", &build, || succeed(environment.apply(process::cargo().args(PROGRAMS))));
    for kind in ["--tests", "--doc"] {
        let mut command = process::cargo();
        environment.apply(command.args(["test", "--workspace", kind, "--no-fail-fast"]));
        let run = format!("cargo test --workspace {kind}");
        let ended_well = follow(command, tally).with_context(|| run.clone())?;
        tally.end(ended_well, &run);
    }
    Ok(())
}

/// Runs the demo and the end-to-end tests on the cluster at `url`. Every run is by the same administrator, so that it
/// can be repeated where the programs are deployed already.
pub fn run_on_cluster(url: &str) -> Result<()> {
    let ids = Ids::from_source(IdSource::Environment)?;
    sbf::build(sbf::Route::Auto, &[], false, &ids)?;
    let environment = Environment::set_up(&ids)?;
    let folder = paths::repository().join("target/e2e");
    let administrator = ids::ensure_keypair(&folder.join("administrator.json"))?;
    let mut tally = Tally::default();
    let repeat = "cargo xtask e2e --url URL";
    succeed(environment.apply(process::cargo().args(PROGRAMS)))?;
    check(&mut tally, "demo", repeat, || {
        let mut demo = Command::new(paths::host_target()?.join("debug/modchains-demo"));
        demo.args(["--url", url, "--administrator"]).arg(&administrator).arg("--output").arg(folder.join("demo"));
        succeed(environment.apply(&mut demo))
    });
    if tally.failed() > 0 {
        // Where the demo fails, every test would: the cluster does not answer, gives no airdrops or refuses the programs.
        return conclude(&tally);
    }
    let mut tests = process::cargo();
    tests.args(["test", "--workspace", "--test=exchange", "--no-fail-fast"]);
    tests.env("MODCHAINS_TEST_URL", url).env("MODCHAINS_TEST_ADMINISTRATOR", &administrator);
    environment.apply(&mut tests);
    let ended_well = follow(tests, &mut tally)?;
    tally.end(ended_well, repeat);
    conclude(&tally)
}

/// Counts a check as a test.
fn check(tally: &mut Tally, name: &str, repeat: &str, run: impl FnOnce() -> Result<()>) {
    println!("checking: {name}");
    match run() {
        Ok(()) => tally.pass(),
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.fail(name, repeat);
        }
    }
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    Ok(())
}

/// Runs tests, shows what they print and counts them. Standard output and error share one pipe, since only their order
/// tells which binary a line is of. Whether the command ended well.
fn follow(mut command: Command, tally: &mut Tally) -> Result<bool> {
    let (reader, writer) = std::io::pipe().context("no pipe")?;
    let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn().context("cannot start")?;
    // It holds our own ends of the pipe, without which the pipe ends with the child.
    drop(command);
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.context("cannot read what it prints")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.line(&line);
    }
    Ok(child.wait()?.success())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::files;

    /// A package in which one binary has a failing test among others, one dies, and the last passes.
    const FILES: [(&str, &str); 6] = [
        ("Cargo.toml", "[workspace]\n[package]\nname = \"modchains-thing\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "//! ```\n//! assert_eq!(1, 2);\n//! ```\n"),
        ("tests/a_fails.rs", "#[test]\nfn good() {}\n#[test]\nfn bad() { panic!(\"so\") }\n"),
        ("tests/b_dies.rs", "#[test]\nfn dies() { std::process::abort() }\n"),
        ("tests/c_passes.rs", "#[test]\nfn one() {}\n#[test]\n#[ignore]\nfn two() {}\n"),
        ("src/main.rs", "fn main() {}\n"),
    ];

    #[test]
    fn what_cargo_prints_is_counted_to_the_end() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            files::write_if_changed(&folder.path().join(path), text.as_bytes()).unwrap();
        }
        let mut tally = Tally::default();
        for kind in ["--tests", "--doc"] {
            let mut command = process::cargo();
            command.args(["test", "--offline", "--no-fail-fast", kind]).current_dir(folder.path());
            command.env("CARGO_TARGET_DIR", folder.path().join("target"));
            let ended_well = follow(command, &mut tally).unwrap();
            assert!(!ended_well);
            tally.end(ended_well, kind);
        }
        let report = tally.report();
        for repeat in ["--test a_fails -- --exact 'bad'", "--test b_dies  ", "--doc -- 'src/lib.rs - (line 1)'"] {
            assert!(report.contains(&format!("cargo test {repeat}")), "{repeat} is missing in {report}");
        }
        assert!(report.ends_with("\n2 passed, 3 failed, 1 skipped\n"), "{report}");
    }
}
