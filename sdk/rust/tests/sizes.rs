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
        terms_counter: u32::MAX,
        nonce: u64::MAX,
        bump: 0,
        fee_max_atoms: u64::MAX,
        content_fee_max_atoms: u64::MAX,
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
    let fits_of =
        |is_counted, bytes| fits(&requester, &[create(&requester.pubkey(), LicenceProof { is_counted }, bytes)]);
    assert!(fits_of(false, INPUT_BYTES_MAX) && fits_of(true, INPUT_BYTES_MAX));
    assert!(!fits_of(true, INPUT_BYTES_MAX + 1), "the program could allow more");
}

#[test]
fn the_longest_output_can_be_sent_with_its_claim_and_no_longer_one_can() {
    let (operator, service, request) = (Keypair::new(), Pubkey::new_unique(), Pubkey::new_unique());
    let fits_of = |bytes: u16| {
        let (created_at_seconds, output) = (i64::MAX, vec![1; bytes.into()]);
        let claim = RequestClaimArgs { created_at_seconds, land_until_seconds: i64::MAX };
        let claim = request_claim(&operator.pubkey(), &service, &request, claim);
        let post = ResultPostArgs { created_at_seconds, numeric_class: 1, trace_root: [1; 32], output };
        fits(&operator, &[claim, result_post(&operator.pubkey(), &service, &request, post)])
    };
    let longest = (1..=1_232).take_while(|bytes| fits_of(*bytes)).last();
    assert_eq!(longest, Some(OUTPUT_BYTES_MAX));
}
