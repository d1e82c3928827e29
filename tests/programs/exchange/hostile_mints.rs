//! Mints that give somebody power over holders, against every instruction that takes a mint to keep money in.

use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022;
use modchains_exchange::events::{TokensBought, TokensSold};
use modchains_oracle::instructions::BondMintAllowArgs;
use modchains_sdk::instruction::{
    Token,
    exchange::{self, TradeRoute},
    oracle, token, vault,
};
use modchains_tests::{
    chain::{Chain, TOKEN, TOKEN_2022, key},
    world::{PURSE_ATOMS, QUOTE, Side, World, exact_in, fresh_terms, open_args, quote, register_args, version_args},
};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_signer::Signer;
use spl_token_2022_interface::{
    extension::{
        AccountType, BaseStateWithExtensions,
        ExtensionType::{self, *},
        StateWithExtensions,
    },
    state::Mint,
};

/// Length of a mint without extensions, and to what it is padded before them.
const MINT_BYTES: usize = 82;
const PADDED_BYTES: usize = 165;
const TYPE_MINT: u8 = 1;

/// Why the exchange refuses a quote mint with this extension; none for what is harmless. There is no arm for the rest, so
/// that an extension which a later version of Token-2022 adds must be classified before this compiles.
const fn refusal(extension: ExtensionType) -> Option<&'static str> {
    match extension {
        Uninitialized | MetadataPointer | TokenMetadata => None,
        TransferFeeConfig => Some("QuoteMintTransferFee"),
        MintCloseAuthority => Some("QuoteMintCloseAuthority"),
        ConfidentialTransferMint | ConfidentialTransferFeeConfig | ConfidentialMintBurn => {
            Some("QuoteMintConfidential")
        }
        DefaultAccountState => Some("QuoteMintDefaultFrozen"),
        NonTransferable => Some("QuoteMintNonTransferable"),
        InterestBearingConfig | ScaledUiAmount => Some("QuoteMintRebasing"),
        PermanentDelegate => Some("QuoteMintPermanentDelegate"),
        TransferHook => Some("QuoteMintTransferHook"),
        Pausable => Some("QuoteMintPausable"),
        // Whoever may stop holders from burning, and mints that mean something else than money.
        PermissionedBurn | GroupPointer | TokenGroup | GroupMemberPointer | TokenGroupMember => {
            Some("QuoteMintExtensionRefused")
        }
        // Extensions of accounts, which no genuine mint carries.
        TransferFeeAmount
        | ConfidentialTransferAccount
        | ImmutableOwner
        | MemoTransfer
        | CpiGuard
        | NonTransferableAccount
        | TransferHookAccount
        | ConfidentialTransferFeeAmount
        | PausableAccount => Some("QuoteMintExtensionRefused"),
    }
}

/// Every extension there is.
fn extensions() -> Vec<ExtensionType> {
    (0..=u16::MAX).filter_map(|number| ExtensionType::try_from(number).ok()).collect()
}

fn hostile() -> impl Iterator<Item = (u16, &'static str)> {
    extensions().into_iter().filter_map(|extension| Some((extension.into(), refusal(extension)?)))
}

/// Bytes of an extension's value: nothing set. Metadata has no fixed length; some does.
fn value_bytes(extension: u16) -> usize {
    let sized = ExtensionType::try_from(extension).ok().filter(|extension| *extension != TokenMetadata);
    let whole = sized.and_then(|extension| ExtensionType::try_calculate_account_len::<Mint>(&[extension]).ok());
    whole.map_or(88, |bytes| bytes - PADDED_BYTES - 5)
}

/// The data of a Token-2022 mint with these extensions, by number, in their default state.
fn mint_data(extensions: &[u16]) -> Vec<u8> {
    let mut data = vec![0; MINT_BYTES];
    // Six decimals, initialised.
    data[44..46].copy_from_slice(&[6, 1]);
    data.resize(PADDED_BYTES, 0);
    data.push(TYPE_MINT);
    for extension in extensions {
        let length = value_bytes(*extension);
        data.extend(extension.to_le_bytes());
        data.extend((length as u16).to_le_bytes());
        data.resize(data.len() + length, 0);
    }
    data
}

fn put(chain: &mut Chain, address: Pubkey, data: Vec<u8>) {
    let lamports = chain.svm.minimum_balance_for_rent_exemption(data.len());
    let account = Account { lamports, data, owner: token_2022::ID, executable: false, rent_epoch: u64::MAX };
    chain.svm.set_account(address, account).unwrap();
}

/// Puts a Token-2022 mint with these extensions at an address named after them.
fn put_mint_with(chain: &mut Chain, extensions: &[u16]) -> Token {
    let mint = key(&format!("mint with {extensions:?}")).pubkey();
    put(chain, mint, mint_data(extensions));
    Token { mint, program: TOKEN_2022 }
}

/// Every instruction that takes a mint it has not seen before, with the error by which it refuses a hostile one; the
/// exchange says what is wrong with it.
fn takers(mint: Token, refusal: &'static str) -> [(Instruction, &'static str); 3] {
    let (admin, creator, model) = (key("admin").pubkey(), Side::A.person("creator"), Side::A.model());
    let bond = BondMintAllowArgs { min_bond_atoms: 2, claim_bond_atoms: 1, requester_cap_atoms: 1 };
    [
        (exchange::quote_mint_allow(&admin, &mint.mint), refusal),
        (oracle::bond_mint_allow(&admin, &mint.mint, bond), "BondMintExtensionRefused"),
        (vault::pool_open(&creator, &model, &mint), "RevenueMintExtensionRefused"),
    ]
}

#[test]
fn the_mints_of_these_tests_are_what_the_interface_reads() {
    let mints = extensions().into_iter().filter(|extension| extension.get_account_type() == AccountType::Mint);
    let mints: Vec<ExtensionType> = mints.collect();
    assert!(mints.len() >= 19, "{mints:?}");
    for extension in mints {
        let data = mint_data(&[extension.into()]);
        let read = StateWithExtensions::<Mint>::unpack(&data).unwrap().get_extension_types().unwrap();
        assert_eq!(read, [extension]);
    }
}

#[test]
fn a_mint_with_power_over_its_holders_is_refused_everywhere_and_the_exchange_says_why() {
    let mut world = World::ready();
    for (extension, refusal) in hostile() {
        // Alone, and behind what is harmless.
        for list in [&[extension][..], &[MetadataPointer.into(), TokenMetadata.into(), extension]] {
            let mint = put_mint_with(&mut world.chain, list);
            for (instruction, error) in takers(mint, refusal) {
                println!("{list:?}: {error}");
                world.must_refuse(&[instruction], error);
            }
        }
    }
}

#[test]
fn an_extension_that_nobody_knows_yet_is_refused_everywhere() {
    let mut world = World::ready();
    let known: u16 = extensions().into_iter().map(u16::from).max().unwrap();
    for extension in [known + 1, known + 2, 1_000, u16::MAX] {
        let mint = put_mint_with(&mut world.chain, &[extension]);
        for (instruction, error) in takers(mint, "QuoteMintExtensionRefused") {
            world.must_refuse(&[instruction], error);
        }
    }
}

#[test]
fn a_mint_whose_extensions_are_cut_off_is_refused_everywhere() {
    let mut world = World::ready();
    let mut data = mint_data(&[MetadataPointer.into()]);
    data.pop();
    let mint = Token { mint: key("cut off").pubkey(), program: TOKEN_2022 };
    put(&mut world.chain, mint.mint, data);
    for (instruction, _) in takers(mint, "") {
        assert!(world.chain.send(&[instruction]).is_err());
    }
}

/// Puts a mint whose issuer can freeze accounts, as that of USDC can.
fn put_freezable(chain: &mut Chain, label: &str, program: Pubkey) -> Token {
    let mint = key(label).pubkey();
    chain.put_mint(mint, program, 6);
    let mut account = chain.raw(&mint).unwrap();
    // The freeze authority: present, and who it is.
    account.data[46..50].copy_from_slice(&1_u32.to_le_bytes());
    account.data[50..82].copy_from_slice(key("issuer").pubkey().as_ref());
    chain.svm.set_account(mint, account).unwrap();
    Token { mint, program }
}

/// Mints of both token programs that nobody can hurt holders with, but for a freeze authority.
fn harmless(chain: &mut Chain) -> Vec<Token> {
    let classic = Token { mint: key("classic").pubkey(), program: TOKEN };
    chain.put_mint(classic.mint, TOKEN, 6);
    let plain = Token { mint: key("plain").pubkey(), program: TOKEN_2022 };
    chain.put_mint(plain.mint, TOKEN_2022, 6);
    let described = put_mint_with(chain, &[MetadataPointer.into(), TokenMetadata.into()]);
    let freezable = [put_freezable(chain, "frozen", TOKEN), put_freezable(chain, "frozen 2022", TOKEN_2022)];
    [classic, plain, described].into_iter().chain(freezable).collect()
}

#[test]
fn harmless_mints_of_both_token_programs_are_taken() {
    let mut world = World::ready();
    // A model's own token carries pointer and metadata.
    let model_token = Token::of_model(&Side::B.model());
    for mint in harmless(&mut world.chain).into_iter().chain([model_token]) {
        let mut world = world.clone();
        for (instruction, _) in takers(mint, "") {
            world.chain.must(&[instruction]);
        }
    }
}

#[test]
fn a_market_trades_against_every_harmless_mint() {
    let mut start = World::configured();
    let (admin, creator, trader) = (key("admin").pubkey(), Side::A.person("creator"), Side::A.person("trader"));
    let model = Side::A.model();
    start.enrol(creator);
    start.enrol(trader);
    start.chain.must(&[exchange::model_register(&creator, register_args(&Side::A.model_name()))]);
    start.chain.must(&[
        exchange::model_version_publish(&creator, &model, 1, version_args()),
        token::create_account(&trader, &trader, &Token::of_model(&model)),
    ]);
    for mint in harmless(&mut start.chain) {
        let mut world = start.clone();
        let purse = mint.account_of(&trader);
        world.chain.put_tokens(purse, mint.program, mint.mint, trader, PURSE_ATOMS);
        let open = exchange::market_open(&creator, &model, &mint, open_args());
        world.must_refuse(std::slice::from_ref(&open), "QuoteMintNotAllowed");
        world.chain.must(&[exchange::quote_mint_allow(&admin, &mint.mint), open]);
        let (terms, route) = (fresh_terms(&world.chain), TradeRoute::default());
        let buy = exchange::market_buy(&trader, &model, &mint, exact_in(QUOTE, 0, terms), route);
        let bought: TokensBought = world.chain.must(&[buy]).event();
        let amount = exact_in(bought.token_atoms_out, 0, terms);
        let sold: TokensSold =
            world.chain.must(&[exchange::market_sell(&trader, &model, &mint, amount, route)]).event();
        let paid = QUOTE - sold.quote_atoms_out;
        assert_eq!(world.chain.token_atoms(&purse), PURSE_ATOMS - paid);
        assert_eq!(world.chain.token_atoms(&Side::A.quote_vault()), paid);
        assert_eq!(world.market(Side::A).circulating_atoms, 0);
    }
}

#[test]
fn an_issuer_who_freezes_a_markets_vault_stops_it_and_takes_nothing() {
    let mut world = World::ready();
    let (mut frozen, held) = (world.chain.raw(&Side::A.quote_vault()).unwrap(), world.market(Side::A));
    // State: frozen.
    frozen.data[108] = 2;
    world.chain.svm.set_account(Side::A.quote_vault(), frozen.clone()).unwrap();
    for trade in [world.buy_instruction(Side::A, "trader", QUOTE), world.sell_instruction(Side::A, "trader", QUOTE)] {
        world.must_refuse(&[trade], "token: custom program error: 0x11");
    }
    frozen.data[108] = 1;
    world.chain.svm.set_account(Side::A.quote_vault(), frozen).unwrap();
    assert_eq!(bytemuck::bytes_of(&world.market(Side::A)), bytemuck::bytes_of(&held));
    world.buy(Side::A, "trader", QUOTE);
}

#[test]
fn what_is_no_mint_is_not_taken_for_one() {
    let mut world = World::ready();
    let (token_account, market) = (Side::A.quote_account("trader"), Side::A.market());
    let mut blank = mint_data(&[]);
    blank[45] = 0;
    let uninitialized = key("not initialised").pubkey();
    put(&mut world.chain, uninitialized, blank);
    // The vault lets Anchor read the mint, which has words of its own for each.
    let no_mints = [
        (token_account, TOKEN, "vault: invalid account data for instruction"),
        (market, TOKEN_2022, "AccountOwnedByWrongProgram"),
        (uninitialized, TOKEN_2022, "vault: instruction requires an initialized account"),
    ];
    for (mint, program, of_the_vault) in no_mints {
        let [exchange, oracle, vault] = takers(Token { mint, program }, "").map(|(instruction, _)| instruction);
        world.must_refuse(&[exchange], "AccountNotInitialized");
        world.must_refuse(&[oracle], "AccountNotInitialized");
        world.must_refuse(&[vault], of_the_vault);
    }
}

#[test]
fn a_quote_mint_is_allowed_once_and_the_list_ends_at_eight() {
    let mut world = World::ready();
    let admin = key("admin").pubkey();
    world.must_refuse(&[exchange::quote_mint_allow(&admin, &quote().mint)], "QuoteMintAlreadyAllowed");
    let mints: Vec<Pubkey> = (1..=8).map(|index| key(&format!("quote mint {index}")).pubkey()).collect();
    for mint in &mints {
        world.chain.put_mint(*mint, TOKEN, 6);
    }
    for mint in &mints[..7] {
        world.chain.must(&[exchange::quote_mint_allow(&admin, mint)]);
    }
    world.must_refuse(&[exchange::quote_mint_allow(&admin, &mints[7])], "QuoteMintListFull");
    let bond = |min_bond_atoms| BondMintAllowArgs { min_bond_atoms, claim_bond_atoms: 1, requester_cap_atoms: QUOTE };
    for mint in &mints[..7] {
        world.chain.must(&[oracle::bond_mint_allow(&admin, mint, bond(1))]);
    }
    world.must_refuse(&[oracle::bond_mint_allow(&admin, &mints[7], bond(1))], "BondMintListFull");
    // One that is listed is changed in its place.
    world.chain.must(&[oracle::bond_mint_allow(&admin, &mints[3], bond(2))]);
}
