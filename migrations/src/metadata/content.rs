//! What is published about a program: its IDL and whom to tell about a weakness.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
};

use clap::ValueEnum;
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use modchains_sdk::keys::Program;
use serde::Serialize;
use serde_json::{Value, json};
use solana_security_txt::{Contact, find_and_parse};

use crate::{MigrateError, Result, deploy::ProgramImage};

/// Longest text that published data is unpacked to, for comparison.
const TEXT_BYTES_MAX: u64 = 10_000_000;
/// How the project's URL starts in a build whose deployer gave no contact.
const NO_CONTACT: &str = "none:";

/// What is published about a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Its interface description.
    Idl,
    /// Its security contact.
    Security,
}

impl Kind {
    /// Everything that is published.
    pub const ALL: [Self; 2] = [Self::Idl, Self::Security];

    /// Its name in the account's address.
    pub const fn seed(self) -> &'static str {
        match self {
            Self::Idl => "idl",
            Self::Security => "security",
        }
    }

    /// What it says about a program, as JSON text: the IDL file as it is, or what the compiled program says. `is_local` is
    /// whether the cluster runs on this machine, where nobody needs a contact.
    ///
    /// # Errors
    /// When a file is missing or belongs to another build, or the build has no contact.
    pub fn text(self, image: &ProgramImage, idl_folder: &Path, is_local: bool) -> Result<String> {
        match self {
            Self::Idl => idl(image.program, idl_folder),
            Self::Security => security(image, is_local),
        }
    }
}

fn idl(program: Program, folder: &Path) -> Result<String> {
    let path = folder.join(format!("modchains_{}.json", program.name()));
    let refuse = |reason: String| MigrateError::IdlUnusable { path: path.clone(), reason };
    let text = fs::read_to_string(&path).map_err(|error| refuse(error.to_string()))?;
    let parsed: Value = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    let (expected, found) = (program.id().to_string(), parsed["address"].as_str().unwrap_or("nothing"));
    if found != expected {
        return Err(refuse(format!("it describes {found}, and this release was built for {expected}")));
    }
    Ok(text)
}

fn security(image: &ProgramImage, is_local: bool) -> Result<String> {
    let program = image.program.name();
    let refuse = |reason: String| MigrateError::ContactUnusable { program, reason };
    let text = find_and_parse(&image.bytes).map_err(|error| refuse(error.to_string()))?;
    if !is_local && text.project_url.starts_with(NO_CONTACT) {
        return Err(refuse("it was built without one".into()));
    }
    let contacts: Vec<String> = text.contacts.iter().map(contact).collect();
    let description = json!({
        "name": text.name,
        "project_url": text.project_url,
        "contacts": contacts,
        "policy": text.policy,
        "preferred_languages": text.preferred_languages,
    });
    Ok(description.to_string())
}

/// A contact as it was compiled in, `kind:place`; its display is `Kind: place`.
fn contact(contact: &Contact) -> String {
    let shown = contact.to_string();
    shown.split_once(": ").map_or(shown.clone(), |(kind, place)| format!("{}:{place}", kind.to_lowercase()))
}

/// Text as it is stored: compressed by zlib.
///
/// # Errors
/// Does not happen when writing to memory.
pub fn pack(text: &str) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_err(|error| MigrateError::Compression { reason: error.to_string() })
}

/// Whether stored data unpacks to `text`, however hard it was compressed.
pub fn says(data: &[u8], text: &str) -> bool {
    let mut unpacked = Vec::new();
    let read = ZlibDecoder::new(data).take(TEXT_BYTES_MAX).read_to_end(&mut unpacked);
    read.is_ok() && unpacked == text.as_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_sdk::Pubkey;

    use super::*;

    const CONTACT: &[u8] = b"\x7fELF..=======BEGIN SECURITY.TXT V1=======\0name\0ModChains vault\0project_url\0https://example.org\0contacts\0email:a@example.org,link:https://example.org/b\0policy\0SECURITY.md\0preferred_languages\0en\0=======END SECURITY.TXT V1=======\0..";

    fn image(bytes: &[u8]) -> ProgramImage {
        ProgramImage { program: Program::Vault, bytes: bytes.to_vec(), sha256: String::new() }
    }

    fn idl_of(address: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{{\n  \"address\": \"{address}\"\n}}\n");
        fs::write(folder.path().join("modchains_vault.json"), &text).unwrap();
        (folder, text)
    }

    #[test]
    fn an_idl_is_published_as_it_is_if_it_is_of_this_build() {
        let (folder, text) = idl_of(&Program::Vault.id().to_string());
        assert_eq!(Kind::Idl.text(&image(b""), folder.path(), false).unwrap(), text);
        let (other, _) = idl_of(&Pubkey::new_unique().to_string());
        let nothing = tempfile::tempdir().unwrap();
        for folder in [other.path(), nothing.path()] {
            let refused = Kind::Idl.text(&image(b""), folder, false);
            assert!(matches!(refused, Err(MigrateError::IdlUnusable { .. })), "{refused:?}");
        }
    }

    #[test]
    fn the_contact_is_the_one_in_the_program() {
        let text = Kind::Security.text(&image(CONTACT), Path::new(""), false).unwrap();
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["name"], "ModChains vault");
        assert_eq!(parsed["project_url"], "https://example.org");
        let contacts: Vec<String> = serde_json::from_value(parsed["contacts"].clone()).unwrap();
        assert_eq!(contacts, ["email:a@example.org", "link:https://example.org/b"]);
    }

    #[test]
    fn a_public_cluster_needs_a_contact_and_a_local_one_does_not() {
        let none = String::from_utf8_lossy(CONTACT).replace("https://example.org\0contacts", "none: local\0contacts");
        let text = |is_local| Kind::Security.text(&image(none.as_bytes()), Path::new(""), is_local);
        assert!(matches!(text(false), Err(MigrateError::ContactUnusable { .. })));
        text(true).unwrap();
        let refused = Kind::Security.text(&image(b"\x7fELF"), Path::new(""), true);
        assert!(matches!(refused, Err(MigrateError::ContactUnusable { .. })));
    }

    #[test]
    fn data_says_its_own_text_and_no_other() {
        let text = "a text ".repeat(1_000);
        let packed = pack(&text).unwrap();
        assert!(packed.len() < 100, "it is compressed");
        assert!(says(&packed, &text));
        assert!(!says(&packed, "a text"));
        assert!(!says(&packed[..20], &text));
        assert!(!says(b"", ""));
    }
}
