use anchor_lang::prelude::*;
use modchains_core::{request::Overturn, window::Moment};
use modchains_program_interface::disputes;

use crate::{
    errors::OracleError,
    events::{self, Change, ResultOverturned},
    state::{Operator, Request, Service},
};

/// Which result was proved wrong.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ResultOverturnArgs {
    /// When the request was created that it answered.
    pub created_at_seconds: i64,
}

/// Forfeits the bond of a result that was proved wrong: half to the sink, half to its challengers; fee and tip are the
/// requester's again. No tokens move. The disputes program only.
#[event_cpi]
#[derive(Accounts)]
pub struct ResultOverturn<'info> {
    #[account(address = disputes::AUTHORITY_AND_BUMP.0 @ OracleError::NotDisputes)]
    pub disputes_authority: Signer<'info>,
    #[account(
        mut, has_one = service @ OracleError::ServiceMismatch, has_one = operator @ OracleError::ResultOfOtherOperator,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut)]
    pub operator: AccountLoader<'info, Operator>,
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> ResultOverturn<'info> {
    /// Takes the bond.
    pub fn handle(&mut self, args: ResultOverturnArgs, now: Moment) -> Result<()> {
        let event = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            let mut operator = self.operator.load_mut()?;
            let (bond_before, escrowed_before) = (operator.bond_atoms, service.escrowed_atoms);
            let (sink_before, due_before) = (service.accrued_protocol_atoms, request.requester_due_atoms);
            let Overturn { forfeit, .. } = request.overturn(args.created_at_seconds, now)?;
            operator.lose_result(request.result_bond_atoms, now)?;
            service.forfeit_result(&forfeit)?;
            ResultOverturned {
                request: self.request.key(),
                service: request.service,
                operator: request.operator,
                bond: Change { before_atoms: bond_before, after_atoms: operator.bond_atoms },
                escrowed: Change { before_atoms: escrowed_before, after_atoms: service.escrowed_atoms },
                sink: Change { before_atoms: sink_before, after_atoms: service.accrued_protocol_atoms },
                requester_due: Change { before_atoms: due_before, after_atoms: request.requester_due_atoms },
                reward_due_atoms: request.reward_due_atoms,
                stipend_due_atoms: request.stipend_due_atoms,
                at_seconds: now.seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
