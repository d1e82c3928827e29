//! A Python with PyTorch for the converter: a virtual environment of exactly the locked packages, 5 GB.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{files, lock, paths, process, ui::Step};

const LOCK: &str = "sdk/convert/lock.txt";
/// The Python that the locked packages are built for.
const VERSION: &str = "3.11";

/// The interpreter of the environment in the cache, made when absent.
pub fn ensure_python() -> Result<PathBuf> {
    let locked = paths::repository().join(LOCK);
    let hash = files::sha256_of(&locked)?;
    let folder = paths::cache()?.join(format!("python-{}", hash.get(..12).context("a short hash")?));
    let python = folder.join("bin/python");
    if python.exists() {
        return Ok(python);
    }
    let _lock = lock::hold("python", "installing PyTorch")?;
    if python.exists() {
        return Ok(python);
    }
    let step = Step::start("installing PyTorch for the converter");
    let log = paths::cache()?.join("python.log");
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    let found = process::run(&step, Command::new("python3").args(["-c", version]), &log)?;
    ensure!(found.trim() == VERSION, "python3 is {}, the locked packages are for Python {VERSION}", found.trim());
    files::complete_folder(&folder, |partial| {
        process::run(&step, Command::new("python3").args(["-m", "venv"]).arg(partial), &log)?;
        let mut pip = Command::new(partial.join("bin/python"));
        pip.args(["-m", "pip", "install", "--no-cache-dir", "--no-deps", "--only-binary", ":all:", "--require-hashes"]);
        process::run(&step, pip.arg("--requirement").arg(&locked), &log).map(drop)
    })?;
    step.done();
    Ok(python)
}
