//! The command line as a whole. Each group of commands keeps its own arguments in its own file.
//!
//! # Names
//! One rule: a noun, then a verb. A group goes by the thing it is about (`market`, `model licence`), its commands by what
//! they do to it (`open`, `buy`, `claim`; `new` makes one). On top, without a group, are the few verbs of every day
//! (`stake`, `unstake`, `withdraw`, `claim`, `compound`, `vote`, `wrap`, `unwrap`, `launch`). Whatever sends is called by its verb; what only
//! reads may go by the noun that it shows (`chart`, `twap`; `balance`, `portfolio`, `positions`, `revenue` on top), also
//! where an option of it sends (`accounts --close-empty`). Two words are joined by a hyphen, noun first
//! (`bond-deposit`). The words are those of the programs' instructions where there is one. The consent tests hold the
//! commands to it.

use std::ffi::OsString;

use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{
    command::{
        fees, grant, graph, launch, market, model, operator, pool, portfolio, proposal, referral, request, revenue,
        service, staking, usage, vault, wallet,
    },
    connection::Connection,
    error::Result,
    options::GlobalOptions,
    output::Report,
};

const EXAMPLES: &str = "\
Examples:
  modchains keygen creator.json
  modchains airdrop 100 --keypair creator.json
  modchains launch target/digits/digits-int8 --symbol DIGIT --uri https://example.org/digits.json \
    --bundle-uri https://example.org/digits/ --virtual-reserve 30 --fee 0.001
  modchains market buy 1.5 MODEL --slippage 0.5
  modchains market chart MODEL --svg price.svg
  modchains stake all MODEL
  modchains portfolio
  modchains request new MODEL --input-file digit.bin --wait
  modchains --json market show MODEL | jq -r .spot_price.amount

Exit codes: 0 done, 1 failed and nothing was lost, 2 misused, 3 sent, but the endpoint did not say how it ended: look
the signature up before you send again.";

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

/// Every command; those about one thing are a group of their own.
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
    /// List token accounts and the rent that they hold, and close the empty ones.
    Accounts(wallet::AccountsArgs),
    /// List a bundle's model with everything: model, version, market, vault and service. Goes on where it was stopped.
    Launch(Box<launch::LaunchArgs>),
    /// Register models, publish versions, share fees, license and hand over.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Open, quote, trade, sync and watch markets.
    #[command(subcommand)]
    Market(market::MarketCommand),
    /// Stake tokens. They earn a part of the model's revenue, streamed over time.
    Stake(staking::StakeArgs),
    /// Start the cooldown of staked tokens. They earn nothing from then on.
    Unstake(staking::UnstakeArgs),
    /// Take out tokens whose cooldown is over.
    Withdraw(staking::WithdrawArgs),
    /// Pay out what your stakes have earned.
    Claim(staking::ClaimArgs),
    /// Put what your stake has earned to stake: claims, buys and stakes in one transaction.
    Compound(staking::CompoundArgs),
    /// Close what holds your stakes.
    #[command(subcommand)]
    Position(staking::PositionCommand),
    /// Show what somebody has staked, cooling and claimable, of every model.
    Positions(staking::PositionsArgs),
    /// Show what somebody has of every model, what it cost and what it brought.
    Portfolio(portfolio::PortfolioArgs),
    /// Show what the stakers of a model received, by source, and the past yield.
    Revenue(revenue::RevenueArgs),
    /// Vote on a proposal of a model that you have a stake of.
    Vote(proposal::VoteArgs),
    /// Propose, read and carry out what the stakers of a model decide.
    #[command(subcommand)]
    Proposal(proposal::ProposalCommand),
    /// See, pay out and close what stakers granted out of the treasury.
    #[command(subcommand)]
    Grant(grant::GrantCommand),
    /// Open, show and close the vaults in which model tokens are staked.
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Open, fill, earn from and close the pools in which a vault takes revenue.
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    /// Fill what the stakers of a model decide about.
    #[command(subcommand)]
    Treasury(pool::TreasuryCommand),
    /// Manage an operator's bond and earnings.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Check the graphs of provable models, and what they cost.
    #[command(subcommand)]
    Graph(graph::GraphCommand),
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

impl Command {
    /// Does what the command line says. Connects first, unless the command needs no cluster.
    pub async fn run(&self, options: &GlobalOptions) -> Result<Report> {
        match self {
            Self::Keygen(args) => return args.run(),
            Self::Graph(command) => return command.run(),
            _ => {}
        }
        let connection = &Connection::connect(options).await?;
        let done = match self {
            Self::Keygen(args) => args.run(),
            Self::Graph(command) => command.run(),
            Self::Airdrop(args) => args.run(connection).await,
            Self::Balance(args) => args.run(connection).await,
            Self::Wrap(args) => args.run(connection).await,
            Self::Unwrap(args) => args.run(connection).await,
            Self::Accounts(args) => args.run(connection).await,
            Self::Launch(args) => args.run(connection).await,
            Self::Model(command) => command.run(connection).await,
            Self::Market(command) => command.run(connection).await,
            Self::Stake(args) => args.run(connection).await,
            Self::Unstake(args) => args.run(connection).await,
            Self::Withdraw(args) => args.run(connection).await,
            Self::Claim(args) => args.run(connection).await,
            Self::Compound(args) => args.run(connection).await,
            Self::Position(command) => command.run(connection).await,
            Self::Positions(args) => args.run(connection).await,
            Self::Portfolio(args) => args.run(connection).await,
            Self::Revenue(args) => args.run(connection).await,
            Self::Vote(args) => args.run(connection).await,
            Self::Proposal(command) => command.run(connection).await,
            Self::Grant(command) => command.run(connection).await,
            Self::Vault(command) => command.run(connection).await,
            Self::Pool(command) => command.run(connection).await,
            Self::Treasury(command) => command.run(connection).await,
            Self::Operator(command) => command.run(connection).await,
            Self::Service(command) => command.run(connection).await,
            Self::Request(command) => command.run(connection).await,
            Self::Usage(command) => command.run(connection).await,
            Self::Fees(command) => command.run(connection).await,
            Self::Referral(command) => command.run(connection).await,
        };
        done.map_err(|fault| connection.after_sending(fault))
    }
}

impl Cli {
    /// Reads a command line, the program's name first. The help that it asks for is an error too.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> std::result::Result<Self, clap::Error> {
        let matches = with_negative_numbers(Self::command()).try_get_matches_from(line)?;
        Self::from_arg_matches(&matches)
    }
}

/// Lets negative numbers reach the parsers of all values, so that these say what is wrong with them.
fn with_negative_numbers(command: clap::Command) -> clap::Command {
    let takes_value = |argument: &Arg| argument.get_action().takes_values();
    command
        .mut_args(|argument| if takes_value(&argument) { argument.allow_negative_numbers(true) } else { argument })
        .mut_subcommands(with_negative_numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    const KEY: &str = "So11111111111111111111111111111111111111112";

    fn parses(line: &str) -> bool {
        Cli::read(line.split_whitespace().map(Into::into)).is_ok()
    }

    #[test]
    fn the_command_line_is_consistent() {
        with_negative_numbers(Cli::command()).debug_assert();
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
        assert_eq!(cli.options.url.secret_url(), "http://h:1");
        assert!(Cli::try_parse_from(["modchains", "--json", "model", "list"]).unwrap().options.json);
    }

    #[test]
    fn a_model_is_named_by_address_or_by_name_and_not_by_both() {
        assert!(parses(&format!("modchains model show {KEY}")));
        assert!(parses(&format!("modchains model show --creator {KEY} --name digits")));
        assert!(parses("modchains model show --name digits"));
        assert!(parses("modchains model show digits"));
        for line in [
            "modchains model show".to_owned(),
            format!("modchains model show {KEY} --name digits"),
            format!("modchains model show --creator {KEY}"),
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
            format!("modchains operator bond-withdraw {KEY}"),
            format!("modchains operator bond-withdraw {KEY} --start 1 --finish"),
            format!("modchains market buy -1 {KEY}"),
            format!("modchains market buy 1 {KEY} --slippage 100.01"),
            "modchains airdrop".to_owned(),
            "modchains claim".to_owned(),
            format!("modchains vote 3 {KEY}"),
            format!("modchains vote 3 {KEY} --for --against"),
            format!("modchains vote {KEY} --for"),
            format!("modchains vote 3 {KEY} --for --payload-sha256 00"),
            format!("modchains claim {KEY} --all"),
        ] {
            assert!(!parses(&line), "{line}");
        }
        assert!(parses(&format!("modchains market quote {KEY} --buy 1")));
        assert!(parses(&format!("modchains request new {KEY} --input-hex 00 --wait")));
        assert!(parses(&format!("modchains request new {KEY} --input-hex 00 --wait=posted")));
        assert!(parses(&format!("modchains operator bond-withdraw {KEY} --start 1")));
        assert!(parses(&format!("modchains operator bond-withdraw {KEY} --finish")));
        assert!(parses("modchains vote 3 digits --against") && parses("modchains vote 3 --for --name digits"));
        assert!(parses("modchains claim --all") && parses(&format!("modchains claim {KEY} digits")));
    }
}
