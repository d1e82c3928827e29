//! Operators and their bonds.

use modchains_oracle::state::{LicenceUse, Operator, Request, RequestStatus, Service};

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "locked_bond_is_what_open_work_locks",
        sentence: "An operator has locked exactly the bonds of its claims and of its results that are not final.",
        check: locked_bond_is_what_open_work_locks,
    },
    Law {
        name: "bond_leaves_by_its_owner",
        sentence: "A bond changes by its owner's signature, or by the claim bond of a claim that lapsed.",
        check: bond_leaves_by_its_owner,
    },
    Law {
        name: "bond_cools_before_it_leaves",
        sentence: "Withdrawn bond is paid only once its cooldown is over.",
        check: bond_cools_before_it_leaves,
    },
    Law {
        name: "operators_add_up_to_the_escrow",
        sentence: "What a service counts as bonded and as earned is what its operators have, and it counts every operator and request.",
        check: operators_add_up_to_the_escrow,
    },
    Law {
        name: "nothing_is_closed_that_counts",
        sentence: "Operators and counters close by who paid for them, with nothing left, or 30 days after the last window began.",
        check: nothing_is_closed_that_counts,
    },
];

fn locked_bond_is_what_open_work_locks(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Operator>() {
        let Some(operator) = change.after else { continue };
        let (mut locked, mut claims, mut results) = (0_u128, 0_u32, 0_u32);
        for request in sight.setup.ledger.requests.values().filter(|request| request.operator == change.address) {
            if request.status == RequestStatus::Claimed as u8 {
                claims += 1;
            } else if request.status == RequestStatus::Posted as u8 {
                results += 1;
            } else {
                continue;
            }
            locked += u128::from(request.result_bond_atoms);
        }
        let counted = (u128::from(operator.locked_atoms), operator.open_claims, operator.open_results);
        hold!(counted == (locked, claims, results), "counted {counted:?}, open {:?}", (locked, claims, results));
        hold!(operator.bond_atoms >= operator.locked_atoms, "more is locked than bonded: {operator:?}");
        facts += 1;
    }
    Ok(facts)
}

fn bond_leaves_by_its_owner(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Operator>() {
        let fixed = |operator: &Operator| (operator.authority, operator.service, operator.cooldown_seconds);
        hold!(fixed(&before) == fixed(&after), "the operator is another's");
        let fell = before.bond_atoms.saturating_sub(after.bond_atoms);
        let signed = sight.seen.signers.contains(&before.authority);
        let lapsed: u64 = sight
            .seen
            .kept::<Request>()
            .filter(|(_, was, is)| was.status == RequestStatus::Claimed as u8 && is.status == RequestStatus::Open as u8)
            .map(|(_, was, _)| was.claim_bond_atoms)
            .sum();
        hold!(fell == 0 || signed || fell == lapsed, "a bond fell by {fell} without its owner");
        hold!(after.bond_atoms <= before.bond_atoms || signed, "a bond rose without its owner");
        let cooled = after.cooling_atoms.saturating_sub(before.cooling_atoms);
        hold!(cooled == 0 || (signed && cooled == fell), "{cooled} cool, the bond fell by {fell}");
        facts += 1;
    }
    Ok(facts)
}

fn bond_cools_before_it_leaves(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Operator>() {
        if after.cooling_atoms < before.cooling_atoms {
            let over = sight.seen.now >= before.cooling_until_seconds;
            hold!(over, "paid at {}, cooling until {}", sight.seen.now, before.cooling_until_seconds);
        }
        facts += 1;
    }
    Ok(facts)
}

fn operators_add_up_to_the_escrow(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Service>() {
        let Some(service) = change.after else { continue };
        let operators = sight.setup.ledger.operators.values().filter(|operator| operator.service == change.address);
        let (mut bonded, mut earned, mut seats) = (0_u128, 0_u128, 0_u32);
        for operator in operators {
            bonded += u128::from(operator.bond_atoms) + u128::from(operator.cooling_atoms);
            earned += u128::from(operator.earned_atoms);
            seats += 1;
        }
        let counted = (u128::from(service.bonded_atoms), u128::from(service.earned_atoms));
        hold!(counted == (bonded, earned), "counted {counted:?}, operators have {:?}", (bonded, earned));
        let requests = sight.setup.ledger.requests.values().filter(|request| request.service == change.address).count();
        let (counted, exist) = ((service.operator_count, service.request_count as usize), (seats, requests));
        hold!(counted == exist, "counted {counted:?} operators and requests, there are {exist:?}");
        facts += 1;
    }
    Ok(facts)
}

fn nothing_is_closed_that_counts(sight: &Sight) -> Verdict {
    const WINDOW_SECONDS_MAX: i64 = 30 * 86_400;
    let mut facts = 0;
    for change in sight.seen.changes::<Operator>() {
        let (Some(before), None) = (change.before, change.after) else { continue };
        let left = [before.bond_atoms, before.cooling_atoms, before.earned_atoms];
        hold!(left == [0; 3], "an operator with {left:?} is gone");
        hold!(sight.seen.signers.contains(&before.authority), "{} did not close it", before.authority);
        facts += 1;
    }
    for change in sight.seen.changes::<LicenceUse>() {
        let (Some(before), None) = (change.before, change.after) else { continue };
        let counts = before.count.iter().zip(before.started_at_seconds);
        let is_recent = |started: i64| sight.seen.now < started + WINDOW_SECONDS_MAX;
        let still = counts.filter(|(count, started)| **count > 0 && is_recent(*started)).count();
        hold!(still == 0, "a counter with {before:?} is gone");
        hold!(sight.seen.signers.contains(&before.requester), "{} did not close it", before.requester);
        facts += 1;
    }
    Ok(facts)
}
