//! The programs as their IDLs and their compiled files describe them.

use std::{
    env,
    path::{Path, PathBuf},
};

use anchor_lang::prelude::Pubkey;
use serde::Deserialize;

/// One of our programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Registry and markets.
    Exchange,
    /// Staking and revenue.
    Vault,
    /// Requests, results, usage.
    Oracle,
}

/// What the IDL says of an instruction.
#[derive(Debug, Clone, Deserialize)]
pub struct Instruction {
    /// Its name.
    pub name: String,
    /// First bytes of its data.
    pub discriminator: Vec<u8>,
    /// Its accounts in order.
    pub accounts: Vec<InstructionAccount>,
}

/// What the IDL says of an account of an instruction.
#[derive(Debug, Clone, Deserialize)]
pub struct InstructionAccount {
    /// Its name.
    pub name: String,
    /// Whether the instruction writes it.
    #[serde(default)]
    pub writable: bool,
    /// Whether it signs.
    #[serde(default)]
    pub signer: bool,
}

#[derive(Deserialize)]
struct Idl {
    instructions: Vec<Instruction>,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exchange, Self::Vault, Self::Oracle];

    /// Its address.
    pub fn id(self) -> Pubkey {
        match self {
            Self::Exchange => modchains_exchange::ID,
            Self::Vault => modchains_vault::ID,
            Self::Oracle => modchains_oracle::ID,
        }
    }

    /// Its name, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange => "modchains_exchange",
            Self::Vault => "modchains_vault",
            Self::Oracle => "modchains_oracle",
        }
    }

    /// Where its code lives on chain.
    pub fn data_address(self) -> Pubkey {
        let loader = anchor_lang::solana_program::bpf_loader_upgradeable::ID;
        Pubkey::find_program_address(&[self.id().as_ref()], &loader).0
    }

    /// Its compiled file.
    pub fn bytes(self) -> Vec<u8> {
        let path = root().join("target/deploy").join(format!("{}.so", self.name()));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run `make programs` first", path.display()))
    }

    /// Its instructions, from the committed IDL.
    pub fn instructions(self) -> Vec<Instruction> {
        let path = root().join("sdk/idl").join(format!("{}.json", self.name()));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str::<Idl>(&text).expect("the IDL is valid").instructions
    }

    /// A short name for the address of a well-known program, else the address.
    pub fn label(address: &str) -> String {
        let known = [
            (Self::Exchange.id(), "exchange"),
            (Self::Vault.id(), "vault"),
            (Self::Oracle.id(), "oracle"),
            (anchor_spl::token::ID, "token"),
            (anchor_spl::token_2022::ID, "token-2022"),
            (anchor_lang::system_program::ID, "system"),
        ];
        known
            .iter()
            .find(|(id, _)| id.to_string() == address)
            .map_or_else(|| address.to_owned(), |(_, name)| (*name).to_owned())
    }
}

/// The root of the repository that this runs in: around the crate that cargo runs, or around the working folder. No path
/// is compiled in, so that no test ever reads another checkout.
pub fn root() -> PathBuf {
    let starts = [env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from), env::current_dir().ok()];
    let root = starts.iter().flatten().flat_map(|start| start.ancestors()).find(|folder| is_root(folder));
    root.expect("this runs in the repository").to_path_buf()
}

fn is_root(folder: &Path) -> bool {
    folder.join("xtask/checkout.sh").is_file()
}
