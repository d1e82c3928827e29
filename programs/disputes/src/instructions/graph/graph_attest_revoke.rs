use anchor_lang::prelude::*;
use modchains_program_interface::oracle;
use modchains_program_kit::account;

use crate::{
    errors::{DisputesError, ensure},
    events::{self, GraphAttestationRevoked},
    state::{Attestation, Graph},
};

/// Takes an attestation back and returns its rent to the operator's authority. Anyone may once the operator is gone.
#[event_cpi]
#[derive(Accounts)]
pub struct GraphAttestRevoke<'info> {
    pub signer: Signer<'info>,
    /// CHECK: who paid the rent, compared with what the attestation says.
    #[account(mut)]
    pub authority: UncheckedAccount<'info>,
    #[account(
        mut, close = authority, has_one = authority @ DisputesError::NotOperatorAuthority,
        has_one = graph @ DisputesError::GraphMismatch, has_one = operator @ DisputesError::OperatorMismatch,
    )]
    pub attestation: AccountLoader<'info, Attestation>,
    /// CHECK: the graph by its address; it may have been closed since.
    #[account(mut)]
    pub graph: UncheckedAccount<'info>,
    /// CHECK: the operator by its address; it may have been closed since.
    pub operator: UncheckedAccount<'info>,
}

impl<'info> GraphAttestRevoke<'info> {
    /// Does not count the operator any more; the attestation is closed on the way out.
    pub fn handle(&mut self) -> Result<()> {
        let is_gone = *self.operator.owner != oracle::ID;
        ensure(is_gone || self.signer.key() == self.authority.key(), DisputesError::NotOperatorAuthority)?;
        if *self.graph.owner == crate::ID {
            let mut graph = account::state_mut::<Graph>(&self.graph, &crate::ID)?;
            if graph.sealed_at_seconds == self.attestation.load()?.sealed_at_seconds {
                graph.attestations = graph.attestations.checked_sub(1).ok_or(DisputesError::StateInconsistent)?;
            }
        }
        let event = GraphAttestationRevoked { graph: self.graph.key(), operator: self.operator.key() };
        events::emit(&self.event_authority, &event)
    }
}
