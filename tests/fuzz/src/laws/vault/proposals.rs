//! Proposals and the votes on them.

use modchains_vault::state::{Position, Proposal, ProposalAction, Vault};
use sha2::{Digest, Sha256};

use super::standing;
use crate::{
    laws::law::{Law, Sight, Verdict, hold},
    memory::VOTE_SECONDS_MAX,
    seen::Tokens,
};

pub const LAWS: &[Law] = &[
    Law {
        name: "a_proposal_opens_as_its_vault_stands",
        sentence: "A proposal is of an owner of half a percent who has no other; quorum, times and rules are the vault's of that second.",
        check: a_proposal_opens_as_its_vault_stands,
    },
    Law {
        name: "a_proposal_never_changes",
        sentence: "What is proposed, by whom, its quorum and its times never change, but for one day more when a late vote turns the outcome.",
        check: a_proposal_never_changes,
    },
    Law {
        name: "a_vote_counts_once_what_was_there_before",
        sentence: "A position votes once, in time, on what it saw, with no more than it has had since before the proposal and no less than since well before.",
        check: a_vote_counts_once_what_was_there_before,
    },
];

const DAY_SECONDS: i64 = 86_400;
const VOTE_SECONDS: i64 = 5 * DAY_SECONDS;
/// What was added in the two windows before a proposal need not count.
const UNCERTAIN_SECONDS: i64 = 2 * VOTE_SECONDS_MAX;
const TIMELOCK_SECONDS_MIN: u32 = 2 * 86_400;

fn a_proposal_opens_as_its_vault_stands(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Proposal>() {
        let (None, Some(new)) = (change.before, change.after) else { continue };
        let (_, was, is) = sight.seen.kept::<Vault>().next().ok_or("a proposal of no vault")?;
        let of_owner = sight.seen.kept::<Position>().find(|(_, position, _)| position.owner == new.proposer);
        let (position, _, _) = of_owner.ok_or("a proposal of no position")?;
        hold!(sight.seen.signers.contains(&new.proposer), "{} did not propose", new.proposer);
        let weight = u128::from(sight.setup.memory.stakers.smallest_stake(&position, sight.seen.now));
        let part = |atoms: u64, bps: u128| (u128::from(atoms) * bps).div_ceil(10_000);
        let least = part(was.staked_atoms, 50).max(1);
        hold!(weight >= least, "the proposer has {weight} of the {least} needed");
        let of_same = |other: &&Proposal| other.vault == new.vault && other.proposer == new.proposer;
        hold!(sight.setup.ledger.proposals.values().filter(of_same).count() == 1, "it is not the only one");
        let mint = sight.seen.touched.iter().find(|account| account.address == was.mint);
        let supply = mint.and_then(|mint| Tokens::supply_of(mint.before.as_ref()?)).ok_or("a token without supply")?;
        let quorum = part(was.staked_atoms, 2_000).max(part(supply, 400));
        hold!(u128::from(new.quorum_atoms) == quorum, "the quorum is {}, not {quorum}", new.quorum_atoms);
        let times = (new.opened_at_seconds, new.end_seconds, new.executed_at_seconds, new.timelock_seconds);
        let timelock = was.cooldown_seconds.max(TIMELOCK_SECONDS_MIN);
        hold!(times == (sight.seen.now, sight.seen.now + VOTE_SECONDS, 0, timelock), "its times are {times:?}");
        let index = was.last_proposal_index + 1;
        hold!(new.index == index && is.last_proposal_index == index, "number {} instead of {index}", new.index);
        let same_rules = new.rules_counter == was.rules_counter && is.rules_counter == was.rules_counter;
        let votes = (new.for_atoms, new.against_atoms, new.staked_atoms);
        hold!(same_rules && votes == (0, 0, was.staked_atoms), "it begins with {votes:?}");
        let identity = Sha256::new().chain_update(new.vault).chain_update(new.index.to_le_bytes());
        let payload: [u8; 32] = identity.chain_update(new.action).chain_update(new.text_sha256).finalize().into();
        hold!(new.payload_sha256 == payload, "its payload is another");
        let action = ProposalAction::from_bytes(&new.action).map_err(|_| "an action that nobody knows")?;
        hold!(standing::is_bounded(&action), "it asks for {action:?}");
        facts += 1;
    }
    Ok(facts)
}

fn a_proposal_never_changes(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Proposal>() {
        let moved = Proposal {
            end_seconds: before.end_seconds,
            executed_at_seconds: before.executed_at_seconds,
            for_atoms: before.for_atoms,
            against_atoms: before.against_atoms,
            ..after
        };
        hold!(bytemuck::bytes_of(&moved) == bytemuck::bytes_of(&before), "proposal {address} changed");
        let is_late = sight.seen.now >= before.end_seconds - DAY_SECONDS && sight.seen.now < before.end_seconds;
        let turns = standing::is_approved(&before) != standing::is_approved(&after);
        let latest = before.opened_at_seconds + VOTE_SECONDS_MAX;
        let end = if is_late && turns { latest } else { before.end_seconds };
        hold!(after.end_seconds == end, "the vote on {address} ends at {}, not {end}", after.end_seconds);
        let voted = u128::from(after.for_atoms) + u128::from(after.against_atoms);
        hold!(voted <= after.staked_atoms.into(), "{voted} voted of {}", after.staked_atoms);
        facts += 1;
    }
    Ok(facts)
}

fn a_vote_counts_once_what_was_there_before(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let stakers = &sight.setup.memory.stakers;
    for (address, before, after) in sight.seen.kept::<Proposal>() {
        let grown = |was: u64, is: u64| i128::from(is) - i128::from(was);
        let votes = [grown(before.for_atoms, after.for_atoms), grown(before.against_atoms, after.against_atoms)];
        if votes == [0, 0] {
            continue;
        }
        hold!(votes.contains(&0) && votes.iter().all(|atoms| *atoms >= 0), "{votes:?} voted at once");
        let weight = votes.iter().sum::<i128>();
        let mut positions = sight.seen.kept::<Position>();
        let (position, owned, kept) = positions.next().ok_or("a vote of nobody")?;
        hold!(positions.next().is_none(), "two positions vote at once");
        hold!(sight.seen.signers.contains(&owned.owner), "{} did not vote", owned.owner);
        hold!(owned.vault == before.vault, "a position in another vault votes");
        hold!(!stakers.ballots.contains(&(address, position)), "{} voted again", owned.owner);
        hold!(sight.seen.now < before.end_seconds, "voted at {}, after {}", sight.seen.now, before.end_seconds);
        let rules = sight.setup.ledger.vaults.get(&before.vault).map(|vault| vault.rules_counter);
        hold!(rules == Some(before.rules_counter), "voted under other rules");
        let opened = before.opened_at_seconds;
        let most = stakers.smallest_stake(&position, opened);
        let least = match stakers.has_grown(&position, opened) {
            true => stakers.smallest_stake(&position, opened - UNCERTAIN_SECONDS),
            false => most,
        };
        let fits = (i128::from(least)..=i128::from(most)).contains(&weight);
        hold!(fits, "{} voted with {weight}, from {least} to {most} were there", owned.owner);
        hold!(standing::was_named(&before, &sight.seen.instructions), "a vote on another payload counts");
        let until = opened + VOTE_SECONDS_MAX;
        hold!(kept.locked_until_seconds >= until, "{} is locked until {}", kept.owner, kept.locked_until_seconds);
        facts += 1;
    }
    Ok(facts)
}
