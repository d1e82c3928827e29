//! Files and folders that are either whole or absent, and their hashes.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// SHA-256 of a file, as lower-case hexadecimal.
pub fn sha256_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    io::copy(&mut file, &mut hasher).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hex(&hasher.finalize()))
}

/// One hash over the names and contents of all files in a folder, but for hidden ones and build outputs.
pub fn sha256_of_tree(folder: &Path) -> Result<String> {
    sha256_of_all(folder, &[""])
}

/// One hash over the names and contents of all files at the paths below `root`.
pub fn sha256_of_all(root: &Path, paths: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        add(&mut hasher, name.as_bytes());
        add(&mut hasher, &fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(hex(&hasher.finalize()))
}

/// Lengths go in too, so that no two different lists of parts look alike.
pub fn add(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_le_bytes());
    hasher.update(part);
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        // Editors and build tools leave these beside sources.
        if !name.to_string_lossy().starts_with('.') && name != "target" {
            collect(&entry.path(), found)?;
        }
    }
    Ok(())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Refuses a file whose SHA-256 is not the pinned one.
pub fn require_sha256(path: &Path, expected: &str) -> Result<()> {
    let actual = sha256_of(path)?;
    ensure!(
        actual == expected,
        "{} has SHA-256 {actual}, expected {expected}; delete it and try again",
        path.display()
    );
    Ok(())
}

/// Makes a folder by filling a `.partial` one beside it and renaming that when it is complete. A folder that
/// exists is complete and left alone; a break leaves only the `.partial` one, which the next call clears.
pub fn complete_folder(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let partial = partial_of(folder);
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("cannot clear {}", partial.display()))?;
    }
    fs::create_dir_all(&partial).with_context(|| format!("cannot create {}", partial.display()))?;
    fill(&partial)?;
    fs::rename(&partial, folder).with_context(|| format!("cannot finish {}", folder.display()))
}

/// Writes a whole file or none, and touches nothing when the content is already there: build tools compare
/// times of change.
pub fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(false);
    }
    let folder = path.parent().with_context(|| format!("{} has no folder", path.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let partial = partial_of(path);
    fs::write(&partial, content)
        .and_then(|()| fs::rename(&partial, path))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

fn partial_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_file_with_another_hash_is_refused_with_both_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wheel");
        fs::write(&path, "abc").unwrap();
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        require_sha256(&path, of_abc).unwrap();
        let message = require_sha256(&path, "00").unwrap_err().to_string();
        assert!(message.contains(of_abc) && message.contains("expected 00"), "{message}");
    }

    #[test]
    fn a_folder_whose_filling_failed_is_absent_and_the_next_try_starts_clean() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("tool");
        let failed = complete_folder(&folder, |partial| {
            fs::write(partial.join("half"), "")?;
            bail!("the network broke")
        });
        assert_eq!(failed.unwrap_err().to_string(), "the network broke");
        assert!(!folder.exists());
        complete_folder(&folder, |partial| Ok(fs::write(partial.join("whole"), "")?)).unwrap();
        assert!(folder.join("whole").exists() && !folder.join("half").exists());
        complete_folder(&folder, |_| bail!("a complete folder is filled again")).unwrap();
    }

    #[test]
    fn an_unchanged_file_keeps_its_time_of_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/script");
        assert!(write_if_changed(&path, b"one").unwrap());
        assert!(!write_if_changed(&path, b"one").unwrap());
        assert!(write_if_changed(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }
}
