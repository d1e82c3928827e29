//! What the programs allow can be sent: in one transaction, with a compute limit and a price.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use modchains_sdk::{
    Hash, Instruction, Keypair, Pubkey, SdkError, Signer,
    client::sign,
    instruction::{
        Token,
        budget::{compute_limit, compute_price},
        oracle::{LicenceProof, request_claim, request_create, result_post},
    },
    oracle::{
        instructions::{RequestClaimArgs, RequestCreateArgs, ResultPostArgs},
        state::{INPUT_BYTES_MAX, OUTPUT_BYTES_MAX},
    },
};

/// Whether instructions fit a packet together with a limit and a price.
fn fits(signer: &Keypair, instructions: &[Instruction]) -> bool {
    let budgeted = [&[compute_limit(1_400_000), compute_price(u64::MAX)], instructions].concat();
    match sign(&budgeted, &[signer], Hash::default(), 0) {
        Ok(_) => true,
        Err(SdkError::TransactionTooLarge { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

fn create(requester: &Pubkey, proof: LicenceProof, input_bytes: u16) -> Instruction {
    let args = RequestCreateArgs {
        nonce: u64::MAX,
        bump: 0,
        fee_max_atoms: u64::MAX,
        tip_atoms: u64::MAX,
        value_at_risk_atoms: u64::MAX,
        max_wait_seconds: u32::MAX,
        uses: u16::MAX,
        salt: [1; 16],
        input: vec![1; input_bytes.into()],
    };
    request_create(requester, &Pubkey::new_unique(), &Token::WRAPPED_SOL, proof, args)
}

#[test]
fn the_longest_input_can_be_sent_under_every_licence_and_no_longer_one_can_under_all() {
    let requester = Keypair::new();
    let fits_of = |is_granted, is_counted, bytes| {
        let proof = LicenceProof { is_granted, is_counted };
        fits(&requester, &[create(&requester.pubkey(), proof, bytes)])
    };
    for (is_granted, is_counted) in [(false, false), (true, false), (false, true), (true, true)] {
        assert!(fits_of(is_granted, is_counted, INPUT_BYTES_MAX), "{is_granted} {is_counted}");
    }
    assert!(!fits_of(true, true, INPUT_BYTES_MAX + 1), "the program could allow more");
}

#[test]
fn the_longest_output_can_be_sent_with_its_claim_and_no_longer_one_can() {
    let (operator, mint, request) = (Keypair::new(), Token::WRAPPED_SOL.mint, Pubkey::new_unique());
    let fits_of = |bytes: u16| {
        let claim = RequestClaimArgs { created_at_seconds: i64::MAX };
        let claim = request_claim(&operator.pubkey(), &mint, &Pubkey::new_unique(), &request, claim);
        let post = ResultPostArgs { numeric_class: 1, trace_root: [1; 32], output: vec![1; bytes.into()] };
        fits(&operator, &[claim, result_post(&operator.pubkey(), &mint, &request, post)])
    };
    let longest = (1..=1_232).take_while(|bytes| fits_of(*bytes)).last();
    assert_eq!(longest, Some(OUTPUT_BYTES_MAX));
}
