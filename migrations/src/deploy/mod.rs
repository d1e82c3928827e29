//! Deploying one program with the upgradeable loader over plain RPC.

mod allocation;
mod buffer;
mod chunks;
mod state;

use std::{fs, path::Path, time::Duration};

use modchains_sdk::{Instruction, Pubkey, address, keys::Program};
use serde::Serialize;
use sha2::{Digest, Sha256};
use solana_loader_v3_interface::{instruction as loader, state::UpgradeableLoaderState};
use tokio::time::sleep;

pub use allocation::create_in_place;
pub use buffer::{Buffer, buffer_keypair};
pub use chunks::missing_chunks;
pub use state::Deployed;

use crate::{MigrateError, Result, context::Context};

/// First bytes of a compiled program.
const ELF_MAGIC: &[u8] = b"\x7fELF";
/// The loader extends a program by no less than this.
const EXTEND_BYTES_MIN: usize = 10_240;
/// The loader changes a program once in a slot; this is how often the slot is looked at.
const SLOT_PAUSE: Duration = Duration::from_millis(100);

/// A compiled program.
#[derive(Debug, Clone)]
pub struct ProgramImage {
    /// Which one.
    pub program: Program,
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What deploying one program came to.
#[derive(Debug, Clone, Serialize)]
pub struct DeployReport {
    /// Its name.
    pub program: &'static str,
    /// Its address.
    pub address: String,
    /// `deployed`, `upgraded` or `unchanged`.
    pub act: &'static str,
    /// Size of the file.
    pub bytes: usize,
    /// Hash of the file, which is what the cluster runs.
    pub sha256: String,
    /// How many parts had to be written.
    pub parts_written: usize,
}

impl ProgramImage {
    /// Reads `modchains_<name>.so` from a folder.
    ///
    /// # Errors
    /// When it cannot be read or is no compiled program.
    pub fn load(folder: &Path, program: Program) -> Result<Self> {
        let path = folder.join(format!("modchains_{}.so", program.name()));
        let bytes = fs::read(&path)
            .map_err(|error| MigrateError::ProgramFileMissing { path: path.clone(), reason: error.to_string() })?;
        if !bytes.starts_with(ELF_MAGIC) {
            return Err(MigrateError::ProgramFileInvalid { path });
        }
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Ok(Self { program, bytes, sha256 })
    }

    /// What the chain has in its place.
    ///
    /// # Errors
    /// When the endpoint does not answer or something else is at the address. Where the loader would keep the program,
    /// lamports are enough: it creates no account that holds any, and nobody else can.
    pub async fn deployed(&self, context: &Context) -> Result<Deployed> {
        let (client, data_address) = (&context.client, address::program_data(&self.program.id()));
        let (_, accounts) = client.accounts(&[self.program.id(), data_address]).await?;
        let accounts = [0, 1].map(|index| accounts.get(index).and_then(Option::as_ref));
        let found = Deployed::compare(self.program, accounts, &data_address, &self.bytes)?;
        if found == Deployed::Absent && client.lamports(&data_address).await? > 0 {
            let (program, reason) = (self.program.name(), "somebody sent lamports to where the loader would keep it");
            return Err(MigrateError::NotAProgram { program, address: data_address, reason });
        }
        Ok(found)
    }

    /// Deploys or upgrades the program unless the cluster runs it already, and checks the result.
    ///
    /// # Errors
    /// When the cluster runs another program that the authority may not upgrade, when keys or funds are missing, or when
    /// the endpoint fails.
    pub async fn deploy(&self, context: &Context) -> Result<DeployReport> {
        let (act, parts_written) = match self.deployed(context).await? {
            Deployed::Same => ("unchanged", 0),
            Deployed::Absent => ("deployed", self.create(context).await?),
            Deployed::Differs { authority, capacity } => {
                self.require_authority(context, authority)?;
                ("upgraded", self.upgrade(context, capacity).await?)
            }
        };
        if self.deployed(context).await? != Deployed::Same {
            let (program, address) = (self.program.name(), self.program.id());
            return Err(MigrateError::NotVerified { program, address, expected: self.sha256.clone() });
        }
        Ok(DeployReport {
            program: self.program.name(),
            address: self.program.id().to_string(),
            act,
            bytes: self.bytes.len(),
            sha256: self.sha256.clone(),
            parts_written,
        })
    }

    /// Lamports that deploying it takes at most: its rent and a signature for each part.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn cost_lamports(&self, context: &Context) -> Result<u64> {
        let data_bytes = UpgradeableLoaderState::size_of_programdata(self.bytes.len());
        let data_lamports = context.client.rent_lamports(data_bytes).await?;
        let program_lamports = context.client.rent_lamports(UpgradeableLoaderState::size_of_program()).await?;
        // A part holds 900 bytes or more; one signature each, and a dozen for the rest.
        let fee_lamports = (self.bytes.len() as u64 / 900 + 12) * 5_000;
        Ok(data_lamports + program_lamports + fee_lamports)
    }

    fn require_authority(&self, context: &Context, authority: Option<Pubkey>) -> Result<()> {
        let (program, address) = (self.program.name(), self.program.id());
        match authority {
            None => Err(MigrateError::Immutable { program, address }),
            Some(authority) if authority != context.authority_address() => {
                Err(MigrateError::NotUpgradeAuthority { program, address, authority })
            }
            Some(_) => Ok(()),
        }
    }

    async fn create(&self, context: &Context) -> Result<usize> {
        // Before anything is paid for: the key must give the address that was compiled in.
        let program_keypair = context.program_keypair(self.program)?;
        let (buffer, written) = self.fill_buffer(context).await?;
        let program_bytes = UpgradeableLoaderState::size_of_program();
        let program_lamports = context.client.rent_lamports(program_bytes).await?;
        let held_lamports = context.client.lamports(&self.program.id()).await?;
        let authority = context.authority_address();
        let deploy = loader::deploy_with_max_program_len(
            &authority,
            &self.program.id(),
            &buffer,
            &authority,
            program_lamports,
            self.bytes.len(),
        )
        .map_err(|error| MigrateError::Loader { reason: error.to_string() })?;
        let parties = [&authority, &self.program.id(), &address::UPGRADEABLE_LOADER];
        let deploy = create_in_place(deploy, parties, [held_lamports, program_lamports], program_bytes);
        context.send(&deploy, &[&program_keypair]).await?;
        Ok(written)
    }

    async fn upgrade(&self, context: &Context, capacity: usize) -> Result<usize> {
        let (buffer, written) = self.fill_buffer(context).await?;
        let authority = context.authority_address();
        if let Some(extend) = extension(&self.program.id(), &authority, capacity, self.bytes.len()) {
            let extended_slot = context.send(&[extend], &[]).await?.slot;
            wait_past(context, extended_slot).await?;
        }
        let upgrade = loader::upgrade(&self.program.id(), &buffer, &authority, &authority);
        context.send(&[upgrade], &[]).await?;
        Ok(written)
    }

    async fn fill_buffer(&self, context: &Context) -> Result<(Pubkey, usize)> {
        let bar = context.bar(0, format!("writing {}", self.program.name()));
        let buffer = Buffer::new(context, self);
        let written = buffer.fill(&bar).await;
        bar.finish_and_clear();
        Ok((buffer.address(), written?))
    }
}

/// The instruction that makes room for a longer program, if it is longer.
fn extension(program: &Pubkey, payer: &Pubkey, capacity: usize, needed: usize) -> Option<Instruction> {
    let missing = needed.checked_sub(capacity).filter(|missing| *missing > 0)?;
    let additional_bytes = u32::try_from(missing.max(EXTEND_BYTES_MIN)).unwrap_or(u32::MAX);
    Some(loader::extend_program(program, Some(payer), additional_bytes))
}

async fn wait_past(context: &Context, slot: u64) -> Result<()> {
    // Every answer says which slot it was read at; the authority's account is as good as any.
    while context.client.account(&context.authority_address()).await?.0 <= slot {
        sleep(SLOT_PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_sdk::{Keypair, Signer};

    use super::*;

    fn image(program: Program) -> ProgramImage {
        ProgramImage { program, bytes: ELF_MAGIC.to_vec(), sha256: String::new() }
    }

    #[test]
    fn a_buffer_has_one_address_for_each_authority_and_program() {
        let (first, second) = (Keypair::new(), Keypair::new());
        let address = |authority, program| buffer_keypair(authority, &image(program)).pubkey();
        assert_eq!(address(&first, Program::Vault), address(&first, Program::Vault));
        assert_ne!(address(&first, Program::Vault), address(&first, Program::Oracle));
        assert_ne!(address(&first, Program::Vault), address(&second, Program::Vault));
    }

    #[test]
    fn room_is_made_only_for_a_longer_program() {
        let (program, payer) = (Pubkey::new_unique(), Pubkey::new_unique());
        assert!(extension(&program, &payer, 100, 100).is_none());
        assert!(extension(&program, &payer, 101, 100).is_none());
        let by = |needed| extension(&program, &payer, 100, needed).unwrap().data[4..8].to_vec();
        assert_eq!(by(101), 10_240_u32.to_le_bytes());
        assert_eq!(by(20_100), 20_000_u32.to_le_bytes());
    }

    #[test]
    fn a_file_that_is_missing_or_no_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let load = || ProgramImage::load(folder.path(), Program::Vault);
        assert!(matches!(load(), Err(MigrateError::ProgramFileMissing { .. })));
        fs::write(folder.path().join("modchains_vault.so"), b"text").unwrap();
        assert!(matches!(load(), Err(MigrateError::ProgramFileInvalid { .. })));
        fs::write(folder.path().join("modchains_vault.so"), b"\x7fELF...").unwrap();
        assert_eq!(load().unwrap().sha256, hex::encode(Sha256::digest(b"\x7fELF...")));
    }
}
