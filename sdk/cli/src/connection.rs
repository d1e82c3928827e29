//! One connection, one signer, and what every command does with them: ask, send, show progress.

use std::{
    env,
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use modchains_sdk::{
    Instruction, Keypair, Pubkey, Signer,
    client::{Client, ClientOptions, Prepared, SendOptions},
    decode::Receipt,
    keys,
};

use crate::{
    amount::SOL_DECIMALS,
    args::GlobalOptions,
    error::{CliError, Result},
    report::Report,
};

/// Where the Solana tools keep the key, below the home folder.
const KEYPAIR_BELOW_HOME: &str = ".config/solana/id.json";
/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(100);

/// A connection to the cluster with the options of the command line.
pub struct Connection {
    /// The connection.
    pub client: Client,
    options: GlobalOptions,
}

impl Connection {
    /// Connects to the endpoint of the command line.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect(options: &GlobalOptions) -> Result<Self> {
        let client_options = ClientOptions { commitment: options.commitment.into(), ..ClientOptions::default() };
        let client = Client::connect_with(&options.url, &client_options).await?;
        Ok(Self { client, options: options.clone() })
    }

    /// The key that signs and pays.
    ///
    /// # Errors
    /// When there is no key file, others can read it, or it holds no key.
    pub fn signer(&self) -> Result<Keypair> {
        let path = match &self.options.keypair {
            Some(path) => path.clone(),
            None => PathBuf::from(env::var_os("HOME").ok_or(CliError::NoKeypair)?).join(KEYPAIR_BELOW_HOME),
        };
        Ok(keys::load(&path)?)
    }

    /// `address`, or the signer's own when none is given.
    ///
    /// # Errors
    /// As [`Self::signer`].
    pub fn address_or_own(&self, address: Option<Pubkey>) -> Result<Pubkey> {
        match address {
            Some(address) => Ok(address),
            None => Ok(self.signer()?.pubkey()),
        }
    }

    /// Simulates, signs, sends and confirms under a spinner that says what is `being_done`.
    ///
    /// # Errors
    /// As [`Client::send_with`].
    pub async fn send(&self, being_done: &str, instructions: &[Instruction], signer: &Keypair) -> Result<Receipt> {
        let prepared = self.prepare(instructions, &signer.pubkey()).await?;
        self.send_prepared(being_done, &prepared, signer).await
    }

    /// Simulates and finds out what sending will cost. Nothing is sent.
    ///
    /// # Errors
    /// When the simulation fails, which means that sending would.
    pub async fn prepare(&self, instructions: &[Instruction], payer: &Pubkey) -> Result<Prepared> {
        let priority_lamports_max = Some(self.options.priority_fee_cap.of_token(SOL_DECIMALS)?.atoms);
        let options = SendOptions { priority_lamports_max, ..SendOptions::default() };
        let spinner = spinner("Simulating");
        let prepared = self.client.prepare(instructions, payer, &options).await;
        spinner.finish_and_clear();
        Ok(prepared?)
    }

    /// Signs, sends and confirms what was simulated, under a spinner that says what is `being_done`.
    ///
    /// # Errors
    /// As [`Client::send_prepared`].
    pub async fn send_prepared(&self, being_done: &str, prepared: &Prepared, signer: &Keypair) -> Result<Receipt> {
        let spinner = spinner(being_done);
        let receipt = self.client.send_prepared(prepared, &[signer]).await;
        spinner.finish_and_clear();
        Ok(receipt?)
    }

    /// Simulates, shows what is about to be sent with what it costs, asks, and sends.
    ///
    /// # Errors
    /// As [`Self::prepare`], [`Self::confirm`] and [`Self::send_prepared`].
    pub async fn ask_and_send(
        &self,
        being_done: &str,
        about: &Report,
        instructions: &[Instruction],
        signer: &Keypair,
    ) -> Result<Receipt> {
        let prepared = self.prepare(instructions, &signer.pubkey()).await?;
        self.confirm(&about.clone().costs(&prepared))?;
        if !self.options.yes {
            // The chain may have moved while the question stood. Failing here costs nothing, failing there a fee.
            self.client.simulate(instructions, &signer.pubkey()).await?;
        }
        self.send_prepared(being_done, &prepared, signer).await
    }

    /// Shows what is about to be sent and asks for consent, unless that was given with `--yes`.
    ///
    /// # Errors
    /// [`CliError::NotConfirmed`] when nobody can be asked, [`CliError::Declined`] when the answer is not yes.
    pub fn confirm(&self, about: &Report) -> Result<()> {
        if self.options.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(CliError::NotConfirmed);
        }
        let mut line = String::new();
        let asked = write!(io::stderr(), "{}\n\nSend this? [y/N] ", about.render())
            .and_then(|()| io::stderr().flush())
            .and_then(|()| io::stdin().lock().read_line(&mut line));
        consent(asked.ok().filter(|bytes| *bytes > 0).map(|_| line.as_str()))
    }

    /// Whether results are for scripts.
    pub const fn prints_json(&self) -> bool {
        self.options.json
    }
}

/// What an answer means; none when there was nobody to answer.
fn consent(answer: Option<&str>) -> Result<()> {
    match answer.map(|line| line.trim().to_ascii_lowercase()).as_deref() {
        None => Err(CliError::NotConfirmed),
        Some("y" | "yes") => Ok(()),
        Some(_) => Err(CliError::Declined),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_consent() {
        assert!(["y\n", "Y", " yes \n", "YES"].into_iter().all(|line| consent(Some(line)).is_ok()));
        for line in ["\n", "n", "no", "yy", "sure"] {
            assert!(matches!(consent(Some(line)), Err(CliError::Declined)), "{line}");
        }
        assert!(matches!(consent(None), Err(CliError::NotConfirmed)));
    }
}
