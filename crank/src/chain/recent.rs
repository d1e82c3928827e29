//! What every transaction needs from the chain, kept at hand so that nothing on the way of an answer waits for it.

use std::{sync::Arc, time::Duration};

use modchains_sdk::{Hash, Pubkey, SdkError, client::Client};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Chain;

/// How often it is read again. A blockhash lives for 150 slots, half a minute or more.
const PERIOD: Duration = Duration::from_millis(800);
/// How often prices are read: every so many periods.
const PRICE_PERIODS: u32 = 12;
/// A blockhash read longer ago than this is not signed with.
const FRESH: Duration = Duration::from_secs(8);

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
    /// When it was asked for: the answer may have been on its way for long.
    asked_at: Instant,
    /// When it was read.
    read_at: Instant,
}

impl Recent {
    /// Reads everything.
    ///
    /// # Errors
    /// When the endpoint does not answer one of the questions.
    pub async fn read(client: &Client) -> Result<Self, SdkError> {
        let asked_at = Instant::now();
        let (hash, height, seconds) =
            tokio::join!(client.latest_blockhash(), client.block_height(), client.now_seconds());
        let (blockhash, last_valid_block_height) = hash?;
        let (block_height, chain_seconds, read_at) = (height?, seconds?, Instant::now());
        Ok(Self { blockhash, last_valid_block_height, block_height, chain_seconds, asked_at, read_at })
    }

    /// The chain's time now, unix seconds; never ahead of a chain whose clock runs evenly.
    pub fn now_seconds(&self) -> i64 {
        self.chain_seconds.saturating_add(i64::try_from(self.read_at.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    /// Whether the blockhash is young enough at `now` to sign with.
    pub fn is_fresh(&self, now: Instant) -> bool {
        now.duration_since(self.asked_at) < FRESH
    }
}

/// Keeps it fresh until `stop`. `priced` are accounts that the service writes: the going price is theirs.
pub async fn run(chain: Arc<Chain>, recent: watch::Sender<Recent>, priced: Vec<Pubkey>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut period = 0_u32;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if stop.run_until_cancelled(look(&chain, &recent)).await.is_none() {
            return;
        }
        if period.is_multiple_of(PRICE_PERIODS) {
            let price = chain.client.compute_price(&priced, chain.settings.priority_fee_cap_microlamports);
            match stop.run_until_cancelled(price).await {
                None => return,
                Some(Ok(price)) => chain.payer.set_price(price),
                Some(Err(error)) => tracing::debug!(%error, "prices not read"),
            }
        }
        period = period.wrapping_add(1);
    }
}

async fn look(chain: &Chain, recent: &watch::Sender<Recent>) {
    let read = Recent::read(&chain.client).await;
    let remedy = "name an endpoint that serves getLatestBlockhash, getBlockHeight and getAccountInfo";
    chain.endpoint.note_read("blockhash and clock", remedy, &read);
    match read {
        Ok(read) => {
            recent.send_replace(read);
        }
        Err(error) => tracing::debug!(%error, "blockhash not read"),
    }
    let is_fresh = recent.borrow().is_fresh(Instant::now());
    if is_fresh {
        chain.blockhash.up();
    } else {
        chain.blockhash.down(&"the endpoint gave no new one; answers wait for it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blockhash_is_signed_with_only_while_it_is_young_however_late_it_arrived() {
        let asked_at = Instant::now();
        let recent = Recent {
            blockhash: Hash::default(),
            last_valid_block_height: 150,
            block_height: 1,
            chain_seconds: 1_000,
            asked_at,
            read_at: asked_at + FRESH,
        };
        assert!(recent.is_fresh(asked_at + FRESH - Duration::from_millis(1)));
        assert!(!recent.is_fresh(asked_at + FRESH));
    }
}
