//! Program addresses: the committed ones, the environment's, or those of keypairs made on this machine.
//!
//! Programs and clients take their addresses at compile time from the same three variables, so whoever deploys
//! under other addresses sets them for every build: `cargo xtask env --ids target` prints the lines.

use std::{
    env, fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use ed25519_dalek::SigningKey;

use crate::{
    paths,
    programs::{PROGRAMS, Program},
};

/// Where program addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdSource {
    /// `MODCHAINS_EXCHANGE_ID`, `_VAULT_ID` and `_ORACLE_ID` where set, else the committed addresses.
    Environment,
    /// The keypairs in `target/deploy`, made when absent.
    Target,
}

/// Addresses that a build gets in place of the committed ones: pairs of variable and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids(Vec<(String, String)>);

impl Ids {
    /// Reads the addresses from their source.
    pub fn from_source(source: IdSource) -> Result<Self> {
        match source {
            IdSource::Environment => Self::from_lookup(|name| env::var(name).ok()),
            IdSource::Target => {
                let keys = ensure_keypairs(&paths::deploy_folder())?;
                Ok(Self(keys.into_iter().map(|key| (variable(&key.program), key.address)).collect()))
            }
        }
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut ids = Vec::new();
        for program in &PROGRAMS {
            let name = variable(program);
            if let Some(value) = lookup(&name) {
                let length = bs58::decode(&value).into_vec().map(|bytes| bytes.len()).unwrap_or(0);
                ensure!(length == 32, "{name} is `{value}`, which is not a program address");
                ids.push((name, value));
            }
        }
        Ok(Self(ids))
    }

    /// The variables for a build.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Changes with any address.
    pub fn fingerprint(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value};")).collect()
    }
}

fn variable(program: &Program) -> String {
    format!("MODCHAINS_{}_ID", program.name.to_uppercase())
}

/// A program's keypair file.
#[derive(Debug, PartialEq, Eq)]
pub struct ProgramKey {
    /// Whose it is.
    pub program: Program,
    /// Its public key, which is the program's address.
    pub address: String,
    /// The file: a JSON array of 64 bytes, secret then public, as Solana's tools write it.
    pub path: PathBuf,
}

/// Makes the keypairs that are missing, readable by their owner only, and returns all.
pub fn ensure_keypairs(folder: &Path) -> Result<Vec<ProgramKey>> {
    PROGRAMS
        .into_iter()
        .map(|program| {
            let path = ensure_keypair(&folder.join(format!("{}-keypair.json", program.library)))?;
            let address = read_address(&path)?;
            Ok(ProgramKey { program, address, path })
        })
        .collect()
}

/// The keypair file at `path`, made when absent, readable by its owner only.
pub fn ensure_keypair(path: &Path) -> Result<PathBuf> {
    if !path.exists() {
        let folder = path.parent().with_context(|| format!("{} has no folder", path.display()))?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        write_keypair(path)?;
    }
    Ok(path.to_owned())
}

fn write_keypair(path: &Path) -> Result<()> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
    let bytes = SigningKey::from_bytes(&secret).to_keypair_bytes();
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot create {}", path.display()))?;
    file.write_all(serde_json::to_string(bytes.as_slice())?.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

fn read_address(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bytes: Vec<u8> =
        serde_json::from_str(&text).with_context(|| format!("{} is no keypair file", path.display()))?;
    let bytes: [u8; 64] =
        bytes.try_into().ok().with_context(|| format!("{} does not hold 64 bytes", path.display()))?;
    let key = SigningKey::from_keypair_bytes(&bytes)
        .with_context(|| format!("the halves of {} do not belong together", path.display()))?;
    Ok(bs58::encode(key.verifying_key().as_bytes()).into_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const TOKEN: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

    #[test]
    fn only_the_addresses_that_are_set_replace_the_committed_ones() {
        let ids = Ids::from_lookup(|name| (name == "MODCHAINS_VAULT_ID").then(|| TOKEN.into())).unwrap();
        assert_eq!(ids.variables().collect::<Vec<_>>(), [("MODCHAINS_VAULT_ID", TOKEN)]);
        assert_ne!(ids.fingerprint(), Ids::from_lookup(|_| None).unwrap().fingerprint());
    }

    #[test]
    fn a_value_that_is_no_address_is_refused_by_name() {
        for value in ["", "0OIl", "abc", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DATok"] {
            let error = Ids::from_lookup(|_| Some(value.into())).unwrap_err().to_string();
            assert!(error.starts_with("MODCHAINS_EXCHANGE_ID is"), "{error}");
        }
    }

    #[test]
    fn keypairs_are_made_once_and_only_their_owner_can_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = ensure_keypairs(folder.path()).unwrap();
        assert_eq!(ensure_keypairs(folder.path()).unwrap(), first);
        assert_eq!(first.len(), 3);
        assert_ne!(first[0].address, first[1].address);
        for key in &first {
            assert_eq!(fs::metadata(&key.path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(bs58::decode(&key.address).into_vec().unwrap().len(), 32);
        }
    }

    #[test]
    fn a_keypair_file_whose_halves_differ_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("modchains_exchange-keypair.json");
        fs::write(&path, serde_json::to_string(&vec![7_u8; 64]).unwrap()).unwrap();
        assert!(ensure_keypairs(folder.path()).unwrap_err().to_string().contains("do not belong together"));
    }
}
