//! Bounded, verified reading of the files of a bundle.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use sha2::{Digest, Sha256};

use super::{BundleError, FileEntry, names::require_plain_name};

/// Largest sizes that are read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleLimits {
    /// Largest `model.toml`, in bytes.
    pub manifest_bytes: u64,
    /// Largest other file, in bytes.
    pub file_bytes: u64,
}

impl Default for BundleLimits {
    fn default() -> Self {
        Self { manifest_bytes: 64 << 10, file_bytes: 1 << 30 }
    }
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Opens a plain file without following a link and returns it with its size.
fn open_plain(dir: &Path, name: &str) -> Result<(File, u64), BundleError> {
    require_plain_name(name)?;
    let path = dir.join(name);
    // O_NONBLOCK: opening a FIFO in the folder must not hang.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(&path);
    let file = opened.map_err(|source| match source.raw_os_error() {
        Some(libc::ELOOP) => BundleError::NotAFile { path: path.clone() },
        _ => BundleError::Unreadable { path: path.clone(), source },
    })?;
    let metadata = file.metadata().map_err(|source| BundleError::Unreadable { path: path.clone(), source })?;
    if !metadata.is_file() {
        return Err(BundleError::NotAFile { path });
    }
    Ok((file, metadata.len()))
}

/// Reads a whole file of at most `limit_bytes`.
pub(super) fn read_bounded(dir: &Path, name: &str, limit_bytes: u64) -> Result<Vec<u8>, BundleError> {
    let (file, size) = open_plain(dir, name)?;
    let too_large = |actual_bytes| BundleError::TooLarge { file: name.to_owned(), limit_bytes, actual_bytes };
    if size > limit_bytes {
        return Err(too_large(size));
    }
    let mut bytes = Vec::new();
    file.take(limit_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| BundleError::Unreadable { path: dir.join(name), source })?;
    // The file may have grown since its size was read.
    if bytes.len() as u64 > limit_bytes {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// Streams a file through SHA-256 and compares size and hash with the manifest.
pub(super) fn verify(dir: &Path, entry: &FileEntry, limit_bytes: u64) -> Result<(), BundleError> {
    let mut hasher = Sha256::new();
    copy_verified(dir, entry, limit_bytes, &mut hasher)?;
    require_hash(entry, hasher.finalize().into())
}

/// Reads a file into memory and compares size and hash with the manifest.
pub(super) fn read_verified(dir: &Path, entry: &FileEntry, limit_bytes: u64) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    copy_verified(dir, entry, limit_bytes, &mut bytes)?;
    require_hash(entry, sha256(&bytes))?;
    Ok(bytes)
}

fn copy_verified(
    dir: &Path,
    entry: &FileEntry,
    limit_bytes: u64,
    sink: &mut impl io::Write,
) -> Result<(), BundleError> {
    if entry.bytes > limit_bytes {
        let actual_bytes = entry.bytes;
        return Err(BundleError::TooLarge { file: entry.path.clone(), limit_bytes, actual_bytes });
    }
    let (file, size) = open_plain(dir, &entry.path)?;
    let mismatch = |actual_bytes| BundleError::SizeMismatch {
        file: entry.path.clone(),
        expected_bytes: entry.bytes,
        actual_bytes,
    };
    if size != entry.bytes {
        return Err(mismatch(size));
    }
    let copied = io::copy(&mut file.take(entry.bytes.saturating_add(1)), sink)
        .map_err(|source| BundleError::Unreadable { path: dir.join(&entry.path), source })?;
    if copied != entry.bytes {
        return Err(mismatch(copied));
    }
    Ok(())
}

fn require_hash(entry: &FileEntry, actual: [u8; 32]) -> Result<(), BundleError> {
    if entry.sha256()? == actual {
        return Ok(());
    }
    Err(BundleError::HashMismatch {
        file: entry.path.clone(),
        expected: entry.sha256.clone(),
        actual: hex::encode(actual),
    })
}
