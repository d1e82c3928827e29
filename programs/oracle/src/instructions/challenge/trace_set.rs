use anchor_lang::prelude::*;
use modchains_program_interface::disputes;

use crate::{
    errors::OracleError,
    events::{self, TraceNamed},
    state::Request,
};

/// What backs which result.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct TraceSetArgs {
    /// When the request was created that the trace is of.
    pub created_at_seconds: i64,
    /// Root of the trace; not zero.
    pub trace_root: [u8; 32],
}

/// Keeps the root of the trace that backs a posted result, one for all its challenges. The disputes program only, which has
/// seen that the trace ends in the posted output.
#[event_cpi]
#[derive(Accounts)]
pub struct TraceSet<'info> {
    #[account(address = disputes::AUTHORITY_AND_BUMP.0 @ OracleError::NotDisputes)]
    pub disputes_authority: Signer<'info>,
    #[account(mut)]
    pub request: AccountLoader<'info, Request>,
}

impl<'info> TraceSet<'info> {
    /// Keeps the root.
    pub fn handle(&mut self, args: TraceSetArgs) -> Result<()> {
        let TraceSetArgs { created_at_seconds, trace_root } = args;
        self.request.load_mut()?.set_trace(created_at_seconds, trace_root)?;
        events::emit(&self.event_authority, &TraceNamed { request: self.request.key(), trace_root })
    }
}
