use anchor_lang::prelude::*;
use modchains_core::request::{ChallengeOutcome, Settlement};
use modchains_program_interface::disputes;

use crate::{
    errors::OracleError,
    events::{self, ChallengeSettled, Change},
    instructions::operator_if_kept,
    state::{Operator, Request, Service},
};

/// Which challenge has ended, and how.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ChallengeSettleArgs {
    /// When the request was created that was challenged.
    pub created_at_seconds: i64,
    /// The challenge's number.
    pub number: u32,
    /// How it ended, the code of a [`ChallengeOutcome`].
    pub outcome: u8,
}

/// Ends a challenge: its bond is free again, or lost to the sink and the operator whose result it was. No tokens move. The
/// disputes program only, once for each challenge.
#[event_cpi]
#[derive(Accounts)]
pub struct ChallengeSettle<'info> {
    #[account(address = disputes::AUTHORITY_AND_BUMP.0 @ OracleError::NotDisputes)]
    pub disputes_authority: Signer<'info>,
    #[account(
        mut, has_one = service @ OracleError::ServiceMismatch, has_one = operator @ OracleError::ResultOfOtherOperator,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut, has_one = service @ OracleError::OperatorOfOtherService)]
    pub challenger: AccountLoader<'info, Operator>,
    /// CHECK: the operator account that gave the result, by `has_one`; it may have been closed since.
    #[account(mut)]
    pub operator: UncheckedAccount<'info>,
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> ChallengeSettle<'info> {
    /// Frees or takes the bond.
    pub fn handle(&mut self, args: ChallengeSettleArgs) -> Result<()> {
        let outcome = ChallengeOutcome::from_code(args.outcome).ok_or(OracleError::OutcomeUnknown)?;
        let event = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            let mut challenger = self.challenger.load_mut()?;
            let (bond_before, earned_before) = (challenger.bond_atoms, challenger.earned_atoms);
            let sink_before = service.accrued_protocol_atoms;
            let ChallengeSettleArgs { created_at_seconds, number, .. } = args;
            let settlement = request.settle_challenge(&self.challenger.key(), created_at_seconds, number, outcome)?;
            let Settlement { forfeit, stipend_atoms, .. } = settlement;
            challenger.settle_challenge(request.challenge_bond_atoms, outcome, &forfeit, stipend_atoms)?;
            service.forfeit_challenge(&forfeit)?;
            service.reward(stipend_atoms)?;
            match operator_if_kept(&self.operator)? {
                Some(mut operator) => operator.earn(forfeit.winner_atoms)?,
                None => service.sink(forfeit.winner_atoms)?,
            }
            ChallengeSettled {
                request: self.request.key(),
                service: request.service,
                operator: request.operator,
                challenger: self.challenger.key(),
                number,
                outcome: args.outcome,
                bond: Change { before_atoms: bond_before, after_atoms: challenger.bond_atoms },
                earned: Change { before_atoms: earned_before, after_atoms: challenger.earned_atoms },
                sink: Change { before_atoms: sink_before, after_atoms: service.accrued_protocol_atoms },
                won_atoms: forfeit.winner_atoms,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
