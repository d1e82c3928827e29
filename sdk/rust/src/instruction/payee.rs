//! Whom a payout goes to that anybody may send.

use solana_instruction::Instruction;

use super::Token;
use crate::Pubkey;

/// Whom a payout goes to. Without the payee's signature that is its associated token account and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payee {
    owner: Pubkey,
    account: Option<Pubkey>,
}

impl Payee {
    /// Paid to an account of its own choice: `owner` signs.
    pub fn signing(owner: &Pubkey, account: &Pubkey) -> Self {
        Self { owner: *owner, account: Some(*account) }
    }

    /// Who is paid.
    pub(super) fn owner(&self) -> Pubkey {
        self.owner
    }

    /// `pull`, which names the payee, with its signature where it has chosen the account.
    pub(super) fn sign(&self, mut pull: Instruction) -> Instruction {
        if self.account.is_some() {
            pull.accounts.iter_mut().filter(|meta| meta.pubkey == self.owner).for_each(|meta| meta.is_signer = true);
        }
        pull
    }

    /// What is paid into.
    pub(super) fn account_for(&self, token: &Token) -> Pubkey {
        self.account.unwrap_or_else(|| token.account_of(&self.owner))
    }
}

/// Paid to its associated token account; nobody signs.
impl From<&Pubkey> for Payee {
    fn from(owner: &Pubkey) -> Self {
        Self { owner: *owner, account: None }
    }
}
