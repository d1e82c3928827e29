//! What one transaction did: every account that it named, before and after.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::{AnchorDeserialize, Discriminator, Event, event::EVENT_IX_TAG_LE, prelude::Pubkey};
use modchains_tests::chain::{Chain, Outcome, Refusal, TOKEN, TOKEN_2022};
use solana_account::Account;
use solana_instruction::Instruction;

use crate::shadow_ledger::{ShadowLedger, State};

/// Tag of the token programs' transfer.
pub const TRANSFER: u8 = 3;
/// Tag of their burn.
pub const BURN: u8 = 8;
/// Offset of the byte that tells accounts (2) from mints (1) in Token-2022 accounts with extensions.
const ACCOUNT_TYPE_OFFSET: usize = 165;
/// Offset of the byte that tells how an account stands.
const STATE_OFFSET: usize = 108;
/// What it says of a frozen account.
const FROZEN: u8 = 2;

/// An account that a transaction named.
#[derive(Debug)]
pub struct Touched {
    /// Its address.
    pub address: Pubkey,
    /// As it was; none when it did not exist.
    pub before: Option<Account>,
    /// As it is; none when it does not exist (any more).
    pub after: Option<Account>,
}

/// A state before and after, at least one of which is there.
#[derive(Debug)]
pub struct Change<T> {
    /// The account's address.
    pub address: Pubkey,
    /// Before the transaction; none when it is new.
    pub before: Option<T>,
    /// After the transaction; none when it is gone.
    pub after: Option<T>,
}

/// The part of a token account that money depends on, read from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Of which mint.
    pub mint: Pubkey,
    /// Whose.
    pub owner: Pubkey,
    /// How many.
    pub atoms: u64,
    /// Whether the mint's issuer has frozen them.
    pub is_frozen: bool,
}

impl Tokens {
    /// Reads a token account; none for any other account.
    pub fn of(account: &Account) -> Option<Self> {
        let is_token_program = account.owner == TOKEN || account.owner == TOKEN_2022;
        let is_plain = account.data.len() == ACCOUNT_TYPE_OFFSET;
        if !is_token_program || !(is_plain || account.data.get(ACCOUNT_TYPE_OFFSET) == Some(&2)) {
            return None;
        }
        Some(Self {
            mint: Pubkey::new_from_array(account.data.get(..32)?.try_into().ok()?),
            owner: Pubkey::new_from_array(account.data.get(32..64)?.try_into().ok()?),
            atoms: u64::from_le_bytes(account.data.get(64..72)?.try_into().ok()?),
            is_frozen: account.data.get(STATE_OFFSET) == Some(&FROZEN),
        })
    }

    /// The supply of a mint; none for any other account.
    pub fn supply_of(account: &Account) -> Option<u64> {
        let is_token_program = account.owner == TOKEN || account.owner == TOKEN_2022;
        let is_mint = account.data.len() == 82 || account.data.get(ACCOUNT_TYPE_OFFSET) == Some(&1);
        if !is_token_program || !is_mint {
            return None;
        }
        Some(u64::from_le_bytes(account.data.get(36..44)?.try_into().ok()?))
    }
}

/// One transaction, seen from outside.
pub struct Seen {
    /// What was sent.
    pub instructions: Vec<Instruction>,
    /// Whether an account was replaced by a wrong one.
    pub corrupted: bool,
    /// Unix second at which it ran.
    pub now: i64,
    /// Every account it named, once.
    pub touched: Vec<Touched>,
    /// Who signed.
    pub signers: BTreeSet<Pubkey>,
    /// How it ended.
    pub result: Result<Outcome, Refusal>,
}

impl Seen {
    /// Sends `instructions` and keeps what they named.
    pub fn send(chain: &mut Chain, instructions: Vec<Instruction>, corrupted: bool) -> Self {
        let metas = || instructions.iter().flat_map(|instruction| &instruction.accounts);
        let addresses: BTreeSet<Pubkey> = metas().map(|meta| meta.pubkey).collect();
        let signers = metas().filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
        let mut touched: Vec<Touched> = addresses
            .into_iter()
            .map(|address| Touched { address, before: chain.raw(&address), after: None })
            .collect();
        let now = chain.now();
        let result = chain.send(&instructions);
        for account in &mut touched {
            account.after = chain.raw(&account.address);
        }
        Self { instructions, corrupted, now, touched, signers, result }
    }

    /// Every named account of type `T`.
    pub fn changes<T: State>(&self) -> impl Iterator<Item = Change<T>> {
        self.touched.iter().filter_map(|account| {
            let (before, after) = (account.before.as_ref().and_then(T::of), account.after.as_ref().and_then(T::of));
            let is_one = before.is_some() || after.is_some();
            is_one.then_some(Change { address: account.address, before, after })
        })
    }

    /// Every named account of type `T` that was there before and is there after.
    pub fn kept<T: State>(&self) -> impl Iterator<Item = (Pubkey, T, T)> {
        self.changes().filter_map(|change| Some((change.address, change.before?, change.after?)))
    }

    /// Every named token account with its atoms before and after.
    pub fn tokens(&self) -> impl Iterator<Item = (Pubkey, Tokens, u64, u64)> {
        self.touched.iter().filter_map(|account| {
            let before = account.before.as_ref().and_then(Tokens::of);
            let after = account.after.as_ref().and_then(Tokens::of);
            let atoms = |tokens: Option<Tokens>| tokens.map_or(0, |tokens| tokens.atoms);
            Some((account.address, before.or(after)?, atoms(before), atoms(after)))
        })
    }

    /// What one account's tokens changed by; zero when it was not named.
    pub fn token_change(&self, address: &Pubkey) -> i128 {
        self.tokens()
            .find(|(found, ..)| found == address)
            .map_or(0, |(_, _, before, after)| i128::from(after) - i128::from(before))
    }

    /// What the supply of every named mint changed by.
    pub fn supplies(&self) -> BTreeMap<Pubkey, i128> {
        let supply = |account: &Option<Account>| account.as_ref().and_then(Tokens::supply_of);
        let changes = self.touched.iter().filter_map(|account| {
            let (before, after) = (supply(&account.before), supply(&account.after));
            before.or(after)?;
            Some((account.address, i128::from(after.unwrap_or(0)) - i128::from(before.unwrap_or(0))))
        });
        changes.collect()
    }

    /// Every event of type `E`, in order.
    pub fn events<E: Event + AnchorDeserialize + Discriminator>(&self) -> Vec<E> {
        let Ok(outcome) = &self.result else { return Vec::new() };
        outcome.events.iter().filter_map(|data| decode::<E>(data)).collect()
    }

    /// The instructions whose data start with `discriminator`, sent to `program`.
    pub fn calls<'a>(&'a self, program: Pubkey, discriminator: &'a [u8]) -> impl Iterator<Item = &'a Instruction> {
        let is_one = move |instruction: &&Instruction| {
            instruction.program_id == program && instruction.data.starts_with(discriminator)
        };
        self.instructions.iter().filter(is_one)
    }

    /// Reads everything that was named again into `ledger`.
    pub fn write_to(&self, ledger: &mut ShadowLedger) {
        for account in &self.touched {
            ledger.update(account.address, account.after.as_ref());
        }
    }
}

/// The event of type `E` in the data of an instruction that a program sent to itself.
pub fn decode<E: AnchorDeserialize + Discriminator>(data: &[u8]) -> Option<E> {
    let mut fields = data.strip_prefix(EVENT_IX_TAG_LE)?.strip_prefix(E::DISCRIMINATOR)?;
    E::deserialize(&mut fields).ok()
}
