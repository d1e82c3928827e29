//! Listing: texts, versions, tokens, quote mints and market openings that the exchange takes and refuses.

use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::spl_token_2022::{
    extension::{BaseStateWithExtensions, StateWithExtensions},
    state::Mint,
};
use modchains_core::market::{DEPTH_ATOMS_BOUNDS, VIRTUAL_ATOMS_BOUNDS};
use modchains_exchange::{
    instructions::{MarketOpenArgs, ModelRegisterArgs, ModelVersionPublishArgs},
    state::{Model, ModelVersion},
};
use modchains_sdk::{
    address,
    instruction::{
        Token,
        exchange::{self, TradeRoute},
    },
};
use modchains_tests::{
    chain::{TOKEN, key},
    metadata::Metadata,
    scenario,
    world::{
        DEPTH_ATOMS, QUOTE, Side, VIRTUAL_ATOMS, World, exact_in, fresh_terms, open_args, quote, register_args,
        version_args,
    },
};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

/// A configured exchange and people with money.
fn enrolled() -> World {
    let mut world = World::configured();
    for side in Side::BOTH {
        world.enrol(side.person("creator"));
    }
    world
}

/// A registered model with a version and no market.
fn registered() -> World {
    let mut world = enrolled();
    let listing = world.listing(SIDE);
    world.chain.must(&listing[..1]);
    world.chain.must(&listing[1..2]);
    world
}

fn register(args: ModelRegisterArgs) -> Instruction {
    exchange::model_register(&SIDE.person("creator"), args)
}

fn publish(index: u32, args: ModelVersionPublishArgs) -> Instruction {
    exchange::model_version_publish(&SIDE.person("creator"), &SIDE.model(), index, args)
}

fn open(depth_atoms: u64, virtual_atoms: u64) -> Instruction {
    let args = MarketOpenArgs { depth_atoms, virtual_atoms, ..open_args() };
    exchange::market_open(&SIDE.person("creator"), &SIDE.model(), &quote(), args)
}

#[test]
fn a_name_carries_nothing_that_wallets_leave_out() {
    let mut world = enrolled();
    let listed = |name: &str| exchange::model_register(&SIDE.person("creator"), register_args(name));
    let left_out = [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{2028}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{ffa0}',
        '\u{fff9}',
        '\u{1bca0}',
        '\u{1d173}',
        '\u{e0041}',
        '\u{e0100}',
    ];
    for character in left_out {
        world.must_refuse(&[listed(&format!("a{character}b"))], "TextNotShownAsItIs");
    }
    for shown in ["Ziffern", "模型 9", "نموذج", "Модель", "🧠 v2"] {
        world.chain.must(&[listed(shown)]);
    }
}

#[test]
fn names_symbols_and_uris_out_of_bounds_are_refused() {
    let mut world = enrolled();
    let named = |name: &str| register_args(name);
    let symbol = |symbol: &str| ModelRegisterArgs { symbol: symbol.to_owned(), ..register_args("Digits") };
    let uri = |uri: String| ModelRegisterArgs { uri, ..register_args("Digits") };
    let image = |image: String| ModelRegisterArgs { image, ..register_args("Digits") };
    let refused = [
        (named(""), "NameEmpty"),
        (named("   "), "NameEmpty"),
        (named(&"n".repeat(33)), "NameTooLong"),
        // 17 letters of two bytes each.
        (named(&"ü".repeat(17)), "NameTooLong"),
        (named("a\nb"), "TextNotShownAsItIs"),
        (named("a\u{0}b"), "TextNotShownAsItIs"),
        (named("a\u{7f}b"), "TextNotShownAsItIs"),
        (named("a\u{85}b"), "TextNotShownAsItIs"),
        (named("a\u{200b}b"), "TextNotShownAsItIs"),
        (named("a\u{202e}b"), "TextNotShownAsItIs"),
        (named("a\u{feff}b"), "TextNotShownAsItIs"),
        (named("Digits "), "TextNotShownAsItIs"),
        (symbol(" D"), "TextNotShownAsItIs"),
        (symbol(""), "SymbolEmpty"),
        (symbol("\u{3000}"), "SymbolEmpty"),
        (symbol("ELEVENCHARS"), "SymbolTooLong"),
        (symbol("€€€€"), "SymbolTooLong"),
        (symbol("A\tB"), "TextNotShownAsItIs"),
        (uri(String::new()), "UriEmpty"),
        (uri("u".repeat(201)), "UriTooLong"),
        (uri(format!("{}é", "u".repeat(199))), "UriTooLong"),
        (uri("https://a\r\nb".to_owned()), "TextNotShownAsItIs"),
        (image("u".repeat(201)), "UriTooLong"),
        (image(" ".to_owned()), "UriEmpty"),
        (image("https://a/\u{202e}gnp".to_owned()), "TextNotShownAsItIs"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[register(args)], error);
    }
}

#[test]
fn texts_of_exactly_the_longest_length_are_taken_multibyte_ones_too() {
    for (name, symbol, uri) in [
        ("n".repeat(32), "S".repeat(10), "u".repeat(200)),
        ("ü".repeat(16), "€€€A".to_owned(), format!("{}é", "u".repeat(198))),
        ("🧠".repeat(8), "🧠🧠".to_owned(), "🧠".repeat(50)),
    ] {
        let mut world = enrolled();
        world.chain.must(&[register(ModelRegisterArgs { name: name.clone(), symbol, uri, image: String::new() })]);
        let model = address::exchange::model(&SIDE.person("creator"), &name);
        assert_eq!(world.chain.state::<Model>(&model).creator, SIDE.person("creator"));
    }
}

#[test]
fn a_creator_cannot_register_a_name_twice_but_another_creator_can_use_it() {
    let mut world = enrolled();
    world.chain.must(&[register(register_args("Digits"))]);
    world.must_refuse(&[register(register_args("Digits"))], "system: custom program error: 0x0");
    let other_uri = ModelRegisterArgs { symbol: "OTHER".to_owned(), ..register_args("Digits") };
    world.must_refuse(&[register(other_uri)], "system: custom program error: 0x0");
    world.chain.must(&[exchange::model_register(&Side::B.person("creator"), register_args("Digits"))]);
    let [first, second] = Side::BOTH.map(|side| address::exchange::model(&side.person("creator"), "Digits"));
    assert_ne!(world.chain.state::<Model>(&first).mint, world.chain.state::<Model>(&second).mint);
}

#[test]
fn the_address_of_a_model_follows_from_its_name_alone_and_no_other_is_taken() {
    let mut world = enrolled();
    let mut elsewhere = register(register_args("Digits"));
    elsewhere.accounts[1].pubkey = address::exchange::model(&SIDE.person("creator"), "Digit");
    world.must_refuse(&[elsewhere], "ConstraintSeeds");
}

#[test]
fn a_model_token_has_metadata_six_decimals_no_supply_and_answers_to_its_market_alone() {
    let mut world = enrolled();
    let args = register_args("Digits");
    world.chain.must(&[register(args.clone())]);
    let model = address::exchange::model(&SIDE.person("creator"), "Digits");
    let (mint, market) = (address::exchange::mint(&model), address::exchange::market(&model));
    let account = world.chain.raw(&mint).unwrap();
    assert!(account.lamports >= world.chain.svm.minimum_balance_for_rent_exemption(account.data.len()));
    let state = StateWithExtensions::<Mint>::unpack(&account.data).unwrap();
    assert_eq!((state.base.decimals, state.base.supply), (6, 0));
    assert_eq!(Option::<Pubkey>::from(state.base.mint_authority), Some(market));
    assert_eq!(Option::<Pubkey>::from(state.base.freeze_authority), None);
    let extensions: Vec<u16> = state.get_extension_types().unwrap().into_iter().map(u16::from).collect();
    assert_eq!(extensions, [18, 19], "metadata pointer and metadata, nothing else");
    let metadata = Metadata::of(&state);
    assert_eq!((metadata.update_authority, metadata.mint), (market, mint));
    assert_eq!(metadata.texts, [args.name, args.symbol, args.uri]);
    assert_eq!(metadata.fields, [("image".to_owned(), args.image)]);
    let seeds = [modchains_exchange::seeds::MARKET, model.as_ref()];
    let bump = Pubkey::find_program_address(&seeds, &modchains_exchange::ID).1;
    assert_eq!(world.chain.state::<Model>(&model).market_bump, bump);
}

#[test]
fn a_model_without_a_picture_has_no_further_metadata() {
    let mut world = enrolled();
    world.chain.must(&[register(ModelRegisterArgs { image: String::new(), ..register_args("Digits") })]);
    let mint = address::exchange::mint(&address::exchange::model(&SIDE.person("creator"), "Digits"));
    let account = world.chain.raw(&mint).unwrap();
    assert_eq!(Metadata::of(&StateWithExtensions::<Mint>::unpack(&account.data).unwrap()).fields, []);
    assert_eq!(account.lamports, world.chain.svm.minimum_balance_for_rent_exemption(account.data.len()));
}

#[test]
fn nobody_mints_before_the_market_opens() {
    let mut world = registered();
    let creator = SIDE.person("creator");
    let token = Token::of_model(&SIDE.model());
    world.chain.must(&[modchains_sdk::instruction::token::create_account(&creator, &creator, &token)]);
    let mint_to = anchor_spl::token_2022::spl_token_2022::instruction::mint_to;
    let minting = mint_to(&token.program, &token.mint, &token.account_of(&creator), &creator, &[], 1).unwrap();
    world.must_refuse(&[minting], "token-2022: custom program error: 0x4");
    let args = exact_in(QUOTE, 0, fresh_terms(&world.chain));
    let buy = exchange::market_buy(&creator, &SIDE.model(), &quote(), args, TradeRoute::default());
    world.must_refuse(&[buy], "AccountOwnedByWrongProgram");
}

#[test]
fn versions_with_missing_hashes_wrong_graph_roots_or_unknown_classes_are_refused() {
    let mut world = registered();
    let valid = version_args();
    let refused = [
        (ModelVersionPublishArgs { manifest_sha256: [0; 32], ..valid.clone() }, "HashMissing"),
        (ModelVersionPublishArgs { weights_sha256: [0; 32], ..valid.clone() }, "HashMissing"),
        (ModelVersionPublishArgs { graph_root: [0; 32], ..valid.clone() }, "GraphRootMissing"),
        (ModelVersionPublishArgs { numeric_class: 1, ..valid.clone() }, "GraphRootUnexpected"),
        (ModelVersionPublishArgs { numeric_class: 2, ..valid.clone() }, "NumericClassUnknown"),
        (ModelVersionPublishArgs { numeric_class: u8::MAX, ..valid.clone() }, "NumericClassUnknown"),
        (ModelVersionPublishArgs { verification_class: 1, ..valid.clone() }, "VerificationClassUnknown"),
        (ModelVersionPublishArgs { uri: String::new(), ..valid.clone() }, "UriEmpty"),
        (ModelVersionPublishArgs { uri: "u".repeat(201), ..valid.clone() }, "UriTooLong"),
        (ModelVersionPublishArgs { uri: "a\u{1b}[31m".to_owned(), ..valid.clone() }, "TextNotShownAsItIs"),
        // Version 1 exists; 2 is the one being published.
        (ModelVersionPublishArgs { parent: 2, ..valid.clone() }, "ParentVersionUnknown"),
        (ModelVersionPublishArgs { parent: u32::MAX, ..valid }, "ParentVersionUnknown"),
    ];
    for (args, error) in refused {
        world.must_refuse(&[publish(2, args)], error);
    }
}

#[test]
fn versions_are_only_ever_added_one_after_the_other() {
    let mut world = registered();
    for index in [0, 1, 3] {
        world.must_refuse(&[publish(index, version_args())], "ConstraintSeeds");
    }
    let version = address::exchange::version(&SIDE.model(), 2);
    let tolerant = ModelVersionPublishArgs { numeric_class: 1, graph_root: [0; 32], parent: 1, ..version_args() };
    let creator = SIDE.person("creator");
    world.must_change(
        &[publish(2, tolerant)],
        &[("creator, who pays", creator), ("model", SIDE.model()), ("version", version)],
    );
    let state: ModelVersion = world.chain.state(&version);
    assert_eq!((state.index, state.parent, state.numeric_class, state.graph_root), (2, 1, 1, [0; 32]));
    let model: Model = world.chain.state(&SIDE.model());
    assert_eq!((model.version_count, model.current_version), (2, 2));
}

#[test]
fn markets_out_of_bounds_are_refused_and_those_on_the_bounds_open() {
    let (depths, virtuals) = (DEPTH_ATOMS_BOUNDS, VIRTUAL_ATOMS_BOUNDS);
    let start = registered();
    for (depth_atoms, virtual_atoms) in [
        (0, VIRTUAL_ATOMS),
        (depths.start() - 1, VIRTUAL_ATOMS),
        (depths.end() + 1, VIRTUAL_ATOMS),
        (u64::MAX, VIRTUAL_ATOMS),
        (DEPTH_ATOMS, 0),
        (DEPTH_ATOMS, virtuals.start() - 1),
        (DEPTH_ATOMS, virtuals.end() + 1),
        (DEPTH_ATOMS, u64::MAX),
    ] {
        start.clone().must_refuse(&[open(depth_atoms, virtual_atoms)], "CurveOutOfBounds");
    }
    for depth_atoms in [*depths.start(), *depths.end()] {
        for virtual_atoms in [*virtuals.start(), *virtuals.end()] {
            let mut world = start.clone();
            world.chain.must(&[open(depth_atoms, virtual_atoms)]);
            let curve = world.market(SIDE).curve();
            assert_eq!((curve.depth_atoms, curve.virtual_atoms), (depth_atoms, virtual_atoms));
            assert_eq!((curve.reserve_atoms, curve.circulating_atoms), (0, 0));
        }
    }
}

#[test]
fn a_market_opens_once_and_only_on_an_allowed_quote_mint() {
    let mut world = registered();
    let unlisted = Token { mint: key("unlisted").pubkey(), program: TOKEN };
    world.chain.put_mint(unlisted.mint, TOKEN, 9);
    let args = open_args();
    let creator = SIDE.person("creator");
    world.must_refuse(&[exchange::market_open(&creator, &SIDE.model(), &unlisted, args)], "QuoteMintNotAllowed");
    world.chain.must(&[open(DEPTH_ATOMS, VIRTUAL_ATOMS)]);
    world.must_refuse(&[open(DEPTH_ATOMS, VIRTUAL_ATOMS)], "system: custom program error: 0x0");
}

#[test]
fn lamports_sent_ahead_to_an_address_block_nothing() {
    for scenario in scenario::all() {
        let instruction = scenario.instruction;
        let missing: Vec<Pubkey> = instruction
            .accounts
            .iter()
            .filter(|meta| meta.is_writable && scenario.world.chain.raw(&meta.pubkey).is_none())
            .map(|meta| meta.pubkey)
            .collect();
        // One lamport, and more than any account here needs.
        for lamports in [1, 10 * QUOTE] {
            let mut world = scenario.world.clone();
            for address in &missing {
                world.chain.svm.set_account(*address, Account { lamports, ..Account::default() }).unwrap();
            }
            world.chain.must(std::slice::from_ref(&instruction));
        }
    }
}
