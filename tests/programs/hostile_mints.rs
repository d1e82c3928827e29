//! Mints that give somebody power over holders, against every instruction that takes a mint to keep money in.

use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::{
    self,
    spl_token_2022::{
        extension::{
            BaseStateWithExtensionsMut, Extension, ExtensionType, StateWithExtensionsMut,
            confidential_transfer::ConfidentialTransferMint, default_account_state::DefaultAccountState,
            group_member_pointer::GroupMemberPointer, group_pointer::GroupPointer,
            interest_bearing_mint::InterestBearingConfig, metadata_pointer::MetadataPointer,
            mint_close_authority::MintCloseAuthority, non_transferable::NonTransferable, pausable::PausableConfig,
            permanent_delegate::PermanentDelegate, scaled_ui_amount::ScaledUiAmountConfig,
            transfer_fee::TransferFeeConfig, transfer_hook::TransferHook,
        },
        state::Mint,
    },
};
use bytemuck::Pod;
use modchains_oracle::instructions::BondMintAllowArgs;
use modchains_sdk::instruction::{Token, exchange, oracle, vault};
use modchains_tests::{
    chain::{Chain, TOKEN, TOKEN_2022, key},
    world::{QUOTE, Side, World, quote},
};
use modchains_vault::instructions::VaultOpenArgs;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_signer::Signer;

/// Puts a Token-2022 mint with one extension, in its default state, at `address`.
fn put_mint_with<V: Extension + Pod + Default>(chain: &mut Chain, address: Pubkey) {
    let bytes = ExtensionType::try_calculate_account_len::<Mint>(&[V::TYPE]).unwrap();
    let mut data = vec![0; bytes];
    let mut state = StateWithExtensionsMut::<Mint>::unpack_uninitialized(&mut data).unwrap();
    state.init_extension::<V>(true).unwrap();
    state.base = Mint { decimals: 6, is_initialized: true, ..Mint::default() };
    state.pack_base();
    state.init_account_type().unwrap();
    let lamports = chain.svm.minimum_balance_for_rent_exemption(bytes);
    let account = Account { lamports, data, owner: token_2022::ID, executable: false, rent_epoch: u64::MAX };
    chain.svm.set_account(address, account).unwrap();
}

/// Puts a mint at an address.
type Put = fn(&mut Chain, Pubkey);

/// Every extension that changes who may do what to a holder, or what an amount means.
const HOSTILE: [(&str, Put); 12] = [
    ("transfer fee", put_mint_with::<TransferFeeConfig>),
    ("transfer hook", put_mint_with::<TransferHook>),
    ("permanent delegate", put_mint_with::<PermanentDelegate>),
    ("close authority", put_mint_with::<MintCloseAuthority>),
    ("frozen by default", put_mint_with::<DefaultAccountState>),
    ("pausable", put_mint_with::<PausableConfig>),
    ("interest bearing", put_mint_with::<InterestBearingConfig>),
    ("scaled amounts", put_mint_with::<ScaledUiAmountConfig>),
    ("non-transferable", put_mint_with::<NonTransferable>),
    ("confidential transfers", put_mint_with::<ConfidentialTransferMint>),
    ("group pointer", put_mint_with::<GroupPointer>),
    ("group member pointer", put_mint_with::<GroupMemberPointer>),
];

/// Every instruction that takes a mint it has not seen before, with the error by which it refuses a hostile one.
fn takers(mint: Token) -> [(Instruction, &'static str); 3] {
    let (admin, creator, model) = (key("admin").pubkey(), Side::A.person("creator"), Side::A.model());
    let bond = BondMintAllowArgs { min_bond_atoms: 2, claim_bond_atoms: 1, requester_cap_atoms: 1 };
    [
        (exchange::quote_mint_allow(&admin, &mint.mint), "QuoteMintExtensionRefused"),
        (oracle::bond_mint_allow(&admin, &mint.mint, bond), "BondMintExtensionRefused"),
        (vault::pool_open(&creator, &model, &mint), "RevenueMintExtensionRefused"),
    ]
}

#[test]
fn a_mint_with_power_over_its_holders_is_refused_everywhere() {
    for (label, put) in HOSTILE {
        let mut world = World::ready();
        let mint = Token { mint: key(label).pubkey(), program: TOKEN_2022 };
        put(&mut world.chain, mint.mint);
        for (instruction, error) in takers(mint) {
            println!("{label}: {error}");
            world.must_refuse(&[instruction], error);
        }
    }
}

#[test]
fn a_vault_does_not_open_on_a_hostile_mint() {
    let mut world = World::configured();
    let creator = Side::A.person("creator");
    world.enrol(creator);
    for instruction in world.listing(Side::A).into_iter().take(2) {
        world.chain.must(&[instruction]);
    }
    let terms = modchains_vault::state::VaultTerms { cooldown_seconds: 60, stream_seconds: 60 };
    for (label, put) in HOSTILE {
        let mint = Token { mint: key(label).pubkey(), program: TOKEN_2022 };
        put(&mut world.chain, mint.mint);
        let open = vault::vault_open(&creator, &Side::A.model(), &mint, VaultOpenArgs { terms });
        world.must_refuse(&[open], "RevenueMintExtensionRefused");
    }
}

#[test]
fn harmless_mints_of_both_token_programs_are_taken() {
    let mut world = World::ready();
    let classic = Token { mint: key("classic").pubkey(), program: TOKEN };
    world.chain.put_mint(classic.mint, TOKEN, 6);
    let plain = Token { mint: key("plain").pubkey(), program: TOKEN_2022 };
    world.chain.put_mint(plain.mint, TOKEN_2022, 6);
    let pointer = Token { mint: key("pointer").pubkey(), program: TOKEN_2022 };
    put_mint_with::<MetadataPointer>(&mut world.chain, pointer.mint);
    // A model's own token carries pointer and metadata.
    let model_token = Token::of_model(&Side::B.model());
    for mint in [classic, plain, pointer, model_token] {
        let mut world = world.clone();
        for (instruction, _) in takers(mint) {
            world.chain.must(&[instruction]);
        }
    }
}

#[test]
fn what_is_no_mint_is_not_taken_for_one() {
    let mut world = World::ready();
    let no_mint = Token { mint: Side::A.quote_account("trader"), program: TOKEN };
    for (instruction, _) in takers(no_mint) {
        let refusal = world.chain.send(&[instruction]).unwrap_err();
        let log = refusal.logs.join("\n");
        assert!(log.contains("An account's data contents was invalid"), "{log}");
    }
    let admin = key("admin").pubkey();
    world.must_refuse(&[exchange::quote_mint_allow(&admin, &Side::A.market())], "AccountOwnedByWrongProgram");
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
