//! What the programs know of each other, held against the committed IDLs and the real account types.

use anchor_lang::{Discriminator, InstructionData, event::EVENT_IX_TAG_LE, prelude::*};
use bytemuck::{Pod, bytes_of};
use modchains_core::licence::LicenceKind;
use modchains_exchange::{
    instruction as exchange_instruction,
    instructions::MarketDepositArgs,
    state::{Licence, Market, Model, ModelVersion},
};
use modchains_oracle::{
    exchange_interface::read_licence,
    state::{Operator, Request, RequestStatus, Service, Usage},
};
use modchains_program_kit::{
    deposit::{Deposit, Receiver},
    hash::sha256,
};
use modchains_sdk::address;
use modchains_tests::{
    chain::key,
    idl::{Program, root},
    world::{Side, World, request_args},
};
use modchains_vault::{
    instruction,
    instructions::RevenueDepositArgs,
    state::{Position, RevenuePool, Vault},
};
use serde_json::Value;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

const SIDE: Side = Side::A;
/// Most bytes of an account without its inline payload.
const LEAN_BYTES_MAX: usize = 512;

fn idl(program: Program) -> Value {
    let path = root().join("sdk/idl").join(format!("{}.json", program.name()));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn idl_discriminator(program: Program, list: &str, name: &str) -> Vec<u8> {
    let idl = idl(program);
    let entries = idl[list].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name).expect("the IDL names it");
    serde_json::from_value(entry["discriminator"].clone()).unwrap()
}

#[test]
fn declared_discriminators_are_those_of_the_idls() {
    use modchains_exchange::{oracle_interface, vault_interface};
    use modchains_oracle::exchange_interface;
    use modchains_program_kit::deposit;
    use modchains_vault::exchange_interface as vault_exchange_interface;
    let declared: [(Program, &str, &str, [u8; 8]); 11] = [
        (Program::Oracle, "accounts", "Usage", oracle_interface::USAGE_DISCRIMINATOR),
        (Program::Oracle, "accounts", "Service", oracle_interface::SERVICE_DISCRIMINATOR),
        (Program::Oracle, "accounts", "Request", oracle_interface::REQUEST_DISCRIMINATOR),
        (Program::Vault, "accounts", "Vault", vault_interface::VAULT_DISCRIMINATOR),
        (Program::Exchange, "accounts", "Model", exchange_interface::MODEL_DISCRIMINATOR),
        (Program::Exchange, "accounts", "ModelVersion", exchange_interface::MODEL_VERSION_DISCRIMINATOR),
        (Program::Exchange, "accounts", "Market", exchange_interface::MARKET_DISCRIMINATOR),
        (Program::Exchange, "accounts", "Licence", exchange_interface::LICENCE_DISCRIMINATOR),
        (Program::Exchange, "instructions", "market_deposit", deposit::MARKET_DEPOSIT_DISCRIMINATOR),
        (Program::Vault, "instructions", "revenue_deposit", deposit::REVENUE_DEPOSIT_DISCRIMINATOR),
        (Program::Exchange, "accounts", "Model", vault_exchange_interface::MODEL_DISCRIMINATOR),
    ];
    for (program, list, name, discriminator) in declared {
        assert_eq!(idl_discriminator(program, list, name), discriminator, "{name}");
    }
}

#[test]
fn declared_programs_are_the_programs() {
    assert_eq!(modchains_exchange::oracle_interface::ID, modchains_oracle::ID);
    assert_eq!(modchains_exchange::vault_interface::ID, modchains_vault::ID);
    assert_eq!(modchains_oracle::exchange_interface::ID, modchains_exchange::ID);
    assert_eq!(modchains_oracle::vault_interface::ID, modchains_vault::ID);
    assert_eq!(modchains_vault::exchange_interface::EXCHANGE_ID, modchains_exchange::ID);
    for program in Program::ALL {
        assert_eq!(idl(program)["address"], program.id().to_string());
    }
}

/// An empty account at an address that is made of its name. It lives until the tests end.
fn named(name: &str) -> &'static AccountInfo<'static> {
    let (key, lamports) = (Box::leak(Box::new(key(name).pubkey())), Box::leak(Box::new(0)));
    Box::leak(Box::new(AccountInfo::new(key, false, false, lamports, &mut [], &modchains_vault::ID, false)))
}

#[test]
fn deposits_list_the_accounts_of_the_idl_in_its_order_and_the_amounts_of_its_arguments() {
    let pool = Receiver::Pool {
        vault: named("vault"),
        pool: named("pool"),
        pool_tokens: named("pool_tokens"),
        revenue_atoms: 7,
    };
    let market = Receiver::Market {
        market: named("market"),
        quote_vault: named("quote_vault"),
        reserve_atoms: 11,
        creator_atoms: 13,
    };
    let revenue = RevenueDepositArgs { revenue_atoms: 7 };
    let parts = MarketDepositArgs { reserve_atoms: 11, creator_atoms: 13, split_atoms: 0 };
    let calls = [
        (Program::Vault, "revenue_deposit", pool, instruction::RevenueDeposit { args: revenue }.data()),
        (Program::Exchange, "market_deposit", market, exchange_instruction::MarketDeposit { args: parts }.data()),
    ];
    for (program, name, receiver, data) in calls {
        let deposit = Deposit {
            depositor: named("depositor"),
            depositor_tokens: named("depositor_tokens"),
            receiver,
            token_program: named("token_program"),
            event_authority: named("event_authority"),
            program: named("program"),
        };
        let (call, accounts) = deposit.call(&program.id());
        assert_eq!((call.program_id, call.data), (program.id(), data), "{name}");
        let declared = program.instructions().into_iter().find(|declared| declared.name == name).unwrap();
        let expected: Vec<AccountMeta> = declared
            .accounts
            .iter()
            .map(|spec| AccountMeta {
                pubkey: *named(&spec.name).key,
                is_signer: spec.signer,
                is_writable: spec.writable,
            })
            .collect();
        assert_eq!(call.accounts, expected, "{name}");
        let passed: Vec<Pubkey> = accounts.iter().map(|account| *account.key).collect();
        assert!(expected.iter().all(|meta| passed.contains(&meta.pubkey)), "{name}");
    }
}

/// A state whose every byte differs from its neighbours, so that a wrong offset shows.
fn patterned<T: Pod>() -> T {
    let mut state = T::zeroed();
    for (index, byte) in bytemuck::bytes_of_mut(&mut state).iter_mut().enumerate() {
        *byte = (index % 251) as u8 + 1;
    }
    state
}

/// Runs `read` on an account of `owner` that holds `state`.
fn with_account<T: Pod + Discriminator, R>(state: &T, owner: &Pubkey, read: impl Fn(&AccountInfo) -> R) -> R {
    let mut data = [T::DISCRIMINATOR, bytes_of(state)].concat();
    let (address, mut lamports) = (key("account").pubkey(), 1);
    read(&AccountInfo::new(&address, false, false, &mut lamports, &mut data, owner, false))
}

#[test]
fn the_exchange_reads_of_usage_what_the_oracle_writes() {
    let usage: Usage = patterned();
    let read = |model: &Pubkey| {
        with_account(&usage, &modchains_oracle::ID, |account| {
            modchains_exchange::oracle_interface::read_usage(account, model)
        })
    };
    let signal = read(&usage.model).unwrap();
    assert_eq!(signal.non_recoverable_fees_total, usage.non_recoverable_fees_total);
    assert_eq!([signal.ema_fast, signal.ema_mid, signal.ema_slow], [usage.ema_fast, usage.ema_mid, usage.ema_slow]);
    assert_eq!((signal.quality_ppm, signal.rolled_at_seconds), (usage.quality_ppm, usage.rolled_at_seconds));
    assert!(read(&key("another model").pubkey()).is_err());
}

#[test]
fn the_exchange_reads_of_requests_and_services_what_the_oracle_writes() {
    use modchains_exchange::oracle_interface::{FinalResult, read_final_result};
    let owner = modchains_oracle::ID;
    let (service, mut request): (Service, Request) = (patterned(), patterned());
    request.service = key("account").pubkey();
    let read = |request: &Request, owners: [&Pubkey; 2], model: &Pubkey| -> Result<FinalResult> {
        with_account(&service, owners[0], |service| {
            with_account(request, owners[1], |request| read_final_result(request, service, model))
        })
    };
    assert!(read(&request, [&owner; 2], &service.model).is_err(), "nothing is final yet");
    request.status = RequestStatus::Finalized as u8;
    let result = read(&request, [&owner; 2], &service.model).unwrap();
    assert_eq!(result.requester, request.requester);
    assert_eq!(result.version_manifest_sha256, request.version_manifest_sha256);
    assert_eq!((result.input_hash, result.output_hash), (request.input_hash, request.output_hash));
    assert_eq!((result.licence_uses, result.numeric_class), (request.licence_uses, request.numeric_class));
    assert_eq!(result.content_fee_atoms, request.content_fee_atoms);
    assert!(read(&request, [&owner; 2], &key("another model").pubkey()).is_err());
    let forger = key("another program").pubkey();
    assert!(read(&request, [&forger, &owner], &service.model).is_err());
    assert!(read(&request, [&owner, &forger], &service.model).is_err());
    request.service = key("another service").pubkey();
    assert!(read(&request, [&owner; 2], &service.model).is_err());
}

#[test]
fn the_oracle_reads_of_models_versions_and_markets_what_the_exchange_writes() {
    use modchains_oracle::exchange_interface::{
        read_content_fee, read_default_licence, read_market, read_model_creator, read_version,
    };
    let owner = modchains_exchange::ID;
    let (model, version, market): (Model, ModelVersion, Market) = (patterned(), patterned(), patterned());
    assert_eq!(with_account(&model, &owner, read_model_creator).unwrap(), model.creator);
    let facts = with_account(&version, &owner, read_version).unwrap();
    assert_eq!((facts.model, facts.manifest_sha256), (version.model, version.manifest_sha256));
    assert_eq!(facts.numeric_class, version.numeric_class);
    let facts = with_account(&market, &owner, read_market).unwrap();
    assert_eq!((facts.model, facts.quote_mint), (market.model, market.quote_mint));
    assert_eq!(with_account(&model, &owner, read_content_fee).unwrap(), model.content_fee_atoms);
    let (kind, terms) = with_account(&Model { licence_kind: 1, ..model }, &owner, read_default_licence).unwrap();
    assert_eq!(
        (kind, terms.uses, terms.price_atoms),
        (LicenceKind::Paid, model.licence_uses, model.licence_price_atoms)
    );
    assert_eq!(
        (terms.rate_max, terms.rate_window_seconds),
        (model.licence_rate_max, model.licence_rate_window_seconds)
    );
    assert!(with_account(&Model { licence_kind: 3, ..model }, &owner, read_default_licence).is_err());
    // A market is no model, and nothing of another program is either.
    assert!(with_account(&market, &owner, read_model_creator).is_err());
    assert!(with_account(&model, &modchains_vault::ID, read_model_creator).is_err());
}

#[test]
fn the_oracle_reads_of_licences_what_the_exchange_writes() {
    let licence: Licence = patterned();
    let read = |owner: &Pubkey, model: &Pubkey, grantee: &Pubkey| {
        with_account(&licence, owner, |account| read_licence(account, model, grantee))
    };
    let (exchange, other) = (modchains_exchange::ID, key("another").pubkey());
    assert_eq!(read(&exchange, &licence.model, &licence.grantee).unwrap(), licence.grant_terms());
    assert!(read(&exchange, &other, &licence.grantee).is_err());
    assert!(read(&exchange, &licence.model, &other).is_err());
    assert!(read(&modchains_vault::ID, &licence.model, &licence.grantee).is_err());
}

#[test]
fn the_vault_reads_of_models_what_the_exchange_writes_and_the_exchange_knows_its_vaults() {
    let model: Model = patterned();
    let facts = with_account(&model, &modchains_exchange::ID, modchains_vault::exchange_interface::read_model).unwrap();
    assert_eq!((facts.creator, facts.mint), (model.creator, model.mint));
    let vault: Vault = patterned();
    let check = |model: &Pubkey| {
        with_account(&vault, &modchains_vault::ID, |account| {
            modchains_exchange::vault_interface::require_vault_of(account, model)
        })
    };
    assert!(check(&vault.model).is_ok());
    assert!(check(&key("another model").pubkey()).is_err());
}

/// Offsets, counted from the start of the account, that other programs and clients rely on.
#[test]
fn published_offsets_are_those_of_the_states() {
    use core::mem::offset_of;
    let published = [
        ("Usage.model", 8, offset_of!(Usage, model)),
        ("Usage.non_recoverable_fees_total", 40, offset_of!(Usage, non_recoverable_fees_total)),
        ("Usage.ema_fast", 48, offset_of!(Usage, ema_fast)),
        ("Usage.ema_mid", 56, offset_of!(Usage, ema_mid)),
        ("Usage.ema_slow", 64, offset_of!(Usage, ema_slow)),
        ("Usage.quality_ppm", 72, offset_of!(Usage, quality_ppm)),
        ("Usage.epoch_seconds", 76, offset_of!(Usage, epoch_seconds)),
        ("Usage.epoch", 80, offset_of!(Usage, epoch)),
        ("Usage.rolled_at_seconds", 88, offset_of!(Usage, rolled_at_seconds)),
        ("Model.creator", 8, offset_of!(Model, creator)),
        ("Model.mint", 40, offset_of!(Model, mint)),
        ("Model.registered_at_seconds", 72, offset_of!(Model, registered_at_seconds)),
        ("Model.licence_price_atoms", 80, offset_of!(Model, licence_price_atoms)),
        ("Model.version_count", 96, offset_of!(Model, version_count)),
        ("Model.current_version", 100, offset_of!(Model, current_version)),
        ("Model.licence_rate_max", 104, offset_of!(Model, licence_rate_max)),
        ("Model.licence_rate_window_seconds", 108, offset_of!(Model, licence_rate_window_seconds)),
        ("Model.licence_uses", 112, offset_of!(Model, licence_uses)),
        ("Model.licence_kind", 116, offset_of!(Model, licence_kind)),
        ("Licence.price_atoms", 72, offset_of!(Licence, price_atoms)),
        ("Licence.expires_at_seconds", 80, offset_of!(Licence, expires_at_seconds)),
        ("Licence.revoked_at_seconds", 88, offset_of!(Licence, revoked_at_seconds)),
        ("Licence.rate_max", 96, offset_of!(Licence, rate_max)),
        ("Licence.rate_window_seconds", 100, offset_of!(Licence, rate_window_seconds)),
        ("Licence.uses", 104, offset_of!(Licence, uses)),
        ("Request.service", 8, offset_of!(Request, service)),
        ("Request.requester", 40, offset_of!(Request, requester)),
        ("Request.version_manifest_sha256", 104, offset_of!(Request, version_manifest_sha256)),
        ("Request.input_hash", 136, offset_of!(Request, input_hash)),
        ("Request.output_hash", 168, offset_of!(Request, output_hash)),
        ("Request.licence_uses", 408, offset_of!(Request, licence_uses)),
        ("Request.status", 410, offset_of!(Request, status)),
        ("Request.numeric_class", 411, offset_of!(Request, numeric_class)),
        ("ModelVersion.model", 8, offset_of!(ModelVersion, model)),
        ("ModelVersion.manifest_sha256", 40, offset_of!(ModelVersion, manifest_sha256)),
        ("ModelVersion.index", 176, offset_of!(ModelVersion, index)),
        ("ModelVersion.numeric_class", 185, offset_of!(ModelVersion, numeric_class)),
        ("Market.model", 8, offset_of!(Market, model)),
        ("Market.mint", 40, offset_of!(Market, mint)),
        ("Market.quote_mint", 72, offset_of!(Market, quote_mint)),
        ("Market.quote_vault", 104, offset_of!(Market, quote_vault)),
        ("Vault.model", 8, offset_of!(Vault, model)),
    ];
    for (name, published, actual) in published {
        assert_eq!(published, 8 + actual, "{name}");
    }
}

#[test]
fn accounts_that_people_pay_rent_for_are_lean_on_chain() {
    let mut world = World::ready();
    world.request(SIDE, 1);
    let version = address::exchange::version(&SIDE.model(), 1);
    // A type with hidden padding is not `Pod`, so its size is the sum of its fields.
    let accounts = [
        ("Model", SIDE.model(), size_of::<Model>()),
        ("ModelVersion", version, size_of::<ModelVersion>()),
        ("Market", SIDE.market(), size_of::<Market>()),
        ("Vault", SIDE.vault(), size_of::<Vault>()),
        ("RevenuePool", SIDE.pool(), size_of::<RevenuePool>()),
        ("Position", SIDE.position(), size_of::<Position>()),
        ("Operator", SIDE.operator(), size_of::<Operator>()),
        ("Service", SIDE.service(), size_of::<Service>()),
        ("Usage", SIDE.usage(), size_of::<Usage>()),
    ];
    for (name, address, bytes) in accounts {
        let on_chain = world.chain.raw(&address).unwrap().data.len();
        assert_eq!(on_chain, 8 + bytes, "{name}");
        assert!(on_chain <= LEAN_BYTES_MAX, "{name} takes {on_chain} bytes");
    }
    let payload = request_args(1).input.len() + usize::from(world.service(SIDE).output_bytes_max);
    assert_eq!(world.chain.raw(&SIDE.request(1)).unwrap().data.len(), Request::INPUT_OFFSET + payload);
    const { assert!(Request::INPUT_OFFSET <= LEAN_BYTES_MAX) };
}

#[test]
fn discriminators_follow_from_names_in_all_three_idls() {
    for program in Program::ALL {
        let idl = idl(program);
        for (list, space) in [("accounts", "account"), ("instructions", "global"), ("events", "event")] {
            for entry in idl[list].as_array().into_iter().flatten() {
                let name = entry["name"].as_str().unwrap();
                let discriminator: Vec<u8> = serde_json::from_value(entry["discriminator"].clone()).unwrap();
                assert_eq!(discriminator, sha256(&[space.as_bytes(), b":", name.as_bytes()])[..8], "{name}");
            }
        }
    }
}

#[test]
fn nobody_emits_an_event_in_the_name_of_a_program() {
    let mut world = World::ready();
    let outcome = world.chain.must(&[world.buy_instruction(SIDE, "trader", 1_000_000)]);
    let genuine = outcome.events.iter().find(|data| data.starts_with(EVENT_IX_TAG_LE)).unwrap().clone();
    let authority = modchains_exchange::EVENT_AUTHORITY_AND_BUMP.0;
    for (signer, signed, error) in [
        (authority, false, "ConstraintSigner"),
        (key("forger").pubkey(), true, "ConstraintSeeds"),
        (key("forger").pubkey(), false, "ConstraintSigner"),
    ] {
        let accounts = vec![AccountMeta::new_readonly(signer, signed)];
        let forged = Instruction { program_id: modchains_exchange::ID, accounts, data: genuine.clone() };
        world.must_refuse(&[forged], error);
    }
}
