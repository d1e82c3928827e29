//! The functions every program is linked with: 128-bit arithmetic and memory, from the crate `xtask/sbf-builtins`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{profile, toolchain::Toolchain};
use crate::{files, paths, process, ui::Step};

/// Libraries of the crate that go to the linker: its own and the memory functions'.
const LIBRARIES: [&str; 2] = ["modchains_sbf_builtins", "solana_compiler_builtins"];

/// Packages that are worth their size: a trade spends a good part of its compute units here.
const FAST: [&str; 2] = ["modchains-sbf-builtins", "solana-compiler-builtins"];

/// The crate's folder.
fn folder() -> PathBuf {
    paths::repository().join("xtask/sbf-builtins")
}

/// Changes with the crate's sources.
pub fn identity() -> Result<String> {
    let files =
        ["Cargo.lock", "src/lib.rs", "src/wide.rs", "wide.ll"].map(|file| files::sha256_of(&folder().join(file)));
    Ok(files.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// Compiles the crate with `cargo`, a command ready for the target, and returns the linker's first inputs.
pub fn build(toolchain: &Toolchain, mut cargo: Command, output: &Path) -> Result<Vec<PathBuf>> {
    let step = Step::start("building the compiler's helper functions (the first time with std: a minute)");
    cargo
        .arg("--manifest-path")
        .arg(folder().join("Cargo.toml"))
        .arg("--message-format=json-render-diagnostics")
        .args(FAST.map(|package| format!("--config=profile.release.package.{package}.opt-level=3")))
        .envs(profile::variables());
    let messages = process::run(&step, &mut cargo, &output.join("logs/builtins.log"))?;
    let mut inputs = LIBRARIES.map(|name| library(&messages, name)).into_iter().collect::<Result<Vec<_>>>()?;
    if toolchain.needs_wide_builtins()? {
        let bitcode = output.join("wide.bc");
        let mut assemble = Command::new(toolchain.llvm_as());
        assemble.arg(folder().join("wide.ll")).arg("-o").arg(&bitcode);
        process::run(&step, &mut assemble, &output.join("logs/llvm-as.log"))?;
        inputs.insert(0, bitcode);
    }
    step.done();
    Ok(inputs)
}

/// The library file of a crate in cargo's messages.
fn library(messages: &str, name: &str) -> Result<PathBuf> {
    let found = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find_map(|message| {
        let ours = message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
        let files = message["filenames"].as_array().filter(|_| ours)?;
        files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".rlib")).map(PathBuf::from)
    });
    let path = found.with_context(|| format!("cargo built no library {name}"))?;
    ensure!(path.is_file(), "cargo names {}, which is not there", path.display());
    Ok(path)
}

/// Compiled here too, to be compared with the machine's own arithmetic.
#[cfg(test)]
#[path = "../../sbf-builtins/src/wide.rs"]
mod wide;

#[cfg(test)]
mod tests {
    use super::wide::{self, Wide};

    fn split(value: u128) -> Wide {
        Wide { low: value as u64, high: (value >> 64) as u64 }
    }

    fn join(value: Wide) -> u128 {
        (u128::from(value.high) << 64) | u128::from(value.low)
    }

    /// Numbers of every length, whose bits are near all zeros, near all ones, or mixed.
    fn samples() -> Vec<u128> {
        let mut samples = vec![0, 1, 2, 3];
        let mut state = 0x9e37_79b9_7f4a_7c15_u128;
        for length in 1..=128 {
            let top = u128::MAX >> (128 - length);
            state = state.wrapping_mul(0xda94_2042_e4dd_58b5_a076_1d64_78bd_642f).wrapping_add(1);
            samples.extend([top, top - 1, top / 2 + 1, state & top, (state >> 3) & top & !(top >> 33)]);
        }
        samples
    }

    #[test]
    fn products_and_quotients_equal_the_machines_own_for_every_pair_of_lengths() {
        for &left in &samples() {
            for &right in &samples() {
                assert_eq!(
                    join(wide::multiply(split(left), split(right))),
                    left.wrapping_mul(right),
                    "{left} * {right}"
                );
                if right != 0 {
                    let (quotient, remainder) = wide::divide(split(left), split(right));
                    assert_eq!((join(quotient), join(remainder)), (left / right, left % right), "{left} / {right}");
                }
            }
        }
    }
}
