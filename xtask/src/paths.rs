//! Where things lie: the repository and the cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Names the cache folder; without it the cache is `$XDG_CACHE_HOME/modchains` or `~/.cache/modchains`.
pub const CACHE_VARIABLE: &str = "MODCHAINS_CACHE";

/// The repository's root folder: the parent of this crate's own.
pub fn repository() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The folder for everything that is fetched or built once and outlives `cargo clean`.
///
/// # Errors
/// When the environment names neither a cache nor a home folder.
pub fn cache() -> Result<PathBuf> {
    cache_from(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
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

/// The target folder that host crates share, outside the repository's own `target`.
///
/// # Errors
/// As [`cache`].
pub fn host_target() -> Result<PathBuf> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Ok(cache()?.join("target")),
    }
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
    fn the_repository_holds_the_workspace_manifest() {
        assert!(repository().join("Cargo.toml").is_file());
    }
}
