//! Proposals with where they stand, and grants with what they owe.

use modchains_core::governance::ProposalStatus;
use modchains_vault::state::{Grant, Position, Proposal, ProposalAction, Vault};

use super::Client;
use crate::{
    Pubkey, Result, SdkError,
    address::vault,
    decode::{Fetched, State},
};

/// Where a proposal names its vault.
const PROPOSAL_VAULT: usize = 8 + std::mem::offset_of!(Proposal, vault);
/// Where a grant names its vault.
const GRANT_VAULT: usize = 8 + std::mem::offset_of!(Grant, vault);

/// A proposal, with what it does and where it stood when it was read.
#[derive(Debug, Clone)]
pub struct ListedProposal {
    /// Its account.
    pub proposal: Fetched<Proposal>,
    /// What it does.
    pub action: ProposalAction,
    /// Where its text can be read; a hint beside the text's hash.
    pub uri: String,
    /// Where it stood.
    pub status: ProposalStatus,
}

impl ListedProposal {
    /// Reads a proposal of `vault` as it stands at a time.
    ///
    /// # Errors
    /// [`SdkError::NotDecoded`] for an action that is not known.
    pub fn new(proposal: Fetched<Proposal>, vault: &Vault, now_seconds: i64) -> Result<Self> {
        let action = action_of(&proposal.address, &proposal.value)?;
        let uri = String::from_utf8_lossy(proposal.value.uri()).into_owned();
        let status = proposal.value.state().status(vault.rules_counter, now_seconds);
        Ok(Self { proposal, action, uri, status })
    }

    /// What the vote of `position` would weigh, token atoms; 0 if it cannot vote any more.
    pub fn weight_atoms(&self, position: &Position) -> u64 {
        let is_open = self.status == ProposalStatus::Voting && position.ballots().may_vote(self.proposal.value.index);
        if is_open { position.voting_stake().weight(self.proposal.value.opened_at_seconds) } else { 0 }
    }
}

/// What a proposal at an address does.
///
/// # Errors
/// [`SdkError::NotDecoded`] for an action that is not known.
pub fn action_of(address: &Pubkey, proposal: &Proposal) -> Result<ProposalAction> {
    let refused = |_| SdkError::NotDecoded { what: Proposal::NAME, address: *address, reason: "its action is unknown" };
    proposal.action().map_err(refused)
}

impl Client {
    /// All proposals of a model's vault that exist, the latest first, as they stand at `now_seconds`.
    ///
    /// # Errors
    /// As [`Self::list`], or for an action that is not known.
    pub async fn proposals(&self, model: &Pubkey, now_seconds: i64) -> Result<Vec<ListedProposal>> {
        let vault = self.vault(model).await?;
        let mut proposals: Vec<Fetched<Proposal>> = self.list(&[(PROPOSAL_VAULT, vault.address.as_ref())]).await?;
        proposals.sort_by_key(|proposal| std::cmp::Reverse(proposal.value.index));
        proposals.into_iter().map(|proposal| ListedProposal::new(proposal, &vault.value, now_seconds)).collect()
    }

    /// The proposal number `index` of a model's vault, as it stands at `now_seconds`.
    ///
    /// # Errors
    /// As [`Self::state`], or for an action that is not known.
    pub async fn proposal(&self, model: &Pubkey, index: u64, now_seconds: i64) -> Result<ListedProposal> {
        let vault = self.vault(model).await?;
        let proposal = self.state(&vault::proposal(&vault.address, index)).await?;
        ListedProposal::new(proposal, &vault.value, now_seconds)
    }

    /// All grants of a model's vault that exist, in the order of their proposals.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn grants(&self, model: &Pubkey) -> Result<Vec<Fetched<Grant>>> {
        let vault = vault::vault(model);
        let mut grants: Vec<Fetched<Grant>> = self.list(&[(GRANT_VAULT, vault.as_ref())]).await?;
        grants.sort_by_key(|grant| grant.value.proposal_index);
        Ok(grants)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_core::governance::{Electorate, ProposalState};

    use super::*;

    const OPENED: i64 = 1_700_000_000;
    const ACTION: ProposalAction = ProposalAction::ReserveDeposit { reserve_atoms: 7 };

    /// Proposal 5 of a vault whose rules are 3, a minute old.
    fn listed(action: [u8; modchains_vault::state::ACTION_BYTES]) -> Result<ListedProposal> {
        let electorate = Electorate { staked_atoms: 100, supply_atoms: 100, cooldown_seconds: 10, rules_counter: 3 };
        let state = ProposalState::open(&electorate, 100, OPENED).unwrap();
        let value = Proposal {
            opened_at_seconds: state.opened_at_seconds,
            end_seconds: state.end_seconds,
            staked_atoms: state.staked_atoms,
            quorum_atoms: state.quorum_atoms,
            timelock_seconds: state.timelock_seconds,
            rules_counter: state.rules_counter,
            index: 5,
            action,
            ..Proposal::zeroed()
        };
        let vault = Vault { rules_counter: 3, ..Vault::zeroed() };
        let fetched = Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 };
        ListedProposal::new(fetched, &vault, OPENED + 60)
    }

    #[test]
    fn a_listed_proposal_says_what_it_does_where_it_stands_and_what_a_vote_would_weigh() {
        let listed = listed(ACTION.to_bytes().unwrap()).unwrap();
        assert_eq!((listed.action, listed.status), (ACTION, ProposalStatus::Voting));
        let mut position = Position { staked_atoms: 40, increased_at_seconds: OPENED - 1, ..Position::zeroed() };
        assert_eq!(listed.weight_atoms(&position), 40);
        position.vote(5, OPENED).unwrap();
        assert_eq!(listed.weight_atoms(&position), 0, "a position votes once");
        let late = Position { increased_at_seconds: OPENED, ballots_mask: 0, ..position };
        assert_eq!(listed.weight_atoms(&late), 0, "nothing was there before");
    }

    #[test]
    fn an_action_of_a_later_program_is_not_taken_for_another() {
        let mut action = ACTION.to_bytes().unwrap();
        action[0] = 200;
        assert!(matches!(listed(action), Err(SdkError::NotDecoded { what: "proposal", .. })));
    }
}
