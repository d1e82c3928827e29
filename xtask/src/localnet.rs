//! `localnet`: builds the local network's own workspace when needed and becomes that program.

use std::{os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{paths, process, ui::Step};

/// Builds the network if its sources changed, then runs it in this process's place.
///
/// # Errors
/// When it does not compile or start.
pub fn run(arguments: &[String], build_only: bool) -> Result<()> {
    let program = build()?;
    if build_only {
        println!("{}", program.display());
        return Ok(());
    }
    // Only comes back when the program could not be started.
    Err(Command::new(&program).args(arguments).exec()).with_context(|| format!("cannot start {}", program.display()))
}

/// Builds the network if its sources changed; its program.
///
/// # Errors
/// When it does not compile.
pub fn build() -> Result<PathBuf> {
    let target = paths::cache()?.join("localnet");
    let step = Step::start("building the local network (the first time: 15 minutes on two cores)");
    let mut command = process::cargo();
    process::clean_cargo_environment(&mut command)
        .args(["build", "--locked", "--manifest-path"])
        .arg(paths::repository().join("xtask/localnet/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target);
    process::run(&step, &mut command, &target.join("build.log"))?;
    step.done();
    Ok(target.join("debug/modchains-localnet"))
}
