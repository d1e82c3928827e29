//! The standard route: `cargo build-sbf` of the Solana tools. `xtask/README.md` says where its programs differ.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use super::profile::{self, FORMULAS_FLAG};
use crate::{ids::Ids, paths, process, programs::Program, ui::Step};

/// Version 3 of sBPF, which new deployments require from Agave 4.4 on.
const ARCHITECTURE: &str = "v3";

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

    /// Names the tools, their version and what they are told of every program.
    pub fn identity(&self) -> String {
        format!("standard {} {ARCHITECTURE} {FORMULAS_FLAG}", self.version)
    }

    /// Compiles a program and returns the file.
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
            .args(arguments(program))
            .env("CARGO_TARGET_DIR", &target)
            // The tools give these to rustc, for every crate.
            .env("RUSTFLAGS", program.inline_flag())
            .envs(profile::variables())
            .envs(ids.variables());
        process::run(&step, &mut command, &output.join(format!("{}.log", program.name)))?;
        step.done();
        Ok(output.join(format!("{}.so", program.library)))
    }
}

/// What the tools are told of a program, and after `--` cargo by them.
fn arguments(program: &Program) -> [&'static str; 8] {
    ["--arch", ARCHITECTURE, "--features", program.features, "--", "--lib", "--locked", FORMULAS_FLAG]
}

/// The message for a forced route that is not there.
pub fn missing<T>() -> Result<T> {
    bail!(
        "`cargo-build-sbf` is not on the search path or does not start; install the Solana tools or use `--route registry`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs::PROGRAMS;

    #[test]
    fn the_tools_are_told_what_the_registry_route_tells_cargo_as_far_as_they_take_it() {
        for program in &PROGRAMS {
            let arguments = arguments(program);
            let separator = arguments.iter().position(|argument| *argument == "--");
            let at = |wanted: &str| arguments.iter().position(|argument| *argument == wanted);
            assert!(at(program.features) < separator && at(FORMULAS_FLAG) > separator, "{arguments:?}");
            assert!(program.inline_flag().ends_with(&format!("={}", program.inline_threshold)));
        }
    }
}
