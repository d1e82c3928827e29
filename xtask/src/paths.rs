//! Where things lie: the repository and the cache.
//!
//! No path is compiled in: this program must serve the checkout that it is run in.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use anyhow::{Context, Result, ensure};

/// Names the cache folder; without it the cache is `$XDG_CACHE_HOME/modchains` or `~/.cache/modchains`.
pub const CACHE_VARIABLE: &str = "MODCHAINS_CACHE";
/// Finds and prepares a checkout's build folders. The Makefile needs it before this program is compiled.
const CHECKOUT_SCRIPT: &str = "xtask/checkout.sh";

/// The repository's root folder: around the crate that cargo runs, or around the working folder.
pub fn repository() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let starts = [env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from), env::current_dir().ok()];
        let found = starts.iter().flatten().find_map(|start| find_root(start));
        // Whatever is looked for here is then missing by its own name.
        found.unwrap_or_else(|| PathBuf::from("."))
    });
    &ROOT
}

fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(CHECKOUT_SCRIPT).is_file()).map(Path::to_owned)
}

/// The folder for everything that is fetched or built once and outlives `cargo clean`.
pub fn cache() -> Result<PathBuf> {
    cache_from(|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
        .context("cannot tell where the cache is: set MODCHAINS_CACHE to a folder")
}

fn cache_from(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    variable(CACHE_VARIABLE)
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("modchains")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".cache/modchains")))
}

/// Where compiled programs go.
pub fn deploy_folder() -> PathBuf {
    repository().join("target/deploy")
}

/// The folder in the cache for this checkout's build results of one kind: `host`, `sbf`, `idl`, `mutants` or `fuzz`. A new
/// one is seeded with what another checkout has compiled of other people's packages.
pub fn results(kind: &str) -> Result<PathBuf> {
    let script = repository().join(CHECKOUT_SCRIPT);
    let mut command = Command::new("sh");
    let output = command.arg(&script).arg(kind).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {}", script.display()))?;
    ensure!(output.status.success(), "{} {kind} failed", script.display());
    Ok(String::from_utf8(output.stdout).context("the build folder's path is no text")?.trim_end().into())
}

/// The target folder of what runs on this machine: `CARGO_TARGET_DIR` where somebody has set it.
pub fn host_target() -> Result<PathBuf> {
    results("host")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<PathBuf> + 'a {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
    }

    #[test]
    fn our_own_variable_beats_the_desktop_one_beats_home() {
        let all = [("MODCHAINS_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(cache_from(lookup(&all)), Some(PathBuf::from("/a")));
        assert_eq!(cache_from(lookup(&all[1..])), Some(PathBuf::from("/b/modchains")));
        assert_eq!(cache_from(lookup(&all[2..])), Some(PathBuf::from("/c/.cache/modchains")));
        assert_eq!(cache_from(lookup(&[])), None);
    }

    #[test]
    fn the_root_is_found_from_any_folder_below_it() {
        assert_eq!(find_root(&repository().join("xtask/src/sbf")), Some(repository().to_owned()));
        assert_eq!(find_root(Path::new("/")), None);
    }

    #[test]
    fn the_repository_holds_the_workspace_manifest() {
        assert!(repository().join("Cargo.toml").is_file());
    }
}
