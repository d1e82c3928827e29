//! How a command line names a model.

use clap::Args;
use modchains_sdk::{Pubkey, address};

use crate::{connection::Connection, error::Result};

/// A model, by its address, by a text that only one model has, or by its creator and name.
#[derive(Debug, Clone, Args)]
pub struct ModelArg {
    /// The model: its address, the start of it, its name or its symbol, as long as no other model has the same. Scripts
    /// should name addresses. Or name it with --creator and --name.
    #[arg(required_unless_present = "name", conflicts_with_all = ["creator", "name"])]
    model: Option<String>,
    /// Who registered the model [default: the key of --keypair].
    #[arg(long, requires = "name", value_name = "ADDRESS")]
    creator: Option<Pubkey>,
    /// The name it was registered under.
    #[arg(long)]
    name: Option<String>,
}

impl ModelArg {
    /// For commands whose own arguments say it.
    pub const fn new(model: Option<String>, creator: Option<Pubkey>, name: Option<String>) -> Self {
        Self { model, creator, name }
    }

    /// The model's address. Reads the key file only when a name comes without its creator, and lists the models only when
    /// there is no whole address.
    pub async fn address(&self, connection: &Connection) -> Result<Pubkey> {
        match (&self.model, &self.name) {
            (Some(text), _) => connection.find_model(text).await,
            (None, name) => {
                let creator = connection.address_or_own(self.creator)?;
                Ok(address::exchange::model(&creator, name.as_deref().unwrap_or_default()))
            }
        }
    }
}
