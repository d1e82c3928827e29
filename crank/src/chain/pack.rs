//! Packing several requests into one transaction.

use std::collections::HashSet;

use modchains_sdk::{Instruction, Pubkey};

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::{
        Hash, Keypair, Signer,
        client::sign,
        instruction::{
            budget::compute_limit,
            oracle::{request_claim, result_post},
        },
        oracle::instructions::{RequestClaimArgs, ResultPostArgs},
    };

    use super::*;

    #[test]
    fn the_size_is_that_of_the_signed_transaction() {
        let (payer, service) = (Keypair::new(), Pubkey::new_unique());
        let authority = payer.pubkey();
        for (requests, output) in [(1, 1), (1, 100), (1, 500), (2, 200), (6, 41)] {
            let mut instructions = vec![compute_limit(9)];
            for _ in 0..requests {
                let request = Pubkey::new_unique();
                let claim = RequestClaimArgs { created_at_seconds: 1, land_until_seconds: 2 };
                let output = vec![7; output];
                let post = ResultPostArgs { created_at_seconds: 1, numeric_class: 0, trace_root: [0; 32], output };
                instructions.push(request_claim(&authority, &service, &request, claim));
                instructions.push(result_post(&authority, &service, &request, post));
            }
            let signed = sign(&instructions, &[&payer], Hash::default(), 1).unwrap();
            assert_eq!(transaction_bytes(&instructions, &authority), signed.bytes.len(), "{requests} of {output}");
        }
    }

    #[test]
    fn groups_are_as_large_as_fits_and_keep_the_order() {
        let groups = pack(vec![3, 3, 3, 9, 1, 8], |group| group.iter().sum::<i32>() <= 8);
        assert_eq!(groups, [vec![3, 3], vec![3], vec![9], vec![1], vec![8]]);
        assert!(pack(Vec::<u8>::new(), |_| true).is_empty());
    }
}
