//! Fields that manifest, files and output rule share, and what they may say.

use modchains_exchange::state::is_invisible;
use serde::{Deserialize, Serialize};

use super::BundleError;

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Plain file name inside the bundle's folder.
    pub path: String,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl FileEntry {
    /// The hash as bytes.
    ///
    /// # Errors
    /// When the text is not 64 lower-case hex digits.
    pub fn sha256(&self) -> Result<[u8; 32], BundleError> {
        decode_hash(&format!("files.{}.sha256", self.path), &self.sha256)
    }
}

/// Refuses text that is empty, longer than `bytes_max` bytes, or not shown as it is: it is printed on terminals.
pub(super) fn require_text(field: &str, text: &str, bytes_max: usize) -> Result<(), BundleError> {
    if !(1..=bytes_max).contains(&text.len()) {
        let problem = format!("has {} bytes, expected 1 to {bytes_max}", text.len());
        return Err(BundleError::manifest(field, problem));
    }
    if text.trim() != text || text.contains(is_invisible) {
        let problem = format!("is {text:?}, expected visible characters without white space around them");
        return Err(BundleError::manifest(field, problem));
    }
    Ok(())
}

/// The 32 bytes of a hash in lower-case hex.
pub(super) fn decode_hash(field: &str, text: &str) -> Result<[u8; 32], BundleError> {
    let mut hash = [0_u8; 32];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if lower && hex::decode_to_slice(text, &mut hash).is_ok() {
        return Ok(hash);
    }
    Err(BundleError::manifest(field, format!("is {text:?}, expected 64 lower-case hex digits")))
}
