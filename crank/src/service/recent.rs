//! What every transaction needs from the chain, kept at hand so that nothing on the way of an answer waits for it.

use std::{sync::Arc, time::Duration};

use modchains_sdk::{Hash, Pubkey, SdkError, client::Client};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::context::Context;

/// How often it is read again. A blockhash lives for 150 slots.
const PERIOD: Duration = Duration::from_millis(800);
/// How often prices are read: every so many periods.
const PRICE_PERIODS: u32 = 12;

/// The chain as it was a moment ago.
#[derive(Debug, Clone, Copy)]
pub struct Recent {
    /// A blockhash to sign with.
    pub blockhash: Hash,
    /// The last block that takes it.
    pub last_valid_block_height: u64,
    /// The present block.
    pub block_height: u64,
    /// The chain's clock, unix seconds, when it was read.
    chain_seconds: i64,
    /// When it was read.
    read_at: Instant,
}

impl Recent {
    /// Reads everything.
    pub async fn read(client: &Client) -> Result<Self, SdkError> {
        let (hash, height, seconds) =
            tokio::join!(client.latest_blockhash(), client.block_height(), client.now_seconds());
        let (blockhash, last_valid_block_height) = hash?;
        let (block_height, chain_seconds) = (height?, seconds?);
        Ok(Self { blockhash, last_valid_block_height, block_height, chain_seconds, read_at: Instant::now() })
    }

    /// The chain's time now, unix seconds; never ahead of a chain whose clock runs evenly.
    pub fn now_seconds(&self) -> i64 {
        self.chain_seconds.saturating_add(i64::try_from(self.read_at.elapsed().as_secs()).unwrap_or(i64::MAX))
    }
}

/// Keeps it fresh until `stop`.
pub async fn run(context: Arc<Context>, recent: watch::Sender<Recent>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let operators: Vec<Pubkey> = context.models.iter().map(|served| served.operator).collect();
    let mut period = 0_u32;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let read = Recent::read(&context.client).await;
        context.rpc_health.note(&read);
        match read {
            Ok(read) => {
                recent.send_replace(read);
            }
            Err(error) => tracing::debug!(%error, "blockhash not read"),
        }
        if period.is_multiple_of(PRICE_PERIODS) {
            let cap = context.settings.priority_fee_cap_microlamports;
            match context.client.compute_price(&operators, cap).await {
                Ok(price) => context.set_price(price),
                Err(error) => tracing::debug!(%error, "prices not read"),
            }
        }
        period = period.wrapping_add(1);
    }
}
