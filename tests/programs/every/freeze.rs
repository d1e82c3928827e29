//! A token account that its issuer freezes, or its owner closes, stops what its owner is paid or pays, and nothing else.
//!
//! Which accounts there are comes from the scenarios and the IDLs, so no instruction and no token account is forgotten.

use std::{collections::BTreeSet, fmt::Write as _};

use anchor_lang::prelude::Pubkey;
use expect_test::expect_file;
use modchains_sdk::instruction::{exchange, oracle};
use modchains_tests::{
    chain::{Chain, Refusal, TOKEN, TOKEN_2022},
    idl::Program,
    scenario::{self, Scenario},
    world::{
        CHALLENGE_SECONDS, CLAIM_SECONDS, Side, World, finalize_instruction, post_instruction, quote, request_args,
    },
};
use solana_account::{Account, ReadableAccount};
use solana_instruction::Instruction;

/// Whose a token account is, which an instruction moves tokens of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Of somebody who signs: it stops the signer's own doing.
    Signer,
    /// Of the only one who is paid: what is not paid stays due.
    Payee,
    /// Of one of our accounts: it holds what is owed to the named people, and nobody else's money moves here.
    Held(&'static str),
    /// Of anybody whom the signer names.
    Named,
}

use Whose::{Held, Named, Payee, Signer};

const MARKET: Whose = Held("holders, creator, contributors, referrers and the protocol");
const STAKERS: Whose = Held("stakers");
const ESCROW: Whose = Held("requesters, operators and those a fee is split among");

/// A token account of an instruction, by its name in the IDL, and whose it is.
type Tokens = (&'static str, Whose);

/// Every instruction with its token accounts. One without any changes numbers alone, which no token account can stop.
const INSTRUCTIONS: &[(Program, &str, &[Tokens])] = &[
    (Program::Exchange, "config_initialize", &[]),
    (Program::Exchange, "config_change_queue", &[]),
    (Program::Exchange, "config_change_apply", &[]),
    (Program::Exchange, "quote_mint_allow", &[]),
    (Program::Exchange, "quote_mint_delist", &[]),
    (Program::Exchange, "role_transfer_offer", &[]),
    (Program::Exchange, "role_transfer_accept", &[]),
    (Program::Exchange, "role_transfer_cancel", &[]),
    (Program::Exchange, "model_register", &[]),
    (Program::Exchange, "model_version_publish", &[]),
    (Program::Exchange, "model_terms_set", &[]),
    (Program::Exchange, "model_transfer_offer", &[]),
    (Program::Exchange, "model_transfer_accept", &[]),
    (Program::Exchange, "model_transfer_cancel", &[]),
    (Program::Exchange, "contributors_queue", &[]),
    (Program::Exchange, "contributors_apply", &[]),
    (Program::Exchange, "contributor_claim", &[("quote_vault", MARKET), ("destination", Payee)]),
    (Program::Exchange, "contributors_close", &[]),
    (Program::Exchange, "licence_grant", &[]),
    (Program::Exchange, "licence_revoke", &[]),
    (Program::Exchange, "licence_close", &[]),
    (Program::Exchange, "content_mint", &[("requester_quote", Signer), ("quote_vault", MARKET)]),
    (Program::Exchange, "market_open", &[]),
    (Program::Exchange, "market_buy", &[("trader_quote", Signer), ("trader_tokens", Signer), ("quote_vault", MARKET)]),
    (Program::Exchange, "market_sell", &[("trader_quote", Named), ("trader_tokens", Signer), ("quote_vault", MARKET)]),
    (Program::Exchange, "market_sync", &[]),
    (Program::Exchange, "market_pause", &[]),
    (Program::Exchange, "pause_budget_close", &[]),
    (Program::Exchange, "market_deposit", &[("depositor_tokens", Signer), ("quote_vault", MARKET)]),
    (Program::Exchange, "referral_open", &[]),
    (Program::Exchange, "referral_claim", &[("quote_vault", MARKET), ("destination", Payee)]),
    (Program::Exchange, "referral_close", &[]),
    (Program::Exchange, "fees_distribute", &[("quote_vault", MARKET), ("pool_tokens", STAKERS)]),
    (Program::Exchange, "fees_claim", &[("quote_vault", MARKET), ("destination", Payee)]),
    (Program::Vault, "vault_open", &[]),
    (Program::Vault, "vault_close", &[("stake_tokens", STAKERS), ("pool_tokens", STAKERS), ("payer_tokens", Signer)]),
    (Program::Vault, "pool_open", &[]),
    (Program::Vault, "pool_close", &[("pool_tokens", STAKERS), ("payer_tokens", Signer)]),
    (Program::Vault, "position_open", &[]),
    (Program::Vault, "position_close", &[]),
    (Program::Vault, "pool_subscribe", &[]),
    (Program::Vault, "pool_unsubscribe", &[]),
    (Program::Vault, "stake", &[("owner_tokens", Signer), ("stake_tokens", STAKERS)]),
    (Program::Vault, "unstake", &[]),
    (Program::Vault, "unstake_withdraw", &[("stake_tokens", STAKERS), ("owner_tokens", Signer)]),
    (Program::Vault, "revenue_deposit", &[("depositor_tokens", Signer), ("pool_tokens", STAKERS)]),
    (Program::Vault, "treasury_deposit", &[("depositor_tokens", Signer), ("pool_tokens", STAKERS)]),
    (Program::Vault, "revenue_sweep", &[("pool_tokens", STAKERS)]),
    (Program::Vault, "stake_sweep", &[("stake_tokens", STAKERS), ("pool_tokens", STAKERS)]),
    (Program::Vault, "revenue_claim", &[("pool_tokens", STAKERS), ("owner_tokens", Signer)]),
    (Program::Vault, "proposal_open", &[]),
    (Program::Vault, "proposal_vote", &[]),
    (Program::Vault, "proposal_execute", &[]),
    (Program::Vault, "proposal_close", &[]),
    (Program::Vault, "reserve_deposit", &[("pool_tokens", STAKERS), ("quote_vault", MARKET)]),
    (Program::Vault, "service_fee_set", &[]),
    (Program::Vault, "grant_start", &[]),
    (Program::Vault, "grant_stop", &[]),
    (Program::Vault, "grant_claim", &[("pool_tokens", STAKERS), ("payee_tokens", Payee)]),
    (Program::Vault, "grant_close", &[]),
    (Program::Oracle, "config_initialize", &[]),
    (Program::Oracle, "config_change_queue", &[]),
    (Program::Oracle, "config_change_apply", &[]),
    (Program::Oracle, "bond_mint_allow", &[]),
    (Program::Oracle, "bond_mint_delist", &[]),
    (Program::Oracle, "role_transfer_offer", &[]),
    (Program::Oracle, "role_transfer_accept", &[]),
    (Program::Oracle, "role_transfer_cancel", &[]),
    (Program::Oracle, "operator_register", &[("escrow", ESCROW), ("authority_tokens", Signer)]),
    (Program::Oracle, "bond_deposit", &[("authority_tokens", Signer), ("escrow", ESCROW)]),
    (Program::Oracle, "bond_withdraw_start", &[]),
    (Program::Oracle, "bond_withdraw", &[("escrow", ESCROW), ("destination", Signer)]),
    (Program::Oracle, "earnings_claim", &[("escrow", ESCROW), ("destination", Payee)]),
    (Program::Oracle, "operator_close", &[]),
    (Program::Oracle, "service_open", &[]),
    (Program::Oracle, "service_configure", &[]),
    (Program::Oracle, "service_close", &[("escrow", ESCROW), ("creator_tokens", Signer)]),
    (Program::Oracle, "service_split_apply", &[]),
    (Program::Oracle, "service_govern", &[]),
    (Program::Oracle, "request_create", &[("requester_tokens", Signer), ("escrow", ESCROW)]),
    (Program::Oracle, "request_claim", &[]),
    (Program::Oracle, "claim_expire", &[]),
    (Program::Oracle, "result_post", &[]),
    (Program::Oracle, "result_finalize", &[]),
    (Program::Oracle, "request_refund", &[("escrow", ESCROW), ("requester_tokens", Payee)]),
    (Program::Oracle, "request_close", &[("escrow", ESCROW), ("requester_tokens", Signer)]),
    (Program::Oracle, "licence_use_close", &[]),
    (Program::Oracle, "usage_roll", &[]),
    (Program::Oracle, "fees_distribute", &[("escrow", ESCROW), ("pool_tokens", STAKERS)]),
    (Program::Oracle, "market_fees_distribute", &[("escrow", ESCROW), ("quote_vault", MARKET)]),
    (Program::Oracle, "fees_claim", &[("escrow", ESCROW), ("destination", Payee)]),
];

/// What happens to a token account.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Frozen,
    Closed,
}

/// Whether an account is an initialised token account.
fn is_tokens(account: &impl ReadableAccount) -> bool {
    let is_owned = [TOKEN, TOKEN_2022].contains(account.owner());
    let is_sized = account.data().len() == 165 || account.data().get(165) == Some(&2);
    is_owned && is_sized && account.data()[108] != 0
}

/// The owner of the tokens in an account.
fn owner_of(account: &Account) -> Pubkey {
    Pubkey::try_from(&account.data[32..64]).unwrap()
}

fn strike(chain: &mut Chain, address: Pubkey, blow: Blow) {
    let account = match blow {
        Blow::Closed => Account::default(),
        Blow::Frozen => {
            let mut account = chain.raw(&address).unwrap();
            account.data[108] = 2;
            account
        }
    };
    chain.svm.set_account(address, account).unwrap();
}

/// Tokens in the existing accounts of an instruction, by place.
fn balances(chain: &Chain, instruction: &Instruction) -> Vec<Option<u64>> {
    let atoms = |address: &Pubkey| {
        let account = chain.raw(address).filter(is_tokens)?;
        Some(u64::from_le_bytes(account.data[64..72].try_into().unwrap()))
    };
    instruction.accounts.iter().map(|meta| atoms(&meta.pubkey)).collect()
}

fn scenarios() -> impl Iterator<Item = Scenario> {
    scenario::all().into_iter().chain(scenario::signed())
}

/// The token accounts that an instruction is said to touch, and the names of its accounts.
fn said(scenario: &Scenario) -> (&'static [Tokens], Vec<String>) {
    let row = INSTRUCTIONS.iter().find(|(program, name, _)| *program == scenario.program && *name == scenario.name);
    let (_, _, tokens) = row.unwrap_or_else(|| panic!("{} has no row here: whose tokens does it move?", scenario.name));
    let specs = scenario.program.instructions();
    let spec = specs.iter().find(|spec| spec.name == scenario.name).expect("the IDL names the instruction");
    (tokens, spec.accounts.iter().map(|account| account.name.clone()).collect())
}

#[test]
fn every_instruction_says_whose_tokens_it_moves() {
    for program in Program::ALL {
        let named = program.instructions().into_iter().map(|instruction| instruction.name);
        let listed = INSTRUCTIONS.iter().filter(|(of, ..)| *of == program).map(|(_, name, _)| (*name).to_owned());
        assert_eq!(named.collect::<BTreeSet<_>>(), listed.collect(), "{}", program.name());
    }
    for scenario in scenarios() {
        let (tokens, names) = said(&scenario);
        let Scenario { name, world: World { chain }, instruction, .. } = &scenario;
        let before = balances(chain, instruction);
        let mut later = chain.clone();
        later.must(std::slice::from_ref(instruction));
        let after = balances(&later, instruction);
        let found: BTreeSet<&str> =
            names.iter().zip(&before).filter(|(_, atoms)| atoms.is_some()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, tokens.iter().map(|(account, _)| *account).collect(), "{name}");
        for (account, whose) in tokens {
            let place = names.iter().position(|name| name == account).unwrap();
            let owner = owner_of(&chain.raw(&instruction.accounts[place].pubkey).unwrap());
            let signs = instruction.accounts.iter().any(|meta| meta.is_signer && meta.pubkey == owner);
            let of_ours = |account: Account| Program::ALL.iter().any(|program| program.id() == account.owner);
            let is_held = chain.raw(&owner).is_some_and(of_ours);
            let fits = match whose {
                Signer | Named => signs,
                Held(_) => is_held,
                // The only one who is paid, whoever sends it.
                Payee => {
                    let gains = before.iter().zip(&after).filter(|(before, after)| before < after);
                    !is_held && after[place] > before[place] && gains.count() == 1
                }
            };
            assert!(fits, "{name}: {account} is not of {whose:?}");
        }
    }
}

#[test]
fn whatever_is_frozen_that_an_instruction_does_not_touch_does_not_stop_it() {
    for scenario in scenarios() {
        let Scenario { name, world: World { mut chain }, instruction, .. } = scenario;
        let touched: BTreeSet<Pubkey> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        let all = chain.svm.accounts_db().inner.iter().filter(|(_, account)| is_tokens(*account));
        let others: Vec<Pubkey> =
            all.map(|(address, _)| *address).filter(|address| !touched.contains(address)).collect();
        others.iter().for_each(|address| strike(&mut chain, *address, Blow::Frozen));
        if let Err(Refusal { name: refusal, .. }) = chain.send(&[instruction]) {
            panic!("{name} was refused with {refusal} though it touches none of {} frozen accounts", others.len());
        }
    }
}

#[test]
fn a_frozen_or_closed_account_stops_nobody_but_those_whose_it_is() {
    let mut table = String::new();
    for scenario in scenarios() {
        let (tokens, names) = said(&scenario);
        let signed = if scenario.is_signed { " signed by the payee" } else { "" };
        for (account, whose) in tokens {
            let place = names.iter().position(|name| name == account).unwrap();
            let outcomes = [Blow::Frozen, Blow::Closed].map(|blow| {
                let mut chain = scenario.world.chain.clone();
                strike(&mut chain, scenario.instruction.accounts[place].pubkey, blow);
                let outcome = chain.send(std::slice::from_ref(&scenario.instruction));
                outcome.map_or_else(|refusal| refusal.name, |_| "goes on".to_owned())
            });
            let (program, name) = (scenario.program.name(), scenario.name);
            writeln!(table, "{program}::{name}{signed}, {account} of {whose:?}: {}; {}", outcomes[0], outcomes[1])
                .unwrap();
        }
    }
    expect_file!["frozen.txt"].assert_eq(&table);
}

const SIDE: Side = Side::A;

/// A world in which nothing of the operator's moves any more.
fn with_frozen_operator(mut world: World) -> World {
    strike(&mut world.chain, SIDE.quote_account("operator"), Blow::Frozen);
    world
}

#[test]
fn an_operator_whose_account_is_frozen_holds_up_neither_refund_nor_finality() {
    let mut late = World::ready();
    late.request(SIDE, 1);
    late.claim(SIDE, 1);
    let mut late = with_frozen_operator(late);
    late.chain.advance(CLAIM_SECONDS.into());
    late.chain.must(&[oracle::claim_expire(&SIDE.service(), &SIDE.request(1), &SIDE.operator())]);
    late.chain.advance(request_args(1).max_wait_seconds.into());
    late.chain.must(&[oracle::request_refund(&SIDE.service(), &SIDE.request(1), &SIDE.person("requester"), &quote())]);

    let mut kept = World::ready();
    kept.request(SIDE, 1);
    kept.claim(SIDE, 1);
    let mut kept = with_frozen_operator(kept);
    kept.chain.must(&[post_instruction(&kept, SIDE, 1)]);
    kept.chain.advance(CHALLENGE_SECONDS.into());
    kept.chain.must(&[
        finalize_instruction(SIDE, 1),
        oracle::fees_distribute(&SIDE.model(), &quote()),
        oracle::market_fees_distribute(&SIDE.model(), &quote()),
    ]);
    // What the operator earned waits for it.
    let earned = kept.operator(SIDE).earned_atoms;
    let claim = oracle::earnings_claim(&SIDE.person("operator"), &SIDE.service(), &quote());
    kept.must_refuse(std::slice::from_ref(&claim), "token: custom program error: 0x11");
    assert!(earned > 0 && kept.operator(SIDE).earned_atoms == earned);
}

#[test]
fn a_frozen_pool_holds_up_its_stakers_alone() {
    let mut world = World::ready();
    world.serve(SIDE, 1);
    world.chain.must(&[world.buy_instruction(SIDE, "trader", 1_000_000_000)]);
    strike(&mut world.chain, SIDE.pool_tokens(), Blow::Frozen);
    let to_stakers =
        [oracle::fees_distribute(&SIDE.model(), &quote()), exchange::fees_distribute(&SIDE.model(), &quote())];
    for stopped in to_stakers {
        world.must_refuse(&[stopped], "token: custom program error: 0x11");
    }
    let creator = SIDE.person("creator");
    let claim =
        exchange::fees_claim(&SIDE.model(), &quote(), &creator, modchains_exchange::state::FeeBeneficiary::Creator);
    world.chain.must(&[oracle::market_fees_distribute(&SIDE.model(), &quote()), claim]);
    assert!(world.service(SIDE).accrued_vault_atoms > 0, "the stakers' share waits");
}
