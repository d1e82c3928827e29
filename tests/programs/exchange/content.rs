//! Content: minting a final result as a token of its own, once, by its requester, for the model's fee.

use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::spl_token_2022::{
    extension::{BaseStateWithExtensions, StateWithExtensions},
    state::Mint,
};
use modchains_core::licence::{USE_CONTENT, USE_PERSONAL, USES_ALL};
use modchains_exchange::{events::ContentMinted, instructions::ContentMintArgs, state::ModelTerms};
use modchains_oracle::instructions::RequestCreateArgs;
use modchains_sdk::{
    address,
    instruction::{Token, oracle, registry},
};
use modchains_tests::{
    chain::{TOKEN_2022, key},
    metadata::Metadata,
    registry::{CONTENT_FEE_ATOMS, content_args, content_instruction, content_terms},
    world::{
        Side, WAIT_SECONDS, World, claim_instruction, finalize_instruction, post_instruction, quote, request_args,
        request_instruction, version_args,
    },
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn requester() -> Pubkey {
    SIDE.person("requester")
}

fn content() -> Token {
    Token { mint: address::exchange::content_mint(&SIDE.request(1)), program: TOKEN_2022 }
}

fn mint(args: ContentMintArgs) -> Instruction {
    registry::content_mint(&requester(), &SIDE.model(), &SIDE.request(1), &quote(), args)
}

/// A model whose content costs a fee.
fn priced() -> World {
    let mut world = World::ready();
    world.chain.must(&[registry::model_terms_set(&SIDE.person("creator"), &SIDE.model(), content_terms())]);
    world
}

/// A final result that may be minted.
fn served() -> World {
    let mut world = priced();
    world.serve_content(SIDE, 1);
    world
}

#[test]
fn only_the_requester_mints_a_result() {
    let mut world = served();
    let stranger = SIDE.person("trader");
    let by_stranger = registry::content_mint(&stranger, &SIDE.model(), &SIDE.request(1), &quote(), content_args());
    world.must_refuse(&[by_stranger], "NotRequester");
    let mut unsigned = mint(content_args());
    unsigned.accounts[0].is_signer = false;
    world.must_refuse(&[unsigned], "AccountNotSigner");
}

#[test]
fn nothing_but_a_final_result_is_minted() {
    let mut world = priced();
    world.must_refuse(&[mint(content_args())], "AccountOwnedByWrongProgram");
    let args = RequestCreateArgs { uses: USES_ALL, ..request_args(1) };
    world.chain.must(&[request_instruction(&requester(), &SIDE.model(), args)]);
    world.must_refuse(&[mint(content_args())], "ResultNotFinal");
    let mut refunded = world.clone();
    refunded.chain.advance(WAIT_SECONDS.into());
    let refund = oracle::request_refund(&SIDE.service(), &SIDE.request(1), &requester(), &quote());
    refunded.chain.must(&[refund]);
    refunded.must_refuse(&[mint(content_args())], "ResultNotFinal");
    let claim = claim_instruction(&world, SIDE, 1);
    world.chain.must(&[claim]);
    world.must_refuse(&[mint(content_args())], "ResultNotFinal");
    world.chain.must(&[post_instruction(&world, SIDE, 1)]);
    world.must_refuse(&[mint(content_args())], "ResultNotFinal");
}

#[test]
fn a_result_whose_request_did_not_declare_it_is_not_minted() {
    let mut world = priced();
    world.answer_for(SIDE, 1, USE_PERSONAL);
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    world.must_refuse(&[mint(content_args())], "ContentNotLicensed");
}

#[test]
fn a_result_of_one_model_is_not_minted_as_another_models() {
    let mut world = served();
    let requests = [(1, Side::B.model(), "RequestMismatch"), (3, Side::B.service(), "RequestMismatch")];
    for (index, other, error) in requests {
        let mut swapped = mint(content_args());
        swapped.accounts[index].pubkey = other;
        world.must_refuse(&[swapped], error);
    }
    let mut other_market = mint(content_args());
    other_market.accounts[2].pubkey = Side::B.market();
    world.must_refuse(&[other_market], "ModelMismatch");
}

#[test]
fn a_fee_above_the_requesters_limit_and_texts_that_are_no_texts_are_refused() {
    let mut world = served();
    let valid = content_args();
    let refused = [
        (ContentMintArgs { fee_max_atoms: CONTENT_FEE_ATOMS - 1, ..valid.clone() }, "InputAboveLimit"),
        (ContentMintArgs { name: String::new(), ..valid.clone() }, "NameEmpty"),
        (ContentMintArgs { name: "n".repeat(33), ..valid.clone() }, "NameTooLong"),
        (ContentMintArgs { name: "a\u{202e}b".to_owned(), ..valid.clone() }, "TextNotShownAsItIs"),
        (ContentMintArgs { uri: String::new(), ..valid.clone() }, "UriEmpty"),
        (ContentMintArgs { uri: "u".repeat(201), ..valid }, "UriTooLong"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[mint(args)], error);
    }
}

#[test]
fn a_result_is_minted_once_even_when_its_request_is_closed_and_asked_again() {
    let mut world = served();
    world.chain.must(&[mint(content_args())]);
    world.must_refuse(&[mint(content_args())], "ContentMintedBefore");
    world.chain.must(&[oracle::request_close(&requester(), &SIDE.service(), &SIDE.request(1), &quote())]);
    world.serve_content(SIDE, 1);
    world.must_refuse(&[mint(content_args())], "ContentMintedBefore");
}

#[test]
fn minting_takes_the_fee_through_the_split_and_hands_one_token_to_the_requester() {
    let mut world = served();
    let before = world.market(SIDE);
    let [paid, vault] = [SIDE.quote_account("requester"), SIDE.quote_vault()];
    let [paid_before, vault_before] = [paid, vault].map(|account| world.chain.token_atoms(&account));
    let args = content_args();
    let named = [
        ("requester, who pays the rent", requester()),
        ("market", SIDE.market()),
        ("content", content().mint),
        ("requester's content", content().account_of(&requester())),
        ("requester's quote", paid),
        ("quote vault", vault),
    ];
    let event = world.must_change(&[mint(args.clone())], &named).event::<ContentMinted>();
    assert_eq!((event.model, event.request, event.mint), (SIDE.model(), SIDE.request(1), content().mint));
    assert_eq!((event.owner, event.name, event.uri), (requester(), args.name, args.uri));

    assert_eq!(paid_before - world.chain.token_atoms(&paid), CONTENT_FEE_ATOMS);
    assert_eq!(world.chain.token_atoms(&vault) - vault_before, CONTENT_FEE_ATOMS);
    let (after, fee) = (world.market(SIDE), event.fee);
    let legs = [fee.reserve_atoms, fee.vault_atoms, fee.creator_atoms, fee.protocol_atoms];
    assert_eq!(legs.iter().sum::<u64>(), CONTENT_FEE_ATOMS);
    let split = market_legs(&after).into_iter().zip(market_legs(&before)).map(|(after, before)| after - before);
    assert_eq!(split.collect::<Vec<_>>(), legs);
    assert!(legs.iter().all(|atoms| *atoms > 0));
    assert_eq!(world.chain.token_atoms(&content().account_of(&requester())), 1);
}

fn market_legs(market: &modchains_exchange::state::Market) -> [u64; 4] {
    [market.reserve_atoms, market.vault_due_atoms, market.creator_due_atoms, market.protocol_due_atoms]
}

#[test]
fn content_says_where_it_comes_from_and_nobody_can_change_or_copy_it() {
    let mut world = served();
    world.chain.must(&[mint(content_args())]);
    let request = world.request_state(SIDE, 1);
    let account = world.chain.raw(&content().mint).unwrap();
    assert_eq!(account.lamports, world.chain.svm.minimum_balance_for_rent_exemption(account.data.len()));
    let state = StateWithExtensions::<Mint>::unpack(&account.data).unwrap();
    assert_eq!((state.base.decimals, state.base.supply), (0, 1));
    assert_eq!(Option::<Pubkey>::from(state.base.mint_authority), None);
    assert_eq!(Option::<Pubkey>::from(state.base.freeze_authority), None);
    let extensions: Vec<u16> = state.get_extension_types().unwrap().into_iter().map(u16::from).collect();
    assert_eq!(extensions, [18, 19], "metadata pointer and metadata, nothing else");
    let metadata = Metadata::of(&state);
    assert_eq!((metadata.update_authority, metadata.mint), (Pubkey::default(), content().mint));
    let args = content_args();
    assert_eq!(metadata.texts, [args.name, "CONTENT".to_owned(), args.uri]);
    let hex = |hash: &[u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(request.version_manifest_sha256, version_args().manifest_sha256);
    let expected = [
        ("model", SIDE.model().to_string()),
        ("version", hex(&request.version_manifest_sha256)),
        ("request", SIDE.request(1).to_string()),
        ("input", hex(&request.input_hash)),
        ("output", hex(&request.output_hash)),
        ("numeric_class", "exact".to_owned()),
        ("royalty_bps", "250".to_owned()),
    ];
    assert_eq!(metadata.fields, expected.map(|(key, value)| (key.to_owned(), value)));
}

#[test]
fn content_of_a_model_without_a_fee_is_free() {
    let mut world = World::ready();
    world.serve_content(SIDE, 1);
    let (market, paid) = (world.market(SIDE), world.quote_atoms(SIDE, "requester"));
    world.chain.must(&[mint(ContentMintArgs { fee_max_atoms: 0, ..content_args() })]);
    assert_eq!(market_legs(&world.market(SIDE)), market_legs(&market));
    assert_eq!(world.quote_atoms(SIDE, "requester"), paid);
}

#[test]
fn a_token_program_that_is_none_never_gets_the_markets_signature() {
    let mut world = served();
    let fake = key("fake token program").pubkey();
    for index in [9, 10] {
        let mut swapped = content_instruction(SIDE, 1);
        swapped.accounts[index].pubkey = fake;
        assert!(world.clone().chain.send(&[swapped]).is_err());
    }
    world.chain.must(&[content_instruction(SIDE, 1)]);
}

#[test]
fn a_creator_who_raises_the_fee_reaches_no_request_that_exists() {
    let mut world = served();
    let terms = |content_fee_atoms| {
        let terms = ModelTerms { content_fee_atoms, ..content_terms() };
        registry::model_terms_set(&SIDE.person("creator"), &SIDE.model(), terms)
    };
    for (later_atoms, charged_atoms) in [(u64::MAX, CONTENT_FEE_ATOMS), (1, 1)] {
        let mut world = world.clone();
        world.chain.must(&[terms(later_atoms)]);
        let before = world.quote_atoms(SIDE, "requester");
        world.chain.must(&[mint(content_args())]);
        assert_eq!(before - world.quote_atoms(SIDE, "requester"), charged_atoms);
    }
    // What is asked for afterwards costs what it says now.
    let content_fee_max_atoms = CONTENT_FEE_ATOMS + 1;
    let args = RequestCreateArgs { uses: USES_ALL, content_fee_max_atoms, ..request_args(2) };
    let ask = request_instruction(&requester(), &SIDE.model(), args);
    world.chain.must(&[terms(content_fee_max_atoms), ask]);
    assert_eq!(world.request_state(SIDE, 2).content_fee_atoms, CONTENT_FEE_ATOMS + 1);
}

#[test]
fn a_request_for_content_names_the_most_that_the_token_may_cost() {
    let mut world = priced();
    let ask = |uses, content_fee_max_atoms| {
        let args = RequestCreateArgs { uses, content_fee_max_atoms, ..request_args(1) };
        request_instruction(&requester(), &SIDE.model(), args)
    };
    let dearer = ModelTerms { content_fee_atoms: CONTENT_FEE_ATOMS + 1, ..content_terms() };
    let raise = registry::model_terms_set(&SIDE.person("creator"), &SIDE.model(), dearer);
    for uses in [USE_CONTENT, USES_ALL] {
        world.clone().chain.must(&[ask(uses, CONTENT_FEE_ATOMS)]);
        world.must_refuse(&[ask(uses, CONTENT_FEE_ATOMS - 1)], "ContentFeeAboveLimit");
        // Also when the creator raises it right before, in the same block.
        world.must_refuse(&[raise.clone(), ask(uses, CONTENT_FEE_ATOMS)], "ContentFeeAboveLimit");
    }
    // Who wants no token needs no limit.
    world.chain.must(&[raise, ask(USES_ALL & !USE_CONTENT, 0)]);
}
