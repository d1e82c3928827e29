use clap::Args;
use modchains_sdk::{address, exchange::instructions::ModelRegisterArgs, instruction::exchange::model_register};

use crate::{connection::Connection, error::Result, output::Report};

/// Arguments of `model new`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains model new --name digits --symbol DIGIT --uri https://example.org/digits.json \\
    --image https://example.org/digits.png")]
pub struct NewArgs {
    /// Name of model and token, 1 to 32 bytes, unique per creator. It cannot be changed.
    #[arg(long)]
    name: String,
    /// Symbol of the token, 1 to 10 bytes.
    #[arg(long)]
    symbol: String,
    /// Where the token's metadata JSON lies, 1 to 200 bytes.
    #[arg(long)]
    uri: String,
    /// Where the token's picture lies, up to 200 bytes, for wallets that do not read the metadata JSON.
    #[arg(long, default_value = "", hide_default_value = true)]
    image: String,
}

impl NewArgs {
    /// Registers.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let creator = signer.pubkey();
        let args = ModelRegisterArgs {
            name: self.name.clone(),
            symbol: self.symbol.clone(),
            uri: self.uri.clone(),
            image: self.image.clone(),
        };
        let model = address::exchange::model(&creator, &self.name);
        let report = Report::new()
            .text("model", model)
            .text("mint", address::exchange::mint(&model))
            .text("creator", creator)
            .text("name", &self.name)
            .text("symbol", &self.symbol);
        let register = model_register(&creator, args);
        let receipt = connection.ask_and_send("Registering the model", &report, &[register], signer).await?;
        Ok(report.receipt(&receipt))
    }
}
