use std::str::FromStr;

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey,
    core::shares::{SHARES_MAX, validate_shares},
    exchange::state::{ContributorShare, Contributors},
    instruction::registry::{contributor_claim, contributors_apply, contributors_close, contributors_queue},
};

use crate::{
    argument::{ModelArg, PercentError, parse_percent_bps},
    command::market::Listing,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Share the creator's fees with contributors.
#[derive(Debug, Subcommand)]
pub enum ContributorsCommand {
    /// Queue who gets which part from the end of the timelock on. Only the creator may; the list replaces the last one.
    Set(SetArgs),
    /// Put the queued list into force. Anyone may, once its timelock is over. What accrued before is shared by the old list.
    Apply(ContributorsArgs),
    /// Show who gets what, what they are owed, and what is queued.
    Show(ContributorsArgs),
    /// Pay a contributor, or the creator, what they are owed. Anyone may.
    Claim(ClaimArgs),
    /// Close the list when nobody has a part or is owed anything. Only the creator may; a queued list ends with it.
    Close(ContributorsArgs),
}

impl ContributorsCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Set(args) => args.run(connection).await,
            Self::Apply(args) => args.apply(connection).await,
            Self::Show(args) => args.show(connection).await,
            Self::Claim(args) => args.run(connection).await,
            Self::Close(args) => args.close(connection).await,
        }
    }
}

/// A contributor's part, written `ADDRESS=PERCENT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    address: Pubkey,
    bps: u16,
}

/// Why text is no share.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
enum ShareError {
    #[error("write ADDRESS=PERCENT, such as 7xK...=12.5")]
    NoEqualsSign,
    #[error("{0} is not an address")]
    NotAnAddress(String),
    #[error("{0}")]
    NotAPercentage(#[from] PercentError),
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> std::result::Result<Self, ShareError> {
        let (address, percent) = text.split_once('=').ok_or(ShareError::NoEqualsSign)?;
        let address = address.trim().parse().map_err(|_| ShareError::NotAnAddress(address.to_owned()))?;
        Ok(Self { address, bps: parse_percent_bps(percent)? })
    }
}

/// Arguments of `model contributors set`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Percentages are of the creator's part of all fees; what the list leaves stays with the creator. It takes effect when
somebody applies it after the exchange's timelock. Without any share the creator keeps everything.

Example:
  modchains model contributors set MODEL --share ADDRESS=12.5 --share ADDRESS=5"
)]
pub struct SetArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Who gets how many percent. Up to 16 times.
    #[arg(long = "share", value_name = "ADDRESS=PERCENT")]
    shares: Vec<Share>,
}

impl SetArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        require_shares(&self.shares)?;
        let timelock_seconds = connection.client.exchange_config().await?.value.timelock_seconds;
        let kept_bps = 10_000_u16.saturating_sub(self.shares.iter().map(|share| share.bps).sum());
        let entries = self.shares.iter();
        let entries =
            entries.map(|share| Report::new().text("contributor", share.address).share_bps("part", share.bps));
        let report = Report::new()
            .text("model", model)
            .share_bps("creator_keeps", kept_bps)
            .number("timelock_seconds", timelock_seconds)
            .list("contributors", entries.collect());
        let shares = self.shares.iter().map(|share| ContributorShare { address: share.address, bps: share.bps });
        let queue = contributors_queue(&signer.pubkey(), &model, shares.collect());
        let receipt = connection.ask_and_send("Queueing the contributors", &report, &[queue], signer).await?;
        Ok(report.receipt(&receipt))
    }
}

fn require_shares(shares: &[Share]) -> Result<()> {
    let bps: Vec<u16> = shares.iter().map(|share| share.bps).collect();
    let twice =
        shares.iter().enumerate().any(|(at, share)| shares[..at].iter().any(|other| other.address == share.address));
    if twice || validate_shares(&bps).is_err() {
        let what = format!("the shares do not fit: at most {SHARES_MAX}, each contributor once and more than 0 %");
        return Err(CliError::unfit(what, "let them add up to at most 100 %"));
    }
    Ok(())
}

/// A model.
#[derive(Debug, Args)]
pub struct ContributorsArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ContributorsArgs {
    async fn apply(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let report = show(connection, &model).await?;
        let apply = contributors_apply(&model);
        let receipt = connection.ask_and_send("Applying the list", &report, &[apply], signer).await?;
        Ok(show(connection, &model).await?.receipt(&receipt))
    }

    async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection).await?;
        let paid_by = connection.client.contributors(&model).await?.value.paid_by;
        let report = Report::new().text("model", model).text("rent_to", paid_by);
        let close = contributors_close(&signer.pubkey(), &model, &paid_by);
        let receipt = connection.ask_and_send("Closing the list", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }

    async fn show(&self, connection: &Connection) -> Result<Report> {
        show(connection, &self.model.address(connection).await?).await
    }
}

async fn show(connection: &Connection, model: &Pubkey) -> Result<Report> {
    let listing = Listing::load(connection, model).await?;
    let contributors = connection.client.contributors(model).await?.value;
    let creator = connection.client.model(model).await?.value.creator;
    let now_seconds = connection.client.now_seconds().await?;
    let due_atoms = listing.market.creator_due_atoms;
    let mut entries = Vec::new();
    for entry in contributors.in_force() {
        let owed_atoms = owed_atoms(&contributors, &entry.address, false, due_atoms)?;
        let report = Report::new().text("contributor", entry.address).share_bps("part", entry.bps);
        entries.push(report.amount("owed", listing.quote.amount(owed_atoms), &listing.quote.symbol));
    }
    let creator_atoms = owed_atoms(&contributors, &creator, true, due_atoms)?;
    let report = Report::new()
        .text("model", model)
        .text("creator", creator)
        .amount("creator_owed", listing.quote.amount(creator_atoms), &listing.quote.symbol)
        .list("contributors", entries);
    if contributors.pending_at_seconds == 0 {
        return Ok(report);
    }
    let pending = contributors.pending.iter().take(contributors.pending_count.into());
    let pending = pending.map(|share| Report::new().text("contributor", share.address).share_bps("part", share.bps));
    let pending = pending.collect();
    Ok(report.time("queued_for", contributors.pending_at_seconds, now_seconds).list("queued", pending))
}

/// What an address is owed once `due_atoms`, which the market owes creator and contributors, are shared by the list in
/// force. The creator's own part is its own only with `is_creator`. Fails when the list does not add up, which the program
/// never lets happen.
pub fn owed_atoms(contributors: &Contributors, address: &Pubkey, is_creator: bool, due_atoms: u64) -> Result<u64> {
    let unsound = |_| CliError::unfit("the list of contributors does not add up", "ask for help with its address");
    contributors.owed_atoms(address, is_creator, due_atoms).map_err(unsound)
}

/// Arguments of `model contributors claim`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model contributors claim MODEL --beneficiary ADDRESS")]
pub struct ClaimArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Who is paid [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    beneficiary: Option<Pubkey>,
}

impl ClaimArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let beneficiary = connection.address_or_own(self.beneficiary)?;
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let contributors = connection.client.contributors(&listing.model).await?.value;
        let is_creator = connection.client.model(&listing.model).await?.value.creator == beneficiary;
        let atoms = owed_atoms(&contributors, &beneficiary, is_creator, listing.market.creator_due_atoms)?;
        if atoms == 0 {
            let what = format!("{beneficiary} is owed nothing");
            return Err(CliError::unfit(what, "see `modchains model contributors show`"));
        }
        let around = connection.receive(&signer.pubkey(), &beneficiary, &listing.quote);
        let claim = contributor_claim(&listing.model, &listing.quote.token, &beneficiary);
        let report = Report::new().text("model", listing.model).text("beneficiary", beneficiary);
        let report = report.amount("paid", listing.quote.amount(atoms), &listing.quote.symbol);
        let receipt = connection.ask_and_send("Claiming", &report, &around.enclose([claim]), signer).await?;
        Ok(report.receipt(&receipt))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::exchange::state::Contributor;

    use super::*;

    const KEY: &str = "So11111111111111111111111111111111111111112";

    #[test]
    fn a_share_is_an_address_and_a_percentage() {
        assert_eq!(format!("{KEY}=12.5").parse::<Share>().unwrap().bps, 1_250);
        assert_eq!(KEY.parse::<Share>(), Err(ShareError::NoEqualsSign));
        assert!(matches!("nobody=1".parse::<Share>(), Err(ShareError::NotAnAddress(_))));
        assert!(matches!(format!("{KEY}=101").parse::<Share>(), Err(ShareError::NotAPercentage(_))));
    }

    #[test]
    fn shares_are_refused_that_the_program_would_refuse() {
        let share = |bps| Share { address: Pubkey::new_unique(), bps };
        require_shares(&[share(10_000)]).unwrap();
        require_shares(&[]).unwrap();
        let again = share(1);
        for shares in [vec![share(0)], vec![share(9_999), share(2)], vec![again, again], vec![share(1); 17]] {
            assert!(require_shares(&shares).is_err(), "{shares:?}");
        }
    }

    #[test]
    fn what_everybody_is_owed_adds_up_to_what_is_there() {
        let (one, two, creator) = (Pubkey::new_unique(), Pubkey::new_unique(), Pubkey::new_unique());
        let mut list = Contributors { count: 2, creator_owed_atoms: 5, ..Contributors::zeroed() };
        list.entries[0] = Contributor { address: one, owed_atoms: 7, bps: 3_333, ..Contributor::zeroed() };
        list.entries[1] = Contributor { address: two, owed_atoms: 0, bps: 1, ..Contributor::zeroed() };
        let owed = |address, is_creator| owed_atoms(&list, &address, is_creator, 1_001).unwrap();
        assert_eq!((owed(one, false), owed(two, false), owed(creator, true)), (7 + 333, 0, 5 + 668));
        assert_eq!(owed(one, false) + owed(two, false) + owed(creator, true), 7 + 5 + 1_001);
        assert_eq!(owed(Pubkey::new_unique(), false), 0);
    }
}
