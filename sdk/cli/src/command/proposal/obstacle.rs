//! Whether what is proposed could be done as things are now.

use modchains_sdk::{
    Pubkey, address,
    core::governance::{Schedule, validate_fee},
    oracle::state::Service,
    vault::state::{Grant, ProposalAction},
};

use super::Assembly;
use crate::{connection::Connection, error::Result};

/// What stands in the way of an action as things are now. Its bounds hold at the execution, until when things may change, so
/// this refuses nothing.
pub async fn obstacle(connection: &Connection, assembly: &Assembly, action: &ProposalAction) -> Result<Option<String>> {
    let (client, vault) = (&connection.client, &assembly.staking.vault);
    let found = match *action {
        ProposalAction::Signal | ProposalAction::TreasuryShare { .. } => None,
        ProposalAction::Grant { pool, schedule, .. } => {
            short_of(assembly, &pool, Schedule::from(schedule).atoms().unwrap_or(u64::MAX))
        }
        ProposalAction::ReserveDeposit { reserve_atoms } => {
            let first = address::vault::pool(&vault.address, &vault.value.quote_mint);
            short_of(assembly, &first, reserve_atoms)
        }
        ProposalAction::GrantStop { grant } => {
            let missing = client.find_state::<Grant>(&grant).await?.is_none();
            missing.then(|| format!("there is no grant at {grant}"))
        }
        ProposalAction::ServiceFee { fee_atoms } => {
            let service = address::oracle::service(assembly.staking.model());
            let present = client.find_state::<Service>(&service).await?.map(|service| service.value.fee_atoms);
            beyond_factor(present, fee_atoms).map(|what| match present {
                Some(present_atoms) => format!("{what} {}", assembly.quote.show(present_atoms)),
                None => what.to_owned(),
            })
        }
    };
    Ok(found.map(|what| format!("as things are now it could not be executed: {what}")))
}

/// Why the treasury's part of a pool does not pay so much; nothing when it does.
fn short_of(assembly: &Assembly, pool: &Pubkey, atoms: u64) -> Option<String> {
    let Some(pool) = assembly.staking.pools.iter().find(|found| found.address == *pool) else {
        return Some("the vault has no pool in that mint".to_owned());
    };
    (pool.value.treasury_atoms < atoms).then(|| "the treasury holds less".to_owned())
}

/// Why no vote puts a fee in the place of the present one; nothing when one may.
fn beyond_factor(present_atoms: Option<u64>, fee_atoms: u64) -> Option<&'static str> {
    let Some(present_atoms) = present_atoms else { return Some("the model has no service") };
    let is_within = validate_fee(present_atoms, fee_atoms).is_ok();
    (!is_within).then_some("a vote at most halves or doubles the present price of a request, which is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_within_a_factor_of_two_of_the_present_one() {
        assert_eq!([50, 100, 200].map(|fee| beyond_factor(Some(100), fee)), [None; 3]);
        assert!([49, 201].into_iter().all(|fee| beyond_factor(Some(100), fee).is_some()));
        assert_eq!(beyond_factor(None, 1), Some("the model has no service"));
    }
}
