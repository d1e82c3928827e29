//! Operators and their bonds.

use modchains_oracle::state::{Operator, Request, RequestStatus};

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "locked_bond_is_what_open_work_locks",
        sentence: "An operator has locked exactly the bonds of its claims and of its results that are not final.",
        check: locked_bond_is_what_open_work_locks,
    },
    Law {
        name: "bond_leaves_by_its_owner",
        sentence: "A bond shrinks by its owner's signature, or by the claim bond of a claim that lapsed.",
        check: bond_leaves_by_its_owner,
    },
    Law {
        name: "bond_cools_before_it_leaves",
        sentence: "Withdrawn bond is paid only once its cooldown is over.",
        check: bond_cools_before_it_leaves,
    },
];

fn locked_bond_is_what_open_work_locks(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Operator>() {
        let Some(operator) = change.after else { continue };
        let (mut locked, mut claims, mut results) = (0_u128, 0_u32, 0_u32);
        for request in sight.setup.ledger.requests.values().filter(|request| request.operator == change.address) {
            if request.status == RequestStatus::Claimed as u8 {
                locked += u128::from(request.claim_bond_atoms);
                claims += 1;
            } else if request.status == RequestStatus::Posted as u8 {
                locked += u128::from(request.result_bond_atoms);
                results += 1;
            }
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
        hold!(before.authority == after.authority && before.mint == after.mint, "the operator is another's");
        let fell = before.bond_atoms.saturating_sub(after.bond_atoms);
        let signed = sight.seen.signers.contains(&before.authority);
        let lapsed: u64 = sight
            .seen
            .kept::<Request>()
            .filter(|(_, was, is)| was.status == RequestStatus::Claimed as u8 && is.status == RequestStatus::Open as u8)
            .map(|(_, was, _)| was.claim_bond_atoms)
            .sum();
        hold!(fell == 0 || signed || fell == lapsed, "a bond fell by {fell} without its owner");
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
