//! What the program is told to do, and how that is written into an instruction.

use anchor_lang::{
    prelude::{AccountMeta, Pubkey},
    solana_program::instruction::Instruction,
};

/// First seed of the program's own traders; the second is their number.
pub(crate) const TRADER_SEED: &[u8] = b"trader";
pub(crate) const SIGNER: u8 = 1;
pub(crate) const WRITABLE: u8 = 2;
pub(crate) const ALWAYS: u8 = 0;
pub(crate) const PRESENT: u8 = 1;
pub(crate) const MISSING: u8 = 2;

/// Whether a call is made. Decided when its turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Each time.
    Always,
    /// Only if the account holds data.
    Present(Pubkey),
    /// Only if the account holds no data.
    Missing(Pubkey),
}

/// An instruction to forward.
#[derive(Debug, Clone)]
pub struct Call {
    /// The instruction. Its signers must have signed the transaction or be traders of the route.
    pub instruction: Instruction,
    /// Whether it is made.
    pub when: When,
}

impl From<Instruction> for Call {
    fn from(instruction: Instruction) -> Self {
        Self { instruction, when: When::Always }
    }
}

/// A list of calls in one instruction.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Numbers of the program's traders that sign.
    pub traders: Vec<u8>,
    /// The calls in order, at most 255.
    pub calls: Vec<Call>,
}

/// Address and bump of the program's trader of that number.
pub fn trader(program: &Pubkey, number: u8) -> (Pubkey, u8) {
    Pubkey::find_program_address(&[TRADER_SEED, &[number]], program)
}

impl Route {
    /// A route without traders whose calls are always made.
    pub fn of(calls: impl IntoIterator<Item = Instruction>) -> Self {
        Self { traders: Vec::new(), calls: calls.into_iter().map(Call::from).collect() }
    }

    /// The instruction that makes the foreign program at `program` take this route. It lists each account once, with the
    /// most that any call wants of it.
    pub fn instruction(&self, program: &Pubkey) -> Instruction {
        let traders: Vec<(Pubkey, u8)> = self.traders.iter().map(|number| trader(program, *number)).collect();
        let mut accounts: Vec<AccountMeta> = Vec::new();
        let mut data = vec![narrow(traders.len())];
        for (number, (_, bump)) in self.traders.iter().zip(&traders) {
            data.extend([*number, *bump]);
        }
        data.push(narrow(self.calls.len()));
        for Call { instruction, when } in &self.calls {
            let (when, subject) = match when {
                When::Always => (ALWAYS, 0),
                When::Present(account) => (PRESENT, merge(&mut accounts, account, false, false)),
                When::Missing(account) => (MISSING, merge(&mut accounts, account, false, false)),
            };
            data.extend([when, subject, merge(&mut accounts, &instruction.program_id, false, false)]);
            data.push(narrow(instruction.accounts.len()));
            for meta in &instruction.accounts {
                let is_own = traders.iter().any(|(address, _)| *address == meta.pubkey);
                let index = merge(&mut accounts, &meta.pubkey, meta.is_signer && !is_own, meta.is_writable);
                let flags = [(meta.is_signer, SIGNER), (meta.is_writable, WRITABLE)];
                data.extend([index, flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).sum()]);
            }
            let length = u16::try_from(instruction.data.len()).unwrap_or(u16::MAX);
            data.extend(length.to_le_bytes());
            data.extend(&instruction.data);
        }
        Instruction { program_id: *program, accounts, data }
    }
}

/// Adds an account unless it is there, with its privileges; returns its position.
fn merge(accounts: &mut Vec<AccountMeta>, address: &Pubkey, is_signer: bool, is_writable: bool) -> u8 {
    let position = accounts.iter().position(|meta| meta.pubkey == *address).unwrap_or_else(|| {
        accounts.push(AccountMeta::new_readonly(*address, false));
        accounts.len() - 1
    });
    accounts[position].is_signer |= is_signer;
    accounts[position].is_writable |= is_writable;
    narrow(position)
}

/// Positions and counts are single bytes: a transaction has no room for more.
fn narrow(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
