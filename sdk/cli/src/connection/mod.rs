//! One connection, one signer, and what every command does with them: ask, send, show progress.

mod consent;
mod funds;
mod lookup;
mod outage;
mod token;

use std::{sync::OnceLock, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use modchains_sdk::{
    Instruction, Pubkey, Signature,
    bundle::{FetchOptions, is_private_url},
    client::{Client, ClientOptions, Prepared, SIGNATURE_LAMPORTS, SendOptions},
    decode::Receipt,
};

use crate::{
    amount::SOL_DECIMALS,
    error::{CliError, Result},
    options::GlobalOptions,
    output::Report,
};

pub use self::{
    consent::{Consent, Sender},
    funds::Around,
    outage::Outage,
    token::{TokenView, positive_atoms, spendable_atoms},
};

/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(100);
/// Longest wait for the manifest of a version.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to the cluster with the options of the command line.
pub struct Connection {
    /// The connection.
    pub client: Client,
    options: GlobalOptions,
    key: OnceLock<Sender>,
    /// The first transaction that went through.
    sent: OnceLock<Signature>,
}

impl Connection {
    /// Connects to the endpoint of the command line.
    pub async fn connect(options: &GlobalOptions) -> Result<Self> {
        let client_options = ClientOptions { commitment: options.commitment.into(), ..ClientOptions::default() };
        let client = Client::connect_with(options.url.secret_url(), &client_options).await?;
        Ok(Self { client, options: options.clone(), key: OnceLock::new(), sent: OnceLock::new() })
    }

    /// The key that signs and pays what is sent. Where nobody can be asked for consent this is refused, before anything
    /// else is done.
    pub fn signer(&self) -> Result<&Sender> {
        Sender::require_consentable(&self.options)?;
        self.key()
    }

    /// `address`, or that of the key file when none is given.
    pub fn address_or_own(&self, address: Option<Pubkey>) -> Result<Pubkey> {
        match address {
            Some(address) => Ok(address),
            None => Ok(self.key()?.pubkey()),
        }
    }

    /// The key of the key file, which is read once: it may be a pipe.
    fn key(&self) -> Result<&Sender> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = Sender::load(&self.options)?;
        Ok(self.key.get_or_init(|| key))
    }

    /// Simulates and finds out what sending will cost. Nothing is sent; it fails as sending would.
    pub async fn prepare(&self, instructions: &[Instruction], payer: &Pubkey) -> Result<Prepared> {
        let priority_lamports_max = Some(self.options.priority_fee_cap.of_token(SOL_DECIMALS)?.atoms);
        let options = SendOptions { priority_lamports_max, ..SendOptions::default() };
        let spinner = spinner("Simulating");
        let prepared = self.client.prepare(instructions, payer, &options).await;
        spinner.finish_and_clear();
        Ok(prepared?)
    }

    /// Signs, sends and confirms what was simulated, under a spinner that says what is `being_done`.
    async fn send_prepared(
        &self,
        being_done: &str,
        prepared: &Prepared,
        signer: &Sender,
        consent: &Consent,
    ) -> Result<Receipt> {
        let spinner = spinner(being_done);
        let receipt = self.client.send_prepared(prepared, &[signer.keypair(consent)]).await;
        spinner.finish_and_clear();
        let receipt = receipt?;
        self.sent.get_or_init(|| receipt.signature);
        Ok(receipt)
    }

    /// What ended a command, told from a refusal when a transaction went through before and the endpoint alone is to
    /// blame.
    pub fn after_sending(&self, fault: CliError) -> CliError {
        match (self.sent.get(), &fault) {
            (Some(signature), CliError::Sdk(error)) if error.is_transient() => {
                CliError::Unread { signature: *signature, fault: Box::new(fault) }
            }
            _ => fault,
        }
    }

    /// Simulates, shows what is about to be sent with what it costs, asks, and sends.
    pub async fn ask_and_send(
        &self,
        being_done: &str,
        about: &Report,
        instructions: &[Instruction],
        signer: &Sender,
    ) -> Result<Receipt> {
        let prepared = self.prepare(instructions, &signer.pubkey()).await?;
        let consent = self.confirm(&about.clone().costs(&prepared))?;
        if !self.options.yes {
            // The chain may have moved while the question stood. Failing here costs nothing, failing there a fee.
            self.client.simulate(instructions, &signer.pubkey()).await?;
        }
        self.send_prepared(being_done, &prepared, signer, &consent).await
    }

    /// Simulates and sends what was agreed to before, one of several transactions say.
    pub async fn send_agreed(
        &self,
        being_done: &str,
        instructions: &[Instruction],
        signer: &Sender,
        consent: &Consent,
    ) -> Result<Receipt> {
        let prepared = self.prepare(instructions, &signer.pubkey()).await?;
        self.send_prepared(being_done, &prepared, signer, consent).await
    }

    /// Shows what is about to be sent and asks for consent, unless that was given with `--yes`.
    pub fn confirm(&self, about: &Report) -> Result<Consent> {
        Consent::ask(about, self.options.yes)
    }

    /// Most that the network and priority can cost in a transaction with one signature, in lamports.
    pub fn fee_lamports_max(&self) -> Result<u64> {
        let priority_lamports = self.options.priority_fee_cap.of_token(SOL_DECIMALS)?.atoms;
        Ok(SIGNATURE_LAMPORTS.saturating_add(priority_lamports))
    }

    /// The rent of accounts of these sizes.
    pub async fn rent_lamports(&self, sizes: &[usize]) -> Result<u64> {
        let mut lamports: u64 = 0;
        for bytes in sizes {
            lamports = lamports.saturating_add(self.client.rent_lamports(*bytes).await?);
        }
        Ok(lamports)
    }

    /// How manifests are fetched. Addresses of private networks are asked by those whose endpoint is in one.
    pub fn fetch_options(&self) -> FetchOptions {
        FetchOptions { timeout: FETCH_TIMEOUT, allows_private: is_private_url(self.options.url.secret_url()) }
    }

    /// Whether results are for scripts.
    pub const fn prints_json(&self) -> bool {
        self.options.json
    }
}

/// A spinner on standard error; invisible when that is no terminal.
pub fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(format!("{message} ..."));
    spinner.set_style(ProgressStyle::default_spinner());
    spinner.enable_steady_tick(TICK);
    spinner
}

/// A bar on standard error for `steps` steps of long work; invisible when that is no terminal.
pub fn bar(message: &str, steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64).with_message(message.to_owned());
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
