//! Tells whether a compiled program still belongs to its sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files;

/// What programs are made of besides their own folder, below the repository's root.
const SHARED: [&str; 6] =
    [".cargo/config.toml", "Cargo.lock", "Cargo.toml", "programs/interface", "programs/kit", "sdk/core"];

/// Hash over the names and contents of everything that goes into the program whose crate is in `folder`.
pub fn hash_sources(repository: &Path, folder: &str) -> Result<String> {
    files::sha256_of_all(repository, &SHARED.into_iter().chain([folder]).collect::<Vec<_>>())
}

/// What a compiled program was made from, kept beside it.
#[derive(Debug)]
pub struct Stamp {
    inputs_sha256: String,
}

/// The stamp's file: what went in and what came out.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    inputs_sha256: String,
    binary_sha256: String,
}

impl Stamp {
    /// The stamp of sources and everything else that changes the result.
    pub fn new(sources: &str, settings: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in std::iter::once(&sources).chain(settings) {
            files::add(&mut hasher, part.as_bytes());
        }
        Self { inputs_sha256: files::hex(&hasher.finalize()) }
    }

    /// The first digits, enough to name a folder.
    pub fn short(&self) -> &str {
        self.inputs_sha256.get(..12).unwrap_or(&self.inputs_sha256)
    }

    /// Whether the file is what these inputs gave: a file replaced by hand does not match.
    pub fn matches(&self, binary: &Path) -> bool {
        let Ok(present) = fs::read_to_string(path_beside(binary)) else {
            return false;
        };
        serde_json::from_str::<Record>(&present)
            .is_ok_and(|record| self.record(binary).is_ok_and(|expected| record == expected))
    }

    /// Records that the file was made from these inputs.
    pub fn write(&self, binary: &Path) -> Result<()> {
        let record = serde_json::to_string(&self.record(binary)?)?;
        files::write_if_changed(&path_beside(binary), record.as_bytes())?;
        Ok(())
    }

    fn record(&self, binary: &Path) -> Result<Record> {
        Ok(Record { inputs_sha256: self.inputs_sha256.clone(), binary_sha256: files::sha256_of(binary)? })
    }
}

fn path_beside(binary: &Path) -> PathBuf {
    binary.with_extension("stamp.json")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in SHARED.into_iter().filter(|path| path.contains(".")).chain([
            "programs/a/src/lib.rs",
            "programs/interface/src/lib.rs",
            "programs/kit/src/lib.rs",
            "sdk/core/src/lib.rs",
        ]) {
            files::write_if_changed(&folder.path().join(path), b"").unwrap();
        }
        folder
    }

    #[test]
    fn the_hash_changes_with_any_content_or_name_and_with_nothing_else() {
        let folder = repository();
        let hash = || hash_sources(folder.path(), "programs/a");
        let before = hash().unwrap();
        files::write_if_changed(&folder.path().join("programs/a/target/x"), b"built").unwrap();
        files::write_if_changed(&folder.path().join("crank/src/lib.rs"), b"elsewhere").unwrap();
        files::write_if_changed(&folder.path().join("programs/b/src/lib.rs"), b"another program").unwrap();
        assert_eq!(hash().unwrap(), before);
        files::write_if_changed(&folder.path().join("sdk/core/src/lib.rs"), b"changed").unwrap();
        let changed = hash().unwrap();
        assert_ne!(changed, before);
        fs::rename(folder.path().join("programs/a/src/lib.rs"), folder.path().join("programs/a/src/main.rs")).unwrap();
        assert_ne!(hash().unwrap(), changed);
    }

    #[test]
    fn a_stamp_matches_only_its_own_inputs_and_file() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("a.so");
        let stamp = Stamp::new("sources", &["rustc 1", "s"]);
        assert!(!stamp.matches(&binary));
        fs::write(&binary, "program").unwrap();
        stamp.write(&binary).unwrap();
        assert!(stamp.matches(&binary));
        assert!(!Stamp::new("sources", &["rustc 2", "s"]).matches(&binary));
        assert!(!Stamp::new("sources", &["rustc 1s", ""]).matches(&binary));
        fs::write(&binary, "another").unwrap();
        assert!(!stamp.matches(&binary));
    }
}
