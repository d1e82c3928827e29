use std::{fs, io, path::PathBuf};

use clap::{ArgGroup, Args};
use modchains_sdk::{
    core::governance::{Electorate, ProposalState},
    decode::{Event, VaultEvent},
    hash::sha256,
    instruction::governance::proposal_open,
    vault::state::{PROPOSAL_URI_BYTES_MAX, ProposalAction, ProposalContent, payload_sha256},
};

use super::{Assembly, action::ActionArgs, obstacle::obstacle};
use crate::{
    argument::{ModelArg, require_text},
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `proposal open`.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("words").args(["text", "text_file"])),
    after_long_help = "Only the SHA-256 of the text goes on chain; --uri says where it can be read. You can have one proposal of a model at a
time, and your stake is locked for 6 days. Your own vote is a step of its own: `modchains vote`.

Examples:
  modchains proposal open MODEL --signal --text-file plan.md --uri https://example.org/plan.md
  modchains proposal open MODEL --grant-stream 100@90d --payee ADDRESS
  modchains proposal open MODEL --grant-milestone 50@30d --grant-milestone 50@60d --payee ADDRESS
  modchains proposal open MODEL --treasury-share 10"
)]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    action: ActionArgs,
    /// The text that is approved.
    #[arg(long)]
    text: Option<String>,
    /// The file of the text that is approved.
    #[arg(long, value_name = "PATH")]
    text_file: Option<PathBuf>,
    /// Where the text can be read, up to 96 bytes.
    #[arg(long)]
    uri: Option<String>,
}

impl OpenArgs {
    /// Shows what is proposed with what it takes to pass, and opens it.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let assembly = Assembly::load(connection, &self.model.address(connection).await?).await?;
        connection.client.position(assembly.staking.model(), &signer.pubkey()).await?;
        let content = self.content(self.action.action(connection, &assembly).await?)?;
        let (staking, model) = (&assembly.staking, assembly.staking.model());
        let about = self.about(connection, &assembly, &content).await?;
        let warning = obstacle(connection, &assembly, &content.action).await?;
        let warning = warning.map_or_else(Report::new, |warning| Report::new().text("warning", warning));
        let about = about.and(warning.clone());
        let last_index = staking.vault.value.last_proposal_index;
        let open = proposal_open(&signer.pubkey(), model, last_index, content);
        let receipt = connection.ask_and_send("Opening the proposal", &about, &[open], signer).await?;
        let report = receipt.events.iter().fold(Report::new().text("model", model), |report, event| match event {
            Event::Vault(VaultEvent::ProposalOpened(opened)) => report
                .number("proposal", opened.index)
                .text("account", opened.proposal)
                .text("payload_sha256", hex::encode(opened.payload_sha256))
                .amount("quorum", staking.token.amount(opened.quorum_atoms), &staking.token.symbol)
                .moment("ends", opened.end_seconds)
                .moment("executable_from", opened.executable_at_seconds),
            _ => report,
        });
        Ok(report.receipt(&receipt).and(warning))
    }

    fn content(&self, action: ProposalAction) -> Result<ProposalContent> {
        action.validate().map_err(|_| impossible())?;
        let text = match &self.text_file {
            Some(path) => {
                let unreadable =
                    |error: io::Error| CliError::FileUnreadable { path: path.clone(), reason: error.to_string() };
                Some(fs::read(path).map_err(unreadable)?)
            }
            None => self.text.as_ref().map(|text| text.as_bytes().to_vec()),
        };
        if let Some(uri) = &self.uri {
            require_text("--uri", uri, PROPOSAL_URI_BYTES_MAX)?;
        }
        let text_sha256 = text.map(|text| sha256(&[&text])).unwrap_or_default();
        Ok(ProposalContent { action, text_sha256, uri: self.uri.clone().unwrap_or_default() })
    }

    /// What is proposed, with the times of a proposal that opened now.
    async fn about(&self, connection: &Connection, assembly: &Assembly, content: &ProposalContent) -> Result<Report> {
        let (staking, now_seconds) = (&assembly.staking, assembly.now_seconds);
        let vault = &staking.vault.value;
        let electorate = Electorate {
            staked_atoms: vault.staked_atoms,
            supply_atoms: connection.client.mint(&vault.mint).await?.supply_atoms,
            cooldown_seconds: vault.cooldown_seconds,
            rules_counter: vault.rules_counter,
        };
        // Whether the proposer has enough stake is the program's to say.
        let state = ProposalState::open(&electorate, u64::MAX, now_seconds).map_err(|_| impossible())?;
        let action = content.action.to_bytes().map_err(|_| impossible())?;
        // The vault's next number: a proposal that another has overtaken does not open.
        let index = vault.last_proposal_index.saturating_add(1);
        let (vault_key, text_sha256) = (&staking.vault.address, &content.text_sha256);
        let payload_sha256 = payload_sha256(sha256, vault_key, index, &action, text_sha256);
        let amount =
            |report: Report, key, atoms| report.amount(key, staking.token.amount(atoms), &staking.token.symbol);
        let report = Report::new()
            .text("model", staking.model())
            .and(assembly.content(&content.action, &content.text_sha256, &content.uri))
            .text("payload_sha256", hex::encode(payload_sha256))
            .amounts("treasury", &assembly.treasury());
        let report = amount(report, "quorum", state.quorum_atoms);
        let report = amount(report, "staked", state.staked_atoms);
        Ok(report
            .time("ends", state.end_seconds, now_seconds)
            .time("executable_from", state.executable_at_seconds(), now_seconds)
            .time("executable_until", state.expires_at_seconds(), now_seconds)
            .time("your_stake_is_locked_until", state.voting_window_end_seconds(), now_seconds))
    }
}

fn impossible() -> CliError {
    CliError::unfit("this cannot be proposed", "see the bounds in --help")
}
