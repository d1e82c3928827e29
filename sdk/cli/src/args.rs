//! The command line as a whole. Each group of commands keeps its own arguments in its own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use modchains_sdk::CommitmentConfig;

use crate::amount::Decimal;
use crate::command::{fees, market, model, operator, referral, request, service, usage, vault, wallet};

const EXAMPLES: &str = "\
Examples:
  modchains keygen creator.json
  modchains airdrop 100 --keypair creator.json
  modchains model new --name digits --symbol DIGIT --uri https://example.org/digits.json
  modchains market open MODEL --virtual-reserve 30
  modchains market buy 1.5 MODEL --slippage 0.5
  modchains market chart MODEL --svg price.svg
  modchains vault stake all MODEL
  modchains request new MODEL --input-file digit.bin --wait
  modchains --json market show MODEL | jq -r .spot_price.amount

Exit codes: 0 done, 1 failed, 2 misused.";

/// Trade, stake and use AI models on ModChains.
#[derive(Debug, Parser)]
#[command(name = "modchains", version, after_long_help = EXAMPLES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: GlobalOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// RPC endpoint of the cluster.
    #[arg(long, global = true, env = "MODCHAINS_URL", default_value = "http://127.0.0.1:8899")]
    pub url: String,
    /// Key file that signs and pays. Only its owner may be able to read it. [default: ~/.config/solana/id.json]
    #[arg(long, global = true, env = "MODCHAINS_KEYPAIR", value_name = "PATH")]
    pub keypair: Option<PathBuf>,
    /// Print one JSON object instead of a table; errors too, on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// Send without asking.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// How settled a state must be before it counts.
    #[arg(long, global = true, value_enum, default_value_t = Commitment::Confirmed)]
    pub commitment: Commitment,
    /// Most SOL to pay for priority in one transaction, on top of the network's fee. What is paid is what recent
    /// transactions on the same accounts paid; 0 pays none.
    #[arg(long, global = true, value_name = "SOL", default_value = "0.0001", allow_negative_numbers = true)]
    pub priority_fee_cap: Decimal,
}

/// How settled a state must be before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Commitment {
    /// In a block that may still be dropped.
    Processed,
    /// Voted for by a majority.
    Confirmed,
    /// Never to be dropped.
    Finalized,
}

impl From<Commitment> for CommitmentConfig {
    fn from(commitment: Commitment) -> Self {
        match commitment {
            Commitment::Processed => Self::processed(),
            Commitment::Confirmed => Self::confirmed(),
            Commitment::Finalized => Self::finalized(),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a key file that only you can read.
    Keygen(wallet::KeygenArgs),
    /// Ask the faucet of a local network for SOL.
    Airdrop(wallet::AirdropArgs),
    /// Show SOL, wrapped SOL and the tokens of models.
    Balance(wallet::BalanceArgs),
    /// Turn SOL into wrapped SOL.
    Wrap(wallet::WrapArgs),
    /// Turn wrapped SOL back into SOL.
    Unwrap(wallet::UnwrapArgs),
    /// Register models, publish versions, share fees, license and hand over.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Open, quote, trade, sync and watch markets.
    #[command(subcommand)]
    Market(market::MarketCommand),
    /// Stake model tokens and claim revenue.
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Manage an operator's bond and earnings.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Offer a model for inference.
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Ask a model and read its answers.
    #[command(subcommand)]
    Request(request::RequestCommand),
    /// Show and roll the usage of a model.
    #[command(subcommand)]
    Usage(usage::UsageCommand),
    /// Show, distribute and claim accrued fees.
    #[command(subcommand)]
    Fees(fees::FeesCommand),
    /// Earn a part of the protocol's fee of trades that name you.
    #[command(subcommand)]
    Referral(referral::ReferralCommand),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use clap::CommandFactory;

    use super::*;

    const KEY: &str = "So11111111111111111111111111111111111111112";

    fn parses(line: &str) -> bool {
        Cli::try_parse_from(line.split_whitespace()).is_ok()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_explains_itself() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn global_options_go_before_and_after_the_command() {
        let cli = Cli::try_parse_from(["modchains", "model", "list", "--json", "--url", "http://h:1"]).unwrap();
        assert!(cli.options.json);
        assert_eq!(cli.options.url, "http://h:1");
        assert!(Cli::try_parse_from(["modchains", "--json", "model", "list"]).unwrap().options.json);
    }

    #[test]
    fn a_model_is_named_by_address_or_by_name_and_not_by_both() {
        assert!(parses(&format!("modchains model show {KEY}")));
        assert!(parses(&format!("modchains model show --creator {KEY} --name digits")));
        assert!(parses("modchains model show --name digits"));
        for line in [
            "modchains model show".to_owned(),
            format!("modchains model show {KEY} --name digits"),
            format!("modchains model show --creator {KEY}"),
            "modchains model show nonsense".to_owned(),
        ] {
            assert!(!parses(&line), "{line}");
        }
    }

    #[test]
    fn arguments_that_exclude_each_other_are_refused() {
        for line in [
            format!("modchains market quote {KEY}"),
            format!("modchains market quote {KEY} --buy 1 --sell 1"),
            format!("modchains request new {KEY}"),
            format!("modchains request new {KEY} --input-hex 00 --input-file f"),
            "modchains operator bond-withdraw".to_owned(),
            "modchains operator bond-withdraw 1 --finish".to_owned(),
            format!("modchains market buy -1 {KEY}"),
            format!("modchains market buy 1 {KEY} --slippage 100.01"),
            "modchains airdrop".to_owned(),
        ] {
            assert!(!parses(&line), "{line}");
        }
        assert!(parses(&format!("modchains market quote {KEY} --buy 1")));
        assert!(parses(&format!("modchains request new {KEY} --input-hex 00 --wait")));
        assert!(parses(&format!("modchains request new {KEY} --input-hex 00 --wait=posted")));
        assert!(parses("modchains operator bond-withdraw --finish"));
    }
}
