//! The chain as an operator reaches it: one endpoint, its websocket, and the key that pays. Every part of the service
//! that reads the chain or sends to it shares one [`Chain`].

mod endpoint;
mod health;
mod pack;
mod payer;
mod recent;

pub use endpoint::Endpoint;
pub use health::Health;
use modchains_sdk::{
    Instruction, SdkError,
    client::{Client, SignedTransaction, sign},
};
pub use pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes};
pub use payer::{LAMPORTS_LOW, Payer};
pub use recent::{Recent, run};
use tokio::{sync::watch, time::Instant};

use crate::config::ChainSettings;

/// The chain as this operator reaches it.
pub struct Chain {
    /// The endpoint's client.
    pub client: Client,
    /// Where notifications come from.
    pub websocket_url: String,
    /// How to read and send.
    pub settings: ChainSettings,
    /// Whether the endpoint answers.
    pub endpoint: Endpoint,
    /// Whether notifications come.
    pub websocket: Health,
    /// Who signs and pays.
    pub payer: Payer,
    recent: watch::Receiver<Recent>,
    blockhash: Health,
}

impl Chain {
    /// Nothing is down yet. `recent` is what [`run`] keeps up to date.
    pub fn new(
        client: Client,
        websocket_url: String,
        settings: ChainSettings,
        payer: Payer,
        recent: watch::Receiver<Recent>,
    ) -> Self {
        Self {
            client,
            websocket_url,
            settings,
            endpoint: Endpoint::default(),
            websocket: Health::new("the websocket is down", "the websocket is back"),
            payer,
            recent,
            blockhash: Health::new("the blockhash is too old to sign with", "there are fresh blockhashes again"),
        }
    }

    /// The chain's time, unix seconds.
    pub fn now_seconds(&self) -> i64 {
        self.recent.borrow().now_seconds()
    }

    /// The present block.
    pub fn block_height(&self) -> u64 {
        self.recent.borrow().block_height
    }

    /// What signs with a blockhash that was read a moment ago. Waits for one when the endpoint gives none, because an
    /// old one may lapse before the transaction lands; none when the service stops meanwhile.
    pub async fn signer(&self) -> Option<Signer<'_>> {
        let mut recent = self.recent.clone();
        loop {
            let now = *recent.borrow_and_update();
            if now.is_fresh(Instant::now()) {
                return Some(Signer { payer: &self.payer, recent: now });
            }
            recent.changed().await.ok()?;
        }
    }
}

/// Signs with a fresh blockhash.
pub struct Signer<'a> {
    payer: &'a Payer,
    recent: Recent,
}

impl Signer<'_> {
    /// Signs; the payer is the only signer.
    ///
    /// # Errors
    /// When the transaction is too large.
    pub fn sign(&self, instructions: &[Instruction]) -> Result<SignedTransaction, SdkError> {
        let Recent { blockhash, last_valid_block_height, .. } = self.recent;
        sign(instructions, &[self.payer.authority()], blockhash, last_valid_block_height)
    }
}
