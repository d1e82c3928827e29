//! `localnet`: builds the local network's own workspace when needed and becomes that program.
//!
//! Checkouts share the build of its thousand packages, one at a time; its program is kept by what it was made from.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{files, lock, paths, process, ui::Step};

/// Its workspace.
const FOLDER: &str = "xtask/localnet";
/// Its program, and the name of its package.
const NAME: &str = "modchains-localnet";

/// Builds the network if its sources changed, then runs it in this process's place.
pub fn run(arguments: &[String], build_only: bool) -> Result<()> {
    let program = build()?;
    if build_only {
        println!("{}", program.display());
        return Ok(());
    }
    // Only comes back when the program could not be started.
    Err(Command::new(&program).args(arguments).exec()).with_context(|| format!("cannot start {}", program.display()))
}

/// Builds the network unless that was done from the same sources; its program.
pub fn build() -> Result<PathBuf> {
    let target = paths::cache()?.join("localnet");
    let hash = files::sha256_of_tree(&paths::repository().join(FOLDER))?;
    let kept = target.join("kept").join(hash.get(..16).unwrap_or(&hash));
    let program = kept.join(NAME);
    if program.is_file() {
        return Ok(program);
    }
    let _lock = lock::hold("localnet", "building the local network")?;
    files::complete_folder(&kept, |partial| {
        let step = Step::start("building the local network (the first time: 10 minutes on two cores)");
        forget(&target.join("debug/.fingerprint"))?;
        let mut command = process::cargo();
        process::clean_cargo_environment(&mut command)
            .args(["build", "--locked", "--manifest-path"])
            .arg(paths::repository().join(FOLDER).join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target);
        process::run(&step, &mut command, &target.join("build.log"))?;
        let built = target.join("debug").join(NAME);
        fs::copy(&built, partial.join(NAME)).with_context(|| format!("cannot copy {}", built.display()))?;
        step.done();
        Ok(())
    })?;
    Ok(program)
}

/// Makes cargo compile our own package again: it may have been compiled in another checkout, which cargo does not see.
fn forget(fingerprints: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(fingerprints) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(NAME) {
            fs::remove_dir_all(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}
