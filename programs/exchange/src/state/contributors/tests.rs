#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use modchains_core::bps::BPS_DENOMINATOR;
use proptest::prelude::*;

use super::*;

const TIMELOCK_SECONDS: u32 = 100;

/// Something that can happen to a model's contributors. People are numbers; 0 is the creator.
#[derive(Debug, Clone)]
enum Step {
    Earn(u64),
    Queue(Vec<(u8, u16)>),
    Apply(u64),
    Claim(u8),
    Wait(u8),
}

fn person(number: u8) -> Pubkey {
    Pubkey::new_from_array([number.wrapping_add(1); 32])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![0..100_u64, 0..1_000_000_000_000_000_u64];
    // Few enough people that they come back, enough of them to fill the places.
    let shares = prop::collection::vec((0..40_u8, prop_oneof![1..700_u16, 1..10_001_u16]), 0..20);
    let step = prop_oneof![
        3 => amount.clone().prop_map(Step::Earn),
        3 => shares.prop_map(Step::Queue),
        3 => amount.prop_map(Step::Apply),
        4 => (0..40_u8).prop_map(Step::Claim),
        3 => (0..120_u8).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..80)
}

/// What everybody ought to be owed and to have been paid, by the words of the rule and nothing else.
#[derive(Default)]
struct Ledger {
    shares: BTreeMap<u8, u16>,
    pending: BTreeMap<u8, u16>,
    owed: BTreeMap<u8, u64>,
    creator_owed: u64,
    earned: u64,
    paid: u64,
}

impl Ledger {
    fn earn(&mut self, atoms: u64) {
        self.earned += atoms;
        let mut rest = atoms;
        for (number, bps) in &self.shares {
            let part = u128::from(atoms) * u128::from(*bps) / u128::from(BPS_DENOMINATOR);
            rest -= part as u64;
            *self.owed.entry(*number).or_default() += part as u64;
        }
        self.creator_owed += rest;
    }
}

fn run(state: &mut Contributors, ledger: &mut Ledger, now_seconds: &mut i64, step: &Step) {
    let mut next = *state;
    // A step that is refused leaves no trace: the transaction is undone.
    let accepted = match step {
        Step::Wait(seconds) => {
            *now_seconds += i64::from(*seconds);
            return;
        }
        Step::Earn(atoms) => {
            // Whoever looks before the fees are shared out sees what they can claim afterwards.
            let some = (0..40).step_by(8);
            let owed = |next: &Contributors, number, atoms| next.owed_atoms(&person(number), number == 0, atoms);
            let foreseen: Vec<_> = some.map(|number| (number, owed(&next, number, *atoms))).collect();
            let accepted = next.accrue(*atoms).is_ok();
            for (number, foreseen) in foreseen.into_iter().filter(|_| accepted) {
                assert_eq!(foreseen, owed(&next, number, 0));
            }
            ledger.earn(*atoms);
            accepted
        }
        Step::Queue(shares) => {
            let listed: Vec<_> =
                shares.iter().map(|(number, bps)| ContributorShare { address: person(*number), bps: *bps }).collect();
            let accepted = next.queue(&listed, &person(0), TIMELOCK_SECONDS, *now_seconds).is_ok();
            if accepted {
                ledger.pending = shares.iter().copied().collect();
            }
            accepted
        }
        Step::Apply(atoms) => {
            let accepted = next.apply(*atoms, &person(0), *now_seconds).is_ok();
            if accepted {
                ledger.earn(*atoms);
                ledger.shares = ledger.pending.clone();
            }
            accepted
        }
        Step::Claim(number) => {
            let owed = next.owed_atoms(&person(*number), *number == 0, 0).unwrap();
            let taken = next.take(&person(*number), *number == 0);
            if let Ok(atoms) = &taken {
                let mut expected = ledger.owed.remove(number).unwrap_or_default();
                if *number == 0 {
                    expected += core::mem::take(&mut ledger.creator_owed);
                }
                assert_eq!((*atoms, owed), (expected, expected));
                ledger.paid += atoms;
            }
            taken.is_ok()
        }
    };
    if accepted {
        *state = next;
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(400))]

    #[test]
    fn owed_and_paid_add_up_to_what_came_in_and_everybody_gets_their_share_of_the_time(steps in steps()) {
        let (mut state, mut ledger, mut now_seconds) = (Contributors::zeroed(), Ledger::default(), 1_800_000_000);
        state.open(person(200), person(201), 255);
        for step in &steps {
            run(&mut state, &mut ledger, &mut now_seconds, step);
            state.invariant().unwrap();
            let entries = &state.entries[..usize::from(state.count)];
            let owed_atoms: u64 = entries.iter().map(|entry| entry.owed_atoms).sum();
            prop_assert_eq!(owed_atoms + state.creator_owed_atoms + ledger.paid, ledger.earned);
            prop_assert_eq!(state.creator_owed_atoms, ledger.creator_owed);
            for number in 0..40 {
                let entry = entries.iter().find(|entry| entry.address == person(number));
                let (owed, bps) = entry.map_or((0, 0), |entry| (entry.owed_atoms, entry.bps));
                prop_assert_eq!(owed, ledger.owed.get(&number).copied().unwrap_or_default());
                prop_assert_eq!(bps, ledger.shares.get(&number).copied().unwrap_or_default());
            }
        }
    }
}

#[test]
fn a_share_that_cannot_be_counted_any_more_is_refused_and_nothing_else_is() {
    let mut state = Contributors::zeroed();
    state.accrue(u64::MAX).unwrap();
    let before = state;
    assert!(state.accrue(1).is_err());
    assert_eq!(state.take(&person(0), true).unwrap(), before.creator_owed_atoms);
}
