//! Roles change hands, and lists get shorter, in both programs that have a configuration.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::{ExchangeConfig, FeeBeneficiary, Role};
use modchains_oracle::{
    instructions::{ConfigChangeQueueArgs, ServiceConfigureArgs},
    state::OracleConfig,
};
use modchains_sdk::{
    address,
    instruction::{exchange, oracle},
};
use modchains_tests::{
    chain::{Chain, key},
    world::{FEE_ATOMS, QUOTE, Side, World, market_params, oracle_params, quote, service_terms},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn admin() -> Pubkey {
    key("admin").pubkey()
}

fn treasury() -> Pubkey {
    key("treasury").pubkey()
}

fn heir() -> Pubkey {
    key("heir").pubkey()
}

/// What either program does about roles, and who holds them.
struct Program {
    config: Pubkey,
    offer: fn(&Pubkey, Role, &Pubkey) -> Instruction,
    accept: fn(&Pubkey, Role) -> Instruction,
    cancel: fn(&Pubkey, Role) -> Instruction,
    queue: fn(&Pubkey) -> Instruction,
    holders: fn(&Chain) -> [Pubkey; 4],
}

fn programs() -> [Program; 2] {
    [
        Program {
            config: address::exchange::config(),
            offer: exchange::role_transfer_offer,
            accept: exchange::role_transfer_accept,
            cancel: exchange::role_transfer_cancel,
            queue: |admin| exchange::config_change_queue(admin, market_params()),
            holders: |chain| {
                let config: ExchangeConfig = chain.state(&address::exchange::config());
                [config.admin, config.treasury, config.admin_offered_to, config.treasury_offered_to]
            },
        },
        Program {
            config: address::oracle::config(),
            offer: oracle::role_transfer_offer,
            accept: oracle::role_transfer_accept,
            cancel: oracle::role_transfer_cancel,
            queue: |admin| oracle::config_change_queue(admin, ConfigChangeQueueArgs { params: oracle_params() }),
            holders: |chain| {
                let config: OracleConfig = chain.state(&address::oracle::config());
                [config.admin, config.treasury, config.admin_offered_to, config.treasury_offered_to]
            },
        },
    ]
}

const ROLES: [Role; 2] = [Role::Admin, Role::Treasury];

fn holder(role: Role) -> Pubkey {
    match role {
        Role::Admin => admin(),
        Role::Treasury => treasury(),
    }
}

#[test]
fn only_the_holder_of_a_role_offers_it_and_takes_the_offer_back() {
    for program in programs() {
        for role in ROLES {
            let mut world = World::configured();
            world.must_refuse(&[(program.cancel)(&holder(role), role)], "RoleNotOffered");
            world.must_refuse(&[(program.offer)(&holder(role), role, &Pubkey::default())], "RoleNotOffered");
            world.chain.must(&[(program.offer)(&holder(role), role, &heir())]);
            let other = if role == Role::Admin { treasury() } else { admin() };
            for stranger in [heir(), other, SIDE.person("trader")] {
                world.must_refuse(&[(program.offer)(&stranger, role, &stranger)], "NotRoleHolder");
                world.must_refuse(&[(program.cancel)(&stranger, role)], "NotRoleHolder");
            }
            let mut unsigned = (program.offer)(&holder(role), role, &heir());
            unsigned.accounts[0].is_signer = false;
            world.must_refuse(&[unsigned], "AccountNotSigner");
            world.must_change(&[(program.cancel)(&holder(role), role)], &[("config", program.config)]);
            world.must_refuse(&[(program.accept)(&heir(), role)], "RoleNotOffered");
            assert_eq!((program.holders)(&world.chain), [admin(), treasury(), Pubkey::default(), Pubkey::default()]);
        }
    }
}

#[test]
fn a_role_goes_to_whom_it_was_offered_when_they_accept_and_to_nobody_else() {
    for program in programs() {
        for role in ROLES {
            let mut world = World::configured();
            let other_role = if role == Role::Admin { Role::Treasury } else { Role::Admin };
            world.must_refuse(&[(program.accept)(&heir(), role)], "RoleNotOffered");
            world.must_change(&[(program.offer)(&holder(role), role, &heir())], &[("config", program.config)]);
            world.must_refuse(&[(program.accept)(&holder(role), role)], "RoleOfferedToOther");
            world.must_refuse(&[(program.accept)(&heir(), other_role)], "RoleNotOffered");
            // Nothing has changed hands yet.
            assert_eq!((program.holders)(&world.chain)[..2], [admin(), treasury()]);
            let mut unsigned = (program.accept)(&heir(), role);
            unsigned.accounts[0].is_signer = false;
            world.must_refuse(&[unsigned], "AccountNotSigner");
            world.must_change(&[(program.accept)(&heir(), role)], &[("config", program.config)]);
            let expected = match role {
                Role::Admin => [heir(), treasury(), Pubkey::default(), Pubkey::default()],
                Role::Treasury => [admin(), heir(), Pubkey::default(), Pubkey::default()],
            };
            assert_eq!((program.holders)(&world.chain), expected);
            world.must_refuse(&[(program.accept)(&heir(), role)], "RoleNotOffered");
            world.must_refuse(&[(program.offer)(&holder(role), role, &holder(role))], "NotRoleHolder");
        }
    }
}

#[test]
fn a_new_admin_has_every_right_and_the_old_one_none() {
    for program in programs() {
        let mut world = World::configured();
        world.must_refuse(&[(program.queue)(&heir())], "NotAdmin");
        world.chain.must(&[(program.offer)(&admin(), Role::Admin, &heir()), (program.accept)(&heir(), Role::Admin)]);
        world.must_refuse(&[(program.queue)(&admin())], "NotAdmin");
        world.chain.must(&[(program.queue)(&heir())]);
    }
}

#[test]
fn a_new_treasury_gets_what_accrued_before_and_the_old_one_nothing() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    for person in [treasury(), heir()] {
        world.enrol(person);
    }
    for program in programs() {
        let handover =
            [(program.offer)(&treasury(), Role::Treasury, &heir()), (program.accept)(&heir(), Role::Treasury)];
        world.chain.must(&handover);
    }
    let trades = |owner: &Pubkey| exchange::fees_claim(&SIDE.model(), &quote(), owner, FeeBeneficiary::Protocol);
    let usage = |owner: &Pubkey| oracle::fees_claim(&SIDE.model(), &quote(), owner);
    for claim in [trades(&treasury()), usage(&treasury())] {
        assert!(world.chain.send(&[claim]).is_err());
    }
    let due = world.market(SIDE).protocol_due_atoms + world.service(SIDE).accrued_protocol_atoms;
    let before = world.chain.token_atoms(&quote().account_of(&heir()));
    world.chain.must(&[trades(&heir()), usage(&heir())]);
    assert_eq!(world.chain.token_atoms(&quote().account_of(&heir())), before + due);
}

#[test]
fn a_delisted_quote_mint_opens_no_market_and_those_that_are_open_go_on() {
    let mut world = World::ready();
    world.enrol(SIDE.person("creator"));
    let delist = |by: &Pubkey| exchange::quote_mint_delist(by, &quote().mint);
    world.must_refuse(&[delist(&heir())], "NotAdmin");
    world.must_refuse(&[exchange::quote_mint_delist(&admin(), &heir())], "QuoteMintNotAllowed");
    world.must_refuse(&[exchange::quote_mint_delist(&admin(), &Pubkey::default())], "QuoteMintNotAllowed");
    world.must_change(&[delist(&admin())], &[("config", address::exchange::config())]);
    world.must_refuse(&[delist(&admin())], "QuoteMintNotAllowed");
    let (buy, sell) = (world.buy_instruction(SIDE, "trader", QUOTE), world.sell_instruction(SIDE, "trader", 1_000_000));
    world.chain.must(&[buy, sell, exchange::fees_distribute(&SIDE.model(), &quote())]);

    let mut world = World::configured();
    world.enrol(SIDE.person("creator"));
    let listing = world.listing(SIDE);
    world.chain.must(&[listing[0].clone(), delist(&admin())]);
    world.must_refuse(&[listing[2].clone()], "QuoteMintNotAllowed");
    world.chain.must(&[exchange::quote_mint_allow(&admin(), &quote().mint), listing[2].clone()]);
}

#[test]
fn a_delisted_bond_mint_opens_no_service_and_those_that_are_open_go_on() {
    let mut world = World::ready();
    let delist = |by: &Pubkey| oracle::bond_mint_delist(by, &quote().mint);
    world.must_refuse(&[delist(&heir())], "NotAdmin");
    world.must_refuse(&[oracle::bond_mint_delist(&admin(), &heir())], "BondMintNotAllowed");
    world.request(SIDE, 1);
    world.must_change(&[delist(&admin())], &[("config", address::oracle::config())]);
    world.must_refuse(&[delist(&admin())], "BondMintNotAllowed");
    let before = world.service(SIDE);
    let mut terms = service_terms();
    terms.fee_atoms = FEE_ATOMS / 2;
    let configure = |open| {
        let args = ServiceConfigureArgs { terms, open };
        oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 1, args)
    };
    world.chain.must(&[configure(true)]);
    let after = world.service(SIDE);
    let amounts = |service: &modchains_oracle::state::Service| (service.min_bond_atoms, service.claim_bond_atoms);
    assert_eq!((amounts(&after), after.fee_atoms), (amounts(&before), FEE_ATOMS / 2));
    world.claim(SIDE, 1);
    world.serve(SIDE, 2);
    world.chain.must(&[configure(false)]);

    let mut world = World::configured();
    world.enrol(SIDE.person("creator"));
    let listing = world.listing(SIDE);
    world.chain.must(&listing[..4]);
    world.chain.must(&[delist(&admin())]);
    world.must_refuse(&[listing[4].clone()], "BondMintNotAllowed");
}
