use anchor_lang::prelude::*;
use modchains_core::window::Moment;
use modchains_program_interface::disputes;

use crate::{
    errors::OracleError,
    events::{self, ChallengeOpened, Change},
    state::{Operator, Request},
};

/// Which result is challenged.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ChallengeOpenArgs {
    /// When the request was created that the challenger looked at.
    pub created_at_seconds: i64,
}

/// Locks the bond of a challenge of a posted result, which takes the next number and may extend the result's window. The
/// disputes program only.
#[event_cpi]
#[derive(Accounts)]
pub struct ChallengeOpen<'info> {
    #[account(address = disputes::AUTHORITY_AND_BUMP.0 @ OracleError::NotDisputes)]
    pub disputes_authority: Signer<'info>,
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub challenger: AccountLoader<'info, Operator>,
    #[account(
        mut, has_one = operator @ OracleError::ResultOfOtherOperator,
        constraint = request.load()?.service == challenger.load()?.service @ OracleError::OperatorOfOtherService,
    )]
    pub request: AccountLoader<'info, Request>,
    /// Who gave the result.
    pub operator: AccountLoader<'info, Operator>,
}

impl<'info> ChallengeOpen<'info> {
    /// Locks the bond and counts the challenge.
    pub fn handle(&mut self, args: ChallengeOpenArgs, now: Moment) -> Result<()> {
        let event = {
            let convicted_at = self.operator.load()?.convicted_at();
            let mut request = self.request.load_mut()?;
            let number = request.open_challenge(&self.challenger.key(), args.created_at_seconds, convicted_at, now)?;
            let mut challenger = self.challenger.load_mut()?;
            let before_atoms = challenger.locked_atoms;
            challenger.lock_challenge(request.challenge_bond_atoms)?;
            ChallengeOpened {
                request: self.request.key(),
                service: request.service,
                operator: request.operator,
                challenger: self.challenger.key(),
                number,
                locked: Change { before_atoms, after_atoms: challenger.locked_atoms },
                window_seconds: request.window_seconds,
                at_seconds: now.seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
