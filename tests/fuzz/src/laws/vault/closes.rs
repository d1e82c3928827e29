//! What ends owes nothing.

use anchor_lang::prelude::Pubkey;
use modchains_vault::state::{Grant, Position, Proposal, RevenuePool, Share, Vault};

use super::{standing, stream};
use crate::laws::{
    access::gone,
    law::{Law, Sight, Verdict, hold},
};

pub const LAWS: &[Law] = &[Law {
    name: "nothing_ends_that_owes",
    sentence: "Positions, shares, pools, vaults, proposals and grants end by whose they are, with nothing staked, due, promised or to be decided.",
    check: nothing_ends_that_owes,
}];

fn nothing_ends_that_owes(sight: &Sight) -> Verdict {
    let (seen, ledger) = (sight.seen, &sight.setup.ledger);
    let signed = |who: &Pubkey| seen.signers.contains(who);
    let mut facts = 0;
    for (address, position) in gone::<Position>(seen) {
        let left = [position.staked_atoms, position.cooling_atoms, position.earnings.claimable_atoms];
        let shares = ledger.shares.values().filter(|share| share.position == address).count();
        let is_proposer =
            |proposal: &&Proposal| proposal.vault == position.vault && proposal.proposer == position.owner;
        let proposals = ledger.proposals.values().filter(is_proposer).count();
        hold!(signed(&position.owner), "{} did not close its position", position.owner);
        hold!(left == [0; 3] && shares + proposals == 0, "{left:?}, {shares} shares, {proposals} proposals ended");
        facts += 1;
    }
    for (_, share) in gone::<Share>(seen) {
        let position = ledger.positions.get(&share.position).ok_or("a share of no position ended")?;
        hold!(signed(&position.owner), "{} did not close its share", position.owner);
        // What was due was claimed before, in the same transaction if at all.
        let (_, before, after) =
            seen.kept::<RevenuePool>().find(|(pool, ..)| *pool == share.pool).ok_or("a share of no pool ended")?;
        let due = stream::due(&before, position.staked_atoms, &share.earnings, seen.now);
        let claimed = after.claimed_atoms.wrapping_sub(before.claimed_atoms);
        hold!(due == claimed, "{due} were due of a share, {claimed} were paid");
        facts += 1;
    }
    for (address, pool) in gone::<RevenuePool>(seen) {
        let left = [pool.unstreamed_atoms, pool.settled_atoms, pool.treasury_atoms, pool.granted_atoms];
        let users = ledger.shares.values().filter(|share| share.pool == address).count()
            + ledger.grants.values().filter(|grant| grant.pool == address && standing::left_atoms(grant) > 0).count();
        hold!(signed(&pool.payer), "{} did not close a pool", pool.payer);
        hold!(left == [0; 4] && pool.staked_atoms == 0 && users == 0, "{left:?} and {users} users ended with a pool");
        facts += 1;
    }
    for (address, vault) in gone::<Vault>(seen) {
        let left = vault.staked_atoms + vault.cooling_atoms;
        let proposals = ledger.proposals.values().filter(|proposal| proposal.vault == address).count();
        hold!(signed(&vault.payer), "{} did not close a vault", vault.payer);
        hold!(left == 0 && proposals == 0, "{left} staked and {proposals} proposals ended with a vault");
        facts += 1;
    }
    for (address, proposal) in gone::<Proposal>(seen) {
        let rules = ledger.vaults.get(&proposal.vault).map_or(0, |vault| vault.rules_counter);
        let stands = standing::of(&proposal, rules, seen.now);
        hold!(stands.is_settled(), "{address} ended when {stands:?}");
        facts += 1;
    }
    for (address, grant) in gone::<Grant>(seen) {
        let left = standing::left_atoms(&grant);
        hold!(left == 0, "{address} ended with {left} to pay");
        facts += 1;
    }
    Ok(facts)
}
