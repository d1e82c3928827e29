//! What is proposed, as options.

use std::str::FromStr;

use clap::{ArgGroup, Args};
use modchains_sdk::{
    Pubkey, address,
    core::governance::MILESTONES_MAX,
    vault::state::{GrantMilestone, GrantSchedule, ProposalAction},
};
use thiserror::Error;

use super::Assembly;
use crate::{
    amount::Decimal,
    argument::{parse_percent_bps, parse_seconds},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
};

/// What is proposed: exactly one of these.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("action").required(true).args(ACTIONS)),
    group(ArgGroup::new("granted").args(["grant_stream", "grant_milestone"]))
)]
pub struct ActionArgs {
    /// Nothing but that a text is approved: give it with --text or --text-file.
    #[arg(long, requires = "words")]
    signal: bool,
    /// A grant out of the treasury that is released evenly over at most two years, such as 100@90d.
    #[arg(long, value_name = "AMOUNT@TIME", requires = "payee")]
    grant_stream: Option<Part>,
    /// A part of a grant that is released at a time after the execution, such as 50@30d; up to four, in the order of their
    /// times.
    #[arg(long, value_name = "AMOUNT@TIME", requires = "payee")]
    grant_milestone: Vec<Part>,
    /// Stop the grant of the proposal of this number: what it has not released goes back to the treasury.
    #[arg(long, value_name = "PROPOSAL")]
    grant_stop: Option<u64>,
    /// Move so much of the treasury into the reserve of the model's market.
    #[arg(long, value_name = "AMOUNT")]
    reserve_deposit: Option<Decimal>,
    /// Part of every deposit of revenue that goes to the treasury, at most 50.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent_bps)]
    treasury_share: Option<u16>,
    /// Price of a request, between a half and twice the present one.
    #[arg(long, value_name = "AMOUNT")]
    service_fee: Option<Decimal>,
    /// Who gets the grant.
    #[arg(long, value_name = "ADDRESS", requires = "granted")]
    payee: Option<Pubkey>,
    /// What the grant is paid in [default: what the market trades against].
    #[arg(long, value_name = "MINT", requires = "granted")]
    mint: Option<Pubkey>,
}

/// The options of which each is an action.
const ACTIONS: [&str; 7] =
    ["signal", "grant_stream", "grant_milestone", "grant_stop", "reserve_deposit", "treasury_share", "service_fee"];

impl ActionArgs {
    /// The action, in atoms of the tokens that it moves.
    pub async fn action(&self, connection: &Connection, assembly: &Assembly) -> Result<ProposalAction> {
        let (quote, vault) = (&assembly.quote, &assembly.staking.vault.address);
        if let Some(index) = self.grant_stop {
            return Ok(ProposalAction::GrantStop {
                grant: address::vault::grant(&address::vault::proposal(vault, index)),
            });
        }
        if let Some(amount) = &self.reserve_deposit {
            return Ok(ProposalAction::ReserveDeposit { reserve_atoms: positive_atoms(amount, quote)? });
        }
        if let Some(treasury_bps) = self.treasury_share {
            return Ok(ProposalAction::TreasuryShare { treasury_bps });
        }
        if let Some(fee) = &self.service_fee {
            return Ok(ProposalAction::ServiceFee { fee_atoms: positive_atoms(fee, quote)? });
        }
        let Some(payee) = self.payee else { return Ok(ProposalAction::Signal) };
        let token = match self.mint {
            Some(mint) => &connection.token(&mint).await?,
            None => quote,
        };
        let schedule = self.schedule(token)?;
        Ok(ProposalAction::Grant { pool: address::vault::pool(vault, &token.token.mint), payee, schedule })
    }

    fn schedule(&self, token: &TokenView) -> Result<GrantSchedule> {
        if let Some(stream) = &self.grant_stream {
            return Ok(GrantSchedule::Stream {
                atoms: positive_atoms(&stream.amount, token)?,
                seconds: stream.seconds,
            });
        }
        if self.grant_milestone.len() > MILESTONES_MAX {
            let what = format!("{} milestones are more than a grant can have", self.grant_milestone.len());
            return Err(CliError::unfit(what, "pass --grant-milestone at most four times"));
        }
        let mut milestones = [GrantMilestone::default(); MILESTONES_MAX];
        for (milestone, part) in milestones.iter_mut().zip(&self.grant_milestone) {
            let atoms = positive_atoms(&part.amount, token)?;
            *milestone = GrantMilestone { atoms, after_seconds: part.seconds };
        }
        Ok(GrantSchedule::Milestones { milestones })
    }
}

/// An amount and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    amount: Decimal,
    seconds: u32,
}

/// Why text is no part of a grant.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not an amount at a time; write such as 100@90d")]
struct NoPart(String);

impl FromStr for Part {
    type Err = NoPart;

    fn from_str(text: &str) -> std::result::Result<Self, NoPart> {
        let refuse = || NoPart(text.to_owned());
        let (amount, time) = text.split_once('@').ok_or_else(refuse)?;
        let amount = amount.parse().map_err(|_| refuse())?;
        Ok(Self { amount, seconds: parse_seconds(time).map_err(|_| refuse())? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    const PAYEE: &str = "So11111111111111111111111111111111111111112";

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        action: ActionArgs,
        #[arg(long)]
        words: Option<String>,
    }

    fn schedule(line: &str) -> Result<GrantSchedule> {
        let line = format!("open --payee {PAYEE} {line}");
        Line::try_parse_from(line.split_whitespace()).unwrap().action.schedule(&TokenView::sol())
    }

    #[test]
    fn a_part_is_an_amount_at_a_time() {
        let part: Part = "1.5@90d".parse().unwrap();
        assert_eq!((part.amount.to_string(), part.seconds), ("1.5".to_owned(), 7_776_000));
        for text in ["", "1.5", "@90d", "1.5@", "-1@90d", "1@1w", "1@1d@1d"] {
            assert_eq!(text.parse::<Part>(), Err(NoPart(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_grant_is_a_stream_or_up_to_four_milestones() {
        let atoms = 2_000_000_000;
        assert_eq!(schedule("--grant-stream 2@60").unwrap(), GrantSchedule::Stream { atoms, seconds: 60 });
        let unused = GrantMilestone::default();
        let milestones = [GrantMilestone { atoms, after_seconds: 60 }, unused, unused, unused];
        assert_eq!(schedule("--grant-milestone 2@60").unwrap(), GrantSchedule::Milestones { milestones });
        assert!(matches!(schedule("--grant-stream 0@60"), Err(CliError::Unfit { .. })));
        assert!(matches!(schedule(&"--grant-milestone 2@60 ".repeat(5)), Err(CliError::Unfit { .. })));
    }

    #[test]
    fn one_thing_is_proposed_with_all_that_it_takes() {
        let reads = |line: &str| {
            let line = format!("modchains proposal open MODEL {line}");
            Cli::read(line.split_whitespace().map(Into::into))
                .is_ok_and(|cli| matches!(cli.command, Command::Proposal(_)))
        };
        for line in [
            "--signal --text yes".to_owned(),
            "--signal --text-file text.md --uri https://a.example".to_owned(),
            format!("--grant-stream 2@60d --payee {PAYEE}"),
            format!("--grant-milestone 2@60d --grant-milestone 2@90d --payee {PAYEE} --mint {PAYEE}"),
            "--grant-stop 3".to_owned(),
            "--reserve-deposit 2".to_owned(),
            "--treasury-share 12.5".to_owned(),
            "--service-fee 0.01".to_owned(),
        ] {
            assert!(reads(&line), "{line}");
        }
        for line in [
            String::new(),
            "--signal".to_owned(),
            "--signal --text a --text-file b".to_owned(),
            "--text a".to_owned(),
            "--grant-stream 2@60d".to_owned(),
            "--grant-milestone 2@60d".to_owned(),
            format!("--grant-stream 2@60d --grant-milestone 2@60d --payee {PAYEE}"),
            format!("--reserve-deposit 2 --payee {PAYEE}"),
            "--reserve-deposit 2 --treasury-share 1".to_owned(),
            "--treasury-share 101".to_owned(),
            "--service-fee 1 --grant-stop 1".to_owned(),
        ] {
            assert!(!reads(&line), "{line}");
        }
    }
}
