//! Anybody can send lamports to an address before anything is created there. That must stop nobody.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::decode::is_absent;
use modchains_tests::{chain::Chain, scenario};
use solana_account::Account;

/// The account at `address`, unless there is nothing but lamports.
fn found(chain: &Chain, address: &Pubkey) -> Option<Account> {
    chain.raw(address).filter(|account| !is_absent(account))
}

#[test]
fn lamports_at_an_address_block_no_instruction_that_creates_there() {
    let mut creating = Vec::new();
    for scenario in scenario::all() {
        let (before, mut plain) = (&scenario.world.chain, scenario.world.clone().chain);
        plain.must(std::slice::from_ref(&scenario.instruction));
        let writable = scenario.instruction.accounts.iter().filter(|meta| meta.is_writable).map(|meta| meta.pubkey);
        let created: Vec<Pubkey> =
            writable.filter(|address| found(before, address).is_none() && found(&plain, address).is_some()).collect();
        if created.is_empty() {
            continue;
        }
        creating.push(scenario.name);
        for lamports in [1, 10_000_000_000] {
            let mut sent_to = before.clone();
            for address in &created {
                let gift = Account { lamports, ..Account::default() };
                sent_to.svm.set_account(*address, gift).expect("the account can be set");
            }
            sent_to.must(std::slice::from_ref(&scenario.instruction));
            for address in &created {
                let (with_gift, without) = (found(&sent_to, address), found(&plain, address));
                let content = |account: Option<Account>| account.map(|account| (account.owner, account.data));
                assert_eq!(content(with_gift), content(without), "{} with {lamports} at {address}", scenario.name);
            }
        }
    }
    let expected =
        ["config_initialize", "model_register", "market_open", "referral_open", "licence_grant", "vault_open"];
    let expected = expected.iter().chain(&[
        "pool_open",
        "pool_subscribe",
        "position_open",
        "proposal_open",
        "grant_start",
        "operator_register",
        "service_open",
        "request_create",
    ]);
    for name in expected {
        assert!(creating.contains(name), "{name} is not known to create an account: {creating:?}");
    }
}
