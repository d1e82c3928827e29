//! Pulls that anybody may send pay the payee's associated token account; only the payee names another.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::FeeBeneficiary;
use modchains_sdk::instruction::{exchange, registry};
use modchains_tests::{
    chain::key,
    world::{QUOTE, Side, World, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

/// A pull: what it pays, whose it is, and where its payee and its destination stand among the accounts.
struct Pull {
    world: World,
    instruction: Instruction,
    payee: Pubkey,
    places: (usize, usize),
}

fn treasury() -> Pubkey {
    key("treasury").pubkey()
}

fn pulls() -> Vec<Pull> {
    let (creator, staker, ada) = (SIDE.person("creator"), SIDE.person("staker"), key("ada").pubkey());
    let model = SIDE.model();
    let mut world = World::ready();
    world.enrol(treasury());
    world.enrol(ada);
    world.chain.must(&[exchange::referral_open(&staker, &model, &staker)]);
    let buy = world.referred_buy_instruction(SIDE);
    world.chain.must(&[buy]);
    let mut shared = world.clone();
    shared.contribute(SIDE, &[("ada", 5_000)]);
    shared.pay_creator_fees(SIDE, QUOTE);
    let fees = |owner: &Pubkey, beneficiary| exchange::fees_claim(&model, &quote(), owner, beneficiary);
    let pull = |world: &World, instruction, payee, places| Pull { world: world.clone(), instruction, payee, places };
    vec![
        pull(&world, fees(&creator, FeeBeneficiary::Creator), creator, (3, 5)),
        pull(&world, fees(&treasury(), FeeBeneficiary::Protocol), treasury(), (3, 5)),
        pull(&world, exchange::referral_claim(&model, &quote(), &staker), staker, (2, 4)),
        pull(&shared, registry::contributor_claim(&model, &quote(), &ada), ada, (3, 5)),
        pull(&shared, registry::contributor_claim(&model, &quote(), &creator), creator, (3, 5)),
    ]
}

#[test]
fn a_stranger_does_not_choose_among_the_payees_accounts_and_the_payee_does() {
    for Pull { mut world, instruction, payee, places: (payee_at, destination_at) } in pulls() {
        assert_eq!(instruction.accounts[payee_at].pubkey, payee);
        assert_eq!(instruction.accounts[destination_at].pubkey, quote().account_of(&payee));
        let forgotten = key("an account of the payee that nobody watches").pubkey();
        world.chain.put_tokens(forgotten, quote().program, quote().mint, payee, 0);
        let mut elsewhere = instruction.clone();
        elsewhere.accounts[destination_at].pubkey = forgotten;
        world.must_refuse(&[elsewhere.clone()], "AccountNotAssociatedTokenAccount");
        // A stranger in the payee's place signs for nothing.
        let mut impostor = elsewhere.clone();
        impostor.accounts[payee_at].pubkey = SIDE.person("trader");
        impostor.accounts[payee_at].is_signer = true;
        assert!(world.clone().chain.send(&[impostor]).is_err());
        elsewhere.accounts[payee_at].is_signer = true;
        let mut chosen = world.clone();
        chosen.chain.must(&[elsewhere]);
        assert!(chosen.chain.token_atoms(&forgotten) > 0);
        let before = world.chain.token_atoms(&quote().account_of(&payee));
        world.chain.must(&[instruction]);
        assert!(world.chain.token_atoms(&quote().account_of(&payee)) > before);
    }
}

#[test]
fn a_frozen_account_holds_up_its_owner_alone() {
    let pulls = pulls();
    for (index, frozen) in pulls.iter().enumerate() {
        let mut world = frozen.world.clone();
        let address = quote().account_of(&frozen.payee);
        let mut account = world.chain.raw(&address).unwrap();
        account.data[108] = 2;
        world.chain.svm.set_account(address, account).unwrap();
        assert!(world.chain.send(std::slice::from_ref(&frozen.instruction)).is_err());
        // What is due stays due, and others of the same world are paid.
        for (other, pull) in pulls.iter().enumerate() {
            let is_same_world = (other >= 3) == (index >= 3);
            if is_same_world && pull.payee != frozen.payee {
                world.chain.must(std::slice::from_ref(&pull.instruction));
            }
        }
        let mut account = world.chain.raw(&address).unwrap();
        account.data[108] = 1;
        world.chain.svm.set_account(address, account).unwrap();
        world.chain.must(std::slice::from_ref(&frozen.instruction));
    }
}
