use anchor_lang::prelude::*;

use crate::{
    errors::DisputesError,
    events::{self, GraphClosed},
    state::Graph,
};

/// Closes a graph and returns the rent: one that was never sealed at once, another one long after that was announced.
#[event_cpi]
#[derive(Accounts)]
pub struct GraphClose<'info> {
    #[account(mut)]
    pub registrar: Signer<'info>,
    #[account(mut, close = registrar, has_one = registrar @ DisputesError::NotGraphRegistrar)]
    pub graph: AccountLoader<'info, Graph>,
}

impl<'info> GraphClose<'info> {
    /// Requires that nobody needs it; the account is closed on the way out.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        self.graph.load()?.require_closable(now_seconds)?;
        let event = GraphClosed { graph: self.graph.key(), registrar: self.registrar.key() };
        events::emit(&self.event_authority, &event)
    }
}
