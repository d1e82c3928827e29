//! The engine that replaces every account of an instruction by a wrong one and expects a refusal that changes nothing.
//!
//! The attack classes are those of the "sealevel attacks" collection. Which accounts there are comes from the IDL, so
//! a new account cannot be forgotten.

use anchor_lang::prelude::Pubkey;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{
    chain::{Chain, TOKEN, TOKEN_2022, key},
    idl::{InstructionAccount, Program},
};

/// A way to replace an account by a wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Substitution {
    /// The right signer, but it did not sign.
    NotSigner,
    /// Somebody else signs.
    Stranger,
    /// The same bytes, owned by another program.
    WrongOwner,
    /// The same bytes under the discriminator of another type, or a token account turned into a mint.
    WrongType,
    /// A token account of another mint.
    WrongMint,
    /// A token account of another owner.
    WrongTokenOwner,
    /// The account that plays the same part for another model.
    Sibling,
    /// Another writable account of the same instruction.
    Duplicate,
    /// An account that does not exist (any more).
    Closed,
    /// A program that is not the one expected.
    FakeProgram,
}

/// One attempt and how it ended.
#[derive(Debug)]
pub struct Attempt {
    /// Which account was replaced.
    pub account: String,
    /// How.
    pub substitution: Substitution,
    /// Name of the account put in its place, for duplicates.
    pub by: String,
    /// The error's name; `None` if the instruction was accepted.
    pub refused_with: Option<String>,
}

/// Tries every substitution that applies to `instruction`. `sibling` is the same instruction for another model.
///
/// Panics if a refused attempt changed any account.
pub fn attempt_all(
    chain: &Chain,
    specs: &[InstructionAccount],
    instruction: &Instruction,
    sibling: &Instruction,
) -> Vec<Attempt> {
    assert!(instruction.accounts.len() >= specs.len(), "the instruction lacks accounts that its IDL names");
    let mut attempts = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        for (substitution, by, chain, attacked) in variants(chain, specs, index, instruction, sibling) {
            let refused_with = try_once(chain, &attacked, spec, substitution);
            attempts.push(Attempt { account: spec.name.clone(), substitution, by, refused_with });
        }
    }
    attempts
}

type Variant = (Substitution, String, Chain, Instruction);

fn variants(
    chain: &Chain,
    specs: &[InstructionAccount],
    index: usize,
    instruction: &Instruction,
    sibling: &Instruction,
) -> Vec<Variant> {
    let spec = &specs[index];
    let address = instruction.accounts[index].pubkey;
    let mut found = Vec::new();
    let mut push = |substitution, chain: Chain, attacked| found.push((substitution, String::new(), chain, attacked));
    if spec.signer {
        let mut attacked = instruction.clone();
        attacked.accounts[index].is_signer = false;
        push(Substitution::NotSigner, chain.clone(), attacked);
        let mut funded = chain.clone();
        funded.fund(&key("stranger").pubkey());
        push(Substitution::Stranger, funded, with_account(instruction, index, key("stranger").pubkey()));
    }
    if let Some(account) = chain.raw(&address) {
        for (substitution, forged) in forgeries(&account) {
            let mut forged_chain = chain.clone();
            let fake = key("forged").pubkey();
            forged_chain.svm.set_account(fake, forged).expect("the forged account can be set");
            push(substitution, forged_chain, with_account(instruction, index, fake));
        }
        push(Substitution::Closed, chain.clone(), with_account(instruction, index, key("closed").pubkey()));
    }
    let twin = sibling.accounts.get(index).map(|meta| meta.pubkey);
    if let Some(twin) = twin.filter(|twin| *twin != address) {
        push(Substitution::Sibling, chain.clone(), with_account(instruction, index, twin));
    }
    for (other, other_spec) in specs.iter().enumerate().take(index) {
        let other_address = instruction.accounts[other].pubkey;
        if spec.writable && other_spec.writable && other_address != address {
            let attacked = with_account(instruction, index, other_address);
            found.push((Substitution::Duplicate, other_spec.name.clone(), chain.clone(), attacked));
        }
    }
    found
}

/// Look-alikes of `account` at another address, by what it is.
fn forgeries(account: &Account) -> Vec<(Substitution, Account)> {
    if account.executable {
        // The bytes of a real program of ours under an address that nobody expects.
        return vec![(Substitution::FakeProgram, account.clone())];
    }
    if account.data.is_empty() {
        return Vec::new();
    }
    let changed = |change: &dyn Fn(&mut Account)| {
        let mut forged = account.clone();
        change(&mut forged);
        forged
    };
    let mut forged =
        vec![(Substitution::WrongOwner, changed(&|forged| forged.owner = key("another program").pubkey()))];
    let is_ours = Program::ALL.iter().any(|program| program.id() == account.owner);
    let is_token = account.owner == TOKEN || account.owner == TOKEN_2022;
    if is_ours {
        forged.push((Substitution::WrongType, changed(&|forged| forged.data[0] ^= 0xff)));
    } else if is_token && account.data.len() == 165 {
        let other = key("another mint or owner").pubkey();
        forged.push((Substitution::WrongType, changed(&|forged| forged.data.truncate(82))));
        forged.push((Substitution::WrongMint, changed(&|forged| forged.data[..32].copy_from_slice(other.as_ref()))));
        let owner = |forged: &mut Account| forged.data[32..64].copy_from_slice(other.as_ref());
        forged.push((Substitution::WrongTokenOwner, changed(&owner)));
    }
    forged
}

fn with_account(instruction: &Instruction, index: usize, address: Pubkey) -> Instruction {
    let mut attacked = instruction.clone();
    attacked.accounts[index].pubkey = address;
    attacked
}

fn try_once(
    mut chain: Chain,
    instruction: &Instruction,
    spec: &InstructionAccount,
    substitution: Substitution,
) -> Option<String> {
    let addresses: Vec<Pubkey> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
    let before: Vec<_> = addresses.iter().map(|address| chain.raw(address)).collect();
    match chain.send(std::slice::from_ref(instruction)) {
        Ok(_) => None,
        Err(refusal) => {
            let after: Vec<_> = addresses.iter().map(|address| chain.raw(address)).collect();
            assert!(before == after, "{} as {substitution:?}: refused, yet an account changed", spec.name);
            Some(refusal.name)
        }
    }
}
