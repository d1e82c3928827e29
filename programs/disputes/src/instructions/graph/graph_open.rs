use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::provable::check::NODES_MAX;
use modchains_program_kit::account;

use crate::{
    errors::{DisputesError, ensure},
    events::{self, GraphOpened},
    seeds,
    state::{Builder, Graph},
};

/// What will be registered.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct GraphOpenArgs {
    /// What the records hash to.
    pub root: [u8; 32],
    /// How many there are, 1 to 16,384.
    pub nodes: u32,
}

/// Begins to register a graph. The registrar pays the rent of the account at its longest; sealing gives back what is left over.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: GraphOpenArgs)]
pub struct GraphOpen<'info> {
    #[account(mut)]
    pub registrar: Signer<'info>,
    /// CHECK: created here, at the address its seeds give.
    #[account(mut, seeds = [seeds::GRAPH, args.root.as_ref(), registrar.key().as_ref()], bump)]
    pub graph: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> GraphOpen<'info> {
    /// Creates the account with an empty builder.
    pub fn handle(&mut self, args: &GraphOpenArgs, bump: u8) -> Result<()> {
        ensure((1..=NODES_MAX).contains(&args.nodes), DisputesError::NodeCountOutOfBounds)?;
        let registrar = self.registrar.key();
        let signer_seeds: &[&[u8]] = &[seeds::GRAPH, &args.root, registrar.as_ref(), &[bump]];
        let (space, final_space) = (Builder::space(0), Builder::space(args.nodes));
        account::create_to_grow(&self.registrar, &self.graph, space, final_space, &crate::ID, signer_seeds)?;
        let graph = Graph { root: args.root, registrar, nodes: args.nodes, bump, ..Graph::zeroed() };
        {
            let mut data = self.graph.try_borrow_mut_data()?;
            data[..8].copy_from_slice(Graph::DISCRIMINATOR);
            data[8..Graph::SPACE].copy_from_slice(bytemuck::bytes_of(&graph));
            Builder::new().write(&mut data)?;
        }
        let event = GraphOpened { graph: self.graph.key(), root: args.root, registrar, nodes: args.nodes };
        events::emit(&self.event_authority, &event)
    }
}
