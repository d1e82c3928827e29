use clap::Args;
use modchains_sdk::decode::{Event, ExchangeEvent, Receipt, VaultEvent};

use super::{change::vote_warning, vault::Staking};
use crate::{
    argument::{ModelArg, parse_percent_bps, parse_seconds},
    command::market::Listing,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `compound`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "What the vault's first pool owes you is claimed, buys at the model's market, and what it buys is staked: in one transaction,
or nothing of it happens. It is refused when the price has moved by more than --slippage, when --deadline has passed, or
when a sync has moved the curve since the quote. What the tokens do not cost stays yours, as SOL where it is SOL. Revenue
in other mints is left to `modchains claim`.

Example:
  modchains compound MODEL"
)]
pub struct CompoundArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How many fewer tokens than quoted are bought, in percent, so that the price may rise by as much.
    #[arg(long = "slippage", value_name = "PERCENT", default_value = "1", value_parser = parse_percent_bps)]
    slippage_bps: u16,
    /// How long the offer stands, counted from the quote.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_seconds)]
    deadline: u32,
}

impl CompoundArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let staking = Staking::load(connection, &listing.model).await?;
        let (client, quote) = (&connection.client, &listing.quote);
        let holding = client.holding(&listing.model, &owner).await?;
        let now_seconds = client.now_seconds().await?;
        let claimable_atoms = holding.claimable(now_seconds).first().map_or(0, |first| first.atoms);
        if claimable_atoms == 0 {
            let what = format!("nothing is claimable in {}", quote.symbol);
            return Err(CliError::unfit(what, "wait until revenue has been streamed to the stakers"));
        }
        let shares = holding.share_mints();
        let deadline_seconds = now_seconds.saturating_add(self.deadline.into());
        let (market, token) = (&listing.market, quote.token);
        let compound = holding.compound(market, token, &shares, self.slippage_bps, deadline_seconds, now_seconds)?;
        let found = client.trader_accounts(&owner, &listing.model, &quote.token).await?;
        let position = &holding.position.value;
        let warning = vote_warning(connection, &staking, position, compound.token_atoms, now_seconds).await?;
        let about = staking
            .about("stake", compound.token_atoms)
            .amount("claimable", quote.amount(claimable_atoms), &quote.symbol)
            .amount("pay_at_most", quote.amount(compound.max_quote_atoms_in), &quote.symbol)
            .and(warning.clone());
        let instructions = compound.transaction(found);
        let receipt = connection.ask_and_send("Compounding", &about, &instructions, signer).await?;
        Ok(show_amounts(&listing, &receipt).and(staking.show(&receipt)).and(warning))
    }
}

/// What was claimed and what of it was spent, by the events.
fn show_amounts(listing: &Listing, receipt: &Receipt) -> Report {
    let quote = &listing.quote;
    receipt.events.iter().fold(Report::new(), |report, event| match event {
        Event::Vault(VaultEvent::RevenueClaimed(claimed)) => {
            report.amount("claimed", quote.amount(claimed.revenue_atoms), &quote.symbol)
        }
        Event::Exchange(ExchangeEvent::TokensBought(bought)) => {
            report.amount("paid", quote.amount(bought.quote_atoms_in), &quote.symbol)
        }
        _ => report,
    })
}
