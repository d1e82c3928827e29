//! What becomes of a decision.

use modchains_oracle::state::Service;
use modchains_vault::state::{Proposal, ProposalAction, Vault};

use super::standing::{self, Standing};
use crate::laws::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_decision_is_executed_once_in_its_time",
        sentence: "A proposal is executed once, approved, by its payload, after its timelock, within 14 days and under its own rules.",
        check: a_decision_is_executed_once_in_its_time,
    },
    Law {
        name: "rules_change_by_decision",
        sentence: "A treasury's share changes to what was decided, which moves the rules, and by nothing else.",
        check: rules_change_by_decision,
    },
    Law {
        name: "a_price_by_vote_is_near_and_kept",
        sentence: "A price changes by the creator, or by a decision to between half and twice the present one, which the creator keeps for 30 days.",
        check: a_price_by_vote_is_near_and_kept,
    },
];

/// The proposals that the transaction executed, as they were, with what they do.
pub fn decided(sight: &Sight) -> Vec<(Proposal, ProposalAction)> {
    if sight.seen.result.is_err() {
        return Vec::new();
    }
    let executions: Vec<Proposal> = sight
        .seen
        .kept::<Proposal>()
        .filter(|(_, before, after)| after.executed_at_seconds != before.executed_at_seconds)
        .map(|(_, before, _)| before)
        .collect();
    executions.iter().filter_map(|proposal| Some((*proposal, proposal.action().ok()?))).collect()
}

fn a_decision_is_executed_once_in_its_time(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Proposal>() {
        if before.executed_at_seconds == after.executed_at_seconds {
            continue;
        }
        let vault = sight.seen.kept::<Vault>().find(|(found, ..)| *found == before.vault);
        let (_, rules, _) = vault.ok_or("a decision of no vault")?;
        let stands = standing::of(&before, rules.rules_counter, sight.seen.now);
        hold!(stands == Standing::Executable, "{address} was executed when {stands:?}");
        hold!(after.executed_at_seconds == sight.seen.now, "executed at {}", after.executed_at_seconds);
        hold!(standing::was_named(&before, &sight.seen.instructions), "another payload was executed");
        facts += 1;
    }
    Ok(facts)
}

fn rules_change_by_decision(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let decided = decided(sight);
    for (address, before, after) in sight.seen.kept::<Vault>() {
        let share = decided.iter().find_map(|(proposal, action)| match action {
            ProposalAction::TreasuryShare { treasury_bps } if proposal.vault == address => Some(*treasury_bps),
            _ => None,
        });
        let expected = (share.unwrap_or(before.treasury_bps), before.rules_counter + u64::from(share.is_some()));
        let found = (after.treasury_bps, after.rules_counter);
        hold!(found == expected, "the rules became {found:?}, decided were {expected:?}");
        facts += 1;
    }
    Ok(facts)
}

fn a_price_by_vote_is_near_and_kept(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let decided = decided(sight);
    for (address, before, after) in sight.seen.kept::<Service>() {
        let price = decided.iter().find_map(|(proposal, action)| match action {
            ProposalAction::ServiceFee { fee_atoms } if proposal.vault == before.vault => Some(*fee_atoms),
            _ => None,
        });
        if let Some(price) = price {
            hold!(after.fee_atoms == price, "the price became {}, decided was {price}", after.fee_atoms);
            hold!(standing::is_near(before.fee_atoms, price), "{} became {price} by a vote", before.fee_atoms);
        } else if after.fee_atoms != before.fee_atoms {
            let kept = sight.setup.memory.stakers.prices_kept.get(&address).copied().unwrap_or(0);
            hold!(sight.seen.now >= kept, "the price that a vote has set is kept until {kept}");
        }
        facts += 1;
    }
    Ok(facts)
}
