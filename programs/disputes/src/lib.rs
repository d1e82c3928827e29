//! Disputes: graphs that the program has read, games about single results, and the arithmetic that decides them.
//!
//! Absent on purpose: the game and the arithmetic themselves (in `modchains-core`), requests and money (the oracle). The
//! program reads the oracle's requests and calls it, as `programs/interface` says, to lock a challenge's bond, to bind an operator
//! to its trace, and to say how a game ended.

// reason: Anchor's macros generate undocumented items and a diverging match in the entry point.
#![allow(missing_docs, clippy::diverging_sub_expression, unexpected_cfgs)]

use anchor_lang::prelude::*;
use modchains_program_kit::clock::{now, now_seconds};

pub mod errors;
pub mod events;
pub mod instructions;
pub mod seeds;
pub mod state;

use instructions::*;

declare_id!(modchains_program_interface::disputes::ID);

pub use modchains_program_interface::disputes::AUTHORITY_AND_BUMP;

modchains_program_kit::security_contact!("ModChains disputes");

#[cfg(feature = "lean-entry")]
modchains_program_kit::entrypoint!(try_entry, EVENT_AUTHORITY_AND_BUMP.0);

#[program]
pub mod disputes {
    use super::*;

    // Instructions are looked up in this order, so those of which a dispute has most come first.

    /// Shows the next pieces of what the element is computed from; the challenger only.
    pub fn dispute_stream(ctx: Context<DisputeMove>, args: DisputeStreamArgs) -> Result<()> {
        ctx.accounts.stream(&args, now()?)
    }

    /// Proves a record, a tensor or a row; the challenger only.
    pub fn dispute_anchor(ctx: Context<DisputeMove>, args: DisputeAnchorArgs) -> Result<()> {
        ctx.accounts.anchor(&args, now()?)
    }

    /// Picks what is wrong of what was shown; the challenger only.
    pub fn dispute_pick(ctx: Context<DisputeMove>, args: DisputePickArgs) -> Result<()> {
        ctx.accounts.pick(&args, now()?)
    }

    /// Decides the element; the challenger only.
    pub fn dispute_judge(ctx: Context<DisputeMove>, args: DisputeJudgeArgs) -> Result<()> {
        ctx.accounts.judge(&args, now()?)
    }

    /// Shows what lies below a place of the operator's trace. Anyone may.
    pub fn dispute_reveal(ctx: Context<DisputeReveal>, args: RevealArgs) -> Result<()> {
        ctx.accounts.handle(&args, now()?)
    }

    /// Binds the operator to the root of its trace; the operator or its defender, until it is bound.
    pub fn trace_reveal(ctx: Context<TraceReveal>, args: TraceRevealArgs) -> Result<()> {
        ctx.accounts.handle(&args, now()?)
    }

    /// Challenges a posted result; an operator of the same service only.
    pub fn dispute_open(ctx: Context<DisputeOpen>, args: DisputeOpenArgs) -> Result<()> {
        ctx.accounts.handle(&args, ctx.bumps.dispute, now()?)
    }

    /// Ends a dispute whose side to move has used up its clock. Anyone may.
    pub fn dispute_timeout(ctx: Context<DisputeTimeout>) -> Result<()> {
        ctx.accounts.handle(now()?)
    }

    /// Gives up; the side to move only.
    pub fn dispute_concede(ctx: Context<DisputeConcede>) -> Result<()> {
        ctx.accounts.handle(now()?)
    }

    /// Tells the oracle how a dispute ended and closes it. Anyone may.
    pub fn dispute_settle(ctx: Context<DisputeSettle>) -> Result<()> {
        ctx.accounts.handle()
    }

    /// Begins to register a graph.
    pub fn graph_open(ctx: Context<GraphOpen>, args: GraphOpenArgs) -> Result<()> {
        ctx.accounts.handle(&args, ctx.bumps.graph)
    }

    /// Reads the next records of a graph; its registrar only.
    pub fn graph_extend(ctx: Context<GraphExtend>, args: GraphExtendArgs) -> Result<()> {
        ctx.accounts.handle(&args)
    }

    /// Ends the registration of a graph; its registrar only.
    pub fn graph_seal(ctx: Context<GraphSeal>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Announces that a graph will be closed; its registrar only.
    pub fn graph_close_start(ctx: Context<GraphCloseStart>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Closes a graph that was announced long ago, or was never sealed; its registrar only.
    pub fn graph_close(ctx: Context<GraphClose>) -> Result<()> {
        ctx.accounts.handle(now_seconds()?)
    }

    /// Attests that an operator holds the bundle of a graph; the operator only, and not the model's creator.
    pub fn graph_attest(ctx: Context<GraphAttest>) -> Result<()> {
        ctx.accounts.handle(ctx.bumps.attestation)
    }

    /// Takes an attestation back; its operator only, or anyone once the operator is gone.
    pub fn graph_attest_revoke(ctx: Context<GraphAttestRevoke>) -> Result<()> {
        ctx.accounts.handle()
    }
}
