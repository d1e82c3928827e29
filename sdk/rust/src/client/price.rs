//! What a unit of computation costs at the moment.

use serde_json::json;
use solana_rpc_client_api::{request::RpcRequest, response::RpcPrioritizationFee};

use super::Client;
use crate::{Pubkey, Result};

/// Accounts that one question about prices may name.
const ACCOUNTS_MAX: usize = 128;
/// Micro-lamports in a lamport.
const MICRO: u128 = 1_000_000;

impl Client {
    /// What transactions that wrote `accounts` lately paid for a compute unit on top of the base fee, in micro-lamports:
    /// the upper quartile, but at most `price_max`. Asks nothing when that is 0. More than 128 accounts are cut.
    ///
    /// # Errors
    /// When the endpoint does not answer; not every one knows prices.
    pub async fn compute_price(&self, accounts: &[Pubkey], price_max: u64) -> Result<u64> {
        if price_max == 0 {
            return Ok(0);
        }
        let named: Vec<String> = accounts.iter().take(ACCOUNTS_MAX).map(ToString::to_string).collect();
        let method = RpcRequest::GetRecentPrioritizationFees;
        let fees: Vec<RpcPrioritizationFee> = self.ask(method, json!([named])).await?;
        let prices = fees.into_iter().map(|fee| fee.prioritization_fee).collect();
        Ok(upper_quartile(prices).min(price_max))
    }
}

/// The value that a quarter of `prices` reach or exceed; 0 of none.
pub fn upper_quartile(mut prices: Vec<u64>) -> u64 {
    prices.sort_unstable();
    prices.get(prices.len() * 3 / 4).copied().unwrap_or_default()
}

/// Lamports that a transaction with a limit of `units` pays at `price` micro-lamports for each. Rounds up, as the
/// runtime does.
pub fn priority_lamports(units: u32, price: u64) -> u64 {
    let micro_lamports = u128::from(units) * u128::from(price);
    u64::try_from(micro_lamports.div_ceil(MICRO)).unwrap_or(u64::MAX)
}

/// The highest price at which `units` cost at most `lamports_max`. Rounds down.
pub fn price_within(units: u32, lamports_max: u64) -> u64 {
    let price = (u128::from(lamports_max) * MICRO).checked_div(units.into()).unwrap_or_default();
    u64::try_from(price).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_quartile_is_reached_by_a_quarter() {
        assert_eq!(upper_quartile(Vec::new()), 0);
        assert_eq!(upper_quartile(vec![5]), 5);
        assert_eq!(upper_quartile(vec![4, 1, 3, 2]), 4);
        assert_eq!(upper_quartile((0..100).rev().collect()), 75);
    }

    #[test]
    fn a_price_within_a_budget_never_costs_more_and_one_above_it_does() {
        for (units, lamports) in [(20_000, 1), (20_000, 100_000), (1_400_000, 5_000), (1, u64::MAX / 2_000_000)] {
            let price = price_within(units, lamports);
            assert!(priority_lamports(units, price) <= lamports, "{units} {lamports}");
            assert!(priority_lamports(units, price + 1) > lamports, "{units} {lamports}");
        }
        assert_eq!((price_within(0, 7), price_within(1, u64::MAX)), (0, u64::MAX));
    }
}
