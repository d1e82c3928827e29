//! `idl`: Anchor's interface descriptions of the programs, built by Anchor's own library.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result, ensure};

use crate::{
    files, paths, process,
    sbf::{PROGRAMS, Program},
    ui::Step,
};

/// Where the copies that clients are made from are committed.
const COMMITTED: &str = "sdk/idl";

/// This very program, even when a build has replaced its file meanwhile.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// Builds every program's IDL; writes it to `target/idl` and `sdk/idl`, or with `check` compares with the latter.
pub fn generate(check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for program in &PROGRAMS {
        let file = format!("{}.json", program.library);
        let step = Step::start(format!("describing {} (the first time: a few minutes)", program.name));
        let idl = build_in_child(program, &step)?;
        step.done();
        files::write_if_changed(&paths::repository().join("target/idl").join(&file), idl.as_bytes())?;
        let committed = paths::repository().join(COMMITTED).join(&file);
        if !check {
            files::write_if_changed(&committed, idl.as_bytes())?;
        } else if fs::read_to_string(&committed).ok().as_deref() != Some(idl.as_str()) {
            stale.push(file);
        }
    }
    ensure!(stale.is_empty(), "{COMMITTED} is out of date: {}; run `cargo xtask idl` and commit", stale.join(", "));
    Ok(())
}

/// Anchor's library runs `cargo` from the search path and, when `RUSTUP_TOOLCHAIN` is set, would install that
/// toolchain again. So it runs in a child that sees the toolchain's own programs first and no such variable.
fn build_in_child(program: &Program, step: &Step) -> Result<String> {
    let mut command = Command::new(OWN_PROGRAM);
    process::clean_cargo_environment(&mut command)
        .args(["idl-one", program.name])
        .current_dir(paths::repository())
        .env("PATH", search_path()?)
        .env_remove("RUSTUP_TOOLCHAIN")
        // It compiles with flags of its own, so nothing could be shared with another folder anyway.
        .env("CARGO_TARGET_DIR", paths::results("idl")?);
    process::run(step, &mut command, &paths::repository().join("target/idl").join(format!("{}.log", program.library)))
}

/// The search path with the real toolchain in front of rustup's proxies.
fn search_path() -> Result<std::ffi::OsString> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().context("cannot start rustc")?;
    let sysroot = String::from_utf8(output.stdout).context("rustc's sysroot is no text")?;
    let mut folders = vec![PathBuf::from(sysroot.trim()).join("bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).context("the search path holds a colon")
}

/// Builds one program's IDL and prints it. Runs in the child.
pub fn print_one(name: &str) -> Result<()> {
    let program = Program::named(name)?;
    let folder = paths::repository().join(program.folder);
    let arguments = vec!["--lib".into(), "--locked".into()];
    let idl = IdlBuilder::new().program_path(folder).skip_lint(true).cargo_args(arguments).build()?;
    ensure!(idl.metadata.name == program.name, "the IDL is of `{}`, not `{}`", idl.metadata.name, program.name);
    println!("{}", serde_json::to_string_pretty(&idl)?);
    Ok(())
}

/// What `modchains-migrate metadata publish` sends, as its tests record it.
const METADATA_VECTORS: &str = "migrations/tests/vectors/metadata.json";

/// Installs the clients that others have written, lets Anchor's load the committed IDLs and compares what the Program
/// Metadata program's sends with what we send.
pub fn check_in_node() -> Result<()> {
    let idls = paths::repository().join(COMMITTED);
    let idls = PROGRAMS.map(|program| idls.join(format!("{}.json", program.library)));
    node("xtask/node/idl-check.mjs", &idls)?;
    node("migrations/node/metadata-check.mjs", &[paths::repository().join(METADATA_VECTORS)])
}

fn node(script: &str, arguments: &[PathBuf]) -> Result<()> {
    let script = paths::repository().join(script);
    install_packages(script.parent().context("a script lies in a folder")?)?;
    let status =
        Command::new("node").arg(&script).args(arguments).status().context("cannot start node; is it installed?")?;
    ensure!(status.success(), "{} failed", script.display());
    Ok(())
}

/// `npm ci`, unless it was done for this very lock file.
fn install_packages(folder: &Path) -> Result<()> {
    let lock = files::sha256_of(&folder.join("package-lock.json"))?;
    let marker = folder.join("node_modules/.installed");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let step = Step::start(format!("installing the TypeScript clients of {} from npm", folder.display()));
    let log = paths::repository().join("target/idl/npm.log");
    process::run(&step, Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder), &log)?;
    files::write_if_changed(&marker, lock.as_bytes())?;
    step.done();
    Ok(())
}
