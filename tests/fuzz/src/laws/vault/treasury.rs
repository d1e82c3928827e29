//! What the treasury gets and how it is spent.

use anchor_lang::Discriminator;
use modchains_vault::{
    ID as VAULT,
    instruction::{GrantClaim, TreasuryDeposit},
    state::{Grant, ProposalAction, RevenuePool, Vault},
};

use super::{decisions::decided, standing};
use crate::laws::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "the_treasury_gets_its_part",
        sentence: "Of each deposit the treasury gets its share, at most half, rounded down; the rest is streamed.",
        check: the_treasury_gets_its_part,
    },
    Law {
        name: "the_treasury_is_spent_by_decisions",
        sentence: "A treasury changes by deposits, by grants and their stops and by deposits into the reserve that were decided, and by nothing else.",
        check: the_treasury_is_spent_by_decisions,
    },
];

fn the_treasury_gets_its_part(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<RevenuePool>() {
        let streamed = u128::from(after.deposited_atoms.wrapping_sub(before.deposited_atoms));
        if streamed == 0 {
            continue;
        }
        let bps = sight.setup.ledger.vaults.get(&after.vault).map_or(0, |vault| vault.treasury_bps);
        hold!(bps <= 5_000, "the treasury gets {bps} bps");
        let gained = u128::from(after.treasury_atoms).checked_sub(before.treasury_atoms.into());
        let gained = gained.ok_or("a deposit that the treasury pays for")?;
        let part = (streamed + gained) * u128::from(bps) / 10_000;
        hold!(gained == part, "of {} the treasury got {gained}, not {part}", streamed + gained);
        facts += 1;
    }
    for (_, _, vault) in sight.seen.kept::<Vault>() {
        hold!(vault.treasury_bps <= 5_000, "the treasury gets {} bps", vault.treasury_bps);
    }
    Ok(facts)
}

fn the_treasury_is_spent_by_decisions(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let given = sight.seen.calls(VAULT, TreasuryDeposit::DISCRIMINATOR).count() > 0;
    let pays = sight.seen.calls(VAULT, GrantClaim::DISCRIMINATOR).count() > 0;
    let decided = decided(sight);
    for (address, before, after) in sight.seen.kept::<RevenuePool>() {
        let change = i128::from(after.treasury_atoms) - i128::from(before.treasury_atoms);
        let granted = i128::from(after.granted_atoms) - i128::from(before.granted_atoms);
        let streamed = after.deposited_atoms != before.deposited_atoms;
        let received = sight.seen.token_change(&after.tokens);
        let mut expected = (if given { received } else { 0 }, if pays { received } else { 0 });
        for (proposal, action) in &decided {
            let here = proposal.vault == after.vault;
            match action {
                ProposalAction::Grant { pool, schedule, .. } if *pool == address => {
                    let atoms = standing::schedule_atoms(schedule) as i128;
                    expected = (expected.0 - atoms, expected.1 + atoms);
                }
                ProposalAction::GrantStop { grant } => {
                    let stopped = sight
                        .seen
                        .kept::<Grant>()
                        .find(|(found, grant_before, _)| found == grant && grant_before.pool == address);
                    let left = stopped.map_or(0, |(_, grant, _)| {
                        standing::granted_atoms(&grant) - standing::released_atoms(&grant, sight.seen.now)
                    }) as i128;
                    expected = (expected.0 + left, expected.1 - left);
                }
                ProposalAction::ReserveDeposit { reserve_atoms } if here && after.is_first == 1 => {
                    expected.0 -= i128::from(*reserve_atoms);
                    hold!(received == -i128::from(*reserve_atoms), "{received} left for the reserve");
                }
                _ => {}
            }
        }
        hold!(streamed || change == expected.0, "the treasury changed by {change}, not by {}", expected.0);
        hold!(granted == expected.1, "what is granted changed by {granted}, not by {}", expected.1);
        facts += 1;
    }
    Ok(facts)
}
