//! What the stakers of a model really received: deposits into its pools, by where they came from and when.

use std::collections::BTreeMap;

use crate::{
    Pubkey,
    address::{exchange, oracle},
    decode::{Event, Receipt, VaultEvent},
};

/// Seconds of a day.
pub const DAY_SECONDS: i64 = 86_400;

/// Where a deposit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RevenueSource {
    /// The stakers' part of inference fees.
    InferenceFees,
    /// The stakers' part of trade fees, and of the fees of generated content, which are shared in the same way.
    TradeFees,
    /// Anybody else.
    Others,
}

impl RevenueSource {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InferenceFees, Self::TradeFees, Self::Others];

    /// Who deposits into the vault of `model` says it: its service, its market, or somebody.
    pub fn of(depositor: &Pubkey, model: &Pubkey) -> Self {
        if *depositor == oracle::service(model) {
            Self::InferenceFees
        } else if *depositor == exchange::market(model) {
            Self::TradeFees
        } else {
            Self::Others
        }
    }
}

/// A deposit for the stakers of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevenueDeposit {
    /// When, unix seconds.
    pub at_seconds: i64,
    /// Where from.
    pub source: RevenueSource,
    /// In which mint.
    pub revenue_mint: Pubkey,
    /// How much reaches the stakers.
    pub revenue_atoms: u64,
}

/// The deposits into one pool that a transaction made. None of a transaction whose time the node does not know.
pub fn deposits_of(receipt: &Receipt, model: &Pubkey, pool: &Pubkey) -> Vec<RevenueDeposit> {
    let Some(at_seconds) = receipt.block_time_seconds else { return Vec::new() };
    let deposits = receipt.events.iter().filter_map(|event| match event {
        Event::Vault(VaultEvent::RevenueDeposited(event)) if event.pool == *pool => Some(RevenueDeposit {
            at_seconds,
            source: RevenueSource::of(&event.depositor, model),
            revenue_mint: event.revenue_mint,
            // The treasury's part is never streamed.
            revenue_atoms: event.revenue_atoms.saturating_sub(event.treasury_atoms),
        }),
        _ => None,
    });
    deposits.collect()
}

/// What came in from each source, by mint.
pub type RevenueSums = BTreeMap<Pubkey, BTreeMap<RevenueSource, u128>>;

/// What came in after `since_seconds`.
pub fn sums_since(deposits: &[RevenueDeposit], since_seconds: i64) -> RevenueSums {
    let mut sums = RevenueSums::new();
    for deposit in deposits.iter().filter(|deposit| deposit.at_seconds > since_seconds) {
        let sum = sums.entry(deposit.revenue_mint).or_default().entry(deposit.source).or_default();
        // arith-safety: no list has 2^64 deposits.
        *sum += u128::from(deposit.revenue_atoms);
    }
    sums
}

/// What came in in one mint on each of the last `days` days of 24 hours, the oldest first.
pub fn daily(deposits: &[RevenueDeposit], revenue_mint: &Pubkey, now_seconds: i64, days: usize) -> Vec<u128> {
    let mut sums = vec![0; days];
    for deposit in deposits.iter().filter(|deposit| deposit.revenue_mint == *revenue_mint) {
        let age_days = now_seconds.saturating_sub(deposit.at_seconds).max(0).checked_div(DAY_SECONDS).unwrap_or(0);
        let place = usize::try_from(age_days).ok().and_then(|age| days.checked_sub(age)?.checked_sub(1));
        if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
            // arith-safety: no list has 2^64 deposits.
            *sum += u128::from(deposit.revenue_atoms);
        }
    }
    sums
}

/// What `revenue_atoms` are of `staked_worth_atoms`, in parts per million, rounded down; none when nothing is staked, and
/// of a part beyond 64 bits.
pub fn yield_ppm(revenue_atoms: u128, staked_worth_atoms: u64) -> Option<i64> {
    let ppm = revenue_atoms.checked_mul(1_000_000)?.checked_div(staked_worth_atoms.into())?;
    i64::try_from(ppm).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 100 * DAY_SECONDS;

    fn deposit(age_seconds: i64, source: RevenueSource, revenue_mint: Pubkey, revenue_atoms: u64) -> RevenueDeposit {
        RevenueDeposit { at_seconds: NOW - age_seconds, source, revenue_mint, revenue_atoms }
    }

    #[test]
    fn the_depositor_says_where_revenue_comes_from() {
        let (model, other) = (Pubkey::new_unique(), Pubkey::new_unique());
        let source = |depositor: Pubkey| RevenueSource::of(&depositor, &model);
        assert_eq!(source(exchange::market(&model)), RevenueSource::TradeFees);
        assert_eq!(source(oracle::service(&model)), RevenueSource::InferenceFees);
        for stranger in [exchange::market(&other), oracle::service(&other), other] {
            assert_eq!(source(stranger), RevenueSource::Others);
        }
    }

    #[test]
    fn a_span_counts_what_came_in_within_it_by_mint_and_source() {
        let [one, other] = [(); 2].map(|()| Pubkey::new_unique());
        let deposits = [
            deposit(7 * DAY_SECONDS, RevenueSource::TradeFees, one, 1_000),
            deposit(7 * DAY_SECONDS - 1, RevenueSource::TradeFees, one, 5),
            deposit(3, RevenueSource::TradeFees, one, 2),
            deposit(3, RevenueSource::Others, one, 40),
            deposit(3, RevenueSource::InferenceFees, other, u64::MAX),
            deposit(2, RevenueSource::InferenceFees, other, u64::MAX),
        ];
        let sums = sums_since(&deposits, NOW - 7 * DAY_SECONDS);
        let of_one = BTreeMap::from([(RevenueSource::TradeFees, 7), (RevenueSource::Others, 40)]);
        let of_other = BTreeMap::from([(RevenueSource::InferenceFees, 2 * u128::from(u64::MAX))]);
        assert_eq!(sums, BTreeMap::from([(one, of_one), (other, of_other)]));
    }

    #[test]
    fn days_end_now_and_lose_nothing_within_them() {
        let (mint, other) = (Pubkey::new_unique(), Pubkey::new_unique());
        let source = RevenueSource::Others;
        let deposits = [
            deposit(3 * DAY_SECONDS, source, mint, 900),
            deposit(3 * DAY_SECONDS - 1, source, mint, 1),
            deposit(DAY_SECONDS, source, mint, 2),
            deposit(DAY_SECONDS - 1, source, mint, 3),
            deposit(0, source, mint, 4),
            deposit(0, source, other, 70),
            // The node's clock is a little ahead.
            deposit(-5, source, mint, 10),
        ];
        assert_eq!(daily(&deposits, &mint, NOW, 3), [1, 2, 17]);
    }

    #[test]
    fn a_yield_is_what_came_in_over_what_is_staked() {
        assert_eq!(yield_ppm(5, 200), Some(25_000));
        assert_eq!(yield_ppm(0, 200), Some(0));
        assert_eq!(yield_ppm(5, 0), None);
        assert_eq!(yield_ppm(u128::MAX, 1), None);
    }
}
