//! What stakers granted out of the treasury.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    core::governance::Schedule,
    decode::{Event, Fetched, VaultEvent},
    instruction::governance::{grant_claim, grant_close},
    vault::state::Grant,
};

use super::proposal::NumberedArgs;
use crate::{
    amount::Amount,
    argument::ModelArg,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// See, pay out and close what stakers granted. A grant goes by the number of its proposal.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// List the grants of a model.
    List(ListArgs),
    /// Show a grant with its parts.
    Show(NumberedArgs),
    /// Pay what a grant has released to its payee. Anyone may.
    Claim(NumberedArgs),
    /// Close a grant of which nothing is left; its rent goes to who paid it. Anyone may.
    Close(NumberedArgs),
}

impl GrantCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::List(args) => args.run(connection).await,
            Self::Show(args) => show(args, connection).await,
            Self::Claim(args) => claim(args, connection).await,
            Self::Close(args) => close(args, connection).await,
        }
    }
}

/// Arguments of `grant list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl ListArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let model = self.model.address(connection).await?;
        let grants = connection.client.grants(&model).await?;
        let tokens = connection.tokens(grants.iter().map(|grant| grant.value.revenue_mint)).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let entry = |grant: &Fetched<Grant>| Some(report(grant, tokens.get(&grant.value.revenue_mint)?, now_seconds));
        let entries = grants.iter().filter_map(entry).collect();
        const COLUMNS: &[&str] = &["proposal", "payee", "granted", "claimed", "claimable", "ends", "stopped"];
        Ok(Report::new().text("model", model).table("grants", COLUMNS, entries))
    }
}

/// A grant, its token and the cluster's time.
async fn load(args: &NumberedArgs, connection: &Connection) -> Result<(Fetched<Grant>, TokenView, i64)> {
    let vault = address::vault::vault(&args.model.address(connection).await?);
    let address = address::vault::grant(&address::vault::proposal(&vault, args.index));
    let grant: Fetched<Grant> = connection.client.state(&address).await?;
    let token = connection.token(&grant.value.revenue_mint).await?;
    Ok((grant, token, connection.client.now_seconds().await?))
}

async fn show(args: &NumberedArgs, connection: &Connection) -> Result<Report> {
    let (grant, token, now_seconds) = load(args, connection).await?;
    Ok(report(&grant, &token, now_seconds))
}

async fn claim(args: &NumberedArgs, connection: &Connection) -> Result<Report> {
    let signer = connection.signer()?;
    let (grant, token, now_seconds) = load(args, connection).await?;
    let claim = grant_claim(&grant.address, &grant.value, &token.token.program);
    let instructions = connection.receive(&signer.pubkey(), &grant.value.payee, &token).enclose([claim]);
    let about = report(&grant, &token, now_seconds);
    let receipt = connection.ask_and_send("Claiming the grant", &about, &instructions, signer).await?;
    let paid = receipt.events.iter().fold(about_payee(&grant.value), |report, event| match event {
        Event::Vault(VaultEvent::GrantClaimed(paid)) => {
            report.amount("paid", token.amount(paid.revenue_atoms), &token.symbol)
        }
        _ => report,
    });
    Ok(paid.receipt(&receipt))
}

async fn close(args: &NumberedArgs, connection: &Connection) -> Result<Report> {
    let signer = connection.signer()?;
    let (grant, ..) = load(args, connection).await?;
    let about =
        about_payee(&grant.value).text("payer", grant.value.payer).amount("rent", Amount::sol(grant.lamports), "SOL");
    let close = grant_close(&grant.address, &grant.value.payer);
    let receipt = connection.ask_and_send("Closing the grant", &about, &[close], signer).await?;
    Ok(about.receipt(&receipt))
}

fn about_payee(grant: &Grant) -> Report {
    Report::new().number("proposal", grant.proposal_index).text("payee", grant.payee)
}

fn report(grant: &Fetched<Grant>, token: &TokenView, now_seconds: i64) -> Report {
    let (address, grant): (&Pubkey, &Grant) = (&grant.address, &grant.value);
    let state = grant.state();
    let amount = |report: Report, key, atoms| report.amount(key, token.amount(atoms), &token.symbol);
    let (how, parts) = match state.schedule {
        Schedule::Stream { atoms, seconds } => ("stream", vec![(atoms, seconds)]),
        Schedule::Milestones(milestones) => {
            let used = milestones.iter().filter(|milestone| milestone.atoms > 0);
            ("milestones", used.map(|milestone| (milestone.atoms, milestone.after_seconds)).collect())
        }
    };
    let at = |seconds: u32| grant.started_at_seconds.saturating_add(i64::from(seconds));
    let ends_seconds = parts.iter().map(|(_, seconds)| at(*seconds)).max().unwrap_or(grant.started_at_seconds);
    let parts = parts
        .iter()
        .map(|(atoms, seconds)| amount(Report::new(), "amount", *atoms).time("released_at", at(*seconds), now_seconds));
    let parts = parts.collect();
    // A grant that the program started adds up.
    let report = about_payee(grant).text("grant", address).text("pool", grant.pool).text("how", how);
    let report = amount(report, "granted", state.schedule.atoms().unwrap_or_default());
    let report = amount(report, "claimed", state.claimed_atoms);
    let report = amount(report, "claimable", state.claimable_atoms(now_seconds).unwrap_or_default());
    let report = amount(report, "not_paid_yet", state.held_atoms().unwrap_or_default());
    report
        .time("started", state.started_at_seconds, now_seconds)
        .time("ends", ends_seconds, now_seconds)
        .time("stopped", state.stopped_at_seconds, now_seconds)
        .list("parts", parts)
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use serde_json::json;

    use super::*;

    const STARTED: i64 = 1_700_000_000;

    #[test]
    fn a_grant_is_shown_with_what_it_has_released_and_when_the_rest_is() {
        let value = Grant {
            proposal_index: 3,
            started_at_seconds: STARTED,
            claimed_atoms: 10,
            part_atoms: [100, 300, 0, 0],
            part_seconds: [60, 120, 0, 0],
            ..Grant::zeroed()
        };
        let grant = Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 };
        let json = report(&grant, &TokenView::sol(), STARTED + 60).json();
        let atoms = ["granted", "claimed", "claimable", "not_paid_yet"].map(|key| json[key]["atoms"].clone());
        assert_eq!(atoms, [json!("400"), json!("10"), json!("90"), json!("390")]);
        assert_eq!(
            (&json["proposal"], &json["ends"], &json["stopped"]),
            (&json!(3), &json!(STARTED + 120), &json!(null))
        );
        assert_eq!(json["parts"][1]["released_at"], json!(STARTED + 120));

        let stopped = Grant { stopped_at_seconds: STARTED + 90, ..value };
        let json = report(&Fetched { value: stopped, ..grant }, &TokenView::sol(), STARTED + 200).json();
        assert_eq!((&json["claimable"]["atoms"], &json["not_paid_yet"]["atoms"]), (&json!("90"), &json!("90")));

        let stream = Grant { is_stream: 1, part_atoms: [100, 0, 0, 0], part_seconds: [50, 0, 0, 0], ..value };
        let json = report(&Fetched { value: stream, ..grant }, &TokenView::sol(), STARTED + 25).json();
        assert_eq!((&json["how"], &json["claimable"]["atoms"]), (&json!("stream"), &json!("40")));
    }
}
