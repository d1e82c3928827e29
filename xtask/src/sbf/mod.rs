//! `build-sbf`: compiles the programs for Solana, by either of two routes.
//!
//! - *standard*: `cargo build-sbf` of the Solana tools.
//! - *registry*: rustc and LLVM from Debian sid, a linker and the compiler's helpers from the crates registry.
//!   It needs no Solana tool and is what tests and CI take.

mod builtins;
mod profile;
mod registry;
mod stamp;
mod standard;
mod toolchain;

pub use toolchain::quoted;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::{
    files,
    ids::Ids,
    paths,
    programs::{PROGRAMS, Program, TEST_PROGRAMS},
};

/// Which tools compile the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Route {
    /// Standard where `cargo build-sbf` works, registry elsewhere.
    Auto,
    /// The Solana tools.
    Standard,
    /// Debian and the crates registry.
    Registry,
}

/// Compiled into every program (`programs/kit/src/security.rs`).
const CONTACT_VARIABLES: [&str; 2] = ["MODCHAINS_PROJECT_URL", "MODCHAINS_SECURITY_CONTACTS"];

/// Compiles what has changed and prints each program's size and hash. No names mean all programs; with `tests` those of
/// the tests are added.
pub fn build(route: Route, names: &[String], tests: bool, ids: &Ids) -> Result<()> {
    let mut programs = match names {
        [] => PROGRAMS.to_vec(),
        names => names.iter().map(|name| Program::named(name)).collect::<Result<_>>()?,
    };
    if tests {
        programs.extend(TEST_PROGRAMS);
    }
    let compiler = Compiler::choose(route)?;
    for program in programs {
        let binary = program.binary();
        let stamp = stamp::Stamp::new(
            &stamp::hash_sources(paths::repository(), program.folder)?,
            &[
                &compiler.identity(),
                profile::OPT_LEVEL,
                program.features,
                &program.inline_threshold.to_string(),
                program.helpers,
                &ids.fingerprint(),
                &contacts(),
            ],
        );
        if !stamp.matches(&binary) {
            let built = compiler.build(&program, ids)?;
            install(&built, &binary)?;
            stamp.write(&binary)?;
        }
        let size = fs::metadata(&binary)?.len();
        println!("{} {size} bytes sha256 {}", binary.display(), files::sha256_of(&binary)?);
    }
    Ok(())
}

/// What programs say of whom to tell about a weakness, where it replaces what `.cargo/config.toml` says.
fn contacts() -> String {
    CONTACT_VARIABLES.map(|name| format!("{name}={:?};", env::var_os(name))).concat()
}

/// Puts a built program where the other commands look for it, after a look at what it is.
fn install(built: &Path, binary: &Path) -> Result<()> {
    let content = fs::read(built).with_context(|| format!("the compiler left no {}", built.display()))?;
    ensure!(content.starts_with(b"\x7fELF"), "{} is not a program", built.display());
    files::write_if_changed(binary, &content)?;
    Ok(())
}

enum Compiler {
    Standard(standard::Standard),
    Registry(registry::Registry),
}

impl Compiler {
    fn choose(route: Route) -> Result<Self> {
        let standard = match route {
            Route::Registry => None,
            Route::Auto | Route::Standard => standard::Standard::find(),
        };
        match (standard, route) {
            (Some(standard), _) => Ok(Self::Standard(standard)),
            (None, Route::Standard) => standard::missing(),
            (None, _) => Ok(Self::Registry(registry::Registry::set_up()?)),
        }
    }

    fn identity(&self) -> String {
        match self {
            Self::Standard(standard) => standard.identity(),
            Self::Registry(registry) => registry.identity(),
        }
    }

    fn build(&self, program: &Program, ids: &Ids) -> Result<PathBuf> {
        match self {
            Self::Standard(standard) => standard.build(program, ids),
            Self::Registry(registry) => registry.build(program, ids),
        }
    }
}
