//! What instructions cost: compute units and fees, by what was done.

use std::collections::BTreeMap;

use modchains_sdk::decode::Receipt;
use serde::Serialize;

/// Transactions of one kind.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Cost {
    /// How many.
    pub transactions: u32,
    /// Fewest compute units.
    pub compute_units_min: u64,
    /// Most compute units.
    pub compute_units_max: u64,
    /// All fees.
    pub fee_lamports: u64,
}

/// All transactions by kind.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Costs(pub BTreeMap<String, Cost>);

impl Costs {
    /// Counts a transaction.
    pub fn add(&mut self, what: &str, receipt: &Receipt) {
        let cost = self.0.entry(what.to_owned()).or_insert(Cost { compute_units_min: u64::MAX, ..Cost::default() });
        cost.transactions += 1;
        cost.compute_units_min = cost.compute_units_min.min(receipt.compute_units);
        cost.compute_units_max = cost.compute_units_max.max(receipt.compute_units);
        cost.fee_lamports += receipt.fee_lamports;
    }
}
