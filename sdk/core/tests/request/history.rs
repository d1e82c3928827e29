//! Any history of a request: money in is money out, and nothing is paid twice.

use modchains_core::request::{OperatorKey, RequestState, RequestStatus};
use proptest::prelude::*;

use super::{Act, Moved, act, terms};

/// A try in a history: what, by which of three operators, how many seconds after the one before.
type Try = (Act, u8, u16);

/// What is where, counted by hand.
#[derive(Debug, Default)]
struct Ledger {
    escrow: u64,
    /// Bond that each operator has locked.
    locked: [u64; 3],
    returned: u64,
    spent: u64,
    settlements: u32,
}

impl Ledger {
    fn note(&mut self, before: &RequestState, tried: Act, operator: usize, moved: Moved) {
        let result_bond = before.terms.result_bond_atoms;
        let holder = before.operator.map_or(operator, |key| usize::from(key[0]));
        match tried {
            Act::Claim => self.locked[operator] += result_bond,
            Act::Expire | Act::Finalize => self.locked[holder] -= result_bond,
            Act::Post | Act::Refund | Act::Close => {}
        }
        self.settlements += u32::from(matches!(tried, Act::Finalize | Act::Refund));
        self.escrow = self.escrow + moved.forfeited - moved.returned - moved.spent;
        self.returned += moved.returned;
        self.spent += moved.spent;
    }

    /// What the escrow must hold for a request.
    fn require(&self, state: &RequestState) {
        let terms = &state.terms;
        let price = terms.fee_atoms + terms.tip_atoms;
        let held = if state.status.is_settled() { 0 } else { price };
        assert_eq!(self.escrow, held + state.requester_due_atoms, "{state:?}");
        let locked = match state.status {
            RequestStatus::Claimed | RequestStatus::Posted => terms.result_bond_atoms,
            _ => 0,
        };
        assert_eq!(self.locked.iter().sum::<u64>(), locked, "{state:?}");
        assert_eq!(u32::from(state.status.is_settled()), self.settlements, "settled once");
    }
}

fn key(operator: u8) -> OperatorKey {
    [operator; 32]
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let acts = prop_oneof![
        4 => Just(Act::Claim),
        3 => Just(Act::Expire),
        2 => Just(Act::Post),
        1 => Just(Act::Finalize),
        1 => Just(Act::Refund),
        1 => Just(Act::Close),
    ];
    let pause = prop_oneof![3 => 0u16..100, 1 => 0u16..10_000];
    prop::collection::vec((acts, 0u8..3, pause), 1..60)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn money_in_is_money_out_and_nothing_is_paid_twice(terms in terms(), tries in tries()) {
        let mut state = RequestState::new(terms);
        let mut ledger = Ledger { escrow: terms.price_atoms().unwrap(), ..Ledger::default() };
        let (mut now, mut forfeited) = (terms.created_at_seconds, 0);
        // Whatever was tried, time settles every request in the end.
        let end = [(Act::Expire, 0, 10_000), (Act::Finalize, 0, 10_000), (Act::Refund, 0, 0), (Act::Close, 0, 0)];
        for (tried, operator, pause) in tries.into_iter().chain(end) {
            now += i64::from(pause);
            if let Ok((next, moved)) = act(&state, tried, &key(operator), now) {
                // What a lapsed claim forfeits was locked.
                prop_assert!(moved.forfeited <= terms.result_bond_atoms);
                ledger.note(&state, tried, operator.into(), moved);
                forfeited += moved.forfeited;
                state = next;
            }
            ledger.require(&state);
        }
        prop_assert!(state.status.is_settled());
        prop_assert_eq!(ledger.escrow, 0);
        prop_assert_eq!(ledger.returned + ledger.spent, terms.fee_atoms + terms.tip_atoms + forfeited);
        // A requester gets either an answer or the price back, and the forfeited bonds either way.
        let price_back = if state.status == RequestStatus::Refunded { terms.fee_atoms + terms.tip_atoms } else { 0 };
        prop_assert_eq!(ledger.returned, forfeited + price_back);
        prop_assert_eq!(act(&state, Act::Close, &key(0), now).unwrap().1, Moved::default(), "closed twice");
    }
}
