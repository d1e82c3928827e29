//! `validator`: a real validator, built from the crates registry, for what the embedded network cannot show: slots of
//! 400 ms, commitment that lags, forks.

use std::{fs, os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail, ensure};

use crate::{lock, paths, process, ui::Step};

/// The newest release that builds on the Rust version of this repository.
const VERSION: &str = "4.2.2";
const NAME: &str = "solana-test-validator";
/// What its build needs of the system: a program or pkg-config's name of a library, and Debian's package.
const PROGRAMS: [(&str, &str); 2] = [("protoc", "protobuf-compiler"), ("pkg-config", "pkg-config")];
const LIBRARIES: [(&str, &str); 3] = [("libudev", "libudev-dev"), ("zlib", "zlib1g-dev"), ("openssl", "libssl-dev")];
/// Debian's packages of clang and its library, which reads C headers, and where their versions lie.
const CLANG_PACKAGES: [&str; 2] = ["clang", "libclang-dev"];
const LLVM_FOLDERS: &str = "/usr/lib";
/// Quick to build, fast enough for tests.
const PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64"),
];
/// Shreds kept, so that a long run does not fill the disk.
const LEDGER_SHREDS: &str = "10000000";

/// Builds the validator if it is not there, then runs it in this process's place on an empty ledger.
pub fn run(rpc_port: u16, arguments: &[String], build_only: bool) -> Result<()> {
    let program = build()?;
    if build_only {
        println!("{}", program.display());
        return Ok(());
    }
    let ledger = paths::repository().join("target/validator");
    fs::create_dir_all(&ledger).with_context(|| format!("cannot create {}", ledger.display()))?;
    let port = |offset: u16| (rpc_port + offset).to_string();
    eprintln!("JSON-RPC at http://127.0.0.1:{rpc_port}, it answers in half a minute; Ctrl-C ends it");
    let mut command = Command::new(&program);
    command
        .args(["--reset", "--bind-address", "127.0.0.1", "--limit-ledger-size", LEDGER_SHREDS, "--ledger"])
        .arg(&ledger);
    // The websocket server takes the port after JSON-RPC's.
    command.args(["--rpc-port", &port(0), "--faucet-port", &port(2), "--gossip-port", &port(3)]);
    command.args(["--dynamic-port-range", &format!("{}-{}", port(4), port(40))]).args(arguments);
    // Only comes back when the program could not be started.
    Err(command.exec()).with_context(|| format!("cannot start {}", program.display()))
}

/// The validator in the cache, built when absent.
fn build() -> Result<PathBuf> {
    let root = paths::cache()?.join("validator").join(VERSION);
    let program = root.join("bin").join(NAME);
    if program.is_file() {
        return Ok(program);
    }
    let _lock = lock::hold("validator", "building the validator")?;
    if program.is_file() {
        return Ok(program);
    }
    let libclang = require_packages()?;
    // A target folder that survives a break, so that the next try goes on where this one ended.
    let target = paths::cache()?.join("validator/target");
    let step = Step::start(format!("building {NAME} {VERSION} (20 minutes on two cores)"));
    let mut command = process::cargo();
    process::clean_cargo_environment(&mut command)
        .args(["install", "agave-validator", "--version", VERSION, "--bin", NAME, "--locked", "--root"])
        .arg(&root)
        .env("CARGO_TARGET_DIR", &target)
        .env("LIBCLANG_PATH", libclang)
        .envs(PROFILE);
    process::run(&step, &mut command, &target.join("build.log"))?;
    step.done();
    fs::remove_dir_all(&target).with_context(|| format!("cannot clear {}", target.display()))?;
    ensure!(program.is_file(), "the build left no {}", program.display());
    Ok(program)
}

/// The folder of libclang, when everything that the build needs of the system is there.
fn require_packages() -> Result<PathBuf> {
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let programs = PROGRAMS.into_iter().filter(|(name, _)| !runs(Command::new(name).arg("--version")));
    let libraries =
        LIBRARIES.into_iter().filter(|(name, _)| !runs(Command::new("pkg-config").args(["--exists", name])));
    let mut packages: Vec<&str> = programs.chain(libraries).map(|(_, package)| package).collect();
    let libclang = find_libclang();
    if libclang.is_none() {
        packages.extend(CLANG_PACKAGES);
    }
    match libclang {
        Some(folder) if packages.is_empty() => Ok(folder),
        _ => bail!("the validator's build needs more of the system; run: apt-get install {}", packages.join(" ")),
    }
}

/// The newest of `/usr/lib/llvm-*/lib` that holds libclang and has clang beside it.
fn find_libclang() -> Option<PathBuf> {
    let versions = fs::read_dir(LLVM_FOLDERS).ok()?.flatten().map(|entry| entry.path());
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|path| {
            let version = path.file_name()?.to_str()?.strip_prefix("llvm-")?.parse().ok()?;
            path.join("bin/clang").is_file().then_some(())?;
            let folder = path.join("lib");
            let mut files = fs::read_dir(&folder).ok()?.flatten();
            files.any(|file| file.file_name().to_string_lossy().starts_with("libclang")).then_some((version, folder))
        })
        .collect();
    found.sort();
    Some(found.pop()?.1)
}
