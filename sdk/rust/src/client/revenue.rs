//! Reading what the stakers of a model received.

use super::{Client, Landed};
use crate::{
    Pubkey, Result,
    revenue::{RevenueDeposit, deposits_of},
};

/// Deposits into a pool, and whether all of them were read.
#[derive(Debug, Clone, Default)]
pub struct PoolRevenue {
    /// Oldest first.
    pub deposits: Vec<RevenueDeposit>,
    /// Whether there may be more between the start of the span and the first of them, or the endpoint has lost some.
    pub is_cut: bool,
}

impl Client {
    /// The deposits into a pool of a model's vault after `since_seconds`, out of the last `transactions_max` transactions
    /// that named the pool.
    ///
    /// # Errors
    /// As [`Self::landed`] and [`Self::records`].
    pub async fn pool_revenue(
        &self,
        model: &Pubkey,
        pool: &Pubkey,
        since_seconds: i64,
        transactions_max: usize,
    ) -> Result<PoolRevenue> {
        let mut landed = self.landed(pool, None, None, transactions_max).await?;
        let is_within = |landed: &Landed| landed.block_time_seconds.is_none_or(|at_seconds| at_seconds > since_seconds);
        let reaches_back = landed.len() < transactions_max || !landed.last().is_some_and(is_within);
        landed.retain(|landed| is_within(landed) && !landed.has_failed);
        landed.reverse();
        let receipts = self.records(&landed).await?;
        let deposits = receipts.iter().flat_map(|receipt| deposits_of(receipt, model, pool));
        let is_cut = !reaches_back || receipts.len() < landed.len();
        Ok(PoolRevenue { deposits: deposits.collect(), is_cut })
    }
}
