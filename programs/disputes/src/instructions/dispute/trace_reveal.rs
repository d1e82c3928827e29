use anchor_lang::prelude::*;
use modchains_core::{dispute::DisputeError, window::Moment};
use modchains_program_interface::{
    disputes,
    oracle::{self, Operator, Request, TraceSet},
};
use modchains_program_kit::{account, cpi, hash::sha256};

use super::play::{play, with_input_and_output};
use crate::{
    errors::{DisputesError, ensure},
    events::{self, TraceRevealed},
    seeds,
    state::{Dispute, Graph},
};

/// The way from the posted output to the root of the operator's trace.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct TraceRevealArgs {
    /// The siblings of the last node's leaf, from below.
    pub siblings: Vec<[u8; 32]>,
}

/// Shows that a trace ends with the output that was posted. The first time this binds the operator to the trace's root, for all
/// disputes about the result, and only the operator or its defender may; after that anyone may, in any other dispute.
#[event_cpi]
#[derive(Accounts)]
pub struct TraceReveal<'info> {
    pub signer: Signer<'info>,
    #[account(mut)]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    #[account(mut)]
    pub request: UncheckedAccount<'info>,
    pub graph: AccountLoader<'info, Graph>,
    /// CHECK: the operator account that gave the result, compared with the request.
    pub operator: UncheckedAccount<'info>,
    /// CHECK: this program's authority, by its address.
    #[account(address = disputes::AUTHORITY_AND_BUMP.0)]
    pub disputes_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle refuses any other.
    pub oracle_event_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle, which is called by its address.
    pub oracle_program: UncheckedAccount<'info>,
}

impl<'info> TraceReveal<'info> {
    /// Computes the root from the output, and has the oracle keep it unless it does.
    pub fn handle(&mut self, args: &TraceRevealArgs, now: Moment) -> Result<()> {
        let (bound, created_at_seconds) = {
            let request = account::view::<Request>(&self.request)?;
            (request.trace_root, request.created_at_seconds)
        };
        if bound == [0; 32] {
            self.require_operator()?;
        }
        let mut trace_root = bound;
        play(&self.dispute, &self.request, &self.graph, |game, case| {
            let traced =
                with_input_and_output(&self.request, |_, output| game.trace(sha256, case, output, &args.siblings, now));
            let (next, root) = traced.unwrap_or(Err(DisputeError::OutputLength))?;
            trace_root = root;
            Ok(next)
        })?;
        if bound == [0; 32] {
            self.bind(trace_root, created_at_seconds)?;
        }
        let event = TraceRevealed { dispute: self.dispute.key(), request: self.request.key(), trace_root };
        events::emit(&self.event_authority, &event)
    }

    fn require_operator(&self) -> Result<()> {
        let request = account::view::<Request>(&self.request)?;
        ensure(request.operator == self.operator.key(), DisputesError::OperatorMismatch)?;
        let operator = account::view::<Operator>(&self.operator)?;
        let signer = self.signer.key();
        // The zero key stands for no defender.
        let is_defender = signer == operator.defender && signer != Pubkey::default();
        ensure(signer == operator.authority || is_defender, DisputesError::NotDefender)
    }

    fn bind(&self, trace_root: [u8; 32], created_at_seconds: i64) -> Result<()> {
        let set = TraceSet {
            disputes_authority: self.disputes_authority.as_ref(),
            request: &self.request,
            event_authority: &self.oracle_event_authority,
            program: &self.oracle_program,
            created_at_seconds,
            trace_root,
        };
        let signer_seeds: &[&[u8]] = &[seeds::AUTHORITY, &[disputes::AUTHORITY_AND_BUMP.1]];
        cpi::call(&oracle::ID, &set.parties(), &set.data(), &[signer_seeds])
    }
}
