use anchor_lang::prelude::*;

use crate::{
    errors::DisputesError,
    events::{self, GraphCloseStarted},
    state::Graph,
};

/// Announces that a graph will be closed. From then on no request may name it; those that do are decided before it closes.
#[event_cpi]
#[derive(Accounts)]
pub struct GraphCloseStart<'info> {
    pub registrar: Signer<'info>,
    #[account(mut, has_one = registrar @ DisputesError::NotGraphRegistrar)]
    pub graph: AccountLoader<'info, Graph>,
}

impl<'info> GraphCloseStart<'info> {
    /// Starts the wait.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let closable_at_seconds = {
            let mut graph = self.graph.load_mut()?;
            graph.start_closing(now_seconds)?;
            graph.closable_at_seconds()?
        };
        events::emit(&self.event_authority, &GraphCloseStarted { graph: self.graph.key(), closable_at_seconds })
    }
}
