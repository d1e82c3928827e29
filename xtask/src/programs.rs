//! The programs of this repository.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::paths;

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
    pub features: &'static str,
    /// LLVM's measure of what is worth inlining: as high as the size that a program may have allows, because it saves
    /// compute units.
    pub inline_threshold: u32,
    /// Helper functions that it calls besides 128-bit arithmetic, separated by commas.
    pub helpers: &'static str,
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
        inline_threshold: 30,
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
pub const TEST_PROGRAMS: [Program; 1] = [Program {
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

impl Program {
    /// The program of that name.
    pub fn named(name: &str) -> Result<Self> {
        let names = PROGRAMS.map(|program| program.name).join(", ");
        PROGRAMS
            .into_iter()
            .find(|program| program.name == name)
            .with_context(|| format!("no program `{name}`; there are {names}"))
    }

    /// The inlining threshold, for rustc.
    pub fn inline_flag(&self) -> String {
        format!("-Cllvm-args=-inline-threshold={}", self.inline_threshold)
    }

    /// Where its compiled file goes.
    pub fn binary(&self) -> PathBuf {
        paths::deploy_folder().join(format!("{}.so", self.library))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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
