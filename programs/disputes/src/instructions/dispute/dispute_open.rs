use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::{dispute::Game, window::Moment};
use modchains_program_interface::{
    disputes,
    oracle::{self, ChallengeOpen, Request},
};
use modchains_program_kit::{account, cpi};

use crate::{
    errors::{DisputesError, ensure},
    events::{self, DisputeOpened},
    seeds,
    state::{Dispute, Graph, JUDGE_VERSION},
};

/// What is challenged.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct DisputeOpenArgs {
    /// When the request was created that was looked at, unix seconds.
    pub created_at_seconds: i64,
    /// Any number that the challenger has not used for this request yet.
    pub nonce: u32,
}

/// Challenges a posted result. The oracle locks the challenge's bond in the challenger's operator account, gives the challenge a
/// number, and refuses it after the window.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: DisputeOpenArgs)]
pub struct DisputeOpen<'info> {
    /// The authority of the challenger's operator account; makes the challenger's moves.
    #[account(mut)]
    pub player: Signer<'info>,
    /// CHECK: the challenger's operator account; the oracle compares it with the signer and the request.
    #[account(mut)]
    pub challenger: UncheckedAccount<'info>,
    /// CHECK: read as the oracle's.
    #[account(mut)]
    pub request: UncheckedAccount<'info>,
    /// CHECK: the operator account that gave the result; the oracle compares it with the request.
    pub operator: UncheckedAccount<'info>,
    pub graph: AccountLoader<'info, Graph>,
    /// CHECK: created here, at the address its seeds give.
    #[account(
        mut, seeds = [
            seeds::DISPUTE, request.key().as_ref(), challenger.key().as_ref(), &args.nonce.to_le_bytes(),
        ], bump,
    )]
    pub dispute: UncheckedAccount<'info>,
    /// CHECK: this program's authority, by its address.
    #[account(address = disputes::AUTHORITY_AND_BUMP.0)]
    pub disputes_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle refuses any other.
    pub oracle_event_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle, which is called by its address.
    pub oracle_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> DisputeOpen<'info> {
    /// Locks the bond and starts the operator's clock.
    pub fn handle(&mut self, args: &DisputeOpenArgs, bump: u8, now: Moment) -> Result<()> {
        let request = *account::view::<Request>(&self.request)?;
        ensure(request.graph == self.graph.key(), DisputesError::GraphMismatch)?;
        {
            let graph = self.graph.load()?;
            graph.require_sealed()?;
            ensure(graph.judge_version == JUDGE_VERSION, DisputesError::JudgeVersionUnknown)?;
            ensure(graph.judge_version == request.judge_version, DisputesError::JudgeVersionUnknown)?;
        }
        self.open_challenge(args.created_at_seconds)?;
        self.create(args, bump, &request, now)?;
        let event = DisputeOpened {
            dispute: self.dispute.key(),
            request: self.request.key(),
            challenger: self.challenger.key(),
            number: request.challenges,
            clock_seconds: request.clock_seconds,
        };
        events::emit(&self.event_authority, &event)
    }

    fn create(&self, args: &DisputeOpenArgs, bump: u8, request: &Request, now: Moment) -> Result<()> {
        let (request_key, challenger) = (self.request.key(), self.challenger.key());
        let mut dispute = Dispute {
            request: request_key,
            challenger,
            player: self.player.key(),
            created_at_seconds: args.created_at_seconds,
            number: request.challenges,
            nonce: args.nonce,
            bump,
            ..Dispute::zeroed()
        };
        dispute.set_game(&Game::open(request.clock_seconds, now))?;
        let nonce = args.nonce.to_le_bytes();
        let signer_seeds: &[&[u8]] = &[seeds::DISPUTE, request_key.as_ref(), challenger.as_ref(), &nonce, &[bump]];
        account::create_state(&self.player, &self.dispute, &crate::ID, signer_seeds, &dispute)
    }

    fn open_challenge(&self, created_at_seconds: i64) -> Result<()> {
        let open = ChallengeOpen {
            disputes_authority: self.disputes_authority.as_ref(),
            challenger_authority: self.player.as_ref(),
            challenger: &self.challenger,
            request: &self.request,
            operator: &self.operator,
            event_authority: &self.oracle_event_authority,
            program: &self.oracle_program,
            created_at_seconds,
        };
        let signer_seeds: &[&[u8]] = &[seeds::AUTHORITY, &[disputes::AUTHORITY_AND_BUMP.1]];
        cpi::call(&oracle::ID, &open.parties(), &open.data(), &[signer_seeds])
    }
}
