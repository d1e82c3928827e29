//! How a command line names a request.

use clap::Args;
use modchains_sdk::Pubkey;

use crate::{connection::Connection, error::Result};

/// A request, by its address or the start of it.
#[derive(Debug, Clone, Args)]
pub struct RequestArg {
    /// Address of the request, or the start of it that no other request has.
    request: String,
}

impl RequestArg {
    /// The request's address. Lists the requests only when it is not given whole.
    pub async fn address(&self, connection: &Connection) -> Result<Pubkey> {
        connection.find_request(&self.request).await
    }
}
