//! `build-sbf`: compiles the programs for Solana, by either of two routes.
//!
//! - *standard*: `cargo build-sbf` of the Solana tools.
//! - *registry*: rustc and LLVM from Debian sid, a linker and the compiler's helpers from the crates registry.
//!   It needs no Solana tool and is what tests and CI take.

mod builtins;
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

use crate::{files, ids::Ids, paths};

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

/// A program of this repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// The name on the command line.
    pub name: &'static str,
    /// Its crate's folder.
    pub folder: &'static str,
    /// Its crate.
    pub package: &'static str,
    /// Name of the library, the IDL and the compiled file.
    pub library: &'static str,
    /// Features it is compiled with, separated by commas.
    features: &'static str,
    /// LLVM's measure of what is worth inlining: as high as the size that a program may have allows, because it saves
    /// compute units.
    inline_threshold: u32,
    /// Helper functions that it calls besides 128-bit arithmetic, separated by commas.
    helpers: &'static str,
}

/// All programs, in the order they are built.
pub const PROGRAMS: [Program; 3] = [
    Program {
        name: "exchange",
        folder: "programs/exchange",
        package: "modchains-exchange",
        library: "modchains_exchange",
        features: FEATURES,
        inline_threshold: 150,
        helpers: "",
    },
    Program {
        name: "vault",
        folder: "programs/vault",
        package: "modchains-vault",
        library: "modchains_vault",
        features: FEATURES,
        inline_threshold: 120,
        helpers: RENT_HELPERS,
    },
    Program {
        name: "oracle",
        folder: "programs/oracle",
        package: "modchains-oracle",
        library: "modchains_oracle",
        features: FEATURES,
        inline_threshold: 60,
        helpers: "",
    },
];

/// Programs of the tests: compiled in the same way, never described, never deployed.
const TEST_PROGRAMS: [Program; 1] = [Program {
    name: "foreign",
    folder: "tests/foreign",
    package: "modchains-test-foreign",
    library: "test_foreign",
    features: "",
    inline_threshold: 50,
    helpers: "",
}];

/// No log of each instruction's name, which costs compute units in every call; the entry point of `programs/kit`.
const FEATURES: &str = "no-log-ix-name,lean-entry";
/// What Anchor's `init` computes an account's rent with, in floats.
const RENT_HELPERS: &str = "__floatundidf,__muldf3,__fixunsdfdi,__gedf2,__gtdf2";
/// For size: at `s` programs are half again, at 3 twice as large, and larger than they may be.
const OPT_LEVEL: &str = "z";

/// For cargo: the formulas are compiled for speed.
const FORMULAS_FLAG: &str = "--config=profile.release.package.modchains-core.opt-level=3";

/// Compiled into every program (`programs/kit/src/security.rs`).
const CONTACT_VARIABLES: [&str; 2] = ["MODCHAINS_PROJECT_URL", "MODCHAINS_SECURITY_CONTACTS"];

impl Program {
    /// The program of that name.
    ///
    /// # Errors
    /// When there is none; the message lists those there are.
    pub fn named(name: &str) -> Result<Self> {
        let names = PROGRAMS.map(|program| program.name).join(", ");
        PROGRAMS
            .into_iter()
            .find(|program| program.name == name)
            .with_context(|| format!("no program `{name}`; there are {names}"))
    }

    /// The inlining threshold, for rustc.
    fn inline_flag(&self) -> String {
        format!("-Cllvm-args=-inline-threshold={}", self.inline_threshold)
    }

    /// Where its compiled file goes.
    pub fn binary(&self) -> PathBuf {
        paths::deploy_folder().join(format!("{}.so", self.library))
    }
}

/// Compiles what has changed and prints each program's size and hash. No names mean all programs; with `tests` those of
/// the tests are added.
///
/// # Errors
/// When the toolchain cannot be set up or a program does not compile.
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
                OPT_LEVEL,
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

/// What both routes tell cargo about the profile: small, fast and with checked arithmetic.
fn profile(opt_level: &'static str) -> [(&'static str, &'static str); 5] {
    [
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level),
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_program_is_refused_with_the_known_ones() {
        let message = Program::named("bank").map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(message, Err("no program `bank`; there are exchange, vault, oracle".into()));
    }

    #[test]
    fn every_program_has_its_folder() {
        for program in PROGRAMS.into_iter().chain(TEST_PROGRAMS) {
            let manifest = paths::repository().join(program.folder).join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap_or_default();
            assert!(text.contains(&format!("name = \"{}\"", program.package)), "{}", manifest.display());
        }
    }
}
