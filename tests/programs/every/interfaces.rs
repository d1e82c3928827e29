//! What the programs know of each other, held against the committed IDLs.

use anchor_lang::{InstructionData, event::EVENT_IX_TAG_LE, prelude::*};
use bytemuck::{Pod, pod_read_unaligned};
use modchains_exchange::{
    instruction as exchange_instruction,
    instructions::MarketDepositArgs,
    state::{Licence, Market, Model, ModelVersion},
};
use modchains_oracle::{
    instruction as oracle_instruction,
    instructions::ServiceGovernArgs,
    state::{Operator, Request, Service, Usage},
};
use modchains_program_interface::{Party, View, exchange, oracle, vault};
use modchains_program_kit::hash::sha256;
use modchains_sdk::address;
use modchains_tests::{
    chain::key,
    idl::{Program, root},
    world::{Side, World, request_args},
};
use modchains_vault::{
    instruction as vault_instruction,
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
    fn account<T: View>(name: &str) -> (Pubkey, &str, &str, [u8; 8]) {
        (T::PROGRAM, "accounts", name, T::DISCRIMINATOR)
    }
    let declared = [
        account::<exchange::Model>("Model"),
        account::<exchange::ModelVersion>("ModelVersion"),
        account::<exchange::Market>("Market"),
        account::<exchange::Licence>("Licence"),
        account::<vault::Vault>("Vault"),
        account::<oracle::Usage>("Usage"),
        account::<oracle::Service>("Service"),
        account::<oracle::Request>("Request"),
        (exchange::ID, "instructions", "market_deposit", exchange::MarketDeposit::<Pubkey>::DISCRIMINATOR),
        (vault::ID, "instructions", "revenue_deposit", vault::RevenueDeposit::<Pubkey>::DISCRIMINATOR),
        (oracle::ID, "instructions", "service_govern", oracle::ServiceGovern::<Pubkey>::DISCRIMINATOR),
    ];
    for (program, list, name, discriminator) in declared {
        let program = Program::ALL.into_iter().find(|known| known.id() == program).expect("one of ours");
        assert_eq!(idl_discriminator(program, list, name), discriminator, "{name}");
    }
}

#[test]
fn declared_programs_are_the_programs_of_the_idls() {
    for program in Program::ALL {
        assert_eq!(idl(program)["address"], program.id().to_string());
    }
}

/// Compares a call with the instruction of that name in the program's IDL, and its data with what the program's own type
/// for the arguments gives. The accounts of the call are made of the names in the IDL.
fn assert_call(program: Program, name: &str, parties: &[Party<Pubkey>], data: &[u8], expected_data: Vec<u8>) {
    assert_eq!(data, expected_data, "{name}");
    let declared = program.instructions().into_iter().find(|declared| declared.name == name).unwrap();
    let expected: Vec<_> = declared
        .accounts
        .iter()
        .map(|spec| Party { account: named(&spec.name), is_writable: spec.writable, is_signer: spec.signer })
        .collect();
    assert_eq!(parties, expected, "{name}");
}

fn named(name: &str) -> Pubkey {
    key(name).pubkey()
}

#[test]
fn calls_list_the_accounts_of_the_idls_in_their_order_and_the_amounts_of_the_arguments() {
    let to_pool = vault::RevenueDeposit {
        depositor: named("depositor"),
        depositor_tokens: named("depositor_tokens"),
        vault: named("vault"),
        pool: named("pool"),
        pool_tokens: named("pool_tokens"),
        token_program: named("token_program"),
        event_authority: named("event_authority"),
        program: named("program"),
        revenue_atoms: 7,
    };
    let expected = vault_instruction::RevenueDeposit { args: RevenueDepositArgs { revenue_atoms: 7 } }.data();
    assert_call(Program::Vault, "revenue_deposit", &to_pool.parties(), &to_pool.data(), expected);
    let to_market = exchange::MarketDeposit {
        depositor: named("depositor"),
        depositor_tokens: named("depositor_tokens"),
        market: named("market"),
        quote_vault: named("quote_vault"),
        token_program: named("token_program"),
        event_authority: named("event_authority"),
        program: named("program"),
        reserve_atoms: 11,
        creator_atoms: 13,
    };
    let args = MarketDepositArgs { reserve_atoms: 11, creator_atoms: 13, split_atoms: 0 };
    let expected = exchange_instruction::MarketDeposit { args }.data();
    assert_call(Program::Exchange, "market_deposit", &to_market.parties(), &to_market.data(), expected);
    let govern = oracle::ServiceGovern {
        vault: named("vault"),
        service: named("service"),
        event_authority: named("event_authority"),
        program: named("program"),
        fee_atoms: 17,
    };
    let expected = oracle_instruction::ServiceGovern { args: ServiceGovernArgs { fee_atoms: 17 } }.data();
    assert_call(Program::Oracle, "service_govern", &govern.parties(), &govern.data(), expected);
}

/// The view of a state whose every byte differs from its neighbours.
fn patterned<S: Pod, V: View>() -> (S, V) {
    let bytes: Vec<u8> = (0..size_of::<S>()).map(|index| (index % 251) as u8 + 1).collect();
    (pod_read_unaligned(&bytes), pod_read_unaligned(&bytes[..size_of::<V>()]))
}

#[test]
fn licences_mean_the_same_to_their_owner_and_to_others() {
    let (licence, view): (Licence, exchange::Licence) = patterned();
    assert_eq!(view.grant(), licence.grant_terms());
    let (model, view): (Model, exchange::Model) = patterned();
    assert_eq!(view.licence_terms(), model.licence_terms());
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
