use anchor_lang::prelude::*;
use modchains_program_interface::{
    exchange::Model,
    oracle::{Operator, Service},
};
use modchains_program_kit::account;

use crate::{
    errors::{DisputesError, ensure},
    events::{self, GraphAttested},
    seeds,
    state::{Attestation, Graph},
};

/// Attests that an operator of a service that names the graph holds the graph's bundle. The model's creator may not: others are
/// to know whether anybody else can recompute results.
#[event_cpi]
#[derive(Accounts)]
pub struct GraphAttest<'info> {
    #[account(mut)]
    pub authority: Signer<'info>,
    #[account(mut)]
    pub graph: AccountLoader<'info, Graph>,
    /// CHECK: an operator of the oracle, compared with signer and service.
    pub operator: UncheckedAccount<'info>,
    /// CHECK: a service of the oracle, compared with graph and model.
    pub service: UncheckedAccount<'info>,
    /// CHECK: a model of the exchange.
    pub model: UncheckedAccount<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::ATTESTATION, graph.key().as_ref(), operator.key().as_ref()], bump)]
    pub attestation: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> GraphAttest<'info> {
    /// Counts the operator.
    pub fn handle(&mut self, bump: u8) -> Result<()> {
        self.require_foreign_operator()?;
        let (graph, operator, authority) = (self.graph.key(), self.operator.key(), self.authority.key());
        let event = {
            let mut state = self.graph.load_mut()?;
            state.require_sealed()?;
            let before = state.attestations;
            state.attestations = before.checked_add(1).ok_or(DisputesError::StateInconsistent)?;
            let sealed_at_seconds = state.sealed_at_seconds;
            let attestation = Attestation { graph, operator, authority, sealed_at_seconds, bump, _padding: [0; 7] };
            let signer_seeds: &[&[u8]] = &[seeds::ATTESTATION, graph.as_ref(), operator.as_ref(), &[bump]];
            account::create_state(&self.authority, &self.attestation, &crate::ID, signer_seeds, &attestation)?;
            GraphAttested { graph, operator, attestations_before: before, attestations_after: state.attestations }
        };
        events::emit(&self.event_authority, &event)
    }

    fn require_foreign_operator(&self) -> Result<()> {
        let operator = account::view::<Operator>(&self.operator)?;
        ensure(operator.authority == self.authority.key(), DisputesError::NotOperatorAuthority)?;
        ensure(operator.service == self.service.key(), DisputesError::OperatorServiceMismatch)?;
        let service = account::view::<Service>(&self.service)?;
        ensure(service.graph == self.graph.key(), DisputesError::GraphMismatch)?;
        ensure(service.model == self.model.key(), DisputesError::ServiceModelMismatch)?;
        let model = account::view::<Model>(&self.model)?;
        ensure(model.creator != self.authority.key(), DisputesError::OperatorIsCreator)
    }
}
