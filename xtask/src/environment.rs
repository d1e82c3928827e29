//! What a shell or a child needs to run cargo, the tests and the demo.

use std::{ffi::OsString, process::Command};

use anyhow::Result;

use crate::{ids::Ids, localnet, paths, sbf, setup};

/// Variables and their values, set up first.
#[derive(Debug, Clone)]
pub struct Environment(Vec<(String, OsString)>);

impl Environment {
    /// Fetches and builds what the variables point at.
    pub fn set_up(ids: &Ids) -> Result<Self> {
        let mut variables: Vec<(String, OsString)> = vec![
            ("LIBTORCH".into(), setup::libtorch::ensure_libtorch()?.into()),
            ("CARGO_TARGET_DIR".into(), paths::host_target()?.into()),
            ("MODCHAINS_LOCALNET".into(), localnet::build()?.into()),
            ("MODCHAINS_DIGITS".into(), setup::digits::ensure_digits()?.into()),
            // Only tests read it, and they have it fetched: 84 MB that nobody else waits for.
            ("MODCHAINS_MINILM".into(), setup::minilm::file()?.into()),
        ];
        variables.extend(ids.variables().map(|(name, value)| (name.to_owned(), value.into())));
        Ok(Self(variables))
    }

    /// Lines for a shell.
    pub fn print(&self) -> Result<()> {
        for (name, value) in &self.0 {
            println!("export {name}={}", sbf::quoted(value.as_ref())?);
        }
        Ok(())
    }

    /// Gives the variables to a command that runs in the repository's root. What the `cargo run` around this program
    /// says of this program goes: build scripts watch such variables.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.envs(self.0.iter().map(|(name, value)| (name, value))).current_dir(paths::repository())
    }
}
