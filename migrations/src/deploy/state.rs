//! What the chain has at a program's address, compared with the local file.

use modchains_sdk::{Account, Pubkey, address::UPGRADEABLE_LOADER, keys::Program};
use solana_loader_v3_interface::state::UpgradeableLoaderState;

use crate::{MigrateError, Result};

/// What the chain has at a program's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deployed {
    /// Nothing.
    Absent,
    /// Exactly the local file, followed by zeros.
    Same,
    /// Another program.
    Differs {
        /// Who may upgrade it; none for an immutable one.
        authority: Option<Pubkey>,
        /// The longest program it can hold, in bytes.
        capacity: usize,
    },
}

impl Deployed {
    /// Compares the accounts at a program's address and at its data address with the local file.
    ///
    /// # Errors
    /// When something else is at the address.
    pub fn compare(
        program: Program,
        accounts: [Option<&Account>; 2],
        data_address: &Pubkey,
        image: &[u8],
    ) -> Result<Self> {
        let refuse = |reason| MigrateError::NotAProgram { program: program.name(), address: program.id(), reason };
        let [Some(account), data] = accounts else { return Ok(Self::Absent) };
        if account.owner != UPGRADEABLE_LOADER {
            return Err(refuse("it belongs to another program"));
        }
        match bincode::deserialize(&account.data) {
            Ok(UpgradeableLoaderState::Program { programdata_address }) if programdata_address == *data_address => {}
            _ => return Err(refuse("it is no program account")),
        }
        let data = data.filter(|data| data.owner == UPGRADEABLE_LOADER).ok_or_else(|| refuse("it was closed"))?;
        let header = UpgradeableLoaderState::size_of_programdata_metadata();
        let (Some(header), Some(code)) = (data.data.get(..header), data.data.get(header..)) else {
            return Err(refuse("it was closed"));
        };
        let Ok(UpgradeableLoaderState::ProgramData { upgrade_authority_address: authority, .. }) =
            bincode::deserialize(header)
        else {
            return Err(refuse("it was closed"));
        };
        let is_same = code.strip_prefix(image).is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
        Ok(if is_same { Self::Same } else { Self::Differs { authority, capacity: code.len() } })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_sdk::address::program_data;

    use super::*;

    const IMAGE: &[u8] = b"program";

    fn accounts(authority: Option<Pubkey>, code: &[u8]) -> [Account; 2] {
        let programdata_address = program_data(&Program::Vault.id());
        let program = bincode::serialize(&UpgradeableLoaderState::Program { programdata_address }).unwrap();
        let state = UpgradeableLoaderState::ProgramData { slot: 3, upgrade_authority_address: authority };
        let mut data = bincode::serialize(&state).unwrap();
        data.resize(UpgradeableLoaderState::size_of_programdata_metadata(), 0);
        data.extend_from_slice(code);
        [program, data].map(|data| Account { data, owner: UPGRADEABLE_LOADER, ..Account::default() })
    }

    fn compare(accounts: [Option<&Account>; 2]) -> Result<Deployed> {
        Deployed::compare(Program::Vault, accounts, &program_data(&Program::Vault.id()), IMAGE)
    }

    #[test]
    fn the_same_bytes_with_trailing_zeros_are_the_same_program() {
        for code in [&b"program"[..], b"program\0\0\0"] {
            let [program, data] = accounts(None, code);
            assert_eq!(compare([Some(&program), Some(&data)]).unwrap(), Deployed::Same);
        }
    }

    #[test]
    fn any_other_byte_makes_another_program() {
        let authority = Some(Pubkey::new_unique());
        for code in [&b"program\0x"[..], b"progra", b"Program", b""] {
            let [program, data] = accounts(authority, code);
            let expected = Deployed::Differs { authority, capacity: code.len() };
            assert_eq!(compare([Some(&program), Some(&data)]).unwrap(), expected);
        }
    }

    #[test]
    fn an_address_with_nothing_is_free() {
        assert_eq!(compare([None, None]).unwrap(), Deployed::Absent);
    }

    #[test]
    fn an_address_with_something_else_is_refused() {
        let [program, data] = accounts(None, IMAGE);
        let foreign = Account { owner: Pubkey::new_unique(), ..program.clone() };
        assert!(matches!(compare([Some(&foreign), Some(&data)]), Err(MigrateError::NotAProgram { .. })));
        assert!(matches!(compare([Some(&data), Some(&data)]), Err(MigrateError::NotAProgram { .. })));
        assert!(matches!(compare([Some(&program), None]), Err(MigrateError::NotAProgram { .. })));
    }
}
