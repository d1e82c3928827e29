//! The whole state of a chain, to prove what a transaction left alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anchor_lang::prelude::Pubkey;
use solana_account::{AccountSharedData, ReadableAccount};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{
    chain::{Chain, Outcome, key},
    world::World,
};

/// Owner of the runtime's own accounts, which change with every transaction.
const SYSVAR: Pubkey = Pubkey::from_str_const("Sysvar1111111111111111111111111111111111111");

/// Every account of a chain but sysvars and the fee payer, who takes no part in what is tested.
#[derive(Clone)]
pub struct Ledger {
    accounts: HashMap<Pubkey, AccountSharedData>,
}

impl Ledger {
    /// The state of `chain` now.
    pub fn of(chain: &Chain) -> Self {
        let mut accounts = chain.svm.accounts_db().inner.clone();
        let payer = key("payer").pubkey();
        accounts.retain(|address, account| *address != payer && account.lamports() > 0 && *account.owner() != SYSVAR);
        Self { accounts }
    }

    /// The accounts that differ between this and `later`, created and closed ones included.
    pub fn changed(&self, later: &Self) -> BTreeSet<Pubkey> {
        let addresses = self.accounts.keys().chain(later.accounts.keys());
        addresses.filter(|address| self.accounts.get(address) != later.accounts.get(address)).copied().collect()
    }
}

impl World {
    /// Sends a transaction that must be refused with `error` and change no account at all.
    #[track_caller]
    pub fn must_refuse(&mut self, instructions: &[Instruction], error: &str) {
        let before = Ledger::of(&self.chain);
        match self.chain.send(instructions) {
            Ok(_) => panic!("accepted, though {error} was expected"),
            Err(refusal) => assert_eq!(refusal.name, error, "\n{}", refusal.logs.join("\n")),
        }
        let changed = before.changed(&Ledger::of(&self.chain));
        assert!(changed.is_empty(), "refused, yet these changed: {changed:?}");
    }

    /// Sends a transaction that must succeed and change the `named` accounts and nothing else.
    #[track_caller]
    pub fn must_change(&mut self, instructions: &[Instruction], named: &[(&str, Pubkey)]) -> Outcome {
        let before = Ledger::of(&self.chain);
        let outcome = self.chain.must(instructions);
        let changed = before.changed(&Ledger::of(&self.chain));
        let names: BTreeMap<Pubkey, &str> = named.iter().map(|(name, address)| (*address, *name)).collect();
        let missed: Vec<_> = names.iter().filter(|(address, _)| !changed.contains(address)).collect();
        assert!(missed.is_empty(), "these stayed as they were: {missed:?}");
        let surprising: Vec<_> = changed.iter().filter(|address| !names.contains_key(address)).collect();
        assert!(surprising.is_empty(), "these changed unexpectedly: {surprising:?}");
        outcome
    }
}
