//! Key files, and the keys of the three programs on local networks.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use modchains_core::ids::LOCALNET_KEY_PHRASE;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;

use crate::{Result, SdkError};

/// Permission bits that nobody but the owner may have.
const OTHERS: u32 = 0o077;
/// Longest key file that is read. A key takes 300 bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// How UTF-8 text starts when an editor marks it as such.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A program of ModChains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Registry and markets.
    Exchange,
    /// Staking and revenue.
    Vault,
    /// Requests, results and usage.
    Oracle,
}

impl Program {
    /// All of them, in the order in which they are deployed.
    pub const ALL: [Self; 3] = [Self::Exchange, Self::Vault, Self::Oracle];

    /// Its name, which is also that of its compiled file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Vault => "vault",
            Self::Oracle => "oracle",
        }
    }

    /// The address this build was made for.
    pub const fn id(self) -> crate::Pubkey {
        match self {
            Self::Exchange => modchains_exchange::ID,
            Self::Vault => modchains_vault::ID,
            Self::Oracle => modchains_oracle::ID,
        }
    }

    /// The environment variable that sets its address when everything is built.
    pub const fn id_variable(self) -> &'static str {
        match self {
            Self::Exchange => "MODCHAINS_EXCHANGE_ID",
            Self::Vault => "MODCHAINS_VAULT_ID",
            Self::Oracle => "MODCHAINS_ORACLE_ID",
        }
    }

    /// Its key on local networks, which anybody can derive.
    pub fn local_keypair(self) -> Keypair {
        let seed = Sha256::new().chain_update(LOCALNET_KEY_PHRASE).chain_update(self.name()).finalize();
        Keypair::new_from_array(seed.into())
    }
}

/// Reads a key file: a JSON array of 64 bytes, readable by its owner only. It is opened once and read once, so a pipe
/// will do.
///
/// # Errors
/// When others may read the file, when it cannot be read, and when it does not hold a key.
pub fn load(path: &Path) -> Result<Keypair> {
    let unreadable =
        |error: std::io::Error| SdkError::KeyFileUnreadable { path: path.to_owned(), reason: error.to_string() };
    let invalid = |reason: String| SdkError::KeyFileInvalid { path: path.to_owned(), reason };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(invalid("it is a folder, not a file".into()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(SdkError::KeyFilePermissions { path: path.to_owned(), mode });
    }
    let mut text = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut text).map_err(unreadable)?;
    if text.starts_with(BYTE_ORDER_MARK) {
        return Err(invalid("it starts with a byte order mark, which some editors add: save it without".into()));
    }
    // The parser's message could quote the file, which may hold a key in another form.
    let bytes: Vec<u8> = serde_json::from_slice(&text).map_err(|_| invalid("it is not a list of bytes".into()))?;
    if bytes.len() != 64 {
        return Err(invalid(format!("it holds {} bytes", bytes.len())));
    }
    Keypair::try_from(bytes.as_slice()).map_err(|_| invalid("its two halves do not belong together".into()))
}

/// Writes a new random key to `path`, readable by its owner only.
///
/// # Errors
/// When the file exists already or cannot be written.
pub fn generate(path: &Path) -> Result<Keypair> {
    let keypair = Keypair::new();
    save(path, &keypair)?;
    Ok(keypair)
}

/// Writes `keypair` to a new file that only its owner can read.
///
/// # Errors
/// When the file exists already or cannot be written.
pub fn save(path: &Path, keypair: &Keypair) -> Result<()> {
    let unreadable =
        |error: std::io::Error| SdkError::KeyFileUnreadable { path: path.to_owned(), reason: error.to_string() };
    let text = serde_json::to_string(&keypair.to_bytes().to_vec())
        .map_err(|error| SdkError::KeyFileInvalid { path: path.to_owned(), reason: error.to_string() })?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(unreadable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::fs;

    use solana_signer::Signer;

    use super::*;

    #[test]
    fn local_program_keys_belong_to_the_default_addresses() {
        let from_environment = [
            option_env!("MODCHAINS_EXCHANGE_ID"),
            option_env!("MODCHAINS_VAULT_ID"),
            option_env!("MODCHAINS_ORACLE_ID"),
        ];
        for (program, id) in Program::ALL.into_iter().zip(from_environment) {
            if id.is_none() {
                assert_eq!(program.local_keypair().pubkey(), program.id(), "{program:?}");
            }
        }
    }

    #[test]
    fn a_key_comes_back_from_its_file_which_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        let written = generate(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(&path).unwrap(), written);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        generate(&path).unwrap();
        for mode in [0o644, 0o640, 0o604, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = load(&path).unwrap_err();
            assert!(matches!(refused, SdkError::KeyFilePermissions { mode: found, .. } if found == mode));
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
        }
    }

    #[test]
    fn a_folder_is_no_key_file_whoever_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let refused = load(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("not a file") && !refused.contains("chmod"), "{refused}");
    }

    #[test]
    fn a_byte_order_mark_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        let key = generate(&path).unwrap();
        let text = fs::read(&path).unwrap();
        fs::write(&path, [BYTE_ORDER_MARK, &text].concat()).unwrap();
        let refused = load(&path).unwrap_err().to_string();
        assert!(refused.contains("byte order mark") && refused.contains("save it without"), "{refused}");
        fs::write(&path, text).unwrap();
        assert_eq!(load(&path).unwrap(), key);
    }

    #[test]
    fn an_existing_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        let first = generate(&path).unwrap();
        assert!(matches!(generate(&path), Err(SdkError::KeyFileUnreadable { .. })));
        assert_eq!(load(&path).unwrap(), first);
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        for text in ["", "secret words", "[1,2,3]", &format!("{:?}", [7_u8; 64])] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let refused = load(&path).unwrap_err();
            assert!(matches!(refused, SdkError::KeyFileInvalid { .. }), "{text}");
            assert!(!refused.to_string().contains("secret"), "{refused}");
        }
    }
}
