//! Paying accrued fees on to stakers, reserves, creators and contributors.

use modchains_sdk::instruction::{exchange, oracle};

use super::{
    snapshot::Snapshot,
    submit::{Outcome, submit},
};
use crate::service::context::{Context, Served};

/// Compute units that each payment may use, with room to spare.
const UNITS: u32 = 150_000;

/// Which fees are to be paid on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The stakers' of requests.
    pub stakers: bool,
    /// The creator's and the reserve's of requests.
    pub market: bool,
    /// Those of trades.
    pub trades: bool,
}

impl Due {
    /// Whether there are any.
    pub fn any(self) -> bool {
        self.stakers || self.market || self.trades
    }
}

/// What is to be paid on, at most once per `interval_seconds`. The stakers' waits until their vault has a pool.
pub fn should_run(snapshot: &Snapshot, last_seconds: Option<i64>, interval_seconds: u32, now_seconds: i64) -> Due {
    let waits = last_seconds.is_some_and(|last| now_seconds < last.saturating_add(i64::from(interval_seconds)));
    let service = &snapshot.service;
    Due {
        stakers: !waits && snapshot.has_pool && service.accrued_vault_atoms > 0,
        market: !waits && (service.accrued_creator_atoms > 0 || service.accrued_reserve_atoms > 0),
        trades: !waits && snapshot.has_pool && snapshot.market.vault_due_atoms > 0,
    }
}

/// Pays them.
pub async fn run(context: &Context, served: &Served, due: Due) {
    let (model, quote) = (&served.model, &served.quote);
    let stakers = due.stakers.then(|| ("stakers' usage fees", oracle::fees_distribute(model, quote)));
    let market = due.market.then(|| ("the market's usage fees", oracle::market_fees_distribute(model, quote)));
    let trades = due.trades.then(|| ("trade fees", exchange::fees_distribute(model, quote)));
    // Each goes alone, so that none holds up another.
    for (what, instruction) in [stakers, market, trades].into_iter().flatten() {
        if submit(context, what, UNITS, vec![instruction]).await == Outcome::Done {
            context.statistics.count(|counts| counts.fee_distributions += 1);
            tracing::info!(model = %served.model, "{what} distributed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::snapshot::tests::snapshot, *};

    #[test]
    fn fees_are_paid_on_when_there_are_any_and_not_too_often() {
        let mut snapshot = snapshot();
        assert!(!should_run(&snapshot, None, 60, 1_000).any());
        snapshot.service.accrued_protocol_atoms = 1;
        assert!(!should_run(&snapshot, None, 60, 1_000).any(), "the treasury claims its own");
        snapshot.service.accrued_creator_atoms = 1;
        let none = Due { stakers: false, market: false, trades: false };
        assert_eq!(should_run(&snapshot, None, 60, 1_000), Due { market: true, ..none });
        snapshot.market.vault_due_atoms = 1;
        assert_eq!(should_run(&snapshot, Some(940), 60, 1_000), Due { market: true, trades: true, ..none });
        snapshot.service.accrued_vault_atoms = 1;
        assert_eq!(should_run(&snapshot, None, 60, 1_000), Due { stakers: true, market: true, trades: true });
        assert!(!should_run(&snapshot, Some(941), 60, 1_000).any());
    }

    #[test]
    fn stakers_are_not_paid_in_vain_where_their_vault_has_no_pool() {
        let mut snapshot = snapshot();
        (snapshot.service.accrued_vault_atoms, snapshot.market.vault_due_atoms) = (1, 1);
        snapshot.has_pool = false;
        assert!(!should_run(&snapshot, None, 60, 1_000).any());
        snapshot.service.accrued_reserve_atoms = 1;
        let due = should_run(&snapshot, None, 60, 1_000);
        assert_eq!(due, Due { stakers: false, market: true, trades: false }, "others are paid all the same");
    }
}
