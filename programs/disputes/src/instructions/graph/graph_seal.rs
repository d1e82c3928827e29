use anchor_lang::prelude::*;
use modchains_program_kit::account;

use crate::{
    errors::{DisputesError, ensure},
    events::{self, GraphRegistered},
    state::{Builder, Graph},
};

/// Ends the registration of a graph all of whose records were read: they have to hash to its root, and together they have to be
/// a graph of which every element can be decided. The rent of the builder goes back to the registrar.
#[event_cpi]
#[derive(Accounts)]
pub struct GraphSeal<'info> {
    #[account(mut)]
    pub registrar: Signer<'info>,
    #[account(mut, has_one = registrar @ DisputesError::NotGraphRegistrar)]
    pub graph: AccountLoader<'info, Graph>,
}

impl<'info> GraphSeal<'info> {
    /// Keeps what is known of the graph, and nothing of how it was found.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let (root, nodes) = {
            let graph = self.graph.load()?;
            graph.require_open()?;
            (graph.root, graph.nodes)
        };
        let account: &AccountInfo = self.graph.as_ref();
        let builder = Builder::read(&account.try_borrow_data()?)?;
        ensure(builder.nodes() == nodes, DisputesError::RecordsMissing)?;
        let (summary, last, lengths) = builder.finish(&root)?;
        let event = {
            let mut graph = self.graph.load_mut()?;
            graph.seal(&summary, &last, &lengths, now_seconds);
            GraphRegistered {
                graph: self.graph.key(),
                root,
                registrar: graph.registrar,
                nodes: graph.nodes,
                numeric_class: graph.numeric_class,
                judge_version: graph.judge_version,
                multiply_adds: graph.multiply_adds,
                trace_bytes: graph.trace_bytes,
            }
        };
        account.resize(Graph::SPACE)?;
        let rent_lamports = account::rent_lamports(Graph::SPACE)?;
        account::refund(account, &self.registrar, rent_lamports)?;
        events::emit(&self.event_authority, &event)
    }
}
