//! How a command line names a model.

use clap::Args;
use modchains_sdk::{Pubkey, address};

use crate::{connection::Connection, error::Result};

/// A model, by its address or by its creator and name.
#[derive(Debug, Clone, Args)]
pub struct ModelArg {
    /// Address of the model. Or name it with --creator and --name.
    #[arg(required_unless_present = "name", conflicts_with_all = ["creator", "name"])]
    model: Option<Pubkey>,
    /// Who registered the model [default: the key of --keypair].
    #[arg(long, requires = "name", value_name = "ADDRESS")]
    creator: Option<Pubkey>,
    /// The name it was registered under.
    #[arg(long)]
    name: Option<String>,
}

impl ModelArg {
    /// For commands whose own arguments say it.
    pub const fn new(model: Option<Pubkey>, creator: Option<Pubkey>, name: Option<String>) -> Self {
        Self { model, creator, name }
    }

    /// The model's address. Reads the key file only when a name comes without its creator.
    ///
    /// # Errors
    /// When the key file is needed and cannot be read.
    pub fn address(&self, connection: &Connection) -> Result<Pubkey> {
        match (self.model, &self.name) {
            (Some(model), _) => Ok(model),
            (None, name) => {
                let creator = connection.address_or_own(self.creator)?;
                Ok(address::exchange::model(&creator, name.as_deref().unwrap_or_default()))
            }
        }
    }
}
