//! Consent to what is sent, and the key that sends it. Nothing can be signed without a [`Consent`], and the only one
//! comes from asking, or from `--yes`.

use std::{
    env,
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use modchains_sdk::{Keypair, Pubkey, Signer, keys};

use crate::{
    error::{CliError, Result},
    options::GlobalOptions,
    output::Report,
};

/// Where the Solana tools keep the key, below the home folder.
const KEYPAIR_BELOW_HOME: &str = ".config/solana/id.json";

/// Proof that whoever runs the command agreed to what it sends.
#[derive(Debug)]
pub struct Consent(());

impl Consent {
    /// Shows what is about to be sent and asks for consent, unless `is_given` beforehand.
    pub fn ask(about: &Report, is_given: bool) -> Result<Self> {
        if is_given {
            return Ok(Self(()));
        }
        require_terminal(is_given)?;
        let mut line = String::new();
        let asked = write!(io::stderr(), "{}\n\nSend this? [y/N] ", about.render())
            .and_then(|()| io::stderr().flush())
            .and_then(|()| io::stdin().lock().read_line(&mut line));
        Self::of(asked.ok().filter(|bytes| *bytes > 0).map(|_| line.as_str()))
    }

    /// What an answer means; none when there was nobody to answer.
    fn of(answer: Option<&str>) -> Result<Self> {
        match answer.map(|line| line.trim().to_ascii_lowercase()).as_deref() {
            None => Err(CliError::NotConfirmed),
            Some("y" | "yes") => Ok(Self(())),
            Some(_) => Err(CliError::Declined),
        }
    }
}

fn require_terminal(is_given: bool) -> Result<()> {
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if is_given || can_ask { Ok(()) } else { Err(CliError::NotConfirmed) }
}

/// The key that signs and pays. It leaves this file only against a [`Consent`].
#[derive(Debug)]
pub struct Sender(Keypair);

impl Sender {
    /// Reads the key file of the command line.
    pub fn load(options: &GlobalOptions) -> Result<Self> {
        let path = match &options.keypair {
            Some(path) => path.clone(),
            None => PathBuf::from(env::var_os("HOME").ok_or(CliError::NoKeypair)?).join(KEYPAIR_BELOW_HOME),
        };
        Ok(Self(keys::load(&path)?))
    }

    /// Refuses at once when nobody can be asked whether to send.
    pub fn require_consentable(options: &GlobalOptions) -> Result<()> {
        require_terminal(options.yes)
    }

    /// Its address.
    pub fn pubkey(&self) -> Pubkey {
        self.0.pubkey()
    }

    /// The key itself, to sign what was agreed to.
    pub const fn keypair(&self, _consent: &Consent) -> &Keypair {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_consent() {
        assert!(["y\n", "Y", " yes \n", "YES"].into_iter().all(|line| Consent::of(Some(line)).is_ok()));
        for line in ["\n", "n", "no", "yy", "sure"] {
            assert!(matches!(Consent::of(Some(line)), Err(CliError::Declined)), "{line}");
        }
        assert!(matches!(Consent::of(None), Err(CliError::NotConfirmed)));
    }
}
