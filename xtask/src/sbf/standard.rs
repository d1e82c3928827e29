//! The standard route: `cargo build-sbf` of the Solana tools.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use super::{OPT_LEVEL, Program, profile};
use crate::{ids::Ids, paths, process, ui::Step};

/// Installed Solana tools.
pub struct Standard {
    version: String,
}

impl Standard {
    /// The tools on the search path, if they start.
    pub fn find() -> Option<Self> {
        let output = Command::new("cargo-build-sbf").arg("--version").stderr(Stdio::null()).output().ok()?;
        let version = String::from_utf8(output.stdout).ok()?;
        output.status.success().then_some(Self { version })
    }

    /// Names the tools and their version.
    pub fn identity(&self) -> String {
        format!("standard {}", self.version)
    }

    /// Compiles a program and returns the file.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn build(&self, program: &Program, ids: &Ids) -> Result<PathBuf> {
        let step = Step::start(format!("building {} with cargo build-sbf", program.name));
        let target = paths::results("sbf")?.join("standard");
        let output = target.join("programs");
        let mut command = Command::new("cargo-build-sbf");
        process::clean_cargo_environment(&mut command)
            .arg("--manifest-path")
            .arg(paths::repository().join(program.folder).join("Cargo.toml"))
            .arg("--sbf-out-dir")
            .arg(&output)
            .args(["--features", program.features, "--", "--lib", "--locked"])
            .env("CARGO_TARGET_DIR", &target)
            .envs(profile(OPT_LEVEL))
            .envs(ids.variables());
        process::run(&step, &mut command, &output.join(format!("{}.log", program.name)))?;
        step.done();
        Ok(output.join(format!("{}.so", program.library)))
    }
}

/// The message for a forced route that is not there.
///
/// # Errors
/// Always.
pub fn missing<T>() -> Result<T> {
    bail!(
        "`cargo-build-sbf` is not on the search path or does not start; install the Solana tools or use `--route registry`"
    )
}
