//! What every step needs.

use std::{path::PathBuf, sync::Arc};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use modchains_sdk::{
    Instruction, Keypair, Pubkey, Signer,
    client::{Client, SendOptions},
    decode::Receipt,
    keys::{self, Program},
};

use crate::{MigrateError, Result, config::Config};

/// Where the programs' keys come from.
#[derive(Debug, Clone)]
pub enum ProgramKeys {
    /// Derived from a public phrase: for networks on this machine.
    Public,
    /// `modchains_<name>-keypair.json` in a folder.
    Folder(PathBuf),
}

/// What every step needs.
pub struct Context {
    /// The cluster.
    pub client: Arc<Client>,
    /// Pays, and becomes upgrade authority and admin.
    pub authority: Keypair,
    /// The folder with the compiled programs.
    pub program_folder: PathBuf,
    /// Where the programs' keys come from.
    pub program_keys: ProgramKeys,
    /// What to set.
    pub config: Config,
    /// Highest priority fee for each compute unit, in micro-lamports; none pays none.
    pub compute_price_max: Option<u64>,
    /// Where progress is shown.
    pub progress: MultiProgress,
}

impl Context {
    /// The key that a program is first deployed with.
    ///
    /// # Errors
    /// When it gives another address than the one compiled in, is missing, or is public on a network that is not.
    pub fn program_keypair(&self, program: Program) -> Result<Keypair> {
        let keypair = match &self.program_keys {
            ProgramKeys::Public if self.is_local() => program.local_keypair(),
            ProgramKeys::Public => return Err(MigrateError::PublicKeysRefused { url: self.client.url().clone() }),
            ProgramKeys::Folder(folder) => {
                keys::load(&folder.join(format!("modchains_{}-keypair.json", program.name())))?
            }
        };
        let (found, expected) = (keypair.pubkey(), program.id());
        if found != expected {
            let (program, variable) = (program.name(), program.id_variable());
            return Err(MigrateError::WrongProgramKey { program, found, expected, variable });
        }
        Ok(keypair)
    }

    /// Sends instructions that the authority pays for, and others sign.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send(&self, instructions: &[Instruction], others: &[&Keypair]) -> Result<Receipt> {
        let mut signers = vec![&self.authority];
        signers.extend_from_slice(others);
        let options = SendOptions { compute_price_max: self.compute_price_max, ..SendOptions::default() };
        Ok(self.client.send_with(instructions, &signers, &options).await?)
    }

    /// Whether the cluster runs on this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.client.url().to_string())
    }

    /// Who signs and pays for every step.
    pub fn authority_address(&self) -> Pubkey {
        self.authority.pubkey()
    }

    /// A progress bar over `length` units of `what`.
    pub fn bar(&self, length: u64, what: String) -> ProgressBar {
        let template = "{msg:28} {bar:40} {pos}/{len} {elapsed}";
        // The template is a constant; should it ever not parse, the default one is shown.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.progress.add(ProgressBar::new(length).with_style(style).with_message(what))
    }
}

/// Whether a URL names this machine, where anybody may know the program keys.
fn is_loopback(url: &str) -> bool {
    let authority = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.strip_prefix('[').map_or_else(
        || host.rsplit_once(':').map_or(host, |(name, _)| name),
        |bracketed| bracketed.split(']').next().unwrap_or_default(),
    );
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for url in ["http://127.0.0.1:8899", "http://localhost", "ws://[::1]:9/x", "http://127.8.0.1:1?a"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://example.org",
            "http://127.0.0.1@example.org/",
            "http://localhost.example.org:8899",
            "10.0.0.1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
