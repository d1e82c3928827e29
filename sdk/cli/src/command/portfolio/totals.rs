//! Sums over all models, by what they are counted in.

use std::collections::BTreeMap;

use modchains_sdk::Pubkey;

use super::line::{Line, Tokens};
use crate::{amount::SignedAmount, output::Report};

/// Sums in one token, in its atoms.
#[derive(Default)]
struct Sums {
    value_at_bid: i128,
    cost: i128,
    unrealised: i128,
    realised: i128,
    claimable: i128,
    claimed: i128,
}

/// Adds a line for each token that anything is counted in. What no sale can be quoted for counts as worth nothing.
pub fn add(report: Report, lines: &[Line], tokens: &Tokens, now_seconds: i64) -> Report {
    let mut by_token: BTreeMap<Pubkey, Sums> = BTreeMap::new();
    for line in lines {
        let sums = by_token.entry(line.quote.token.mint).or_default();
        // arith-safety: sums of 64 bits each, as many as a wallet has models.
        sums.value_at_bid += i128::from(line.worth.bid_atoms.unwrap_or(0));
        sums.cost += i128::from(line.held.bought.quote_atoms);
        sums.unrealised += line.unrealised_atoms.unwrap_or_else(|| -i128::from(line.held.bought.quote_atoms));
        sums.realised += line.asset.cost.realised_atoms();
        for (amount, _, mint) in line.claimable(tokens, now_seconds) {
            by_token.entry(mint).or_default().claimable += i128::from(amount.atoms);
        }
        for (amount, _, mint) in line.claimed(tokens) {
            by_token.entry(mint).or_default().claimed += i128::from(amount.atoms);
        }
    }
    let entries = by_token.iter().filter_map(|(mint, sums)| {
        let token = tokens.get(mint)?;
        let add = |report: Report, key, atoms| {
            report.signed(key, Some(SignedAmount { atoms, decimals: token.decimals }), &token.symbol)
        };
        let report = add(Report::new(), "value_at_bid", sums.value_at_bid);
        let report = add(report, "cost", sums.cost);
        let report = add(report, "unrealised", sums.unrealised);
        let report = add(report, "realised", sums.realised);
        let report = add(report, "claimable", sums.claimable);
        Some(add(report, "claimed", sums.claimed).text("mint", mint))
    });
    const COLUMNS: &[&str] = &["value_at_bid", "cost", "unrealised", "realised", "claimable", "claimed"];
    report.table("totals", COLUMNS, entries.collect())
}
