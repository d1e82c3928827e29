//! Every instruction of the programs is sent by a command, a step of the migrations or a part of the crank, or there is a
//! reason why nothing here sends it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use clap::Subcommand;
use modchains_migrations::{
    authority::{ChangeCommand, MintCommand, RoleCommand},
    steps::Step,
};
use serde_json::Value;

use self::Sent::{By, ByCrank, ByMigration, ByStep, Within};
use crate::consent::is_sent_by;

/// What sends an instruction.
#[derive(Clone, Copy)]
enum Sent {
    /// A command of `modchains`.
    By(&'static str),
    /// A step of `modchains-migrate`.
    ByStep(Step),
    /// A command of `modchains-migrate`.
    ByMigration(&'static str),
    /// A file of the crank.
    ByCrank(&'static str),
    /// Another instruction of these programs, which a command sends: nobody else may.
    Within(&'static str),
}

const EXCHANGE: &[(&str, Sent)] = &[
    ("config_change_apply", ByMigration("change apply")),
    ("config_change_queue", ByMigration("change queue")),
    ("config_initialize", ByStep(Step::ExchangeConfig)),
    ("content_mint", By("model content mint")),
    ("contributor_claim", By("model contributors claim")),
    ("contributors_apply", By("model contributors apply")),
    ("contributors_close", By("model contributors close")),
    ("contributors_queue", By("model contributors set")),
    ("fees_claim", By("fees claim")),
    ("fees_distribute", By("fees distribute")),
    ("licence_close", By("model licence close")),
    ("licence_grant", By("model licence grant")),
    ("licence_revoke", By("model licence revoke")),
    ("market_buy", By("market buy")),
    ("market_deposit", By("market deposit")),
    ("market_open", By("market open")),
    ("market_pause", By("market pause")),
    ("market_sell", By("market sell")),
    ("market_sync", By("market sync")),
    ("model_register", By("model new")),
    ("model_terms_set", By("model licence set")),
    ("model_transfer_accept", By("model transfer accept")),
    ("model_transfer_cancel", By("model transfer cancel")),
    ("model_transfer_offer", By("model transfer offer")),
    ("model_version_publish", By("model publish")),
    ("pause_budget_close", By("market pause-budget-close")),
    ("quote_mint_allow", ByStep(Step::QuoteMints)),
    ("quote_mint_delist", ByMigration("mint delist")),
    ("referral_claim", By("referral claim")),
    ("referral_close", By("referral close")),
    ("referral_open", By("referral open")),
    ("role_transfer_accept", ByMigration("role accept")),
    ("role_transfer_cancel", ByMigration("role cancel")),
    ("role_transfer_offer", ByMigration("role offer")),
];

const ORACLE: &[(&str, Sent)] = &[
    ("bond_deposit", By("operator bond-deposit")),
    ("bond_mint_allow", ByStep(Step::QuoteMints)),
    ("bond_mint_delist", ByMigration("mint delist")),
    ("bond_withdraw", By("operator bond-withdraw")),
    ("bond_withdraw_start", By("operator bond-withdraw")),
    ("claim_expire", By("request refund")),
    ("config_change_apply", ByMigration("change apply")),
    ("config_change_queue", ByMigration("change queue")),
    ("config_initialize", ByStep(Step::OracleConfig)),
    ("earnings_claim", By("operator earnings")),
    ("fees_claim", By("fees claim")),
    ("fees_distribute", By("fees distribute")),
    ("licence_use_close", By("request counter-close")),
    ("market_fees_distribute", By("fees distribute")),
    ("operator_close", By("operator close")),
    ("operator_register", By("operator register")),
    ("request_claim", ByCrank("service/post.rs")),
    ("request_close", By("request close")),
    ("request_create", By("request new")),
    ("request_refund", By("request refund")),
    ("result_finalize", By("request finalize")),
    ("result_post", ByCrank("service/post.rs")),
    ("role_transfer_accept", ByMigration("role accept")),
    ("role_transfer_cancel", ByMigration("role cancel")),
    ("role_transfer_offer", ByMigration("role offer")),
    ("service_close", By("service close")),
    ("service_configure", By("service configure")),
    ("service_govern", Within("service_fee_set")),
    ("service_open", By("service open")),
    ("service_split_apply", By("service split-apply")),
    ("usage_roll", By("usage roll")),
];

const VAULT: &[(&str, Sent)] = &[
    ("grant_claim", By("grant claim")),
    ("grant_close", By("grant close")),
    ("grant_start", By("proposal execute")),
    ("grant_stop", By("proposal execute")),
    ("pool_close", By("pool close")),
    ("pool_open", By("pool open")),
    ("pool_subscribe", By("pool subscribe")),
    ("pool_unsubscribe", By("pool unsubscribe")),
    ("position_close", By("position close")),
    ("position_open", By("stake")),
    ("proposal_close", By("proposal close")),
    ("proposal_execute", By("proposal execute")),
    ("proposal_open", By("proposal open")),
    ("proposal_vote", By("vote")),
    ("reserve_deposit", By("proposal execute")),
    ("revenue_claim", By("claim")),
    ("revenue_deposit", By("pool deposit")),
    ("revenue_sweep", By("pool sweep")),
    ("service_fee_set", By("proposal execute")),
    ("stake", By("stake")),
    ("stake_sweep", By("vault sweep")),
    ("treasury_deposit", By("treasury deposit")),
    ("unstake", By("unstake")),
    ("unstake_withdraw", By("withdraw")),
    ("vault_close", By("vault close")),
    ("vault_open", By("vault open")),
];

/// A path of the repository.
fn path(below: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests")).join("../..").join(below)
}

/// The instructions of a program, by its IDL.
fn instructions(program: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(path(&format!("sdk/idl/modchains_{program}.json"))).unwrap();
    let idl: Value = serde_json::from_str(&text).unwrap();
    idl["instructions"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

/// Whether `modchains-migrate` has a command, by its own parser.
fn migrates(command: &str) -> bool {
    match command.split_once(' ') {
        Some(("change", act)) => ChangeCommand::has_subcommand(act),
        Some(("mint", act)) => MintCommand::has_subcommand(act),
        Some(("role", act)) => RoleCommand::has_subcommand(act),
        _ => false,
    }
}

#[test]
fn every_instruction_is_sent_by_something_or_there_is_a_reason() {
    let programs = [("exchange", EXCHANGE), ("oracle", ORACLE), ("vault", VAULT)];
    for (program, table) in programs {
        let named: BTreeSet<String> = table.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(named, instructions(program), "{program}");
        for (name, sent) in table {
            let is_sent = match sent {
                By(command) => is_sent_by(command),
                ByStep(step) => Step::ALL.contains(step),
                ByMigration(command) => migrates(command),
                ByCrank(file) => {
                    fs::read_to_string(path(&format!("crank/src/{file}"))).unwrap().contains(&format!("{name}("))
                }
                Within(caller) => programs.iter().any(|(_, table)| table.iter().any(|(name, _)| name == caller)),
            };
            assert!(is_sent, "nothing sends {name} of the {program}");
        }
    }
}
