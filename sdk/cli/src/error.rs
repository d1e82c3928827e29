//! What ends a command early. Each message is one line that names the thing and the remedy.

use std::{path::PathBuf, process::ExitCode};

use modchains_sdk::{
    Pubkey, SdkError, Signature,
    bundle::BundleError,
    decode::State,
    exchange::state::{Contributors, Licence, Market, ModelTransfer, Referral},
    oracle::state::{Operator, Service},
    vault::state::{Grant, Position, Proposal, RevenuePool, Vault},
};
use serde_json::{Value, json};
use thiserror::Error;

use crate::amount::AmountError;

/// Result of a command.
pub type Result<T> = std::result::Result<T, CliError>;

/// Exit code of a command whose transaction was sent, while the endpoint did not say how it ended or what it led to.
const EXIT_SENT: u8 = 3;

/// Why a command failed. Nothing that it refused has been sent, unless [`SdkError::sent_signature`] names it.
#[derive(Debug, Error)]
pub enum CliError {
    /// The library or a program refused.
    #[error("{}", explained(.0))]
    Sdk(#[from] SdkError),
    /// An amount does not make sense for its token.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// Nobody could be asked.
    #[error("not sent: there is no terminal to ask on; pass --yes to send without being asked")]
    NotConfirmed,
    /// The answer was no.
    #[error("not sent: you declined; run the command again to change your mind")]
    Declined,
    /// There is no key file to fall back to.
    #[error("no key file is named and HOME is not set; pass --keypair PATH or set MODCHAINS_KEYPAIR")]
    NoKeypair,
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}; check the path and its permissions", path = path.display())]
    FileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {reason}; check the folder and its permissions", path = path.display())]
    FileNotWritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// An argument does not fit another one, or the state of the chain.
    #[error("{what}; {remedy}")]
    Unfit {
        /// What does not fit.
        what: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// An account has less than what is asked for.
    #[error("{owner} has {has} {symbol}, less than {needed}; get more of it or ask for less")]
    BalanceTooSmall {
        /// Whose balance.
        owner: Pubkey,
        /// Name of the token.
        symbol: String,
        /// What it has, in tokens.
        has: String,
        /// What is needed, in tokens.
        needed: String,
    },
    /// The balance covers the price, but not what must be there besides.
    #[error(
        "{owner} has {has} SOL and can spend at most {spendable} SOL here, less than {needed} SOL: the rest is for fees and for the rent of token accounts, part of which comes back; spend less, or add SOL"
    )]
    RentNotCovered {
        /// Whose balance.
        owner: Pubkey,
        /// What it has, in SOL.
        has: String,
        /// What of it can be spent, in SOL.
        spendable: String,
        /// The most that the act costs, in SOL.
        needed: String,
    },
    /// A bundle is not one that can be listed or read.
    #[error("{0}")]
    Bundle(#[from] BundleError),
    /// Something on chain did not happen in time.
    #[error("gave up waiting for {what}; it may still come: look again with {remedy}")]
    TimedOut {
        /// What was awaited.
        what: String,
        /// How to look again.
        remedy: String,
    },
    /// A transaction went through, and the endpoint did not tell what was asked afterwards.
    #[error("done in {signature}, but what it led to cannot be read: {fault}")]
    Unread {
        /// The first transaction of the command.
        signature: Signature,
        /// The endpoint's fault.
        fault: Box<Self>,
    },
    /// Some of several transactions went through, and one was refused.
    #[error("{done} of {all} {what} went through, the last in {signature}; then: {fault}")]
    Partial {
        /// What there are several of.
        what: &'static str,
        /// How many went through.
        done: usize,
        /// How many there are.
        all: usize,
        /// The last that went through.
        signature: Signature,
        /// Why the rest did not.
        fault: Box<Self>,
    },
    /// The faucet's transaction failed.
    #[error("the airdrop {signature} failed: {reason}; use a local network, or ask its faucet for less")]
    AirdropFailed {
        /// Its transaction.
        signature: Signature,
        /// Why.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {0}; try again")]
    NoRandomness(String),
}

impl CliError {
    /// Something that does not fit, with the remedy.
    pub fn unfit(what: impl Into<String>, remedy: &'static str) -> Self {
        Self::Unfit { what: what.into(), remedy }
    }

    /// A stable name for scripts.
    pub fn label(&self) -> &str {
        match self {
            Self::Sdk(
                SdkError::NotQuoted { name, .. }
                | SdkError::NotLicensed { name, .. }
                | SdkError::RequestRefused { name, .. },
            ) => name,
            Self::Sdk(error) => error.refusal().map_or_else(|| error.label(), |refusal| &refusal.name),
            Self::Amount(AmountError::Empty) => "amount_empty",
            Self::Amount(AmountError::Negative { .. }) => "amount_negative",
            Self::Amount(AmountError::NotANumber { .. }) => "amount_not_a_number",
            Self::Amount(AmountError::TooManyDecimals { .. }) => "amount_too_many_decimals",
            Self::Amount(AmountError::TooLarge { .. }) => "amount_too_large",
            Self::NotConfirmed => "not_confirmed",
            Self::Declined => "declined",
            Self::NoKeypair => "no_keypair",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::FileNotWritten { .. } => "file_not_written",
            Self::Unfit { .. } => "unfit",
            Self::BalanceTooSmall { .. } => "balance_too_small",
            Self::RentNotCovered { .. } => "rent_not_covered",
            Self::Bundle(error) => error.label(),
            Self::TimedOut { .. } => "timed_out",
            Self::Unread { .. } => "unread",
            Self::Partial { .. } => "partial",
            Self::AirdropFailed { .. } => "airdrop_failed",
            Self::NoRandomness(_) => "no_randomness",
        }
    }

    /// The transaction that was sent all the same.
    pub fn sent_signature(&self) -> Option<&Signature> {
        match self {
            Self::Sdk(error) => error.sent_signature(),
            Self::Unread { signature, .. } => Some(signature),
            Self::Partial { fault, .. } => fault.sent_signature(),
            _ => None,
        }
    }

    /// What the command ends with.
    pub fn exit_code(&self) -> ExitCode {
        if self.sent_signature().is_some() { ExitCode::from(EXIT_SENT) } else { ExitCode::FAILURE }
    }

    /// For scripts: the label and the message, and the transaction that was sent all the same.
    pub fn json(&self) -> Value {
        let mut error = json!({ "label": self.label(), "message": self.to_string() });
        if let Some(signature) = self.sent_signature() {
            error["signature"] = json!(signature.to_string());
        }
        json!({ "error": error })
    }
}

/// What to do where something does not exist: the command that makes it, or lists what there is.
const MISSING: [(&str, &str); 12] = [
    (Contributors::NAME, "its creator names some with `modchains model contributors set`"),
    (Grant::NAME, "see which there are with `modchains grant list`"),
    (Licence::NAME, "the model's creator grants one with `modchains model licence grant`"),
    (Market::NAME, "the model's creator opens it with `modchains market open`"),
    (ModelTransfer::NAME, "the model's creator makes one with `modchains model transfer offer`"),
    (Operator::NAME, "become one with `modchains operator register`"),
    (Position::NAME, "stake first with `modchains stake`"),
    (Proposal::NAME, "see the numbers of those that there are with `modchains proposal list`"),
    (Referral::NAME, "open it with `modchains referral open`"),
    (RevenuePool::NAME, "see those of the vault with `modchains vault show`, or open one with `modchains pool open`"),
    (Service::NAME, "the model's creator opens it with `modchains service open`"),
    (Vault::NAME, "open it with `modchains vault open`"),
];

/// The library's message, or a better remedy than it knows.
fn explained(error: &SdkError) -> String {
    let SdkError::AccountMissing { what, address } = error else { return error.to_string() };
    let remedy = MISSING.iter().find(|(name, _)| name == what);
    remedy.map_or_else(|| error.to_string(), |(_, remedy)| format!("there is no {what} at {address}; {remedy}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use clap::CommandFactory;
    use modchains_sdk::Refusal;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn what_is_missing_is_made_by_a_command_that_exists() {
        let line = Cli::command();
        for (what, remedy) in MISSING {
            let error = CliError::Sdk(SdkError::AccountMissing { what, address: Pubkey::default() });
            assert!(error.label() == "account_missing" && error.to_string().ends_with(remedy), "{error}");
            let named = remedy.split('`').skip(1).step_by(2);
            for command in named {
                let mut words = command.split(' ').skip(1);
                let found = words.try_fold(&line, |command, word| command.find_subcommand(word));
                assert!(found.is_some_and(|found| !found.has_subcommands()), "{command}");
            }
        }
    }

    fn refusal(name: &str) -> CliError {
        CliError::Sdk(SdkError::ProgramRefused(Box::new(Refusal {
            program: modchains_sdk::exchange::ID,
            name: name.to_owned(),
            message: "the last sync, or the opening, is less than an epoch ago".to_owned(),
            remedy: Some("wait for the end of the epoch"),
            code: Some(6_042),
            instruction_index: 0,
            logs: Vec::new(),
        })))
    }

    #[test]
    fn a_refusal_is_labelled_by_its_own_name_and_has_a_remedy() {
        let error = refusal("EpochNotOver");
        assert_eq!(error.label(), "EpochNotOver");
        assert!(error.to_string().contains("; wait"), "{error}");
    }

    #[test]
    fn a_message_is_one_line_and_json_repeats_it() {
        let errors = [refusal("SomethingNew"), CliError::Declined, CliError::Amount(AmountError::Empty)];
        for error in errors {
            let message = error.to_string();
            assert_eq!(message.lines().count(), 1, "{message}");
            assert_eq!(error.json(), json!({ "error": { "label": error.label(), "message": message } }));
        }
    }
}
