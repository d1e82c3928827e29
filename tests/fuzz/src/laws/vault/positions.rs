//! What is staked, and when it may leave.

use modchains_vault::state::{Position, Vault, VaultTerms};

use crate::{
    laws::law::{Law, Sight, Verdict, hold},
    shadow_ledger::State,
};

pub const LAWS: &[Law] = &[
    Law {
        name: "positions_add_up_to_the_vault",
        sentence: "What all positions have staked and cooling is what the vault counts.",
        check: positions_add_up_to_the_vault,
    },
    Law {
        name: "vault_terms_are_the_creators",
        sentence: "A vault opens on the default terms, or by the creator's signature; its times never change.",
        check: vault_terms_are_the_creators,
    },
    Law {
        name: "a_stake_cools_before_it_leaves",
        sentence: "Tokens leave a position only once the cooldown of everything that cools is over.",
        check: a_stake_cools_before_it_leaves,
    },
    Law {
        name: "a_stake_that_voted_stays",
        sentence: "A position that took part in a vote keeps its stake until the latest end that the vote can have.",
        check: a_stake_that_voted_stays,
    },
];

fn positions_add_up_to_the_vault(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Vault>() {
        let Some(vault) = change.after else { continue };
        let here = || sight.setup.ledger.positions.values().filter(|position| position.vault == change.address);
        let staked: u128 = here().map(|position| u128::from(position.staked_atoms)).sum();
        let cooling: u128 = here().map(|position| u128::from(position.cooling_atoms)).sum();
        let counted = (u128::from(vault.staked_atoms), u128::from(vault.cooling_atoms));
        hold!(counted == (staked, cooling), "positions have {:?}, the vault counts {counted:?}", (staked, cooling));
        facts += 1;
    }
    Ok(facts)
}

fn vault_terms_are_the_creators(sight: &Sight) -> Verdict {
    let terms = |vault: &Vault| (vault.cooldown_seconds, vault.stream_seconds);
    let mut facts = 0;
    for change in sight.seen.changes::<Vault>() {
        let Some(after) = change.after else { continue };
        match change.before {
            Some(before) => hold!(terms(&before) == terms(&after), "the terms of {} changed", change.address),
            None => {
                let default = VaultTerms::default();
                let is_default = terms(&after) == (default.cooldown_seconds, default.stream_seconds);
                let creator = sight.setup.ledger.models.get(&after.model).map(|model| model.creator);
                let by_creator = creator.is_some_and(|creator| sight.seen.signers.contains(&creator));
                hold!(is_default || by_creator, "a stranger chose {:?}", terms(&after));
            }
        }
        facts += 1;
    }
    Ok(facts)
}

fn a_stake_cools_before_it_leaves(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Position>() {
        let total = |position: &Position| u128::from(position.staked_atoms) + u128::from(position.cooling_atoms);
        if total(&after) < total(&before) {
            let cooled = sight.seen.now >= before.cooling_until_seconds && before.cooling_atoms > 0;
            hold!(cooled, "left at {}, cooling until {}", sight.seen.now, before.cooling_until_seconds);
        }
        if after.cooling_atoms > before.cooling_atoms {
            let vault = sight.setup.ledger.vaults.get(&after.vault).ok_or("a position of no vault")?;
            let until = sight.seen.now + i64::from(vault.cooldown_seconds);
            hold!(after.cooling_until_seconds == until, "cools until {}, not {until}", after.cooling_until_seconds);
        }
        facts += 1;
    }
    Ok(facts)
}

fn a_stake_that_voted_stays(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for account in &sight.seen.touched {
        let Some(before) = account.before.as_ref().and_then(Position::of) else { continue };
        let Some(until) = sight.setup.memory.stakers.locks.get(&account.address) else { continue };
        let staked = account.after.as_ref().and_then(Position::of).map_or(0, |after| after.staked_atoms);
        let stays = staked >= before.staked_atoms && account.after.is_some();
        hold!(stays || sight.seen.now >= *until, "{} left before {until}", before.owner);
        facts += 1;
    }
    Ok(facts)
}
