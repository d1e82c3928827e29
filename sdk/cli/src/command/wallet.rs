//! Keys, SOL and balances.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use modchains_sdk::{
    Pubkey, Signer, address,
    client::TokenAccount,
    instruction::token::{close_account_at, wrap_sol},
    keys,
};

use crate::{
    amount::{Amount, Decimal, DecimalOrAll},
    connection::{Connection, TokenView, positive_atoms, spinner},
    error::{CliError, Result},
    output::Report,
};

/// How long an airdrop may take.
const AIRDROP_WAIT: Duration = Duration::from_secs(30);

/// Accounts that one transaction closes.
const CLOSED_AT_ONCE: usize = 12;

/// Create a key file that only you can read.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file to write. An existing one is never overwritten.
    path: PathBuf,
}

impl KeygenArgs {
    /// Writes the key.
    pub fn run(&self) -> Result<Report> {
        let keypair = keys::generate(&self.path)?;
        Ok(Report::new().text("address", keypair.pubkey()).text("path", self.path.display()))
    }
}

/// Ask the faucet of a local network for SOL.
#[derive(Debug, Args)]
pub struct AirdropArgs {
    /// How much SOL.
    #[arg(value_name = "SOL")]
    amount: Decimal,
    /// Who gets it [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Pubkey>,
}

impl AirdropArgs {
    /// Asks and waits until the SOL is there.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let lamports = positive_atoms(&self.amount, &TokenView::sol())?;
        let to = connection.address_or_own(self.to)?;
        let signature = connection.client.request_airdrop(&to, lamports).await?;
        let spinner = spinner("Waiting for the airdrop");
        let settled = connection.client.await_settled(&signature, AIRDROP_WAIT).await;
        spinner.finish_and_clear();
        match settled.map(|confirmation| confirmation.error) {
            Some(None) => {}
            Some(Some(error)) => return Err(CliError::AirdropFailed { signature, reason: error.to_string() }),
            None => {
                let (what, remedy) = ("the airdrop".to_owned(), format!("`modchains balance {to}`"));
                return Err(CliError::TimedOut { what, remedy });
            }
        }
        let balance = Amount::sol(connection.client.lamports(&to).await?);
        let report = Report::new().text("address", to).amount("received", Amount::sol(lamports), "SOL");
        Ok(report.amount("balance", balance, "SOL").text("signature", signature))
    }
}

/// Show SOL, wrapped SOL and the tokens of models.
#[derive(Debug, Args)]
pub struct BalanceArgs {
    /// Whose balances [default: the key of --keypair].
    address: Option<Pubkey>,
    /// Show the tokens of this model too. Can be given several times.
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
}

impl BalanceArgs {
    /// Reads the balances.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let owner = connection.address_or_own(self.address)?;
        let sol = TokenView::sol();
        let wrapped_lamports = connection.client.token_atoms(&sol.token.account_of(&owner)).await?.unwrap_or(0);
        let report = Report::new()
            .text("address", owner)
            .amount("sol", Amount::sol(connection.client.lamports(&owner).await?), "SOL")
            .amount("wrapped_sol", Amount::sol(wrapped_lamports), "SOL");
        let mut tokens = Vec::with_capacity(self.models.len());
        for model in &self.models {
            let model = &connection.find_model(model).await?;
            let token = connection.model_token(model).await?;
            let atoms = connection.client.token_atoms(&token.token.account_of(&owner)).await?.unwrap_or(0);
            let held = Report::new().text("model", model).amount("balance", token.amount(atoms), &token.symbol);
            tokens.push(held.text("mint", token.token.mint));
        }
        Ok(if tokens.is_empty() { report } else { report.list("tokens", tokens) })
    }
}

/// Turn SOL into wrapped SOL.
#[derive(Debug, Args)]
pub struct WrapArgs {
    /// How much SOL.
    #[arg(value_name = "SOL")]
    amount: Decimal,
}

impl WrapArgs {
    /// Wraps.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let lamports = positive_atoms(&self.amount, &TokenView::sol())?;
        let signer = connection.signer()?;
        let report = Report::new().amount("wrapped", Amount::sol(lamports), "SOL");
        let wrap = wrap_sol(&signer.pubkey(), lamports);
        let receipt = connection.ask_and_send("Wrapping", &report, &wrap, signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Turn wrapped SOL back into SOL.
#[derive(Debug, Args)]
pub struct UnwrapArgs {
    /// How much SOL, or `all`.
    #[arg(value_name = "SOL", default_value = "all")]
    amount: DecimalOrAll,
}

impl UnwrapArgs {
    /// Unwraps.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let (instructions, lamports) = connection.unwrap(&signer.pubkey(), &self.amount).await?;
        let report = Report::new().amount("unwrapped", Amount::sol(lamports), "SOL");
        let receipt = connection.ask_and_send("Unwrapping", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// List token accounts and the rent that they hold, and close the empty ones.
#[derive(Debug, Args)]
#[command(
    after_long_help = "An account without tokens holds rent that comes back when it is closed; it is made again when tokens come in. What is
frozen, or can be closed by somebody else alone, stays.

Examples:
  modchains accounts
  modchains accounts --close-empty"
)]
pub struct AccountsArgs {
    /// Whose accounts [default: the key of --keypair].
    #[arg(conflicts_with = "close_empty")]
    address: Option<Pubkey>,
    /// Close the empty ones.
    #[arg(long)]
    close_empty: bool,
}

impl AccountsArgs {
    /// Lists, and closes if told to.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        if self.close_empty {
            return self.close(connection).await;
        }
        let owner = connection.address_or_own(self.address)?;
        let mut entries = Vec::new();
        for account in token_accounts(connection, &owner).await? {
            let token = connection.token(&account.token.mint).await?;
            let locked_lamports = if token.token.is_wrapped_sol() {
                account.lamports.saturating_sub(account.atoms)
            } else {
                account.lamports
            };
            entries.push(
                Report::new()
                    .text("account", account.address)
                    .text("mint", account.token.mint)
                    .amount("balance", token.amount(account.atoms), &token.symbol)
                    .amount("rent", Amount::sol(locked_lamports), "SOL")
                    .flag("empty", account.atoms == 0),
            );
        }
        Ok(Report::new().text("address", owner).list("accounts", entries))
    }

    async fn close(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let mut accounts = token_accounts(connection, &owner).await?;
        accounts.retain(|account| account.atoms == 0 && account.is_closable);
        if accounts.is_empty() {
            return Err(CliError::unfit("no token account of yours is empty", "see `modchains accounts`"));
        }
        let lamports = accounts.iter().fold(0_u64, |sum, account| sum.saturating_add(account.lamports));
        let entries = accounts
            .iter()
            .map(|account| Report::new().text("account", account.address).text("mint", account.token.mint));
        let report =
            Report::new().amount("rent_returned", Amount::sol(lamports), "SOL").list("closed", entries.collect());
        let consent = connection.confirm(&report)?;
        let mut signatures = Vec::new();
        for part in accounts.chunks(CLOSED_AT_ONCE) {
            let close = |account: &TokenAccount| close_account_at(&owner, &account.address, &account.token.program);
            let instructions: Vec<_> = part.iter().map(close).collect();
            let receipt = connection.send_agreed("Closing", &instructions, signer, &consent).await?;
            signatures.push(Report::new().text("signature", receipt.signature));
        }
        Ok(report.list("transactions", signatures))
    }
}

/// The token accounts of somebody under both token programs.
async fn token_accounts(connection: &Connection, owner: &Pubkey) -> Result<Vec<TokenAccount>> {
    let mut accounts = Vec::new();
    for program in address::TOKEN_PROGRAMS {
        accounts.extend(connection.client.token_accounts(owner, &program).await?);
    }
    Ok(accounts)
}
