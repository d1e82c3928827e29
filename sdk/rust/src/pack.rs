//! Packing several things into one transaction.

use std::collections::HashSet;

use solana_instruction::Instruction;

use crate::Pubkey;

/// Largest transaction that fits a packet, in bytes.
pub const TRANSACTION_BYTES_MAX: usize = 1_232;
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
/// Number of signatures, three counts of the header, number of keys and of instructions; all below 128.
const FIXED_BYTES: usize = 6;

/// Bytes of a legacy transaction with these instructions that `payer` alone signs.
pub fn transaction_bytes(instructions: &[Instruction], payer: &Pubkey) -> usize {
    let mut keys = HashSet::from([*payer]);
    let mut bytes = FIXED_BYTES + SIGNATURE_BYTES + KEY_BYTES;
    for instruction in instructions {
        keys.insert(instruction.program_id);
        keys.extend(instruction.accounts.iter().map(|meta| meta.pubkey));
        let (accounts, data) = (instruction.accounts.len(), instruction.data.len());
        bytes += 1 + length_bytes(accounts) + accounts + length_bytes(data) + data;
    }
    bytes + KEY_BYTES * keys.len()
}

/// Bytes of a length in the wire format.
fn length_bytes(length: usize) -> usize {
    match length {
        0..=0x7f => 1,
        0x80..=0x3fff => 2,
        _ => 3,
    }
}

/// Splits `items` in order into groups that each `fit`. An item that does not fit alone gets a group of its own.
pub fn pack<T>(items: Vec<T>, mut fit: impl FnMut(&[T]) -> bool) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some(group) => {
                group.push(item);
                if !fit(group)
                    && group.len() > 1
                    && let Some(item) = group.pop()
                {
                    groups.push(vec![item]);
                }
            }
            None => groups.push(vec![item]),
        }
    }
    groups
}
