//! Packing several requests into one transaction.

pub use modchains_sdk::pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::{
        Hash, Keypair, Pubkey, Signer,
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
        for (requests, output) in [(1, 1), (1, 100), (1, 500), (2, 200), (5, 41)] {
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
